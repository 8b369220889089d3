"""The pace: never more than the policy, on any arrivals, and no slower than it must."""

import asyncio
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import SendingConfig
from bot.pace import Monotonic, Pace, wait_for_event
from kernel.ids import ChatId

POLICY = SendingConfig(per_second=10.0, chat_gap_seconds=1.0, group_per_minute=3, lease_seconds=15.0)
GROUP, PERSON = ChatId(-100), ChatId(7)
MINUTE = 60.0
TOLERANCE = 1e-6
Sent = tuple[ChatId, float, float]  # chat, left at, completed at


def _send(pace: Pace, chat: ChatId, now: float, seconds: float = 0.0) -> None:
    pace.start(now)
    pace.completed(chat, now + seconds)


def _ready(pace: Pace, chat: ChatId, now: float) -> float:
    return max(now, pace.free_at, pace.chat_free_at(chat, now))


def _drain(pace: Pace, arrivals: Sequence[tuple[ChatId, float, float]]) -> list[Sent]:
    """Send every arrival (chat, pause before it, round trip) in order, each as early as the pace lets it."""
    now, sent = 0.0, list[Sent]()
    for chat, pause, seconds in arrivals:
        now += pause
        while (ready := _ready(pace, chat, now)) > now:
            now = ready
        pace.start(now)
        pace.completed(chat, now + seconds)
        sent.append((chat, now, now + seconds))
        pace.forget_idle(now)
    return sent


chats = st.sampled_from([GROUP, ChatId(-200), PERSON, ChatId(8)])
pauses = st.sampled_from([0.0, 0.0, 0.05, 0.5, 3.0, 30.0])
round_trips = st.sampled_from([0.0, 0.09, 0.4])
arrivals = st.lists(st.tuples(chats, pauses, round_trips), max_size=60)
policies = st.builds(
    SendingConfig,
    per_second=st.sampled_from([0.5, 1.0, 10.0, 29.6]),
    chat_gap_seconds=st.sampled_from([0.0, 0.5, 1.0, 3.0]),
    group_per_minute=st.sampled_from([1, 3, 20]),
    lease_seconds=st.just(15.0),
)


@settings(max_examples=150)
@given(policy=policies, arriving=arrivals)
def test_never_more_leaves_than_the_overall_pace(
    policy: SendingConfig, arriving: list[tuple[ChatId, float, float]]
) -> None:
    left = [at for _, at, _ in _drain(Pace(policy), arriving)]
    gaps = [later - earlier for earlier, later in itertools.pairwise(left)]
    assert [gap for gap in gaps if gap < 1 / policy.per_second - TOLERANCE] == []


@settings(max_examples=150)
@given(policy=policies, arriving=arrivals)
def test_a_chat_always_gets_its_gap_after_the_last_message_arrived(
    policy: SendingConfig, arriving: list[tuple[ChatId, float, float]]
) -> None:
    sent = _drain(Pace(policy), arriving)
    for chat in {chat for chat, _, _ in sent}:
        own = [(left, done) for to, left, done in sent if to == chat]
        gaps = [later - done for (_, done), (later, _) in itertools.pairwise(own)]
        assert [gap for gap in gaps if gap < policy.chat_gap_seconds - TOLERANCE] == []


@settings(max_examples=150)
@given(policy=policies, arriving=arrivals)
def test_no_minute_holds_more_messages_to_a_group_than_allowed(
    policy: SendingConfig, arriving: list[tuple[ChatId, float, float]]
) -> None:
    sent = _drain(Pace(policy), arriving)
    for chat in {chat for chat, _, _ in sent if chat < 0}:
        own = [(left, done) for to, left, done in sent if to == chat]
        for index in range(len(own) - policy.group_per_minute):
            next_left = own[index + policy.group_per_minute][0]
            assert next_left - own[index][1] >= MINUTE - TOLERANCE


@given(policy=policies, arriving=arrivals, chat=chats)
def test_waiting_as_long_as_asked_is_enough(
    policy: SendingConfig, arriving: list[tuple[ChatId, float, float]], chat: ChatId
) -> None:
    pace = Pace(policy)
    sent = _drain(pace, arriving)
    now = sent[-1][1] if sent else 0.0
    waits = 0
    while (ready := _ready(pace, chat, now)) > now:
        now, waits = ready, waits + 1
    assert waits <= 2


def test_a_chat_never_written_to_is_free_at_once() -> None:
    assert Pace(POLICY).chat_free_at(PERSON, 5.0) == 5.0


def test_one_chats_gap_holds_nobody_else() -> None:
    pace = Pace(POLICY)
    _send(pace, PERSON, 0.0)
    assert (pace.chat_free_at(PERSON, 0.1), pace.chat_free_at(ChatId(8), 0.1)) == (1.0, 0.1)


