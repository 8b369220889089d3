"""Use cases about groups and people."""

from dataclasses import dataclass
from datetime import timedelta

from features.members import rules
from features.members.model import (
    Checking,
    ConsentNeeded,
    Enabled,
    Enabling,
    Group,
    GroupState,
    GroupUnknown,
    Joined,
    MembersPolicy,
    NotAdministrator,
    NotMember,
    Person,
    Started,
)
from features.members.ports import Uow
from kernel.ids import ChatId, UserId
from kernel.message import Call, Kind, MessageClass, Outgoing

_LIST_HOLDS = timedelta(minutes=10)  # an older list of administrators is asked for anew


@dataclass(frozen=True, slots=True)
class Members:
    """Who is here and what they agreed to."""

    policy: MembersPolicy

    def added(self, uow: Uow, *, chat: ChatId, title: str) -> Group:
        """Record that the bot was added to a group and ask Telegram who its administrators are."""
        group = uow.groups.meet(chat, title=title, policy=self.policy, now=uow.now)
        uow.groups.move(group.id, to=GroupState.MET, since=(GroupState.LEFT,), now=uow.now)
        uow.journal.note("group.met", group=group.id)
        self._ask_administrators(uow, chat)
        return group

    def removed(self, uow: Uow, *, chat: ChatId) -> None:
        """Record that the bot was removed from a group: nothing is heard or said there any more."""
        group = uow.groups.by_chat(chat)
        in_it = (GroupState.MET, GroupState.ENABLED)
        if group and uow.groups.move(group.id, to=GroupState.LEFT, since=in_it, now=uow.now):
            uow.journal.note("group.left", group=group.id)

    def administrators_changed(self, uow: Uow, *, chat: ChatId) -> None:
        """Ask Telegram anew who the administrators of a known group are."""
        if uow.groups.by_chat(chat):
            self._ask_administrators(uow, chat)

    def administrators_told(
        self, uow: Uow, *, chat: ChatId, users: tuple[UserId, ...], bot: UserId, presser: UserId | None
    ) -> Enabled | None:
        """Keep what Telegram answered about a group's administrators, and enable it if one waits for that.

        `presser` pressed the enabling button when the list was missing or old. None: nothing to say.
        """
        group = uow.groups.by_chat(chat)
        if group is None:
            return None
        uow.groups.set_administrators(group.id, users, now=uow.now)
        return self._enable(uow, group, frozenset(users), bot) if presser in users else None

    def enable(self, uow: Uow, *, chat: ChatId, user: UserId, bot: UserId) -> Enabled:
        """Enable a group for the administrator who pressed the button, if the bot itself is one.

        Raises GroupUnknown where the bot was never added, and NotAdministrator.
        """
        group = uow.groups.by_chat(chat)
        if group is None:
            raise GroupUnknown
        administrators = uow.groups.administrators(group.id, since=uow.now - _LIST_HOLDS)
        if not administrators:
            self._ask_administrators(uow, chat, presser=user)
            return Enabled(group, Enabling.ASKED)
        if user not in administrators:
            raise NotAdministrator
        return self._enable(uow, group, administrators, bot)

    @staticmethod
    def _enable(uow: Uow, group: Group, administrators: frozenset[UserId], bot: UserId) -> Enabled:
        if bot not in administrators:
            return Enabled(group, Enabling.DEAF)
        not_yet = (GroupState.MET, GroupState.LEFT)
        if not uow.groups.move(group.id, to=GroupState.ENABLED, since=not_yet, now=uow.now):
            return Enabled(group, Enabling.ALREADY)
        uow.journal.note("group.enabled", group=group.id)
        return Enabled(group, Enabling.ENABLED)

    def joined(self, uow: Uow, *, chat: ChatId, person: Person) -> Joined | None:
        """Record that a person came into a group; None where we do not listen or knew it already."""
        group = uow.groups.by_chat(chat)
        if not rules.is_listening(group):
            return None
        member = uow.members.meet(person, now=uow.now)
        if not uow.members.enter(member.id, group.id, now=uow.now):
            return None
        uow.journal.note("member.joined", member=member.id, group=group.id)
        return Joined(member, group)

    def left(self, uow: Uow, *, chat: ChatId, user: UserId) -> None:
        """Record that a person left a group."""
        group, member = uow.groups.by_chat(chat), uow.members.by_user(user)
        if group and member and uow.members.leave(member.id, group.id, now=uow.now):
            uow.journal.note("member.left", member=member.id, group=group.id)

    def in_group(self, uow: Uow, *, chat: ChatId, person: Person) -> Joined:
        """Return a person who spoke in a group, recording them if new. Raises NotListening."""
        group = rules.check_listening(uow.groups.by_chat(chat))
        member = uow.members.meet(person, now=uow.now)
        if uow.members.enter(member.id, group.id, now=uow.now):
            uow.journal.note("member.seen", member=member.id, group=group.id)
        return Joined(member, group)

    def start(self, uow: Uow, *, person: Person, payload: str) -> Started | Checking:
        """Open the private chat for a member, or ask Telegram whether they are one.

        Somebody who joined before the bot did is unknown until they speak; Telegram is asked about the
        group the Start payload names, else about the only group there is. Raises NotMember.
        """
        member = uow.members.by_user(person.user)
        if member and uow.members.groups_of(member.id):
            return self._started(uow, person)
        named = rules.group_of_payload(payload)
        candidates = [g for g in uow.groups.enabled() if named in (None, g.id)]
        if len(candidates) != 1:
            raise NotMember
        group = candidates[0]
        uow.outbox.put(
            Outgoing(Kind.CALL, group.chat, MessageClass.UPKEEP, call=Call.MEMBER, user=person.user)
        )
        return Checking(group)

    def membership_told(self, uow: Uow, *, chat: ChatId, person: Person, present: bool) -> Started:
        """Go on with a Start once Telegram said whether the person is in the group. Raises NotMember."""
        if not present:
            raise NotMember
        self.in_group(uow, chat=chat, person=person)
        return self._started(uow, person)

    def known(self, uow: Uow, *, user: UserId) -> Started:
        """Return a member with their first group. Raises NotMember."""
        member = uow.members.by_user(user)
        groups = uow.members.groups_of(member.id) if member else ()
        if member is None or not groups:
            raise NotMember
        return Started(member, groups[0])

    def is_member(self, uow: Uow, *, user: UserId) -> bool:
        """Tell whether a person is in one of our groups."""
        member = uow.members.by_user(user)
        return member is not None and bool(uow.members.groups_of(member.id))

    def consented(self, uow: Uow, *, user: UserId) -> Started:
        """Return a member who agreed to the service. Raises NotMember or ConsentNeeded."""
        known = self.known(uow, user=user)
        if not known.member.consented:
            raise ConsentNeeded
        return known

    def consent(self, uow: Uow, *, user: UserId) -> Started:
        """Record consent to service messages; giving it twice changes nothing. Raises NotMember."""
        known = self.known(uow, user=user)
        if uow.members.consent(known.member.id, now=uow.now):
            uow.journal.note("member.consented", member=known.member.id, group=known.group.id)
        return known

    def set_marketing(self, uow: Uow, *, user: UserId, wanted: bool) -> Started:
        """Switch marketing messages on or off for a member. Raises NotMember or ConsentNeeded."""
        known = self.consented(uow, user=user)
        if uow.members.set_marketing(known.member.id, wanted=wanted, now=uow.now):
            uow.journal.note("member.marketing", member=known.member.id, wanted=int(wanted))
        return self.known(uow, user=user)

    def reachability(self, uow: Uow, *, user: UserId, reachable: bool) -> None:
        """Record that a person blocked or unblocked the bot, or that a message to them was refused."""
        member = uow.members.by_user(user)
        if member and uow.members.set_reachable(member.id, reachable=reachable):
            uow.journal.note("member.reachable", member=member.id, reachable=int(reachable))

    def _started(self, uow: Uow, person: Person) -> Started:
        member = uow.members.meet(person, now=uow.now)
        if uow.members.set_reachable(member.id, reachable=True):
            uow.journal.note("member.started", member=member.id)
        return self.known(uow, user=person.user)

    @staticmethod
    def _ask_administrators(uow: Uow, chat: ChatId, presser: UserId | None = None) -> None:
        uow.outbox.put(Outgoing(Kind.CALL, chat, MessageClass.UPKEEP, call=Call.ADMINISTRATORS, user=presser))
