"""Reactions: who may put which, and which bots hear of it."""

import re
from typing import Any

import pytest
from telegram.constants import ReactionEmoji

from sandbox.errors import ControlError
from sandbox.reactions import EMOJI
from tests.sandbox.judge import need_api
from tests.sandbox.town import EVERY_KIND, Town, town

THUMB, HEART = "👍", "❤"


async def _card(place: Town) -> int:
    found: int = (await place.ok("sendMessage", chat_id=place.world.group, text="deal"))["message_id"]
    return found


def _react(place: Town, message: int, emoji: str, user: int = 0) -> Any:
    where = {"chat": place.world.group, "message": message}
    return place.sandbox.act(user or place.world.user, "react", **where, emoji=emoji)


def _emoji(reaction: list[Any]) -> list[str]:
    return [one["emoji"] for one in reaction]


async def test_an_administrator_bot_that_asked_hears_of_every_change() -> None:
    async with town(every_kind=True) as place:
        card = await _card(place)

        _react(place, card, THUMB)
        _react(place, card, HEART)
        _react(place, card, HEART)
        _react(place, card, "")

        heard = [update["message_reaction"] for update in await place.updates()]
        assert [(_emoji(one["old_reaction"]), _emoji(one["new_reaction"])) for one in heard] == [
            ([], [THUMB]),
            ([THUMB], [HEART]),
            ([HEART], []),
        ]
        assert {(one["message_id"], one["user"]["id"]) for one in heard} == {(card, place.world.user)}


async def test_a_bot_that_did_not_ask_or_is_no_administrator_hears_nothing() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        card = await _card(place)
        _react(place, card, THUMB)
        unasked = await place.updates()
        box.act(world.owner, "demote", chat=world.group, user=world.bot)
        await place.updates(allowed_updates=EVERY_KIND)

        _react(place, card, HEART)

        assert unasked == []
        assert await place.updates() == []


async def test_of_an_anonymous_reaction_only_the_counts_are_told() -> None:
    async with town(every_kind=True) as place:
        box, world = place.sandbox, place.world
        rights = ["is_anonymous"]
        box.act(world.owner, "promote", chat=world.group, user=world.members[1], rights=rights)
        card = await _card(place)
        _react(place, card, THUMB)
        await place.updates()

        _react(place, card, THUMB, user=world.members[1])

        (update,) = await place.updates()
        (counted,) = update["message_reaction_count"]["reactions"]
        assert (counted["type"]["emoji"], counted["total_count"]) == (THUMB, 2)


async def test_of_reactions_in_a_channel_only_the_counts_are_told() -> None:
    async with town(every_kind=True) as place:
        box, world = place.sandbox, place.world
        channel = box.add_channel("News", world.owner)["id"]
        box.act(world.owner, "promote", chat=channel, user=world.bot)
        post = box.act(world.owner, "post", chat=channel, text="news")
        await place.updates()

        box.act(world.owner, "react", chat=channel, message=post["message_id"], emoji=THUMB)

        (update,) = await place.updates()
        assert update["message_reaction_count"]["reactions"][0]["total_count"] == 1


async def test_in_a_private_chat_the_bot_need_only_ask() -> None:
    async with town(every_kind=True) as place:
        sent = await place.ok("sendMessage", chat_id=place.world.user, text="hello")

        place.sandbox.act(place.world.user, "react", message=sent["message_id"], emoji=THUMB)

        (update,) = await place.updates()
        assert update["message_reaction"]["chat"]["id"] == place.world.user


async def test_the_page_counts_reactions_and_marks_the_own() -> None:
    async with town() as place:
        card = await _card(place)
        _react(place, card, THUMB)
        thumb = [{"type": "emoji", "emoji": THUMB}]
        await place.ok("setMessageReaction", chat_id=place.world.group, message_id=card, reaction=thumb)
        _react(place, card, HEART, user=place.world.owner)

        shown = place.sandbox.view(place.world.user)["chats"][0]["messages"][-1]["reactions"]

        assert shown == [
            {"emoji": THUMB, "count": 2, "mine": True},
            {"emoji": HEART, "count": 1, "mine": False},
        ]


async def test_no_bot_hears_of_a_reaction_of_a_bot() -> None:
    async with town(every_kind=True) as place:
        card = await _card(place)
        where = {"chat_id": place.world.group, "message_id": card}

        await place.ok("setMessageReaction", **where, reaction=[{"type": "emoji", "emoji": THUMB}])
        await place.ok("setMessageReaction", **where, reaction=[])

        assert await place.updates() == []
        assert "reactions" not in place.sandbox.messages(place.world.user, place.world.group)[-1]


