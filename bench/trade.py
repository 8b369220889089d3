"""Rows 11 to 13: a typed order from the wire to the rows, a deal's end, and the reader alone."""

import asyncio
import contextlib
import sqlite3
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert, make_url, text

from bench.databases import postgres_server
from bench.messages import Side, Used, ptb_echo, until
from bench.process import contestant
from bench.rounds import Plan, alternate
from bench.table import Bar, Result, micro, ratios
from bench.town import Account, Town, town
from bot import config as configuration
from bot.services import build_app
from features.app.hearing import offer_of
from features.groupbuy.model import DealState, Goods, Offered, Terms
from features.jielong.lexicon import compile_lexicon
from features.jielong.reading import read
from features.members.model import CameBy, GroupState, Person
from kernel.clock import ManualClock, SystemClock
from kernel.ids import ChatId, DealId, GroupId, MemberId, UserId
from kernel.message import Language
from kernel.money import Fen, Milli
from storage import migrate
from storage.db import open_db
from storage.migrate import engine_for
from storage.orders import order_change, order_line, purchase_order
from storage.uow import SqlUow

ORDERED = Bar("11", "a typed order, read, taken and nodded at, SQLite FULL, vs bare PTB echo, CPU", 1.00)
ORDERED_ON_POSTGRES = Bar("11", "the same on PostgreSQL", 1.50)
CLOSED = Bar("12", "closing a deal: cost of a line, 10,000 vs 1,000 lines, SQLite", 1.50)
CLOSED_ON_POSTGRES = Bar("12", "the same on PostgreSQL", 1.50)
READ = Bar("13", "messages a second that the reader reads on one core vs 3,000", 1.00, at_most=False)
_MESSAGES = Path(__file__).with_name("orders.txt")
_NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
_HOUR = timedelta(hours=1)
_NEEDED = 3000  # messages a second
_UNFINISHED = """
SELECT (SELECT count(*) FROM inbox WHERE state = 'new')
     + (SELECT count(*) FROM outbox WHERE state IN ('pending', 'claimed', 'sending') AND call = 'react')
"""


def words() -> list[str]:
    """Return messages as neighbours type them; the first is an order that can be said again and again."""
    return _MESSAGES.read_text("utf-8").splitlines()


def goods() -> tuple[Goods, ...]:
    """Return what the messages are about."""
    named = (line.partition("=") for line in _MESSAGES.with_name("goods.txt").read_text("utf-8").splitlines())
    return tuple(
        Goods(
            f"G{at}",
            name,
            unit.split()[0],
            Fen(500 + at),
            step=Milli(500),
            supplier="s",
            batch="b",
            origin="o",
        )
        for at, (name, _, unit) in enumerate(named)
    )


async def ordered(plan: Plan) -> list[Result]:
    """Row 11."""
    return [*await _ordered_on(None, plan), *await _on_server(plan)]


async def _on_server(plan: Plan) -> list[Result]:
    with postgres_server() as server:
        name = server.create()
        return await _ordered_on(server.url(name), plan)


async def _ordered_on(url: str | None, plan: Plan) -> list[Result]:
    count = plan.count(1000, 20)
    async with contextlib.AsyncExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory()))
        place = await held.enter_async_context(town())
        ours = await held.enter_async_context(_shop(place, url or f"sqlite:///{folder / 'shop.db'}"))
        echo = await held.enter_async_context(ptb_echo(place))
        order = words()[0]

        async def orders(number: int) -> Used:
            return await _says(ours, order, number)

        await orders(plan.count(400, 10))
        await echo.echoes(plan.count(400, 10))
        used = await alternate(
            {"ours": lambda: orders(count), "echo": lambda: echo.echoes(count)}, plan.rounds
        )
    mine, theirs = ([run.cpu_seconds for run in used[name]] for name in ("ours", "echo"))
    rate = count / statistics.median(run.wall_seconds for run in used["ours"])
    beside = f"{micro(mine, count)} vs {micro(theirs, count)} CPU; {rate:.0f} orders/s"
    return [Result(ORDERED if url is None else ORDERED_ON_POSTGRES, ratios(mine, theirs), beside)]


async def _says(side: Side, order: str, count: int) -> Used:
    """Let `count` orders lie ready, and wait until each is taken and nodded at."""
    sandbox, homes = side.town.sandbox, side.account.homes
    cpu = side.running.cpu_seconds
    for number in range(count):
        person, group = homes[number % len(homes)]
        sandbox.act(person, "send", chat=group, text=order)
    begun = time.perf_counter()
    async with asyncio.timeout(600):
        await sandbox.drained()
        await until(lambda: side.left() == 0)
        wall = time.perf_counter() - begun
        await side.running.still()
    return Used(side.running.cpu_seconds - cpu, wall)


@contextlib.asynccontextmanager
async def _shop(place: Town, url: str) -> AsyncIterator[Side]:
    """Run the product with an open deal in every group."""
    account = place.account("shop_bot")
    await _open_shop(account, url)
    env = {
        "CAIBOSHI__TELEGRAM__TOKEN": account.token,
        "CAIBOSHI__TELEGRAM__BASE_URL": place.base,
        "CAIBOSHI__STORAGE__URL": url,
    }
    with _unfinished(url) as left:
        async with contestant("bench.ours.bot", env=env) as running:
            yield Side(place, account, running, left)


