"""What becomes of a push that fails, and how many go at once."""

import asyncio
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web

from tests.sandbox.hook import Hook, hook
from tests.sandbox.town import Town, town


async def _pushed(place: Town, target: Hook, *texts: str, **fields: object) -> None:
    """Set the webhook, let somebody write, and return once everything is taken."""
    await place.ok("setWebhook", url=target.url, **fields)
    for text in texts:
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text=text)
    await asyncio.wait_for(place.sandbox.drained(), 5)


async def _failing(*statuses: int, pace: float, **headers: str) -> tuple[list[float], Hook]:
    """Answer one update with these statuses and then 200; return the seconds between its deliveries."""
    answers = [web.Response(status=status, headers=headers) for status in statuses]
    loop = asyncio.get_running_loop()
    times: list[float] = []
    async with hook() as target, town(pace=pace) as place:

        async def answer(_request: web.Request) -> web.Response:
            times.append(loop.time())
            target.answers.append(answer)
            return answers.pop(0) if answers else web.Response()

        target.answers.append(answer)
        await _pushed(place, target, "one")
        return [later - earlier for earlier, later in pairwise(times)], target


async def test_the_first_repeat_comes_at_once_and_then_the_pauses_double_from_2_seconds() -> None:
    gaps, target = await _failing(500, 404, 301, pace=0.1)

    for gap, seconds in zip(gaps, (0, 2, 4), strict=True):
        assert seconds * 0.1 <= gap < seconds * 0.1 + 0.19
    assert len({update["update_id"] for update in target.updates}) == 1


async def test_no_pause_is_longer_than_two_minutes() -> None:
    gaps, _ = await _failing(*[500] * 12, pace=0.0005)

    assert all(0.03 <= gap < 0.06 + 0.3 for gap in gaps[7:])


async def test_retry_after_is_honoured() -> None:
    gaps, _ = await _failing(429, pace=0.01, **{"Retry-After": "20"})

    assert 0.2 <= gaps[0] < 0.7


@pytest.mark.parametrize("said", ["soon", "-5", "٣", "Wed, 21 Oct 2026 07:28:00 GMT"])
async def test_a_retry_after_that_is_no_number_counts_as_none(said: str) -> None:
    gaps, _ = await _failing(503, pace=1, **{"Retry-After": said})

    assert gaps[0] < 0.5


async def test_a_target_that_is_down_is_told_in_getwebhookinfo_and_gets_its_updates_later() -> None:
    async with town() as place:
        async with hook() as target:
            url = target.url
        await place.ok("setWebhook", url=url)
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text="one")
        told = await _told(place, "Connection refused")

        assert told["last_error_date"] == place.sandbox.clock.unix()
        assert (told["pending_update_count"], told["url"]) == (1, url)
        assert place.sandbox.pending() == 1


async def test_a_connection_cut_without_an_answer_is_tried_again() -> None:
    async def cut(request: web.Request) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async with hook(cut, cut) as target, town() as place:
        await _pushed(place, target, "one", "two")

        assert target.texts() == ["one", "one", "one", "two"]


async def test_an_update_that_would_be_too_old_at_its_next_try_is_dropped() -> None:
    async with hook() as target, town(pace=0.0001) as place:
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text="old")
        place.sandbox.advance(24 * 3600 - 3)
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text="young")
        target.answers = [500] * 3

        await _pushed(place, target)

        # At once, after 2 seconds; the next pause of 4 would be beyond its day.
        assert target.texts() == ["old", "old", "old", "young"]


async def test_a_clock_that_is_moved_brings_the_next_try_forward() -> None:
    async with hook(500, 501, 502, 503) as target, town(pace=1) as place:
        await place.ok("setWebhook", url=target.url)
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text="one")

        for status, seconds in ((501, 2), (502, 4), (503, 8)):
            await _told(place, f"Wrong response from the webhook: {status} ")
            place.sandbox.advance(seconds)
        await asyncio.wait_for(place.sandbox.drained(), 1.5)

        assert target.texts() == ["one"] * 5


async def _told(place: Town, error: str) -> Any:
    """Return what getWebhookInfo says once it tells of `error`."""
    async with asyncio.timeout(5):
        while not (told := await place.ok("getWebhookInfo")).get("last_error_message", "").startswith(error):
            await asyncio.sleep(0.01)
    return told


