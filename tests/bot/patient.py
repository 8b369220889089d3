"""A whole and healthy installation for `caiboshi doctor`, on which tests plant one fault after another."""

import asyncio
import contextlib
import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from bot.checks.machine import secrets
from bot.checks.report import report
from bot.config import load
from bot.doctor import examine
from bot.intake import ALLOWED_UPDATES
from features.members.model import GroupState
from kernel.clock import SystemClock
from kernel.ids import ChatId
from kernel.message import Language
from sandbox.sandbox import Sandbox
from sandbox.server import Address, serve
from storage.db import open_db
from storage.uow import SqlUow
from tests.bot.test_cli import caiboshi
from texts import catalog

Verdicts = dict[str, dict[str, Any]]
Faults = dict[str, tuple[str, str]]
TITLE = "阳光花园"


@dataclass(slots=True)
class Patient:
    """A bot of a sandbox, administrator of one enabled group, with everything it needs in `folder`."""

    sandbox: Sandbox
    address: Address
    folder: Path
    token: str
    bot: int
    owner: int
    group: int
    env: dict[str, str] = field(default_factory=dict)

    @property
    def database(self) -> Path:
        """The database file."""
        return self.folder / "caiboshi.db"

    async def doctor(self, *words: str) -> tuple[int, str]:
        """Run the real command; return its exit code and all that it said, which never holds the token."""
        ended = await asyncio.to_thread(caiboshi, "doctor", *words, folder=self.folder, **self.env)
        said = ended.stdout + ended.stderr
        assert self.token.partition(":")[2] not in said
        assert "Traceback" not in said
        return ended.returncode, said

    async def verdicts(self) -> Verdicts:
        """Return the findings of the real command by check, in English."""
        code, said = await self.doctor("--json", "--language", "en")
        told = json.loads(said)
        assert code == (0 if told["well"] else 1)
        return {line["check"]: line for line in told["checks"]}

    async def verdicts_here(self) -> Verdicts:
        """Return the same without a process of its own, which takes a second or two."""
        file = self.folder / "config.toml"
        config = load(file if file.exists() else None, self.env)
        findings = await examine(config, SystemClock(), file=file if file.exists() else None)
        told = report(findings, catalog.load(), Language.EN, secrets(config))
        return {line.check: line.object() for line in told.lines}

    async def faults(self) -> Faults:
        """Return check -> (what is wrong, its cure), as the real command says."""
        return _wrong(await self.verdicts())

    async def faults_here(self) -> Faults:
        """Return the same without a process of its own."""
        return _wrong(await self.verdicts_here())

    async def api(self, method: str, **params: Any) -> Any:
        """Call the Bot API as some other program with the same token would."""
        async with httpx.AsyncClient() as client:
            answer = await client.post(f"{self.address.base}{self.token}/{method}", json=params, timeout=60)
        return answer.json()

    def waiting_update(self) -> None:
        """Let somebody press Start, so that an update waits and no poll of the doctor takes long."""
        self.sandbox.act(int(self.sandbox.add_user("小林")["id"]), "start")


@contextlib.asynccontextmanager
async def healthy(folder: Path, database: str, *, privacy: bool = True) -> AsyncIterator[Patient]:
    """Open an installation over the database at that URL, which is at today's schema."""
    sandbox = Sandbox()
    bot = sandbox.add_bot("菜博士", "caiboshi_test_bot", privacy=privacy)
    owner = int(sandbox.add_user("林姐")["id"])
    group = int(sandbox.add_group(TITLE, owner)["id"])
    sandbox.act(owner, "promote", chat=group, user=bot["id"])
    await _enable(database, group)
    async with serve(sandbox) as address:
        patient = Patient(sandbox, address, folder, bot["token"], int(bot["id"]), owner, group)
        patient.env = {
            "CAIBOSHI__TELEGRAM__TOKEN": bot["token"],
            "CAIBOSHI__TELEGRAM__BASE_URL": address.base,
            "CAIBOSHI__STORAGE__URL": database,
            "CAIBOSHI__WEB__PORT": "0",
        }
        await patient.api("getUpdates", offset=-1, allowed_updates=list(ALLOWED_UPDATES))
        sandbox.settle()
        patient.waiting_update()
        yield patient


@contextlib.asynccontextmanager
async def healthy_file(folder: Path, template: Path, *, privacy: bool = True) -> AsyncIterator[Patient]:
    """Open an installation over a SQLite file, closed to others as the product makes it."""
    path = folder / "caiboshi.db"
    shutil.copyfile(template, path)
    path.chmod(0o600)
    async with healthy(folder, f"sqlite:///{path}", privacy=privacy) as patient:
        yield patient


async def _enable(database: str, chat: int) -> None:
    policy = load(None, {}).members

    def unit(uow: SqlUow) -> None:
        group = uow.groups.meet(ChatId(chat), title=TITLE, policy=policy, now=uow.now)
        uow.groups.move(group.id, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now)

    db = open_db(database, SystemClock())
    await db.run(unit)
    db.close()


def _wrong(found: Verdicts) -> Faults:
    return {name: (line["said"], line["cure"]) for name, line in found.items() if line["verdict"] == "wrong"}
