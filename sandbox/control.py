"""The control API: be a user, move the clock, inject faults, read what happened."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

from sse_starlette import EventSourceResponse
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.body import JsonAnswer, read_bytes, read_object
from sandbox.download import file_answer
from sandbox.errors import ApiError, ControlError, not_found
from sandbox.events import events
from sandbox.model import Json
from sandbox.params import checked_fields
from sandbox.sandbox import Sandbox
from sandbox.schema import Field, fields

Endpoint = Callable[[Request], Awaitable[Response]]
Reader = Callable[[Json], Any]

_USER = fields("first_name:str! last_name:str username:str language_code:str id:int")
_GROUP = fields("title:str! creator:int! type:str id:int username:str join_by_request:bool forum:bool")
_CHANNEL = fields("title:str! creator:int! linked:int id:int username:str")
_BOT = fields("first_name:str! username:str! id:int privacy:bool")
_REVOKE = fields("bot:int")
_PRIVACY = fields("privacy:bool! bot:int")
_CLOCK = fields("now:str advance_seconds:number")
_FAULT = fields("kind:str! method:str times:int retry_after:int status:int seconds:number ratio:number")
_LIMITS = fields("per_second:int chat_per_second:int group_per_minute:int")
_LATENCY = fields("seconds:number!")
_REDELIVER = fields("update_id:int! new_id:bool bot:int")


class Control:
    """The routes under /control, over one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def routes(self) -> list[Route]:
        """Return the routes."""
        box = self._sandbox
        return [
            _get("/control/world", lambda _query: box.world()),
            _get("/control/view", self._view),
            _get("/control/clock", lambda _query: self._now()),
            _get("/control/calls", lambda _query: box.calls(_number(_query, "after", 0))),
            _get("/control/pending", lambda _query: {"updates": box.pending()}),
            _get("/control/faults", lambda _query: box.faults()),
            _get("/control/limits", lambda _query: box.limits()),
            _post("/control/limits", lambda body: box.limit(**checked_fields(_LIMITS, body, "limits"))),
            _post("/control/latency", self._latency),
            _post("/control/users", self._user),
            _post("/control/groups", self._group),
            _post("/control/channels", self._channel),
            _post("/control/bots", self._bot),
            _post("/control/bots/revoke", self._revoke),
            _post("/control/bots/privacy", self._privacy),
            _post("/control/act", self._act),
            _post("/control/clock", self._clock),
            _post("/control/faults", lambda body: box.fault(**checked_fields(_FAULT, body, "faults"))),
            _post("/control/redeliver", self._redeliver),
            Route("/control/file/{file_id}", _answered(self._file), methods=["GET"]),
            Route("/control/faults", _answered(_reading(self._clear)), methods=["DELETE"]),
            Route("/control/transcript", _answered(self._transcript), methods=["GET"]),
            Route("/control/events", _answered(self._events)),
        ]

    def _now(self) -> Json:
        return {"now": self._sandbox.clock.now().isoformat()}

    def _view(self, query: Json) -> Json:
        last = _number(query, "last", -1)
        return self._sandbox.view(_number(query, "as"), last=None if last < 0 else last)

    def _user(self, body: Json) -> Json:
        given = checked_fields(_USER, body, "users")
        return self._sandbox.add_user(user_id=given.pop("id", 0), **given)

    def _group(self, body: Json) -> Json:
        given = checked_fields(_GROUP, body, "groups")
        kind = given.pop("type", "supergroup")
        if kind == "channel":
            raise ControlError("a channel is made by POST /control/channels")
        return self._sandbox.add_group(kind=kind, chat_id=given.pop("id", 0), **given)

    def _channel(self, body: Json) -> Json:
        given = checked_fields(_CHANNEL, body, "channels")
        return self._sandbox.add_channel(chat_id=given.pop("id", 0), **given)

    def _bot(self, body: Json) -> Json:
        given = checked_fields(_BOT, body, "bots")
        return self._sandbox.add_bot(bot_id=given.pop("id", 0), **given)

    def _revoke(self, body: Json) -> Json:
        return self._sandbox.revoke_token(**checked_fields(_REVOKE, body, "bots/revoke"))

    def _privacy(self, body: Json) -> Json:
        given = checked_fields(_PRIVACY, body, "bots/privacy")
        return self._sandbox.set_privacy(given.get("bot"), privacy=given["privacy"])

    def _act(self, body: Json) -> Json:
        named: dict[str, Field] = fields("as:int! do:str!")
        head = checked_fields(named, {name: body.get(name) for name in named}, "act")
        rest = {name: value for name, value in body.items() if name not in named}
        return self._sandbox.perform(head["as"], head["do"], rest)

    def _clock(self, body: Json) -> Json:
        given = checked_fields(_CLOCK, body, "clock")
        if len(given) != 1:
            raise ControlError("give either now or advance_seconds")
        if "advance_seconds" in given:
            self._sandbox.advance(given["advance_seconds"])
        else:
            self._sandbox.set_clock(_instant(given["now"]))
        return self._now()

    def _redeliver(self, body: Json) -> Json:
        given = checked_fields(_REDELIVER, body, "redeliver")
        return self._sandbox.redeliver(**given)

    def _latency(self, body: Json) -> Json:
        return {"seconds": self._sandbox.set_latency(**checked_fields(_LATENCY, body, "latency"))}

    def _clear(self, query: Json) -> list[Json]:
        self._sandbox.clear_faults(query.get("kind", ""))
        return self._sandbox.faults()

    async def _transcript(self, _request: Request) -> Response:
        named = {"Content-Disposition": 'attachment; filename="sandbox-transcript.md"'}
        return PlainTextResponse(self._sandbox.transcript(), headers=named, media_type="text/markdown")

    async def _file(self, request: Request) -> Response:
        return file_answer(self._sandbox.file(request.path_params["file_id"]))

    async def _events(self, request: Request) -> Response:
        user = self._sandbox.user_id(_number(dict(request.query_params), "as"))

        async def stream() -> AsyncIterator[dict[str, str]]:
            async for event in events(self._sandbox, user):
                yield event

        return EventSourceResponse(stream())


