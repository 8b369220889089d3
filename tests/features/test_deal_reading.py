"""What leaders type about a deal: moments, hours of pick-up, goals; and what a draft says by itself."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.groupbuy import drafting
from features.groupbuy.answers import instant, packed
from features.groupbuy.model import GoalKind, Terms
from features.groupbuy.reading import is_unlimited, read_goal, read_moment, read_window, title_of
from kernel import business_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai
# Zones whose clocks are put forward and back, one by half an hour, one across midnight.
ZONES = st.sampled_from(
    [
        ZoneInfo(name)
        for name in (
            "Asia/Shanghai",
            "America/New_York",
            "Europe/London",
            "Australia/Lord_Howe",
            "America/Santiago",
            "Asia/Kathmandu",
        )
    ]
)
MINUTES = st.integers(0, 2 * 365 * 24 * 60)
INSTANTS = MINUTES.map(lambda minutes: NOW + timedelta(minutes=minutes))
CLOCKS = st.builds(time, st.integers(0, 23), st.integers(0, 59))
DIGITS = "零一二三四五六七八九"


def local(typed: str, now: datetime = NOW) -> str | None:
    at = read_moment(typed, now=now, zone=SHANGHAI)
    return None if at is None else f"{at.astimezone(SHANGHAI):%m-%d %H:%M}"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("明天20:00", "11-24 20:00"),
        ("周五 18点半", "11-27 18:30"),
        ("28号 21:00", "11-28 21:00"),
        ("２０：３０", "11-23 20:30"),
        ("8点", "11-23 20:00"),
        ("今天8点", "11-23 20:00"),
        ("明天8点", "11-24 08:00"),
        ("5点", "11-23 17:00"),
        ("今晚八点半", "11-23 20:30"),
        ("明早9点", "11-24 09:00"),
        ("下周五下午五点", "12-04 17:00"),
        ("这周五晚上9点", "11-27 21:00"),
        ("周五八点", "11-27 08:00"),
        ("星期天 20:30", "11-29 20:30"),
        ("周一 8:00", "11-23 20:00"),
        ("周一 7点", "11-23 19:00"),
        ("二十八号晚上九点一刻", "11-28 21:15"),
        ("31号 20:00", "12-31 20:00"),
        ("12月3日 20:00", "12-03 20:00"),
        ("12/3 20:00", "12-03 20:00"),
        ("2026-12-03 20:00", "12-03 20:00"),
        ("晚上12点", "11-24 00:00"),
        ("后天24:00", "11-26 00:00"),
        ("中午12点", "11-23 12:00"),
        ("中午1点", "11-23 13:00"),
        ("截单到明天20点前", "11-24 20:00"),
        ("延到 22:30", "11-23 22:30"),
        ("明天晚上10点之前", "11-24 22:00"),
        ("tomorrow 20:00", "11-24 20:00"),
        ("Friday 18:30", "11-27 18:30"),
        ("昨天20:00", None),
        ("30号 25:00", None),
        ("20:75", None),
        ("32号 20:00", None),
        ("13月1日 20:00", None),
        ("晚上2点", None),
        ("周五", None),
        ("20", None),
        ("哈哈", None),
        ("", None),
        ("明天20:00还是后天20:00", None),
        ("9" * 50, None),
    ],
)
def test_a_moment_is_read_as_people_mean_it(typed: str, meant: str | None) -> None:
    assert local(typed) == meant


def test_a_day_that_is_over_stays_over() -> None:
    at = read_moment("今天 20:00", now=NOW + timedelta(hours=12), zone=SHANGHAI)
    assert at is not None
    assert at < NOW + timedelta(hours=12)


@given(now=INSTANTS, zone=ZONES, ahead=st.integers(1, 300), at=CLOCKS)
def test_a_date_with_a_time_is_that_instant_in_every_zone(
    now: datetime, zone: ZoneInfo, ahead: int, at: time
) -> None:
    day = business_day.local_date(now, zone) + timedelta(days=ahead)
    meant = business_day.instant(day, at, zone)
    for typed in (
        f"{day:%Y-%m-%d} {at:%H:%M}",
        f"{day.month}月{day.day}日 {at:%H:%M}",
        f"{day.year}年{day.month}月{day.day}号{at.hour:02}:{at.minute:02}",
    ):
        assert read_moment(typed, now=now, zone=zone) == meant


@given(now=INSTANTS, zone=ZONES, at=CLOCKS)
def test_without_a_day_it_is_the_next_such_time(now: datetime, zone: ZoneInfo, at: time) -> None:
    found = read_moment(f"{at.hour}:{at.minute:02}", now=now, zone=zone)
    assert found is not None
    assert now < found <= now + timedelta(hours=26)
    told = found.astimezone(zone)
    day = told.date()
    same = {business_day.instant(day, each, zone) for each in (at, at.replace(hour=(at.hour + 12) % 24))}
    midnight = business_day.instant(day, time(at.hour, at.minute), zone)
    assert found in same | {midnight} or at.hour == 0


@given(now=INSTANTS, zone=ZONES, weekday=st.integers(0, 6), hour=st.integers(13, 23))
def test_a_weekday_is_the_next_of_that_name(now: datetime, zone: ZoneInfo, weekday: int, hour: int) -> None:
    found = read_moment(f"周{'一二三四五六日'[weekday]} {hour}点", now=now, zone=zone)
    assert found is not None
    assert found.astimezone(zone).weekday() == weekday
    assert now < found <= now + timedelta(days=8)


@given(number=st.integers(1, 23), minute=st.integers(0, 59))
def test_numerals_say_the_same_as_digits(number: int, minute: int) -> None:
    assert local(f"明天{_said(number)}点{_said(minute)}分") == local(f"明天{number}点{minute:02}分")


def _said(number: int) -> str:
    tens, ones = divmod(number, 10)
    if not tens:
        return DIGITS[ones]
    return f"{DIGITS[tens] if tens > 1 else ''}十{DIGITS[ones] if ones else ''}"


@given(
    typed=st.text(max_size=45)
    | st.text("今明后天周一二五六日号月点半:：-到 0123456789晚下上午早", max_size=20)
)
def test_whatever_is_typed_is_read_or_not(typed: str) -> None:
    moment = read_moment(typed, now=NOW, zone=SHANGHAI)
    assert moment is None or moment.tzinfo is not None
    window = read_window(typed, now=NOW, zone=SHANGHAI, on=date(2026, 11, 24), after=NOW)
    assert window is None or window[0] < window[1]
    goal = read_goal(typed)
    assert goal is None or goal[1] > 0 or goal[0] is GoalKind.NONE


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("周六 17:00-20:00", "11-28 17:00–11-28 20:00"),
        ("明天下午5点到8点", "11-24 17:00–11-24 20:00"),
        ("17:00–20:00", "11-24 17:00–11-24 20:00"),
        ("17-20", "11-24 17:00–11-24 20:00"),
        ("后天 5点到8点", "11-25 17:00–11-25 20:00"),
        ("5 点 到 8 点", "11-24 17:00–11-24 20:00"),
        ("周四17点至20点半", "11-26 17:00–11-26 20:30"),
        ("早上9点到11点", "11-24 09:00–11-24 11:00"),
        ("周一 17:00-19:00", "11-30 17:00–11-30 19:00"),
        ("17:00 到 24:00", "11-24 17:00–11-25 00:00"),
        ("20:00-17:00", None),
        ("17:00-17:00", None),
        ("明天17:00", None),
        ("周六", None),
    ],
)
def test_hours_of_pick_up_are_read_as_people_mean_them(typed: str, meant: str | None) -> None:
    closes = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    found = read_window(typed, now=NOW, zone=SHANGHAI, on=date(2026, 11, 24), after=closes)
    told = found and "–".join(f"{at.astimezone(SHANGHAI):%m-%d %H:%M}" for at in found)
    assert told == meant


@given(
    now=INSTANTS, zone=ZONES, ahead=st.integers(1, 30), start=st.integers(0, 1438), long=st.integers(1, 600)
)
def test_hours_of_pick_up_hold_in_every_zone(
    now: datetime, zone: ZoneInfo, ahead: int, start: int, long: int
) -> None:
    day, end = business_day.local_date(now, zone) + timedelta(days=ahead), min(start + long, 1439)
    first, last = time(*divmod(start, 60)), time(*divmod(end, 60))
    typed = f"{day.month}月{day.day}日 {first:%H:%M}-{last:%H:%M}"
    opens, closes = (business_day.instant(day, each, zone) for each in (first, last))
    found = read_window(typed, now=now, zone=zone, on=day, after=now)
    assert found == (opens, closes) if opens < closes else found is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("20户", (GoalKind.HOMES, 20)),
        ("一百二十户", (GoalKind.HOMES, 120)),
        ("满30户", (GoalKind.HOMES, 30)),
        ("至少10家", (GoalKind.HOMES, 10)),
        ("20 homes", (GoalKind.HOMES, 20)),
        ("满300元", (GoalKind.MONEY, 30_000)),
        ("满三百", (GoalKind.MONEY, 30_000)),
        ("¥99.9", (GoalKind.MONEY, 9_990)),
        ("300块", (GoalKind.MONEY, 30_000)),
        ("两箱", (GoalKind.CASES, 2)),
        ("不限", (GoalKind.NONE, 0)),
        ("none", (GoalKind.NONE, 0)),
        ("20", None),
        ("0户", None),
        ("-5户", None),
        ("20.5户", None),
        ("99999户", None),
        ("二户三箱", None),
    ],
)
def test_a_goal_is_read_as_people_mean_it(typed: str, meant: tuple[GoalKind, int] | None) -> None:
    assert read_goal(typed) == meant


def test_no_limit_is_said_in_many_ways() -> None:
    assert [is_unlimited(said) for said in ("不限", " 不 限 ", "无", "None", "10", "")] == [
        True,
        True,
        True,
        True,
        False,
        False,
    ]


@given(now=INSTANTS, zone=ZONES, ahead=st.integers(0, 400))
def test_what_a_draft_says_by_itself_can_always_be_kept(now: datetime, zone: ZoneInfo, ahead: int) -> None:
    first = drafting.default_terms(now=now, zone=zone, language="zh_CN", point=None)
    later = now + timedelta(hours=ahead)
    again = drafting.terms_like(first, now=later, zone=zone, language="zh_CN", point=None)

    for terms, at in ((first, now), (again, later)):
        assert at < terms.closes_at <= terms.pickup_at < terms.pickup_until
        closes, opens = (each.astimezone(zone) for each in (terms.closes_at, terms.pickup_at))
        assert (closes.hour, opens.hour, (opens.date() - closes.date()).days) == (20, 17, 1)
        assert terms.title == title_of(closes.date(), "zh_CN")
        assert all(at < each for each in drafting.cutoffs(at, zone))
        assert all(terms.closes_at < opens < ends for opens, ends in drafting.pickups(terms, zone))


@given(now=INSTANTS, zone=ZONES, ahead=st.integers(1, 20_000))
def test_a_later_cut_off_never_comes_after_pick_up(now: datetime, zone: ZoneInfo, ahead: int) -> None:
    terms = drafting.default_terms(now=now, zone=zone, language="en", point=None)
    moved = drafting.closing_at(terms, now + timedelta(minutes=ahead), zone)
    assert moved.closes_at <= moved.pickup_at < moved.pickup_until


def test_a_title_of_ones_own_stays() -> None:
    terms = Terms(
        "周末水果团", NOW + timedelta(hours=1), None, NOW + timedelta(days=1), NOW + timedelta(days=2)
    )
    again = drafting.terms_like(
        terms, now=NOW + timedelta(days=9), zone=SHANGHAI, language="zh_CN", point=None
    )
    assert again.title == "周末水果团"


@given(at=MINUTES.map(lambda minutes: NOW + timedelta(minutes=minutes)))
def test_an_instant_comes_back_from_its_button(at: datetime) -> None:
    assert instant(packed(at)) == at


@pytest.mark.parametrize("forged", ["", "-1", "x", "999999999", "1" * 40, "٣"])
def test_a_forged_instant_is_none(forged: str) -> None:
    assert instant(forged) is None
