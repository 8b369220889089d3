"""What people send besides texts, and what the page shows of it."""

from base64 import b64encode
from typing import Any

import pytest

from sandbox.errors import ControlError
from tests.sandbox.pictures import png
from tests.sandbox.town import Town, town


async def _last(place: Town) -> Any:
    return (await place.updates())[-1]["message"]


async def test_a_person_sends_a_small_picture_when_none_is_given() -> None:
    async with town() as place:
        sent = place.sandbox.act(place.world.user, "photo", chat=place.world.group, caption="/price tea")

        heard = await _last(place)
        shown = await place.http.get(f"{place.address.control}/file/{sent['photo'][-1]['file_id']}")

        assert (heard["photo"][-1]["width"], heard["photo"][-1]["height"]) == (320, 240)
        assert heard["caption_entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
        assert shown.headers["content-type"] == "image/png"
        assert shown.content.startswith(b"\x89PNG")


async def test_a_person_sends_a_file_of_their_own() -> None:
    async with town() as place:
        body = b64encode(b"<script>alert(1)</script>").decode()
        place.sandbox.act(place.world.user, "document", file=body, name="page.html")

        heard = (await _last(place))["document"]
        shown = await place.http.get(f"{place.address.control}/file/{heard['file_id']}")

        assert (heard["file_name"], heard["file_size"]) == ("page.html", 25)
        assert shown.headers["content-type"] == "application/octet-stream"
        assert shown.headers["content-disposition"] == "attachment"
        assert shown.headers["x-content-type-options"] == "nosniff"


async def test_a_picture_of_a_person_reaches_the_bot_byte_by_byte() -> None:
    async with town() as place:
        place.sandbox.act(place.world.user, "photo", file=b64encode(png(100, 50)).decode())
        photo = (await _last(place))["photo"][-1]

        path = (await place.ok("getFile", file_id=photo["file_id"]))["file_path"]
        fetched = await place.http.get(f"{place.address.url}/file/bot{place.world.token}/{path}")

        assert fetched.content == png(100, 50)


async def test_an_album_of_a_person_comes_as_separate_updates() -> None:
    async with town() as place:
        place.sandbox.act(place.world.user, "album", chat=place.world.group, count=3, caption="fresh")

        heard = [update["message"] for update in await place.updates()]

        assert len({message["media_group_id"] for message in heard}) == 1
        assert [message.get("caption") for message in heard] == ["fresh", None, None]
        assert len({message["photo"][-1]["file_unique_id"] for message in heard}) == 3


async def test_a_bot_under_privacy_sees_a_picture_only_when_its_caption_commands() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        box.act(world.owner, "demote", chat=world.group, user=world.bot)
        await place.updates()

        box.act(world.user, "photo", chat=world.group)
        box.act(world.user, "photo", chat=world.group, caption="/sell")

        assert [update["message"].get("caption") for update in await place.updates()] == ["/sell"]


@pytest.mark.parametrize(
    ("verb", "fields"),
    [
        ("photo", {"file": "no base64!"}),
        ("photo", {"file": b64encode(b"no picture").decode()}),
        ("photo", {"caption": "x" * 1025}),
        ("photo", {"reply_to": 99}),
        ("album", {"count": 1}),
        ("album", {"count": 11}),
    ],
)
async def test_what_a_client_would_not_send_is_refused(verb: str, fields: dict[str, Any]) -> None:
    async with town() as place:
        before = place.sandbox.seq

        with pytest.raises(ControlError):
            place.sandbox.act(place.world.user, verb, chat=place.world.group, **fields)

        assert place.sandbox.seq == before


async def test_who_may_not_send_photos_still_writes() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        await place.ok("setChatPermissions", chat_id=world.group, permissions={"can_send_messages": True})

        with pytest.raises(ControlError, match="may not write"):
            box.act(world.user, "photo", chat=world.group)

        assert box.act(world.user, "send", chat=world.group, text="x")


async def test_a_person_changes_a_caption_within_its_length() -> None:
    async with town() as place:
        where = {"chat": place.world.group}
        sent = place.sandbox.act(place.world.user, "photo", **where, caption="one")
        where["message"] = sent["message_id"]

        place.sandbox.act(place.world.user, "edit", **where, text="two")

        assert (await place.updates())[-1]["edited_message"]["caption"] == "two"
        with pytest.raises(ControlError, match="caption is too long"):
            place.sandbox.act(place.world.user, "edit", **where, text="x" * 1025)


async def test_a_picture_in_a_channel_is_forwarded_to_its_group() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        channel = box.add_channel("News", world.owner, linked=world.group)["id"]

        sent = box.act(world.owner, "photo", chat=channel, caption="fresh")

        copy = box.messages(world.user, world.group)[-1]
        assert copy["photo"][-1]["file_unique_id"] == sent["photo"][-1]["file_unique_id"]
        assert (copy["caption"], copy["is_automatic_forward"]) == ("fresh", True)


async def test_a_picture_in_a_topic_stays_in_it() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        forum = box.add_group("Forum", world.owner, forum=True)["id"]
        topic = box.act(world.owner, "topic", chat=forum, name="Greens")["topic"]

        photo = box.act(world.owner, "photo", chat=forum, topic=topic)
        album = box.act(world.owner, "album", chat=forum, topic=topic)["messages"]

        assert {message["message_thread_id"] for message in (photo, *album)} == {topic}


async def test_an_unknown_file_is_not_shown() -> None:
    async with town() as place:
        answer = await place.get("file/AgACnothing")

        assert answer["error"] == "no file has the id AgACnothing; messages hold the ids"
