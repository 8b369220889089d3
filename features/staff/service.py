"""Use cases of staff: rights, and what was done with them."""

from dataclasses import dataclass
from datetime import timedelta

from features.members.model import Group, GroupState, Person
from features.staff import rules
from features.staff.model import Act, Deed, ListAsked, NotAllowed, Role, StaffPolicy, Standing, Values
from features.staff.ports import Uow
from kernel.ids import GroupId, MemberId, UserId
from kernel.message import Call, Kind, MessageClass, Outgoing

_LIST_HOLDS = timedelta(hours=24)  # changes are told at once; an older list may have missed some


@dataclass(frozen=True, slots=True)
class Staff:
    """Roles and what comes with them."""

    policy: StaffPolicy

    def check(self, uow: Uow, *, user: UserId, group: GroupId, act: Act) -> MemberId:
        """Return who `user` is to us if they may do `act` in `group`. Raises NotAllowed or ListAsked.

        Roles count only while their holder is in the group; an administrator of the group may do some
        acts without one.
        """
        return self.standing(uow, user=user, group=group, act=act).member

    def standing(self, uow: Uow, *, user: UserId, group: GroupId, act: Act) -> Standing:
        """Return what somebody is in a group in which they may do `act`. Raises NotAllowed or ListAsked."""
        there, member = uow.groups.get(group), uow.members.by_user(user)
        if there is None or there.state is not GroupState.ENABLED:
            raise NotAllowed
        roles = uow.staff.roles(member.id, group, now=uow.now) if member else frozenset[Role]()
        if member and rules.may(roles, act):
            return Standing(member.id, there, roles, by_telegram=False)
        if act not in rules.BY_TELEGRAM:
            raise NotAllowed
        self._check_administrator(uow, there, user)
        if member is None:
            member = uow.members.meet(Person(user, "", None), now=uow.now)
        return Standing(member.id, there, roles, by_telegram=True)

    def is_owner(self, uow: Uow, *, user: UserId) -> MemberId | None:
        """Return the owner's id if `user` is the owner, else None."""
        owner, member = uow.staff.owner(), uow.members.by_user(user)
        return owner if member and member.id == owner else None

    def check_owner(self, uow: Uow, *, user: UserId) -> MemberId:
        """Return who `user` is to us if they own the bot. Raises NotAllowed."""
        owner = self.is_owner(uow, user=user)
        if owner is None:
            raise NotAllowed
        return owner

    def groups_for(self, uow: Uow, *, user: UserId, act: Act) -> tuple[Group, ...]:
        """Return the groups in which `user` may do `act`, oldest first.

        Of administrators Telegram's last word counts; `check` looks closer.
        """
        member = uow.members.by_user(user)
        found = uow.staff.groups_with(member.id, rules.roles_for(act), now=uow.now) if member else ()
        if act in rules.BY_TELEGRAM:
            found += uow.staff.administered(user)
        return tuple(sorted({group.id: group for group in found}.values(), key=lambda group: group.id))

    def note(
        self,
        uow: Uow,
        *,
        group: GroupId | None,
        actor: MemberId | None,
        act: Deed,
        subject: int | None = None,
        before: Values | None = None,
        after: Values | None = None,
    ) -> int:
        """Write an audit line and a fact of the journal; return the line's number.

        Values are ids, codes and numbers, never names or texts. `actor` None: an administrator who hides,
        the console, or Telegram.
        """
        uow.journal.note("staff.acted", member=actor, group=group, act=act)
        return uow.staff.note(
            group=group, actor=actor, act=act, subject=subject, before=before, after=after, now=uow.now
        )

    @staticmethod
    def _check_administrator(uow: Uow, group: Group, user: UserId) -> None:
        told = uow.groups.administrators(group.id, since=uow.now - _LIST_HOLDS)
        if user in told:
            return
        if told:
            raise NotAllowed
        raise ListAsked.asking(Outgoing(Kind.CALL, group.chat, MessageClass.UPKEEP, call=Call.ADMINISTRATORS))
