"""Who may talk to the sandbox: pages and programs of this machine that name it by a loopback name."""

from starlette.types import ASGIApp, Receive, Scope, Send

from sandbox.body import JsonAnswer

LOOPBACK = frozenset(("127.0.0.1", "localhost", "[::1]"))


class LoopbackOnly:
    """Refuses requests whose Host is not loopback, so that no foreign name can be rebound to this port."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve or refuse one connection."""
        if scope["type"] == "http" and not _is_loopback(scope):
            refusal = JsonAnswer(
                {"ok": False, "error_code": 403, "description": "Forbidden: Host must be loopback"}, 403
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _is_loopback(scope: Scope) -> bool:
    hosts = [value.decode("latin-1").lower() for name, value in scope["headers"] if name == b"host"]
    if len(hosts) != 1:
        return False
    name, _, port = hosts[0].rpartition(":") if not hosts[0].endswith("]") else (hosts[0], "", "")
    if not name:
        name, port = hosts[0], ""
    return name in LOOPBACK and (not port or port.isdigit())
