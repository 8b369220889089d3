"""Faults on demand: what a call meets, what has happened all the same, and that the next one is whole."""

import asyncio
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import pytest

from tests.sandbox.hook import hook, saying
from tests.sandbox.town import Town, town


def _hello(place: Town) -> dict[str, Any]:
    return {"chat_id": place.world.user, "text": "hello"}


@pytest.mark.parametrize("kind", ["drop", "drop_after"])
async def test_a_cut_connection_leaves_the_effect_or_not(kind: str) -> None:
    async with town() as place:
        place.sandbox.fault(kind, method="sendMessage")

        with pytest.raises(httpx.TransportError):
            await place.post("sendMessage", {"chat_id": place.world.user, "text": "x"})

        shown = place.sandbox.messages(place.world.user)
        assert len(shown) == (1 if kind == "drop_after" else 0)
        assert await place.ok("sendMessage", chat_id=place.world.user, text="y")
        assert [call.get("fault") for call in place.sandbox.calls()] == [kind, None]
        assert [call["ok"] for call in place.sandbox.calls()] == [kind == "drop_after", True]


async def test_a_flood_names_the_seconds_to_wait() -> None:
    async with town() as place:
        await place.tell("faults", method="*", kind="flood", retry_after=7, times=2)

        answers = [
            await place.post("sendMessage", {"chat_id": place.world.user, "text": "x"}) for _ in range(3)
        ]

        assert [answer.status_code for answer in answers] == [429, 429, 200]
        assert answers[0].json() == {
            "ok": False,
            "error_code": 429,
            "description": "Too Many Requests: retry after 7",
            "parameters": {"retry_after": 7},
        }


async def test_faults_of_all_methods_spare_the_polls() -> None:
    async with town() as place:
        place.sandbox.fault("status", status=502)

        polled = await place.ok("getUpdates")
        broken = await place.post("getMe", {})

        assert polled == []
        assert (broken.status_code, broken.headers["content-type"]) == (502, "text/html; charset=utf-8")
        assert "<html>" in broken.text


async def test_a_hanging_answer_comes_late_and_does_nothing() -> None:
    async with town() as place:
        place.sandbox.fault("hang", method="sendMessage", seconds=0.05)

        answer = await place.post("sendMessage", {"chat_id": place.world.user, "text": "x"})

        assert answer.status_code == 504
        assert place.sandbox.messages(place.world.user) == []


async def test_faults_are_listed_and_taken_away() -> None:
    async with town() as place:
        put = await place.tell("faults", method="sendmessage", kind="drop", times=3)
        listed = (await place.get("faults"))["result"]
        other = await place.tell("faults", kind="skew", seconds=5)
        one_less = (await place.http.delete(f"{place.address.control}/faults?kind=drop")).json()
        unknown = (await place.http.delete(f"{place.address.control}/faults?kind=rain")).json()
        await place.http.delete(f"{place.address.control}/faults")

        assert one_less["result"] == [other["result"]]
        assert unknown["error"].startswith("kind must be one of flood")
        assert put["result"] == {"method": "sendMessage", "kind": "drop", "times": 3}
        assert listed == [put["result"]]
        assert (await place.get("faults"))["result"] == []


@pytest.mark.parametrize("kind", ["reset", "garbage"])
async def test_a_spoilt_answer_hides_an_effect_that_happened(kind: str) -> None:
    async with town() as place:
        place.sandbox.fault(kind, method="sendMessage")

        with pytest.raises((httpx.TransportError, ValueError)):
            (await place.post("sendMessage", _hello(place))).json()

        assert len(place.sandbox.messages(place.world.user)) == 1
        assert [(call["ok"], call["fault"]) for call in place.sandbox.calls()] == [(True, kind)]
        assert await place.ok("sendMessage", **_hello(place))


