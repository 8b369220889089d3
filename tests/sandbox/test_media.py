"""What a bot sends and fetches: photos, files, albums, captions."""

from typing import Any

import pytest

from sandbox.intake import MAX_FILE_BYTES, MAX_PHOTO_BYTES
from sandbox.methods.media import MAX_DOWNLOAD_BYTES
from tests.sandbox.pictures import png
from tests.sandbox.town import Town, keyboard, town


async def _photo(place: Town, **params: Any) -> Any:
    return await place.uploaded("sendPhoto", "photo", png(), **params)


async def _why_not(place: Town, method: str, files: Any, **params: Any) -> str:
    answer = (await place.send_files(method, files, chat_id=place.world.group, **params)).json()
    assert answer["ok"] is False
    return f"{answer['error_code']} {answer['description']}"


async def test_a_photo_comes_in_sizes_that_end_with_its_own() -> None:
    async with town() as place:
        sent = await _photo(place, caption="*tea*", parse_mode="MarkdownV2")

        assert [(size["width"], size["height"]) for size in sent["photo"]] == [
            (90, 67),
            (320, 240),
            (640, 480),
        ]
        assert len({size["file_unique_id"] for size in sent["photo"]}) == 3
        assert sent["photo"][-1]["file_size"] == len(png())
        assert (sent["caption"], sent["caption_entities"][0]["type"]) == ("tea", "bold")
        assert "text" not in sent


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "file must be non-empty"),
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (b"\xff\xd8\xff\xe0\x00", "IMAGE_PROCESS_FAILED"),
        (png(2100, 100), "PHOTO_INVALID_DIMENSIONS"),
        (png(5001, 5000)[:40], "PHOTO_INVALID_DIMENSIONS"),
        (
            png() + b"\0" * MAX_PHOTO_BYTES,
            f"file of size {len(png()) + MAX_PHOTO_BYTES} bytes is too big for a photo; "
            f"the maximum size is {MAX_PHOTO_BYTES} bytes",
        ),
    ],
)
async def test_what_is_no_photo_is_refused(body: bytes, said: str) -> None:
    async with town() as place:
        answer = await _why_not(place, "sendPhoto", {"photo": ("a.png", body)})

        assert answer == f"400 Bad Request: {said}"
        assert place.sandbox.messages(place.world.user, place.world.group)[-1].get("photo") is None


async def test_the_size_of_a_jpeg_and_a_gif_is_read_from_their_heads() -> None:
    async with town() as place:
        jpeg = b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc2\x00\x0b\x08\x00\x28\x00\x50" + b"\0" * 20
        gif = b"GIF89a\x50\x00\x28\x00" + b"\0" * 20

        sent = [await place.uploaded("sendPhoto", "photo", body) for body in (jpeg, gif)]

        assert [(found["photo"][-1]["width"], found["photo"][-1]["height"]) for found in sent] == [
            (80, 40)
        ] * 2


async def test_a_known_file_is_sent_again_without_its_bytes() -> None:
    async with town() as place:
        group = place.world.group
        files = {"video": ("a.mp4", b"film"), "thumbnail": ("a.png", png(90, 90))}
        about = {"duration": 7, "width": 640, "height": 480}
        answer = await place.send_files("sendVideo", files, chat_id=group, **about)
        first = answer.json()["result"]

        again = await place.ok("sendVideo", chat_id=group, video=first["video"]["file_id"])

        assert again["video"] == first["video"]
        assert (again["video"]["duration"], again["video"]["mime_type"]) == (7, "video/mp4")
        assert again["video"]["thumbnail"]["width"] == 90


async def test_a_file_is_known_to_every_bot_under_an_id_of_its_own() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        other = box.add_bot("Other", "other_bot", privacy=False)
        box.act(world.owner, "add", chat=world.group, user=other["id"])
        await place.post("getUpdates", {"offset": -1}, token=other["token"])
        box.act(world.user, "photo", chat=world.group)
        mine = (await place.updates())[-1]["message"]["photo"][-1]
        updates = (await place.post("getUpdates", {}, token=other["token"])).json()["result"]
        theirs = updates[-1]["message"]["photo"][-1]

        stolen = (await place.post("getFile", {"file_id": mine["file_id"]}, token=other["token"])).json()
        sent = (
            await place.post("sendPhoto", {"chat_id": world.group, "photo": mine["file_id"]}, other["token"])
        ).json()

        assert mine["file_unique_id"] == theirs["file_unique_id"]
        assert mine["file_id"] != theirs["file_id"]
        assert stolen["description"] == "Bad Request: wrong file_id or the file is temporarily unavailable"
        assert sent["description"] == "Bad Request: wrong file identifier/HTTP URL specified"


