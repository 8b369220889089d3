"""Messages that cannot go out as they are: too long, no valid HTML, not to be shown at all."""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery import cut, units, without_markup
from kernel.ids import MessageId
from kernel.message import Kind, Language, Outgoing, Tap, Text
from tests.bot.test_sender import a_notice
from tests.bot.test_sender_again import queue
from tests.world import World, open_world

MOST = 4096
CUT = "\n…"
LONG = "growth.history"
lines = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
LAST = "SELECT state, attempts, error FROM outbox ORDER BY id DESC LIMIT 1"


def with_lines(chat: int, said: str) -> Outgoing:
    return replace(a_notice(chat), text=Text(LONG, {"lines": said}))


async def _arrives(world: World, message: Outgoing) -> dict[str, Any]:
    """Let a message leave and return it as its reader has it."""
    await queue(world, message)
    await world.settle()
    found: dict[str, Any] = world.sandbox.messages(message.chat)[-1]
    return found


@given(said=st.lists(lines, min_size=1, max_size=40).map("\n".join), most=st.integers(2, 200))
def test_what_is_cut_fits_and_is_a_beginning_of_the_text(said: str, most: int) -> None:
    short = cut(said, most)
    assert units(short) <= most
    assert short.endswith(CUT)
    assert said.startswith(short.removesuffix(CUT))


@given(first=lines.filter(lambda line: line and "\n" not in line), most=st.integers(40, 200))
def test_a_text_is_cut_at_the_end_of_a_line(first: str, most: int) -> None:
    assert cut(f"{first}\n{'x' * most}", max(most, units(first) + 3)) == f"{first}{CUT}"


def test_a_single_line_is_cut_between_two_characters() -> None:
    assert cut("甲" * 10, 8) == f"{'甲' * 6}{CUT}"
    assert cut("🍅" * 10, 9) == f"🍅🍅🍅{CUT}"
    assert cut("\n" + "x" * 10, 6) == f"\nxxx{CUT}"


@pytest.mark.parametrize(
    ("words", "plain"),
    [
        ('<b>菜</b> &amp; <a href="https://a/?b=1&amp;c">果</a>', "菜 & 果"),
        ("1 &lt; 2 &lt;b&gt;", "1 < 2 <b>"),
        ("a < b > c", "a < b > c"),
        ("<b>half", "half"),
    ],
)
def test_words_without_markup_are_what_people_read(words: str, plain: str) -> None:
    assert without_markup(words) == plain


async def test_a_text_that_is_too_long_arrives_cut_and_without_tags(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'long.db'}") as world:
        await world.opens_group()
        member = await world.member()
        line = "🍅 <5 斤> & 更多"

        with caplog.at_level(logging.ERROR):
            found = await _arrives(world, with_lines(member, "\n".join([line] * 400)))

        assert world.rows(LAST) == [("sent", 1, None)]
        assert units(found["text"]) <= MOST < units(found["text"]) + units(line) + 2
        assert found["text"].endswith(f"\n{line}{CUT}")
        assert "<b>" not in found["text"]
        assert "entities" not in found
        assert [record.getMessage() for record in caplog.records] == ["text too long, cut"]


async def test_a_text_that_is_long_by_its_markup_alone_arrives_whole(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'markup.db'}") as world:
        await world.opens_group()
        member = await world.member()
        said = "&" * 4000  # five times as long when it is escaped

        found = await _arrives(world, with_lines(member, said))

        assert found["text"].endswith(said)
        assert found["entities"][0]["type"] == "bold"


@pytest.mark.parametrize("kind", [Kind.SEND, Kind.EDIT])
async def test_a_text_that_is_no_valid_html_arrives_plain(
    tmp_path: Path, kind: Kind, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'html.db'}") as world:
        await world.opens_group()
        member = await world.member()
        earlier = await _arrives(world, a_notice(member))
        monkeypatch.setitem(world.runtime.catalog.texts[Language.ZH_CN], LONG, "<b>账 {lines}")

        own = MessageId(earlier["message_id"]) if kind is Kind.EDIT else None
        with caplog.at_level(logging.ERROR):
            found = await _arrives(world, replace(with_lines(member, "<3"), kind=kind, message=own))

        assert found["text"] == "账 <3"
        assert world.rows(LAST) == [("sent", 1, None)]
        assert [record.getMessage() for record in caplog.records] == ["text is no valid HTML, sent plain"]


@pytest.mark.parametrize(
    ("message", "error"),
    [
        (Text("no.such_text"), "CatalogError"),
        (Text(LONG), "KeyError"),
        (Text(LONG, {"lines": (Text("no.such_text"),)}), "CatalogError"),
    ],
    ids=["unknown text", "a parameter is missing", "unknown line"],
)
async def test_what_cannot_be_shown_fails_before_it_leaves_and_holds_up_nobody(
    tmp_path: Path, message: Text, error: str
) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'fails.db'}") as world:
        await world.opens_group()
        member = await world.member()
        await queue(world, replace(a_notice(member), text=message), a_notice(member))
        await world.settle()

        ends = world.rows("SELECT state, error FROM outbox WHERE class = 'notice' ORDER BY id")
        assert ends == [("failed", error), ("sent", None)]


async def test_a_button_that_would_not_come_back_fails_before_it_leaves(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'button.db'}") as world:
        await world.opens_group()
        member = await world.member()
        seen = len(world.sandbox.calls())
        too_long = ((Tap(Text("home.menu"), "a" * 70),),)
        await queue(world, replace(a_notice(member), keyboard=too_long))
        await world.settle()

        assert world.rows(LAST)[0][0] == "failed"
        assert world.sandbox.calls()[seen:] == []
