"""What staff need kept."""

from datetime import datetime
from typing import Protocol

from features.members import ports as members_ports
from features.members.model import Group, Member
from features.staff.model import Act, Approval, AuditLine, Invitation, Post, Role, Values
from kernel.ids import GroupId, MemberId, UserId


class StaffStore(Protocol):
    """Roles, invitations, acts and approvals."""

    def roles(self, member: MemberId, group: GroupId, *, now: datetime) -> frozenset[Role]:
        """Return the roles that count in a group: not over, their holder in it, or those of the owner."""
        ...

    def groups_with(self, member: MemberId, roles: tuple[Role, ...], *, now: datetime) -> tuple[Group, ...]:
        """Return the enabled groups in which one of `roles` counts for the person; all for the owner."""
        ...

    def administered(self, user: UserId) -> tuple[Group, ...]:
        """Return the enabled groups of which Telegram last said that `user` is an administrator."""
        ...

    def owner(self) -> MemberId | None:
        """Return who owns the bot; None while nobody does."""
        ...

    def posts(self, group: GroupId, *, now: datetime) -> tuple[Post, ...]:
        """Return the roles that count in a group, by rank and age; not the owner's."""
        ...

    def give(
        self,
        member: MemberId,
        role: Role,
        *,
        group: GroupId | None,
        given_by: MemberId | None,
        until: datetime | None,
        now: datetime,
    ) -> bool:
        """Record a role; False when the person has it, or the bot has an owner."""
        ...

    def end(self, member: MemberId, role: Role, *, group: GroupId | None, now: datetime) -> Post | None:
        """End a role and return what it was; None when the person does not have it."""
        ...

    def over(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the roles whose days are over and that nobody has ended yet, longest ago first."""
        ...

    def next_over_at(self) -> datetime | None:
        """Return when the days of the next role are over."""
        ...

    def end_over(self, role: int, *, now: datetime) -> Post | None:
        """End a role whose days are over and return what it was; None where there is nothing to end."""
        ...

    def holders(
        self, group: GroupId, *, act: Act, not_by: MemberId | None = None, now: datetime
    ) -> tuple[Member, ...]:
        """Return who may do `act` in a group by a role that counts, known longest first.

        Roles that `not_by` gave do not count.
        """
        ...

    def leaders_by_telegram(self, group: GroupId) -> tuple[Member, ...]:
        """Return who leads a group because Telegram called them its administrator."""
        ...

    def note(
        self,
        *,
        group: GroupId | None,
        actor: MemberId | None,
        act: str,
        subject: int | None,
        before: Values | None,
        after: Values | None,
        now: datetime,
    ) -> int:
        """Write an audit line and return its number."""
        ...


class AuditStore(Protocol):
    """What staff did, and what waits for a second person."""

    def lines(self, group: GroupId, *, limit: int, offset: int) -> tuple[AuditLine, ...]:
        """Return what staff did in a group, newest first."""
        ...

    def get(self, line: int) -> AuditLine | None:
        """Return a line."""
        ...

    def mark_undone(self, line: int, *, now: datetime) -> bool:
        """Record that a line was taken back; False when it was before."""
        ...

    def corrected(self, *, by: MemberId, member: MemberId, since: datetime) -> int:
        """Return how many points somebody gave or took by hand for a member since then, signs aside."""
        ...

    def ask(self, asked: Approval, *, now: datetime) -> int:
        """Keep a correction that waits for a second person, and return its number."""
        ...

    def approval(self, number: int) -> Approval | None:
        """Return a correction that was asked for, decided or not."""
        ...

    def decide(self, number: int, *, outcome: str, by: MemberId, now: datetime) -> bool:
        """Record a decision; False when there was one before, or it comes too late."""
        ...

    def expire(self, number: int, *, now: datetime) -> bool:
        """Close a correction that nobody decided in time; False when it was decided, or has time."""
        ...

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the corrections whose time is over, longest ago first."""
        ...

    def next_due_at(self) -> datetime | None:
        """Return when the time of the next waiting correction is over."""
        ...

    def back_off(self, number: int, *, until: datetime) -> None:
        """Let a correction that could not be closed wait until then."""
        ...


class InvitationStore(Protocol):
    """Links to roles, by the hash of their code."""

    def add(self, invitation: Invitation, *, made_at: datetime) -> None:
        """Keep a new invitation."""
        ...

    def void(self, *, role: Role, group: GroupId | None, made_by: MemberId | None, now: datetime) -> None:
        """Let unused invitations of the same kind by the same person be over."""
        ...

    def open(self, code_hash: str, *, now: datetime) -> Invitation | None:
        """Return an invitation that is neither used nor over; half of the hash names it too."""
        ...

    def use(self, code_hash: str, *, by: MemberId, now: datetime) -> bool:
        """Use an invitation up; False when it was used before, or is over."""
        ...


class Uow(members_ports.Uow, Protocol):
    """What the use cases of staff may touch."""

    @property
    def staff(self) -> StaffStore:
        """Staff."""
        ...

    @property
    def invitations(self) -> InvitationStore:
        """Links to roles."""
        ...

    @property
    def audit(self) -> AuditStore:
        """What staff did."""
        ...
