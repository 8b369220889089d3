"""Use cases of the owner: whose bot it is, and which groups it works in."""

from dataclasses import dataclass
from datetime import timedelta

from features.members.model import CameBy, Enabled, Enabling, Group, GroupState, GroupUnknown, Person
from features.members.service import Members
from features.staff.invitations import Invitations
from features.staff.model import (
    Decided,
    Deed,
    Followed,
    Following,
    Invitation,
    LinkOver,
    NotOwner,
    OwnerDesk,
    Role,
    StaffPolicy,
    TakenOver,
    Waiting,
)
from features.staff.ports import Uow
from features.staff.service import Staff
from kernel.ids import ChatId, GroupId, MemberId, MessageId, UserId

_NEW = (GroupState.MET, GroupState.LEFT)


@dataclass(frozen=True, slots=True)
class Owner:
    """Claiming the bot, handing it over, approving groups."""

    policy: StaffPolicy
    members: Members
    staff: Staff
    invitations: Invitations

    # -- whose bot it is

    def console_code(self, uow: Uow) -> str | None:
        """Return a new code that makes whoever follows it the owner; None when somebody is.

        Codes the console showed before are worth nothing from now on.
        """
        if uow.staff.owner() is not None:
            return None
        return self.invitations.make(uow, role=Role.OWNER, group=None, made_by=None)

    def hand_over(self, uow: Uow, *, user: UserId) -> str:
        """Return a code for who shall be the owner next; an earlier one dies. Raises NotOwner."""
        owner = self.check(uow, user=user)
        return self.invitations.make(uow, role=Role.OWNER, group=None, made_by=owner)

    def follow(self, uow: Uow, *, person: Person, invitation: Invitation) -> Followed:
        """Make who follows the console's code the owner; ask them first when the owner hands over."""
        member = uow.members.meet(person, now=uow.now)
        if invitation.made_by is not None:
            if invitation.made_by != uow.staff.owner():
                return Followed(Following.WRONG, person.name)
            if invitation.made_by == member.id:
                return Followed(Following.OWN_LINK, person.name)
            return Followed(Following.CONFIRM, person.name, invitation=invitation)
        if not self._becomes_owner(uow, member.id, invitation):
            return Followed(Following.WRONG, person.name)
        uow.members.set_reachable(member.id, reachable=True)
        self.staff.note(uow, group=None, actor=member.id, act=Deed.OWNER_CLAIMED, subject=member.id)
        return Followed(Following.OWNER, person.name)

    def take_over(self, uow: Uow, *, person: Person, code_hash: str) -> TakenOver | None:
        """Make who confirms the owner in the place of who made the link; None for a link that is over."""
        invitation, member = uow.invitations.open(code_hash, now=uow.now), uow.members.by_user(person.user)
        if invitation is None or invitation.role is not Role.OWNER or member is None:
            return None
        before = invitation.made_by
        if before is None or before == member.id:
            return None
        if uow.staff.end(before, Role.OWNER, group=None, now=uow.now) is None:
            return None
        if not self._becomes_owner(uow, member.id, invitation):
            raise LinkOver  # somebody else was faster: nothing of this unit stays
        uow.members.set_reachable(member.id, reachable=True)
        self.staff.note(
            uow,
            group=None,
            actor=member.id,
            act=Deed.OWNER_CHANGED,
            subject=member.id,
            before={"owner": before},
            after={"owner": member.id},
        )
        return TakenOver(uow.members.find(before), person.name)

    def desk(self, uow: Uow, *, user: UserId) -> OwnerDesk:
        """Return what waits for the owner. Raises NotOwner."""
        self.check(uow, user=user)
        return OwnerDesk(uow.groups.asked(), len(uow.groups.enabled()))

    def check(self, uow: Uow, *, user: UserId) -> MemberId:
        """Return the owner's id if `user` is the owner. Raises NotOwner."""
        owner = self.staff.is_owner(uow, user=user)
        if owner is None:
            raise NotOwner
        return owner

    @staticmethod
    def _becomes_owner(uow: Uow, member: MemberId, invitation: Invitation) -> bool:
        if not uow.invitations.use(invitation.code_hash, by=member, now=uow.now):
            return False
        given_by = invitation.made_by
        return uow.staff.give(member, Role.OWNER, group=None, given_by=given_by, until=None, now=uow.now)

    # -- which groups it works in

    def enable(
        self, uow: Uow, *, chat: ChatId, person: Person, bot: UserId, card: MessageId | None
    ) -> Waiting | Enabled:
        """Enable a group for an administrator who is the owner, else ask the owner.

        `card` is the message with the button. Raises GroupUnknown and NotAdministrator.
        """
        done = self.members.press(uow, chat=chat, person=person, bot=bot)
        if done.outcome is Enabling.ASKED:
            uow.groups.note_asker(done.group.id, uow.members.meet(person, now=uow.now).id, card)
        if done.outcome is not Enabling.READY:
            return done
        return self._decide_or_ask(uow, done.group, person, card)

    def administrators_told(
        self, uow: Uow, *, chat: ChatId, people: tuple[Person, ...], bot: UserId, presser: UserId | None
    ) -> Waiting | Enabled | None:
        """Keep what Telegram answered about a group's administrators; go on for who waits for it.

        None: nothing to say.
        """
        users = tuple(person.user for person in people)
        done = self.members.administrators_told(uow, chat=chat, users=users, bot=bot, presser=presser)
        if group := uow.groups.by_chat(chat):
            self._end_of_others(uow, group, users, bot)
        if done is None or done.outcome is not Enabling.READY:
            return done
        asking = next((person for person in people if person.user == presser), None)
        return None if asking is None else self._decide_or_ask(uow, done.group, asking, done.group.card)

    def waiting(self, uow: Uow, *, user: UserId, group: GroupId) -> Waiting | None:
        """Return a group that waits, with who asked; None when it does not any more. Raises NotOwner."""
        self.check(uow, user=user)
        there = uow.groups.get(group)
        if there is None or there.state is not GroupState.ASKED or there.asked_by is None:
            return None
        asker = uow.members.find(there.asked_by)
        name = asker.name if asker else ""
        return Waiting(there, there.asked_by, name, there.state_at, owner=None, fresh=False)

    def decide(self, uow: Uow, *, user: UserId, group: GroupId, approved: bool) -> Decided:
        """Let the bot work in a group that asked, or not. Raises NotOwner and GroupUnknown.

        Only what still waits is decided: a second tap, or a card of a group that left, changes nothing.
        """
        owner, there = self.check(uow, user=user), uow.groups.get(group)
        if there is None:
            raise GroupUnknown
        if not approved:
            moved = uow.groups.move(group, to=GroupState.REFUSED, since=(GroupState.ASKED,), now=uow.now)
            if moved:
                self.staff.note(uow, group=group, actor=owner, act=Deed.GROUP_REFUSED)
            return Decided(there, fresh=moved)
        if there.state is not GroupState.ASKED:
            return Decided(there, fresh=False)
        return Decided(there, fresh=self._enable(uow, there, owner, (GroupState.ASKED,)))

    def _decide_or_ask(
        self, uow: Uow, group: Group, person: Person, card: MessageId | None
    ) -> Waiting | Enabled:
        member = uow.members.meet(person, now=uow.now)
        uow.groups.note_asker(group.id, member.id, card)
        owner = uow.staff.owner()
        if member.id == owner:
            fresh = self._enable(uow, group, owner, tuple(s for s in GroupState if s not in _WORKS))
            return Enabled(group, Enabling.ENABLED if fresh else Enabling.ALREADY)
        if self._asks(uow, group):
            self.staff.note(uow, group=group.id, actor=member.id, act=Deed.GROUP_ASKED)
            told = None if owner is None else uow.members.find(owner)
            return Waiting(group, member.id, person.name, uow.now, owner=told, fresh=True)
        now = uow.groups.get(group.id) or group
        if now.state is GroupState.ENABLED:
            return Enabled(now, Enabling.ALREADY)
        return Waiting(now, member.id, person.name, uow.now, owner=None, fresh=False)

    def _asks(self, uow: Uow, group: Group) -> bool:
        """Let a group wait for the owner; False when it does, or was refused a short while ago."""
        refused_before = uow.now - timedelta(hours=self.policy.ask_again_hours)
        since = (*_NEW, GroupState.REFUSED) if group.state_at <= refused_before else _NEW
        return uow.groups.move(group.id, to=GroupState.ASKED, since=since, now=uow.now)

    def _enable(self, uow: Uow, group: Group, owner: MemberId, since: tuple[GroupState, ...]) -> bool:
        if not uow.groups.move(group.id, to=GroupState.ENABLED, since=since, now=uow.now):
            return False
        uow.journal.note("group.enabled", group=group.id)
        self.staff.note(uow, group=group.id, actor=owner, act=Deed.GROUP_ENABLED)
        self._first_leader(uow, group.id)
        return True

    def _first_leader(self, uow: Uow, group: GroupId) -> None:
        """Make the administrator who asked the leader, unless they left or are none any more."""
        there = uow.groups.get(group)
        asked_by = there.asked_by if there else None
        asker = uow.members.find(asked_by) if asked_by else None
        if asker is None or asker.user not in uow.groups.all_administrators(group):
            return
        uow.members.enter(asker.id, group, came_by=CameBy.SEEN, now=uow.now)
        given = uow.staff.give(asker.id, Role.LEADER, group=group, given_by=None, until=None, now=uow.now)
        if given:
            self.staff.note(
                uow,
                group=group,
                actor=None,
                act=Deed.ROLE_GIVEN,
                subject=asker.id,
                after={"role": Role.LEADER},
            )

    def _end_of_others(self, uow: Uow, group: Group, users: tuple[UserId, ...], bot: UserId) -> None:
        if bot not in users:  # then who hides is not in the list
            return
        for member in uow.staff.leaders_by_telegram(group.id):
            if member.user not in users:
                self.staff.lose(uow, group=group.id, member=member.id, roles=(Role.LEADER,))


_WORKS = (GroupState.ENABLED,)
