"""Polls: asked by the bot, answered by people, closed by either hand or by the clock."""

from typing import Any

import pytest

from sandbox.errors import ControlError
from tests.sandbox.town import Town, keyboard, town

DAYS = [{"text": "Mon"}, {"text": "Tue"}, {"text": "Wed"}]


async def _asked(place: Town, **params: Any) -> Any:
    given = {"question": "When?", "options": DAYS, "is_anonymous": False} | params
    return await place.ok("sendPoll", chat_id=place.world.group, **given)


def _vote(place: Town, poll: Any, *options: int, user: int = 0) -> Any:
    where = {"chat": place.world.group, "message": poll["message_id"]}
    return place.sandbox.act(user or place.world.user, "vote", **where, options=list(options))


def _counts(poll: Any) -> list[int]:
    return [option["voter_count"] for option in poll["options"]]


async def test_a_poll_is_anonymous_and_regular_unless_told_otherwise() -> None:
    async with town() as place:
        sent = await place.ok("sendPoll", chat_id=place.world.group, question="When?", options=DAYS)

        poll = sent["poll"]
        assert (poll["is_anonymous"], poll["type"], poll["allows_multiple_answers"]) == (
            True,
            "regular",
            False,
        )
        assert (poll["allows_revoting"], poll["is_closed"], poll["total_voter_count"]) == (True, False, 0)
        assert [option["text"] for option in poll["options"]] == ["Mon", "Tue", "Wed"]
        assert "text" not in sent


async def test_the_bot_learns_who_voted_how_and_that_a_vote_was_taken_back() -> None:
    async with town() as place:
        asked = await _asked(place)

        _vote(place, asked, 1)
        _vote(place, asked, 2)
        _vote(place, asked)
        updates = await place.updates()

        answers = [update["poll_answer"] for update in updates if "poll_answer" in update]
        assert [answer["option_ids"] for answer in answers] == [[1], [2], []]
        assert {answer["user"]["id"] for answer in answers} == {place.world.user}
        assert [_counts(update["poll"]) for update in updates if "poll" in update] == [
            [0, 1, 0],
            [0, 0, 1],
            [0, 0, 0],
        ]


async def test_of_an_anonymous_poll_the_bot_learns_the_counts_only() -> None:
    async with town() as place:
        asked = await _asked(place, is_anonymous=True)

        _vote(place, asked, 0)

        (update,) = await place.updates()
        assert _counts(update["poll"]) == [1, 0, 0]
        assert update["poll"]["total_voter_count"] == 1


async def test_only_the_bot_that_asked_hears_of_votes() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        other = box.add_bot("Other", "other_bot")
        box.act(world.owner, "promote", chat=world.group, user=other["id"])
        asked = await _asked(place)
        await place.post("getUpdates", {"offset": -1}, token=other["token"])

        _vote(place, asked, 0)

        heard = (await place.post("getUpdates", {}, token=other["token"])).json()["result"]
        assert [update for update in heard if "poll" in update or "poll_answer" in update] == []


async def test_an_anonymous_administrator_votes_as_the_group() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        rights = ["is_anonymous"]
        box.act(world.owner, "promote", chat=world.group, user=world.members[1], rights=rights)
        asked = await _asked(place)
        await place.updates()

        _vote(place, asked, 0, user=world.members[1])

        answer = (await place.updates())[0]["poll_answer"]
        assert answer["voter_chat"]["id"] == world.group
        assert "user" not in answer


async def test_the_page_shows_the_own_vote_and_all_counts() -> None:
    async with town() as place:
        asked = await _asked(place, allows_multiple_answers=True)

        _vote(place, asked, 0, 2)
        mine = place.sandbox.view(place.world.user)["chats"][0]["messages"][-1]
        theirs = place.sandbox.view(place.world.owner)["chats"][0]["messages"][-1]

        assert (mine["my_vote"], theirs["my_vote"]) == ([0, 2], [])
        assert _counts(mine["poll"]) == _counts(theirs["poll"]) == [1, 0, 1]
        assert mine["poll"]["total_voter_count"] == 1


@pytest.mark.parametrize(
    ("params", "votes", "said"),
    [
        ({}, [[0, 1]], "one answer"),
        ({}, [[3]], "options must be among 0-2"),
        ({}, [[-1]], "options must be among 0-2"),
        ({"allows_multiple_answers": True}, [[1, 1]], "each once"),
        ({"allows_revoting": False}, [[0], [1]], "change or retract"),
        ({"type": "quiz", "correct_option_ids": [1]}, [[0], []], "change or retract"),
        ({"is_closed": True}, [[0]], "the poll is closed"),
    ],
)
async def test_what_a_client_would_not_vote_is_refused(
    params: dict[str, Any], votes: list[list[int]], said: str
) -> None:
    async with town() as place:
        asked = await _asked(place, **params)
        *before, last = votes
        for vote in before:
            _vote(place, asked, *vote)
        seq = place.sandbox.seq

        with pytest.raises(ControlError, match=said):
            _vote(place, asked, *last)

        assert place.sandbox.seq == seq


async def test_a_vote_needs_a_poll_and_the_same_vote_again_reaches_nobody() -> None:
    async with town() as place:
        text = await place.ok("sendMessage", chat_id=place.world.group, text="no poll")
        asked = await _asked(place)
        _vote(place, asked, 0)
        await place.updates()

        _vote(place, asked, 0)

        assert await place.updates() == []
        with pytest.raises(ControlError, match="is no poll"):
            _vote(place, text, 0)


