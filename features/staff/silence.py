"""Use cases of silence: staff stop everything the bot says by itself in a group, and let it speak again."""

from dataclasses import dataclass

from features.members.model import Group
from features.members.rules import check_listening
from features.staff.model import Act, Choice, Deed, Silenced
from features.staff.ports import Uow
from features.staff.service import Staff
from kernel.ids import ChatId, GroupId, MemberId, UserId


@dataclass(frozen=True, slots=True)
class Silence:
    """The emergency brake of a group."""

    staff: Staff

    def here(self, uow: Uow, *, user: UserId, chat: ChatId) -> Silenced:
        """Stop all automatic sending in the group of `chat`. Raises NotListening, NotAllowed or ListAsked."""
        group = check_listening(uow.groups.by_chat(chat))
        who = self.staff.check(uow, user=user, group=group.id, act=Act.PANIC)
        return self._stop(uow, group, who)

    def by_group(self, uow: Uow, *, chat: ChatId) -> Silenced:
        """Stop all automatic sending for an administrator who hides. Raises NotListening."""
        return self._stop(uow, check_listening(uow.groups.by_chat(chat)), None)

    def stop(self, uow: Uow, *, user: UserId, group: GroupId | None) -> Silenced | Choice:
        """Stop all automatic sending in a group, or ask which. Raises NotAllowed or ListAsked."""
        standing = self.staff.the_group(uow, user=user, group=group, act=Act.PANIC)
        return standing if isinstance(standing, Choice) else self._stop(uow, standing.group, standing.member)

    def resume(self, uow: Uow, *, user: UserId, group: GroupId | None) -> Silenced | Choice:
        """Let the bot speak again in a group, or ask which; what was held leaves unless its time is over.

        Raises NotAllowed or ListAsked.
        """
        standing = self.staff.the_group(uow, user=user, group=group, act=Act.PANIC)
        if isinstance(standing, Choice):
            return standing
        there = standing.group
        if not uow.groups.speak(there.id):
            return Silenced(there, 0, fresh=False)
        count = uow.outbox.let_go(there.id)
        self.staff.note(
            uow, group=there.id, actor=standing.member, act=Deed.RESUMED, after={"messages": count}
        )
        return Silenced(there, count, fresh=True)

    def _stop(self, uow: Uow, group: Group, who: MemberId | None) -> Silenced:
        if not uow.groups.silence(group.id, now=uow.now):
            return Silenced(group, 0, fresh=False)
        count = uow.outbox.hold(group.id)
        self.staff.note(uow, group=group.id, actor=who, act=Deed.PANIC, after={"messages": count})
        return Silenced(group, count, fresh=True)