async def test_a_reaction_to_an_album_stands_at_its_first_message() -> None:
    async with town(every_kind=True) as place:
        album = place.sandbox.act(place.world.owner, "album", chat=place.world.group)["messages"]
        first, second = (message["message_id"] for message in album)

        _react(place, second, THUMB)

        assert (await place.updates())[-1]["message_reaction"]["message_id"] == first


@pytest.mark.parametrize(
    ("reaction", "said"),
    [
        ([{"type": "emoji", "emoji": "🥬"}], "400 Bad Request: REACTION_INVALID"),
        ([{"type": "custom_emoji", "custom_emoji_id": "5"}], "400 Bad Request: REACTION_INVALID"),
        (
            [{"type": "paid"}],
            "400 Bad Request: can't parse ReactionType: invalid reaction type specified",
        ),
        (
            [{"type": "emoji", "emoji": THUMB}, {"type": "emoji", "emoji": HEART}],
            "400 Bad Request: REACTIONS_TOO_MANY",
        ),
        ([], "400 Bad Request: REACTION_EMPTY"),
    ],
)
async def test_what_is_no_reaction_is_refused(reaction: list[Any], said: str) -> None:
    async with town() as place:
        card = await _card(place)

        answer = await place.refused(
            "setMessageReaction", chat_id=place.world.group, message_id=card, reaction=reaction
        )

        assert answer == said


async def test_nobody_reacts_to_what_is_gone_or_tells_of_an_event() -> None:
    async with town() as place:
        thumb = [{"type": "emoji", "emoji": THUMB}]
        here = {"chat_id": place.world.group, "reaction": thumb}
        await place.ok("setChatTitle", chat_id=place.world.group, title="Autumn")
        event = place.sandbox.messages(place.world.user, place.world.group)[-1]["message_id"]

        gone = await place.refused("setMessageReaction", **here, message_id=999)
        told = await place.refused("setMessageReaction", **here, message_id=event)

        assert gone == "400 Bad Request: message to react not found"
        assert told == "400 Bad Request: REACTION_INVALID"
        with pytest.raises(ControlError, match="tells of an event"):
            _react(place, event, THUMB)


async def test_who_may_not_react_is_refused() -> None:
    async with town() as place:
        card = await _card(place)
        mute = {"can_send_messages": True, "can_react_to_messages": False}
        await place.ok("setChatPermissions", chat_id=place.world.group, permissions=mute)

        with pytest.raises(ControlError, match="may not react"):
            _react(place, card, THUMB)

        assert _react(place, card, THUMB, user=place.world.owner)


async def test_a_message_has_at_most_eleven_kinds_of_reactions() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        card = await _card(place)
        kinds = sorted(EMOJI)[:12]
        for number, emoji in enumerate(kinds[:11]):
            user = box.add_user(f"Reader {number}")["id"]
            box.act(user, "join", chat=world.group)
            _react(place, card, emoji, user=user)

        with pytest.raises(ControlError, match="11 kinds"):
            _react(place, card, kinds[11])

        assert _react(place, card, kinds[0])
        with pytest.raises(ControlError, match="emoji must be one Telegram reacts with"):
            _react(place, card, "🥬")


def test_the_reactions_known_are_those_of_the_bot_api() -> None:
    (field,) = [one for one in need_api()["types"]["ReactionTypeEmoji"]["fields"] if one["name"] == "emoji"]

    assert set(re.findall(r'"([^"]+)"', field["description"])) == EMOJI


async def test_reactions_as_python_telegram_bot_spells_them_come_back_as_telegram_writes_them() -> None:
    spelt = [one.value for one in ReactionEmoji if one.value not in EMOJI]
    async with town(every_kind=True) as place:
        card = await _card(place)
        here = {"chat_id": place.world.group, "message_id": card}

        for emoji in spelt:
            await place.ok("setMessageReaction", **here, reaction=[{"type": "emoji", "emoji": emoji}])
            _react(place, card, emoji)

        heard = [_emoji(update["message_reaction"]["new_reaction"]) for update in await place.updates()]
        assert len(spelt) == 3
        assert heard == [[emoji.replace("\ufe0f", "")] for emoji in spelt]
        (shown,) = place.sandbox.messages(place.world.user, place.world.group)[-1]["reactions"]
        assert shown["emoji"] in EMOJI
        assert shown["count"] == 2
