"""A life in fast motion: whatever people, the bot and the control API do, the world stays whole.

Other than in test_fuzz.py most of what is asked for makes sense, so that rare states are reached: deleted
groups with open payments, upgraded groups with pins, accounts that are gone while their polls end.
"""

import json
from collections import defaultdict
from random import Random
from typing import Any

import httpx
import pytest

from sandbox.errors import ControlError
from sandbox.sandbox import Sandbox
from sandbox.schema import METHODS, Field
from sandbox.seed import Seeded, seeded
from sandbox.server import application
from sandbox.verbs import VERBS
from tests.sandbox.court import Court, court
from tests.sandbox.pictures import png
from tests.sandbox.town import EVERY_KIND, NOON

STEPS = 1500
LOOK_EVERY = 75
SERVED = {200, 400, 403, 404, 409, 429, 502}
"""502 is a fault's."""
ENDS = {"deactivate", "delete_group", "block", "leaveChat", "kick", "leave", "username"}
"""What leaves less to do is done less."""

WORDS = [
    "",
    "x",
    "Tea",
    "/start",
    "/poll@caiboshi_demo_bot a",
    "<b>8</b>",
    "<i>x",
    "*x*",
    "@lin_jianguo",
    "5",
    "👍",
    "a\0",
]
MARKUPS = [
    {
        "inline_keyboard": [
            [
                {"text": "Tea", "callback_data": "x"},
                {"text": "x", "url": "https://t.me/caiboshi_demo_bot?start=x"},
            ]
        ]
    },
    {"inline_keyboard": []},
    {"keyboard": [[{"text": "x"}]]},
    {"remove_keyboard": True},
]
RIGHTS = [
    "can_manage_topics",
    "can_pin_messages",
    "is_anonymous",
    "can_promote_members",
    "can_invite_users",
    "can_post_messages",
]
PERMISSIONS = ["can_send_messages", "can_send_photos", "can_send_polls", "can_invite_users"]
PRICES = [{"label": "Tea", "amount": 5}]
FIXED: dict[str, list[Any]] = {
    "action": ["typing"],
    "commands": [[{"command": "x", "description": "x"}], []],
    "correct": [0, 1],
    "currency": ["XTR"],
    "emoji": ["👍", "❤", ""],
    "first": ["to", "from"],
    "media": [{"type": "photo", "media": "FILE", "caption": "x"}],
    "media:[InputMedia]": [[{"type": "photo", "media": "FILE"}] * 2],
    "button": ["Tea", "x"],
    "data": ["x"],
    "options": [["Mon", "Tue"]],
    "parse_mode": ["HTML", "MarkdownV2"],
    "permissions": [{}, {"can_send_messages": True}],
    "permissions:words": [PERMISSIONS, PERMISSIONS[:1], []],
    "prices": [PRICES],
    "provider_token": [""],
    "reaction": [[{"type": "emoji", "emoji": "👍"}], []],
    "reply_markup": MARKUPS,
    "rights": [RIGHTS, RIGHTS[:1], []],
    "type": ["quiz", "regular", "group", "supergroup"],
    "url": [""],
    "username": ["some_name", ""],
}
"""Values that make sense by the name of the field; FILE becomes an id."""
POOLS = {
    "callback_query_id": "id",
    "pre_checkout_query_id": "query",
    "telegram_payment_charge_id": "telegram_payment_charge_id",
    "invite_link": "invite_link",
    "link": "invite_link",
    "file_id": "file_id",
}
"""Field -> under which name earlier results held what it takes."""
KEPT = {*POOLS.values(), "update_id"}
NEEDS = {
    "tap": "reply_markup",
    "editMessageMedia": "photo",
    "editMessage": "reply_markup",
    "vote": "poll",
    "Poll": "poll",
    "pay": "invoice",
    "topic": "message_thread_id",
    "ForumTopic": "message_thread_id",
}
"""Part of a verb's or a method's name -> what the message must carry for it to make sense."""
GIVEN = {"button"}
ABSENT = {"business_connection_id", "inline_message_id", "entities", "caption_entities", "bot"}
"""Optional fields that are always or never given: test_fuzz.py tries them."""
UPLOADS = {"photo", "document", "video", "voice"}


