"""People and bots coming, going, asking and being promoted: what the bot learns and what it may do."""

from typing import Any

import pytest

from sandbox.errors import ControlError
from tests.sandbox.town import EVERY_KIND, Town, town


def _kinds(updates: list[Any]) -> list[str]:
    return [next(key for key in update if key != "update_id") for update in updates]


def _change(update: Any) -> tuple[str, str]:
    body = update.get("chat_member") or update["my_chat_member"]
    return body["old_chat_member"]["status"], body["new_chat_member"]["status"]


async def test_coming_by_the_public_button_is_told_by_both_updates() -> None:
    async with town(every_kind=True) as place:
        new = place.sandbox.add_user("Newcomer")["id"]

        place.sandbox.act(new, "join", chat=place.world.group)
        change, message = await place.updates()

        assert _change(change) == ("left", "member")
        assert "invite_link" not in change["chat_member"]
        assert [user["id"] for user in message["message"]["new_chat_members"]] == [new]


async def test_coming_by_a_link_names_the_link_and_counts_it() -> None:
    async with town(every_kind=True) as place:
        group = place.world.group
        link = await place.ok("createChatInviteLink", chat_id=group, name="spring", member_limit=1)
        first, second = (place.sandbox.add_user(name)["id"] for name in ("First", "Second"))

        place.sandbox.act(first, "join", link=link["invite_link"])
        change, _message = await place.updates()

        assert change["chat_member"]["invite_link"]["name"] == "spring"
        with pytest.raises(ControlError, match="used up"):
            place.sandbox.act(second, "join", link=link["invite_link"])


async def test_a_link_by_request_makes_a_request_that_the_bot_decides() -> None:
    async with town(every_kind=True) as place:
        group = place.world.group
        link = await place.ok("createChatInviteLink", chat_id=group, creates_join_request=True)
        new = place.sandbox.add_user("Newcomer")["id"]

        asked = place.sandbox.act(new, "join", link=link["invite_link"])
        (update,) = await place.updates()
        await place.ok("sendMessage", chat_id=update["chat_join_request"]["user_chat_id"], text="welcome")
        await place.ok("approveChatJoinRequest", chat_id=group, user_id=new)
        change, message = await place.updates()

        assert asked["status"] == "requested"
        assert update["chat_join_request"]["invite_link"]["pending_join_request_count"] == 1
        assert change["chat_member"]["via_join_request"] is True
        assert change["chat_member"]["from"]["id"] == place.world.bot
        assert message["message"]["from"]["id"] == new
        again = await place.refused("approveChatJoinRequest", chat_id=group, user_id=new)
        assert again == "400 Bad Request: USER_ALREADY_PARTICIPANT"


async def test_a_request_lets_the_bot_write_for_five_minutes_only() -> None:
    async with town() as place:
        new = place.sandbox.add_user("Newcomer")["id"]
        place.sandbox.act(new, "request", chat=place.world.group)
        place.sandbox.advance(299)
        await place.ok("sendMessage", chat_id=new, text="welcome")

        place.sandbox.advance(1)

        answer = await place.refused("sendMessage", chat_id=new, text="still there?")
        assert answer == "403 Forbidden: bot can't initiate conversation with a user"


async def test_a_declined_request_is_gone() -> None:
    async with town() as place:
        new = place.sandbox.add_user("Newcomer")["id"]
        place.sandbox.act(new, "request", chat=place.world.group)

        await place.ok("declineChatJoinRequest", chat_id=place.world.group, user_id=new)

        answer = await place.refused("declineChatJoinRequest", chat_id=place.world.group, user_id=new)
        assert answer == "400 Bad Request: HIDE_REQUESTER_MISSING"


async def test_people_decide_requests_in_their_clients_too() -> None:
    async with town() as place:
        box, group = place.sandbox, place.world.group
        first, second = (box.add_user(name)["id"] for name in ("First", "Second"))
        for user in (first, second):
            box.act(user, "request", chat=group)

        shown = [user["id"] for user in box.view(place.world.owner)["chats"][0]["requests"]]
        box.act(place.world.owner, "approve", chat=group, user=first)
        box.act(place.world.owner, "decline", chat=group, user=second)

        assert shown == [first, second]
        statuses = [box.view(user)["chats"][0]["status"] for user in (first, second)]
        assert statuses == ["member", "left"]


