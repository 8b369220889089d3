"""A sandbox with bots that do not know of each other, each with groups and people of its own."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

from bot import config as configuration
from features.members.model import CameBy, GroupState, Person
from kernel.clock import SystemClock
from kernel.ids import ChatId, UserId
from kernel.message import Language
from sandbox.sandbox import Sandbox
from sandbox.server import Address, serve
from storage import migrate
from storage.db import open_db
from storage.uow import SqlUow

GROUPS, NEIGHBOURS = 50, 4
PEOPLE = GROUPS * NEIGHBOURS
_TITLE, _NAME = "Sunny Gardens", "Neighbour"
_WORDS = "Are there tomatoes this week?"
_UNFINISHED = """
SELECT (SELECT count(*) FROM inbox WHERE state = 'new')
     + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'claimed', 'sending'))
"""


@dataclass(frozen=True, slots=True)
class Account:
    """A bot, and who is around it: each person with the group they are in."""

    id: int
    token: str
    homes: tuple[tuple[int, int], ...]  # (person, group)


class Town:
    """The sandbox of one row, served on loopback by the process that keeps the time."""

    def __init__(self, sandbox: Sandbox, address: Address) -> None:
        self.sandbox, self.base = sandbox, address.base

    def account(self, username: str) -> Account:
        """Add a bot that administers its groups and has heard of nothing yet."""
        town = self.sandbox
        bot = town.add_bot(_NAME, username)
        homes: list[tuple[int, int]] = []
        for _ in range(GROUPS):
            owner = int(town.add_user("Owner")["id"])
            group = int(town.add_group(_TITLE, owner)["id"])
            town.act(owner, "promote", chat=group, user=bot["id"])
            for _ in range(NEIGHBOURS):
                person = int(town.add_user(_NAME)["id"])
                town.act(person, "join", chat=group)
                homes.append((person, group))
        town.settle()
        return Account(int(bot["id"]), str(bot["token"]), tuple(homes))

    def say_in_group(self, account: Account, number: int) -> None:
        """Let the next person say something in their group."""
        person, group = account.homes[number % PEOPLE]
        self.sandbox.act(person, "send", chat=group, text=_WORDS)

    def say_in_private(self, account: Account, number: int) -> None:
        """Let the next person write to the bot."""
        person, _ = account.homes[number % PEOPLE]
        self.sandbox.act(person, "send", text=_WORDS, bot=account.id)


@contextlib.asynccontextmanager
async def town() -> AsyncIterator[Town]:
    """Serve an empty town for as long as the block lasts."""
    sandbox = Sandbox(seed=1)
    async with serve(sandbox) as address:
        yield Town(sandbox, address)


async def move_in(account: Account, database: Path) -> dict[str, str]:
    """Make a database in which the groups are enabled and all people agreed; return what names it."""
    url = f"sqlite:///{database}"
    migrate.create(url)
    policy = configuration.load(None, {}).members

    def unit(uow: SqlUow) -> None:
        for person, chat in account.homes:
            group = uow.groups.meet(ChatId(chat), title=_TITLE, policy=policy, now=uow.now)
            uow.groups.move(group.id, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now)
            known = uow.members.meet(Person(UserId(person), _NAME, Language.ZH_CN), now=uow.now)
            uow.members.enter(known.id, group.id, came_by=CameBy.SEEN, now=uow.now)
            uow.members.consent(known.id, name=_NAME, now=uow.now)

    db = open_db(url, SystemClock())
    await db.run(unit)
    db.close()
    return {"CAIBOSHI__TELEGRAM__TOKEN": account.token, "CAIBOSHI__STORAGE__URL": url}


def unfinished(database: Path) -> Callable[[], int]:
    """Return a look at how much the product's file holds that is not done or sent."""
    connection = sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True)
    return lambda: int(connection.execute(_UNFINISHED).fetchone()[0])
