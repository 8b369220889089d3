"""People and bots coming, going, asking and being promoted: what the bot learns and what it may do."""

from typing import Any

import pytest

from sandbox.errors import ControlError
from tests.sandbox.town import EVERY_KIND, Town, change_of, town


def _kinds(updates: list[Any]) -> list[str]:
    return [next(key for key in update if key != "update_id") for update in updates]


async def test_the_bot_learns_of_its_own_fate() -> None:
    async with town(every_kind=True) as place:
        box, world = place.sandbox, place.world
        box.act(world.owner, "demote", chat=world.group, user=world.bot)
        box.act(world.owner, "promote", chat=world.group, user=world.bot, rights=["can_pin_messages"])
        box.act(world.owner, "kick", chat=world.group, user=world.bot)
        box.act(world.owner, "add", chat=world.group, user=world.bot)

        found = await place.updates()

        assert _kinds(found) == ["my_chat_member"] * 4 + ["message"]
        assert [change_of(update) for update in found[:4]] == [
            ("administrator", "member"),
            ("member", "administrator"),
            ("administrator", "kicked"),
            ("kicked", "member"),
        ]
        assert found[1]["my_chat_member"]["new_chat_member"]["can_pin_messages"] is True
        assert found[1]["my_chat_member"]["new_chat_member"]["can_invite_users"] is False


async def test_only_an_administrator_gets_chat_member_updates() -> None:
    async with town(every_kind=True) as place:
        place.sandbox.act(place.world.owner, "demote", chat=place.world.group, user=place.world.bot)
        await place.updates()

        place.sandbox.act(place.world.user, "leave", chat=place.world.group)

        assert _kinds(await place.updates()) == ["message"]


async def test_blocking_and_unblocking_reach_the_bot() -> None:
    async with town() as place:
        place.sandbox.act(place.world.user, "block")
        place.sandbox.act(place.world.user, "block")
        place.sandbox.act(place.world.user, "unblock")

        found = await place.updates()

        assert [change_of(update) for update in found] == [("member", "kicked"), ("kicked", "member")]
        assert await place.ok("sendMessage", chat_id=place.world.user, text="back")


