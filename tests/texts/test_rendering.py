"""Texts as members see them: dates, moments, lines, and nobody's name as markup."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.message import Language, Moment, Param, Text
from tests.texts.telegram_html import parsed
from tests.texts.uses import placeholders
from texts.catalog import Catalog, CatalogError, load

CATALOG = load()
KEYS = sorted(CATALOG.texts[Language.ZH_CN])
ZH, EN = Language.ZH_CN, Language.EN
SMALL = Catalog(
    texts={
        ZH: {"t.of": "<b>{value}</b>", "t.two": "{a}-{b}", "t.bold": "<b>x & y</b>", "t.braces": "{{x}}"},
        EN: {"t.of": "<i>{value}</i>", "t.two": "{a}+{b}", "t.bold": "x", "t.braces": "{{x}}"},
    },
    words={},
)
MORNING = Moment(datetime(2026, 11, 23, 1, 5, tzinfo=UTC), "Asia/Shanghai")


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (7, "7", "7"),
        (-3, "-3", "-3"),
        ("Li", "Li", "Li"),
        (date(2027, 11, 3), "2027年11月3日", "Nov 3, 2027"),
        (date(2028, 2, 29), "2028年2月29日", "Feb 29, 2028"),
        (MORNING, "2026年11月23日 09:05", "Nov 23, 2026 09:05"),
        (Moment(MORNING.at, "America/New_York"), "2026年11月22日 20:05", "Nov 22, 2026 20:05"),
        (Text("t.two", {"a": 1, "b": "x"}), "1-x", "1+x"),
        ((Text("t.two", {"a": 1, "b": 2}), Text("t.two", {"a": 3, "b": 4})), "1-2\n3-4", "1+2\n3+4"),
        ((), "", ""),
    ],
    ids=["number", "debt", "word", "date", "leap day", "moment", "elsewhere", "text", "lines", "no lines"],
)
def test_a_parameter_is_shown_in_its_language(value: Param, zh: str, en: str) -> None:
    text = Text("t.of", {"value": value})
    assert (SMALL.html(text, ZH), SMALL.html(text, EN)) == (f"<b>{zh}</b>", f"<i>{en}</i>")


def test_html_escapes_parameters_at_any_depth_and_keeps_the_catalogues_markup() -> None:
    inner = Text("t.of", {"value": "<i>&"})
    assert SMALL.html(Text("t.of", {"value": (inner,)}), ZH) == "<b><b>&lt;i&gt;&amp;</b></b>"


def test_plain_shows_parameters_as_they_are() -> None:
    assert SMALL.plain(Text("t.two", {"a": "<b>", "b": "&"}), ZH) == "<b>-&"


def test_plain_leaves_out_the_catalogues_markup_and_nothing_else() -> None:
    inner = Text("t.of", {"value": "<i>&amp; 1 < 2"})
    assert SMALL.plain(Text("t.of", {"value": (inner, inner)}), ZH) == "<i>&amp; 1 < 2\n<i>&amp; 1 < 2"


@given(name=st.text())
def test_plain_keeps_every_name_as_it_is(name: str) -> None:
    assert SMALL.plain(Text("t.of", {"value": name}), ZH) == name


def test_braces_in_a_name_mean_nothing() -> None:
    assert SMALL.html(Text("t.two", {"a": "{b}", "b": "{0.__class__}"}), ZH) == "{b}-{0.__class__}"


def test_a_text_that_does_not_exist_is_named_with_the_cure() -> None:
    with pytest.raises(CatalogError, match=r"no text 't\.none' in texts/en: add it there"):
        SMALL.html(Text("t.none"), EN)


def test_a_text_without_its_parameter_is_a_fault() -> None:
    with pytest.raises(KeyError, match="value"):
        SMALL.html(Text("t.of"), ZH)


def _filled(key: str, value: Param) -> Text:
    return Text(key, dict.fromkeys(placeholders(CATALOG.texts[ZH][key]), value))


users = st.text(max_size=30) | st.text(st.sampled_from("<>&/\"';b{}amp#x3C!-- 菜\n"), max_size=30)


@settings(max_examples=300)
@given(key=st.sampled_from(KEYS), language=st.sampled_from(list(Language)), said=users)
def test_whatever_people_are_called_only_the_catalogues_tags_are_tags(
    key: str, language: Language, said: str
) -> None:
    template = parsed(CATALOG.texts[language][key])
    shown = parsed(CATALOG.html(_filled(key, said), language))
    assert (shown.faults, shown.tags) == ([], template.tags)
    assert shown.text == template.text.format_map(dict.fromkeys(placeholders(template.text), said))


@given(said=users)
def test_a_nested_text_escapes_too(said: str) -> None:
    line = Text("home.in_private", {"name": said})
    shown = parsed(CATALOG.html(Text("growth.history", {"page": 1, "lines": (line, line)}), ZH))
    assert shown.faults == []
    assert shown.text.count(CATALOG.plain(line, ZH)) >= 2


@pytest.mark.parametrize("language", list(Language))
def test_every_text_renders(language: Language) -> None:
    shown = {key: CATALOG.html(_filled(key, MORNING), language) for key in KEYS}
    assert {key: text for key, text in shown.items() if "{" in text} == {}
