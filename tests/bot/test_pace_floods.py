"""The pace when Telegram says it is too much, and within Telegram's limits when it says nothing."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import SendingConfig
from bot.pace import Pace
from kernel.ids import ChatId
from tests.bot.test_sender import a_notice
from tests.bot.test_sender_again import queue, until
from tests.world import open_world

POLICY = SendingConfig(per_second=29.6, chat_gap_seconds=1.0, group_per_minute=20, lease_seconds=15.0)
ONE, TWO, THREE = ChatId(1), ChatId(2), ChatId(3)
SHARE, REGAINED = 0.97, 0.01  # of the rate that is left; a second
LIMITS = {"per_second": 30, "chat_per_second": 1, "group_per_minute": 20}
UNSENT = "SELECT count(*) FROM outbox WHERE state IN ('pending', 'claimed', 'sending')"
Flood = tuple[float, ChatId, float]  # pause before it, chat, seconds asked

floods = st.lists(
    st.tuples(
        st.sampled_from([0.0, 0.1, 0.6, 1.0, 30.0, 900.0]),
        st.sampled_from([ChatId(chat) for chat in (1, 2, 3, 4, -5)]),
        st.sampled_from([1.0, 35.0, 600.0]),
    ),
    max_size=60,
)


def _after(pace: Pace, told: Sequence[Flood]) -> float:
    now = 0.0
    for pause, chat, seconds in told:
        now += pause
        pace.flooded(chat, now, seconds)
    return now


@given(told=floods, later=st.floats(0, 10_000))
def test_the_rate_stays_between_nothing_and_the_policy_and_only_grows_in_peace(
    told: list[Flood], later: float
) -> None:
    pace = Pace(POLICY)
    now = _after(pace, told)
    assert 0 < pace.rate(now) <= pace.rate(now + later) <= POLICY.per_second
    gained = pace.rate(now + later) - pace.rate(now)
    assert gained <= REGAINED * later + 1e-9


@given(told=floods)
def test_after_long_peace_the_rate_is_the_policys_again(told: list[Flood]) -> None:
    pace = Pace(POLICY)
    now = _after(pace, told)
    assert pace.rate(now + POLICY.per_second / REGAINED) == POLICY.per_second


@given(told=floods)
def test_whoever_was_told_to_wait_waits_as_long_as_the_longest_word(told: list[Flood]) -> None:
    pace, now, until = Pace(POLICY), 0.0, dict[ChatId, float]()
    for pause, chat, seconds in told:
        now += pause
        pace.flooded(chat, now, seconds)
        until[chat] = max(until.get(chat, 0.0), now + seconds)
    assert {chat: pace.chat_free_at(chat, now) for chat in until} == until


@given(told=floods)
def test_all_wait_only_when_three_chats_are_told_within_a_second(told: list[Flood]) -> None:
    pace, now, recent = Pace(POLICY), 0.0, list[tuple[float, ChatId]]()
    for pause, chat, seconds in told:
        now += pause
        before = pace.free_at
        pace.flooded(chat, now, seconds)
        recent = [(at, each) for at, each in recent if at >= now - 1] + [(now, chat)]
        if pace.free_at > before:
            assert len({each for _, each in recent}) >= 3
    assert pace.free_at <= now + 600


def test_one_or_two_chats_that_are_told_to_wait_hold_and_slow_nobody_else() -> None:
    pace = Pace(POLICY)
    for chat in (ONE, TWO, ONE, TWO):
        pace.flooded(chat, 10.0, 35)
    assert (pace.free_at, pace.rate(10.0), pace.chat_free_at(THREE, 10.0)) == (0.0, 29.6, 10.0)


def test_three_chats_told_within_a_second_hold_everybody_for_the_smallest_time() -> None:
    pace = Pace(POLICY)
    for at, chat, seconds in ((10.0, ONE, 600), (10.5, TWO, 7), (10.9, THREE, 35)):
        pace.flooded(chat, at, seconds)
    assert pace.free_at == pytest.approx(10.9 + 7)
    assert pace.rate(10.9) == pytest.approx(29.6 * SHARE)


def test_three_chats_told_in_more_than_a_second_hold_nobody_else() -> None:
    pace = Pace(POLICY)
    for at, chat in ((10.0, ONE), (10.6, TWO), (11.1, THREE)):
        pace.flooded(chat, at, 7)
    assert (pace.free_at, pace.rate(11.1)) == (0.0, 29.6)


def test_what_was_lost_is_regained_by_a_tenth_in_ten_seconds() -> None:
    pace = Pace(POLICY)
    for chat in (ONE, TWO, THREE):
        pace.flooded(chat, 0.0, 1)
    slow = 29.6 * SHARE
    assert [pace.rate(at) for at in (10.0, 20.0)] == pytest.approx([slow + 0.1, slow + 0.2])
    assert pace.rate(1000.0) == 29.6


def test_a_second_wave_slows_what_the_first_has_left() -> None:
    pace = Pace(POLICY)
    for at in (0.0, 10.0):
        for chat in (ONE, TWO, THREE):
            pace.flooded(chat, at, 1)
    assert pace.rate(10.0) == pytest.approx((29.6 * SHARE + 0.1) * SHARE)


async def test_a_burst_in_telegrams_own_limits_is_never_told_to_wait(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'burst.db'}") as world:
        leader = await world.person("林姐")
        groups = [int(world.sandbox.add_group(f"花园{n}", leader)["id"]) for n in range(2)]
        for group in groups:
            world.sandbox.act(leader, "add", chat=group, user=world.bot)
        people = [await world.person(f"邻居{number}") for number in range(30)]
        world.sandbox.settle(started=people)
        await world.settle()
        world.sandbox.limit(**LIMITS)

        notices = [a_notice(chat) for chat in (*groups, *people, *groups, *people, *groups)]
        began = asyncio.get_running_loop().time()
        await queue(world, *notices)
        await until(lambda: world.rows(UNSENT) == [(0,)])
        took = asyncio.get_running_loop().time() - began

        told = world.sandbox.limits()
        assert told["refused"] == 0
        assert all(told["peaks"][name] <= most for name, most in LIMITS.items())
        ends = world.rows("SELECT DISTINCT state, attempts FROM outbox WHERE class = 'notice'")
        assert ends == [("sent", 1)]
        assert took > (len(notices) - 1) / LIMITS["per_second"]
