"""Forwards and copies: what goes along, what does not, and what stays where it is."""

from typing import Any

from tests.sandbox.town import Town, keyboard, town


async def _album(place: Town) -> list[int]:
    made = place.sandbox.act(place.world.user, "album", chat=place.world.group, caption="fresh")["messages"]
    return [message["message_id"] for message in made]


def _route(place: Town) -> dict[str, Any]:
    return {"chat_id": place.world.user, "from_chat_id": place.world.group}


async def test_a_forward_names_who_wrote_it_and_drops_the_keyboard() -> None:
    async with town() as place:
        said = place.sandbox.act(place.world.owner, "send", chat=place.world.group, text="hello")
        card = await place.ok(
            "sendMessage", chat_id=place.world.group, text="deal", reply_markup=keyboard("A")
        )

        person = await place.ok("forwardMessage", **_route(place), message_id=said["message_id"])
        own = await place.ok("forwardMessage", **_route(place), message_id=card["message_id"])
        back = {"chat_id": place.world.group, "from_chat_id": place.world.user}
        again = await place.ok("forwardMessage", **back, message_id=person["message_id"])

        assert person["forward_origin"]["sender_user"]["id"] == place.world.owner
        assert again["forward_origin"] == person["forward_origin"]
        assert person["from"]["id"] == place.world.bot
        assert own["text"] == "deal"
        assert "reply_markup" not in own


async def test_a_forward_of_an_anonymous_administrator_names_the_group() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        box.act(world.owner, "promote", chat=world.group, user=world.members[1], rights=["is_anonymous"])
        said = box.act(world.members[1], "send", chat=world.group, text="hello")

        sent = await place.ok("forwardMessage", **_route(place), message_id=said["message_id"])

        origin = sent["forward_origin"]
        assert (origin["type"], origin["sender_chat"]["id"]) == ("chat", world.group)


async def test_a_forward_cannot_be_edited() -> None:
    async with town() as place:
        said = place.sandbox.act(place.world.owner, "send", chat=place.world.group, text="hello")
        sent = await place.ok("forwardMessage", **_route(place), message_id=said["message_id"])

        where = {"chat_id": place.world.user, "message_id": sent["message_id"]}
        answer = await place.refused("editMessageText", **where, text="bye")

        assert answer == "400 Bad Request: message can't be edited"


async def test_a_copy_is_the_bots_own_with_another_caption_and_keyboard() -> None:
    async with town() as place:
        first, _ = await _album(place)

        made = await place.ok(
            "copyMessage", **_route(place), message_id=first, caption="now", reply_markup=keyboard("A")
        )
        shown = place.sandbox.messages(place.world.user)[-1]

        assert set(made) == {"message_id"}
        assert shown["message_id"] == made["message_id"]
        assert (shown["caption"], shown["from"]["id"]) == ("now", place.world.bot)
        assert shown["reply_markup"] == keyboard("A")
        assert "forward_origin" not in shown
        assert "media_group_id" not in shown


async def test_an_album_stays_together_in_a_new_album() -> None:
    async with town() as place:
        ids = await _album(place)
        old = place.sandbox.messages(place.world.user, place.world.group)[-1]["media_group_id"]

        copied = await place.ok("copyMessages", **_route(place), message_ids=ids, remove_caption=True)
        moved = await place.ok("forwardMessages", **_route(place), message_ids=[*ids, 999])
        shown = place.sandbox.messages(place.world.user)[-4:]

        groups = [message["media_group_id"] for message in shown]
        assert (len(copied), len(moved)) == (2, 2)
        assert groups[0] == groups[1] != old
        assert groups[2] == groups[3] not in (groups[0], old)
        assert [message.get("caption") for message in shown] == [None, None, "fresh", None]


async def test_what_is_protected_stays_where_it_is() -> None:
    async with town() as place:
        sent = await place.ok("sendMessage", chat_id=place.world.group, text="secret", protect_content=True)
        one = _route(place) | {"message_id": sent["message_id"]}
        many = _route(place) | {"message_ids": [sent["message_id"]]}

        answers = [
            await place.refused("forwardMessage", **one),
            await place.refused("copyMessage", **one),
            await place.refused("forwardMessages", **many),
            await place.refused("copyMessages", **many),
        ]

        assert answers == [
            "400 Bad Request: the message can't be forwarded",
            "400 Bad Request: the message can't be copied",
            "400 Bad Request: messages can't be forwarded",
            "400 Bad Request: messages can't be forwarded",
        ]