async def test_a_reset_comes_in_the_middle_of_the_body() -> None:
    async with town() as place:
        place.sandbox.fault("reset", method="getMe")
        reader, writer = await asyncio.open_connection("127.0.0.1", place.address.port)
        writer.write(f"POST /bot{place.world.token}/getMe HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())

        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
        writer.close()

        length = int(head.lower().partition(b"content-length: ")[2].split()[0])
        assert head.startswith(b"HTTP/1.1 200 ")
        assert body.startswith(b'{"ok":true')
        assert len(body) == length // 2


async def test_garbage_comes_with_status_200() -> None:
    async with town() as place:
        place.sandbox.fault("garbage", method="getMe")

        answer = await place.post("getMe", {})

        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")


async def test_a_slow_answer_is_whole_and_takes_its_time() -> None:
    async with town() as place:
        place.sandbox.fault("slow", method="sendMessage", seconds=0.3)
        loop = asyncio.get_running_loop()
        began = loop.time()

        result = await place.ok("sendMessage", **_hello(place))

        assert loop.time() - began >= 0.29
        assert result["text"] == "hello"


async def test_a_slow_answer_trips_a_client_that_waits_less_for_the_whole() -> None:
    async with town() as place:
        place.sandbox.fault("slow", method="sendMessage", seconds=30)

        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await place.post("sendMessage", _hello(place))

        assert len(place.sandbox.messages(place.world.user)) == 1


async def test_a_stopping_server_does_not_wait_for_a_slow_answer() -> None:
    async with httpx.AsyncClient(timeout=10) as client, asyncio.TaskGroup() as tasks:
        async with town() as place:
            place.sandbox.fault("slow", method="getMe", seconds=60)
            url = f"{place.address.base}{place.world.token}/getMe"
            asked = tasks.create_task(client.post(url))
            await asyncio.sleep(0.05)

        assert (await asyncio.wait_for(asked, 2)).json()["ok"] is True


async def test_a_stale_connection_is_cut_under_the_next_call_which_does_nothing() -> None:
    async with town() as place:
        place.sandbox.fault("stale", method="getMe")
        assert (await place.post("getMe", {})).status_code == 200

        with pytest.raises(httpx.TransportError):
            await place.post("sendMessage", _hello(place))

        assert place.sandbox.messages(place.world.user) == []
        assert await place.ok("sendMessage", **_hello(place))


async def test_a_skewed_clock_shows_in_dates_until_it_is_taken_away() -> None:
    async with town() as place:
        now = place.sandbox.clock.now()
        await place.tell("faults", kind="skew", seconds=-90)

        answer = await place.post("sendMessage", _hello(place))
        shown = (await place.get("clock"))["result"]["now"]
        await place.http.delete(f"{place.address.control}/faults")
        after = await place.ok("sendMessage", **_hello(place))

        assert answer.json()["result"]["date"] == int(now.timestamp()) - 90
        assert (parsedate_to_datetime(answer.headers["date"]) - now).total_seconds() == -90
        assert shown == now.isoformat()
        assert after["date"] == int(now.timestamp())


async def test_skews_add_up() -> None:
    async with town() as place:
        now = place.sandbox.clock.unix()
        place.sandbox.fault("skew", seconds=100)
        place.sandbox.fault("skew", seconds=-30)

        assert place.sandbox.clock.unix() == now + 70


async def test_a_fault_keeps_what_a_webhook_answers_with_from_being_done() -> None:
    async with town() as place:
        pong = saying({"method": "sendMessage", **_hello(place)})
        async with hook(pong, pong) as target:
            await place.ok("setWebhook", url=target.url)
            place.sandbox.fault("flood", retry_after=3)
            for text in ("one", "two"):
                place.sandbox.act(place.world.user, "send", chat=place.world.group, text=text)
            await asyncio.wait_for(place.sandbox.drained(), 5)

        sends = [call for call in place.sandbox.calls() if call["method"] == "sendMessage"]
        assert [(call["ok"], call.get("fault")) for call in sends] == [(False, "flood"), (True, None)]
        assert len(place.sandbox.messages(place.world.user)) == 1


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"kind": "slow"}, "slow needs seconds from 0 to 3600"),
        ({"kind": "slow", "seconds": -1}, "slow needs seconds from 0 to 3600"),
        ({"kind": "skew", "seconds": 1e9}, "skew needs seconds from -86400 to 86400"),
        ({"kind": "skew", "seconds": 5, "times": 2}, "none for skew"),
        ({"kind": "skew", "seconds": 5, "method": "getMe"}, "skew is a fault of *"),
        ({"kind": "reorder", "ratio": 2}, "reorder needs ratio from 0 to 1"),
        ({"kind": "reorder", "ratio": 1, "method": "getMe"}, "reorder is a fault of getUpdates"),
        ({"kind": "reset", "times": 0}, "times must be 1 to 1000000"),
    ],
)
async def test_a_fault_that_makes_no_sense_is_refused(fields: dict[str, Any], error: str) -> None:
    async with town() as place:
        assert error in (await place.tell("faults", **fields))["error"]
        assert place.sandbox.faults() == []
