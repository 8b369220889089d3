"""The way to today's schema and back."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, insert, text
from sqlalchemy.exc import IntegrityError

from features.members.model import CameBy
from kernel.clock import ManualClock
from storage import migrate
from storage.db import open_db
from storage.growth import growth_period
from storage.schema import metadata
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.features.purse import a_design, an_open, give
from tests.storage.builders import (
    EXPIRES_ON,
    a_due,
    a_group,
    a_member,
    a_message,
    a_parcel,
    a_product,
    an_order,
    an_update,
    credit,
    money_rows,
)
from tests.storage.ddl import ddl

ROOT = Path(__file__).resolve().parents[2]
HEAD = ScriptDirectory(str(ROOT / "storage" / "migrations")).get_current_head()

_REVISION = """
import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = {head!r}


def upgrade() -> None:
{upgrade}


def downgrade() -> None:
    pass
"""
_REBUILD = """
    kept = {"sqlite_strict": True, "sqlite_autoincrement": True}
    with op.batch_alter_table("member", table_kwargs=kept) as batch:
        batch.add_column(sa.Column("note", sa.Text()))
        batch.create_check_constraint(op.f("ck_member_note"), "note <> 'x'")
"""
_BREAK = """
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    op.execute("UPDATE member SET name = 'half'")
    raise RuntimeError("broken in the middle")
