"""Names that are safe to show, and payloads anybody can forge."""

import unicodedata
from datetime import time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from features.members.model import Group, GroupState, NotListening
from features.members.rules import check_listening, clean_name, group_of_payload, group_payload, is_listening
from features.outreach.model import QuietHours
from kernel.ids import ChatId, GroupId
from kernel.message import Language

COLUMNS = 24
NOBODY = "new neighbour"


def _clean(first: str, last: str | None = None, columns: int = COLUMNS) -> str:
    return clean_name(first, last, columns=columns, fallback=NOBODY)


def _width(shown: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in shown)


def _group(state: GroupState) -> Group:
    quiet = QuietHours(time(22), time(8))
    return Group(GroupId(1), ChatId(-1), "G", state, Language.EN, ZoneInfo("UTC"), quiet)


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Li", None, "Li"),
        ("Li", "Hua", "Li Hua"),
        ("  Li \n\t Hua ", "", "Li Hua"),
        ("李", "小花", "李 小花"),
        ("e\u0301", None, "\u00e9"),
        ("Z\u0361\u0322a\u0489lgo", None, "Zalgo"),
        ("\u202eevil\u202c", None, "evil"),
        ("\u2066a\u2069\u200eb\u200f", None, "ab"),
        ("a\u200b\u200c\u200d\u2060\ufeffb", None, "ab"),
        ("a\x00\x07\x1bb", None, "ab"),
        ("a\U000e0041\U000e007fb", None, "ab"),
        ("<b>&amp;", None, "<b>&amp;"),
        ("\u2764\ufe0f", None, "\u2764\ufe0f"),
        ("שלום", None, "שלום"),
    ],
    ids=[
        "first",
        "both",
        "spaces",
        "chinese",
        "composed",
        "piled-up marks",
        "right-to-left override",
        "isolates and marks",
        "zero width",
        "control",
        "tags",
        "markup is kept: the texts escape it",
        "emoji with its selector",
        "right-to-left letters",
    ],
)
def test_a_name_is_shown_as(first: str, last: str | None, expected: str) -> None:
    assert _clean(first, last) == expected


@pytest.mark.parametrize(
    "name",
    [
        *("", " ", "\u200b", "\u202e", "\u0301", "\x00", "\u3000", "\ufe0f", "\ufe0f \ufe0f"),
        *("\u3164", "\u115f", "\u1160", "\uffa0", "\u2800"),
    ],
)
def test_somebody_without_a_visible_name_bears_the_fallback(name: str) -> None:
    assert _clean(name) == NOBODY


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a" * 24, "a" * 24),
        ("a" * 25, "a" * 24 + "…"),
        ("菜" * 12, "菜" * 12),
        ("菜" * 13, "菜" * 12 + "…"),
        ("a" + "菜" * 12, "a" + "菜" * 11 + "…"),
        ("a" * 23 + " b", "a" * 23 + "…"),
        ("a" * 4096, "a" * 24 + "…"),
    ],
)
def test_a_long_name_is_cut_where_its_columns_end(name: str, expected: str) -> None:
    assert _clean(name) == expected


names = st.text(max_size=80) | st.text(
    st.sampled_from("aZ 菜李\u202e\u200b\u0301\ufe0f\u3164\n<&👩\u200d🌾\x00\ud83dאש…"), max_size=80
)


@given(first=names, last=st.none() | names, columns=st.integers(8, 64))
@example(first="x" * 4096, last="y" * 4096, columns=8)
def test_every_name_is_visible_on_one_line_and_no_wider_than_allowed(
    first: str, last: str | None, columns: int
) -> None:
    shown = _clean(first, last, columns)
    assert shown.strip() != ""
    assert "\n" not in shown
    assert shown == NOBODY or _width(shown) <= columns + 1
    assert {unicodedata.category(c)[0] for c in shown.replace("\ufe0f", "")} & {"C", "M"} == set()
    shown.encode("utf-8")


@given(group=st.integers(0, 10**18 - 1).map(GroupId))
def test_a_group_comes_back_from_its_payload(group: GroupId) -> None:
    assert group_of_payload(group_payload(group)) == group


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "g",
        "menu",
        "growth",
        "g-1",
        "g1 ",
        " g1",
        "g1\n",
        "G1",
        "g1x",
        "gg1",
        "g1.0",
        "g²",
        "g١",
        "g" + "9" * 19,
    ],
)
def test_a_payload_that_names_no_group_is_none(payload: str) -> None:
    assert group_of_payload(payload) is None


@given(payload=st.text(max_size=64))
def test_any_payload_is_a_group_or_none(payload: str) -> None:
    group = group_of_payload(payload)
    assert group is None or (payload.startswith("g") and int(payload[1:]) == group)


@pytest.mark.parametrize("state", list(GroupState))
def test_the_bot_listens_in_enabled_groups_only(state: GroupState) -> None:
    assert is_listening(_group(state)) is (state is GroupState.ENABLED)


def test_the_bot_does_not_listen_where_it_never_was() -> None:
    assert not is_listening(None)


def test_an_enabled_group_passes_the_check() -> None:
    group = _group(GroupState.ENABLED)
    assert check_listening(group) is group


@pytest.mark.parametrize("group", [None, _group(GroupState.MET), _group(GroupState.LEFT)])
def test_any_other_group_is_refused_in_silence(group: Group | None) -> None:
    with pytest.raises(NotListening) as refused:
        check_listening(group)
    assert refused.value.wording() is None
