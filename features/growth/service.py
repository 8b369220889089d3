"""Use cases of the growth account. The member's zone comes from whoever knows their group."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from features.growth import levels, rules
from features.growth.model import (
    EARNED,
    Account,
    Adjusted,
    Card,
    Credit,
    Due,
    Earned,
    Earning,
    Event,
    Expiry,
    Found,
    History,
    Level,
    LevelState,
    NotEarned,
    NotEnoughPoints,
    NotReversed,
    NotReversedReason,
    Period,
    Privileges,
    Reversed,
    Review,
    Spent,
    Turn,
    Used,
    key_of,
)
from features.growth.ports import Uow
from features.growth.rulebook import Rulebook
from features.growth.versions import Coming
from kernel import business_day
from kernel.ids import GroupId, MemberId

_NEVER = Used(0, 0, 0, 0)
_NOTHING = Found(Account(0, 0), None, 0, None, 0, (_NEVER,) * len(EARNED))  # somebody without an account


@dataclass(frozen=True, slots=True)
class Growth:
    """Credits, balances, expiry and levels."""

    rulebook: Rulebook

    def register(self, uow: Uow, *, member: MemberId, zone: ZoneInfo, group: GroupId | None = None) -> bool:
        """Credit the registration reward; False when this person had it before, ever."""
        today = business_day.local_date(uow.now, zone)
        earning = Earning(member, group, zone, Event.REGISTER, str(member), today)
        return isinstance(self.earn(uow, earning=earning), Earned)

    def earn(self, uow: Uow, *, earning: Earning) -> Earned | NotEarned:
        """Credit what an event earns, once per key and within its caps; the level rises with it."""
        rule = rules.earning_rule(earning.event, self.rulebook.at(uow.now))
        standing = uow.growth.hold(earning.member)
        usage = uow.growth.usage(
            earning.member, event=earning.event, event_key=earning.event_key, on=earning.on, now=uow.now
        )
        if reason := rules.why_not_earned(usage, rule.cap):
            uow.journal.note(
                "growth.not_credited",
                member=earning.member,
                group=earning.group,
                event=earning.event,
                reason=reason,
            )
            return NotEarned(reason)
        self._credit(uow, earning, rule.amount, balance=standing.points)
        gained = self._rise(uow, earning.member, standing.state, usage.window + rule.amount)
        return Earned(rule.amount, rule.amount, gained)

    def spend(self, uow: Uow, *, member: MemberId, points: int, key: str) -> Spent:
        """Spend points, those that expire first ahead; once per key. Raises NotEnoughPoints."""
        _check_positive(points)
        balance, event_key = uow.growth.hold(member).points, key_of(Event.SPENT, key)
        if uow.growth.has_line(event_key):
            return Spent(points, again=True)
        if balance < points:
            raise NotEnoughPoints(missing=points - balance)
        self._draw(uow, member, points)
        uow.growth.debit(member, event=Event.SPENT, event_key=event_key, points=points, now=uow.now)
        uow.journal.note("growth.spent", member=member, points=points)
        return Spent(points, again=False)

    def adjust(
        self,
        uow: Uow,
        *,
        member: MemberId,
        group: GroupId | None,
        zone: ZoneInfo,
        points: int,
        key: str,
        undoes: str = "",
    ) -> Adjusted:
        """Add or take points, once per key: no growth; what is taken beyond the balance becomes a debt.

        What `undoes` names, the key of an earlier adjustment, is taken from first: other points keep their
        dates. A third part of `key`, behind a second colon, is why, as the history tells it.
        """
        balance, event_key = uow.growth.hold(member).points, key_of(Event.ADJUSTED, key)
        if points == 0:
            raise ValueError("points to add or take expected, got 0")
        if uow.growth.has_line(event_key):
            return Adjusted(points, balance, again=True)
        if points > 0:
            self._add_lot(uow, member, event_key, points, balance=balance, group=group, zone=zone)
        else:
            self._draw(uow, member, -points, ahead=key_of(Event.ADJUSTED, undoes) if undoes else "")
            uow.growth.debit(member, event=Event.ADJUSTED, event_key=event_key, points=-points, now=uow.now)
        uow.journal.note("growth.adjusted", member=member, group=group, points=points)
        return Adjusted(points, balance + points, again=False)

    def reverse(self, uow: Uow, *, event: Event, key: str) -> Reversed | NotReversed:
        """Take back what `event` earned under `key`, once: growth, points that did not lapse, the cap's use.

        The points come from their own lot, then from others as they would be spent; the rest is a debt.
        """
        event_key = key_of(event, key)
        member = uow.growth.owner_of(event_key)
        if member is None:
            return _not_reversed(uow, None, event, NotReversedReason.UNKNOWN)
        state = uow.growth.hold(member).state
        booked = uow.growth.booked(event_key)
        if booked.reversed:
            return _not_reversed(uow, member, event, NotReversedReason.ALREADY)
        if booked.earned is None:
            return _not_reversed(uow, member, event, NotReversedReason.NO_CREDIT)
        points = rules.points_to_reverse(booked)
        self._draw(uow, member, points, ahead=event_key)
        uow.growth.reverse(booked, points=points, now=uow.now)
        self._count(uow, member, booked.group, booked.counted_on, -booked.growth)
        if booked.growth and state.level is not Level.SEED:
            uow.levels.call_review(member, at=uow.now)
        uow.journal.note(
            "growth.reversed",
            member=member,
            group=booked.group,
            event=event,
            growth=-booked.growth,
            points=-points,
        )
        return Reversed(member, booked.growth, points)

    def review(self, uow: Uow, *, member: MemberId, zone: ZoneInfo) -> Review | None:
        """Look at a level that is due; None when it no longer is. The zone's months count."""
        state = uow.levels.take(member, now=uow.now)
        if state is None:
            return None
        year = uow.levels.credits(member, since=uow.now - levels.WINDOW)
        state, found = levels.review(state, year, now=uow.now, zone=zone, policy=self.rulebook.at(uow.now))
        uow.levels.set(member, state)
        if found.turn is not Turn.KEPT:
            uow.journal.note(f"growth.level_{found.turn}", member=member, level=found.level)
        return found

    def privileges(self, level: Level, *, now: datetime) -> Privileges:
        """Return what a level gives at `now`; the parts that honour it ask here."""
        return rules.privileges(level, self.rulebook.at(now))

    def card(self, uow: Uow, *, member: MemberId, zone: ZoneInfo) -> Card:
        """Return the account at a glance, in one read; the zone's today counts for the caps."""
        today = business_day.local_date(uow.now, zone)
        found = uow.growth.found(member, on=today, now=uow.now) or _NOTHING
        policy, coming = self.rulebook.at(uow.now), self.rulebook.coming(uow.now)
        level, floors = found.account.level, policy.floors
        next_level = Level(level + 1) if level < Level.FRUIT else None
        return Card(
            account=found.account,
            next_expiry=found.next_expiry,
            privileges=rules.privileges(level, policy),
            next_level=next_level,
            missing=0 if next_level is None else max(floors[next_level] - found.window, 0),
            falls_at=found.falls_at,
            missing_to_stay=max(floors[level] - found.staying, 0),
            rules=tuple(
                (rules.earning_rule(event, policy), used)
                for event, used in zip(EARNED, found.used, strict=True)
            ),
            register_points=policy.register_points,
            coming=coming and Coming(business_day.local_date(coming[0], zone), coming[1]),
        )

    def history(self, uow: Uow, *, member: MemberId, page: int) -> History:
        """Return one page of the history; a page beyond the end is empty."""
        rows = self.rulebook.configured.history_rows
        entries = uow.growth.history(member, limit=rows + 1, offset=page * rows)
        return History(entries[:rows], page, has_more=len(entries) > rows)

    def export(self, uow: Uow, *, member: MemberId) -> tuple[Mapping[str, int | str | None], ...]:
        """Return everything kept of an account as plain lines."""
        return uow.growth.export(member)

    def close(self, uow: Uow, *, member: MemberId) -> int:
        """Give an account up: all points lapse, nothing falls due, no board shows it; the ledgers stay."""
        gone = uow.growth.close(member, now=uow.now)
        uow.journal.note("growth.closed", member=member, points=gone)
        return gone

    def expiring(self, uow: Uow, *, due: Due) -> Expiry:
        """Return what is left of the points that timed work is about."""
        return Expiry(due.expires_on, uow.growth.unspent(due.member, expires_on=due.expires_on))

    def is_late(self, due: Due, *, today: date) -> bool:
        """Tell whether a notice has missed its time."""
        policy = self.rulebook.configured
        return rules.is_late(due.kind, today=today, expires_on=due.expires_on, policy=policy)

    def lapse(self, uow: Uow, *, due: Due) -> int:
        """Take back points that were not spent in time and return how many."""
        gone = uow.growth.lapse(due.member, expires_on=due.expires_on, now=uow.now)
        if gone:
            uow.journal.note("growth.lapsed", member=due.member, points=gone)
        return gone

    def _credit(self, uow: Uow, earning: Earning, amount: int, *, balance: int) -> None:
        expires_on = self._expiry(uow, earning.zone)
        credit = Credit(
            earning.event,
            earning.event_key,
            growth=amount,
            points=amount,
            unspent=rules.unspent(amount, balance=balance),
            expires_on=expires_on,
            group=earning.group,
            counted_on=earning.on,
        )
        uow.growth.credit(earning.member, credit, now=uow.now)
        self._plan(uow, earning.member, expires_on, earning.zone)
        self._count(uow, earning.member, earning.group, earning.on, amount)
        uow.journal.note(
            "growth.credited",
            member=earning.member,
            group=earning.group,
            event=earning.event,
            growth=amount,
            points=amount,
        )

    def _add_lot(
        self,
        uow: Uow,
        member: MemberId,
        event_key: str,
        points: int,
        *,
        balance: int,
        group: GroupId | None,
        zone: ZoneInfo,
    ) -> None:
        expires_on = self._expiry(uow, zone)
        left = rules.unspent(points, balance=balance)
        credit = Credit(Event.ADJUSTED, event_key, 0, points, left, expires_on, group)
        uow.growth.credit(member, credit, now=uow.now)
        self._plan(uow, member, expires_on, zone)

    def _expiry(self, uow: Uow, zone: ZoneInfo) -> date:
        """Return the last day of points that are earned now."""
        return rules.expiry_date(business_day.local_date(uow.now, zone), self.rulebook.at(uow.now))

    def _plan(self, uow: Uow, member: MemberId, expires_on: date, zone: ZoneInfo) -> None:
        for kind, due_at in rules.schedule(expires_on, zone, self.rulebook.at(uow.now)):
            uow.growth.plan(member, kind=kind, expires_on=expires_on, due_at=due_at)

    def _rise(self, uow: Uow, member: MemberId, state: LevelState, window: int) -> Level | None:
        """Let the level follow a credit; return the level that was gained."""
        reached = levels.level_of(window, self.rulebook.at(uow.now))
        if reached < state.level or (reached == state.level and state.falls_at is None):
            return None
        year = uow.levels.credits(member, since=uow.now - levels.WINDOW)
        risen = levels.after_credit(state, year, uow.now, self.rulebook.at(uow.now))
        uow.levels.set(member, risen)
        if risen.level == state.level:
            uow.journal.note("growth.level_recovered", member=member, level=risen.level)
            return None
        uow.journal.note("growth.level_gained", member=member, level=risen.level)
        return risen.level

    @staticmethod
    def _draw(uow: Uow, member: MemberId, points: int, *, ahead: str = "") -> None:
        if points > 0:
            for lot, taken in rules.draws(uow.growth.lots(member, ahead=ahead), points):
                uow.growth.draw(lot, taken)

    @staticmethod
    def _count(uow: Uow, member: MemberId, group: GroupId | None, on: date | None, growth: int) -> None:
        """Add growth to the group's week and month of the day it counts to."""
        if group is None or on is None or growth == 0:
            return
        for period in Period:
            starts_on = rules.starts_on(period, on)
            uow.boards.add(member, group, period=period, starts_on=starts_on, growth=growth)


def _check_positive(points: int) -> None:
    if points <= 0:
        raise ValueError(f"points to spend expected, got {points}")


def _not_reversed(uow: Uow, member: MemberId | None, event: Event, reason: NotReversedReason) -> NotReversed:
    uow.journal.note("growth.not_reversed", member=member, event=event, reason=reason)
    return NotReversed(reason)
