"""PostgreSQL dies, refuses, or hangs up after it was told to commit: the key makes a retry harmless."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from functools import partial

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError

from kernel.clock import ManualClock, SystemClock
from kernel.ids import MemberId
from storage import migrate
from storage.db import PostgresDb, open_db
from storage.patience import PatientDb
from storage.soundness import UNBALANCED
from storage.uow import SqlUow
from tests import postgres, shared_data
from tests.conftest import Disk
from tests.faults.conftest import Figures
from tests.faults.runs import FULL
from tests.storage.builders import a_member, credit

KILLS = 50 if FULL else 2
CALLERS = 32
CONFLICTING = 600 if FULL else 60
CUTS = 50 if FULL else 6
ENDING_SECONDS = 5.0  # the process's own limit
LEDGER = "SELECT count(*), sum(amount) FROM growth_ledger"


@pytest.fixture
def own_server() -> Iterator[postgres.Server]:
    """A server that may be killed."""
    folder = postgres.binaries()
    if folder is None:
        shared_data.unavailable("needs PostgreSQL: sudo apt-get install postgresql")
    with postgres.running(folder) as server:
        yield server


@pytest.mark.faults
@pytest.mark.timeout(600)
async def test_a_killed_server_loses_nothing_that_was_acknowledged(
    own_server: postgres.Server, figures: Figures
) -> None:
    chance = random.Random(17)
    url = own_server.url(own_server.create())
    migrate.upgrade(url)
    patient = PatientDb(open_db(url, SystemClock()))
    member = (await patient.run(a_member)).id
    told: dict[str, bool] = {}
    enough = asyncio.Event()

    async def go_on(caller: int) -> None:
        n = 0
        while not enough.is_set():
            key = f"{caller}-{n}"
            told[key] = await patient.run(partial(credit, member=member, key=key, amount=1))
            n += 1

    async with asyncio.TaskGroup() as group:
        for caller in range(CALLERS):
            group.create_task(go_on(caller))
        for _ in range(KILLS):
            before = len(told)
            while len(told) < before + CALLERS:
                await asyncio.sleep(0.01)
            await asyncio.sleep(chance.uniform(0, 0.1))
            own_server.kill()
            kept = dict(told)
            own_server.start()
            assert await _missing(url, kept) == set()
        enough.set()
    await asyncio.to_thread(patient.close)

    assert await Disk(url)(LEDGER) == [(len(told), len(told))]
    assert await Disk(url)(UNBALANCED) == [(0,)]
    figures(
        "17: kill -9 of the server, then its restart",
        database="PostgreSQL",
        done=f"{KILLS} kills",
        units=len(told),
        lost=0,
        doubled=0,
        also=f"{list(told.values()).count(False)} had committed unheard; their retry changed nothing",
    )


async def _missing(url: str, kept: dict[str, bool]) -> set[str]:
    return kept.keys() - {key for (key,) in await Disk(url)("SELECT event_key FROM growth_ledger")}


@pytest.mark.faults
@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
async def test_transactions_that_conflict_are_tried_again_until_each_has_its_effect_once(
    db_url: str, clock: ManualClock, check: Disk, figures: Figures
) -> None:
    chance = random.Random(40)
    patient = PatientDb(open_db(db_url, clock))
    members = await patient.run(lambda uow: [a_member(uow, user).id for user in range(1, 9)])
    tries = {"40001": 0, "40P01": 0}

    def serializable(uow: SqlUow, key: str, three: list[MemberId]) -> bool:
        tries["40001"] += 1
        uow.connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        uow.growth.account(three[0])
        return credit(uow, three[1], key=key, amount=1)

    def crosswise(uow: SqlUow, key: str, three: list[MemberId]) -> bool:
        tries["40P01"] += 1
        uow.connection.exec_driver_sql("SET LOCAL deadlock_timeout = '10ms'")
        return all([credit(uow, member, key=f"{key}-{member}", amount=1) for member in three])  # noqa: C419 - every one, not up to the first

    told = []
    for start in range(0, CONFLICTING, 30):
        chosen = {n: chance.sample(members, 3) for n in range(start, start + 30)}
        skewed = (partial(serializable, key=f"s{n}", three=three) for n, three in chosen.items())
        told += await asyncio.gather(*(patient.run(unit) for unit in skewed))
        crossed = (partial(crosswise, key=f"c{n}", three=three) for n, three in chosen.items())
        told += await asyncio.gather(*(patient.run(unit) for unit in crossed))
    await asyncio.to_thread(patient.close)

    effects = CONFLICTING * (1 + 3)
    assert told == [True] * (2 * CONFLICTING)
    assert min(tries.values()) > CONFLICTING
    assert await check(LEDGER) == [(effects, effects)]
    assert await check(UNBALANCED) == [(0,)]
    again = {state: count - CONFLICTING for state, count in tries.items()}
    figures(
        "17: transactions in conflict",
        done=f"{again['40001']} serialization failures, {again['40P01']} deadlocks",
        units=2 * CONFLICTING,
        lost=0,
        doubled=0,
    )


@dataclass
class CuttingProxy:
    """A TCP proxy before the server that can hang up at a COMMIT: before the server hears it, or after."""

    socket: str
    chance: random.Random = field(default_factory=lambda: random.Random(18))
    left: int = 0
    heard: int = 0
    unheard: int = 0
    port: int = 0

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Listen while the block runs."""
        async with await asyncio.start_server(self._serve, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            yield

    async def _serve(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        said, server = await asyncio.open_unix_connection(self.socket)
        try:
            back = asyncio.ensure_future(self._forward(said, answers))
            while asked := await client.read(65_536):
                if b"COMMIT" in asked and self.left and self.chance.random() < 0.5:
                    self.left -= 1
                    back.cancel()
                    await asyncio.wait([back])  # it was reading; now the next line may
                    await self._hang_up(asked, said, server)
                    break
                server.write(asked)
            back.cancel()
        finally:
            answers.close()
            server.close()

    async def _hang_up(self, asked: bytes, said: asyncio.StreamReader, server: asyncio.StreamWriter) -> None:
        if self.chance.random() < 0.3:
            self.unheard += 1
            return
        self.heard += 1
        server.write(asked)
        assert b"COMMIT" in await said.read(65_536)

    @staticmethod
    async def _forward(said: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        while piece := await said.read(65_536):
            answers.write(piece)
        answers.close()


@pytest.mark.faults
@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
async def test_a_connection_cut_after_the_commit_was_sent_has_one_effect(
    db_url: str, postgres_server: postgres.Server, clock: ManualClock, check: Disk, figures: Figures
) -> None:
    proxy = CuttingProxy(f"{postgres_server.home}/.s.PGSQL.5432")
    async with proxy.serving():
        _, _, name = db_url.partition("@/")
        url = f"postgresql+psycopg://caiboshi@127.0.0.1:{proxy.port}/{name.partition('?')[0]}"
        patient = PatientDb(PostgresDb(make_url(url), clock))
        member = (await patient.run(a_member)).id
        told: dict[str, bool] = {}
        proxy.left = CUTS
        while proxy.left:
            keys = [f"k{len(told) + n}" for n in range(12)]
            done = await asyncio.gather(
                *(patient.run(partial(credit, member=member, key=key, amount=1)) for key in keys)
            )
            told |= dict(zip(keys, done, strict=True))
        await asyncio.to_thread(patient.close)

    unheard_of = list(told.values()).count(False)  # a key may be cut off twice
    assert 0 < unheard_of <= proxy.heard
    assert await check(LEDGER) == [(len(told), len(told))]
    assert await check(UNBALANCED) == [(0,)]
    figures(
        "17: connection cut at the COMMIT",
        done=f"{CUTS} cuts: {proxy.heard} after the server had it, {proxy.unheard} before",
        units=len(told),
        lost=0,
        doubled=0,
    )


@pytest.mark.faults
async def test_a_server_that_stands_still_keeps_nobody_from_ending(own_server: postgres.Server) -> None:
    url = own_server.url(own_server.create())
    migrate.upgrade(url)
    db, loop = open_db(url, SystemClock()), asyncio.get_running_loop()
    await db.run(lambda uow: uow.claims.take("a"))
    with own_server.standing_still():
        asked = asyncio.ensure_future(db.run(lambda uow: uow.claims.take("b")))
        began = loop.time()
        await asyncio.to_thread(db.close)
        took = loop.time() - began
        (fault,) = await asyncio.gather(asked, return_exceptions=True)

    assert isinstance(fault, OperationalError)
    assert took < ENDING_SECONDS
