"""What a start of the product brings into the process."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from sandbox.sandbox import Sandbox
from sandbox.server import serve
from storage import migrate
from tests.faults.runs import Bot

HEAVY = {"jieba", "snownlp", "numpy", "pandas", "matplotlib", "scipy", "sklearn"}
UNUSED = {
    "aiohttp_socks",
    "sqlalchemy.dialects.postgresql",
    "alembic",
    "mako",
    "psycopg",
    "python_calamine",
    "xlsxwriter",
    "psycopg_binary",
    "sandbox",
    "sse_starlette",
    "pydantic",
}
UNUSED_OF_OURS = {"bot.demo", "bot.story", "bot.doctor", "bot.checks"}


async def test_a_damaged_file_ends_the_start_with_one_line(tmp_path: Path) -> None:
    file = tmp_path / "damaged.db"
    migrate.upgrade(f"sqlite:///{file}")
    with file.open("r+b") as pages:
        pages.seek(4096)
        pages.write(b"\xff" * (file.stat().st_size - 4096))
    sandbox = Sandbox(seed=1)
    token = str(sandbox.add_bot("Bot", "starting_bot")["token"])
    async with serve(sandbox) as address:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            env=os.environ
            | {
                "CAIBOSHI__TELEGRAM__TOKEN": token,
                "CAIBOSHI__TELEGRAM__BASE_URL": address.base,
                "CAIBOSHI__STORAGE__URL": f"sqlite:///{file}",
                "CAIBOSHI__WEB__PORT": "0",
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        _, said = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 2, said.decode()
    assert "put a copy back with caiboshi restore" in said.decode().splitlines()[-1]


@pytest.mark.parametrize("method", ["getMe", "setMyCommands"])
async def test_asked_to_stop_while_telegram_hangs_at_the_start_it_goes(
    db_url: str, tmp_path: Path, method: str
) -> None:
    sandbox = Sandbox(seed=1)
    token = str(sandbox.add_bot("Bot", "starting_bot")["token"])
    now = asyncio.get_running_loop().time
    async with serve(sandbox) as address:
        bot = Bot(address.base, token, db_url, tmp_path / "log", CAIBOSHI__SENDING__LEASE_SECONDS="15")
        sandbox.fault("hang", method=method, seconds=600)
        await bot.begin()
        async with asyncio.timeout(20):
            while sandbox.faults():  # until it is met
                await asyncio.sleep(0.05)
        asked_at = now()
        code = await bot.end(signal.SIGTERM)
        took, ended_at = now() - asked_at, now()
        said = bot.log
        await bot.start()
        again = now() - ended_at
        await bot.end(signal.SIGTERM)

    assert (code, said) == (0, "")
    assert took < 5
    assert again < 10  # the first one let the bot go: nobody waits for its lease to run out


async def test_run_starts_with_nothing_it_does_not_need(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'start.db'}"
    migrate.upgrade(database)
    sandbox = Sandbox(seed=1)
    token = str(sandbox.add_bot("Bot", "starting_bot")["token"])
    log = tmp_path / "imports"
    async with serve(sandbox) as address:
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-X", "importtime", "-m", "bot", "run"),
                env=os.environ
                | {
                    "CAIBOSHI__TELEGRAM__TOKEN": token,
                    "CAIBOSHI__TELEGRAM__BASE_URL": address.base,
                    "CAIBOSHI__STORAGE__URL": database,
                    "CAIBOSHI__WEB__PORT": "0",
                },
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
            )
        assert process.stdout is not None
        started = await process.stdout.readline()
        process.terminate()
        await process.wait()

    modules = [line.rpartition("|")[2].strip() for line in log.read_text("utf-8").splitlines() if "|" in line]
    imported = {*modules, *(module.partition(".")[0] for module in modules)}
    assert started.startswith(b"running as"), log.read_text("utf-8")[-2000:]
    assert {"bot", "telegram", "sqlalchemy"} <= imported  # the list is read right
    assert imported & (HEAVY | UNUSED | UNUSED_OF_OURS) == set()
