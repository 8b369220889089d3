"""This machine: file modes, the web port, and whether a caiboshi runs here."""

import os
import shlex
import socket
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from errno import EADDRINUSE
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import aiohttp
from sqlalchemy import make_url

from bot.checks.finding import Check, Finding, good, skipped, wrong
from bot.config import Config, WebConfig
from kernel.message import Param, Text
from storage.look import Look, is_held

_HEALTH_SECONDS = 3.0
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - compared with, never listened on


@dataclass(frozen=True, slots=True)
class Running:
    """What shows that a caiboshi runs here."""

    is_seen: bool  # its page answers, or its database is in use
    has_page: bool = False
    telegram: bool | None = None  # whether it says that Telegram answers it; None: not told


async def running(config: Config, seen: Look | None) -> Running:
    """Look whether our database is in use, and ask the health page of whoever runs.

    A page that answers while nobody holds our file belongs to another installation.
    """
    is_file = make_url(config.storage.url).get_backend_name() == "sqlite"
    is_in_use = is_held(config.storage.url) if is_file else bool(seen and seen.is_in_use)
    told = await _health(config.web)
    if told is None or (is_file and not is_in_use):
        return Running(is_in_use)
    return Running(is_seen=True, has_page=True, telegram=told.get("telegram"))


async def _health(web: WebConfig) -> Mapping[str, Any] | None:
    """Return what the health page of a caiboshi says; None: no such page."""
    if not web.port:
        return None
    timeout = aiohttp.ClientTimeout(total=_HEALTH_SECONDS)
    host = _EVERYWHERE.get(web.host, web.host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{web.port}/readyz"
    try:
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
            told = await response.json()
    except (aiohttp.ClientError, OSError, ValueError):
        return None
    return told if isinstance(told, dict) and "running" in told else None


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
        private += [path for end in ("", "-wal") if os.path.exists(path := Path(f"{url.database}{end}"))]
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