async def test_a_file_is_fetched_by_its_path_and_by_nobody_else() -> None:
    async with town() as place:
        other = place.sandbox.add_bot("Other", "other_bot")
        sent = await place.uploaded("sendDocument", "document", b"price list")
        path = (await place.ok("getFile", file_id=sent["document"]["file_id"]))["file_path"]
        root = f"{place.address.url}/file/bot"

        fetched = await place.http.get(f"{root}{place.world.token}/{path}")
        stolen = await place.http.get(f"{root}{other['token']}/{path}")
        unknown = await place.http.get(f"{root}{place.world.token}/documents/file_99.txt")
        stranger = await place.http.get(f"{root}1:x/{path}")

        assert path == "documents/file_1.document"
        assert fetched.content == b"price list"
        assert (stolen.status_code, unknown.status_code, stranger.status_code) == (404, 404, 401)


async def test_a_file_over_20_mb_is_sent_but_not_fetched() -> None:
    async with town() as place:
        sent = await place.uploaded("sendDocument", "document", b"\0" * (MAX_DOWNLOAD_BYTES + 1))

        answer = await place.refused("getFile", file_id=sent["document"]["file_id"])

        assert answer == "400 Bad Request: file is too big"


async def test_an_upload_over_50_mb_is_refused_unread() -> None:
    async with town() as place:
        files = {"document": ("big", b"\0" * MAX_FILE_BYTES)}

        answer = await place.send_files("sendDocument", files, chat_id=place.world.group)

        assert answer.status_code == 413


async def test_files_by_address_and_of_another_kind_are_refused() -> None:
    async with town() as place:
        group = place.world.group
        photo = (await _photo(place))["photo"][-1]["file_id"]

        by_address = await place.refused("sendPhoto", chat_id=group, photo="https://example.org/a.png")
        as_document = await place.refused("sendDocument", chat_id=group, document=photo)
        nothing = await place.refused("sendVoice", chat_id=group)
        not_sent = await place.refused("sendPhoto", chat_id=group, photo="attach://nothing")

        assert by_address == "400 Bad Request: wrong file identifier/HTTP URL specified"
        assert as_document == "400 Bad Request: can't use file of type Photo as Document"
        assert nothing == "400 Bad Request: there is no voice in the request"
        assert not_sent == "400 Bad Request: can't parse InputMedia: media not found"


async def test_a_caption_has_1024_units_after_entities() -> None:
    async with town() as place:
        photo = (await _photo(place))["photo"][-1]["file_id"]
        here = {"chat_id": place.world.group, "photo": photo, "parse_mode": "HTML"}

        longest = await place.ok("sendPhoto", **here, caption="<b>" + "\U0001f389" * 512 + "</b>")
        longer = await place.refused("sendPhoto", **here, caption="\U0001f389" * 512 + "x")

        assert longest["caption_entities"] == [{"type": "bold", "offset": 0, "length": 1024}]
        assert longer == "400 Bad Request: message caption is too long"


async def test_an_album_is_several_messages_with_one_id() -> None:
    async with town() as place:
        media = [
            {"type": "photo", "media": "attach://a", "caption": "one"},
            {"type": "video", "media": "attach://b"},
        ]
        files = {"a": ("a.png", png()), "b": ("b.mp4", b"film")}

        answer = await place.send_files("sendMediaGroup", files, chat_id=place.world.group, media=media)
        first, second = answer.json()["result"]

        assert first["media_group_id"] == second["media_group_id"]
        assert (first["caption"], "caption" in second) == ("one", False)
        assert second["message_id"] == first["message_id"] + 1
        assert second["video"]["file_name"] == "b.mp4"


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (["photo"], "media album must contain 2-10 items"),
        (["photo"] * 11, "media album must contain 2-10 items"),
        (["photo", "document"], "can't mix these types of media in one album"),
        (["animation", "animation"], "can't mix these types of media in one album"),
    ],
)
async def test_what_is_no_album_is_refused(kinds: list[str], said: str) -> None:
    async with town() as place:
        media = [{"type": kind, "media": "attach://a"} for kind in kinds]
        files = {"a": ("a.png", png())}

        answer = await _why_not(place, "sendMediaGroup", files, media=media)

        assert answer == f"400 Bad Request: {said}"


