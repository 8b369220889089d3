"""The same small bot of three libraries, polled and pushed to: every chat must look the same."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from typing import Any

from tests.sandbox.threebots import BOTS, LABEL, Running
from tests.sandbox.town import Town, forum, topic_in, town

SAID = "你好 <3 & 🌸"
NEW = "<Lin> & 林"


@dataclass
class Story:
    """What people do in a town, step by step: each waits for the calls the bot answers it with."""

    place: Town
    seen: int = 0

    async def told(self, person: int, verb: str, *methods: str, **fields: Any) -> None:
        """Let a person do a verb; return once the bot has made these calls, and no other."""
        self.place.sandbox.act(person, verb, **fields)
        wanted = Counter(methods)
        async with asyncio.timeout(10):
            while (made := self._made()) != wanted:
                assert made <= wanted
                await self.place.sandbox.changed()
        self.seen = self.place.sandbox.calls()[-1]["seq"]

    def _made(self) -> Counter[str]:
        calls = self.place.sandbox.calls(after=self.seen)
        assert [call for call in calls if not call["ok"]] == []
        return Counter(call["method"] for call in calls if call["method"].startswith(("send", "edit", "ans")))

    def last(self, person: int, chat: int | None = None) -> int:
        """Return the id of the last message a person sees in a chat."""
        found: int = self.place.sandbox.messages(person, chat)[-1]["message_id"]
        return found


async def _lived(place: Town) -> dict[str, Any]:
    """Live through the story; return every chat as people see it in the end, and what popped up."""
    world, box, story = place.world, place.sandbox, Story(place)
    user, group = world.user, world.group
    home = forum(place, "can_manage_topics", "can_delete_messages")
    topic = topic_in(place, home)
    box.settle()
    new = box.add_user(NEW)["id"]
    await story.told(new, "start", "sendMessage", payload="spring")
    await story.told(user, "send", "sendMessage", text=SAID)
    await story.told(
        user, "tap", "answerCallbackQuery", "editMessageText", message=story.last(user), button=LABEL
    )
    await story.told(user, "send", "sendPhoto", chat=group, text="/photo")
    await story.told(user, "send", "sendPoll", chat=group, text="/poll@caiboshi_demo_bot")
    await story.told(user, "vote", "sendMessage", chat=group, message=story.last(user, group), options=[1])
    await story.told(new, "join", "sendMessage", chat=group)
    await story.told(new, "send", "sendMessage", chat=group, text=SAID)
    await story.told(user, "send", "sendMessage", chat=home, topic=topic, text="Figs?")
    await story.told(user, "send", "sendMessage", chat=home, text="In General")
    seen = {"new": (new, None), "private": (user, None), "group": (user, group), "forum": (user, home)}
    found = {name: [_plain(one) for one in box.messages(*where)] for name, where in seen.items()}
    return found | {"toasts": [toast["text"] for toast in box.toasts(user)]}


def _plain(message: Any) -> Any:
    """Return a message without what is drawn by lot."""
    if isinstance(message, dict):
        return {key: _plain(value) for key, value in message.items() if not _by_lot(key, value)}
    return [_plain(one) for one in message] if isinstance(message, list) else message


def _by_lot(key: str, value: Any) -> bool:
    return key in ("file_id", "file_unique_id", "persistent_id") or (key == "id" and isinstance(value, str))


async def _run(bot: Running, *, by_webhook: bool) -> dict[str, Any]:
    async with town() as place, bot(place, by_webhook):
        return await _lived(place)


def _lines(messages: Any) -> list[str]:
    """Return a chat in one line for each message: who, what, and what it carries."""
    carried = ("photo", "poll", "new_chat_members", "forum_topic_created", "reply_markup", "edit_date")
    return [" ".join([_said(one), *(kind for kind in carried if kind in one)]) for one in messages]


def _said(message: Any) -> str:
    return f"{message['from']['first_name']} {message.get('text', message.get('caption', ''))}"


async def test_three_bots_by_two_ways_leave_the_same_chats_behind() -> None:
    stories = {
        (name, by_webhook): await _run(bot, by_webhook=by_webhook)
        for name, bot in BOTS.items()
        for by_webhook in (False, True)
    }

    first = stories["python-telegram-bot", False]
    assert _lines(first["new"]) == [f"{NEW} /start spring", f"菜博士 Welcome, {NEW}"]
    assert _lines(first["private"]) == [
        f"王小明 {SAID}",
        "菜博士 Liked by 王小明 edit_date",
        "菜博士 You chose 1",
    ]
    assert _lines(first["group"])[-8:] == [
        "王小明 /photo",
        "菜博士 Greens 8.80 photo",
        "王小明 /poll@caiboshi_demo_bot",
        "菜博士  poll",
        f"{NEW}  new_chat_members",
        f"菜博士 Hello, {NEW}",
        f"{NEW} {SAID}",
        f"菜博士 You said: {SAID} reply_markup",
    ]
    assert _lines(first["forum"])[-5:] == [
        "林建国  forum_topic_created",
        "王小明 Figs?",
        "菜博士 You said: Figs? reply_markup",
        "王小明 In General",
        "菜博士 You said: In General reply_markup",
    ]
    assert [one.get("is_topic_message") for one in first["forum"][-4:]] == [True, True, None, None]
    assert first["toasts"] == ["noted"]
    for way, story in stories.items():
        assert story == first, way
