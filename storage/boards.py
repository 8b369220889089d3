"""Boards in SQL: read by an index of growth, added to as it is earned."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, and_, bindparam, select, update

from features.growth.model import Period, Placed
from kernel.ids import GroupId, MemberId
from storage.dialect import insert_once
from storage.groups import membership
from storage.growth import growth_account, growth_period
from storage.members import member as person
from storage.prepared import Prepared

_period = growth_period.c
_THIS = and_(
    _period.group_id == bindparam("in_group"),
    _period.period == bindparam("of"),
    _period.starts_on == bindparam("begins"),
)
_ADD = Prepared(
    update(growth_period)
    .where(_THIS, _period.member_id == bindparam("member"))
    .values(growth=_period.growth + bindparam("more"))
)
_TOP = Prepared(
    select(_period.member_id, person.c.name, _period.growth)
    .join(person, person.c.id == _period.member_id)
    .join(growth_account, growth_account.c.member_id == _period.member_id)
    .join(
        membership,
        and_(membership.c.member_id == _period.member_id, membership.c.group_id == _period.group_id),
    )
    .where(_THIS, _period.growth > 0, growth_account.c.on_board == 1, membership.c.left_at.is_(None))
    .where(person.c.service_consent_at.is_not(None), person.c.user_id.is_not(None))
    .order_by(_period.growth.desc(), _period.member_id.desc())
    .limit(bindparam("most"))
)
_OWN = Prepared(select(_period.growth).where(_THIS, _period.member_id == bindparam("member")))
_SHOWN = Prepared(select(growth_account.c.on_board).where(growth_account.c.member_id == bindparam("member")))
_SHOW = Prepared(
    update(growth_account)
    .where(growth_account.c.member_id == bindparam("member"), growth_account.c.on_board != bindparam("shown"))
    .values(on_board=bindparam("shown"))
)


@dataclass(frozen=True, slots=True)
class SqlBoards:
    """Boards over one connection."""

    connection: Connection

    def add(self, member: MemberId, group: GroupId, *, period: Period, starts_on: date, growth: int) -> None:
        """Add growth, or take it off where negative."""
        given = _which(group, period, starts_on) | {"member": member, "more": growth}
        if _ADD.change(self.connection, given):
            return
        row = {"group_id": group, "period": period, "starts_on": starts_on, "member_id": member}
        if not insert_once(self.connection, growth_period, row | {"growth": growth}):
            _ADD.change(self.connection, given)

    def top(self, group: GroupId, *, period: Period, starts_on: date, limit: int) -> tuple[Placed, ...]:
        """Return who leads, with whole names: who is in the group, agreed, and wants to be seen."""
        rows = _TOP.rows(self.connection, _which(group, period, starts_on) | {"most": limit})
        return tuple(Placed(MemberId(row[0]), row[1], row[2]) for row in rows)

    def own(self, member: MemberId, group: GroupId, *, period: Period, starts_on: date) -> tuple[int, bool]:
        """Return a member's growth in the period, and whether they want to be on boards."""
        growth = _OWN.row(self.connection, _which(group, period, starts_on) | {"member": member})
        shown = _SHOWN.row(self.connection, {"member": member})
        return (growth[0] if growth else 0), shown is None or shown[0] == 1

    def show(self, member: MemberId, *, shown: bool) -> bool:
        """Put a member on boards or take them off; False when nothing changed."""
        return _SHOW.change(self.connection, {"member": member, "shown": int(shown)}) == 1


def _which(group: GroupId, period: Period, starts_on: date) -> dict[str, object]:
    return {"in_group": group, "of": period, "begins": starts_on}
