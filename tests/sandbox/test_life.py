"""Lives of groups, forums and channels, drawn at random: whatever happens, the world stays whole."""

from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import Update

from sandbox.errors import ControlError
from sandbox.rights import PERMISSIONS, rights_of
from sandbox.schema import METHODS, Field
from sandbox.verbs import VERBS
from tests.sandbox.judge import api, objections
from tests.sandbox.test_fuzz import running
from tests.sandbox.town import EVERY_KIND, Town

PEOPLE, STEPS = 4, 120
CHATS = ("group", "forum", "small", "channel")
MARKUP = {"inline_keyboard": [[{"text": "A", "callback_data": "x"}]]}
TEXTS = ("x", "/help@caiboshi_demo_bot", "@someone #tag", "\U0001f34e 2", "https://t.me/+x")
ENDS = ("deactivate", "delete_group", "leaveChat", "block")
"""Deeds after which little else can happen: a life has one of them, at its end."""

Draw = Callable[[Random], Any]
Call = Callable[[str, Any], Any]


def _one_of(*values: Any) -> Draw:
    return lambda rng: rng.choice(values)


def _some_of(*values: Any) -> Draw:
    return lambda rng: rng.sample(values, rng.randint(0, 4))


NUMBER = _one_of(*range(1, 9))
KNOWN: dict[str, Draw] = {
    **dict.fromkeys(("chat", "chat_id", "from_chat_id"), _one_of(*CHATS, "forum")),
    **dict.fromkeys(("as_channel", "sender_chat_id"), _one_of("channel")),
    **dict.fromkeys(("user", "user_id"), _one_of(*range(PEOPLE + 1))),
    **dict.fromkeys(("message", "message_id", "reply_to"), NUMBER),
    **dict.fromkeys(("topic", "message_thread_id"), _one_of(1, 2, 2, 2, 4, 6)),
    **dict.fromkeys(("name", "title", "text", "caption", "description", "custom_title"), _one_of(*TEXTS)),
    **dict.fromkeys(("is_anonymous", "can_manage_topics", "can_post_messages", "on"), _one_of(True, False)),
    "message_ids": lambda rng: sorted(rng.sample(range(1, 9), 3)),
    "reply_parameters": lambda rng: {"message_id": NUMBER(rng)},
    "username": _one_of("", "public_place"),
    "permissions": _some_of(*PERMISSIONS),
    "rights": _some_of(*rights_of("group")),
    "first": _one_of("to", "from"),
    "emoji": _one_of("", "\U0001f44d"),
    "reaction": _one_of([], [{"type": "emoji", "emoji": "\U0001f44d"}]),
    "count": _one_of(2, 3),
    "data": _one_of("x"),
    "reply_markup": _one_of(MARKUP),
}
"""Fields of verbs and parameters of methods that this test knows values for; others are left out."""


def _usable(known: dict[str, Field]) -> bool:
    return all(name in KNOWN for name, field in known.items() if field.required)


ACTS = {name: fields for name, (_, fields) in VERBS.items() if _usable(fields)}
CALLS = {name: fields for name, fields in METHODS.items() if _usable(fields) and "chat_id" in fields}
DEEDS = sorted({*ACTS, *CALLS} - {*ENDS})


class _Scene:
    """A group, a forum, a small group and a channel of new people, with the bot and a few words in each."""

    def __init__(self, place: Town, call: Call, rng: Random) -> None:
        self._box, self._call, self._rng, self._bot = place.sandbox, call, rng, place.world.bot
        box = place.sandbox
        self._people = [box.add_user(f"P{number}")["id"] for number in range(PEOPLE)]
        owner, *others, _ = self._people
        self._chats: dict[str, int] = {
            "group": box.add_group("Group", owner)["id"],
            "forum": box.add_group("Forum", owner, forum=True)["id"],
            "small": box.add_group("Small", owner, kind="group")["id"],
        }
        self._chats["channel"] = box.add_channel("Channel", owner, linked=self._chats["group"])["id"]
        box.act(owner, "topic", chat=self._chats["forum"], name="First")
        for chat in self._chats.values():
            box.act(owner, "promote", chat=chat, user=self._bot)
            for user in others:
                box.act(user, "join", chat=chat)
            box.act(owner, "promote", chat=chat, user=others[0])
            box.act(owner, "send", chat=chat, text="one")
            call("sendMessage", {"chat_id": chat, "text": "two", "reply_markup": MARKUP})

    def do(self, deed: str) -> None:
        """Let a person or the bot do something; a refusal is as good as a deed."""
        drawn = {
            name: self._real(name, KNOWN[name](self._rng))
            for name, field in (CALLS if deed in CALLS else ACTS)[deed].items()
            if name in KNOWN and (field.required or self._rng.random() < self._likely(name))
        }
        if deed in ACTS:
            with suppress(ControlError):
                self._box.act(self._rng.choice(self._people[:-1] + self._people[:1]), deed, **drawn)
            return
        if "permissions" in drawn:
            drawn["permissions"] = dict.fromkeys(drawn["permissions"], True)
        answer = self._call(deed, drawn)
        assert answer.status_code in (200, 400, 403, 429), (deed, drawn, answer.text)

    def _likely(self, name: str) -> float:
        return 0.9 if name in ("chat", "chat_id", "message_id", "data") else 0.3

    def _real(self, name: str, value: Any) -> Any:
        """Return what a drawn value stands for here."""
        if value in CHATS:
            return self._chats[value]
        if name in ("user", "user_id"):
            return [*self._people, self._bot][value]
        return value

    def check(self) -> None:
        """Hold what everybody sees against the Bot API; what is pinned and every topic is there."""
        for user in self._people:
            for chat in self._box.view(user)["chats"]:
                self._check_chat(chat)

    def _check_chat(self, chat: Any) -> None:
        # What only the view says of a message.
        view_only = ("reactions", "my_vote", "payment")
        messages = [
            {name: value for name, value in message.items() if name not in view_only}
            for message in chat["messages"]
        ]
        if api() is not None:
            assert objections(["Array of Message"], messages) == []
        ids = [message["message_id"] for message in messages]
        assert ids == sorted(set(ids))
        assert chat["pinned"] is None or chat["pinned"] in ids
        topics = {topic["id"] for topic in chat.get("topics", [])} - {1}
        for message in messages:
            assert not message.get("is_topic_message") or message["message_thread_id"] in topics


def test_whatever_happens_the_world_stays_whole() -> None:
    with running() as (place, send):

        def call(method: str, body: Any) -> Any:
            return send("POST", f"/bot{place.world.token}/{method}", body)

        @settings(max_examples=15)
        @given(st.integers(0, 1 << 32))
        def live(seed: int) -> None:
            rng = Random(seed)
            scene = _Scene(place, call, rng)
            for _ in range(STEPS):
                scene.do(rng.choice(DEEDS))
            scene.do(rng.choice(ENDS))
            scene.check()
            _check_updates(call("getUpdates", {"allowed_updates": EVERY_KIND}))
            place.sandbox.settle()

        live()


def _check_updates(answer: Any) -> None:
    """A client that knows nothing of the sandbox reads every update, and the Bot API objects to none."""
    updates = answer.json()["result"]
    if api() is not None:
        assert objections(["Array of Update"], updates) == []
    for update in updates:
        assert Update.de_json(update, None).update_id == update["update_id"]
