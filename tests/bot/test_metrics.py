"""The figures of /metrics are those of the database, and asking for them is cheap."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import httpx
import pytest
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import func, select, update

from bot.config import Mode
from bot.wiring import build_web
from kernel.ids import ChatId
from kernel.message import Kind, MessageClass, Outgoing, Text
from storage import views
from storage.outbox import outbox
from storage.uow import SqlUow
from tests.postgres import without_connections
from tests.world import World, open_world

Figures = dict[str, float]


async def scrape(world: World) -> Figures:
    """Return every sample, by its name with its labels."""
    transport = httpx.ASGITransport(app=build_web(world.runtime))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.get("/metrics")
    assert (answer.status_code, answer.headers["content-type"]) == (
        200,
        "text/plain; version=0.0.4; charset=utf-8",
    )
    return {
        sample.name + "".join(f" {name}={value}" for name, value in sample.labels.items()): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def one(world: World, sql: str) -> int:
    """Return the one number that `sql` selects."""
    return int(world.rows(sql)[0][0])


async def test_the_figures_are_those_of_the_database(db_url: str) -> None:
    async with open_world(db_url, mode=Mode.WEBHOOK) as world:
        await world.opens_group()
        member = await world.member()
        world.sandbox.fault("drop_after", method="sendMessage")
        await world.says(member, "积分")
        world.sandbox.fault("duplicate", method="getUpdates", ratio=1, times=2)
        await world.says(member, "帮助")
        await world.says(member, "设置")
        await world.settle()

        found = await scrape(world)

        assert found["caiboshi_updates_taken_in_total"] == one(
            world, "SELECT count(*) FROM inbox WHERE source = 'telegram'"
        )
        assert found["caiboshi_updates_duplicate_total"] == 2
        assert found["caiboshi_updates_handled_total"] == one(
            world, "SELECT count(*) FROM inbox WHERE state = 'done'"
        )
        assert found["caiboshi_updates_parked_total"] == 0
        assert found["caiboshi_lane_rows"] == 0
        for result in ("sent", "unknown"):
            assert found[f"caiboshi_sends_total result={result}"] == one(
                world, f"SELECT count(*) FROM outbox WHERE state = '{result}'"
            )
        assert found["caiboshi_sends_total result=unknown"] == 1
        assert found["caiboshi_outbox_rows state=pending"] == 0
        assert found["caiboshi_outbox_oldest_due_seconds"] == 0
        assert found["caiboshi_unit_seconds_count"] > found["caiboshi_updates_handled_total"]
        assert 0 <= found["caiboshi_telegram_contact_age_seconds"] < 60


async def test_what_waits_is_told_with_how_long(db_url: str) -> None:
    async with open_world(db_url) as world:
        for state, due in (("pending", -90), ("pending", 3600), ("pending", -5), ("claimed", -500)):
            await world.runtime.db.run(partial(put, state=state, due_seconds=due))

        found = await scrape(world)

        assert found["caiboshi_outbox_rows state=pending"] == 3
        assert found["caiboshi_outbox_rows state=in_hand"] == 1
        assert found["caiboshi_outbox_oldest_due_seconds"] == 90


def put(uow: SqlUow, state: str, due_seconds: int) -> None:
    """Put a message into the outbox that is due so many seconds from now, and in that state."""
    due = uow.now + timedelta(seconds=due_seconds)
    text = Text("members.enabled")
    uow.outbox.put(Outgoing(Kind.SEND, ChatId(5), MessageClass.NOTICE, text=text, not_before=due))
    last = uow.connection.execute(select(func.max(outbox.c.id))).scalar_one()
    uow.connection.execute(
        update(outbox).where(outbox.c.id == last).values(state=state, epoch=None if state == "pending" else 1)
    )


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
async def test_a_database_that_does_not_answer_leaves_the_other_figures(db_url: str) -> None:
    async with open_world(db_url) as world:
        with without_connections(world.runtime.db.url):
            found = await scrape(world)

    assert "caiboshi_updates_taken_in_total" in found
    assert [name for name in found if "outbox" in name] == []


async def test_two_products_in_one_process_count_apart(tmp_path: Path) -> None:
    async with (
        open_world(f"sqlite:///{tmp_path / 'one.db'}") as busy,
        open_world(f"sqlite:///{tmp_path / 'two.db'}") as idle,
    ):
        await busy.opens_group()

        assert (await scrape(busy))["caiboshi_updates_taken_in_total"] > 0
        assert (await scrape(idle))["caiboshi_updates_taken_in_total"] == 0
        assert [f.name for f in REGISTRY.collect() if f.name.startswith("caiboshi")] == []


async def test_asking_reads_no_table_but_through_its_small_indexes(db_url: str) -> None:
    async with open_world(db_url) as world:
        plan = await world.runtime.db.run(_plan)

    assert "ix_outbox_pending" in plan
    assert "ix_outbox_taken" in plan
    assert "SCAN outbox\n" not in plan
    assert "Seq Scan" not in plan


def _plan(uow: SqlUow) -> str:
    query = str(views.outbox_standing().compile(uow.connection))
    if uow.connection.dialect.name == "sqlite":
        return "".join(
            f"{row.detail}\n" for row in uow.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}")
        )
    uow.connection.exec_driver_sql("SET LOCAL enable_seqscan = off")  # as if the table were not empty
    return "".join(f"{row[0]}\n" for row in uow.connection.exec_driver_sql(f"EXPLAIN {query}"))
