"""The control API over HTTP: people, groups, acts, the view, the clock, events, and who may ask."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import httpx
import pytest

from sandbox.server import serve
from tests.sandbox.town import Town, keyboard, town


async def test_the_world_lists_who_and_what_exists() -> None:
    async with town() as place:
        world = (await place.get("world"))["result"]

        assert set(world) == {"now", "bots", "users", "chats"}
        assert world["now"] == "2026-11-23T04:00:00+00:00"
        assert [bot["id"] for bot in world["bots"]] == [place.world.bot]
        assert [user["id"] for user in world["users"]] == [place.world.owner, *place.world.members]
        assert [(chat["id"], chat["type"]) for chat in world["chats"]] == [(place.world.group, "supergroup")]


async def test_people_and_groups_are_added() -> None:
    async with town() as place:
        user = (await place.tell("users", first_name="Zoe", username="zoe_test", id=77))["result"]
        group = (await place.tell("groups", title="Second", creator=77, type="group"))["result"]

        assert user == {"id": 77, "is_bot": False, "first_name": "Zoe", "username": "zoe_test"}
        assert (group["type"], group["id"] > -1_000_000_000_000) == ("group", True)
        shown = (await place.get("view", **{"as": 77}))["result"]["chats"]
        assert [(chat["id"], chat["status"]) for chat in shown if chat["member"]] == [
            (group["id"], "creator")
        ]


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("users", {}, 'parameter "first_name" is required by users'),
        ("users", {"first_name": "A", "id": -5}, "a user id is 1 to 2^52"),
        ("users", {"first_name": "A", "username": "lin_jianguo"}, "the username lin_jianguo is taken"),
        ("users", {"first_name": "A", "age": 5}, 'parameter "age" is unknown to users'),
        ("groups", {"title": "A", "creator": 5}, "no user has the id 5"),
        ("act", {"as": 5, "do": "start"}, "no user has the id 5"),
        ("act", {"do": "start"}, 'parameter "as" is required by act'),
        ("act", {"as": "USER", "do": "dance"}, "do must be one of start, send"),
        ("act", {"as": "USER", "do": "send"}, "message text is empty"),
        ("act", {"as": "USER", "do": "send", "text": "x", "chat": -1}, "no group has the id -1"),
        ("act", {"as": "USER", "do": "tap", "chat": "GROUP", "message": 999}, "has no message 999"),
        ("act", {"as": "USER", "do": "join"}, "give either chat or link"),
        ("clock", {"now": "yesterday"}, "now must be ISO 8601"),
        ("clock", {"now": "2026-11-23T09:00:00"}, "now must carry an offset"),
        ("clock", {"now": "2020-01-01T00:00:00Z"}, "the clock never goes back"),
        ("clock", {"advance_seconds": -1}, "advance_seconds must be 0 or more"),
        ("clock", {}, "give either now or advance_seconds"),
        ("faults", {"kind": "rain"}, "kind must be one of flood"),
        ("faults", {"kind": "flood"}, "flood needs retry_after from 1"),
        ("faults", {"kind": "status", "status": 200}, "status needs status from 500 to 504"),
        ("faults", {"kind": "drop", "method": "sendCake"}, "method must be *"),
        ("redeliver", {"update_id": 5}, "there was no update 5"),
    ],
)
async def test_a_bad_control_call_is_told_what_was_expected(
    path: str, body: dict[str, Any], said: str
) -> None:
    async with town() as place:
        names = {"USER": place.world.user, "GROUP": place.world.group}
        given = {
            key: names.get(value, value) if isinstance(value, str) else value for key, value in body.items()
        }

        response = await place.http.post(f"{place.address.control}/{path}", json=given)

        assert response.status_code in (400, 404)
        assert response.json()["ok"] is False
        assert said in response.json()["error"]


async def test_paths_and_verbs_of_http_nobody_serves_are_refused() -> None:
    async with town() as place:
        missing = await place.http.get(f"{place.address.control}/nothing")
        wrong = await place.http.get(f"{place.address.control}/act")
        root = await place.http.get(place.address.url + "/elsewhere")

        assert (missing.status_code, missing.json()["ok"]) == (404, False)
        assert (wrong.status_code, wrong.json()["ok"]) == (404, False)
        assert root.json() == {"ok": False, "error_code": 404, "description": "Not Found"}


async def test_the_view_has_what_the_contract_says() -> None:
    async with town() as place:
        view = (await place.get("view", **{"as": place.world.user}))["result"]

        assert set(view) == {"now", "seq", "me", "people", "bot", "commands", "chats"}
        assert view["me"]["id"] == place.world.user
        group, private = view["chats"]
        common = {"id", "kind", "title", "unread", "member", "status", "members", "can_write", "can_join"}
        common |= {"joins_by_request", "requested", "requests", "pinned", "messages", "commands"}
        assert common <= set(group)
        assert common <= set(private)
        assert (group["kind"], group["members"], group["can_write"]) == ("supergroup", 5, True)
        assert (private["id"], private["kind"], private["messages"]) == (place.world.user, "private", [])
        me = next(person for person in view["people"] if person["id"] == place.world.user)
        assert (me["started"], me["blocked"], me["unread"]) == (True, False, 0)


async def test_unread_counts_until_read() -> None:
    async with town() as place:
        for text in ("one", "two"):
            await place.ok("sendMessage", chat_id=place.world.group, text=text)
        await place.ok("sendMessage", chat_id=place.world.user, text="three")

        before = place.sandbox.view(place.world.user)
        place.sandbox.act(place.world.user, "read", chat=place.world.group)
        after = place.sandbox.view(place.world.user)

        assert [chat["unread"] for chat in before["chats"]] == [2, 1]
        assert [chat["unread"] for chat in after["chats"]] == [0, 1]
        people = {person["id"]: person["unread"] for person in after["people"]}
        assert people[place.world.user] == 1


async def test_the_view_can_be_cut_to_the_last_messages() -> None:
    async with town() as place:
        for text in ("one", "two", "three"):
            place.sandbox.act(place.world.user, "send", chat=place.world.group, text=text)

        view = (await place.get("view", **{"as": place.world.user, "last": 2}))["result"]

        assert [message["text"] for message in view["chats"][0]["messages"]] == ["two", "three"]


async def test_a_stranger_sees_the_door_and_no_messages() -> None:
    async with town() as place:
        new = place.sandbox.add_user("Newcomer")["id"]

        before = place.sandbox.view(new)["chats"][0]
        place.sandbox.act(new, "request", chat=place.world.group)
        after = place.sandbox.view(new)["chats"][0]

        assert (before["member"], before["can_join"], before["messages"]) == (False, True, [])
        assert (after["can_join"], after["requested"]) == (False, True)


async def test_calls_are_listed_in_order_without_polls() -> None:
    async with town() as place:
        await place.updates()
        await place.ok("sendMessage", chat_id=place.world.user, text="x")
        await place.refused("sendMessage", chat_id=-5, text="y")

        calls = (await place.get("calls"))["result"]
        later = (await place.get("calls", after=calls[0]["seq"]))["result"]

        assert calls[0] == {
            "seq": 1,
            "at": "2026-11-23T04:00:00+00:00",
            "method": "sendMessage",
            "params": {"chat_id": place.world.user, "text": "x"},
            "ok": True,
            "error_code": None,
            "description": None,
        }
        assert [(call["seq"], call["error_code"], call["description"]) for call in later] == [
            (2, 400, "Bad Request: chat not found")
        ]


async def test_the_clock_is_told_and_moved() -> None:
    async with town() as place:
        moved = await place.tell("clock", advance_seconds=90)
        later = await place.tell("clock", now="2026-11-24T12:00:00+08:00")

        assert moved["result"]["now"] == "2026-11-23T04:01:30+00:00"
        assert later["result"]["now"] == "2026-11-24T04:00:00+00:00"
        sent = await place.ok("sendMessage", chat_id=place.world.user, text="x")
        assert sent["date"] == 1795492800


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.", "", "10.0.0.1:80"])
async def test_a_foreign_host_name_is_refused(host: str) -> None:
    async with town() as place:
        answers = [
            await place.http.get(f"{place.address.control}/world", headers={"host": host}),
            await place.http.get(f"{place.address.base}{place.world.token}/getMe", headers={"host": host}),
        ]

        assert [answer.status_code for answer in answers] == [403, 403]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:9", "[::1]:5"])
async def test_loopback_names_are_served(host: str) -> None:
    async with town() as place:
        answer = await place.http.get(f"{place.address.control}/world", headers={"host": host})

        assert answer.status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
async def test_a_form_of_another_site_cannot_act(kind: str) -> None:
    async with town() as place:
        body = json.dumps({"as": place.world.user, "do": "leave", "chat": place.world.group})

        answer = await place.http.post(
            f"{place.address.control}/act", content=body, headers={"content-type": kind}
        )

        assert answer.status_code == 400
        assert place.sandbox.view(place.world.user)["chats"][0]["member"] is True


async def test_only_loopback_addresses_can_be_listened_on() -> None:
    async with town() as place:
        with pytest.raises(ValueError, match="loopback only"):
            async with serve(place.sandbox, host="0.0.0.0"):
                pass


async def test_a_sandbox_can_be_served_again_after_a_stop() -> None:
    async with town() as place:
        pass
    async with serve(place.sandbox) as address, httpx.AsyncClient() as client, asyncio.TaskGroup() as tasks:
        url = f"{address.base}{place.world.token}/getUpdates"
        poll = tasks.create_task(client.post(url, json={"timeout": 20}))
        await asyncio.sleep(0.05)
        waits = not poll.done()
        place.sandbox.act(place.world.user, "send", text="hello")

        assert waits
        assert len((await poll).json()["result"]) == 1


async def _events(place: Town, user: int) -> AsyncGenerator[tuple[str, Any], None]:
    url = f"{place.address.control}/events"
    async with place.http.stream("GET", url, params={"as": user}) as answer:
        kind = ""
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if name == "event":
                kind = value
            elif name == "data":
                yield kind, json.loads(value)


async def test_events_tell_of_changes_and_toasts_until_the_server_stops() -> None:
    found: list[tuple[str, Any]] = []
    async with town() as place:
        sent = await place.ok("sendMessage", chat_id=place.world.group, text="x", reply_markup=keyboard("A"))
        async with aclosing(_events(place, place.world.user)) as stream:
            async for kind, body in stream:
                found.append((kind, body))
                if len(found) == 1:
                    await _tap_and_answer(place, sent["message_id"])
                if kind == "toast":
                    break
        async with asyncio.TaskGroup() as tasks:
            quiet = _events(place, place.world.owner)
            await anext(quiet)
            rest = tasks.create_task(_all(quiet))
            place.sandbox.close()
            ended = await asyncio.wait_for(rest, 2)

    assert found[0][0] == "change"
    assert found[-1] == (
        "toast",
        {
            "text": "done",
            "alert": False,
            "chat": place.world.group,
            "message": sent["message_id"],
            "url": "",
        },
    )
    assert all(kind == "change" for kind, _ in ended)


async def _tap_and_answer(place: Town, message: int) -> None:
    place.sandbox.act(place.world.user, "tap", chat=place.world.group, message=message, button="A")
    tap = (await place.updates())[-1]["callback_query"]
    await place.ok("answerCallbackQuery", callback_query_id=tap["id"], text="done")


async def _all(stream: AsyncIterator[tuple[str, Any]]) -> list[tuple[str, Any]]:
    return [event async for event in stream]
