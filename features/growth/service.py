"""Use cases of the growth account. The member's zone comes from whoever knows their group."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from features.growth import rules
from features.growth.model import Card, Due, Event, Expiry, GrowthPolicy, History
from features.growth.ports import Uow
from kernel import business_day
from kernel.ids import MemberId


@dataclass(frozen=True, slots=True)
class Growth:
    """Credits, balances and expiry."""

    policy: GrowthPolicy

    def register(self, uow: Uow, *, member: MemberId, zone: ZoneInfo) -> bool:
        """Credit the registration reward; False when this person had it before, ever."""
        return self._credit(
            uow,
            member=member,
            event=Event.REGISTER,
            key=f"register:{member}",
            amount=self.policy.register_points,
            zone=zone,
        )

    def card(self, uow: Uow, *, member: MemberId) -> Card:
        """Return balances, the next expiry and what earns points."""
        return Card(uow.growth.account(member), uow.growth.next_expiry(member), self.policy.register_points)

    def history(self, uow: Uow, *, member: MemberId, page: int) -> History:
        """Return one page of the history; a page beyond the end is empty."""
        rows = self.policy.history_rows
        entries = uow.growth.history(member, limit=rows + 1, offset=page * rows)
        return History(entries[:rows], page, has_more=len(entries) > rows)

    def close(self, uow: Uow, *, member: MemberId) -> int:
        """Give an account up: all points lapse and nothing falls due; the ledgers stay."""
        gone = uow.growth.close(member, now=uow.now)
        uow.journal.note("growth.closed", member=member, points=gone)
        return gone

    def export(self, uow: Uow, *, member: MemberId) -> tuple[Mapping[str, int | str | None], ...]:
        """Return everything kept of an account as plain lines."""
        entries = uow.growth.history(member, limit=100_000, offset=0)
        return tuple(
            {"at": each.at.isoformat(), "event": each.event, "growth": each.growth, "points": each.points}
            for each in entries
        )

    def expiring(self, uow: Uow, *, due: Due) -> Expiry:
        """Return what is left of the points that timed work is about."""
        return Expiry(due.expires_on, uow.growth.unspent(due.member, expires_on=due.expires_on))

    def is_late(self, due: Due, *, today: date) -> bool:
        """Tell whether a notice has missed its time."""
        return rules.is_late(due.kind, today=today, expires_on=due.expires_on, policy=self.policy)

    def lapse(self, uow: Uow, *, due: Due) -> int:
        """Take back points that were not spent in time and return how many."""
        gone = uow.growth.lapse(due.member, expires_on=due.expires_on, now=uow.now)
        if gone:
            uow.journal.note("growth.lapsed", member=due.member, points=gone)
        return gone

    def _credit(
        self, uow: Uow, *, member: MemberId, event: Event, key: str, amount: int, zone: ZoneInfo
    ) -> bool:
        expires_on = rules.expiry_date(business_day.local_date(uow.now, zone), self.policy)
        if not uow.growth.credit(
            member, event=event, key=key, amount=amount, expires_on=expires_on, now=uow.now
        ):
            return False
        for kind, due_at in rules.schedule(expires_on, zone, self.policy):
            uow.growth.plan(member, kind=kind, expires_on=expires_on, due_at=due_at)
        uow.journal.note("growth.credited", member=member, event=event, growth=amount, points=amount)
        return True
