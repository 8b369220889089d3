"""The demo's seeded life: the same every time, and its clock."""

from datetime import UTC, datetime

import pytest

from bot import config as configuration
from bot import demo, story
from bot.demo import Demo


async def transcript(*jumps: str, **env: str) -> dict[int, list[str]]:
    """Return what every chat shows after the jumps, by chat."""
    settings = configuration.load(None, env)
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


async def test_settings_for_the_real_telegram_do_not_reach_the_demo() -> None:
    real = {
        "CAIBOSHI__TELEGRAM__MODE": "webhook",
        "CAIBOSHI__TELEGRAM__WEBHOOK_URL": "https://bot.example.org/telegram",
        "CAIBOSHI__TELEGRAM__PROXY": "socks5://127.0.0.1:9",
    }
    assert await transcript("+1h", **real) == await transcript("+1h")


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


async def standing(running: Demo, person: int) -> str:
    """Return in Chinese how a person stands, as the page shows it."""
    people = (await running.panels())["people"]
    assert isinstance(people, list)
    return str(next(each["now"]["zh"] for each in people if each["id"] == person))


async def test_people_stand_where_they_stand_today() -> None:
    newcomer, leader, chen, sun, east, owner = 7009, 7001, 7003, 7007, 7008, 7010
    sunny = -1001700000001
    settings = configuration.load(None, {})
    async with demo.running(settings, host="127.0.0.1", port=0) as (running, _):
        box = running.sandbox
        before = [await standing(running, each) for each in (newcomer, leader, chen, sun, east)]
        box.act(newcomer, "join", chat=sunny)
        box.act(sun, "start")
        asked = box.messages(owner)[-1]
        box.act(owner, "tap", chat=owner, message=asked["message_id"], button="同意")
        await running.timeline.settle()
        after = [await standing(running, each) for each in (newcomer, sun, east)]
        await running.jump("days:30")
        at_last = await standing(running, chen)

    assert before == [
        "不在群里",
        "群已启用",
        "10 积分，2026年12月8日到期",
        "在群里，没点过开始",
        "群在等主人同意",
    ]
    assert after == ["在群里，没点过开始", "点了开始，还没同意", "群已启用"]
    assert at_last == "没有积分"


async def test_timed_jobs_name_whom_they_will_write_to() -> None:
    settings = configuration.load(None, {})
    async with demo.running(settings, host="127.0.0.1", port=0) as (running, _):
        jobs = (await running.panels())["jobs"]

    assert isinstance(jobs, list)
    shown = {(due["at"], due["who"], due["user"], due["what"]["en"]) for due in jobs[0]["due"]}
    assert ("2026-12-01T02:00:00+00:00", "陈阿姨", 7003, "second notice") in shown


async def test_the_journal_says_its_numbers_in_words() -> None:
    settings = configuration.load(None, {})
    async with demo.running(settings, host="127.0.0.1", port=0) as (running, _):
        journal = (await running.panels())["journal"]

    assert isinstance(journal, list)
    credit = next(row for row in journal if row["action"] == "growth.credited")
    assert [chip["en"] for chip in credit["chips"]] == ["sign-up", "growth 10", "points 10"]


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
