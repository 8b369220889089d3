"""The Bot API over HTTP: one call in, one envelope out, faults in between."""

import asyncio
from email.utils import formatdate
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from sandbox.body import JsonAnswer, read_params
from sandbox.broken import broken, error_page, hang_up
from sandbox.calls import CallLog, Outcome
from sandbox.download import file_answer
from sandbox.errors import ApiError, ControlError, Told, unauthorized
from sandbox.faults import BEFORE, Fault, Faults
from sandbox.files import loggable
from sandbox.limits import Traffic
from sandbox.load import load_of
from sandbox.manners import too_many
from sandbox.methods.table import HANDLERS
from sandbox.methods.updates import get_updates
from sandbox.model import Json
from sandbox.params import checked
from sandbox.schema import BY_LOWER_NAME
from sandbox.updates import Pulse
from sandbox.world import Bot, World

LONGEST_LATENCY = 60
_NOT_BY_WEBHOOK = ("setwebhook", "deletewebhook", "close", "logout")


class BotApi:
    """The endpoint `/bot{token}/{method}`, and what a webhook answers with."""

    def __init__(self, world: World, faults: Faults, log: CallLog, traffic: Traffic) -> None:
        self._world = world
        self._faults = faults
        self._log = log
        self._traffic = traffic
        self._latency = 0.0
        self._closed = False
        self._closing = Pulse()

    def set_closed(self, *, closed: bool) -> None:
        """End every answer that is kept waiting, or let them wait again."""
        self._closed = closed
        self._closing.strike()
        for bot in self._world.bots.values():
            bot.queue.set_closed(closed=closed)

    def set_latency(self, seconds: float) -> float:
        """Let every answer but getUpdates come so much later. Raises ControlError."""
        if not 0 <= seconds <= LONGEST_LATENCY:
            raise ControlError(f"seconds must be 0 to {LONGEST_LATENCY}; got {seconds}")
        self._latency = seconds
        return seconds

    async def answer(self, request: Request) -> Response:
        """Serve one call before the witness."""
        response = await self._answered(request)
        if isinstance(response, JsonAnswer):
            method = str(request.path_params["method"])
            self._world.witness.answered(method, response.status_code, bytes(response.body))
        return response

    async def _answered(self, request: Request) -> Response:
        bot = self._world.tokens.get(request.path_params["token"])
        if bot is None:
            return _refusal(unauthorized())
        response = await self._called(request, bot)
        response.headers["Date"] = formatdate(self._world.clock.unix(), usegmt=True)
        return response

    async def download(self, request: Request) -> Response:
        """Serve a file at the path getFile named, to the bot that asked for it."""
        bot = self._world.tokens.get(request.path_params["token"])
        if bot is None:
            return _refusal(unauthorized())
        file = self._world.files.at(bot.id, request.path_params["path"])
        return _refusal(ApiError(404, "Not Found")) if file is None else file_answer(file)

    async def _called(self, request: Request, bot: Bot) -> Response:
        method: str = request.path_params["method"]
        params: Json = {}
        try:
            params = await read_params(request)
            name, given = _known(method, params)
        except ApiError as error:
            self._note(method, params, Outcome(False, error.code, error.description))
            return _refusal(error)
        response = await self._met(request, bot, name, given)
        if self._latency and name != "getUpdates":
            await self._wait(self._latency)
        return response

    async def _met(self, request: Request, bot: Bot, name: str, given: Json) -> Response:
        """Serve a call that is well formed, or let it meet its fault."""
        fault = self._faults.take(name)
        if fault is not None and fault.kind in BEFORE:
            return await self._stand_in(request, fault, name, given)
        if name == "getUpdates":
            answer = await self._polled(bot, given, fault)
        else:
            answer = self._done(bot, name, given, fault)
        return await broken(request, fault, answer, self._wait) if fault else answer

    async def _polled(self, bot: Bot, params: Json, fault: Fault | None) -> Response:
        try:
            result = await get_updates(bot, params, self._faults.doubling)
        except ApiError as error:
            return self._refused("getUpdates", params, error, fault)
        if fault:
            self._note("getUpdates", params, Outcome(True, fault=fault.kind))
        return JsonAnswer({"ok": True, "result": result})

    def _done(self, bot: Bot, name: str, params: Json, fault: Fault | None) -> Response:
        try:
            load = load_of(self._world, bot, name, params)
            if load is not None:
                self._traffic.take(load)
            result = HANDLERS[name](self._world, bot, params)
        except ApiError as error:
            return self._refused(name, params, error, fault)
        self._note(name, params, Outcome(True, fault=fault.kind if fault else None))
        return JsonAnswer(_envelope(result))

    def execute(self, bot: Bot, call: Json) -> None:
        """Do the method a webhook answered with; nobody learns of its result but the log."""
        params = {name: value for name, value in call.items() if name != "method"}
        method: str = call["method"]
        if method.lower() in _NOT_BY_WEBHOOK or method.lower().startswith("get"):
            self._note(method, params, Outcome(False, None, "a webhook's answer cannot call this method"))
            return
        try:
            name, given = _known(method, params)
        except ApiError as error:
            self._note(method, params, Outcome(False, error.code, error.description))
            return
        fault = self._faults.take(name)
        if fault is not None and fault.kind in BEFORE:
            self._note(name, given, Outcome(False, None, None, fault.kind))
        else:
            self._done(bot, name, given, fault)

    def _refused(self, name: str, params: Json, error: ApiError, fault: Fault | None) -> Response:
        met = fault.kind if fault else None
        self._note(name, params, Outcome(False, error.code, error.description, met))
        return _refusal(error)

    async def _stand_in(self, request: Request, fault: Fault, name: str, params: Json) -> Response:
        """Answer in the fault's way; nothing is done."""
        if fault.kind == "flood":
            return self._refused(name, params, too_many(fault.retry_after), fault)
        status = fault.status if fault.kind == "status" else None
        self._note(name, params, Outcome(False, status, None, fault.kind))
        if fault.kind == "drop":
            return await hang_up(request)
        if fault.kind == "hang":
            await self._wait(fault.seconds)
        return error_page(status or 504)

    async def _wait(self, seconds: float) -> None:
        if self._closed:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return

    def _note(self, method: str, params: Json, outcome: Outcome) -> None:
        self._log.note(self._world.clock.now().isoformat(), method, loggable(params), outcome)


def _known(method: str, params: Json) -> tuple[str, Json]:
    """Return a method's name as it is written, and its parameters in their types. Raises ApiError."""
    name = BY_LOWER_NAME.get(method.lower())
    if name is None:
        raise ApiError(404, "Not Found")
    return name, checked(name, params)


def _envelope(result: Any) -> Json:
    if isinstance(result, Told):
        return {"ok": True, "result": result.result, "description": result.description}
    return {"ok": True, "result": result}


def _refusal(error: ApiError) -> JsonAnswer:
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    headers = {}
    if error.parameters:
        body["parameters"] = error.parameters
    if "retry_after" in error.parameters:
        headers["Retry-After"] = str(error.parameters["retry_after"])
    return JsonAnswer(body, error.code, headers)
