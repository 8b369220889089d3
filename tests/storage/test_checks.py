"""The audit: clean over a life of money, and each check breaks when its rows are made to lie."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import make_url, text

from bot.__main__ import cli
from features.payments.model import RefundReason
from features.payments.refunds import Why
from kernel.clock import ManualClock
from kernel.ids import MemberId
from kernel.money import Fen, Milli
from storage import checks, migrate
from storage.checks import CHECKS
from storage.db import open_db
from storage.uow import SqlUow
from tests.conftest import NOW
from tests.features.purse import a_design, an_open, give
from tests.ledger import MONEY, a_deal, collect, pays, sold
from tests.storage.builders import credit

LIES = {
    "growth_balances": ["UPDATE growth_account SET points = points + 1"],
    "stock_is_sum_of_lines": ["UPDATE deal_item SET taken_milli = taken_milli + 500 WHERE no = 1"],
    "stock_not_negative": ["UPDATE deal_item SET stock_milli = 1 WHERE no = 1"],
    "line_is_sum_of_changes": ["UPDATE order_change SET delta_milli = delta_milli + 1 WHERE id = 1"],
    "change_has_line": [
        "INSERT INTO order_change (order_id, item_id, delta_milli, at, via) "
        "SELECT max(o.id), (SELECT max(id) FROM deal_item), 0, 0, 'tap' FROM purchase_order o"
    ],
    "line_of_its_deal": [
        "UPDATE order_line SET item_id = (SELECT max(id) FROM deal_item) "
        "WHERE id = (SELECT min(id) FROM order_line)"
    ],
    "goods_are_sum_of_lines": ["UPDATE purchase_order SET goods_fen = goods_fen + 1 WHERE id = 1"],
    "line_amount_explained": [
        "UPDATE order_line SET amount_fen = amount_fen + 1 WHERE id = 1",
        "UPDATE purchase_order SET goods_fen = goods_fen + 1 WHERE id = 1",
    ],
    "line_not_negative": ["UPDATE order_line SET amount_fen = -1 WHERE id = 1"],
    "paid_is_sum_of_payments": ["UPDATE payment SET amount_fen = amount_fen + 1 WHERE id = 1"],
    "refunded_is_sum_of_refunds": ["UPDATE purchase_order SET refunded_fen = refunded_fen - 1 WHERE id = 1"],
    "money_not_negative": ["UPDATE purchase_order SET refunded_fen = paid_fen + 1 WHERE id = 1"],
    "coupons_are_counted": ["UPDATE coupon_template SET taken = taken + 1"],
    "coupon_budget_is_counted": ["UPDATE coupon_template SET spent = spent + 1"],
    "refund_has_one_story": ["UPDATE refund_part SET fen = fen + 1"],
    "refund_line_of_its_order": [
        "UPDATE refund_part SET line_id = (SELECT max(id) FROM order_line WHERE order_id = 2)"
    ],
    "claim_stops_the_clock": [
        "UPDATE payment SET state = 'claimed' WHERE id = 2",
        "UPDATE purchase_order SET claimed_at = NULL WHERE id = 2",
    ],
    "void_holds_nothing": ["UPDATE purchase_order SET state = 'void' WHERE id = 2"],
    "commission_of_closed_windows": ["UPDATE order_window SET closed_at = NULL"],
    "commission_base_within_paid": ["UPDATE commission_entry SET base_fen = base_fen + 100000"],
}


def _life(uow: SqlUow) -> None:
    group, leader, _, orders = sold(uow, buyers=2)
    for order in orders:
        pays(uow, order, leader)
    line = uow.orders.lines((orders[0],))[0].id
    why = Why(RefundReason.SPOILED, "share", "case:1")
    MONEY.refunding.refund(uow, order=orders[0], line=line, amount=Fen(100), why=why, by=leader)
    meat = uow.orders.lines((orders[0],))[1].id
    MONEY.refunding.settle_weight(uow, line=meat, weighed=Milli(1050), by=leader)
    credit(uow, MemberId(2), key="register:2")
    give(uow, an_open(uow, a_design(total=9, budget=5000)), MemberId(2), "k")
    collect(uow, orders[0], NOW - timedelta(days=8))
    MONEY.rewarding.window_over(uow, order=orders[0])
    a_deal(uow, group, leader)


def _lies(url: str, statements: list[str]) -> None:
    """Make rows say what the database itself would not let them say."""
    engine = migrate.engine_for(url)
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.connection.cursor().execute("PRAGMA ignore_check_constraints=ON")
        else:
            for table, name in (("purchase_order", "refunded_fen"), ("deal_item", "taken_milli")):
                connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}"))
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()
    engine.dispose()


@pytest.fixture
def lived(db_url: str, clock: ManualClock) -> str:
    async def run() -> None:
        db = open_db(db_url, clock)
        await db.run(_life)
        await asyncio.to_thread(db.close)

    asyncio.run(run())
    return db_url


def test_a_life_of_money_is_clean(lived: str) -> None:
    assert checks.of_database(lived) == ()


def test_every_check_has_a_lie() -> None:
    assert sorted(LIES) == sorted(check.name for check in CHECKS)
    assert len({check.name for check in CHECKS}) == len(CHECKS)


@pytest.mark.parametrize("name", LIES)
@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_a_lie_is_found_and_named(lived: str, name: str) -> None:
    _lies(lived, LIES[name])

    assert name in {each.check for each in checks.of_database(lived)}


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
def test_each_lie_is_found_on_postgresql_too(lived: str) -> None:
    engine = migrate.engine_for(lived)
    for name, statements in LIES.items():
        with engine.connect() as connection:
            for table, column in (("purchase_order", "refunded_fen"), ("deal_item", "taken_milli")):
                connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{column}"))
            for statement in statements:
                connection.execute(text(statement))
            found = {each.check for each in checks.broken(connection)}
            connection.rollback()
        assert name in found
    engine.dispose()


def _audit(url: str, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["audit", *more], env={"CAIBOSHI__STORAGE__URL": url})
    return done.exit_code, done.output


def test_the_command_says_clean_or_names_the_first_line(lived: str) -> None:
    assert _audit(lived) == (0, f"clean: {len(CHECKS)} checks hold\n")

    _lies(lived, LIES["paid_is_sum_of_payments"])

    code, said = _audit(lived)
    assert code == 1
    assert said == "paid_is_sum_of_payments: purchase_order 1: found 8650, expected 8651\n"
    code, said = _audit(lived, "--json")
    assert code == 1
    assert json.loads(said) == {
        "checks": len(CHECKS),
        "broken": [
            {
                "check": "paid_is_sum_of_payments",
                "what": "purchase_order 1",
                "found": 8650,
                "expected": 8651,
            }
        ],
    }


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_the_command_reads_beside_a_writer_and_writes_nothing(lived: str, clock: ManualClock) -> None:
    file = Path(make_url(lived).database or "")
    db = open_db(lived, clock)
    before = file.read_bytes()

    assert _audit(lived)[0] == 0
    db.close()
    assert len(before) == len(file.read_bytes())


def test_the_command_says_what_is_missing(tmp_path: Path, bare_url: str) -> None:
    code, said = _audit(f"sqlite:///{tmp_path / 'none.db'}")
    assert code == 2
    assert "no such file" in said
    if bare_url.startswith("postgresql"):
        assert _audit(bare_url)[0] == 2
    (tmp_path / "text.db").write_text("no database " * 400)
    assert _audit(f"sqlite:///{tmp_path / 'text.db'}")[0] == 2
