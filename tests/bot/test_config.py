"""The configuration: right, or one line that says what is wrong and what is allowed."""

from dataclasses import fields, replace
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.config import Config, ConfigError, defaults_path, load
from kernel.message import Language

DEFAULTS = load(None, {})


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, "utf-8")
    return path


def test_a_file_changes_what_it_names_and_nothing_else(tmp_path: Path) -> None:
    path = _file(tmp_path, '[growth]\nhistory_rows = 5\n[members]\nzone = "Europe/Lisbon"\nlanguage = "en"')
    assert load(path, {}) == replace(
        DEFAULTS,
        growth=replace(DEFAULTS.growth, history_rows=5),
        members=replace(DEFAULTS.members, zone=ZoneInfo("Europe/Lisbon"), language=Language.EN),
    )


def test_an_empty_file_changes_nothing(tmp_path: Path) -> None:
    assert load(_file(tmp_path, ""), {}) == DEFAULTS


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    path = _file(tmp_path, "[growth]\nhistory_rows = 5\nregister_points = 7")
    found = load(path, {"CAIBOSHI__GROWTH__HISTORY_ROWS": "6"})
    assert found == replace(DEFAULTS, growth=replace(DEFAULTS.growth, history_rows=6, register_points=7))


def test_every_kind_of_value_can_come_from_the_environment() -> None:
    found = load(
        None,
        {
            "CAIBOSHI__TELEGRAM__TOKEN": "1:secret",
            "CAIBOSHI__SENDING__PER_SECOND": "12.5",
            "CAIBOSHI__MEMBERS__QUIET_START": "23:30",
            "CAIBOSHI__MEMBERS__ZONE": "UTC",
            "CAIBOSHI__MEMBERS__LANGUAGE": "en",
            "CAIBOSHI__WEB__PORT": "0",
        },
    )
    assert found == replace(
        DEFAULTS,
        telegram=replace(DEFAULTS.telegram, token="1:secret"),
        sending=replace(DEFAULTS.sending, per_second=12.5),
        members=replace(
            DEFAULTS.members, quiet_start=time(23, 30), zone=ZoneInfo("UTC"), language=Language.EN
        ),
        web=replace(DEFAULTS.web, port=0),
    )


def test_the_rest_of_the_environment_means_nothing() -> None:
    assert load(None, {"PATH": "/bin", "CAIBOSHI_TEST_DATA": "x", "XCAIBOSHI__WEB__PORT": "1"}) == DEFAULTS


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[telegramm]", "{path}: there is no table [telegramm]; did you mean 'telegram'?"),
        (
            "[xyzzy]",
            "{path}: there is no table [xyzzy]; "
            "there are telegram, storage, members, outreach, growth, groupbuy, coupons, payments, "
            "settlement, collection, aftersales, staff, joining, privacy, "
            "sending, web, log",
        ),
        ("growth = 5", "{path}: growth must be a table [growth], not the value 5"),
        (
            "[growth]\nhistory_row = 5",
            "{path} [growth]: there is no key 'history_row'; did you mean 'history_rows'?",
        ),
        ("[web]\nxyzzy = 5", "{path} [web]: there is no key 'xyzzy'; there are host, port"),
        ("[growth]\nhistory_rows = 31", "{path} [growth] history_rows = 31: expected 1 to 30 rows"),
        ("[growth]\nhistory_rows = 0", "{path} [growth] history_rows = 0: expected 1 to 30 rows"),
        ('[growth]\nhistory_rows = "x"', "{path} [growth] history_rows = 'x': expected 1 to 30 rows"),
        ("[growth]\nhistory_rows = true", "{path} [growth] history_rows = True: expected 1 to 30 rows"),
        ("[growth]\nhistory_rows = [1]", "{path} [growth] history_rows = [1]: expected 1 to 30 rows"),
        ("[growth]\nhistory_rows = inf", "{path} [growth] history_rows = inf: expected 1 to 30 rows"),
        (
            "[growth]\nhistory_rows = 2.5",
            "{path} [growth] history_rows = 2.5: expected a whole number, rows",
        ),
        (
            "[sending]\nper_second = nan",
            "{path} [sending] per_second = nan: expected 0.1 to 1000 messages a second",
        ),
        (
            "[members]\nquiet_start = 22",
            "{path} [members] quiet_start = 22: expected a local time such as '08:00'",
        ),
        (
            '[members]\nquiet_start = "25:00"',
            "{path} [members] quiet_start = '25:00': expected a local time such as '08:00'",
        ),
        (
            '[members]\nquiet_start = "22:00:30"',
            "{path} [members] quiet_start = '22:00:30': expected hours and minutes only, such as '08:00'",
        ),
        (
            '[members]\nquiet_start = "22:00+08:00"',
            "{path} [members] quiet_start = '22:00+08:00': expected hours and minutes only, such as '08:00'",
        ),
        (
            '[members]\nzone = "Asia/Beijing"',
            "{path} [members] zone = 'Asia/Beijing': expected an IANA zone such as 'Asia/Shanghai'",
        ),
        (
            '[members]\nzone = "../../etc/passwd"',
            "{path} [members] zone = '../../etc/passwd': expected an IANA zone such as 'Asia/Shanghai'",
        ),
        ('[members]\nzone = ""', "{path} [members] zone = '': expected an IANA zone such as 'Asia/Shanghai'"),
        (
            "[members]\nzone = 8",
            "{path} [members] zone = 8: expected an IANA zone such as 'Asia/Shanghai'",
        ),
        (
            '[members]\nlanguage = "zh"',
            "{path} [members] language = 'zh': expected one of zh_CN, en",
        ),
        (
            '[members]\nlanguage = ["en"]',
            "{path} [members] language = ['en']: expected one of zh_CN, en",
        ),
        (
            "[outreach]\nquiet_choices = []",
            "{path} [outreach] quiet_choices = []: expected a list such as ['21:00-08:00', '22:00-07:00']",
        ),
        (
            "[outreach]\nquiet_choices = ['22:00']",
            "{path} [outreach] quiet_choices = '': expected a local time such as '08:00'",
        ),
        ("[web]\nhost = 1", "{path} [web] host = 1: expected text in quotes"),
    ],
)
def test_a_wrong_file_is_told_with_table_key_value_and_what_is_allowed(
    tmp_path: Path, text: str, said: str
) -> None:
    path = _file(tmp_path, text)
    with pytest.raises(ConfigError) as fault:
        load(path, {})
    assert str(fault.value) == said.format(path=path)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        (
            "CAIBOSHI__GROWTH__HISTORY_ROWS",
            "99",
            "environment variable {name} [growth] history_rows = '99': expected 1 to 30 rows",
        ),
        (
            "CAIBOSHI__GROWTH__HISTORY",
            "9",
            "environment variable {name} [growth]: there is no key 'history'; did you mean 'history_rows'?",
        ),
        (
            "CAIBOSHI__GROWHT__HISTORY_ROWS",
            "9",
            "environment variable {name}: there is no table [growht]; did you mean 'growth'?",
        ),
        (
            "CAIBOSHI__WEB",
            "9",
            "environment variable {name} [web]: there is no key ''; there are host, port",
        ),
    ],
)
def test_a_wrong_variable_is_told_by_its_name(name: str, value: str, said: str) -> None:
    with pytest.raises(ConfigError) as fault:
        load(None, {name: value})
    assert str(fault.value) == said.format(name=name)


