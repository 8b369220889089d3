"""The unit of work as features see it: one transaction, one instant, and the stores everybody needs."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from random import Random
from typing import Protocol, TypeVar

from kernel.ids import ChatId, GroupId, MemberId
from kernel.message import Fate, Outgoing

T = TypeVar("T")
U_co = TypeVar("U_co", covariant=True)


class Claims(Protocol):
    """Keys that can be taken once, ever."""

    def take(self, key: str) -> bool:
        """Take `key`; False when it was taken before."""
        ...


class Outbox(Protocol):
    """Messages that leave once this unit has committed."""

    def put(self, message: Outgoing) -> bool:
        """Queue `message`; False when its dedupe key was used before."""
        ...

    def fate(self, dedupe_key: str) -> Fate | None:
        """Return what became of the message of that key; None when there is none, or it is forgotten."""
        ...

    def hasten(self, chat: ChatId, *, to: datetime) -> int:
        """Let what the bot says to a chat by itself leave at `to` where it waits for later; tell how many."""
        ...

    def hold(self, group: GroupId) -> int:
        """Keep what the bot would say by itself for a group from leaving; return how many messages."""
        ...

    def let_go(self, group: GroupId) -> int:
        """Let leave what was held for a group, at the times it had; return how many messages."""
        ...


class Journal(Protocol):
    """Append-only facts, read by reports and by `/why`."""

    def note(
        self,
        action: str,
        *,
        member: MemberId | None = None,
        group: GroupId | None = None,
        **params: int | str | None,
    ) -> None:
        """Record that `action` happened now. Parameters are ids and numbers, never names or texts."""
        ...


class Uow(Protocol):
    """One transaction. `now` is read once: it is the time of everything inside."""

    @property
    def now(self) -> datetime:
        """The instant of this unit, aware, UTC."""
        ...

    @property
    def rng(self) -> Random:
        """Chance: of the machine, or seeded in tests and in the demo."""
        ...

    @property
    def claims(self) -> Claims:
        """Keys taken once."""
        ...

    @property
    def outbox(self) -> Outbox:
        """What leaves."""
        ...

    @property
    def journal(self) -> Journal:
        """What happened."""
        ...


class Runner(Protocol[U_co]):
    """Runs units of work of a given kind."""

    @property
    def abreast(self) -> int:
        """How many units that can wait are worth having under way together, without delaying others."""
        ...

    def run(self, unit: Callable[[U_co], T]) -> Awaitable[T]:
        """Run `unit` in one transaction and return its result once that has committed."""
        ...
