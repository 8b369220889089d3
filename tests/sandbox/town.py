"""A seeded sandbox on a loopback port, its clock standing still, and a client that judges every answer."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from telebot import asyncio_helper

from sandbox.sandbox import Sandbox
from sandbox.schema import BY_LOWER_NAME
from sandbox.seed import Seeded, seeded
from sandbox.server import Address, serve
from tests.sandbox.court import court
from tests.sandbox.judge import api, objections

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
EVERY_KIND = [
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "callback_query",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "poll",
    "poll_answer",
    "message_reaction",
    "message_reaction_count",
    "pre_checkout_query",
]


@dataclass
class Town:
    """A running sandbox seen from both sides: `ok` and `refused` are the bot's, `sandbox.act` is people's."""

    world: Seeded
    address: Address
    http: httpx.AsyncClient
    offset: int = 0

    @property
    def sandbox(self) -> Sandbox:
        return self.world.sandbox

    async def post(self, method: str, body: Any, token: str | None = None) -> httpx.Response:
        """Call a method with a JSON body."""
        return await self.http.post(f"{self.address.base}{token or self.world.token}/{method}", json=body)

    async def ok(self, method: str, **params: Any) -> Any:
        """Call a method that must succeed; return its result, of the type Telegram promises."""
        answer = (await self.post(method, params)).json()
        assert answer["ok"], answer
        self._judge(method, answer["result"])
        return answer["result"]

    async def send_files(self, method: str, files: Any, **params: Any) -> httpx.Response:
        """Call a method with files, by multipart."""
        url = f"{self.address.base}{self.world.token}/{method}"
        said = {key: value if isinstance(value, str) else json.dumps(value) for key, value in params.items()}
        return await self.http.post(url, data=said, files=files)

    async def uploaded(self, method: str, kind: str, body: bytes, **params: Any) -> Any:
        """Send a file into the group; return the Message."""
        files = {kind: (f"file.{kind}", body)}
        answer = (await self.send_files(method, files, chat_id=self.world.group, **params)).json()
        assert answer["ok"], answer
        self._judge(method, answer["result"])
        return answer["result"]

    def _judge(self, method: str, result: Any) -> None:
        known = api()
        if known is not None:
            returns = known["methods"][BY_LOWER_NAME[method.lower()]]["returns"]
            assert objections(returns, result) == []

    async def refused(self, method: str, **params: Any) -> str:
        """Call a method that must be refused; return code and description."""
        response = await self.post(method, params)
        answer = response.json()
        assert answer["ok"] is False, answer
        assert response.status_code == answer["error_code"]
        return f"{answer['error_code']} {answer['description']}"

    async def updates(self, **params: Any) -> list[Any]:
        """Return the next updates and confirm the ones before."""
        found: list[Any] = await self.ok("getUpdates", offset=self.offset, **params)
        if found:
            self.offset = max(update["update_id"] for update in found) + 1
        return found

    async def get(self, path: str, **query: Any) -> Any:
        """Ask the control API; return the whole answer."""
        return (await self.http.get(f"{self.address.control}/{path}", params=query)).json()

    async def tell(self, path: str, **body: Any) -> Any:
        """Tell the control API something; return the whole answer."""
        return (await self.http.post(f"{self.address.control}/{path}", json=body)).json()


@asynccontextmanager
async def town(*, every_kind: bool = False, pace: float = 0.001) -> AsyncIterator[Town]:
    """Run a town for one test; with `every_kind` the bot has asked for chat_member updates too.

    The server's own waits are a thousandth of Telegram's, but for a test of those waits.
    """
    with court() as sits:
        world = seeded(start=NOON, frozen=True, pace=pace, witness=sits)
        async with serve(world.sandbox) as address, httpx.AsyncClient(timeout=10) as http:
            found = Town(world, address, http)
            if every_kind:
                await found.updates(allowed_updates=EVERY_KIND)
            yield found


def lead_telebot(patch: pytest.MonkeyPatch, address: Address) -> None:
    """Lead pyTelegramBotAPI to this server; its only way to another one is two names of its module."""
    patch.setattr(asyncio_helper, "API_URL", f"{address.base}{{0}}/{{1}}")
    patch.setattr(asyncio_helper, "FILE_URL", f"{address.url}/file/bot{{0}}/{{1}}")


def keyboard(*labels: str, **button: Any) -> dict[str, Any]:
    """Return an inline keyboard of one row; without `button` each label is its own callback data."""
    return {
        "inline_keyboard": [[{"text": label, **(button or {"callback_data": label})} for label in labels]]
    }


def change_of(update: Any) -> tuple[str, str]:
    body = update.get("chat_member") or update["my_chat_member"]
    return body["old_chat_member"]["status"], body["new_chat_member"]["status"]


def forum(place: Town, *rights: str) -> int:
    """Return a forum where the bot is a member, with `rights` an administrator, and the user a member."""
    world, box = place.world, place.sandbox
    chat: int = box.add_group("Forum", world.owner, forum=True)["id"]
    box.act(world.owner, "add", chat=chat, user=world.bot)
    if rights:
        box.act(world.owner, "promote", chat=chat, user=world.bot, rights=list(rights))
    box.act(world.user, "join", chat=chat)
    box.settle(started=[world.user])
    return chat


def topic_in(place: Town, chat: int, name: str = "Fruit") -> int:
    found: int = place.sandbox.act(place.world.owner, "topic", chat=chat, name=name)["topic"]
    return found
