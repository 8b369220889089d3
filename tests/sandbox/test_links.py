"""How people come in: buttons, links, requests."""

from typing import Any

import pytest

from sandbox.errors import ControlError
from tests.sandbox.town import change_of, town


async def test_coming_by_the_public_button_is_told_by_both_updates() -> None:
    async with town(every_kind=True) as place:
        new = place.sandbox.add_user("Newcomer")["id"]

        place.sandbox.act(new, "join", chat=place.world.group)
        change, message = await place.updates()

        assert change_of(change) == ("left", "member")
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


async def test_a_link_that_a_person_made_leads_in_and_is_shown_masked() -> None:
    async with town(every_kind=True) as place:
        group, new = place.world.group, place.sandbox.add_user("Newcomer")["id"]

        link = place.sandbox.act(place.world.owner, "invite", chat=group)["link"]
        place.sandbox.act(new, "join", link=link)
        change, _message = await place.updates()

        told = change["chat_member"]["invite_link"]
        assert told["creator"]["id"] == place.world.owner
        assert told["invite_link"] != link  # a bot sees the whole address of its own links only
        with pytest.raises(ControlError, match="needs the right can_invite_users"):
            place.sandbox.act(new, "invite", chat=group)


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
