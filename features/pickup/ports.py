"""What pick-up needs kept."""

from typing import Protocol

from features.members import ports as members_ports


class PickupStore(Protocol):
    """Pick-up points, and who picks up where."""


class Uow(members_ports.Uow, Protocol):
    """What the use cases of pick-up may touch."""

    @property
    def pickup(self) -> PickupStore:
        """Pick-up points."""
        ...
