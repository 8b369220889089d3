"""A neighbour with an account over a real database, and what is done to it."""

import asyncio
from datetime import date, timedelta
from typing import Any

from bot.config import load
from bot.services import build_app
from features.growth.model import (
    Earned,
    Event,
    NotEarned,
)
from features.members.model import CameBy, GroupState
from kernel.ids import GroupId, MemberId
from storage.db import Db
from storage.uow import SqlUow
from tests.storage.builders import a_group, a_member

APP = build_app(load(None, {}))
GROWTH, ACCOUNTS = APP.growth, APP.accounts
TODAY = date(2026, 11, 23)  # a Monday, in Shanghai
DAY = timedelta(days=1)
ACCOUNT = "SELECT growth, points FROM growth_account"
LOTS = "SELECT event_key, unspent, lapsed FROM point_lot ORDER BY id"


def neighbour(uow: SqlUow) -> tuple[MemberId, GroupId]:
    group, member = a_group(uow), a_member(uow)
    uow.groups.move(group.id, to=GroupState.ENABLED, since=(GroupState.MET,), now=uow.now)
    uow.members.enter(member.id, group.id, came_by=CameBy.SEEN, now=uow.now)
    uow.members.set_reachable(member.id, reachable=True)
    uow.members.consent(member.id, name="陈阿姨", now=uow.now)
    return member.id, group.id


async def earn(
    db: Db, who: tuple[MemberId, GroupId], event: Event, key: str, on: date | None = None
) -> Earned | NotEarned:
    member, group = who
    return await db.run(
        lambda uow: ACCOUNTS.earn(uow, member=member, group=group, event=event, key=key, on=on)
    )


async def many(db: Db, *units: Any) -> list[Any]:
    return await asyncio.gather(*(db.run(unit) for unit in units), return_exceptions=True)
