"""What privacy needs kept, and forgotten."""

from typing import Protocol

from features.members import ports as members_ports


class PrivacyStore(Protocol):
    """Erasing and forgetting, over every table."""


class Uow(members_ports.Uow, Protocol):
    """What the use cases of privacy may touch."""

    @property
    def privacy(self) -> PrivacyStore:
        """Erasing and forgetting."""
        ...
