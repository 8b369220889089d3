"""This machine: file modes, the web port, and whether a caiboshi runs here."""

import shlex
import socket
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from errno import EADDRINUSE
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiohttp
from sqlalchemy import make_url

from bot.checks.finding import Check, Finding, good, skipped, wrong
from bot.config import Config, WebConfig
from kernel.message import Param, Text

_HEALTH_SECONDS = 3.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, never listened on


@dataclass(frozen=True, slots=True)
class Running:
    """What shows that a caiboshi runs here."""

    is_seen: bool  # its page answers, or its database is in use
    has_page: bool = False
    telegram: bool | None = None  # whether it says that Telegram answers it; None: not told


async def running(web: WebConfig, *, is_in_use: bool) -> Running:
    """Ask a running caiboshi's health page; a database in use speaks for one as well."""
    if not web.port:
        return Running(is_in_use)
    timeout = aiohttp.ClientTimeout(total=_HEALTH_SECONDS)
    host = _EVERYWHERE.get(web.host, web.host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{web.port}/readyz"
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
            told = await response.json()
    except (aiohttp.ClientError, OSError, ValueError):
        return Running(is_in_use)
    if not isinstance(told, dict) or "running" not in told:
        return Running(is_in_use)
    return Running(is_seen=True, has_page=True, telegram=told.get("telegram"))


def port(web: WebConfig, found: Running) -> Finding:
    """Look whether the web part can listen, or does already."""
    if not web.port:
        return skipped(Check.PORT, Text("doctor.port_any"))
    where: dict[str, Param] = {"host": web.host, "port": web.port}
    if found.has_page:
        return good(Check.PORT, Text("doctor.port_ours", where))
    try:
        socket.create_server((web.host, web.port)).close()
    except OSError as fault:
        if fault.errno == EADDRINUSE:
            return wrong(Check.PORT, Text("doctor.port_taken", where))
        return wrong(Check.PORT, Text("doctor.port_closed", where | {"reason": fault.strerror or ""}))
    return good(Check.PORT, Text("doctor.port_free", where))


def files(config: Config, file: Path | None) -> Finding:
    """Look whether other people of this machine can read what is secret or personal."""
    private = [file] if file and _holds(file, secrets(config)) else []
    url = make_url(config.storage.url)
    if url.get_backend_name() == "sqlite" and url.database:
        private += [path for end in ("", "-wal") if (path := Path(f"{url.database}{end}")).exists()]
    if not private:
        return skipped(Check.FILES, Text("doctor.files_none"))
    bare = [shlex.quote(str(path)) for path in private if path.stat().st_mode & stat.S_IROTH]
    if bare:
        return wrong(Check.FILES, Text("doctor.files_bare", {"files": " ".join(bare)}))
    return good(Check.FILES, Text("doctor.files_good"))


def secrets(config: Config) -> Sequence[str]:
    """Return what must never be shown, as far as it is set."""
    telegram = config.telegram
    ways = (make_url(config.storage.url).password, urlsplit(telegram.proxy).password)
    found = (telegram.token, telegram.webhook_secret, *ways, *(unquote(way) for way in ways if way))
    return [str(secret) for secret in found if secret]


def _holds(file: Path, words: Sequence[str]) -> bool:
    said = file.read_text("utf-8")
    return any(word in said for word in words)
