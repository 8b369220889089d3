"""How updates wait, are confirmed, expire and come twice."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.sandbox.town import Town, keyboard, town


def _texts(updates: list[Any]) -> list[str]:
    return [update["message"]["text"] for update in updates]


def _say(place: Town, *texts: str) -> None:
    for text in texts:
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text=text)


async def test_a_fresh_world_has_no_pending_update() -> None:
    async with town() as place:
        assert place.sandbox.pending() == 0
        assert await place.get("pending") == {"ok": True, "result": {"updates": 0}}


async def test_an_update_comes_again_until_a_higher_offset_confirms_it() -> None:
    async with town() as place:
        _say(place, "one", "two")

        first = await place.ok("getUpdates")
        again = await place.ok("getUpdates")
        rest = await place.ok("getUpdates", offset=first[0]["update_id"] + 1)

        assert (_texts(first), _texts(again), _texts(rest)) == (["one", "two"], ["one", "two"], ["two"])
        assert place.sandbox.pending() == 1


async def test_update_ids_follow_each_other() -> None:
    async with town() as place:
        _say(place, "one", "two")

        first, second = await place.updates()

        assert second["update_id"] == first["update_id"] + 1


async def test_a_negative_offset_forgets_all_but_the_last() -> None:
    async with town() as place:
        _say(place, "one", "two", "three")

        assert _texts(await place.ok("getUpdates", offset=-1)) == ["three"]
        assert _texts(await place.ok("getUpdates")) == ["three"]


async def test_limit_is_clamped_to_1_and_100() -> None:
    async with town() as place:
        _say(place, *(str(i) for i in range(120)))

        assert len(await place.ok("getUpdates", limit=0)) == 1
        assert len(await place.ok("getUpdates", limit=1000)) == 100


async def test_an_offset_above_everything_confirms_everything_and_hides_nothing_later() -> None:
    async with town() as place:
        await place.ok("getUpdates", offset=10**12)
        _say(place, "one")

        assert _texts(await place.ok("getUpdates", offset=10**12)) == []
        _say(place, "two")
        assert _texts(await place.ok("getUpdates")) == ["two"]


async def test_a_long_poll_ends_as_soon_as_something_happens() -> None:
    async with town() as place, asyncio.TaskGroup() as tasks:
        poll = tasks.create_task(place.updates(timeout=30))
        await asyncio.sleep(0.05)
        _say(place, "at last")

        assert _texts(await asyncio.wait_for(poll, 2)) == ["at last"]


async def test_a_second_poll_ends_the_first_with_409() -> None:
    async with town() as place, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(place.refused("getUpdates", timeout=30))
        await asyncio.sleep(0.05)
        second = await place.ok("getUpdates")

        assert second == []
        assert await first == (
            "409 Conflict: terminated by other getUpdates request; "
            "make sure that only one bot instance is running"
        )


async def test_allowed_updates_are_remembered_until_changed() -> None:
    async with town() as place:
        await place.updates(allowed_updates=["callback_query"])
        _say(place, "unheard")
        assert await place.updates() == []

        await place.updates(allowed_updates=["message"])
        _say(place, "heard")

        assert _texts(await place.updates()) == ["heard"]
        assert (await place.ok("getWebhookInfo"))["allowed_updates"] == ["message"]


async def test_names_of_no_update_are_passed_over_and_none_left_is_the_default() -> None:
    async with town() as place:
        await place.updates(allowed_updates=["Message", "massage", "poll"])
        assert (await place.ok("getWebhookInfo"))["allowed_updates"] == ["message", "poll"]

        for kinds in (["massage"], []):
            await place.updates(allowed_updates=kinds)
            assert "allowed_updates" not in await place.ok("getWebhookInfo")


async def test_chat_member_updates_come_only_when_asked_for() -> None:
    async with town() as place:
        place.sandbox.act(place.world.user, "leave", chat=place.world.group)
        by_default = await place.updates()

        await place.updates(allowed_updates=["chat_member"])
        place.sandbox.act(place.world.user, "join", chat=place.world.group)

        assert [set(update) - {"update_id"} for update in by_default] == [{"message"}]
        assert [set(update) - {"update_id"} for update in await place.updates()] == [{"chat_member"}]


async def test_messages_live_a_day_and_taps_150_seconds() -> None:
    async with town() as place:
        sent = await place.ok("sendMessage", chat_id=place.world.group, text="x", reply_markup=keyboard("A"))
        _say(place, "hello")
        where = {"chat": place.world.group, "message": sent["message_id"]}
        place.sandbox.act(place.world.user, "tap", **where, button="A")

        place.sandbox.advance(149)
        both = place.sandbox.pending()
        place.sandbox.advance(1)
        one = place.sandbox.pending()
        place.sandbox.advance(24 * 3600)

        assert (both, one, place.sandbox.pending()) == (2, 1, 0)


async def test_drained_returns_when_the_last_update_is_confirmed() -> None:
    async with town() as place, asyncio.TaskGroup() as tasks:
        _say(place, "one")
        drained = tasks.create_task(place.sandbox.drained())
        await place.updates()
        before = drained.done()
        await place.updates()
        await asyncio.wait_for(drained, 2)

        assert not before


async def test_deleting_the_webhook_can_drop_what_waits() -> None:
    async with town() as place:
        _say(place, "one")

        assert await place.ok("deleteWebhook") is True
        assert place.sandbox.pending() == 1
        assert await place.ok("deleteWebhook", drop_pending_updates=True) is True
        assert place.sandbox.pending() == 0


async def test_a_redelivered_update_keeps_its_id_even_after_it_was_confirmed() -> None:
    async with town() as place:
        _say(place, "one")
        (first,) = await place.updates()
        await place.updates()

        answer = await place.tell("redeliver", update_id=first["update_id"])

        assert answer["result"] == first
        assert place.sandbox.pending() == 1
        assert await place.updates() == [first]
        assert await place.updates() == []
        assert place.sandbox.pending() == 0


async def test_an_update_can_come_again_under_a_new_id() -> None:
    async with town() as place:
        _say(place, "one")
        (first,) = await place.updates()

        await place.tell("redeliver", update_id=first["update_id"], new_id=True)
        (second,) = await place.updates()

        assert second == first | {"update_id": first["update_id"] + 1}


async def test_duplicates_come_with_the_same_id_in_a_later_batch() -> None:
    async with town() as place:
        place.sandbox.fault("duplicate", ratio=1)
        _say(place, "one", "two")

        first, again, end = await place.updates(), await place.updates(), await place.updates()

        assert again == first
        assert end == []


@pytest.mark.parametrize("stays", [True, False])
async def test_a_poll_that_waits_meets_the_duplicates_of_the_moment(*, stays: bool) -> None:
    async with town() as place, asyncio.TaskGroup() as tasks:
        if not stays:
            place.sandbox.fault("duplicate", ratio=1, times=1)
        poll = tasks.create_task(place.updates(timeout=10))
        await place.get("world")
        if stays:
            place.sandbox.fault("duplicate", ratio=1, times=1)
        else:
            place.sandbox.clear_faults("duplicate")
        _say(place, "one")

        first = await poll
        assert await place.updates() == (first if stays else [])


async def test_a_ratio_of_duplicates_is_about_kept() -> None:
    async with town() as place:
        place.sandbox.fault("duplicate", ratio=0.2)
        seen = 0
        for turn in range(500):
            _say(place, str(turn))
        while batch := await place.updates():
            seen += len(batch)

        assert 560 <= seen <= 640


async def test_a_stopping_server_ends_its_polls() -> None:
    async with asyncio.TaskGroup() as tasks:
        async with town() as place:
            client = httpx.AsyncClient(timeout=10)
            url = f"{place.address.base}{place.world.token}/getUpdates"
            poll = tasks.create_task(client.post(url, json={"timeout": 50}))
            await asyncio.sleep(0.05)
        answer = await asyncio.wait_for(poll, 2)
        await client.aclose()

        assert answer.json() == {"ok": True, "result": []}