"""
REFUSED = (
    ("UPDATE pickup_code SET for_friend = 2", "ck_pickup_code_for_friend"),
    ("UPDATE item_came SET came_milli = -1", "ck_item_came_came_milli"),
    ("UPDATE item_came SET settled = 2", "ck_item_came_settled"),
    ("UPDATE aftersales_case SET state = 'lost'", "ck_aftersales_case_state"),
    ("UPDATE aftersales_case SET kind = 'lost'", "ck_aftersales_case_kind"),
    ("UPDATE aftersales_case SET remedy = 'none'", "ck_aftersales_case_remedy"),
    ("UPDATE aftersales_case SET qty_milli = -1", "ck_aftersales_case_qty_milli"),
    ("UPDATE aftersales_case SET amount_fen = -1", "ck_aftersales_case_amount_fen"),
    ("UPDATE inbox SET state = 'lost'", "ck_inbox_state"),
    ("UPDATE inbox SET source = 'me'", "ck_inbox_source"),
    ("UPDATE outbox SET state = 'lost'", "ck_outbox_state"),
    ("UPDATE outbox SET kind = 'shout'", "ck_outbox_kind"),
    ("UPDATE outbox SET class = 'spam'", "ck_outbox_class"),
    ("UPDATE chat_group SET state = 'lost'", "ck_chat_group_state"),
    ("UPDATE member SET reachable = 2", "ck_member_reachable"),
    ("UPDATE growth_account SET growth = -1", "ck_growth_account_growth"),
    ("UPDATE point_lot SET earned = 0", "ck_point_lot_earned"),
    ("UPDATE point_lot SET unspent = -1", "ck_point_lot_unspent"),
    ("UPDATE point_lot SET lapsed = -1", "ck_point_lot_lapsed"),
    ("UPDATE growth_account SET level = 5", "ck_growth_account_level"),
    ("UPDATE growth_account SET on_board = 2", "ck_growth_account_on_board"),
    ("UPDATE growth_period SET period = 'year'", "ck_growth_period_period"),
    ("UPDATE member SET large = 2", "ck_member_large"),
    ("UPDATE member SET language_chosen = 2", "ck_member_language_chosen"),
    ("UPDATE outbox SET large = 2", "ck_outbox_large"),
    ("UPDATE deal SET state = 'lost'", "ck_deal_state"),
    ("UPDATE deal SET goal_kind = 'luck'", "ck_deal_goal_kind"),
    ("UPDATE deal SET pay = 'never'", "ck_deal_pay"),
    ("UPDATE deal_item SET price_fen = -1", "ck_deal_item_price_fen"),
    ("UPDATE deal_item SET step_milli = 0", "ck_deal_item_step_milli"),
    ("UPDATE deal_item SET taken_milli = 6000", "ck_deal_item_taken_milli"),
    ("UPDATE purchase_order SET by_staff = 2", "ck_purchase_order_by_staff"),
    ("UPDATE purchase_order SET state = 'lost'", "ck_purchase_order_state"),
    ("UPDATE purchase_order SET goods_fen = -1, off_fen = -1", "ck_purchase_order_goods_fen"),
    ("UPDATE purchase_order SET off_fen = goods_fen + 1", "ck_purchase_order_off_fen"),
    ("UPDATE purchase_order SET fee_fen = -1", "ck_purchase_order_fee_fen"),
    ("UPDATE purchase_order SET paid_fen = -1, refunded_fen = -1", "ck_purchase_order_paid_fen"),
    ("UPDATE purchase_order SET refunded_fen = 1", "ck_purchase_order_refunded_fen"),
    ("UPDATE order_line SET qty_milli = -1", "ck_order_line_qty_milli"),
    ("UPDATE order_wait SET qty_milli = 0", "ck_order_wait_qty_milli"),
    ("UPDATE order_wait SET state = 'lost'", "ck_order_wait_state"),
    ("UPDATE product SET price_fen = 0", "ck_product_price_fen"),
    ("UPDATE product SET step_milli = 0", "ck_product_step_milli"),
    ("UPDATE product SET partner = 2", "ck_product_partner"),
    ("UPDATE product SET active = 2", "ck_product_active"),
    ("UPDATE import_batch SET state = 'lost'", "ck_import_batch_state"),
    ("UPDATE coupon_template SET kind = 'gold'", "ck_coupon_template_kind"),
    ("UPDATE coupon_template SET amount = -1", "ck_coupon_template_amount"),
    ("UPDATE coupon_template SET minimum = -1", "ck_coupon_template_minimum"),
    ("UPDATE coupon_template SET reach = 'far'", "ck_coupon_template_reach"),
    ("UPDATE coupon_template SET per_member = 0", "ck_coupon_template_per_member"),
    ("UPDATE coupon_template SET way = 'luck'", "ck_coupon_template_way"),
    ("UPDATE coupon_template SET state = 'lost'", "ck_coupon_template_state"),
    ("UPDATE coupon_template SET spent = -1", "ck_coupon_template_spent"),
    ("UPDATE coupon_template SET percent = 5", "ck_coupon_template_percent"),
    ("UPDATE coupon_template SET days = NULL", "ck_coupon_template_term"),
    ("UPDATE coupon_template SET taken = total + 1", "ck_coupon_template_taken"),
    ("UPDATE coupon_template SET committed = budget + 1", "ck_coupon_template_committed"),
    ("UPDATE coupon SET nth = 0", "ck_coupon_nth"),
    ("UPDATE coupon SET origin = 'luck'", "ck_coupon_origin"),
    ("UPDATE coupon SET state = 'lost'", "ck_coupon_state"),
    ("UPDATE coupon SET worth = -1", "ck_coupon_worth"),
    ("UPDATE coupon SET told = 2", "ck_coupon_told"),
    ("UPDATE coupon SET state = 'used'", "ck_coupon_order"),
    ("UPDATE coupon SET off = 1", "ck_coupon_off"),
    ("UPDATE payment SET kind = 'gold'", "ck_payment_kind"),
    ("UPDATE payment SET amount_fen = 0", "ck_payment_amount_fen"),
    ("UPDATE payment SET state = 'lost'", "ck_payment_state"),
    ("UPDATE refund SET amount_fen = 0", "ck_refund_amount_fen"),
    ("UPDATE refund SET back_fen = amount_fen + 1", "ck_refund_back_fen"),
    ("UPDATE refund SET fee_fen = -1", "ck_refund_fee_fen"),
    ("UPDATE refund SET state = 'lost'", "ck_refund_state"),
    ("UPDATE refund_part SET fen = 0", "ck_refund_part_fen"),
    ("UPDATE weighing SET after_fen = -1", "ck_weighing_after_fen"),
    ("UPDATE settlement_run SET kind = 'yearly'", "ck_settlement_run_kind"),
    ("UPDATE settlement_run SET sound = 2", "ck_settlement_run_sound"),
    ("UPDATE settlement_due SET kind = 'yearly'", "ck_settlement_due_kind"),
    ("UPDATE commission_entry SET kind = 'lost'", "ck_commission_entry_kind"),
)


def _upgrade_with(upgrade: str, url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the product's upgrade with one more revision, in a copy of the product."""
    for package in ("storage", "features", "kernel"):
        shutil.copytree(ROOT / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    revision = folder / "storage" / "migrations" / "versions" / "9999_of_a_test.py"
    revision.write_text(_REVISION.format(head=HEAD, upgrade=upgrade), "utf-8")
    return subprocess.run(
        [sys.executable, "-c", "import sys; from storage import migrate; migrate.upgrade(sys.argv[1])", url],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )


async def _live(url: str, clock: ManualClock) -> None:
    """Put a row into every table that matters."""
    db = open_db(url, clock)

    def unit(uow: SqlUow) -> None:
        member, group = a_member(uow), a_group(uow)
        uow.members.consent(member.id, name="Li", now=NOW)
        uow.members.enter(member.id, group.id, came_by=CameBy.SEEN, now=NOW)
        credit(uow, member.id, key="k")
        a_due(uow, member.id)
        uow.inbox.take_in(1, [an_update(1)])
        uow.outbox.put(a_message())
        uow.claims.take("k")
        a_product(uow)
        uow.catalogue.keep_batch(by=member.id, group=group.id, lines=(), now=NOW, until=NOW)
        week = {"group_id": group.id, "period": "week", "starts_on": EXPIRES_ON, "member_id": member.id}
        uow.connection.execute(insert(growth_period).values(**week, growth=10))
        money_rows(uow, an_order(uow, group.id, member.id), member.id, group.id)
        template = an_open(uow, a_design(total=1, budget=500))
        assert give(uow, template, member.id, "k") is not None
        a_parcel(uow, an_order(uow, group.id, member.id))

    await db.run(unit)
    db.close()


def test_the_migrations_make_what_the_model_says(bare_url: str) -> None:
    engine = migrate.engine_for(bare_url)
    with engine.begin() as connection:
        metadata.create_all(connection)
    model = ddl(bare_url)
    with engine.begin() as connection:
        metadata.drop_all(connection)
    engine.dispose()
    migrate.upgrade(bare_url)
    assert ddl(bare_url) == model


def test_a_database_made_from_the_model_is_one_the_revisions_make(bare_url: str) -> None:
    migrate.create(bare_url)
    of_model = ddl(bare_url)

    assert migrate.pending(bare_url) == ()
    migrate.downgrade(bare_url, "base")
    migrate.upgrade(bare_url)
    assert ddl(bare_url) == of_model != {}


def test_up_down_and_up_again_ends_where_it_began(db_url: str) -> None:
    before = ddl(db_url)
    migrate.downgrade(db_url, "base")
    assert ddl(db_url) == {}
    migrate.upgrade(db_url)
    assert ddl(db_url) == before


def test_an_empty_database_lacks_every_revision(bare_url: str) -> None:
    pending = migrate.pending(bare_url)
    assert (len(pending), pending[-1]) == (
        len(list((ROOT / "storage/migrations/versions").glob("*.py"))),
        HEAD,
    )


def test_an_upgraded_database_lacks_nothing(db_url: str) -> None:
    assert migrate.pending(db_url) == ()


async def test_upgrading_again_leaves_everything_alone(db_url: str, check: Disk, clock: ManualClock) -> None:
    await _live(db_url, clock)
    before = {table: await check(f'SELECT * FROM "{table}"') for table in metadata.tables}
    migrate.upgrade(db_url)
    assert {table: await check(f'SELECT * FROM "{table}"') for table in metadata.tables} == before


async def test_a_rebuilt_table_keeps_its_rows_its_children_and_its_checks(
    db_url: str, check: Disk, clock: ManualClock, tmp_path: Path
) -> None:
    await _live(db_url, clock)
    children = await check("SELECT * FROM membership")
    before = ddl(db_url)
    done = _upgrade_with(_REBUILD, db_url, tmp_path / "copy")
    assert done.returncode == 0, done.stderr
    assert await check("SELECT user_id, name, note FROM member") == [(7, "Li", None)]
    assert await check("SELECT * FROM membership") == children
    after = ddl(db_url)
    assert {key for key in before if key not in after} == set()
    assert {key for key in before if after[key] != before[key]} == set()
    refuses(db_url, "UPDATE member SET reachable = 2", "ck_member_reachable")
    refuses(db_url, "UPDATE member SET note = 'x'", "ck_member_note")
    refuses(db_url, "DELETE FROM member", r"(?i)foreign.key")


async def test_a_migration_broken_in_the_middle_leaves_nothing_behind(
    db_url: str, check: Disk, clock: ManualClock, tmp_path: Path
) -> None:
    await _live(db_url, clock)
    before = ddl(db_url)
    done = _upgrade_with(_BREAK, db_url, tmp_path / "copy")
    assert "broken in the middle" in done.stderr
    assert ddl(db_url) == before
    assert await check("SELECT name FROM member") == [("Li",)]
    assert migrate.pending(db_url) == ()


def _checks() -> list[CheckConstraint]:
    of_tables = [part for table in metadata.tables.values() for part in table.constraints]
    columns = [column for table in metadata.tables.values() for column in table.columns]
    of_columns = [part for column in columns for part in column.constraints]
    return [part for part in (*of_tables, *of_columns) if isinstance(part, CheckConstraint)]


def test_every_check_has_a_name() -> None:
    assert [str(check.sqltext) for check in _checks() if not check.name] == []


@pytest.mark.parametrize(("statement", "constraint"), REFUSED)
async def test_a_migrated_database_refuses(
    db_url: str, clock: ManualClock, statement: str, constraint: str
) -> None:
    await _live(db_url, clock)
    refuses(db_url, statement, constraint)


def test_every_check_of_the_model_is_tried_above() -> None:
    assert {constraint for _, constraint in REFUSED} == {str(check.name) for check in _checks()}


def refuses(url: str, statement: str, constraint: str) -> None:
    """Assert that the database refuses `statement` because of `constraint`."""
    engine = migrate.engine_for(url)
    try:
        with pytest.raises(IntegrityError) as refused, engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
    assert re.search(constraint, str(refused.value.orig))


def test_the_files_names_tell_the_revisions_in_alembics_order() -> None:
    script = ScriptDirectory(str(ROOT / "storage" / "migrations"))

    walked = [found.revision for found in script.walk_revisions()]

    assert migrate.beyond(None) == tuple(reversed(walked))
    assert migrate.newest() == HEAD
