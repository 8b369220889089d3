"""Polls that people make, and albums of their own pictures."""

from base64 import b64encode
from random import Random
from typing import Any

import pytest

from sandbox.errors import ControlError
from sandbox.pictures import drawn
from tests.sandbox.town import Town, town


def _poll(place: Town, **fields: Any) -> Any:
    asked = {"question": "Which?", "options": ["this", "that"], "chat": place.world.group, **fields}
    return place.sandbox.act(place.world.user, "poll", **asked)


async def test_a_poll_of_a_person_reaches_the_bot_but_its_votes_do_not() -> None:
    async with town() as place:
        poll = _poll(place, anonymous=False, multiple=True)
        (update,) = await place.updates(allowed_updates=["message", "poll", "poll_answer"])

        place.sandbox.act(
            place.world.owner, "vote", chat=place.world.group, message=poll["message_id"], options=[0, 1]
        )

        assert update["message"]["poll"]["allows_multiple_answers"] is True
        assert await place.updates() == []
        seen = place.sandbox.messages(place.world.owner, place.world.group)[-1]
        assert (seen["my_vote"], seen["poll"]["total_voter_count"]) == ([0, 1], 1)


async def test_a_quiz_of_a_person_keeps_its_answer_until_one_has_voted() -> None:
    async with town() as place:
        quiz = _poll(place, correct=1, explanation="because")
        where = {"chat": place.world.group, "message": quiz["message_id"]}

        def seen() -> Any:
            return place.sandbox.messages(place.world.owner, place.world.group)[-1]["poll"]

        before = seen()
        place.sandbox.act(place.world.owner, "vote", options=[0], **where)

        assert (before["type"], before.get("correct_option_ids")) == ("quiz", None)
        assert seen()["correct_option_ids"] == [1]


@pytest.mark.parametrize(
    "fields", [{"options": []}, {"question": ""}, {"correct": 2}, {"correct": -1}, {"options": ["x" * 101]}]
)
async def test_a_poll_that_telegram_would_not_take_is_refused(fields: dict[str, Any]) -> None:
    async with town() as place:
        with pytest.raises(ControlError, match="the poll cannot be sent"):
            _poll(place, **fields)

        assert place.sandbox.messages(place.world.user, place.world.group)[-1].get("poll") is None


async def test_an_album_of_own_pictures_has_as_many() -> None:
    async with town() as place:
        files = [b64encode(drawn(Random(seed))).decode() for seed in range(3)]

        album = place.sandbox.act(place.world.user, "album", chat=place.world.group, files=files)

        assert len({message["photo"][-1]["file_unique_id"] for message in album["messages"]}) == 3
        with pytest.raises(ControlError, match="count must be 2-10"):
            place.sandbox.act(place.world.user, "album", chat=place.world.group, files=files[:1])