async def _open_shop(account: Account, url: str) -> None:
    migrate.upgrade(url)
    policy = configuration.load(None, {}).members

    def unit(uow: SqlUow) -> None:
        for person, chat in account.homes:
            group = uow.groups.meet(ChatId(chat), title="Sunny Gardens", policy=policy, now=uow.now)
            known = uow.members.meet(Person(UserId(person), "Neighbour", Language.ZH_CN), now=uow.now)
            if uow.groups.move(group.id, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now):
                _open(uow, group.id, known.id, uow.now)
            uow.members.enter(known.id, group.id, came_by=CameBy.SEEN, now=uow.now)

    db = open_db(url, SystemClock())
    await db.run(unit)
    db.close()


def _open(uow: SqlUow, group: GroupId, leader: MemberId, now: datetime) -> DealId:
    terms = Terms("deal", now + 8 * _HOUR, None, now + 30 * _HOUR, now + 33 * _HOUR)
    made = uow.deals.add(group, terms, goods(), by=leader, now=now)
    uow.deals.move(made.id, before=made.state, after=DealState.OPEN)
    return made.id


@contextlib.contextmanager
def _unfinished(url: str) -> Iterator[Callable[[], int]]:
    """Yield a look at how much is neither handled nor nodded at."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        path = Path(where.database or "").absolute()
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as file:
            yield lambda: int(file.execute(_UNFINISHED).fetchone()[0])
        return
    engine = engine_for(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        yield lambda: int(connection.execute(text(_UNFINISHED)).scalar_one())
    engine.dispose()


async def closed(plan: Plan) -> list[Result]:
    """Row 12."""
    with tempfile.TemporaryDirectory() as folder:
        results = [await _closed_on(f"sqlite:///{folder}/close.db", CLOSED, plan)]
    with postgres_server() as server:
        results.append(await _closed_on(server.url(server.create()), CLOSED_ON_POSTGRES, plan))
    return results


async def _closed_on(url: str, bar: Bar, plan: Plan) -> Result:
    migrate.upgrade(url)
    clock = ManualClock(_NOON)
    db, app = open_db(url, clock), build_app(configuration.load(None, {}))

    async def close(lines: int) -> float:
        deal = await db.run(lambda uow: _filled(uow, lines))
        begun = time.perf_counter()
        await db.run(lambda uow: app.closing.close(uow, deal=deal, by=MemberId(1)))
        return (time.perf_counter() - begun) / lines

    many, few = plan.count(10_000, 200), plan.count(1_000, 50)
    await close(few)
    runs = {"many": lambda: close(many), "few": lambda: close(few)}
    used = await alternate(runs, plan.rounds)
    db.close()
    costs = (statistics.median(used[name]) * 1e6 for name in ("many", "few"))
    beside = "{:.1f} vs {:.1f} µs a line".format(*costs)
    return Result(bar, ratios(used["many"], used["few"]), beside)


def _filled(uow: SqlUow, lines: int) -> DealId:
    """Return a new open deal with so many orders of one line each."""
    policy = configuration.load(None, {}).members
    group = uow.groups.meet(ChatId(-1), title="Sunny Gardens", policy=policy, now=uow.now)
    leader = uow.members.meet(Person(UserId(1), "Leader", Language.ZH_CN), now=uow.now)
    deal = _open(uow, group.id, leader.id, uow.now)
    item = uow.deals.items((deal,))[0]
    order = {
        **{"deal_id": deal, "member_id": leader.id, "called": "", "address": "", "phone": "", "by_staff": 1},
        **{"state": "open", "placed_at": uow.now, "note": "", "goods_fen": 0, "off_fen": 0, "fee_fen": 0},
        **{"paid_fen": 0, "refunded_fen": 0},
    }
    rows = [order | {"recipient": str(number)} for number in range(lines)]
    made = uow.connection.execute(insert(purchase_order).returning(purchase_order.c.id), rows).scalars()
    orders = list(made)
    line = {"item_id": item.id, "qty_milli": 1000, "price_fen": 500, "note": "", "extra_milli": 0}
    uow.connection.execute(
        insert(order_line), [line | {"order_id": own, "placed_at": uow.now} for own in orders]
    )
    change = {"item_id": item.id, "delta_milli": 1000, "at": uow.now, "via": "text"}
    uow.connection.execute(insert(order_change), [change | {"order_id": own} for own in orders])
    uow.deals.take(item.id, Milli(1000 * lines))
    return deal


async def read_alone(plan: Plan) -> list[Result]:
    """Row 13."""
    clock = ManualClock(_NOON)
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/read.db"
        migrate.upgrade(url)
        db = open_db(url, clock)

        def offered(uow: SqlUow) -> Offered:
            deal = _filled(uow, 1)
            return Offered((), uow.deals.items((deal,)), "")

        lexicon = compile_lexicon(offer_of(await db.run(offered)))
        db.close()
    said, times = words(), plan.count(40, 1)

    def reads() -> float:
        begun = time.process_time()
        for _ in range(times):
            for each in said:
                read(each, lexicon)
        return times * len(said) / (time.process_time() - begun)

    rates = [reads() for _ in range(plan.rounds)]
    beside = f"{statistics.median(rates):.0f} messages/s, CPU time, {len(said)} messages as people type them"
    return [Result(READ, [rate / _NEEDED for rate in rates], beside)]
