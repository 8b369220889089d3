"""Telegram: reached, with the right token and clock, and nobody else takes our updates."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from bot.checks.asking import Answer, Asker, Trouble, Unreachable
from bot.checks.finding import Check, Finding, good, skipped, wrong
from bot.checks.machine import Running
from bot.config import Mode, TelegramConfig
from bot.intake import ALLOWED_UPDATES
from kernel.message import Param, Text

_TOKEN = re.compile(r"[0-9]{1,20}:[A-Za-z0-9_-]+")
_NOBODY = "0:doctor"  # a token that nobody has: enough to learn whether a Bot API server answers
_NO_TOKEN = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
_OF_THE_PROXY = (Trouble.PROXY_AWAY, Trouble.PROXY_REFUSED)
_MOST_SECONDS_OFF = 30
_MOST_WAITING = 1000
_PROBE_SECONDS = 4  # other bots come back a second or so after they were interrupted

UPDATES = (Check.WEBHOOK, Check.KINDS, Check.BACKLOG, Check.FETCHING)
Json = Mapping[str, Any]


async def meet(asker: Asker, config: TelegramConfig) -> tuple[list[Finding], Json | None]:
    """Ask who the bot is; return what that showed, and the bot's account when Telegram told."""
    token = config.token if _TOKEN.fullmatch(config.token) else _NOBODY
    try:
        answer = await asker.ask(token, "getMe")
    except Unreachable as fault:
        return [
            _token(config, None),
            *_far(config, fault),
            skipped(Check.CLOCK, Text("doctor.not_asked")),
        ], None
    reached = _reached(config, answer)
    return [_token(config, answer), reached, _proxy(config), _clock(answer.ahead_seconds)], answer.result


def _reached(config: TelegramConfig, answer: Answer) -> Finding:
    if answer.code not in (HTTPStatus.OK, *_NO_TOKEN):
        return wrong(Check.TELEGRAM, Text("doctor.not_now", {"reason": _told(answer)}))
    there: dict[str, Param] = {"server": _host(config.base_url), "milliseconds": round(answer.seconds * 1000)}
    return good(Check.TELEGRAM, Text("doctor.telegram_good", there))


def _told(answer: Answer) -> str:
    return f"{answer.code} {answer.said}"


def _far(config: TelegramConfig, fault: Unreachable) -> list[Finding]:
    """Say why Telegram is not reached: the proxy stands before it."""
    if fault.trouble in _OF_THE_PROXY:
        said = {"proxy": _host(config.proxy), "reason": fault.reason}
        stuck = wrong(Check.PROXY, Text(f"doctor.proxy_{fault.trouble}", said))
        return [skipped(Check.TELEGRAM, Text("doctor.not_through")), stuck]
    said = {"server": _host(config.base_url), "reason": fault.reason}
    return [wrong(Check.TELEGRAM, Text(f"doctor.telegram_{fault.trouble}", said)), _proxy(config)]


def _proxy(config: TelegramConfig) -> Finding:
    """Say which proxy was gone through, if any."""
    if not config.proxy:
        return skipped(Check.PROXY, Text("doctor.proxy_none"))
    return good(Check.PROXY, Text("doctor.proxy_good", {"proxy": _host(config.proxy)}))


def _host(url: str) -> str:
    """Return the server of an address, without whatever secret its other parts may hold."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{re.split('[/?#]', rest)[0].rpartition('@')[2]}"


def _token(config: TelegramConfig, answer: Answer | None) -> Finding:
    if not config.token:
        return wrong(Check.TOKEN, Text("doctor.token_missing"))
    if not _TOKEN.fullmatch(config.token):
        return wrong(Check.TOKEN, Text("doctor.token_malformed"))
    if answer is not None and answer.code in _NO_TOKEN:
        return wrong(Check.TOKEN, Text("doctor.token_refused", {"reason": answer.said}))
    if answer is None or answer.code != HTTPStatus.OK:
        return skipped(Check.TOKEN, Text("doctor.not_asked"))
    return good(Check.TOKEN, Text("doctor.token_good", {"name": answer.result.get("username", "?")}))


def _clock(ahead_seconds: float | None) -> Finding:
    if ahead_seconds is None:
        return skipped(Check.CLOCK, Text("doctor.clock_untold"))
    off = {"seconds": round(abs(ahead_seconds))}
    if ahead_seconds > _MOST_SECONDS_OFF:
        return wrong(Check.CLOCK, Text("doctor.clock_ahead", off))
    if ahead_seconds < -_MOST_SECONDS_OFF:
        return wrong(Check.CLOCK, Text("doctor.clock_behind", off))
    return good(Check.CLOCK, Text("doctor.clock_good", {"most": _MOST_SECONDS_OFF}))


async def updates(asker: Asker, config: TelegramConfig, running: Running) -> list[Finding]:
    """Look at how the bot's updates travel. Raises Unreachable."""
    answer = await asker.ask(config.token, "getWebhookInfo")
    if answer.code != HTTPStatus.OK:
        raise Unreachable(Trouble.OTHER, _told(answer))
    told = answer.result
    return [
        _webhook(config, told, is_running=running.is_seen),
        _kinds(told.get("allowed_updates")),
        _backlog(told.get("pending_update_count", 0)),
        await _fetching(asker, config.token, told, running),
    ]


