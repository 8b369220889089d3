"""Corrections of points by staff: at once, or with a second person where it is much."""

from dataclasses import dataclass
from datetime import timedelta

from features.app.accounts import Accounts
from features.app.model import Adjustment, Corrected, Correcting
from features.app.uow import Uow
from features.members.model import Group, Member
from features.staff.model import (
    Act,
    Approval,
    AuditLine,
    BadAmount,
    Deed,
    NobodyElse,
    NoConsent,
    NotInGroup,
    NotYourself,
    OwnHelper,
    Reason,
    Values,
)
from features.staff.service import Staff
from features.staff.wording import staff_notice
from kernel.ids import GroupId, MemberId, UserId
from kernel.message import Param, Text

MOST_POINTS = 100_000  # in one correction
_DAY = timedelta(days=1)
_UNDONE = "undone"  # why points changed, as the history tells it


@dataclass(frozen=True, slots=True)
class Corrections:
    """Points given and taken by hand."""

    staff: Staff
    accounts: Accounts

    def correct(
        self, uow: Uow, *, user: UserId, group: GroupId, member: MemberId, points: int, reason: Reason
    ) -> Corrected:
        """Correct a member's points at once, or ask a second person.

        What the same person did for the same member within a day counts together. Raises NotAllowed,
        NotYourself, NotInGroup, NoConsent, BadAmount or NobodyElse.
        """
        standing = self.staff.standing(uow, user=user, group=group, act=Act.POINTS)
        subject = self._subject(uow, standing.member, group, member)
        if points == 0 or abs(points) > MOST_POINTS:
            raise BadAmount(most=MOST_POINTS)
        before = uow.audit.corrected(by=standing.member, member=member, since=uow.now - _DAY)
        if before + abs(points) > self.staff.policy.approval_points:
            return self._ask(uow, standing.group, standing.member, subject, points, reason)
        line, became = self._book(uow, standing.group, standing.member, subject.id, points, reason)
        return Corrected(Correcting.DONE, standing.group, subject, points, reason, line=line, became=became)

    def decide(self, uow: Uow, *, user: UserId, approval: int, approved: bool) -> Corrected | None:
        """Decide a correction as the second person; None where nothing waits any more.

        Raises NotAllowed, NotYourself and OwnHelper.
        """
        asked = uow.audit.approval(approval)
        if asked is None:
            return None
        standing = self.staff.standing(uow, user=user, group=asked.group, act=Act.APPROVE_POINTS)
        if standing.member in (asked.asked_by, asked.member):
            raise NotYourself
        if standing.member not in {each.id for each in self._others(uow, asked)}:
            raise OwnHelper
        outcome = "approved" if approved else "refused"
        if not uow.audit.decide(approval, outcome=outcome, by=standing.member, now=uow.now):
            return None
        subject, author = uow.members.find(asked.member), uow.members.find(asked.asked_by)
        if subject is None:
            return None
        done = Correcting.APPROVED if approved else Correcting.REFUSED
        became = None
        if approved:
            _, became = self._book(
                uow, standing.group, standing.member, subject.id, asked.points, asked.reason
            )
        else:
            self.staff.note(
                uow,
                group=asked.group,
                actor=standing.member,
                act=Deed.POINTS_REFUSED,
                subject=asked.member,
                after={"points": asked.points, "reason": asked.reason},
            )
        return Corrected(
            done, standing.group, subject, asked.points, asked.reason, author=author, became=became
        )

    def may_take_back(self, line: AuditLine) -> bool:
        """Tell whether one person may undo a correction: what two agreed on is not for one to take back."""
        return abs(_points(line)) <= self.staff.policy.approval_points

    def take_back(self, uow: Uow, *, line: AuditLine, group: Group) -> bool:
        """Undo what a line of the audit corrected; False for what one person may not undo, or nobody's."""
        subject, after = uow.members.find(MemberId(line.subject or 0)), line.after or {}
        if subject is None or not self.may_take_back(line):
            return False
        self.accounts.adjust(
            uow,
            member=subject.id,
            group=group,
            points=-_points(line),
            key=f"undo:{line.id}:{_UNDONE}",
            reason=_UNDONE,
            undoes=_key(line.id, str(after["reason"])),
        )
        return True

    def expire(self, uow: Uow, *, approval: int) -> None:
        """Close a correction that nobody decided in time, and tell who asked for it."""
        asked = uow.audit.approval(approval)
        if asked is None or not uow.audit.expire(approval, now=uow.now):
            return
        uow.journal.note("staff.approval_expired", member=asked.member, group=asked.group)
        author, subject = uow.members.find(asked.asked_by), uow.members.find(asked.member)
        if author is not None and subject is not None and author.reachable:
            name: Param = subject.name or Text("members.nameless")
            text = Text("staff.correction_expired", {"name": name, "points": f"{asked.points:+d}"})
            once = f"approval-expired:{asked.id}"
            uow.outbox.put(staff_notice(author, text, about=subject.id, once=once))

    def _ask(
        self, uow: Uow, group: Group, author: MemberId, subject: Member, points: int, reason: Reason
    ) -> Corrected:
        expires_at = uow.now + timedelta(hours=self.staff.policy.approval_hours)
        asked = Approval(0, group.id, subject.id, points, reason, author, expires_at)
        others = tuple(each for each in self._others(uow, asked) if each.reachable)
        if not others:
            raise NobodyElse(limit=self.staff.policy.approval_points)
        number = uow.audit.ask(asked, now=uow.now)
        after: Values = {"points": points, "reason": reason}
        self.staff.note(
            uow, group=group.id, actor=author, act=Deed.POINTS_ASKED, subject=subject.id, after=after
        )
        return Corrected(
            Correcting.ASKED,
            group,
            subject,
            points,
            reason,
            approval=number,
            others=others,
            author=uow.members.find(author),
        )

    @staticmethod
    def _others(uow: Uow, asked: Approval) -> tuple[Member, ...]:
        """Return who may be the second person: neither who asks nor who gains.

        Nor whom who asks made a leader, unless they own the bot: then everybody was made one by them.
        """
        not_by = None if uow.staff.owner() == asked.asked_by else asked.asked_by
        holders = uow.staff.holders(asked.group, act=Act.APPROVE_POINTS, not_by=not_by, now=uow.now)
        return tuple(each for each in holders if each.id not in (asked.asked_by, asked.member))

    def _book(
        self, uow: Uow, group: Group, actor: MemberId, member: MemberId, points: int, reason: Reason
    ) -> tuple[int, Adjustment]:
        """Correct points; return the line of the audit, and what they became."""
        after: Values = {"points": points, "reason": reason}
        line = self.staff.note(
            uow, group=group.id, actor=actor, act=Deed.POINTS_CORRECTED, subject=member, after=after
        )
        key = _key(line, reason)
        return line, self.accounts.adjust(
            uow, member=member, group=group, points=points, key=key, reason=reason
        )

    @staticmethod
    def _subject(uow: Uow, actor: MemberId, group: GroupId, member: MemberId) -> Member:
        if member == actor:
            raise NotYourself
        subject = uow.members.find(member)
        if subject is None or not uow.members.is_in(member, group):
            raise NotInGroup
        if not subject.consented:
            raise NoConsent
        return subject


def _points(line: AuditLine) -> int:
    return int((line.after or {})["points"] or 0)


def _key(line: int, reason: str) -> str:
    """Return the key of the correction that a line of the audit tells."""
    return f"staff:{line}:{reason}"
