"""What the wizard needs kept."""

from typing import Protocol

from features.pickup import ports as pickup_ports
from features.staff import ports as staff_ports


class SetupStore(Protocol):
    """What a wizard waits to be told."""


class Uow(pickup_ports.Uow, staff_ports.Uow, Protocol):
    """What the use cases of setup may touch."""

    @property
    def setup(self) -> SetupStore:
        """Wizards."""
        ...
