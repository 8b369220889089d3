"""The Bot API over HTTP: one call in, one envelope out, faults in between."""

import asyncio
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from sandbox.body import JsonAnswer, read_params
from sandbox.calls import CallLog, Outcome
from sandbox.errors import ApiError
from sandbox.faults import Fault, Faults
from sandbox.methods.table import HANDLERS
from sandbox.methods.updates import get_updates
from sandbox.model import Json
from sandbox.params import checked
from sandbox.schema import BY_LOWER_NAME
from sandbox.updates import Pulse
from sandbox.world import Bot, World

BROKEN = (
    "<html>\r\n<head><title>{0}</title></head>\r\n<body><center><h1>{0}</h1></center></body>\r\n</html>\r\n"
)


class BotApi:
    """The endpoint `/bot{token}/{method}`."""

    def __init__(self, world: World, faults: Faults, log: CallLog) -> None:
        self._world = world
        self._faults = faults
        self._log = log
        self._closed = False
        self._closing = Pulse()

    def set_closed(self, *, closed: bool) -> None:
        """End every answer that is kept waiting, or let them wait again."""
        self._closed = closed
        self._closing.strike()
        for bot in self._world.bots.values():
            bot.queue.set_closed(closed=closed)

    async def answer(self, request: Request) -> Response:
        """Serve one call."""
        bot = self._world.tokens.get(request.path_params["token"])
        if bot is None:
            return _refusal(ApiError(401, "Unauthorized"))
        method: str = request.path_params["method"]
        params: Json = {}
        try:
            params = await read_params(request)
            name = BY_LOWER_NAME.get(method.lower())
            if name is None:
                raise ApiError(404, "Not Found")
            given = checked(name, params)
        except ApiError as error:
            self._note(method, params, Outcome(False, error.code, error.description))
            return _refusal(error)
        fault = self._faults.take(name)
        if fault is not None and fault.kind != "drop_after":
            return await self._stand_in(request, fault, name, given)
        return await self._serve(request, bot, name, given, fault)

    async def _serve(
        self, request: Request, bot: Bot, name: str, params: Json, fault: Fault | None
    ) -> Response:
        met = fault.kind if fault else None
        try:
            result = await self._result(bot, name, params)
        except ApiError as error:
            self._note(name, params, Outcome(False, error.code, error.description, met))
            answer = _refusal(error)
        else:
            if name != "getUpdates" or met:
                self._note(name, params, Outcome(True, fault=met))
            answer = JsonAnswer({"ok": True, "result": result})
        return await _hang_up(request) if fault else answer

    async def _result(self, bot: Bot, name: str, params: Json) -> Any:
        if name == "getUpdates":
            return await get_updates(bot, params, self._faults.doubling())
        return HANDLERS[name](self._world, bot, params)

    async def _stand_in(self, request: Request, fault: Fault, name: str, params: Json) -> Response:
        """Answer in the fault's way; nothing is done."""
        if fault.kind == "flood":
            wait = fault.retry_after
            error = ApiError(429, f"Too Many Requests: retry after {wait}", {"retry_after": wait})
            self._note(name, params, Outcome(False, 429, error.description, fault.kind))
            return _refusal(error)
        status = fault.status if fault.kind == "status" else None
        self._note(name, params, Outcome(False, status, None, fault.kind))
        if fault.kind == "drop":
            return await _hang_up(request)
        if fault.kind == "hang":
            await self._wait(fault.seconds)
        return HTMLResponse(BROKEN.format(f"{status or 504} Error"), status or 504)

    async def _wait(self, seconds: float) -> None:
        if self._closed:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        except TimeoutError:
            return

    def _note(self, method: str, params: Json, outcome: Outcome) -> None:
        self._log.note(self._world.clock.now().isoformat(), method, params, outcome)


async def _hang_up(request: Request) -> Response:
    """Close the connection under the request; what is returned reaches nobody."""
    hang_up = request.scope.get("state", {}).get("hang_up")
    if hang_up is not None:
        hang_up()
        await asyncio.sleep(0.001)
    return Response(status_code=502)


def _refusal(error: ApiError) -> JsonAnswer:
    body: Json = {"ok": False, "error_code": error.code, "description": error.description}
    headers = {}
    if error.parameters:
        body["parameters"] = error.parameters
    if "retry_after" in error.parameters:
        headers["Retry-After"] = str(error.parameters["retry_after"])
    return JsonAnswer(body, error.code, headers)
