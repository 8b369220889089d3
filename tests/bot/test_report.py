"""The doctor's words: every fault has its cure, no fault brings its own lines or secrets."""

import json
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.checks import asking
from bot.checks.finding import Check, skipped, wrong
from bot.checks.report import report
from kernel.message import Language, Text
from storage import look
from texts.catalog import load

CATALOG = load()
OF_THE_PROXY = (asking.Trouble.PROXY_AWAY, asking.Trouble.PROXY_REFUSED)


def _texts(language: Language) -> dict[str, str]:
    return {key: text.strip() for key, text in CATALOG.texts[language].items() if key.startswith("doctor.")}


def _troubles() -> Iterator[str]:
    for trouble in asking.Trouble:
        yield f"doctor.{'proxy' if trouble in OF_THE_PROXY else 'telegram'}_{trouble}"
    for stuck in look.Trouble:
        yield f"doctor.database_{stuck}"


@pytest.mark.parametrize("language", list(Language))
def test_every_trouble_has_words_and_a_cure(language: Language) -> None:
    texts = _texts(language)
    assert [key for key in _troubles() if texts.get(key, "").count("\n") != 1] == []


@pytest.mark.parametrize("language", list(Language))
def test_every_check_has_a_name(language: Language) -> None:
    names = {f"doctor.name_{check}" for check in Check}
    assert {key for key in _texts(language) if key.startswith("doctor.name_")} == names


def test_both_languages_have_cures_for_the_same_faults() -> None:
    lines = [{key: text.count("\n") for key, text in _texts(language).items()} for language in Language]
    assert lines[0] == lines[1]
    assert set(lines[0].values()) == {0, 1}


@given(reason=st.text(max_size=80), language=st.sampled_from(Language))
def test_whatever_a_server_says_is_one_line_without_secrets(reason: str, language: Language) -> None:
    secret = "123:Secret-Token"
    finding = wrong(Check.TOKEN, Text("doctor.token_refused", {"reason": f"{reason}{secret}{reason}"}))

    found = report([finding, skipped(Check.CLOCK, Text("doctor.clock_untold"))], CATALOG, language, [secret])

    lines = found.plain().splitlines()
    assert [line.strip()[0] for line in lines[:3]] == ["✗", "→", "–"]
    assert len(lines) == 5
    assert all(line.isprintable() for line in lines)
    assert secret not in found.plain() + found.json()
    assert [each["verdict"] for each in json.loads(found.json())["checks"]] == ["wrong", "skipped"]
