"""What members need kept."""

from datetime import datetime
from typing import Protocol

from features.members.model import CameBy, Group, GroupState, Member, MembersPolicy, Person, Stay
from kernel import uow
from kernel.ids import ChatId, GroupId, MemberId, MessageId, UserId
from kernel.message import Language


class GroupStore(Protocol):
    """Groups and what Telegram said of their administrators."""

    def get(self, group: GroupId) -> Group | None:
        """Return the group of that number."""
        ...

    def by_chat(self, chat: ChatId) -> Group | None:
        """Return the group that is in `chat`, or was before it moved."""
        ...

    def enabled(self) -> tuple[Group, ...]:
        """Return the enabled groups, oldest first."""
        ...

    def asked(self) -> tuple[Group, ...]:
        """Return the groups that wait for the owner, longest waiting first."""
        ...

    def note_asker(self, group: GroupId, member: MemberId, card: MessageId | None) -> None:
        """Keep who pressed the enabling button last, and under which message."""
        ...

    def meet(self, chat: ChatId, *, title: str, policy: MembersPolicy, now: datetime) -> Group:
        """Record the group in `chat` as met unless it is known, and return it with the title it bears now."""
        ...

    def rename(self, group: Group, title: str) -> Group:
        """Keep the title a group bears now, and return the group with it."""
        ...

    def move(self, group: GroupId, *, to: GroupState, since: tuple[GroupState, ...], now: datetime) -> bool:
        """Move the group to a state; False unless it was in one of `since`."""
        ...

    def change_chat(self, group: Group, chat: ChatId, *, now: datetime) -> bool:
        """Record that `group` is in `chat` now, and make one group of it and what was met there meanwhile.

        False where another unit was faster.
        """
        ...

    def silence(self, group: GroupId, *, now: datetime) -> bool:
        """Record that nothing leaves by itself from now on; False when it was so."""
        ...

    def speak(self, group: GroupId) -> bool:
        """Record that the bot speaks again; False when it did."""
        ...

    def set_administrators(self, group: GroupId, users: tuple[UserId, ...], *, now: datetime) -> None:
        """Replace the cached list of administrators."""
        ...

    def administrators(self, group: GroupId, *, since: datetime) -> frozenset[UserId]:
        """Return the administrators Telegram told at `since` or later; empty when it has not."""
        ...

    def all_administrators(self, group: GroupId) -> frozenset[UserId]:
        """Return the administrators of Telegram's last word, however old."""
        ...

    def drop_administrator(self, group: GroupId, user: UserId) -> None:
        """Take somebody from the cached list."""
        ...


class MemberStore(Protocol):
    """People and their memberships."""

    def by_user(self, user: UserId) -> Member | None:
        """Return the person behind a Telegram user."""
        ...

    def at_home(self, user: UserId) -> tuple[Member | None, Group | None]:
        """Return the person behind a Telegram user and their first enabled group, in one read."""
        ...

    def inside(self, user: UserId) -> Member | None:
        """Return the person behind a Telegram user who is in an enabled group; None for anybody else."""
        ...

    def standing(self, chat: ChatId, user: UserId) -> tuple[Group, Member] | None:
        """Return group and person where `user` is known to be in the group of `chat`."""
        ...

    def is_buried(self, tombstone: str) -> bool:
        """Tell whether a tombstone stands for somebody erased."""
        ...

    def get(self, member: MemberId) -> Member:
        """Return the person; KeyError when there is none, or was erased."""
        ...

    def find(self, member: MemberId) -> Member | None:
        """Return the person; None when there is none, or was erased."""
        ...

    def meet(self, person: Person, *, now: datetime) -> Member:
        """Record a person unless they are known, and return them renewed. Names wait for consent."""
        ...

    def renew(self, known: Member, person: Person) -> Member:
        """Keep what an update says anew of a person: the language, and with consent the name."""
        ...

    def enter(self, member: MemberId, group: GroupId, *, came_by: CameBy, now: datetime) -> bool:
        """Record a membership and how it began; False when the person was in already."""
        ...

    def is_in(self, member: MemberId, group: GroupId) -> bool:
        """Tell whether the person is in the group."""
        ...

    def stay(self, member: MemberId, group: GroupId) -> Stay | None:
        """Return since when and how the person is in the group; None when they are not."""
        ...

    def has_stayed(self, member: MemberId, group: GroupId) -> bool:
        """Tell whether the person was in the group at any time."""
        ...

    def leave(self, member: MemberId, group: GroupId, *, now: datetime) -> bool:
        """End a membership; False when there was none."""
        ...

    def groups_of(self, member: MemberId) -> tuple[Group, ...]:
        """Return the enabled groups the person is in, oldest membership first."""
        ...

    def set_reachable(self, member: MemberId, *, reachable: bool) -> bool:
        """Record whether the bot may write first; False when that was known."""
        ...

    def consent(self, member: MemberId, *, name: str, now: datetime) -> bool:
        """Record consent to service messages and the name; False when it was given before."""
        ...

    def choose_language(self, member: MemberId, language: Language) -> bool:
        """Keep the language a person chose, whatever their Telegram speaks; False when it was kept so."""
        ...

    def set_large(self, member: MemberId, *, wanted: bool) -> bool:
        """Keep whether a person wants few words and one button a row; False when it was so already."""
        ...

    def set_marketing(self, member: MemberId, *, wanted: bool, now: datetime) -> bool:
        """Record or withdraw consent to marketing messages; False when nothing changed."""
        ...


class Uow(uow.Uow, Protocol):
    """What the use cases of members may touch."""

    @property
    def groups(self) -> GroupStore:
        """Groups."""
        ...

    @property
    def members(self) -> MemberStore:
        """People."""
        ...
