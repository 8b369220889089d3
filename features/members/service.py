"""Use cases about groups and people."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from features.members import rules
from features.members.model import (
    Away,
    CameBy,
    Checking,
    ConsentNeeded,
    Enabled,
    Enabling,
    Erased,
    Forgotten,
    Group,
    GroupState,
    GroupUnknown,
    Joined,
    Member,
    MembersPolicy,
    MustReturn,
    NotAdministrator,
    NotMember,
    Person,
    Started,
)
from features.members.ports import Uow
from kernel.errors import Refusal
from kernel.ids import ChatId, GroupId, UserId
from kernel.message import Call, Kind, Language, MessageClass, Outgoing

_LIST_HOLDS = timedelta(minutes=10)  # an older list of administrators is asked for anew
_INSIDE = (GroupState.MET, GroupState.ASKED, GroupState.ENABLED)  # who was refused stays so
_MOST_ASKED = 5  # groups about which Telegram is asked for one Start


@dataclass(frozen=True, slots=True)
class Members:
    """Who is here and what they agreed to."""

    policy: MembersPolicy
    key: str = ""  # of the tombstones' hashes

    def added(self, uow: Uow, *, chat: ChatId, title: str) -> Group:
        """Record that the bot was added to a group and ask Telegram who its administrators are."""
        group = uow.groups.meet(chat, title=title, policy=self.policy, now=uow.now)
        uow.groups.move(group.id, to=GroupState.MET, since=(GroupState.LEFT,), now=uow.now)
        uow.journal.note("group.met", group=group.id)
        self._ask_administrators(uow, chat)
        return group

    def removed(self, uow: Uow, *, chat: ChatId) -> None:
        """Record that the bot was removed from a group: nothing is heard or said there any more."""
        group, in_it = uow.groups.by_chat(chat), _INSIDE
        if group is None or group.chat != chat:  # that a chat closes which the group has left means nothing
            return
        if uow.groups.move(group.id, to=GroupState.LEFT, since=in_it, now=uow.now):
            uow.journal.note("group.left", group=group.id)

    def renamed(self, uow: Uow, *, chat: ChatId, title: str) -> None:
        """Keep the new title of a known group."""
        if group := uow.groups.by_chat(chat):
            uow.groups.rename(group, title)

    def moved(self, uow: Uow, *, old: ChatId, new: ChatId) -> None:
        """Record that a group is in the chat `new` now; being told twice changes nothing."""
        group = uow.groups.by_chat(old)
        if group is None or group.chat == new or not uow.groups.change_chat(group, new, now=uow.now):
            return
        uow.journal.note("group.moved", group=group.id)
        self._ask_administrators(uow, new)

    def administrators_changed(self, uow: Uow, *, chat: ChatId) -> None:
        """Ask Telegram anew who the administrators of a known group are."""
        if uow.groups.by_chat(chat):
            self._ask_administrators(uow, chat)

    def administrators_told(
        self, uow: Uow, *, chat: ChatId, users: tuple[UserId, ...], bot: UserId, presser: UserId | None
    ) -> Enabled | None:
        """Keep what Telegram answered about a group's administrators; go on if one waits for that.

        `presser` pressed the enabling button when the list was missing or old. None: nothing to say.
        """
        group = uow.groups.by_chat(chat)
        if group is None:
            return None
        kept = tuple(user for user in users if not self._is_erased(uow, user))
        uow.groups.set_administrators(group.id, kept, now=uow.now)
        if presser is None or self._is_erased(uow, presser) or (bot in kept and presser not in kept):
            return None
        return self._pressed(group, frozenset(kept), bot)

    def press(self, uow: Uow, *, chat: ChatId, person: Person, bot: UserId) -> Enabled:
        """Return whether the enabling button may work for who pressed it: an administrator, as the bot is.

        A bot that is none is not shown who hides, so it cannot tell whether the person is one.
        Raises GroupUnknown where the bot was never added, MustReturn and NotAdministrator.
        """
        group = uow.groups.by_chat(chat)
        if group is None:
            raise GroupUnknown
        if self._is_erased(uow, person.user):
            raise MustReturn(language=group.language)
        administrators = uow.groups.administrators(group.id, since=uow.now - _LIST_HOLDS)
        if not administrators:
            self._ask_administrators(uow, chat, presser=person.user)
            return Enabled(group, Enabling.ASKED)
        if bot in administrators and person.user not in administrators:  # else who hides is not in the list
            raise NotAdministrator
        return self._pressed(group, administrators, bot)

    @staticmethod
    def _pressed(group: Group, administrators: frozenset[UserId], bot: UserId) -> Enabled:
        if bot not in administrators:
            return Enabled(group, Enabling.DEAF)
        works = group.state is GroupState.ENABLED
        return Enabled(group, Enabling.ALREADY if works else Enabling.READY)

    def joined(self, uow: Uow, *, chat: ChatId, person: Person, came_by: CameBy) -> Joined | None:
        """Record that a person came into a group; None where we do not listen or knew it already."""
        group = uow.groups.by_chat(chat)
        if not rules.is_listening(group) or self._is_erased(uow, person.user):
            return None
        member = uow.members.meet(person, now=uow.now)
        is_back = uow.members.has_stayed(member.id, group.id)
        if not uow.members.enter(member.id, group.id, came_by=came_by, now=uow.now):
            return None
        uow.journal.note("member.joined", member=member.id, group=group.id, by=came_by)
        return Joined(member, group, person.name, is_back)

    def left(self, uow: Uow, *, chat: ChatId, user: UserId) -> None:
        """Record that a person left a group."""
        group, member = uow.groups.by_chat(chat), uow.members.by_user(user)
        if group and member and uow.members.leave(member.id, group.id, now=uow.now):
            uow.journal.note("member.left", member=member.id, group=group.id)

    def in_group(self, uow: Uow, *, chat: ChatId, person: Person) -> Joined:
        """Return a person who spoke in a group, recording them if new. Raises NotListening or Erased."""
        if known := uow.members.standing(chat, person.user):
            group, member = rules.check_listening(known[0]), known[1]
            return Joined(uow.members.renew(member, person), group, person.name)
        group = rules.check_listening(uow.groups.by_chat(chat))
        if self._is_erased(uow, person.user):
            raise Erased(language=group.language)
        return self._seen(uow, group, person)

    def overheard(self, uow: Uow, *, chat: ChatId, person: Person) -> Joined | None:
        """Return a person who only talked in a group; None, and nothing kept, for somebody erased.

        Raises NotListening.
        """
        try:
            return self.in_group(uow, chat=chat, person=person)
        except Erased:
            return None

    def is_returning(self, uow: Uow, *, user: UserId) -> bool:
        """Tell whether a person was erased a while ago: what is given once is not given again."""
        return uow.members.is_buried(rules.tombstone(user, self.key))

    def _is_erased(self, uow: Uow, user: UserId) -> bool:
        """Tell whether a person was erased and has not come back."""
        return uow.members.by_user(user) is None and self.is_returning(uow, user=user)

    @staticmethod
    def _seen(uow: Uow, group: Group, person: Person) -> Joined:
        member = uow.members.meet(person, now=uow.now)
        if uow.members.enter(member.id, group.id, came_by=CameBy.SEEN, now=uow.now):
            uow.journal.note("member.seen", member=member.id, group=group.id)
        return Joined(member, group, person.name)

    def start_in_group(self, uow: Uow, *, chat: ChatId, title: str, person: Person) -> Joined | Group:
        """Return a person who pressed Start in an enabled group; any other group is met anew."""
        met = self.start_as_group(uow, chat=chat, title=title)
        return met or self.in_group(uow, chat=chat, person=person)

    def start_as_group(self, uow: Uow, *, chat: ChatId, title: str) -> Group | None:
        """Meet a group anew in which Start was pressed by nobody in particular; None where it is enabled."""
        if rules.is_listening(uow.groups.by_chat(chat)):
            return None
        return self.added(uow, chat=chat, title=title)

    def start(self, uow: Uow, *, person: Person, payload: str) -> Started | Checking:
        """Open the private chat for a member, or ask Telegram whether they are one.

        Somebody who joined before the bot did is unknown until they speak; Telegram is asked about the
        group the Start payload names, else about one group after the other. Raises NotMember or Away.
        """
        if uow.members.at_home(person.user)[1]:
            return self._started(uow, person)
        named = rules.group_of_payload(payload)
        groups = uow.groups.enabled()
        asked = [group for group in groups if group.id == named] or groups[:1]
        return self._ask_membership(uow, person, asked)

    def membership_told(self, uow: Uow, *, chat: ChatId, person: Person, present: bool) -> Started | Checking:
        """Go on with a Start once Telegram said whether the person is in the group.

        If they are not, Telegram is asked about the next group. Raises NotMember or Away after the last.
        """
        group = uow.groups.by_chat(chat)
        if present and rules.is_listening(group):  # Start was pressed: also somebody erased comes back
            if not uow.members.standing(chat, person.user):
                self._seen(uow, group, person)
            return self._started(uow, person)
        so_far = group.id if group else GroupId(0)
        later = [each for each in uow.groups.enabled()[:_MOST_ASKED] if each.id > so_far]
        return self._ask_membership(uow, person, later)

    def known(self, uow: Uow, *, person: Person) -> Started:
        """Return a member with their first group. Raises NotMember, Away or Forgotten."""
        member, group = uow.members.at_home(person.user)
        if member is None or group is None:
            if member is None and self.is_returning(uow, user=person.user):
                raise Forgotten
            raise _outside(member)
        return Started(uow.members.renew(member, person), group, person.name)

    def find(self, uow: Uow, *, person: Person) -> Member | None:
        """Return a person who is in one of our groups, or None."""
        member = uow.members.inside(person.user)
        return member and uow.members.renew(member, person)

    def consented(self, uow: Uow, *, person: Person) -> Started:
        """Return a member who agreed to the service. Raises NotMember, Away or ConsentNeeded."""
        known = self.known(uow, person=person)
        if not known.member.consented:
            raise ConsentNeeded(language=known.member.language)
        return known

    def agreed_before(self, uow: Uow, *, person: Person) -> bool:
        """Tell whether a person agreed to the service, in a group or not."""
        member = uow.members.by_user(person.user)
        return member is not None and member.consented

    def consent(self, uow: Uow, *, person: Person) -> Started:
        """Record consent to service messages; giving it twice changes nothing. Raises NotMember or Away."""
        known = self.known(uow, person=person)
        if not uow.members.consent(known.member.id, name=person.name, now=uow.now):
            return known
        uow.journal.note("member.consented", member=known.member.id, group=known.group.id)
        return replace(known, member=uow.members.get(known.member.id))

    def set_marketing(self, uow: Uow, *, person: Person, wanted: bool) -> Started:
        """Switch marketing messages on or off. Raises NotMember, Away or ConsentNeeded."""
        known = self.consented(uow, person=person)
        if not uow.members.set_marketing(known.member.id, wanted=wanted, now=uow.now):
            return known
        uow.journal.note("member.marketing", member=known.member.id, wanted=int(wanted))
        return replace(known, member=uow.members.get(known.member.id))

    def choose_language(self, uow: Uow, *, person: Person, language: Language) -> Started:
        """Speak a language to a member from now on. Raises NotMember, Away or ConsentNeeded."""
        known = self.consented(uow, person=person)
        if not uow.members.choose_language(known.member.id, language):
            return known
        uow.journal.note("member.language", member=known.member.id, language=language)
        return replace(known, member=uow.members.get(known.member.id))

    def set_large(self, uow: Uow, *, person: Person, wanted: bool) -> Started:
        """Speak in few words and big rows, or as usual. Raises NotMember, Away or ConsentNeeded."""
        known = self.consented(uow, person=person)
        if not uow.members.set_large(known.member.id, wanted=wanted):
            return known
        uow.journal.note("member.large", member=known.member.id, wanted=int(wanted))
        return replace(known, member=uow.members.get(known.member.id))

    def stop(self, uow: Uow, *, person: Person) -> Member | None:
        """End marketing messages to a person wherever they are now; None for somebody we do not know."""
        member = uow.members.by_user(person.user)
        if member and uow.members.set_marketing(member.id, wanted=False, now=uow.now):
            uow.journal.note("member.marketing", member=member.id, wanted=0)
        return member

    def reachability(self, uow: Uow, *, user: UserId, reachable: bool) -> None:
        """Record that a person blocked or unblocked the bot, or that a message to them was refused."""
        member = uow.members.by_user(user)
        if member and uow.members.set_reachable(member.id, reachable=reachable):
            uow.journal.note("member.reachable", member=member.id, reachable=int(reachable))

    def _started(self, uow: Uow, person: Person) -> Started:
        member = uow.members.meet(person, now=uow.now)
        if uow.members.set_reachable(member.id, reachable=True):
            uow.journal.note("member.started", member=member.id)
        return self.known(uow, person=person)

    @staticmethod
    def _ask_membership(uow: Uow, person: Person, groups: Sequence[Group]) -> Checking:
        """Ask Telegram whether a person is in the first of `groups`. Raises NotMember or Away without one."""
        if not groups:
            raise _outside(uow.members.by_user(person.user))
        group = groups[0]
        uow.outbox.put(
            Outgoing(Kind.CALL, group.chat, MessageClass.UPKEEP, call=Call.MEMBER, user=person.user)
        )
        return Checking(group)

    @staticmethod
    def _ask_administrators(uow: Uow, chat: ChatId, presser: UserId | None = None) -> None:
        uow.outbox.put(Outgoing(Kind.CALL, chat, MessageClass.UPKEEP, call=Call.ADMINISTRATORS, user=presser))


def _outside(member: Member | None) -> Refusal:
    """Return what somebody in none of our groups is told."""
    return Away(language=member.language) if member and member.consented else NotMember()
