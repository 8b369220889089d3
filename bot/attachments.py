"""What goes with a message: a file, a picture, a bill; and the word that lets that be paid."""

import html
import re
from collections.abc import Mapping
from typing import Any

from telegram.ext import ExtBot

from bot.pictures import picture_of
from bot.wire import Wire
from handlers.keyboards import link_to
from kernel.message import Checkout, File, Invoice, Outgoing, Photo, QrCode
from texts.catalog import Catalog

_TITLE, _DESCRIPTION, _ERROR = 32, 255, 200  # characters, Bot API
_TAG = re.compile(r"</?[a-z][^<>]*>")


class Attachments:
    """Sends photos and bills; `provider_token` is the merchant's, and empty for Stars."""

    def __init__(self, bot: ExtBot[None], wire: Wire, catalog: Catalog, provider_token: str) -> None:
        self._bot, self._wire, self._catalog, self._provider_token = bot, wire, catalog, provider_token

    async def send(
        self, outgoing: Outgoing, what: File | Photo | QrCode | Invoice, words: str, about: Mapping[str, Any]
    ) -> Any:
        """Send a file, a picture or a bill with its words, and return Telegram's message."""
        if isinstance(what, Invoice):
            return await self._bill(outgoing, what, words)
        captioned = {"chat_id": outgoing.chat, "caption": words, **about}
        match what:
            case File():
                url = f"{self._bot.base_url}/sendDocument"
                return await self._wire.upload(url, captioned, {"document": what})
            case QrCode():
                drawn = picture_of(link_to(self._bot.username, what.payload))
                return await self._wire.upload(f"{self._bot.base_url}/sendPhoto", captioned, {"photo": drawn})
            case Photo():
                known = {**captioned, "photo": what.file_id}
                return await self._wire.ask(f"{self._bot.base_url}/sendPhoto", known)

    async def _bill(self, outgoing: Outgoing, what: Invoice, words: str) -> Any:
        title = self._catalog.plain(what.title, outgoing.language)[:_TITLE]
        bill = {
            "title": title,
            "description": _plain(words)[:_DESCRIPTION],
            "payload": what.payload,
            "provider_token": self._provider_token,
            "currency": what.currency,
            "prices": [{"label": title, "amount": what.amount}],
        }
        return await self._wire.ask(f"{self._bot.base_url}/sendInvoice", {"chat_id": outgoing.chat, **bill})

    async def check_out(self, checkout: Checkout, words: str) -> None:
        """Let a payment go on, or say why not: Telegram waits ten seconds for it."""
        no = {"error_message": _plain(words)[:_ERROR]} if words else {}
        answer = {"pre_checkout_query_id": checkout.query, "ok": not words, **no}
        await self._wire.ask(f"{self._bot.base_url}/answerPreCheckoutQuery", answer)


def _plain(words: str) -> str:
    return html.unescape(_TAG.sub("", words))