async def test_right_answers_are_known_to_the_bot_and_to_who_has_voted() -> None:
    async with town() as place:
        quiz = {"type": "quiz", "correct_option_ids": [1], "explanation": "It rains."}
        asked = await _asked(place, **quiz)
        before = place.sandbox.messages(place.world.user, place.world.group)[-1]["poll"]

        _vote(place, asked, 0)
        after = place.sandbox.messages(place.world.user, place.world.group)[-1]["poll"]

        assert asked["poll"]["correct_option_ids"] == after["correct_option_ids"] == [1]
        assert "correct_option_ids" not in before
        assert asked["poll"]["explanation"] == "It rains."


async def test_a_stopped_poll_tells_its_result_and_takes_no_vote() -> None:
    async with town() as place:
        asked = await _asked(place, reply_markup=keyboard("A"))
        _vote(place, asked, 1)
        where = {"chat_id": place.world.group, "message_id": asked["message_id"]}

        stopped = await place.ok("stopPoll", **where)

        assert (stopped["is_closed"], _counts(stopped)) == (True, [0, 1, 0])
        assert (await place.updates())[-1]["poll"]["is_closed"] is True
        assert await place.refused("stopPoll", **where) == "400 Bad Request: poll has already been closed"
        shown = place.sandbox.messages(place.world.user, place.world.group)[-1]
        assert "reply_markup" not in shown
        with pytest.raises(ControlError, match="the poll is closed"):
            _vote(place, asked, 0)


async def test_only_an_own_poll_is_stopped() -> None:
    async with town() as place:
        text = await place.ok("sendMessage", chat_id=place.world.group, text="no poll")
        asked = await _asked(place)
        here = {"chat_id": place.world.group}
        moved = await place.ok(
            "forwardMessage", **here, from_chat_id=here["chat_id"], message_id=asked["message_id"]
        )

        answers = [
            await place.refused("stopPoll", **here, message_id=number)
            for number in (text["message_id"], 99, moved["message_id"])
        ]

        assert answers == [
            "400 Bad Request: message is not a poll",
            "400 Bad Request: message with poll to stop not found",
            "400 Bad Request: poll can't be stopped",
        ]


async def test_a_poll_with_an_end_closes_when_the_clock_passes_it() -> None:
    async with town() as place:
        asked = await _asked(place, open_period=60)

        place.sandbox.advance(59)
        _vote(place, asked, 0)
        place.sandbox.advance(1)

        assert asked["poll"]["close_date"] == asked["date"] + 60
        assert (await place.updates())[-1]["poll"]["is_closed"] is True
        with pytest.raises(ControlError, match="the poll is closed"):
            _vote(place, asked, 1)


async def test_a_question_keeps_no_formatting_and_an_explanation_does() -> None:
    async with town() as place:
        sent = await _asked(
            place,
            question="<b>When?</b>",
            question_parse_mode="HTML",
            type="quiz",
            correct_option_ids=[0],
            explanation="*Rain*",
            explanation_parse_mode="MarkdownV2",
            description="Bring a bag",
        )

        poll = sent["poll"]
        assert (poll["question"], "question_entities" in poll) == ("When?", False)
        assert poll["explanation_entities"] == [{"type": "bold", "offset": 0, "length": 4}]
        assert poll["description"] == "Bring a bag"


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"question": " "}, "text must be non-empty"),
        ({"question": "x" * 301}, "poll question length must not exceed 300"),
        ({"options": []}, "poll must have at least one answer option"),
        ({"options": [{"text": "A"}] * 13}, "poll can't have more than 12 options"),
        ({"options": [{"text": ""}]}, "text must be non-empty"),
        ({"options": [{"text": "x" * 101}]}, "poll options length must not exceed 100"),
        ({"type": "vote"}, "unsupported poll type specified"),
        ({"type": "quiz"}, "wrong correct option ID specified"),
        ({"type": "quiz", "correct_option_ids": [3]}, "wrong correct option ID specified"),
        ({"type": "quiz", "correct_option_ids": [1, 0]}, "wrong correct option ID specified"),
        ({"open_period": 4}, "open_period must be 5-2628000 seconds"),
        ({"close_date": 5}, "close_date must be 5-2628000 seconds in the future"),
        ({"open_period": 60, "close_date": 5}, "open_period can't be used together with close_date"),
    ],
)
async def test_what_is_no_poll_is_refused(params: dict[str, Any], said: str) -> None:
    async with town() as place:
        given = {"question": "When?", "options": DAYS} | params

        answer = await place.refused("sendPoll", chat_id=place.world.group, **given)

        assert answer == f"400 Bad Request: {said}"


async def test_a_poll_in_a_channel_is_anonymous() -> None:
    async with town() as place:
        box, world = place.sandbox, place.world
        channel = box.add_channel("News", world.owner)["id"]
        box.act(world.owner, "promote", chat=channel, user=world.bot)
        given = {"chat_id": channel, "question": "When?", "options": DAYS}

        answer = await place.refused("sendPoll", **given, is_anonymous=False)

        assert answer == "400 Bad Request: non-anonymous polls can't be sent to channel chats"
        assert (await place.ok("sendPoll", **given))["poll"]["is_anonymous"]


async def test_the_longest_poll_is_sent() -> None:
    async with town() as place:
        options = [{"text": "\U0001f389" * 50}] * 12

        sent = await _asked(place, question="x" * 300, options=options)

        assert len(sent["poll"]["options"]) == 12