async def test_start_after_a_block_unblocks_and_carries_its_payload() -> None:
    async with town() as place:
        place.sandbox.act(place.world.user, "block")
        place.sandbox.act(place.world.user, "start", payload="invite-7_x")

        found = await place.updates()

        assert _kinds(found) == ["my_chat_member", "my_chat_member", "message"]
        assert found[2]["message"]["text"] == "/start invite-7_x"
        assert found[2]["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
        with pytest.raises(ControlError, match="payload"):
            place.sandbox.act(place.world.user, "start", payload="no spaces")


async def test_a_banned_person_stays_out_until_the_ban_ends() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        until = int(box.clock.now().timestamp()) + 3600
        await place.ok("banChatMember", chat_id=world.group, user_id=world.user, until_date=until)
        with pytest.raises(ControlError, match="banned"):
            box.act(world.user, "join", chat=world.group)

        box.advance(3600)

        member = await place.ok("getChatMember", chat_id=world.group, user_id=world.user)
        assert member["status"] == "left"
        assert box.act(world.user, "join", chat=world.group)["status"] == "member"


async def test_unban_takes_a_member_out_unless_only_if_banned() -> None:
    async with town() as place:
        here = {"chat_id": place.world.group, "user_id": place.world.user}
        await place.ok("unbanChatMember", **here, only_if_banned=True)
        kept = await place.ok("getChatMember", **here)
        await place.ok("unbanChatMember", **here)

        assert kept["status"] == "member"
        assert (await place.ok("getChatMember", **here))["status"] == "left"


async def test_a_restricted_member_cannot_write_until_it_ends() -> None:
    async with town(every_kind=True) as place:
        box, world = place.sandbox, place.world
        here = {"chat_id": world.group, "user_id": world.user}
        until = int(box.clock.now().timestamp()) + 60
        await place.ok("restrictChatMember", **here, permissions={}, until_date=until)
        with pytest.raises(ControlError, match="may not write"):
            box.act(world.user, "send", chat=world.group, text="hello")
        restricted = await place.ok("getChatMember", **here)

        box.advance(60)

        assert restricted["status"] == "restricted"
        assert restricted["is_member"] is True
        assert box.act(world.user, "send", chat=world.group, text="hello")


async def test_all_permissions_lift_a_restriction() -> None:
    async with town() as place:
        here = {"chat_id": place.world.group, "user_id": place.world.user}
        await place.ok("restrictChatMember", **here, permissions={"can_send_messages": True})
        everything = (await place.ok("getChat", chat_id=place.world.group))["permissions"]

        await place.ok("restrictChatMember", **here, permissions=everything)

        assert (await place.ok("getChatMember", **here))["status"] == "member"


async def test_owners_and_foreign_administrators_are_out_of_reach() -> None:
    async with town() as place:
        world = place.world
        place.sandbox.act(
            world.owner, "promote", chat=world.group, user=world.user, rights=["can_pin_messages"]
        )
        owner = await place.refused("banChatMember", chat_id=world.group, user_id=world.owner)
        admin = await place.refused("banChatMember", chat_id=world.group, user_id=world.user)
        self = await place.refused("banChatMember", chat_id=world.group, user_id=world.bot)

        assert owner == "400 Bad Request: can't remove chat owner"
        assert admin == "400 Bad Request: user is an administrator of the chat"
        assert self == "400 Bad Request: can't restrict self"


async def test_the_bot_promotes_within_its_own_rights() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        here = {"chat_id": world.group, "user_id": world.user}
        await place.ok("promoteChatMember", **here, can_pin_messages=True)
        promoted = await place.ok("getChatMember", **here)
        await place.ok("promoteChatMember", **here)
        demoted = await place.ok("getChatMember", **here)
        box.act(world.owner, "promote", chat=world.group, user=world.bot, rights=["can_promote_members"])

        answer = await place.refused("promoteChatMember", **here, can_pin_messages=True)

        assert (promoted["status"], promoted["can_be_edited"]) == ("administrator", True)
        assert demoted["status"] == "member"
        assert answer == "400 Bad Request: RIGHT_FORBIDDEN"


async def test_administrators_are_listed_without_other_bots() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        other = box.add_bot("Other", "other_test_bot")["id"]
        box.act(world.owner, "promote", chat=world.group, user=other)

        plain = await place.ok("getChatAdministrators", chat_id=world.group)
        every = await place.ok("getChatAdministrators", chat_id=world.group, return_bots=True)

        assert [member["user"]["id"] for member in plain] == [world.owner, world.bot]
        assert [member["user"]["id"] for member in every] == [world.owner, world.bot, other]


async def test_people_without_rights_cannot_act_as_administrators() -> None:
    async with town() as place:
        world, box = place.world, place.sandbox
        for verb in ("kick", "promote", "demote", "approve"):
            with pytest.raises(ControlError, match="needs the right"):
                box.act(world.user, verb, chat=world.group, user=world.members[1])


@pytest.mark.parametrize(("privacy", "heard"), [(True, 4), (False, 6)])
async def test_privacy_mode_hides_what_is_not_for_the_bot(privacy: bool, heard: int) -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        box.set_privacy(world.bot, privacy=privacy)
        box.act(world.owner, "kick", chat=world.group, user=world.bot)
        box.act(world.owner, "add", chat=world.group, user=world.bot)
        mine = await place.ok("sendMessage", chat_id=world.group, text="ask me")
        await place.updates()

        box.act(world.user, "send", chat=world.group, text="just talking")
        box.act(world.user, "send", chat=world.group, text="/help")
        box.act(world.user, "send", chat=world.group, text="/help@caiboshi_demo_bot now")
        box.act(world.user, "send", chat=world.group, text="/help@another_bot")
        box.act(world.user, "send", chat=world.group, text="yes", reply_to=mine["message_id"])
        box.act(world.members[1], "leave", chat=world.group)

        assert len(await place.updates()) == heard


async def test_a_person_may_be_known_by_a_64_bit_id() -> None:
    async with town() as place:
        user = place.sandbox.add_user("Far", user_id=(1 << 52) - 1)["id"]
        place.sandbox.act(user, "start")

        sent = await place.ok("sendMessage", chat_id=user, text="hello")

        assert sent["chat"]["id"] == user == 4503599627370495


async def test_the_bot_pins_and_hears_of_it() -> None:
    async with town(every_kind=True) as place:
        here = {"chat_id": place.world.group}
        sent = await place.ok("sendMessage", **here, text="deal")
        await place.ok("pinChatMessage", **here, message_id=sent["message_id"])
        (notice,) = await place.updates()
        pinned = (await place.ok("getChat", **here))["pinned_message"]
        await place.ok("unpinChatMessage", **here)

        assert notice["message"]["pinned_message"]["message_id"] == sent["message_id"] == pinned["message_id"]
        assert "pinned_message" not in await place.ok("getChat", **here)
        answer = await place.refused("unpinChatMessage", **here)
        assert answer == "400 Bad Request: message to unpin not found"


async def test_a_new_title_is_told_and_shown() -> None:
    async with town() as place:
        await place.ok("setChatTitle", chat_id=place.world.group, title="Autumn")

        (update,) = await place.updates()

        assert update["message"]["new_chat_title"] == "Autumn"
        assert place.sandbox.view(place.world.user)["chats"][0]["title"] == "Autumn"


async def test_every_update_is_what_telegram_promises() -> None:
    """`Town.updates` judges each answer of getUpdates; here every kind of update passes it."""
    async with town(every_kind=True) as place:
        await _busy(place)

        kinds = set(_kinds(await place.updates()))

        assert kinds == set(EVERY_KIND)


async def _busy(place: Town) -> None:
    box, world = place.sandbox, place.world
    markup = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}
    sent = await place.ok("sendMessage", chat_id=world.group, text="deal", reply_markup=markup)
    box.act(world.user, "tap", chat=world.group, message=sent["message_id"], button="A")
    said = box.act(world.user, "send", chat=world.group, text="one", reply_to=sent["message_id"])
    box.act(world.user, "edit", chat=world.group, message=said["message_id"], text="two")
    box.act(world.user, "react", chat=world.group, message=sent["message_id"], emoji="👍")
    box.act(world.owner, "promote", chat=world.group, user=world.members[1], rights=["is_anonymous"])
    box.act(world.members[1], "react", chat=world.group, message=sent["message_id"], emoji="👍")
    asked = {"chat_id": world.group, "question": "?", "options": [{"text": "A"}], "is_anonymous": False}
    poll = (await place.ok("sendPoll", **asked))["message_id"]
    box.act(world.user, "vote", chat=world.group, message=poll, options=[0])
    price = {"currency": "XTR", "prices": [{"label": "Tea", "amount": 5}], "payload": "p"}
    invoice = await place.ok("sendInvoice", chat_id=world.user, title="Tea", description="Green", **price)
    box.act(world.user, "pay", message=invoice["message_id"])
    box.act(world.user, "leave", chat=world.group)
    box.act(world.user, "request", chat=world.group)
    box.act(world.user, "block")
    channel = box.add_channel("Recipes", world.owner)["id"]
    box.act(world.owner, "promote", chat=channel, user=world.bot)
    post = box.act(world.owner, "post", chat=channel, text="Soup")
    box.act(world.owner, "edit", chat=channel, message=post["message_id"], text="Stew")