class Life:
    """One sandbox and what was learned of it: chats, people, ids that came back."""

    def __init__(self, seed: int, sits: Court) -> None:
        self.world: Seeded = seeded(start=NOON, frozen=True, pace=0.0001, witness=sits)
        self.token = self.world.token
        self.rng = Random(seed)
        self.users = [self.world.owner, *self.world.members]
        self.chats = [self.world.group]
        self.found: dict[str, list[Any]] = defaultdict(list)
        self.seen: list[Any] = []
        self.done: set[str] = set()
        self._people()

    @property
    def box(self) -> Sandbox:
        return self.world.sandbox

    def _people(self) -> None:
        """Add forums, basic groups and a channel."""
        box, owner = self.box, self.world.owner
        self.chats += [box.add_group("Forum", owner, forum=True)["id"] for _ in range(3)]
        self.chats += [box.add_group("Small", owner, kind="group")["id"] for _ in range(2)]
        self.chats.append(box.add_channel("News", owner, linked=self.chats[1])["id"])
        self.users += [box.add_user(f"User {number}")["id"] for number in range(4)]
        self.mend()

    def mend(self) -> None:
        """Let the owner bring the bot back everywhere, as administrator, two people in, and others ask."""
        owner = self.world.owner
        for chat in self.chats:
            self._do(owner, "promote", chat=chat, user=self.world.bot)
            for who in self.users[1:3]:
                self._do(owner, "add", chat=chat, user=who)
            for who in self.users[3:5]:
                self._do(who, "request", chat=chat)
        for who in self.users[:3]:
            self._do(who, "start")

    async def stir(self, http: httpx.AsyncClient) -> None:
        """Let the bot put out what people then tap, pay, vote on and write into."""
        for chat in self.chats[-8:]:
            here = {"chat_id": chat}
            photo = {
                "data": _texts(here | {"reply_markup": MARKUPS[0]}),
                "files": {"photo": ("tea.png", png(8, 8))},
            }
            await self._asked(http, "sendPhoto", **photo)
            await self._asked(http, "sendPoll", json=here | {"question": "?", "options": ["Mon", "Tue"]})
            await self._asked(http, "createForumTopic", json=here | {"name": "Tea"})
        for user in self.users[:3]:
            bill = {"title": "T", "description": "D", "payload": "p", "currency": "XTR", "prices": PRICES}
            await self._asked(http, "sendInvoice", json=bill | {"chat_id": user})

    def _do(self, who: int, verb: str, **fields: Any) -> None:
        """Let somebody do a verb; a refusal is a ControlError and nothing else."""
        try:
            self.learn(self.box.act(who, verb, **fields))
        except ControlError:
            return
        self.done.add(verb)

    def learn(self, result: Any) -> None:
        """Keep the ids a result holds, by their names."""
        if isinstance(result, list):
            for one in result:
                self.learn(one)
        if not isinstance(result, dict):
            return
        for name, value in result.items():
            if name in KEPT and isinstance(value, int | str) and (name != "id" or "chat_instance" in result):
                self.found[name] = [*self.found[name][-30:], value]
            self.learn(value)
        if "message_id" in result and "chat" in result:
            self.seen = [*self.seen[-80:], result]
        if "title" in result and result.get("id", 0) not in {0, *self.chats}:
            self.chats.append(result["id"])

    def value(self, field: Field) -> Any:
        """Return something to give as a field."""
        pool = self.found[POOLS.get(field.name, "")]
        if self.rng.random() < 0.02:
            return self.rng.choice([None, "x", -1, 0, 1 << 40, [], {}, True, 1.5])
        if pool:
            return self.rng.choice(pool)
        if "chat" in field.name or field.name in ("as_channel", "linked"):
            return self.rng.choice([*self.chats, *self.chats, self.rng.choice(self.users)])
        if "user" in field.name or field.name in ("creator", "via", "bot"):
            return self.rng.choice([*self.users, self.world.bot, self.world.bot])
        return self._fixed(field)

    def _fixed(self, field: Field) -> Any:
        by_kind = {"int": range(1, 60), "bool": [True, False], "ids": [[0], [1], [2, 3], []]}
        if field.kind in by_kind:
            return self.rng.choice(by_kind[field.kind])
        choice = FIXED.get(f"{field.name}:{field.kind}", FIXED.get(field.name, WORDS))
        said = json.dumps(self.rng.choice(choice))
        return json.loads(said.replace("FILE", self.rng.choice(self.found["file_id"] or ["x"])))

    def fields(self, act: str, known: dict[str, Field]) -> dict[str, Any]:
        """Return values for what is required and some of the rest; chats and their messages fit."""
        share = 0.02 if len(known) > 8 else 0.2
        found = {
            name: self.value(field)
            for name, field in known.items()
            if field.required or name in GIVEN or (name not in ABSENT and self.rng.random() < share)
        }
        if self.seen and self.rng.random() < 0.9:
            found |= self._place(act, known)
        return found

    def _place(self, act: str, known: dict[str, Field]) -> dict[str, Any]:
        """Return a message that was there, under the names by which a call or a verb knows it."""
        needed = next((has for part, has in NEEDS.items() if part in act), "chat")
        message = self.rng.choice([one for one in self.seen if needed in one] or self.seen)
        chat, number = message["chat"]["id"], message["message_id"]
        names = {"chat": chat, "chat_id": chat, "from_chat_id": chat, "message": number, "message_id": number}
        topic = message.get("message_thread_id")
        if topic:
            names |= {"topic": topic, "message_thread_id": topic}
        if self.rng.random() < 0.2:
            names["reply_to"] = number
        return {name: value for name, value in names.items() if name in known}

    def act(self) -> None:
        """Let somebody do something; the first three people stay."""
        verb = self.rng.choice(sorted(VERBS))
        who = self.rng.choice(self.users[3:] if verb == "deactivate" else [self.world.owner, *self.users[:6]])
        fields = self.fields(verb, VERBS[verb][1])
        if fields.get("chat") in self.users and verb != "deactivate":
            who = fields["chat"]
        if verb not in ENDS or self.rng.random() < 0.1:
            self._do(who, verb, **fields)

    def direct(self) -> None:
        """Move the clock, put up a fault, add somebody, set limits, deliver something again."""
        rng, box = self.rng, self.box
        bot = self.world.bot
        does = [
            lambda: box.advance(rng.choice([1, 11, 200, 90_000])),
            lambda: box.fault("flood", retry_after=1),
            lambda: box.fault("status", status=502),
            lambda: box.fault(rng.choice(["drop_after", "reset", "garbage", "stale"])),
            lambda: box.fault(rng.choice(["duplicate", "reorder"]), ratio=0.5),
            lambda: box.fault("skew", seconds=rng.choice([-3600, 3600])),
            box.clear_faults,
            lambda: box.limit(chat_per_second=rng.choice([1, 50])),
            box.limit,
            box.limit,
            lambda: box.redeliver(rng.choice(self.found["update_id"] or [0]), new_id=rng.random() < 0.5),
            lambda: box.set_privacy(bot, privacy=rng.random() < 0.5),
            lambda: setattr(self, "token", box.revoke_token(bot)["token"]),
            lambda: self.users.append(box.add_user("New")["id"]),
            lambda: self.learn(box.add_group("New", self.world.owner, forum=rng.random() < 0.5)),
        ]
        try:
            act: Any = rng.choice(does)
            act()
        except ControlError:
            return

    async def call(self, http: httpx.AsyncClient) -> None:
        """Let the bot call a method."""
        method = self.rng.choice(sorted(set(METHODS) - {"getUpdates", "setWebhook"}))
        if method in ENDS and self.rng.random() < 0.8:
            return
        params = self.fields(method, METHODS[method])
        if uploads := UPLOADS & params.keys():
            files = {kind: ("tea.png", png(8, 8)) for kind in uploads}
            params = {name: value for name, value in params.items() if name not in uploads}
            said: dict[str, Any] = {"data": _texts(params), "files": files}
        else:
            said = {"json": params}
        answer = await self._asked(http, method, **said)
        self.done |= {method} if answer.get("ok") else set()

    async def _asked(self, http: httpx.AsyncClient, method: str, **said: Any) -> Any:
        """Return what a method answers; nothing where a fault spoils it."""
        response = await http.post(f"/bot{self.token}/{method}", **said)
        assert response.status_code in SERVED, (method, said, response.text)
        try:
            answer = response.json()
        except ValueError:
            return {}
        self.learn(answer.get("result"))
        return answer

    async def poll(self, http: httpx.AsyncClient) -> None:
        """Take what waits."""
        offset = max(self.found["update_id"], default=0) + 1
        await self._asked(http, "getUpdates", json={"allowed_updates": EVERY_KIND, "offset": offset})

    def look(self) -> None:
        """Somebody's client shows what Telegram would, and the transcript can be written."""
        for user in self.rng.sample(self.users, 3):
            assert self.box.view(user)["me"]["id"] == user
        assert self.box.transcript()
        assert self.box.world()["now"]


def _texts(params: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in params.items()}


@pytest.mark.parametrize("seed", range(2))
async def test_a_life_in_fast_motion_leaves_the_world_whole(seed: int) -> None:
    with court() as sits:
        await live(Life(seed, sits))


async def live(life: Life) -> None:
    """Let people and the bot do whatever there is, at random."""
    transport = httpx.ASGITransport(application(life.box))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        for step in range(STEPS):
            dice = life.rng.random()
            if dice < 0.45:
                life.act()
            elif dice < 0.92:
                await life.call(http)
            elif dice < 0.96:
                life.direct()
            else:
                await life.poll(http)
            if step % LOOK_EVERY == 0:
                life.look()
                life.mend()
                await life.stir(http)
        life.box.clear_faults()
        life.box.limit()
        await life.poll(http)
        life.look()
    assert len(life.done) > 80