async def test_23_hours_of_410_end_the_webhook() -> None:
    async with hook() as target, town() as place:
        target.answers = [410] * 1000
        await place.ok("setWebhook", url=target.url)
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text="one")
        await target.count(3)
        place.sandbox.advance(timedelta(hours=22).total_seconds())
        await target.count(5)
        assert (await place.ok("getWebhookInfo"))["url"] == target.url

        place.sandbox.advance(timedelta(hours=1, minutes=1).total_seconds())
        async with asyncio.timeout(5):
            while (await place.ok("getWebhookInfo"))["url"]:
                await asyncio.sleep(0.01)

        assert [update["message"]["text"] for update in await place.updates()] == ["one"]


async def test_no_more_than_max_connections_are_open_at_a_time() -> None:
    now: Counter[str] = Counter()

    async with hook() as target, town() as place:

        async def answer(_request: web.Request) -> web.Response:
            target.answers.append(answer)
            now["open"] += 1
            now["most"] = max(now["most"], now["open"])
            await asyncio.sleep(0.005)
            now["open"] -= 1
            return web.Response()

        target.answers = [answer] * 3
        for number in range(12):
            user = place.sandbox.add_user(f"User {number}")["id"]
            place.sandbox.act(user, "start")

        await _pushed(place, target, max_connections=3)

        assert now["most"] == 3
        assert len(target.updates) == 12


async def test_lanes_of_different_chats_do_not_wait_for_each_other() -> None:
    release = asyncio.Event()

    async def stuck(_request: web.Request) -> web.Response:
        await release.wait()
        return web.Response()

    async with hook(stuck) as target, town() as place:
        await place.ok("setWebhook", url=target.url)
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text="stuck")
        await target.count(1)
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text="behind")
        place.sandbox.act(place.world.user, "send", text="in private")

        await target.count(2)
        assert target.texts() == ["stuck", "in private"]

        release.set()
        await asyncio.wait_for(place.sandbox.drained(), 5)
        assert target.texts() == ["stuck", "in private", "behind"]


async def test_an_edit_waits_for_its_message() -> None:
    async with hook(500) as target, town() as place:
        await place.ok("setWebhook", url=target.url)
        sent = place.sandbox.act(place.world.user, "send", chat=place.world.group, text="first")
        place.sandbox.act(
            place.world.user, "edit", chat=place.world.group, message=sent["message_id"], text="second"
        )
        await asyncio.wait_for(place.sandbox.drained(), 5)

        kinds = [next(name for name in update if name != "update_id") for update in target.updates]
        assert kinds == ["message", "message", "edited_message"]


async def test_a_duplicate_fault_pushes_an_update_again_after_its_2xx() -> None:
    async with hook() as target, town() as place:
        place.sandbox.fault("duplicate", ratio=1, times=1)

        await _pushed(place, target, "one", "two")

        assert sorted(target.texts()) == ["one", "one", "two"]
        assert len({update["update_id"] for update in target.updates}) == 2
        assert place.sandbox.faults() == []


async def test_a_redelivered_update_is_pushed_again() -> None:
    async with hook() as target, town() as place:
        await _pushed(place, target, "one")
        first = target.updates[0]["update_id"]

        place.sandbox.redeliver(first)
        place.sandbox.redeliver(first, new_id=True)
        await asyncio.wait_for(place.sandbox.drained(), 5)

        assert target.texts() == ["one", "one", "one"]
        assert [update["update_id"] - first for update in target.updates] == [0, 0, 1]


async def test_a_reorder_fault_lets_a_later_update_of_another_chat_come_first() -> None:
    async with hook() as target, town(pace=1) as place:
        place.sandbox.fault("reorder", ratio=1, times=1)
        await place.ok("setWebhook", url=target.url)
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text="early")
        place.sandbox.act(place.world.user, "send", text="late")

        await asyncio.wait_for(place.sandbox.drained(), 5)

        assert target.texts() == ["late", "early"]


async def test_a_reordered_update_that_nothing_follows_comes_all_the_same() -> None:
    async with hook() as target, town() as place:
        place.sandbox.fault("reorder", ratio=1)

        await _pushed(place, target, "alone", "second")

        assert target.texts() == ["alone", "second"]


async def test_a_new_webhook_takes_over_what_the_old_one_did_not_take() -> None:
    async with hook(500) as old, hook() as new, town(pace=0.2) as place:
        old.answers = [500] * 100
        await place.ok("setWebhook", url=old.url)
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text="one")
        await old.count(2)
        await asyncio.sleep(0.2)

        await _pushed(place, new, "two")

        assert new.texts() == ["one", "two"]
        assert "last_error_message" not in await place.ok("getWebhookInfo")
