"""Erasing in SQL: every table thought of, once under concurrency, replayed on a restored backup."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Text, make_url, update

from features.members.model import CameBy
from features.members.rules import tombstone
from features.privacy.model import Whose
from kernel.clock import ManualClock
from kernel.ids import MemberId, UserId
from kernel.message import Call, Kind, MessageClass, RemoteFile
from storage import backup, restoration
from storage.backup import BackupPolicy
from storage.db import Db, open_db
from storage.erasure import ERASED, NOT_PERSONAL
from storage.members import member
from storage.schema import metadata
from storage.soundness import UNBALANCED
from storage.types import JsonText
from storage.uow import SqlUow
from tests.conftest import NOW, Disk
from tests.storage.builders import (
    CALLERS,
    MINUTE,
    a_group,
    a_member,
    a_message,
    a_person,
    credit,
    one_sending,
)

KEY = "k"
# Words, numbers and codes of ours, of groups, and of what staff set up for everybody.
HARMLESS = {
    "aftersales_case": {"state", "kind", "remedy", "rule", "note"},
    "pickup_code": {"digits"},
    "approval": {"outcome"},
    "audit": {"act", "before", "after"},
    "chat_group": {"chat", "title", "state", "language", "zone", "quiet_start", "quiet_end"},
    "claim": {"key"},
    "deal": {"state", "title", "goal_kind", "pay", "note", "reason", "tell"},
    "deal_card": {"chat", "message", "posting"},
    "deal_item": {"sku", "name", "unit", "category", "batch", "supplier", "more"},
    "coupon": {"origin", "key", "state"},
    "coupon_template": {"per_member", "code", "title", "kind", "reach", "items", "way", "state"},
    "former_chat": {"chat"},
    "growth_ledger": {"event", "event_key"},
    "growth_period": {"period", "starts_on"},
    "import_batch": {"state", "lines", "stocked"},
    "inbox": {"bot_id", "source", "source_id", "state"},
    "invitation": {"code_hash", "role"},
    "journal": {"action", "params"},
    "lease": {"name", "owner"},
    "membership": {"came_by"},
    "outbox": {"state", "kind", "message_class", "call", "language", "dedupe_key", "error"},
    "order_change": {"via", "message"},
    "order_list": {"message"},
    "order_wait": {"state"},
    "pickup_point": {"name", "hours"},
    "point_lot": {"event_key", "expires_on"},
    "points_due": {"kind", "expires_on", "outcome"},
    "points_ledger": {"event", "event_key", "counted_on"},
    "purchase_order": {"state"},
    "product": {
        *("sku", "name", "unit", "aliases", "units", "bulk", "tiers", "category", "storage", "origin"),
        *("batch", "proof", "photo", "reason"),
    },
    "payment": {"kind", "state", "reference"},
    "pay_setting": {"photo", "payee"},
    "refund": {"reason", "rule", "key", "state"},
    "order_window": {"collected_on", "event"},
    "settlement_run": {"key", "kind", "on_date", "numbers"},
    "settlement_due": {"key", "kind"},
    "commission_entry": {"kind"},
    "staff_role": {"role"},
    "supplier": {"name"},
    "sweep": {"name"},
    "rule_version": {"rules"},
    "tombstone": {"hash"},
}
HARMLESS["growth_ledger"] = HARMLESS["points_ledger"]
TELLING = ("member", "user", "chat", "lane", "_by", "actor", "subject", "message", "holder")


def test_every_column_that_may_tell_of_somebody_is_thought_of() -> None:
    forgotten = [
        f"{table.name}.{column.key}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Text | JsonText) or any(word in column.key for word in TELLING)
        if column.key not in ERASED.get(table.name, set())
        if column.key not in HARMLESS.get(table.name, set())
        if column.key not in NOT_PERSONAL
    ]
    assert forgotten == []


def _whose(uow: SqlUow, user: int = 7) -> Whose:
    person = a_member(uow, user)
    return Whose(person.id, person.user, person.name)


def _erase(uow: SqlUow, whose: Whose) -> bool:
    if not uow.privacy.erase_person(whose, now=uow.now):
        return False
    uow.privacy.bury(tombstone(whose.user, KEY), now=uow.now, until=uow.now + timedelta(days=180))
    uow.growth.close(whose.member, now=uow.now)
    uow.coupons.close(whose.member, now=uow.now)
    uow.privacy.erase_traces(whose, now=uow.now)
    return True


async def test_of_many_at_once_one_erases(db: Db, check: Disk) -> None:
    whose = await db.run(_whose)

    done = await asyncio.gather(*(db.run(lambda uow: _erase(uow, whose)) for _ in range(CALLERS)))

    assert sum(done) == 1
    assert await check("SELECT count(*) FROM tombstone") == [(1,)]


async def test_who_speaks_while_they_are_erased_stays_erased(db: Db, check: Disk) -> None:
    def lives(uow: SqlUow) -> Whose:
        whose = _whose(uow)
        uow.members.enter(whose.member, a_group(uow).id, came_by=CameBy.SEEN, now=uow.now)
        uow.members.consent(whose.member, name="Li", now=uow.now)
        return whose

    whose = await db.run(lives)
    known = await db.run(lambda uow: uow.members.get(whose.member))
    acts: list[Callable[[SqlUow], Any]] = [
        lambda uow: uow.members.renew(known, a_person(7, "Li again")),
        lambda uow: uow.members.consent(whose.member, name="Li", now=uow.now),
        lambda uow: uow.members.set_marketing(whose.member, wanted=True, now=uow.now),
        lambda uow: uow.members.set_large(whose.member, wanted=True),
        lambda uow: uow.members.set_reachable(whose.member, reachable=True),
    ]
    half = CALLERS // 2

    await asyncio.gather(
        *(db.run(acts[n % len(acts)]) for n in range(half)),
        db.run(lambda uow: _erase(uow, whose)),
        *(db.run(acts[n % len(acts)]) for n in range(half)),
    )

    assert await check(
        "SELECT user_id, name, service_consent_at, marketing_consent_at, reachable, large FROM member"
    ) == [(None, "", None, None, 0, 0)]


async def test_a_question_about_somebody_erased_is_not_asked(db: Db, check: Disk) -> None:
    whose = await db.run(_whose)
    question = replace(
        a_message(-100, kind=Kind.CALL, message_class=MessageClass.UPKEEP), call=Call.MEMBER, user=UserId(7)
    )
    await db.run(lambda uow: uow.outbox.put(question))
    await db.run(lambda uow: uow.outbox.put(replace(question, call=Call.ADMINISTRATORS)))

    await db.run(lambda uow: _erase(uow, whose))

    assert await check("SELECT call, state, about_user FROM outbox ORDER BY id") == [
        ("member", "skipped", None),
        ("administrators", "pending", None),
    ]


async def test_a_file_that_comes_for_somebody_erased_is_forgotten(db: Db, check: Disk) -> None:
    whose = await db.run(_whose)
    fetching = replace(
        a_message(7, kind=Kind.CALL, message_class=MessageClass.UPKEEP),
        call=Call.DOWNLOAD,
        user=UserId(7),
        file=RemoteFile("a.csv", "BQAC"),
    )
    leaving = await one_sending(db, fetching)
    await db.run(lambda uow: uow.outbox.put(fetching))

    await db.run(lambda uow: _erase(uow, whose))

    assert await db.run(lambda uow: uow.dispatch.is_forgotten(leaving))
    assert await check("SELECT state, about_user, file FROM outbox ORDER BY id") == [
        ("sending", None, None),
        ("skipped", None, None),
    ]


def _live(url: str, clock: ManualClock, unit: Callable[[SqlUow], Any]) -> Any:
    async def run() -> Any:
        db = open_db(url, clock)
        told = await db.run(unit)
        await asyncio.to_thread(db.close)
        return told

    return asyncio.run(run())


def _two_people(uow: SqlUow) -> Whose:
    for user in (8, 7):
        person = a_member(uow, user)
        uow.members.consent(person.id, name=f"Li {user}", now=uow.now)
        credit(uow, person.id, key=f"register:{user}")
        uow.outbox.put(a_message(user))
    return Whose(person.id, UserId(7), "Li 7")


@pytest.fixture
def policy(tmp_path: Path) -> BackupPolicy:
    return BackupPolicy(tmp_path / "backups", 9)


def test_a_restored_backup_replays_erasures(db_url: str, clock: ManualClock, policy: BackupPolicy) -> None:
    whose = _live(db_url, clock, _two_people)
    made = backup.make_numbered(db_url, policy, now=NOW)
    _live(db_url, clock, lambda uow: _erase(uow, whose))

    restoration.from_file(db_url, made, policy, now=NOW + MINUTE)

    check = Disk(db_url)
    assert asyncio.run(check("SELECT user_id, name FROM member ORDER BY id")) == [(8, "Li 8"), (None, "")]
    assert asyncio.run(check("SELECT chat, text IS NULL FROM outbox ORDER BY id")) in (
        [(8, 0), (0, 1)],
        [(8, False), (0, True)],
    )
    assert asyncio.run(check("SELECT hash FROM tombstone")) == [(tombstone(UserId(7), KEY),)]
    assert asyncio.run(check(UNBALANCED)) == [(0,)]
    assert asyncio.run(check("SELECT sum(amount) FROM growth_ledger")) == [(20,)]


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_newer_backups_know_erasures_that_a_lost_database_knew(
    db_url: str, clock: ManualClock, policy: BackupPolicy
) -> None:
    whose = _live(db_url, clock, _two_people)
    old = backup.make_numbered(db_url, policy, now=NOW)
    _live(db_url, clock, lambda uow: _erase(uow, whose))
    backup.make_numbered(db_url, policy, now=NOW + MINUTE)
    for path in Path(make_url(db_url).database or "").parent.glob("caiboshi.db*"):
        path.unlink()

    restoration.from_file(db_url, old, policy, now=NOW + 2 * MINUTE)

    assert asyncio.run(Disk(db_url)("SELECT user_id FROM member ORDER BY id")) == [(8,), (None,)]


def test_somebody_else_under_the_same_number_is_not_erased(
    db_url: str, clock: ManualClock, policy: BackupPolicy
) -> None:
    _live(db_url, clock, _two_people)
    made = backup.make_numbered(db_url, policy, now=NOW)

    def others(uow: SqlUow) -> None:
        uow.connection.execute(update(member).values(met_at=NOW + MINUTE))
        _erase(uow, Whose(MemberId(2), UserId(7), "Li 7"))

    _live(db_url, clock, others)

    restoration.from_file(db_url, made, policy, now=NOW + MINUTE)

    assert asyncio.run(Disk(db_url)("SELECT user_id FROM member ORDER BY id")) == [(8,), (7,)]
