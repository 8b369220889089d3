"""What joining needs kept."""

from datetime import datetime
from typing import Protocol

from features.joining.model import Asker, JoinRequest
from features.members import ports as members_ports
from kernel.ids import ChatId, GroupId, UserId


class JoiningStore(Protocol):
    """Wishes to join that wait for an answer, and roll calls."""

    def ask(self, group: GroupId, asker: Asker, *, answer: int, now: datetime) -> JoinRequest:
        """Keep a wish to join in the place of an earlier one, which can be answered no more."""
        ...

    def take(self, request: int) -> JoinRequest | None:
        """Return an open wish, locked for this unit; None when it is closed."""
        ...

    def ask_again(self, request: int, *, answer: int) -> None:
        """Count an attempt and keep the answer of the next question."""
        ...

    def close(self, request: int) -> bool:
        """Forget a wish; False when it was closed already."""
        ...

    def due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the wishes whose time is over."""
        ...

    def next_due_at(self) -> datetime | None:
        """Return the instant at which the next wish's time is over."""
        ...

    def back_off(self, request: int, *, until: datetime) -> None:
        """Look at a wish again at `until`."""
        ...

    def begin_roll(self, group: GroupId, *, now: datetime) -> None:
        """Begin to look who of a group's members is still there; anew where it is under way."""
        ...

    def rolls_due(self, *, now: datetime, limit: int) -> tuple[int, ...]:
        """Return the groups whose roll call goes on now."""
        ...

    def next_roll_at(self) -> datetime | None:
        """Return the instant at which the next roll call goes on."""
        ...

    def call_roll(self, group: GroupId, *, most: int, until: datetime) -> tuple[ChatId, tuple[UserId, ...]]:
        """Return the group's chat and its next standing members, at most `most`; go on at `until`.

        Empty when all were called, or the roll call was ended: it is over then.
        """
        ...

    def put_off_roll(self, group: GroupId, *, until: datetime) -> None:
        """Go on with a roll call at `until`."""
        ...


class Uow(members_ports.Uow, Protocol):
    """What the use cases of joining may touch."""

    @property
    def joining(self) -> JoiningStore:
        """Wishes to join."""
        ...