def test_a_person_has_no_window() -> None:
    pace = Pace(POLICY)
    for second in range(10):
        _send(pace, PERSON, float(second))
    assert pace.chat_free_at(PERSON, 9.5) == 10.0


def test_a_full_window_opens_a_minute_after_its_first_message_arrived() -> None:
    pace = Pace(POLICY)
    for second in (0.0, 10.0, 20.0):
        _send(pace, GROUP, second, seconds=0.5)
    assert pace.chat_free_at(GROUP, 30.0) == 60.5


def test_a_window_with_room_asks_for_the_gap_alone() -> None:
    pace = Pace(POLICY)
    for second in (0.0, 10.0):
        _send(pace, GROUP, second)
    assert pace.chat_free_at(GROUP, 10.2) == 11.0


def test_the_overall_pace_does_not_save_up_for_a_burst() -> None:
    pace = Pace(POLICY)
    pace.start(0.0)
    pace.start(100.0)
    assert pace.free_at == pytest.approx(100.1)


def test_a_held_chat_waits_as_long_as_telegram_asked() -> None:
    pace = Pace(POLICY)
    pace.hold(PERSON, 35.0)
    assert (pace.chat_free_at(PERSON, 0.0), pace.chat_free_at(GROUP, 0.0)) == (35.0, 0.0)


def test_a_question_waits_for_a_hold_alone() -> None:
    pace = Pace(POLICY)
    for second in (0.0, 10.0, 20.0):
        _send(pace, GROUP, second)
    assert (pace.question_free_at(GROUP, 20.0), pace.silent(20.0)) == (20.0, {})
    pace.hold(GROUP, 35.0)
    assert (pace.question_free_at(GROUP, 20.0), pace.silent(20.0)) == (35.0, {GROUP: 35.0})
    assert (pace.question_free_at(GROUP, 36.0), pace.silent(36.0)) == (36.0, {})


def test_a_shorter_hold_does_not_lift_a_longer_one() -> None:
    pace = Pace(POLICY)
    pace.hold(PERSON, 600.0)
    pace.hold(PERSON, 1.0)
    assert pace.chat_free_at(PERSON, 0.0) == 600.0


def test_a_message_that_was_under_way_does_not_lift_a_hold() -> None:
    pace = Pace(POLICY)
    pace.hold(PERSON, 600.0)
    pace.completed(PERSON, 2.0)
    assert pace.chat_free_at(PERSON, 3.0) == 600.0


def test_a_held_group_stays_held_when_its_window_is_full() -> None:
    pace = Pace(POLICY)
    for second in (0.0, 10.0, 20.0):
        _send(pace, GROUP, second)
    pace.hold(GROUP, 600.0)
    assert pace.chat_free_at(GROUP, 30.0) == 600.0


def test_forgetting_the_idle_forgets_no_chat_that_still_counts() -> None:
    pace = Pace(POLICY)
    for second in (0.0, 10.0, 20.0):
        _send(pace, GROUP, second)
    pace.hold(PERSON, 100.0)
    pace.forget_idle(59.0)
    assert (pace.chat_free_at(GROUP, 59.0), pace.chat_free_at(PERSON, 59.0)) == (60.0, 100.0)


def test_forgetting_the_idle_keeps_memory_small() -> None:
    pace = Pace(POLICY)
    for user in range(1, 1001):
        _send(pace, ChatId(user), 0.0)
    pace.forget_idle(2.0)
    assert pace == Pace(POLICY, _free_at=pace.free_at)


async def test_a_hurried_clock_jumps_over_the_pause() -> None:
    monotonic = Monotonic()
    monotonic.hurried = True
    before = monotonic.seconds()
    await monotonic.pause(before + 3600, asyncio.Event())
    assert before + 3600 <= monotonic.seconds() < before + 3700


async def test_a_hurried_clock_never_jumps_back() -> None:
    monotonic = Monotonic()
    monotonic.hurried = True
    before = monotonic.seconds()
    await monotonic.pause(before - 3600, asyncio.Event())
    assert monotonic.seconds() >= before


async def test_an_unhurried_pause_ends_when_it_is_woken() -> None:
    monotonic, woken = Monotonic(), asyncio.Event()
    woken.set()
    await asyncio.wait_for(monotonic.pause(monotonic.seconds() + 3600, woken), 10)
    assert woken.is_set()


async def test_an_unhurried_pause_ends_by_itself() -> None:
    monotonic, woken = Monotonic(), asyncio.Event()
    until = monotonic.seconds() + 0.02
    await monotonic.pause(until, woken)
    assert monotonic.seconds() >= until - 0.005


async def test_waiting_without_end_needs_the_event() -> None:
    woken = asyncio.Event()
    waiting = asyncio.ensure_future(wait_for_event(woken, None))
    woken.set()
    await asyncio.wait_for(waiting, 10)
    assert waiting.done()
