"""The webhook at Telegram's side: set at the start, looked after while the process lives.

The route that Telegram then calls is `web/webhook.py`.
"""

import asyncio
import hashlib
import hmac
import logging
from urllib.parse import urlsplit

from telegram import WebhookInfo
from telegram.error import BadRequest
from telegram.ext import ExtBot

from bot.config import TelegramConfig
from bot.contact import Contact
from bot.intake import ALLOWED_UPDATES

_log = logging.getLogger(__name__)
_CONNECTIONS = 40  # at once; each waits for a commit, which many share
_WATCH_SECONDS = 60.0
_PURPOSE = b"caiboshi webhook secret"


class WebhookRefused(Exception):
    """Telegram does not take our address for the webhook; the message is Telegram's."""


class Webhook:
    """Keeps Telegram bringing updates to our address."""

    def __init__(self, *, contact: Contact, bot: ExtBot[None], url: str, secret: str) -> None:
        self._contact, self._bot = contact, bot
        self._url, self._secret = url, secret
        self._failed_at: object = None  # the last failed delivery we know of

    async def run(self) -> None:
        """Set the webhook and watch it. Raises InvalidToken and WebhookRefused."""
        await self._set()
        _log.info("webhook set", extra={"host": urlsplit(self._url).hostname})
        while True:
            await asyncio.sleep(_WATCH_SECONDS)
            await self.check()

    async def check(self) -> None:
        """Look whether updates are still brought to us; else set the webhook again."""
        standing = await self._contact.until_answered("looking at the webhook", self._bot.get_webhook_info)
        if standing.url != self._url:
            _log.warning(
                "the webhook was taken over or removed and is set again: two must not share a token",
                extra={"host": urlsplit(standing.url).hostname},
            )
            await self._set()
        self._tell_failures(standing)

    def _tell_failures(self, standing: WebhookInfo) -> None:
        if standing.last_error_date is None or standing.last_error_date == self._failed_at:
            return
        self._failed_at = standing.last_error_date
        _log.warning(
            "Telegram could not bring an update: see that webhook_url leads to web.port",
            extra={"said": standing.last_error_message, "waiting": standing.pending_update_count},
        )

    async def _set(self) -> None:
        await self._contact.until_answered("setting the webhook", self._ask)

    async def _ask(self) -> None:
        try:
            await self._bot.set_webhook(
                self._url,
                max_connections=_CONNECTIONS,
                allowed_updates=ALLOWED_UPDATES,
                drop_pending_updates=False,
                secret_token=self._secret,
            )
        except BadRequest as fault:
            raise WebhookRefused(fault.message) from fault


def secret_of(config: TelegramConfig) -> str:
    """Return what Telegram shows with each update: the secret given, else one made from the token.

    Who does not know the token cannot make it, and it tells nothing about the token (HMAC-SHA256).
    """
    made = hmac.new(config.token.encode(), _PURPOSE, hashlib.sha256).hexdigest()
    return config.webhook_secret or made


def path_of(url: str) -> str:
    """Return the path at which the webhook's route stands."""
    return urlsplit(url).path or "/"
