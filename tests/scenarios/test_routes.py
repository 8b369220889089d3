"""Behind the switchboard every update finds the route it would find if each was asked in turn."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import CallbackQuery, Chat, Message, MessageEntity, Update, User
from telegram.ext import BaseHandler

from handlers.switchboard import Switchboard
from tests.world import World
from texts import catalog

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # nothing here is the database's
CATALOG = catalog.load()
SOMEBODY = User(7, "Li", is_bot=False)
WORDS = sorted(word for words in CATALOG.words.values() for word in words)
COMMANDS = st.sampled_from(
    ["/growth", "/START", "/who", "/points +5", "/nothing", "/setup@caiboshi_bot", "/start job-x"]
)
ACTS = ["growth.card", "growth.history", "growth.board", "setup.step", "staff.who", "home.menu", "no.act"]
TYPED = st.one_of(
    COMMANDS,
    st.sampled_from(WORDS),
    st.sampled_from(WORDS).map(lambda word: f"「{word}」。"),
    st.text(max_size=40),
)
DATA = st.one_of(
    st.builds(
        lambda act, args: f"v1:{act}{args}",
        st.sampled_from(ACTS),
        st.sampled_from(["", ":1", ":0", ":1:2", "x"]),
    ),
    st.text(min_size=1, max_size=20),
)
CHATS = st.sampled_from([Chat(7, Chat.PRIVATE), Chat(-100, Chat.SUPERGROUP, title="G")])


def board_of(world: World) -> Switchboard:
    """Return the switchboard of the running product."""
    (board,) = (each for each in world.runtime.application.handlers[0] if isinstance(each, Switchboard))
    return board


def said(world: World, text: str, chat: Chat) -> Message:
    length = len(text.split()[0]) if text.startswith("/") and text.split() else 0
    entities = (MessageEntity(MessageEntity.BOT_COMMAND, 0, length),) if length > 1 else ()
    message = Message(
        1, datetime(2026, 11, 23, tzinfo=UTC), chat, from_user=SOMEBODY, text=text, entities=entities
    )
    message.set_bot(world.runtime.bot)
    return message


def in_turn(board: Switchboard, update: Update) -> BaseHandler[Any, Any, Any] | None:
    """Return the first route that takes an update, as python-telegram-bot looks for it."""
    for route in board.routes:
        found = route.check_update(update)
        if found is not None and found is not False:
            return route
    return None


@given(text=TYPED, chat=CHATS, edited=st.booleans())
async def test_a_message_finds_the_route_it_would_find_in_turn(
    town: World, text: str, chat: Chat, edited: bool
) -> None:
    message = said(town, text, chat)
    update = Update(1, edited_message=message) if edited else Update(1, message=message)

    found = board_of(town).check_update(update)

    assert (found and found[0]) is in_turn(board_of(town), update)


@given(data=DATA, chat=CHATS)
async def test_a_tap_finds_the_route_it_would_find_in_turn(town: World, data: str, chat: Chat) -> None:
    tap = CallbackQuery("1", SOMEBODY, "i", message=said(town, "card", chat), data=data)
    update = Update(1, callback_query=tap)

    found = board_of(town).check_update(update)

    assert (found and found[0]) is in_turn(board_of(town), update)
