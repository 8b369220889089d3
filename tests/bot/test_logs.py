"""Logs name what happened and to which row, never what people are called or said."""

import asyncio
import json
import logging
import signal
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError

from bot.logs import JsonLine, Line
from sandbox.sandbox import Sandbox
from sandbox.server import serve
from storage.db import Db
from tests.faults.runs import UNFINISHED, Bot, Counts, until_enabled

NAME = "张秘密"
FORMATTERS = (Line(), JsonLine())


def a_record(event: str, fault: BaseException | None = None, **extra: Any) -> logging.LogRecord:
    """Return a record as a logger of ours makes it."""
    exc_info = (type(fault), fault, fault.__traceback__) if fault else None
    record = logging.LogRecord("bot.lanes", logging.ERROR, "", 0, event, None, exc_info)
    vars(record).update(extra)
    return record


@pytest.mark.parametrize("formatter", FORMATTERS, ids=["text", "json"])
async def test_a_fault_of_the_database_is_logged_without_the_names_in_it(
    db: Db, formatter: logging.Formatter
) -> None:
    with pytest.raises(DBAPIError) as broken:
        await db.run(lambda uow: uow.journal.note(None, name=NAME))  # type: ignore[arg-type]

    line = formatter.format(a_record("update parked", broken.value))

    assert "update parked" in line
    assert "journal" in line
    assert NAME not in line
    assert "\\u5f20" not in line


@pytest.mark.parametrize("formatter", FORMATTERS, ids=["text", "json"])
def test_the_words_of_a_fault_are_left_out_and_its_way_is_kept(formatter: logging.Formatter) -> None:
    try:
        try:
            raise KeyError(NAME)
        except KeyError as first:
            raise ExceptionGroup(NAME, [ValueError(f"cannot read {NAME}")]) from first
    except ExceptionGroup as fault:
        line = formatter.format(a_record("update parked", fault))

    for kind in ("KeyError", "ExceptionGroup", "ValueError", "test_logs.py"):
        assert kind in line
    assert NAME not in line


@pytest.mark.parametrize("formatter", FORMATTERS, ids=["text", "json"])
def test_a_fault_raised_from_the_group_it_is_in_is_told_once(formatter: logging.Formatter) -> None:
    first = ValueError(NAME)
    try:
        raise first from ExceptionGroup(NAME, [first])
    except ValueError as fault:
        line = formatter.format(a_record("the process ends by a fault", fault))

    assert line.count("ValueError") == 1
    assert line.count("ExceptionGroup") == 1
    assert NAME not in line
    assert "\\u5f20" not in line


@pytest.mark.parametrize("formatter", FORMATTERS, ids=["text", "json"])
def test_a_token_is_struck_out_wherever_it_stands(formatter: logging.Formatter) -> None:
    token = "123456789:AAF-abcdefghijklmnopqrstuvwxyz_01234"

    line = formatter.format(a_record(f"asked https://x/bot{token}/getMe", fault_said=token))

    assert token not in line
    assert "AAF" not in line


def test_an_event_is_one_object_with_its_own_keys() -> None:
    line = JsonLine().format(a_record("update\nparked", inbox=7, pause_seconds=0.5, level="mine", odd={1}))

    told = json.loads(line)
    assert "\n" not in line
    assert told.pop("at").endswith("+00:00")
    assert told == {
        "level": "error",
        "logger": "bot.lanes",
        "event": "update\nparked",
        "inbox": 7,
        "pause_seconds": 0.5,
        "odd": "{1}",
    }


FAULTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("drop_after", {"method": "sendMessage"}),
    ("status", {"method": "sendMessage", "status": 502}),
    ("flood", {"method": "sendMessage", "retry_after": 1}),
    ("garbage", {"method": "editMessageText"}),
    ("drop", {"method": "answerCallbackQuery"}),
    ("reset", {"method": "getChatMember"}),
)


@pytest.mark.parametrize("form", ["text", "json"])
async def test_a_whole_conversation_with_faults_leaves_no_word_of_it_in_the_log(
    tmp_path: Path, form: str
) -> None:
    log, database = tmp_path / "bot.log", f"sqlite:///{tmp_path / 'one.db'}"
    private = [NAME, "Sécrète", "@geheim_name", "geheim_name", "秘密花园", "西红柿三斤", "Rumpelstilzchen"]
    sandbox = Sandbox(pace=0.01)
    bot_user = sandbox.add_bot("菜博士", "caiboshi_test_bot")
    token = str(bot_user["token"])
    leader = int(sandbox.add_user("林姐Rumpelstilzchen", language_code="zh")["id"])
    person = int(
        sandbox.add_user(NAME, last_name="Sécrète", username="geheim_name", language_code="zh")["id"]
    )
    group = int(sandbox.add_group("秘密花园", leader)["id"])
    env = {"CAIBOSHI__LOG__FORMAT": form, "CAIBOSHI__LOG__LEVEL": "debug"}
    rows = Counts(database)
    async with serve(sandbox) as address:
        bot = Bot(address.base, token, database, log, **env)
        await bot.start()
        sandbox.act(leader, "add", chat=group, user=bot_user["id"])
        sandbox.act(leader, "promote", chat=group, user=bot_user["id"])
        await until_enabled(bot, sandbox, leader, group)
        for kind, fields in FAULTS:
            sandbox.fault(kind, **fields)
        sandbox.act(person, "join", chat=group)
        sandbox.act(person, "start")
        await settled(sandbox, rows)  # the lane of the group may be behind: who agrees must be known
        start = sandbox.messages(person)[0]["message_id"]
        sandbox.act(person, "tap", chat=person, message=start, data="v1:members.agree", forge=True)
        for word in ("西红柿三斤", "积分", "帮助", "/start 西红柿三斤"):
            sandbox.act(person, "send", text=word)
        sandbox.act(person, "send", chat=group, text="西红柿三斤")
        await settled(sandbox, rows)
        run_sql(database, "ALTER TABLE growth_account RENAME TO gone")
        sandbox.act(person, "send", text="积分")
        await rows.until("SELECT count(*) FROM inbox WHERE state = 'parked'", lambda parked: parked > 0)
        await bot.end(signal.SIGKILL)
        run_sql(database, "ALTER TABLE gone RENAME TO growth_account")
        sandbox.act(person, "send", text="西红柿三斤")
        await bot.start()
        await settled(sandbox, rows)
        await bot.end(signal.SIGTERM)

    said = log.read_text()
    events = said.splitlines()
    assert "update parked" in said
    if form == "json":
        assert {"at", "level", "logger", "event"} <= set.intersection(*(set(json.loads(e)) for e in events))
    for word in (*private, token, token.partition(":")[2]):
        assert word not in said
        assert word.encode("ascii", "backslashreplace").decode() not in said


async def settled(sandbox: Sandbox, rows: Counts) -> None:
    """Wait until everything said is handled and everything that may leave has left."""
    async with asyncio.timeout(60):
        await sandbox.drained()
        await rows.until(UNFINISHED, lambda left: not left)


def run_sql(database: str, statement: str) -> None:
    """Change the file behind the product's back."""
    with closing(sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None)) as connection:
        connection.execute(statement)
