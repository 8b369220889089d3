"""Kinds of coupons in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select, update

from features.coupons.model import (
    Counted,
    Design,
    Kind,
    Limits,
    Reach,
    Scope,
    State,
    Statistics,
    Template,
    TemplateId,
    TemplateState,
    Term,
    Terms,
    Way,
)
from kernel.ids import GroupId, MemberId
from kernel.money import Fen
from storage.coupons import coupon, coupon_template
from storage.dialect import insert_once
from storage.prepared import Prepared

_own = coupon_template.c
_this = _own.id == bindparam("which")
_GET = Prepared(select(coupon_template).where(_this))
_more = _own.committed + bindparam("worth")
_TAKE = Prepared(
    update(coupon_template)
    .where(_this, _own.state == TemplateState.OPEN)
    .where(_own.taken < func.coalesce(_own.total, _own.taken + 1))
    .where(_more <= func.coalesce(_own.budget, _more))
    .values(taken=_own.taken + 1, committed=_more)
)
_PUT_BACK = Prepared(
    update(coupon_template)
    .where(_this)
    .values(taken=_own.taken - 1, committed=_own.committed - bindparam("worth"))
)
_WARN = Prepared(
    update(coupon_template)
    .where(_this, _own.warned_at.is_(None), _own.budget.is_not(None))
    .where(_own.committed * 100 >= _own.budget * bindparam("share"))
    .values(warned_at=bindparam("now"))
)


@dataclass(frozen=True, slots=True)
class SqlCouponTemplates:
    """Kinds of coupons over one connection."""

    connection: Connection

    def add(
        self, design: Design, *, state: TemplateState, made_by: MemberId | None, now: datetime
    ) -> TemplateId | None:
        """Keep a kind; None when another has its code."""
        begun = {"taken": 0, "committed": 0, "spent": 0, "state": state, "made_by": made_by, "made_at": now}
        if design.code is not None:
            if not insert_once(self.connection, coupon_template, _columns(design) | begun):
                return None
            found = self.by_code(design.code)
            return found.id if found else None
        made = coupon_template.insert().values(_columns(design) | begun).returning(_own.id)
        return TemplateId(self.connection.execute(made).scalar_one())

    def get(self, template: TemplateId) -> Template | None:
        """Return a kind."""
        row = _GET.row(self.connection, {"which": template})
        return None if row is None else template_of(row)

    def by_code(self, code: str) -> Template | None:
        """Return the kind of that code."""
        row = self.connection.execute(select(coupon_template).where(_own.code == code)).one_or_none()
        return None if row is None else template_of(row)

    def draft_of(self, member: MemberId, group: GroupId) -> Template | None:
        """Return the draft that somebody began for a group last, if any."""
        drafts = self._where(
            _own.made_by == member, _own.group_id == group, _own.state == TemplateState.DRAFT
        )
        return drafts[-1] if drafts else None

    def redesign(self, template: TemplateId, design: Design) -> bool:
        """Change a kind; False unless it is a draft."""
        draft = and_(_own.id == template, _own.state == TemplateState.DRAFT)
        changed = update(coupon_template).where(draft).values(_columns(design))
        return self.connection.execute(changed).rowcount == 1

    def move(self, template: TemplateId, *, to: TemplateState, since: TemplateState) -> bool:
        """Move a kind to a state; False unless it was in the other."""
        there = and_(_own.id == template, _own.state == since)
        moved = self.connection.execute(update(coupon_template).where(there).values(state=to))
        return moved.rowcount == 1

    def claimable(self, groups: Sequence[GroupId], *, today: date) -> tuple[Template, ...]:
        """Return the open kinds, not over, that members of these groups may claim, oldest first."""
        return self._open(groups, (Way.CLAIM,), today)

    def givable(self, group: GroupId, *, today: date) -> tuple[Template, ...]:
        """Return the open kinds, not over, that staff of a group may give by hand, oldest first."""
        return self._open((group,), (Way.CLAIM, Way.STAFF), today)

    def _open(self, groups: Sequence[GroupId], ways: Sequence[Way], today: date) -> tuple[Template, ...]:
        return self._where(
            _own.state == TemplateState.OPEN,
            _own.way.in_(ways),
            _in_groups(groups),
            or_(_own.ends_on.is_(None), _own.ends_on >= today),
        )

    def of_group(self, group: GroupId, *, limit: int, offset: int) -> tuple[Statistics, ...]:
        """Return the kinds of a group and those of every group, newest first, with their coupons by state."""
        query = select(coupon_template).where(_in_groups((group,))).order_by(_own.id.desc())
        rows = self.connection.execute(query.limit(limit).offset(offset)).all()
        return tuple(self.statistics(template_of(row)) for row in rows)

    def statistics(self, template: Template) -> Statistics:
        """Return how many coupons of a kind are in each state."""
        counted = (
            select(coupon.c.state, func.count())
            .where(coupon.c.template_id == template.id)
            .group_by(coupon.c.state)
        )
        found = {State(state): int(count) for state, count in self.connection.execute(counted)}
        return Statistics(template, {state: found.get(state, 0) for state in State})

    def take(self, template: TemplateId, *, worth: Fen) -> bool:
        """Count one more piece, and lock its kind; False unless it is open and number and budget allow it."""
        return _TAKE.change(self.connection, {"which": template, "worth": worth}) == 1

    def put_back(self, template: TemplateId, *, worth: Fen) -> None:
        """Count a piece less that this unit took and gave nobody."""
        _PUT_BACK.change(self.connection, {"which": template, "worth": worth})

    def warn(self, template: TemplateId, *, percent: int, now: datetime) -> bool:
        """Note, once ever, that so many percent of the budget are used; False before, and the next times."""
        return _WARN.change(self.connection, {"which": template, "share": percent, "now": now}) == 1

    def _where(self, *where: ColumnElement[bool]) -> tuple[Template, ...]:
        rows = self.connection.execute(select(coupon_template).where(*where).order_by(_own.id))
        return tuple(template_of(row) for row in rows)


def _in_groups(groups: Sequence[GroupId]) -> ColumnElement[bool]:
    return or_(_own.group_id.is_(None), _own.group_id.in_(groups))


def _columns(design: Design) -> dict[str, Any]:
    terms, term, limits = design.terms, design.term, design.limits
    return {
        "group_id": design.group,
        "code": design.code,
        "title": design.title,
        "kind": terms.kind,
        "amount": terms.amount,
        "percent": terms.percent,
        "minimum": terms.minimum,
        "reach": terms.scope.reach,
        "items": list(terms.scope.items),
        "total": limits.total,
        "per_member": limits.per_member,
        "days": term.days,
        "starts_on": term.starts_on,
        "ends_on": term.ends_on,
        "budget": limits.budget,
        "way": design.way,
    }


def terms_of(kind: str, amount: int, percent: int, minimum: int, reach: str, items: Sequence[str]) -> Terms:
    """Return terms of their columns."""
    return Terms(Kind(kind), Fen(amount), percent, Fen(minimum), Scope(Reach(reach), tuple(items)))


def template_of(row: Sequence[Any]) -> Template:
    """Return a kind of the columns of its table, in their order."""
    own, group, code, title, *terms = row[:10]
    total, per_member, days, starts_on, ends_on, budget, way, state, taken, committed, spent = row[10:21]
    design = Design(
        terms=terms_of(*terms),
        term=Term(days, starts_on, ends_on),
        limits=Limits(total, per_member, None if budget is None else Fen(budget)),
        way=Way(way),
        group=None if group is None else GroupId(group),
        title=title,
        code=code,
    )
    made_by = row[22]
    return Template(
        TemplateId(own),
        design,
        TemplateState(state),
        Counted(taken, Fen(committed), Fen(spent)),
        None if made_by is None else MemberId(made_by),
    )
