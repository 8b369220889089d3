"""Use cases of privacy."""

from dataclasses import dataclass
from datetime import timedelta

from features.members.model import Member, Person
from features.members.rules import tombstone
from features.outreach.model import Topic
from features.outreach.rules import topic_of_reason
from features.privacy.model import (
    Held,
    NoMessage,
    NothingKept,
    OwnerMustHandOver,
    PrivacyPolicy,
    Sections,
    Sent,
    Whose,
)
from features.privacy.ports import Uow
from kernel.ids import MessageId, UserId, private_chat


@dataclass(frozen=True, slots=True)
class Why:
    """What a message was for; `topic` can be switched off where there is one, `zone` shows its time."""

    sent: Sent
    topic: Topic | None
    member: Member | None
    zone: str


@dataclass(frozen=True, slots=True)
class Privacy:
    """Export, erasure, forgetting."""

    policy: PrivacyPolicy

    def whose(self, uow: Uow, *, user: UserId) -> tuple[Whose, Member]:
        """Return whose traces there are, wherever the person is now. Raises NothingKept."""
        member = uow.members.by_user(user)
        if member is None:
            raise NothingKept
        return Whose(member.id, member.user, member.name), member

    def held(self, uow: Uow, *, whose: Whose) -> Held:
        """Return at a glance what is held of a person."""
        return uow.privacy.held(whose)

    def export(self, uow: Uow, *, whose: Whose) -> Sections:
        """Return what is held of a person, but for the growth account."""
        return uow.privacy.export(whose)

    def check_may_go(self, uow: Uow, *, whose: Whose) -> None:
        """Raise OwnerMustHandOver for the owner of the bot."""
        if uow.privacy.is_owner(whose.member):
            raise OwnerMustHandOver

    def begin(self, uow: Uow, *, whose: Whose) -> None:
        """Take number, name and consents from a person, and leave the tombstone.

        Raises OwnerMustHandOver, and NothingKept when somebody was faster.
        """
        self.check_may_go(uow, whose=whose)
        if not uow.privacy.erase_person(whose, now=uow.now):
            raise NothingKept
        until = uow.now + timedelta(days=self.policy.tombstone_days)
        uow.privacy.bury(tombstone(whose.user, self.policy.key), now=uow.now, until=until)

    def finish(self, uow: Uow, *, whose: Whose) -> None:
        """Leave nothing that leads to a person in any other table."""
        uow.privacy.erase_traces(whose, now=uow.now)
        uow.journal.note("member.erased", member=whose.member)

    def why(self, uow: Uow, *, person: Person, message: MessageId | None, zone: str) -> Why:
        """Return what the last message to a person, or the one they reply to, was for.

        Raises NoMessage. `zone` is for those who are in no group.
        """
        sent = uow.privacy.last_sent(private_chat(person.user), message)
        if sent is None:
            raise NoMessage
        member, group = uow.members.at_home(person.user)
        topic = topic_of_reason(sent.reason.key) if sent.reason else None
        return Why(sent, topic, member, group.zone.key if group else zone)

    def sweep(self, uow: Uow, *, which: int) -> None:
        """Forget one chunk of what is old."""
        ages = {"words": self.policy.words_days}
        uow.privacy.sweep(which, ages, now=uow.now)
