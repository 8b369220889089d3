"""Which updates wait for each other on their way to a webhook, over every kind there is."""

from typing import Any

from sandbox.lanes import lane_of
from tests.sandbox.town import EVERY_KIND, Town, keyboard, town


async def _lanes(place: Town) -> list[tuple[str, Any]]:
    """Return the kind and the lane of every update that waits."""
    updates = await place.updates()
    return [(next(name for name in update if name != "update_id"), lane_of(update)) for update in updates]


async def test_messages_and_their_edits_go_by_chat_and_taps_by_person() -> None:
    async with town() as place:
        world, act = place.world, place.sandbox.act
        sent = await place.ok("sendMessage", chat_id=world.group, text="x", reply_markup=keyboard("A"))
        mine = act(world.user, "send", chat=world.group, text="one")
        act(world.user, "edit", chat=world.group, message=mine["message_id"], text="two")
        act(world.user, "send", text="private")
        act(world.user, "tap", chat=world.group, message=sent["message_id"], button="A")

        assert await _lanes(place) == [
            ("message", ("message", world.group)),
            ("edited_message", ("message", world.group)),
            ("message", ("message", world.user)),
            ("callback_query", ("callback", world.user)),
        ]


async def test_membership_and_join_requests_go_by_member_and_the_bots_own_by_chat() -> None:
    async with town(every_kind=True) as place:
        world, act = place.world, place.sandbox.act
        group = place.sandbox.add_group("Asks", world.owner, join_by_request=True)["id"]
        act(world.owner, "promote", chat=group, user=world.bot)
        act(world.user, "join", chat=group)
        act(world.owner, "approve", chat=group, user=world.user)
        act(world.user, "block")

        assert set(await _lanes(place)) - {("message", ("message", group))} == {
            ("my_chat_member", ("mine", group)),
            ("chat_join_request", ("member", world.user)),
            ("chat_member", ("member", world.user)),
            ("my_chat_member", ("mine", world.user)),
        }


async def test_polls_and_their_answers_go_by_poll() -> None:
    async with town() as place:
        world = place.world
        asked = await place.ok(
            "sendPoll",
            chat_id=world.group,
            question="?",
            options=[{"text": "a"}, {"text": "b"}],
            is_anonymous=False,
        )
        place.sandbox.act(world.user, "vote", chat=world.group, message=asked["message_id"], options=[1])

        lane = ("poll", asked["poll"]["id"])
        assert sorted(await _lanes(place)) == [("poll", lane), ("poll_answer", lane)]


async def test_every_kind_that_can_be_asked_for_here_has_a_lane() -> None:
    async with town(every_kind=True) as place:
        world, act = place.world, place.sandbox.act
        sent = await place.ok("sendMessage", chat_id=world.group, text="x")
        act(world.user, "react", chat=world.group, message=sent["message_id"], emoji="👍")
        channel = place.sandbox.add_channel("News", world.owner)["id"]
        act(world.owner, "promote", chat=channel, user=world.bot)
        act(world.owner, "post", chat=channel, text="news")
        bill = await place.ok(
            "sendInvoice",
            chat_id=world.user,
            title="t",
            description="d",
            payload="p",
            currency="XTR",
            prices=[{"label": "l", "amount": 5}],
        )
        act(world.user, "pay", chat=world.user, message=bill["message_id"])
        found = dict(await _lanes(place))

        assert found["message_reaction"] == ("reaction", world.group)
        assert found["channel_post"] == ("message", channel)
        assert found["pre_checkout_query"] == ("checkout", world.user)
        assert set(found) <= set(EVERY_KIND)
