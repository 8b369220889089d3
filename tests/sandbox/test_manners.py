"""How the server slows a bot that asks too often, and that it slows no other."""

import asyncio
from typing import Any

from tests.sandbox.hook import hook
from tests.sandbox.town import Town, town

TEN_TIMES_FASTER = 0.1


def _say(place: Town, *texts: str) -> None:
    for text in texts:
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text=text)


async def _timed(call: Any) -> tuple[float, Any]:
    loop = asyncio.get_running_loop()
    began = loop.time()
    result = await call
    return loop.time() - began, result


async def test_the_same_offset_within_half_a_second_gets_one_update() -> None:
    async with town(pace=10) as place:
        _say(place, "one", "two", "three")

        first = await place.ok("getUpdates", offset=0)
        again = await place.ok("getUpdates", offset=0)

        assert (len(first), [update["update_id"] for update in again]) == (3, [first[0]["update_id"]])


async def test_the_same_offset_after_half_a_second_gets_all() -> None:
    async with town(pace=TEN_TIMES_FASTER) as place:
        _say(place, "one", "two")
        await place.ok("getUpdates", offset=0)
        await asyncio.sleep(0.5 * TEN_TIMES_FASTER)

        assert len(await place.ok("getUpdates", offset=0)) == 2


async def test_the_same_offset_within_3_seconds_waits_3_seconds_for_something_to_happen() -> None:
    async with town(pace=TEN_TIMES_FASTER) as place:
        took_first, _ = await _timed(place.ok("getUpdates", timeout=0))
        took_second, _ = await _timed(place.ok("getUpdates", timeout=0))
        await place.ok("getUpdates", timeout=0)
        took_last, found = await _timed(_with_news(place))

        assert took_first < 0.29
        assert took_second >= 0.29
        assert took_last < 0.29
        assert len(found) == 1


async def _with_news(place: Town) -> Any:
    _say(place, "news")
    return await place.ok("getUpdates", timeout=0)


async def test_an_ordinary_poller_is_never_slowed() -> None:
    async with town(pace=1) as place:
        for turn in range(20):
            _say(place, f"{turn} a", f"{turn} b")
            took, found = await _timed(place.updates(timeout=10))

            assert took < 1
            assert len(found) == 2
        # A library that stops confirms what it has seen: the offset moves, so an empty answer comes at once.
        took, found = await _timed(place.updates())
        assert (took < 1, found) == (True, [])


async def test_an_empty_long_poll_that_waited_is_not_slowed_afterwards() -> None:
    async with town(pace=TEN_TIMES_FASTER) as place:
        await place.ok("getUpdates", timeout=1)
        took, _ = await _timed(place.ok("getUpdates", timeout=0))

        assert took < 0.25


async def test_a_second_409_within_3_seconds_comes_3_seconds_late() -> None:
    async with hook() as target, town(pace=TEN_TIMES_FASTER) as place:
        await place.ok("setWebhook", url=target.url)

        first, _ = await _timed(place.refused("getUpdates"))
        second, text = await _timed(place.refused("getUpdates"))

        assert first < 0.29
        assert second >= 0.29
        assert text.startswith("409 Conflict: can't use getUpdates method")


async def test_a_stopping_server_does_not_wait_for_a_409_held_back() -> None:
    async with asyncio.TaskGroup() as tasks, hook() as target, town(pace=10) as place:
        await place.ok("setWebhook", url=target.url)
        await place.refused("getUpdates")
        late = tasks.create_task(place.refused("getUpdates"))
        await asyncio.sleep(0.05)
        place.sandbox.close()
        assert (await asyncio.wait_for(late, 2)).startswith("409 Conflict")


async def test_a_second_setwebhook_within_a_second_is_refused() -> None:
    async with hook() as target, town(pace=TEN_TIMES_FASTER) as place:
        await place.ok("setWebhook", url=target.url)
        answer = await place.post("setWebhook", {"url": target.url})
        await asyncio.sleep(TEN_TIMES_FASTER)

        assert answer.json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 1",
            "parameters": {"retry_after": 1},
        }
        assert await place.ok("setWebhook", url=target.url)
        assert await place.ok("setWebhook", url="") is True
