"""A member's account: what it shows, and what falls due for it."""

from dataclasses import dataclass
from datetime import datetime, time

from features.app.model import Home
from features.app.uow import Uow
from features.growth.model import Due, DueKind, Expiry, History
from features.growth.service import Growth
from features.members.model import Group, Member, Person, Started
from features.members.service import Members
from features.outreach import rules as outreach
from kernel import business_day
from kernel.ids import private_chat
from kernel.message import Kind, MessageClass, Outgoing, Text


@dataclass(frozen=True, slots=True)
class Accounts:
    """Growth accounts of members."""

    members: Members
    growth: Growth

    def card(self, uow: Uow, *, person: Person) -> Home:
        """Return a member's account. Raises NotMember, Away or ConsentNeeded."""
        known = self.members.consented(uow, person=person)
        return Home(known, self.growth.card(uow, member=known.member.id))

    def history(self, uow: Uow, *, person: Person, page: int) -> tuple[Started, History]:
        """Return a page of a member's history. Raises NotMember, Away or ConsentNeeded."""
        known = self.members.consented(uow, person=person)
        return known, self.growth.history(uow, member=known.member.id, page=page)

    def points_due(self, uow: Uow, *, due: int) -> None:
        """Do one piece of timed work on expiring points: tell their owner in time, or take them back."""
        item = uow.growth.take(due, now=uow.now)
        if item is None:
            return
        if item.kind is DueKind.LAPSE:
            self.growth.lapse(uow, due=item)
            uow.growth.finish(item.id, outcome="done")
            return
        self._give_notice(uow, item, uow.members.get(item.member))

    def _give_notice(self, uow: Uow, due: Due, member: Member) -> None:
        groups = uow.members.groups_of(member.id)
        expiry = self.growth.expiring(uow, due=due)
        if reason := self._why_no_notice(uow, due, member, expiry, groups):
            uow.growth.finish(due.id, outcome=reason)
            uow.journal.note("growth.notice_skipped", member=member.id, reason=reason)
            return
        group = groups[0]
        allowed = outreach.next_allowed(uow.now, group.zone, group.quiet)
        if allowed > uow.now:
            uow.growth.postpone(due.id, until=allowed)
            return
        uow.outbox.put(_notice(due, expiry, member, group, uow.now))
        uow.growth.finish(due.id, outcome="done")
        uow.journal.note("growth.notified", member=member.id, group=group.id, points=expiry.points)

    def _why_no_notice(
        self, uow: Uow, due: Due, member: Member, expiry: Expiry, groups: tuple[Group, ...]
    ) -> str | None:
        if expiry.points <= 0:
            return "spent"
        if not member.consented or not groups:
            return "not_wanted"
        if not member.reachable:
            return "unreachable"
        late = self.growth.is_late(due, today=business_day.local_date(uow.now, groups[0].zone))
        return "late" if late else None


def _notice(due: Due, expiry: Expiry, member: Member, group: Group, now: datetime) -> Outgoing:
    gone_at = business_day.instant(business_day.days_later(expiry.on, 1), time.min, group.zone)
    quiet_at = outreach.quiet_from(now, group.zone, group.quiet)
    return Outgoing(
        Kind.SEND,
        private_chat(member.user),
        MessageClass.NOTICE,
        text=Text("growth.expiring", {"points": expiry.points, "on": expiry.on}),
        language=member.language,
        expires_at=min(quiet_at, gone_at) if quiet_at else gone_at,  # never at night, never untrue
        dedupe_key=f"points-due:{due.id}",
    )
