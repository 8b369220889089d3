"""Buttons on the wire, and what comes back from them, wanted or forged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import CallbackQuery, Update, User

from handlers.keyboards import decode, encode, markup, tapped_args
from kernel.message import Keyboard, Language, Open, Tap, Text
from texts.catalog import load

CATALOG = load()
LONGEST = 64  # bytes of callback_data, Bot API

parts = st.text("abcXYZ019_.-", min_size=1, max_size=12)
args = st.lists(parts | st.integers(-(10**9), 10**9), max_size=3).map(tuple)


def _tapped(packed: str | None) -> Update:
    user = User(7, "Li", is_bot=False)
    return Update(1, callback_query=CallbackQuery("1", user, "chat", data=packed))


@given(act=parts, given_args=args)
def test_what_a_button_says_comes_back_whole(act: str, given_args: tuple[int | str, ...]) -> None:
    packed = encode(act, given_args)
    assert len(packed.encode()) <= LONGEST
    assert decode(packed) == (act, tuple(str(arg) for arg in given_args))


@given(
    act=st.text(max_size=70), given_args=st.lists(st.text(max_size=70) | st.integers(), max_size=4).map(tuple)
)
def test_a_button_either_comes_back_whole_or_is_refused(act: str, given_args: tuple[int | str, ...]) -> None:
    try:
        packed = encode(act, given_args)
    except ValueError:
        return
    assert decode(packed) == (act, tuple(str(arg) for arg in given_args))


@pytest.mark.parametrize(
    ("act", "given_args"),
    [
        ("", ()),
        ("a:b", ()),
        ("a", ("",)),
        ("a", ("x:y",)),
        ("菜单", ()),
        ("a b", ()),
        ("a\n", ()),
        ("a" * 41, ()),
        ("a" * 40, ("b" * 40,)),
    ],
    ids=["empty", "colon", "empty arg", "colon in arg", "chinese", "space", "newline", "long", "long in all"],
)
def test_a_button_that_would_not_come_back_is_refused(act: str, given_args: tuple[int | str, ...]) -> None:
    with pytest.raises(ValueError, match="callback data of at most 64 plain characters expected"):
        encode(act, given_args)


@pytest.mark.parametrize(
    "packed",
    [
        *("", "v1", "v1:", "v1::x", "v2:home.menu", "home.menu", ":v1:home.menu", "v1:home.menu:"),
        *("v1:a b", "v1:菜单", "v1:a\n", "V1:a", "v1:" + "a" * 62, "v1:a:" + "b" * 60, "\x00"),
    ],
)
def test_what_we_never_wrote_means_nothing(packed: str) -> None:
    assert decode(packed) is None


@given(packed=st.text(max_size=80))
def test_any_callback_data_means_nothing_or_what_we_would_write(packed: str) -> None:
    decoded = decode(packed)
    assert decoded is None or encode(*decoded) == packed


def test_a_taps_arguments_are_read_from_its_button() -> None:
    assert tapped_args(_tapped("v1:growth.history:3")) == ("3",)


@pytest.mark.parametrize("update", [Update(1), _tapped(None), _tapped("junk"), _tapped("v1:home.menu")])
def test_anything_else_has_no_arguments(update: Update) -> None:
    assert tapped_args(update) == ()


def test_a_keyboard_is_shown_in_its_language() -> None:
    keyboard: Keyboard = (
        (Tap(Text("home.to_menu"), "home.menu"), Tap(Text("growth.older"), "growth.history", (1,))),
        (Open(Text("members.open_start"), "g1"),),
    )
    shown = markup(keyboard, language=Language.EN, catalog=CATALOG, bot_name="caibot")
    assert shown == {
        "inline_keyboard": [
            [
                {"text": "‹ Back to menu", "callback_data": "v1:home.menu"},
                {"text": "Older ›", "callback_data": "v1:growth.history:1"},
            ],
            [{"text": "Start", "url": "https://t.me/caibot?start=g1"}],
        ]
    }


def test_no_buttons_are_no_keyboard() -> None:
    assert markup((), language=Language.EN, catalog=CATALOG, bot_name="caibot") is None
