"""The whole product as one value: every service, and the acts that need more than one feature."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Protocol

from features.growth import ports as growth_ports
from features.growth.model import Card, Due, DueKind, Expiry, History
from features.growth.service import Growth
from features.members import ports as members_ports
from features.members.model import Checking, Group, Member, Person, Started
from features.members.service import Members
from features.outreach import rules as outreach
from kernel import business_day
from kernel.ids import ChatId, private_chat
from kernel.message import Kind, MessageClass, Outgoing, Text


class Uow(growth_ports.Uow, members_ports.Uow, Protocol):
    """A unit of work with every store."""


@dataclass(frozen=True, slots=True)
class Home:
    """What a member's menu shows: who they are, their first group, their account."""

    known: Started
    card: Card


@dataclass(frozen=True, slots=True)
class Consented:
    """A member agreed to the service; `credited` only the first time, ever."""

    home: Home
    credited: bool


@dataclass(frozen=True, slots=True)
class App:
    """Every use case of the product."""

    members: Members
    growth: Growth

    def start(self, uow: Uow, *, person: Person, payload: str) -> Home | Checking:
        """Open the menu for a member, or ask Telegram whether they are one. Raises NotMember or Away."""
        started = self.members.start(uow, person=person, payload=payload)
        return started if isinstance(started, Checking) else self._home(uow, started)

    def membership_told(self, uow: Uow, *, chat: ChatId, person: Person, present: bool) -> Home | Checking:
        """Go on with a Start once Telegram said whether the person is there. Raises NotMember or Away."""
        started = self.members.membership_told(uow, chat=chat, person=person, present=present)
        return started if isinstance(started, Checking) else self._home(uow, started)

    def consent(self, uow: Uow, *, person: Person) -> Consented:
        """Record consent and credit the registration reward once for ever. Raises NotMember or Away."""
        known = self.members.consent(uow, person=person)
        credited = self.growth.register(uow, member=known.member.id, zone=known.group.zone)
        return Consented(self._home(uow, known), credited)

    def decline(self, uow: Uow, *, person: Person) -> Home | None:
        """Open nothing and return None; the menu for somebody who agreed before. Raises Away."""
        if not self.members.agreed_before(uow, person=person):
            return None
        return self._home(uow, self.members.known(uow, person=person))

    def growth_card(self, uow: Uow, *, person: Person) -> Home:
        """Return a member's account. Raises NotMember, Away or ConsentNeeded."""
        return self._home(uow, self.members.consented(uow, person=person))

    def growth_history(self, uow: Uow, *, person: Person, page: int) -> tuple[Started, History]:
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

    def _home(self, uow: Uow, known: Started) -> Home:
        return Home(known, self.growth.card(uow, member=known.member.id))

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
