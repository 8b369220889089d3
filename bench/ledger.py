"""Rows 5 and 6: a ledger row and its balance in one transaction, 64 callers at once."""

import contextlib
import shutil
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from bench.databases import postgres_server
from bench.process import Contestant, contestant
from bench.rounds import Plan, alternate
from bench.table import Bar, Result, ratios
from storage import migrate
from storage.migrate import engine_for

BARE = Bar("5", "ledger unit by Db.run, SQLite FULL, 64 callers, vs a bare sqlite3 loop, rate", 1.2, False)
ASYNC = Bar("5", "the same vs SQLAlchemy-async + aiosqlite, rate", 6.0, False)
ASYNC_CPU = Bar("5", "the same, CPU (storage.md §7)", 0.20)
RAW = Bar(
    "6",
    "ledger unit by Db.run, PostgreSQL, 64 callers, vs two statements of raw asyncpg, rate",
    0.4,
    at_most=False,
)
CALLERS = "64"

_MEMBERS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
INSERT INTO member (id, user_id, name, language, met_at, reachable, large, language_chosen)
SELECT i, i, '', 'zh_CN', 0, 1, 0, 0 FROM n
"""
_ACCOUNTS = """
INSERT INTO growth_account (member_id, growth, points, level, review_attempts, on_board)
SELECT id, 0, 0, 0, 0, 1 FROM member
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """Units a second, and the CPU seconds of the process for one."""

    per_second: float
    cpu_seconds: float


def fill(url: str, members: int) -> None:
    """Make a database of the product's schema with so many members and their accounts."""
    migrate.create(url)
    engine = engine_for(url)
    with engine.begin() as connection:
        connection.execute(text(_MEMBERS.format(count=members)))
        connection.execute(text(_ACCOUNTS))
        connection.execute(text("ANALYZE"))
    engine.dispose()


async def on_sqlite(plan: Plan) -> list[Result]:
    """Row 5."""
    count, members = plan.count(4000, 128), plan.count(100_000, 1000)
    async with contextlib.AsyncExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        full = folder / "full.db"
        fill(f"sqlite:///{full}", members)
        ours, bare, textbook = (
            shutil.copy(full, folder / f"{name}.db") for name in ("ours", "bare", "async")
        )
        sides = {
            "ours": contestant("bench.ours.ledger", f"sqlite:///{ours}", str(members), CALLERS),
            "bare": contestant("bench.rivals.bare_sqlite", str(bare), str(members)),
            "async": contestant("bench.rivals.sqlalchemy_async", str(textbook), str(members), CALLERS),
        }
        running = {name: await held.enter_async_context(side) for name, side in sides.items()}
        for side in running.values():
            await side.work(plan.count(500, 64))
        runs = {name: lambda side=side: rate(side, count) for name, side in running.items()}
        used = await alternate(runs, plan.rounds)
    mine = used["ours"]
    return [
        rate_result(BARE, mine, used["bare"]),
        rate_result(ASYNC, mine, used["async"]),
        Result(
            ASYNC_CPU,
            [ours.cpu_seconds / other.cpu_seconds for ours, other in zip(mine, used["async"], strict=True)],
            f"{_cpu(mine)} vs {_cpu(used['async'])} CPU",
        ),
    ]


async def on_postgres(plan: Plan) -> list[Result]:
    """Row 6."""
    count, members = plan.count(2000, 128), plan.count(100_000, 1000)
    async with contextlib.AsyncExitStack() as held:
        server = held.enter_context(postgres_server())
        template = server.create()
        fill(server.url(template), members)
        mine, theirs = server.create(template), server.create(template)
        ours = await held.enter_async_context(
            contestant("bench.ours.ledger", server.url(mine), str(members), CALLERS)
        )
        raw = await held.enter_async_context(
            contestant("bench.rivals.raw_asyncpg", server.url(theirs), str(members), CALLERS)
        )
        for side in (ours, raw):
            await side.work(plan.count(500, 64))
        used = await alternate(
            {"ours": lambda: rate(ours, count), "raw": lambda: rate(raw, count)}, plan.rounds
        )
    return [rate_result(RAW, used["ours"], used["raw"])]


async def rate(side: Contestant, count: int) -> Rate:
    """Let a contestant do `count` units."""
    cpu = side.cpu_seconds
    wall = await side.work(count)
    return Rate(count / wall, (side.cpu_seconds - cpu) / count)


def rate_result(bar: Bar, mine: list[Rate], theirs: list[Rate]) -> Result:
    """Return the ratios of two rates."""
    ours, others = [run.per_second for run in mine], [run.per_second for run in theirs]
    return Result(
        bar, ratios(ours, others), f"{statistics.median(ours):.0f}/s vs {statistics.median(others):.0f}/s"
    )


def _cpu(runs: list[Rate]) -> str:
    return f"{statistics.median([run.cpu_seconds for run in runs]) * 1e6:.0f} µs"
