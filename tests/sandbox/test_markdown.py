"""Both Markdowns: what they show, and where Telegram's parser stops."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.entities import Formatted, parsed, utf16_length, utf16_slice
from sandbox.errors import ApiError
from tests.sandbox.town import town


def _marks(text: str, mode: str) -> list[tuple[Any, ...]]:
    """Return the words an entity covers, its type, and what else it says."""
    shown = parsed(text, parse_mode=mode)
    return [
        (
            utf16_slice(shown.text, mark["offset"], mark["length"]),
            mark["type"],
            *(value for key, value in mark.items() if key not in ("type", "offset", "length")),
        )
        for mark in shown.entities
    ]


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("*b*", [("b", "bold")]),
        ("_i_", [("i", "italic")]),
        ("__u__", [("u", "underline")]),
        ("~s~", [("s", "strikethrough")]),
        ("||x||", [("x", "spoiler")]),
        ("`c`", [("c", "code")]),
        ("`a*b_c`", [("a*b_c", "code")]),
        ("```\nx\n```", [("x", "pre")]),
        ("```python\nx = 1\n```", [("x = 1", "pre", "python")]),
        ("*b _i_*", [("b i", "bold"), ("i", "italic")]),
        ("_i __u___", [("i u", "italic"), ("u", "underline")]),
        ("[tea](https://example.org/a\\)b)", [("tea", "text_link", "https://example.org/a)b")]),
        ("[tea](no link)", []),
        ("[tea](example.org/a)", [("tea", "text_link", "http://example.org/a")]),
        ("[example\\.org]", [("example.org", "text_link", "http://example.org/")]),
        ("![👍](tg://emoji?id=5368324170671202286)", [("👍", "custom_emoji", "5368324170671202286")]),
        (
            "![now](tg://time?unix=1647531900&format=wDT)",
            [("now", "date_time", 1647531900, "wDT")],
        ),
        (">a\n>b\nc", [("a\nb\n", "blockquote")]),
        ("**>a\n>b||", [("a\nb", "expandable_blockquote")]),
        (">a\n**>b||", [("a\n", "blockquote"), ("b", "expandable_blockquote")]),
        (">a *b*", [("a b", "blockquote"), ("b", "bold")]),
        ("\\*no\\* 8\\.80", []),
        ("\U0001f389*b*", [("b", "bold")]),
        ("* *", []),
        ("a @someone", [("@someone", "mention")]),
    ],
)
def test_markdown_v2_marks_what_telegram_marks(text: str, marks: list[tuple[Any, ...]]) -> None:
    assert _marks(text, "MarkdownV2") == marks


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("8.80", "Character '.' is reserved and must be escaped with the preceding '\\'"),
        ("a-b", "Character '-' is reserved and must be escaped with the preceding '\\'"),
        ("(x)", "Character '(' is reserved and must be escaped with the preceding '\\'"),
        ("hi!", "Character '!' is reserved and must be escaped with the preceding '\\'"),
        ("a | b", "Character '|' is reserved and must be escaped with the preceding '\\'"),
        ("a > b", "Character '>' is reserved and must be escaped with the preceding '\\'"),
        ("*x", "Can't find end of Bold entity at byte offset 0"),
        ("\u4e2d_x", "Can't find end of Italic entity at byte offset 3"),
        ("__x", "Can't find end of Underline entity at byte offset 0"),
        ("||x", "Can't find end of Spoiler entity at byte offset 0"),
        ("`x", "Can't find end of Code entity at byte offset 0"),
        ("```x", "Can't find end of Pre entity at byte offset 0"),
        ("```py\nx", "Can't find end of PreCode entity at byte offset 0"),
        ("[x", "Can't find end of TextUrl entity at byte offset 0"),
        ("[x](https://a", "Can't find end of a URL at byte offset 4"),
        ("![x]", "Custom emoji entity must contain a tg://emoji URL"),
        (">*x\ny*", "Can't find end of Bold entity at byte offset 1"),
        ("*a _b* c_", "Can't find end of Italic entity at byte offset 8"),
    ],
)
async def test_markdown_v2_stops_where_telegram_stops(text: str, said: str) -> None:
    async with town() as place:
        answer = await place.refused(
            "sendMessage", chat_id=place.world.group, text=text, parse_mode="MarkdownV2"
        )

        assert answer == f"400 Bad Request: can't parse entities: {said}"


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("*b*", [("b", "bold")]),
        ("_i_", [("i", "italic")]),
        ("`c`", [("c", "code")]),
        ("```py\nx\n```", [("x", "pre", "py")]),
        ("[tea](https://example.org)", [("tea", "text_link", "https://example.org")]),
        ("8.80 (x) - ! #", []),
        ("*a_b*", [("a_b", "bold")]),
        ("\\*no\\*", []),
        ("**", []),
    ],
)
def test_the_old_markdown_marks_what_telegram_marks(text: str, marks: list[tuple[Any, ...]]) -> None:
    assert _marks(text, "Markdown") == marks


@pytest.mark.parametrize(("text", "place"), [("*x", 0), ("snake_case", 5), ("\u4e2d`x", 3), ("a [x", 2)])
def test_the_old_markdown_stops_where_telegram_stops(text: str, place: int) -> None:
    with pytest.raises(ApiError) as refusal:
        parsed(text, parse_mode="Markdown")

    said = f"Can't find end of the entity starting at byte offset {place}"
    assert str(refusal.value) == f"400 Bad Request: can't parse entities: {said}"


def test_a_link_to_a_person_becomes_a_mention_in_every_mode() -> None:
    for mode, text in (("MarkdownV2", "[A](tg://user?id=5)"), ("Markdown", "[A](tg://user?id=5)")):
        assert _marks(text, mode) == [("A", "text_link", "tg://user?id=5")]


async def test_a_text_over_32_kb_is_refused_before_it_is_parsed() -> None:
    async with town() as place:
        here = {"chat_id": place.world.group, "parse_mode": "MarkdownV2"}

        answer = await place.refused("sendMessage", **here, text="[" * 32_769)

        assert answer == "400 Bad Request: text is too long"


async def test_an_unknown_mode_is_refused() -> None:
    async with town() as place:
        answer = await place.refused("sendMessage", chat_id=place.world.group, text="x", parse_mode="BBCode")

        assert answer == "400 Bad Request: unsupported parse_mode"


MARKS = ["*", "_", "__", "~", "||", "`", "```", "[", "](", ")", "](tg://user?id=5)", "![", "\\", ">", "**"]
LETTERS = ["a", "\u4e2d", "\U0001f389", ".", "py", "(", "!", "\n", " "]
PIECES = st.lists(st.sampled_from(MARKS + LETTERS), max_size=14).map("".join)


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(PIECES, st.sampled_from(["MarkdownV2", "Markdown"]))
def test_any_text_is_parsed_or_refused_and_every_mark_lies_inside(text: str, mode: str) -> None:
    shown = _outcome(text, mode)

    if isinstance(shown, ApiError):
        assert str(shown).startswith("400 Bad Request: can't parse entities: ")
        return
    size = utf16_length(shown.text)
    assert all(0 <= mark["offset"] < mark["offset"] + mark["length"] <= size for mark in shown.entities)


def _outcome(text: str, mode: str) -> Formatted | ApiError:
    try:
        return parsed(text, parse_mode=mode)
    except ApiError as error:
        return error


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text(max_size=30))
def test_what_is_escaped_is_shown_as_it_was(text: str) -> None:
    escaped = "".join(f"\\{letter}" if " " < letter <= "~" else letter for letter in text)

    shown = parsed(f"*x*{escaped}x", parse_mode="MarkdownV2")

    assert shown.text == parsed(f"x{text}x").text
