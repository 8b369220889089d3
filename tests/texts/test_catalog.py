"""The catalogues: complete, alike in both languages, well-formed, and used."""

import re
import tomllib
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.commands import EVERY
from handlers.routes import LONGEST_WORD
from kernel.message import Language
from tests.architecture.product import ROOT
from tests.texts.telegram_html import parsed
from tests.texts.uses import placeholders, uses, word_uses
from texts.catalog import CatalogError, heard, load

CATALOG = load()
KEYS = sorted(CATALOG.texts[Language.ZH_CN])
LONGEST_TOAST = 200  # characters, Bot API answerCallbackQuery
LONGEST_COMMAND = 256  # characters, Bot API BotCommand.description
LONGEST_MESSAGE = 4096


def _templates(*keys: str) -> dict[str, str]:
    return {
        f"{language}: {key}": texts[key]
        for language, texts in CATALOG.texts.items()
        for key in sorted(set(keys))
    }


def _expanded(pattern: str) -> list[str]:
    return [key for key in KEYS if fnmatchcase(key, pattern)]


def test_both_languages_have_the_same_keys() -> None:
    assert set(CATALOG.texts[Language.ZH_CN]) == set(CATALOG.texts[Language.EN])


def test_both_languages_want_the_same_fields() -> None:
    fields = [
        {key: placeholders(template) for key, template in texts.items()} for texts in CATALOG.texts.values()
    ]
    assert fields[0] == fields[1]


def test_both_languages_have_the_same_files_and_words() -> None:
    files = [
        {
            path.name: sorted(tomllib.loads(path.read_text("utf-8")).get("words", {}))
            for path in (ROOT / "texts" / language).iterdir()
        }
        for language in Language
    ]
    assert files[0] == files[1]


def test_large_variants_are_alike_shorter_and_want_no_more() -> None:
    assert set(CATALOG.large[Language.ZH_CN]) == set(CATALOG.large[Language.EN])
    for language, variants in CATALOG.large.items():
        usual = CATALOG.texts[language]
        assert set(variants) <= set(usual)
        assert {key for key, text in variants.items() if len(text) >= len(usual[key])} == set()
        more = {key for key, text in variants.items() if placeholders(text) - placeholders(usual[key])}
        assert more == set()
        assert [key for key, text in variants.items() if parsed(text).faults or text != text.strip()] == []


def test_every_key_the_code_asks_for_exists() -> None:
    asked = uses()
    assert len(asked) > len(KEYS) // 2
    assert [f"{use.place} {use.key}" for use in asked if not _expanded(use.key)] == []


def test_every_key_is_asked_for() -> None:
    asked = {key for use in uses() for key in _expanded(use.key)}
    assert sorted(set(KEYS) - asked) == []


def test_the_code_gives_every_text_the_fields_it_wants() -> None:
    wrong = [
        f"{use.place} {use.key}"
        for use in uses()
        if use.fields is not None
        and use.key in KEYS
        and use.fields != placeholders(CATALOG.texts[Language.ZH_CN][use.key])
    ]
    assert wrong == []


def test_every_command_has_its_description() -> None:
    assert {f"home.command_{name}" for name in EVERY} == {k for k in KEYS if k.startswith("home.command_")}


def test_every_word_is_asked_for_and_every_word_asked_for_exists() -> None:
    assert word_uses() == set(CATALOG.words)


def test_no_word_means_two_things() -> None:
    count = Counter(word for words in CATALOG.words.values() for word in words)
    assert {word: n for word, n in count.items() if n > 1} == {}


def test_every_word_can_be_typed() -> None:
    typed = [word for words in CATALOG.words.values() for word in words]
    assert [word for word in typed if word != heard(word) or not 0 < len(word) <= LONGEST_WORD] == []


