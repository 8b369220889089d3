"""What joining needs kept."""

from typing import Protocol

from features.members import ports as members_ports


class JoiningStore(Protocol):
    """Wishes to join that wait for an answer."""


class Uow(members_ports.Uow, Protocol):
    """What the use cases of joining may touch."""

    @property
    def joining(self) -> JoiningStore:
        """Wishes to join."""
        ...