def _get(path: str, read: Reader) -> Route:
    return Route(path, _answered(_reading(read)), methods=["GET"])


def _post(path: str, read: Reader) -> Route:
    async def answer(request: Request) -> Response:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise ControlError(f"content-type must be application/json; got {kind or 'none'}")
        return JsonAnswer({"ok": True, "result": read(read_object(await read_bytes(request)))})

    return Route(path, _answered(answer), methods=["POST"])


def _reading(read: Reader) -> Endpoint:
    async def answer(request: Request) -> Response:
        return JsonAnswer({"ok": True, "result": read(dict(request.query_params))})

    return answer


def _answered(endpoint: Endpoint) -> Endpoint:
    """Put refusals into the control API's envelope."""

    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ControlError as error:
            return JsonAnswer({"ok": False, "error": error.error}, error.status)
        except ApiError as error:
            text = error.description.removeprefix("Bad Request: ")
            return JsonAnswer({"ok": False, "error": text}, 400)

    return answer


def _number(query: Json, name: str, default: int | None = None) -> int:
    text = query.get(name, "" if default is None else str(default))
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
        raise ControlError(f"{name} must be an integer in the query; got {text or 'nothing'}")
    return int(text)


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ControlError(f"now must be ISO 8601 like 2026-11-23T09:00:00+08:00; got {text}") from None


async def unknown(request: Request, _error: Exception) -> Response:
    """Answer a path or HTTP method nobody serves."""
    if request.url.path.startswith("/control"):
        error = not_found(f"{request.method} {request.url.path} is no call of the control API")
        return JsonAnswer({"ok": False, "error": error.error}, error.status)
    return JsonAnswer({"ok": False, "error_code": 404, "description": "Not Found"}, 404)
