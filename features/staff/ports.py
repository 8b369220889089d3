"""What staff need kept."""

from typing import Protocol

from features.members import ports as members_ports


class StaffStore(Protocol):
    """Roles, invitations, acts and approvals."""


class Uow(members_ports.Uow, Protocol):
    """What the use cases of staff may touch."""

    @property
    def staff(self) -> StaffStore:
        """Staff."""
        ...