async def test_events_and_invoices_are_not_copied() -> None:
    async with town() as place:
        await place.ok("setChatTitle", chat_id=place.world.group, title="Autumn")
        event = place.sandbox.messages(place.world.user, place.world.group)[-1]["message_id"]
        price = {"currency": "XTR", "prices": [{"label": "Tea", "amount": 5}], "payload": "p"}
        bill = await place.ok("sendInvoice", chat_id=place.world.group, title="T", description="D", **price)

        answers = [
            await place.refused("copyMessage", **_route(place), message_id=number)
            for number in (event, bill["message_id"])
        ]

        assert answers == ["400 Bad Request: the message can't be copied"] * 2
        assert (await place.ok("forwardMessage", **_route(place), message_id=bill["message_id"]))["invoice"]


async def test_a_forwarded_poll_is_the_same_and_a_copied_one_begins_anew() -> None:
    async with town() as place:
        options = [{"text": "Mon"}, {"text": "Tue"}]
        poll = await place.ok("sendPoll", chat_id=place.world.group, question="When?", options=options)
        place.sandbox.act(
            place.world.user, "vote", chat=place.world.group, message=poll["message_id"], options=[0]
        )

        moved = await place.ok("forwardMessage", **_route(place), message_id=poll["message_id"])
        made = await place.ok("copyMessage", **_route(place), message_id=poll["message_id"])
        place.sandbox.act(place.world.user, "vote", message=moved["message_id"], options=[1])
        there = place.sandbox.messages(place.world.user, place.world.group)[-1]["poll"]
        new = place.sandbox.messages(place.world.user)[-1]

        assert moved["poll"]["id"] == poll["poll"]["id"]
        assert [option["voter_count"] for option in there["options"]] == [0, 1]
        assert new["message_id"] == made["message_id"]
        assert new["poll"]["id"] != poll["poll"]["id"]
        assert new["poll"]["total_voter_count"] == 0


async def test_where_one_of_many_may_not_go_none_goes() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        said = box.act(world.user, "send", chat=world.group, text="hello")["message_id"]
        ids = [said, *(await _album(place))]
        box.act(world.owner, "demote", chat=world.group, user=world.bot)
        rights = ["can_send_messages"]
        box.act(world.owner, "restrict", chat=world.group, user=world.bot, permissions=rights)
        here = {"chat_id": world.group, "from_chat_id": world.group, "message_ids": ids}
        before = box.messages(world.user, world.group)

        answers = [await place.refused(method, **here) for method in ("copyMessages", "forwardMessages")]

        assert answers == ["400 Bad Request: not enough rights to send photos to the chat"] * 2
        assert box.messages(world.user, world.group) == before


async def test_a_forward_from_a_channel_names_the_post() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        channel = box.add_channel("News", world.owner)["id"]
        box.act(world.owner, "promote", chat=channel, user=world.bot)
        post = box.act(world.owner, "post", chat=channel, text="news")

        route = {"chat_id": world.user, "from_chat_id": channel}
        sent = await place.ok("forwardMessage", **route, message_id=post["message_id"])

        origin = sent["forward_origin"]
        assert (origin["type"], origin["chat"]["id"]) == ("channel", channel)
        assert origin["message_id"] == post["message_id"]


async def test_wrong_lists_and_missing_messages_are_named() -> None:
    async with town() as place:
        route = _route(place)

        answers = [
            await place.refused("forwardMessage", **route, message_id=999),
            await place.refused("copyMessage", **route, message_id=999),
            await place.refused("forwardMessages", **route, message_ids=[]),
            await place.refused("copyMessages", **route, message_ids=[2, 1]),
            await place.refused("copyMessages", **route, message_ids=[998, 999]),
            await place.refused("copyMessage", **(route | {"from_chat_id": -100}), message_id=1),
        ]

        assert answers == [
            "400 Bad Request: message to forward not found",
            "400 Bad Request: message to copy not found",
            "400 Bad Request: there are no messages to forward",
            "400 Bad Request: message identifiers must be in a strictly increasing order",
            "400 Bad Request: messages can't be forwarded",
            "400 Bad Request: chat not found",
        ]