@pytest.mark.parametrize(
    "typed",
    [
        "积分",
        "「积分」",
        "积分。",
        "积分?",
        " 积 分 ",
        "\u200b积\u200d分\ufeff",
        "积分～",
        "\u202e积分",
        "【积分】！\n",
    ],
)
def test_a_word_is_heard_whatever_stands_around_it(typed: str) -> None:
    assert heard(typed) == "积分"


def test_width_and_case_make_no_other_word() -> None:
    assert heard("Ｍｅｎｕ!") == "menu"


@pytest.mark.parametrize("typed", ["", "?", "？", "…", "\u200b", " \n", "~"])
def test_marks_alone_are_nothing(typed: str) -> None:
    assert heard(typed) == ""


@given(typed=st.text(max_size=40))
def test_hearing_twice_hears_the_same(typed: str) -> None:
    assert heard(heard(typed)) == heard(typed)


def test_markup_is_what_telegram_takes() -> None:
    faults = {where: parsed(template).faults for where, template in _templates(*KEYS).items()}
    assert {where: found for where, found in faults.items() if found} == {}


def test_what_is_shown_without_markup_has_none() -> None:
    shown_plain = [use.key for use in uses() if use.by in ("toast", "button", "text_key", "key")]
    plain = [key for pattern in shown_plain for key in _expanded(pattern)] + _expanded("home.command_*")
    assert [
        where for where, template in _templates(*plain).items() if "<" in template or "&" in template
    ] == []


def test_toasts_fit_into_what_telegram_shows() -> None:
    toasts = [use.key for use in uses() if use.by in ("toast", "text_key")]
    assert {w: len(t) for w, t in _templates(*toasts).items() if len(t) > LONGEST_TOAST} == {}


def test_descriptions_of_commands_fit() -> None:
    described = _templates(*_expanded("home.command_*"))
    assert {
        where: len(text) for where, text in described.items() if not 1 <= len(text) <= LONGEST_COMMAND
    } == {}


def test_every_text_fits_into_a_message_with_room_for_its_fields() -> None:
    assert {w: len(t) for w, t in _templates(*KEYS).items() if len(t) > LONGEST_MESSAGE // 2} == {}


def test_chinese_texts_boast_of_nothing() -> None:
    boasts = re.compile("最|第一|顶级|国家级|唯一|绝对")
    boasting = {k: t for k, t in CATALOG.texts[Language.ZH_CN].items() if boasts.search(t)}
    assert boasting == {}


def test_english_texts_are_in_english() -> None:
    chinese = {
        k for k, t in CATALOG.texts[Language.EN].items() if re.search("[\u3000-\u9fff\uff00-\uffef]", t)
    }
    # Whoever pressed English by mistake finds the way back by the name they can read.
    assert chinese == {"settings.speak_zh_CN"}


def test_no_text_begins_or_ends_with_space() -> None:
    loose = [w for w, t in _templates(*KEYS).items() if t != t.strip()]
    assert loose == []


def _folder(tmp_path: Path, zh: str, en: str) -> Path:
    for language, text in ((Language.ZH_CN, zh), (Language.EN, en)):
        (tmp_path / language).mkdir()
        (tmp_path / language / "f.toml").write_text(text, "utf-8")
    return tmp_path


def test_words_of_both_languages_mean_the_same_key(tmp_path: Path) -> None:
    catalog = load(_folder(tmp_path, 'a = "甲"\n[words]\nw = ["菜单"]', 'a = "A"\n[words]\nw = ["Menu"]'))
    assert (catalog.words, catalog.texts) == (
        {"f.w": frozenset({"菜单", "menu"})},
        {Language.ZH_CN: {"f.a": "甲"}, Language.EN: {"f.a": "A"}},
    )


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    folder = _folder(tmp_path, "a = ", 'a = "A"')
    with pytest.raises(CatalogError, match=r"zh_CN/f\.toml: not valid TOML"):
        load(folder)


def test_placeholders_are_the_names_between_braces() -> None:
    assert placeholders("{a} {b:>3} {{c}} {a}") == {"a", "b"}
