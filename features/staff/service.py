"""Use cases of staff: rights, and what was done with them."""

from dataclasses import dataclass
from datetime import timedelta

from features.members.model import Group, GroupState, Person
from features.staff import rules
from features.staff.model import Act, Choice, Deed, ListAsked, NotAllowed, Role, StaffPolicy, Standing, Values
from features.staff.ports import Uow
from kernel.ids import ChatId, GroupId, MemberId, UserId
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

    def groups_for(self, uow: Uow, *, user: UserId, act: Act) -> tuple[Group, ...]:
        """Return the groups in which `user` may do `act`, oldest first.

        Of administrators Telegram's last word counts; `check` looks closer.
        """
        member = uow.members.by_user(user)
        found = uow.staff.groups_with(member.id, rules.roles_for(act), now=uow.now) if member else ()
        if act in rules.BY_TELEGRAM:
            found += uow.staff.administered(user)
        return tuple(sorted({group.id: group for group in found}.values(), key=lambda group: group.id))

    def left(self, uow: Uow, *, chat: ChatId, user: UserId) -> None:
        """End the roles in a group of somebody who left it; the owner stays the owner."""
        group, member = uow.groups.by_chat(chat), uow.members.by_user(user)
        if group is None:
            return
        uow.groups.drop_administrator(group.id, user)
        if member:
            self.lose(uow, group=group.id, member=member.id, roles=tuple(Role))

    def demoted(self, uow: Uow, *, chat: ChatId, user: UserId) -> None:
        """Take from a former administrator what came with that: at once, whatever lists are on their way."""
        group, member = uow.groups.by_chat(chat), uow.members.by_user(user)
        if group is None:
            return
        uow.groups.drop_administrator(group.id, user)
        if member and any(each.id == member.id for each in uow.staff.leaders_by_telegram(group.id)):
            self.lose(uow, group=group.id, member=member.id, roles=(Role.LEADER,))

    def lose(self, uow: Uow, *, group: GroupId, member: MemberId, roles: tuple[Role, ...]) -> None:
        """End roles in a group by what Telegram said, with a line for each."""
        for role in roles:
            post = uow.staff.end(member, role, group=group, now=uow.now)
            if post is not None:
                before: Values = {"role": post.role}
                self.note(uow, group=group, actor=None, act=Deed.ROLE_LOST, subject=member, before=before)

    def the_group(self, uow: Uow, *, user: UserId, group: GroupId | None, act: Act) -> Standing | Choice:
        """Return what `user` is in `group`, or in the only one where they may do `act`; else which there are.

        Raises NotAllowed or ListAsked.
        """
        if group is None:
            groups = self.groups_for(uow, user=user, act=act)
            if len(groups) > 1:
                return Choice(groups)
            if not groups:
                raise NotAllowed
            group = groups[0].id
        return self.standing(uow, user=user, group=group, act=act)

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
