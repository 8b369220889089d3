"""What privacy needs kept, and forgotten."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from features.members import ports as members_ports
from features.privacy.model import Held, Sections, Sent, Whose
from kernel.ids import ChatId, MemberId, MessageId


class PrivacyStore(Protocol):
    """Erasing and forgetting, over every table."""

    def is_owner(self, member: MemberId) -> bool:
        """Tell whether the bot is owned by this member."""
        ...

    def held(self, whose: Whose) -> Held:
        """Return at a glance what is held of a person."""
        ...

    def export(self, whose: Whose) -> Sections:
        """Return everything held of a person but the growth account, with names for numbers of ours."""
        ...

    def erase_person(self, whose: Whose, *, now: datetime) -> bool:
        """Take number, name and consents from a person; False when somebody was faster."""
        ...

    def erase_traces(self, whose: Whose, *, now: datetime) -> None:
        """Leave nothing that leads to a person in any other table."""
        ...

    def bury(self, tombstone: str, *, now: datetime, until: datetime) -> None:
        """Keep until `until` that the person of that hash was erased; an earlier stone stands longer."""
        ...

    def last_sent(self, chat: ChatId, message: MessageId | None) -> Sent | None:
        """Return what was sent last to a private chat, or that message of it."""
        ...

    def sweeps_due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the numbers of the sweeps that have something to forget."""
        ...

    def next_sweep_at(self) -> datetime | None:
        """Return the instant at which the next sweep has something to forget."""
        ...

    def back_off(self, which: int, *, now: datetime) -> None:
        """Let a sweep rest that failed."""
        ...

    def sweep(self, which: int, ages: Mapping[str, int], *, now: datetime) -> int:
        """Forget one chunk of what is older than its age in days; return how many rows that were."""
        ...


class Uow(members_ports.Uow, Protocol):
    """What the use cases of privacy may touch."""

    @property
    def privacy(self) -> PrivacyStore:
        """Erasing and forgetting."""
        ...
