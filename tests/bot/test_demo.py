"""The demo's seeded life: the same every time, and its clock."""

from datetime import UTC, datetime

import pytest

from bot import config as configuration
from bot import demo, story
from bot.demo import Demo


async def transcript(*jumps: str) -> dict[int, list[str]]:
    """Return what every chat shows after the jumps, by chat."""
    settings = configuration.load(None, {})
    async with demo.running(settings, host="127.0.0.1", port=0) as (running, _):
        for jump in jumps:
            await running.jump(jump)
        return {person["id"]: said(running, person["id"]) for person in running.story.people}


def said(running: Demo, person: int) -> list[str]:
    """Return every message of every chat of a person, with its instant."""
    return [
        f"{chat['title']} {message['date']} {message.get('text', '')}"
        for chat in running.sandbox.view(person)["chats"]
        for message in chat["messages"]
    ]


async def test_the_same_seed_gives_the_same_transcript() -> None:
    once, again = await transcript("days:30"), await transcript("days:30")

    assert once == again
    assert sum(len(lines) for lines in once.values()) > 100


async def test_short_jumps_and_one_long_jump_lead_to_the_same_messages() -> None:
    assert await transcript("days:1", "days:7", "days:7") == await transcript("days:15")


async def test_nothing_fails_while_the_life_is_played() -> None:
    settings = configuration.load(None, {})
    async with demo.running(settings, host="127.0.0.1", port=0) as (running, _):
        panels = await running.panels()
        refused = [call for call in running.sandbox.calls() if not call["ok"]]

    assert refused == []
    outbox = panels["outbox"]
    assert isinstance(outbox, list)
    assert {row["state"] for row in outbox} == {"sent"}


@pytest.mark.parametrize(
    ("jump", "lands"),
    [
        ("+1h", datetime(2026, 11, 23, 2, 0, tzinfo=UTC)),
        ("morning", datetime(2026, 11, 23, 22, 0, tzinfo=UTC)),
        ("days:1", datetime(2026, 11, 24, 1, 0, tzinfo=UTC)),
        ("days:30", datetime(2026, 12, 23, 1, 0, tzinfo=UTC)),
    ],
)
def test_jumps_lead_to_local_times(jump: str, lands: datetime) -> None:
    told = story.load(demo.STORY)

    assert demo.target(jump, told.now, told) == lands