async def test_captions_and_media_are_edited_and_texts_are_not_captions() -> None:
    async with town() as place:
        sent = await _photo(place, caption="one", reply_markup=keyboard("A"))
        text = await place.ok("sendMessage", chat_id=place.world.group, text="words")
        where = {"chat_id": place.world.group, "message_id": sent["message_id"]}
        words = where | {"message_id": text["message_id"]}
        photo = sent["photo"][-1]["file_id"]

        edited = await place.ok("editMessageCaption", **where, caption="two", reply_markup=keyboard("B"))
        same = await place.refused("editMessageCaption", **where, caption="two", reply_markup=keyboard("B"))
        no_text = await place.refused("editMessageText", **where, text="x")
        no_caption = await place.refused("editMessageCaption", **words, caption="x")
        media = {"type": "photo", "media": photo, "caption": "now with a picture"}
        illustrated = await place.ok("editMessageMedia", **words, media=media)
        bare = await place.ok("editMessageCaption", **where)

        assert edited["caption"] == "two"
        assert same.startswith("400 Bad Request: message is not modified: ")
        assert no_text == "400 Bad Request: there is no text in the message to edit"
        assert no_caption == "400 Bad Request: there is no caption in the message to edit"
        assert (illustrated["caption"], "text" in illustrated) == ("now with a picture", False)
        assert ("caption" in bare, "reply_markup" in bare) == (False, False)


async def test_what_stands_in_an_album_stays_of_its_kind() -> None:
    async with town() as place:
        files = {"a": ("a.png", png())}
        media = [{"type": "photo", "media": "attach://a"}] * 2
        answer = await place.send_files("sendMediaGroup", files, chat_id=place.world.group, media=media)
        where = {"message_id": answer.json()["result"][0]["message_id"]}
        paper = {"type": "document", "media": "attach://a"}

        refused = await _why_not(place, "editMessageMedia", files, **where, media=paper)

        assert refused == "400 Bad Request: message media can't be edited"


async def test_who_may_write_only_texts_sends_no_photo() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        photo = (await _photo(place))["photo"][-1]["file_id"]
        box.act(world.owner, "demote", chat=world.group, user=world.bot)
        rights = ["can_send_messages"]
        box.act(world.owner, "restrict", chat=world.group, user=world.bot, permissions=rights)

        answer = await place.refused("sendPhoto", chat_id=world.group, photo=photo)

        assert answer == "400 Bad Request: not enough rights to send photos to the chat"
        assert await place.ok("sendMessage", chat_id=world.group, text="x")


async def test_of_an_album_that_may_not_be_sent_whole_nothing_is_sent() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        box.act(world.owner, "demote", chat=world.group, user=world.bot)
        rights = ["can_send_messages", "can_send_photos"]
        box.act(world.owner, "restrict", chat=world.group, user=world.bot, permissions=rights)
        kinds = {"a": "photo", "b": "video"}
        media = [{"type": kind, "media": f"attach://{name}"} for name, kind in kinds.items()]
        files = {name: (name, png()) for name in kinds}
        before = box.messages(world.user, world.group)

        answer = await _why_not(place, "sendMediaGroup", files, media=media)

        assert answer == "400 Bad Request: not enough rights to send videos to the chat"
        assert box.messages(world.user, world.group) == before


async def test_the_log_names_a_file_and_keeps_no_bytes() -> None:
    async with town() as place:
        await _photo(place)

        (call,) = [call for call in place.sandbox.calls() if call["method"] == "sendPhoto"]

        assert call["params"]["photo"] == {"file": "file.photo", "bytes": len(png())}
        assert (await place.get("calls"))["ok"]


async def test_nobody_has_a_profile_picture() -> None:
    async with town() as place:
        found = await place.ok("getUserProfilePhotos", user_id=place.world.user)

        assert found == {"total_count": 0, "photos": []}
        answer = await place.refused("getUserProfilePhotos", user_id=1)
        assert answer == "400 Bad Request: invalid user_id specified: user not found"
