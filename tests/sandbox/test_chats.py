"""What people and bots change about a chat: permissions, titles, names, descriptions, pins."""

from typing import Any

import pytest

from sandbox.errors import ControlError
from tests.sandbox.town import town


def _messages(updates: list[Any]) -> list[Any]:
    return [update["message"] for update in updates if "message" in update]


async def test_a_muted_member_cannot_write_until_the_time_is_up() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        until = int(box.clock.now().timestamp()) + 60
        about = {"chat": world.group, "user": world.user}

        box.act(world.owner, "restrict", **about, permissions=["can_react_to_messages"], until=until)
        known = await place.ok("getChatMember", chat_id=world.group, user_id=world.user)
        with pytest.raises(ControlError, match="may not write"):
            box.act(world.user, "send", chat=world.group, text="x")
        box.advance(60)
        box.act(world.user, "send", chat=world.group, text="free again")

        assert (known["status"], known["until_date"], known["is_member"]) == ("restricted", until, True)
        assert (known["can_react_to_messages"], known["can_send_messages"]) == (True, False)


async def test_permissions_are_lifted_by_giving_all_and_refused_by_wrong_names() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        about = {"chat": world.group, "user": world.user}
        every = [
            name
            for name, given in (await place.ok("getChat", chat_id=world.group))["permissions"].items()
            if given
        ]
        box.act(world.owner, "restrict", **about, permissions=[])

        back = box.act(world.owner, "restrict", **about, permissions=every)
        with pytest.raises(ControlError, match="permissions must be among"):
            box.act(world.owner, "restrict", **about, permissions=["can_fly"])
        with pytest.raises(ControlError, match="needs the right"):
            box.act(world.user, "restrict", chat=world.group, user=world.members[1], permissions=[])

        assert back["status"] == "member"


async def test_what_nobody_may_do_nobody_does() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        here = {"chat_id": world.group}

        await place.ok("setChatPermissions", **here, permissions={"can_pin_messages": True})
        with pytest.raises(ControlError, match="may not write"):
            box.act(world.user, "send", chat=world.group, text="x")
        said = box.act(world.owner, "send", chat=world.group, text="only me")
        box.act(world.user, "pin", chat=world.group, message=said["message_id"])
        same = await place.refused("setChatPermissions", **here, permissions={"can_pin_messages": True})

        assert same == "400 Bad Request: CHAT_NOT_MODIFIED"
        assert (await place.ok("getChat", **here))["permissions"]["can_pin_messages"] is True


async def test_a_group_describes_itself() -> None:
    async with town() as place:
        here = {"chat_id": place.world.group}

        await place.ok("setChatDescription", **here, description="fresh greens")
        known = await place.ok("getChat", **here)
        same = await place.refused("setChatDescription", **here, description="fresh greens")
        long = await place.refused("setChatDescription", **here, description="x" * 256)
        await place.ok("setChatDescription", **here)

        assert known["description"] == "fresh greens"
        assert same == "400 Bad Request: chat description is not modified"
        assert long == '400 Bad Request: parameter "description" must be at most 255 characters long'
        assert "description" not in await place.ok("getChat", **here)


async def test_people_rename_a_group_where_they_may() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        with pytest.raises(ControlError, match="can_change_info"):
            box.act(world.user, "title", chat=world.group, title="Mine")

        box.act(world.owner, "title", chat=world.group, title="Autumn")
        box.act(world.owner, "username", chat=world.group, username="@autumn_greens")
        (message,) = _messages(await place.updates())
        known = await place.ok("getChat", chat_id="@Autumn_Greens")
        box.act(world.owner, "username", chat=world.group, username="")

        assert (message["new_chat_title"], message["from"]["id"]) == ("Autumn", world.owner)
        assert (known["id"], known["title"]) == (world.group, "Autumn")
        assert await place.refused("getChat", chat_id="@autumn_greens") == "400 Bad Request: chat not found"
        assert await place.refused("getChat", chat_id="@") == "400 Bad Request: chat not found"


async def test_people_pin_and_unpin_where_they_may() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        sent = await place.ok("sendMessage", chat_id=world.group, text="deal")
        where = {"chat": world.group, "message": sent["message_id"]}
        with pytest.raises(ControlError, match="may not pin"):
            box.act(world.user, "pin", **where)

        box.act(world.owner, "pin", **where)
        (message,) = _messages(await place.updates())
        pinned = await place.ok("getChat", chat_id=world.group)
        box.act(world.owner, "unpin", **where)
        home = await place.ok("sendMessage", chat_id=world.user, text="hi")
        box.act(world.user, "pin", message=home["message_id"])

        assert message["pinned_message"]["text"] == pinned["pinned_message"]["text"] == "deal"
        assert "pinned_message" not in await place.ok("getChat", chat_id=world.group)
        assert (await place.ok("getChat", chat_id=world.user))["pinned_message"]["text"] == "hi"
        with pytest.raises(ControlError, match="not pinned"):
            box.act(world.owner, "unpin", **where)