def _webhook(config: TelegramConfig, told: Json, *, is_running: bool) -> Finding:
    url = told.get("url", "")
    server = {"server": _host(url)}
    if config.mode is Mode.POLLING:
        if url:
            return wrong(Check.WEBHOOK, Text("doctor.webhook_set", server))
        return good(Check.WEBHOOK, Text("doctor.webhook_none"))
    if url and url != config.webhook_url:
        return wrong(Check.WEBHOOK, Text("doctor.webhook_elsewhere", server))
    if not url and is_running:
        return wrong(Check.WEBHOOK, Text("doctor.webhook_removed"))
    if not url:
        return skipped(Check.WEBHOOK, Text("doctor.webhook_later"))
    failed = told.get("last_error_message")
    if failed and told.get("pending_update_count"):  # after a delivery that went well nothing waits
        return wrong(Check.WEBHOOK, Text("doctor.webhook_failing", server | {"reason": failed}))
    return good(Check.WEBHOOK, Text("doctor.webhook_good", server))


def _kinds(told: list[Any] | None) -> Finding:
    if told is None:
        return skipped(Check.KINDS, Text("doctor.kinds_untold"))
    allowed = set(map(str, told))
    missing, more = set(ALLOWED_UPDATES) - allowed, allowed - set(ALLOWED_UPDATES)
    if missing:
        return wrong(Check.KINDS, Text("doctor.kinds_missing", {"kinds": ", ".join(sorted(missing))}))
    if more:
        return wrong(Check.KINDS, Text("doctor.kinds_more", {"kinds": ", ".join(sorted(more))}))
    return good(Check.KINDS, Text("doctor.kinds_good"))


def _backlog(waiting: int) -> Finding:
    if waiting > _MOST_WAITING:
        return wrong(Check.BACKLOG, Text("doctor.backlog_long", {"waiting": waiting}))
    return good(Check.BACKLOG, Text("doctor.backlog_good", {"waiting": waiting}))


async def _fetching(asker: Asker, token: str, told: Json, running: Running) -> Finding:
    """Say whether another program fetches the updates too.

    A getUpdates ends the long poll of whoever fetches (docs/adr/0007): our own bot is asked by its health
    page instead, and only where no bot runs Telegram is asked. Without an offset nothing is confirmed, so
    nothing is lost; without allowed_updates the list stays.
    """
    if told.get("url"):
        return skipped(Check.FETCHING, Text("doctor.fetching_webhook"))
    if running.telegram:
        return good(Check.FETCHING, Text("doctor.fetching_ours"))
    if running.telegram is False:
        return wrong(Check.FETCHING, Text("doctor.fetching_stuck"))
    if running.is_seen:
        return skipped(Check.FETCHING, Text("doctor.fetching_unasked"))
    answer = await asker.ask(token, "getUpdates", wait=_PROBE_SECONDS, timeout=_PROBE_SECONDS, limit=1)
    if answer.code == HTTPStatus.CONFLICT:
        return wrong(Check.FETCHING, Text("doctor.fetching_other"))
    if answer.code != HTTPStatus.OK:
        return wrong(Check.FETCHING, Text("doctor.not_now", {"reason": _told(answer)}))
    return good(Check.FETCHING, Text("doctor.fetching_nobody"))