def test_the_last_notice_before_the_first_is_told_with_its_table(tmp_path: Path) -> None:
    path = _file(tmp_path, "[growth]\nfirst_notice_days = 5")
    with pytest.raises(ConfigError) as fault:
        load(path, {})
    told = str(fault.value)
    assert str(path) in told
    assert told.endswith("[growth] last_notice_days = 7: expected fewer than first_notice_days = 5")


def test_a_broken_file_is_told_with_the_line(tmp_path: Path) -> None:
    path = _file(tmp_path, "[growth]\nhistory_rows = = 5")
    with pytest.raises(ConfigError, match=r"not valid TOML: .*line 2") as fault:
        load(path, {})
    assert str(fault.value).startswith(f"{path}: ")


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not valid TOML"):
        load(path, {})


def test_a_missing_file_is_told_with_the_cure(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    with pytest.raises(ConfigError) as fault:
        load(path, {})
    assert str(fault.value) == f"{path}: no such file; copy config.example.toml there"


def test_a_folder_instead_of_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as fault:
        load(tmp_path, {})
    assert str(fault.value) == f"{tmp_path}: cannot be read: Is a directory"


def test_the_defaults_are_the_example_file() -> None:
    assert defaults_path().name == "config.example.toml"


words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)
toml_values = st.one_of(
    st.integers(-(2**70), 2**70).map(str),
    st.floats().map(lambda number: repr(number).removeprefix("+")),
    st.sampled_from(["true", "false", "[]", "{}", "08:00:00", "2026-11-23", "1e400", "-0.0", "9" * 400]),
    words.map(lambda word: "'" + word.replace("'", "") + "'"),
    st.times().map(lambda at: f'"{at.isoformat("minutes")}"'),
    st.integers(0, 60).map(lambda n: f'["{n}"]'),
)
places = st.sampled_from(
    [(table.name, key.name) for table in fields(Config) for key in fields(getattr(DEFAULTS, table.name))]
)


def _outcome(path: Path | None, env: dict[str, str]) -> Any:
    try:
        return load(path, env)
    except ConfigError as fault:
        return fault


@settings(max_examples=200)
@given(place=places, value=toml_values)
def test_any_value_in_a_file_gives_a_configuration_or_one_line(
    tmp_path: Path, place: tuple[str, str], value: str
) -> None:
    table, key = place
    outcome = _outcome(_file(tmp_path, f"[{table}]\n{key} = {value}"), {})
    assert isinstance(outcome, Config) or key in str(outcome) or "not valid TOML" in str(outcome)


@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_as_a_file_gives_a_configuration_or_one_line(tmp_path: Path, text: str) -> None:
    assert isinstance(_outcome(_file(tmp_path, text), {}), Config | ConfigError)


@settings(max_examples=200)
@given(place=places, value=st.text(max_size=20) | st.floats().map(str) | st.integers().map(str))
def test_any_value_in_the_environment_gives_a_configuration_or_one_line(
    place: tuple[str, str], value: str
) -> None:
    name = f"CAIBOSHI__{place[0]}__{place[1]}".upper()
    outcome = _outcome(None, {name: value})
    assert isinstance(outcome, Config) or name in str(outcome)
