"""`caiboshi doctor`: a fault planted alone is found alone, with its cure; what is well is left alone."""

import asyncio
import contextlib
import json
import shutil
import socket
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.bot.patient import TITLE, Patient, healthy_file
from tests.bot.test_cli import PLAIN, caiboshi

PROGRAM = (sys.executable, "-m", "bot")
ROOT = str(Path(__file__).parents[2])


@pytest.fixture
async def patient(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Patient]:
    """A healthy installation."""
    async with healthy_file(tmp_path, sqlite_template) as made:
        yield made


async def test_a_healthy_installation_is_told_so(patient: Patient) -> None:
    patient.sandbox.settle()  # no update waits: Telegram is asked for as long as it takes

    code, said = await patient.doctor("--language", "en")

    assert code == 0, said
    assert "✗" not in said
    assert said.endswith("\nAll is well.\n")
    assert "✓ Token: accepted, the bot is @caiboshi_test_bot\n" in said
    assert "✓ Fetching: nobody else fetches this bot's updates\n" in said
    assert f"✓ Rights: {TITLE} ({patient.group}): administrator\n" in said


async def test_the_language_is_the_configured_one(patient: Patient) -> None:
    code, said = await patient.doctor()

    assert code == 0, said
    assert said.startswith("✓ 令牌：有效，机器人是 @caiboshi_test_bot\n")
    assert said.endswith("\n一切正常。\n")


async def test_a_cure_stands_below_its_fault(patient: Patient) -> None:
    patient.database.chmod(0o644)

    code, said = await patient.doctor("--language", "en")

    assert code == 1
    assert (
        f"✗ File modes: other users of this machine can read {patient.database}\n"
        f"    → chmod 600 {patient.database}\n"
    ) in said
    assert said.endswith("\nTo put right: 1\n")


def test_a_wrong_configuration_is_another_matter(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("[web]\nport = 99999\n", "utf-8")

    ended = caiboshi("doctor", folder=tmp_path)

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "caiboshi: config.toml [web] port = 99999: expected 0 to 65535 port number\n"


async def test_a_bot_that_privacy_mode_keeps_deaf_is_found(patient: Patient) -> None:
    patient.sandbox.act(patient.owner, "demote", chat=patient.group, user=patient.bot)

    faults = await patient.faults()

    assert [*faults] == ["privacy"]
    assert faults["privacy"][0].endswith(f"it hears only commands, in: {TITLE}")
    assert faults["privacy"][1].startswith("make the bot an administrator there")


async def test_a_bot_that_is_no_administrator_is_found(tmp_path: Path, sqlite_template: Path) -> None:
    async with healthy_file(tmp_path, sqlite_template, privacy=False) as patient:
        patient.sandbox.act(patient.owner, "demote", chat=patient.group, user=patient.bot)

        faults = await patient.faults_here()

    assert [*faults] == ["rights"]
    assert faults["rights"][0].endswith("no administrator, so the bot does not learn who comes and goes")
    assert faults["rights"][1].startswith("make the bot an administrator of the group")


async def test_a_bot_thrown_out_of_its_group_is_found(patient: Patient) -> None:
    patient.sandbox.act(patient.owner, "kick", chat=patient.group, user=patient.bot)

    faults = await patient.faults()

    assert [*faults] == ["rights"]
    assert faults["rights"][1].startswith(("add it again", "if the group still exists, add the bot again"))


async def test_a_taken_port_is_found(patient: Patient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        patient.env["CAIBOSHI__WEB__PORT"] = str(port)

        faults = await patient.faults()

    said, cure = (
        f"127.0.0.1:{port} is used by another program",
        "stop that program, or choose another web.port",
    )
    assert faults == {"port": (said, cure)}


async def test_a_token_in_a_file_that_all_can_read_is_found(patient: Patient) -> None:
    config = patient.folder / "config.toml"
    config.write_text(f'[telegram]\ntoken = "{patient.env.pop("CAIBOSHI__TELEGRAM__TOKEN")}"\n', "utf-8")
    config.chmod(0o644)

    bare = await patient.faults_here()
    config.chmod(0o600)
    closed = await patient.faults_here()

    assert bare == {"files": (f"other users of this machine can read {config}", f"chmod 600 {config}")}
    assert closed == {}


async def test_a_time_zone_unknown_here_is_found(patient: Patient) -> None:
    with contextlib.closing(sqlite3.connect(patient.database)) as connection, connection:
        connection.execute("UPDATE chat_group SET zone = 'Mars/Olympus'")

    faults = await patient.faults_here()

    assert [*faults] == ["zones"]
    assert faults["zones"][0] == f"{TITLE} lives in Mars/Olympus, which this machine does not know"
    assert faults["zones"][1].startswith("update the time zone data")


async def test_beside_the_running_bot_all_is_well_and_the_bot_is_not_disturbed(patient: Patient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        patient.env["CAIBOSHI__WEB__PORT"] = str(free.getsockname()[1])
    async with _running(patient):
        await patient.sandbox.drained()
        found = await patient.verdicts()

    assert [name for name, line in found.items() if line["verdict"] == "wrong"] == []
    assert found["fetching"]["said"] == "the running caiboshi gets the updates"
    assert found["port"]["said"].endswith("is used by the running caiboshi")
    assert [call for call in patient.sandbox.calls() if call["method"] == "getUpdates"] == []  # none failed


async def test_the_port_of_another_installation_is_not_taken_for_our_own(
    patient: Patient, sqlite_template: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        patient.env["CAIBOSHI__WEB__PORT"] = str(free.getsockname()[1])
    async with _running(patient):
        other = patient.folder / "other.db"
        shutil.copyfile(sqlite_template, other)
        other.chmod(0o600)
        patient.env |= {
            "CAIBOSHI__STORAGE__URL": f"sqlite:///{other}",
            "CAIBOSHI__TELEGRAM__TOKEN": patient.sandbox.add_bot("另一个", "another_test_bot")["token"],
        }
        faults = await patient.faults_here()

    assert [*faults] == ["port"]
    assert faults["port"][0].endswith("is used by another program")


async def test_a_running_bot_without_a_health_page_is_not_disturbed_either(patient: Patient) -> None:
    async with _running(patient):
        found = await patient.verdicts_here()

    assert found["fetching"]["said"] == "a caiboshi seems to run; asking Telegram would interrupt it"
    assert [call for call in patient.sandbox.calls() if call["method"] == "getUpdates"] == []


@contextlib.asynccontextmanager
async def _running(patient: Patient) -> AsyncIterator[None]:
    """Run the real bot until it says that it runs, and stop it afterwards."""
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        "run",
        cwd=patient.folder,
        env=PLAIN | {"PYTHONPATH": ROOT} | patient.env,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert (await process.stdout.readline()).startswith(b"running as @caiboshi_test_bot")
    try:
        yield
    finally:
        process.terminate()
        await process.communicate()


async def test_json_says_the_same(patient: Patient) -> None:
    _, plain = await patient.doctor("--language", "en")
    _, said = await patient.doctor("--language", "en", "--json")

    told = json.loads(said)
    assert told["well"] is True
    moving = ("telegram", "disk")  # the round trip and the free space
    same = [line for line in told["checks"] if line["check"] not in moving]
    assert [line["said"] for line in same if line["said"] not in plain] == []
    assert {line["verdict"] for line in told["checks"]} == {"good", "skipped"}
