"""How many messages a bot may send in which time, how that is counted, and how slow the way can be."""

import asyncio
from typing import Any

import pytest

from tests.sandbox.hook import hook, saying
from tests.sandbox.town import Town, town


async def _send(place: Town, chat: int, text: str = "x") -> Any:
    return (await place.post("sendMessage", {"chat_id": chat, "text": text})).json()


def _chats(place: Town, count: int) -> list[int]:
    users = [place.sandbox.add_user(f"User {number}")["id"] for number in range(count)]
    for user in users:
        place.sandbox.act(user, "start")
    return users


async def test_without_limits_nothing_is_refused_and_peaks_are_counted() -> None:
    async with town() as place:
        for _ in range(5):
            assert (await _send(place, place.world.group))["ok"]
        await _send(place, place.world.user)

        assert (await place.get("limits"))["result"] == {
            "limits": {},
            "peaks": {"per_second": 6, "chat_per_second": 5, "group_per_minute": 5},
            "refused": 0,
        }


async def test_a_second_message_to_a_chat_within_a_second_is_refused_with_retry_after() -> None:
    async with town() as place:
        await place.tell("limits", chat_per_second=1)

        first = await _send(place, place.world.user)
        second = await _send(place, place.world.user)
        other = await _send(place, place.world.group)

        assert (first["ok"], other["ok"]) == (True, True)
        assert (second["error_code"], second["parameters"]) == (429, {"retry_after": 1})
        assert place.sandbox.limits()["refused"] == 1
        assert len(place.sandbox.messages(place.world.user)) == 1


async def test_who_waits_as_told_is_let_through() -> None:
    async with town() as place:
        place.sandbox.limit(chat_per_second=1)
        await _send(place, place.world.user)
        refused = await _send(place, place.world.user)
        await asyncio.sleep(refused["parameters"]["retry_after"])

        assert (await _send(place, place.world.user))["ok"]


async def test_the_overall_limit_counts_all_chats() -> None:
    async with town() as place:
        place.sandbox.limit(per_second=3)

        answers = [await _send(place, chat) for chat in _chats(place, 5)]

        assert [answer["ok"] for answer in answers] == [True, True, True, False, False]
        assert place.sandbox.limits()["peaks"]["per_second"] == 4


async def test_a_group_takes_so_many_messages_a_minute() -> None:
    async with town() as place:
        place.sandbox.limit(group_per_minute=20)

        answers = [await _send(place, place.world.group) for _ in range(21)]

        assert [answer["ok"] for answer in answers] == [True] * 20 + [False]
        assert 58 <= answers[-1]["parameters"]["retry_after"] <= 60
        assert (await _send(place, place.world.user))["ok"]


async def test_what_was_refused_does_not_fill_the_window() -> None:
    async with town() as place:
        place.sandbox.limit(per_second=2)
        for chat in _chats(place, 10):
            await _send(place, chat)

        assert place.sandbox.limits() == {
            "limits": {"per_second": 2},
            "peaks": {"per_second": 3, "chat_per_second": 1, "group_per_minute": 0},
            "refused": 8,
        }


async def test_edits_count_and_what_shows_no_message_does_not() -> None:
    async with town() as place:
        sent = (await _send(place, place.world.group))["result"]["message_id"]
        place.sandbox.limit()
        here = {"chat_id": place.world.group}
        await place.ok("editMessageText", **here, message_id=sent, text="y")
        await place.ok("sendChatAction", **here, action="typing")
        await place.ok("getChat", **here)
        await place.ok("deleteMessage", **here, message_id=sent)

        assert place.sandbox.limits()["peaks"] == {
            "per_second": 1,
            "chat_per_second": 1,
            "group_per_minute": 1,
        }


async def test_bots_are_counted_apart() -> None:
    async with town() as place:
        second = place.sandbox.add_bot("Second", "second_bot")
        place.sandbox.act(place.world.user, "start", bot=second["id"])
        place.sandbox.limit(per_second=1)

        mine = await _send(place, place.world.user)
        other = await place.post("sendMessage", {"chat_id": place.world.user, "text": "x"}, second["token"])

        assert (mine["ok"], other.json()["ok"]) == (True, True)


async def test_an_answer_to_a_webhook_counts() -> None:
    async with town() as place:
        call = saying({"method": "sendMessage", "chat_id": place.world.group, "text": "pong"})
        place.sandbox.limit(chat_per_second=1)
        async with hook(call, call) as target:
            await place.ok("setWebhook", url=target.url)
            for text in ("one", "two"):
                place.sandbox.act(place.world.user, "send", chat=place.world.group, text=text)
            await asyncio.wait_for(place.sandbox.drained(), 5)

        assert place.sandbox.limits()["refused"] == 1
        shown = place.sandbox.messages(place.world.user, place.world.group)
        assert [message["text"] for message in shown[-3:]].count("pong") == 1


async def test_limits_are_taken_away_by_an_empty_body() -> None:
    async with town() as place:
        await place.tell("limits", per_second=1)
        told = await place.tell("limits")

        assert told["result"]["limits"] == {}
        assert [(await _send(place, place.world.user))["ok"] for _ in range(3)] == [True] * 3


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("limits", {"per_second": 0}, "per_second must be 1 to 1000000; got 0"),
        ("limits", {"per_hour": 5}, 'parameter "per_hour" is unknown to limits'),
        ("limits", {"per_second": "many"}, 'parameter "per_second" must be an integer'),
        ("latency", {}, 'parameter "seconds" is required by latency'),
        ("latency", {"seconds": -1}, "seconds must be 0 to 60; got -1"),
        ("latency", {"seconds": 61}, "seconds must be 0 to 60; got 61"),
    ],
)
async def test_limits_that_make_no_sense_are_refused(path: str, body: dict[str, Any], error: str) -> None:
    async with town() as place:
        assert error in (await place.tell(path, **body))["error"]
        assert place.sandbox.limits()["limits"] == {}


async def test_latency_delays_every_answer_but_polls() -> None:
    async with town() as place:
        assert (await place.tell("latency", seconds=0.2))["result"] == {"seconds": 0.2}
        loop = asyncio.get_running_loop()

        began = loop.time()
        polled = await place.ok("getUpdates")
        between = loop.time()
        await asyncio.gather(*(place.ok("getMe") for _ in range(5)))
        ended = loop.time()

        assert polled == []
        assert between - began < 0.2
        assert 0.19 <= ended - between < 0.8
