"""What goes with a message: a photo Telegram has, a bill; and the word that lets that be paid."""

import html
import re
from collections.abc import Mapping
from typing import Any

from telegram.ext import ExtBot

from bot.wire import Wire
from kernel.message import Checkout, Invoice, Outgoing, Photo
from texts.catalog import Catalog

_TITLE, _DESCRIPTION, _ERROR = 32, 255, 200  # characters, Bot API
_TAG = re.compile(r"</?[a-z][^<>]*>")


class Attachments:
    """Sends photos and bills; `provider_token` is the merchant's, and empty for Stars."""

    def __init__(self, bot: ExtBot[None], wire: Wire, catalog: Catalog, provider_token: str) -> None:
        self._bot, self._wire, self._catalog, self._provider_token = bot, wire, catalog, provider_token

    async def send(
        self, outgoing: Outgoing, what: Photo | Invoice, words: str, about: Mapping[str, Any]
    ) -> Any:
        """Send a photo with its caption, or a bill with its description, and return Telegram's message."""
        chat = {"chat_id": outgoing.chat}
        if isinstance(what, Photo):
            photo = {"photo": what.file_id, "caption": words}
            return await self._wire.ask(f"{self._bot.base_url}/sendPhoto", {**chat, **photo, **about})
        title = self._catalog.plain(what.title, outgoing.language)[:_TITLE]
        bill = {
            "title": title,
            "description": _plain(words)[:_DESCRIPTION],
            "payload": what.payload,
            "provider_token": self._provider_token,
            "currency": what.currency,
            "prices": [{"label": title, "amount": what.amount}],
        }
        return await self._wire.ask(f"{self._bot.base_url}/sendInvoice", {**chat, **bill})

    async def check_out(self, checkout: Checkout, words: str) -> None:
        """Let a payment go on, or say why not: Telegram waits ten seconds for it."""
        no = {"error_message": _plain(words)[:_ERROR]} if words else {}
        answer = {"pre_checkout_query_id": checkout.query, "ok": not words, **no}
        await self._wire.ask(f"{self._bot.base_url}/answerPreCheckoutQuery", answer)


def _plain(words: str) -> str:
    return html.unescape(_TAG.sub("", words))