async def test_the_bot_learns_of_its_own_fate() -> None:
    async with town(every_kind=True) as place:
        box, world = place.sandbox, place.world
        box.act(world.owner, "demote", chat=world.group, user=world.bot)
        box.act(world.owner, "promote", chat=world.group, user=world.bot, rights=["can_pin_messages"])
        box.act(world.owner, "kick", chat=world.group, user=world.bot)
        box.act(world.owner, "add", chat=world.group, user=world.bot)

        found = await place.updates()

        assert _kinds(found) == ["my_chat_member"] * 4 + ["message"]
        assert [_change(update) for update in found[:4]] == [
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

        assert [_change(update) for update in found] == [("member", "kicked"), ("kicked", "member")]
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


async def test_links_of_others_are_masked() -> None:
    async with town(every_kind=True) as place:
        box, world = place.sandbox, place.world
        other = box.add_bot("Other", "other_test_bot")
        box.act(world.owner, "promote", chat=world.group, user=other["id"])
        made = (await place.post("createChatInviteLink", {"chat_id": world.group}, other["token"])).json()
        new = box.add_user("Newcomer")["id"]
        await place.updates()

        box.act(new, "join", link=made["result"]["invite_link"])
        change, _message = await place.updates()

        shown = change["chat_member"]["invite_link"]["invite_link"]
        assert shown.endswith("...")
        assert made["result"]["invite_link"].startswith(shown.removesuffix("..."))


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"name": "x" * 33}, 'parameter "name" must be at most 32 characters long'),
        ({"member_limit": 100_000}, 'parameter "member_limit" must be 1-99999'),
        ({"member_limit": -1}, 'parameter "member_limit" must be 1-99999'),
        (
            {"member_limit": 5, "creates_join_request": True},
            "member limit can't be specified for links requiring administrator approval",
        ),
        ({"expire_date": 1}, "EXPIRE_DATE_INVALID"),
    ],
)
async def test_bad_links_are_refused(params: dict[str, Any], said: str) -> None:
    async with town() as place:
        answer = await place.refused("createChatInviteLink", chat_id=place.world.group, **params)

        assert answer == f"400 Bad Request: {said}"


async def test_links_are_edited_revoked_and_exported() -> None:
    async with town() as place:
        here = {"chat_id": place.world.group}
        made = await place.ok("createChatInviteLink", **here, name="a")
        edited = await place.ok("editChatInviteLink", **here, invite_link=made["invite_link"], name="b")
        revoked = await place.ok("revokeChatInviteLink", **here, invite_link=made["invite_link"])
        first = await place.ok("exportChatInviteLink", **here)
        second = await place.ok("exportChatInviteLink", **here)
        new = place.sandbox.add_user("Newcomer")["id"]

        assert (edited["name"], revoked["is_revoked"]) == ("b", True)
        assert (await place.ok("getChat", **here))["invite_link"] == second
        for url in (made["invite_link"], first):
            with pytest.raises(ControlError, match="revoked"):
                place.sandbox.act(new, "join", link=url)
        assert place.sandbox.act(new, "join", link=second)["status"] == "member"


async def test_an_expired_link_opens_nothing() -> None:
    async with town() as place:
        expires = int(place.sandbox.clock.now().timestamp()) + 60
        link = await place.ok("createChatInviteLink", chat_id=place.world.group, expire_date=expires)
        new = place.sandbox.add_user("Newcomer")["id"]
        place.sandbox.advance(60)

        with pytest.raises(ControlError, match="expired"):
            place.sandbox.act(new, "join", link=link["invite_link"])


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
        box.act(world.owner, "demote", chat=world.group, user=world.bot)
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
    box.act(world.user, "leave", chat=world.group)
    box.act(world.user, "request", chat=world.group)
    box.act(world.user, "block")


async def test_an_upgraded_group_answers_with_its_new_id() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        old = box.add_group("Small", world.owner, kind="group")["id"]
        box.act(world.owner, "add", chat=old, user=world.bot)
        await place.updates()

        new = box.act(world.owner, "migrate", chat=old)["id"]
        farewell, welcome = await place.updates()
        answer = (await place.post("sendMessage", {"chat_id": old, "text": "x"})).json()

        assert (farewell["message"]["chat"]["id"], farewell["message"]["migrate_to_chat_id"]) == (old, new)
        assert (welcome["message"]["chat"]["id"], welcome["message"]["migrate_from_chat_id"]) == (new, old)
        assert answer == {
            "ok": False,
            "error_code": 400,
            "description": "Bad Request: group chat was upgraded to a supergroup chat",
            "parameters": {"migrate_to_chat_id": new},
        }
        assert (await place.ok("sendMessage", chat_id=new, text="x"))["message_id"] == 2


async def test_an_anonymous_administrator_writes_as_the_group() -> None:
    async with town() as place:
        world = place.world
        rights = ["is_anonymous", "can_delete_messages"]
        place.sandbox.act(world.owner, "promote", chat=world.group, user=world.user, rights=rights)
        await place.updates()
        place.sandbox.act(world.user, "send", chat=world.group, text="who am I")

        (update,) = [update for update in await place.updates() if "message" in update]

        assert update["message"]["from"]["username"] == "GroupAnonymousBot"
        assert update["message"]["sender_chat"]["id"] == world.group
