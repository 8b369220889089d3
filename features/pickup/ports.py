"""What pick-up needs kept."""

from datetime import datetime
from typing import Protocol

from features.members import ports as members_ports
from features.pickup.model import PickupPoint
from kernel.ids import GroupId, MemberId, PickupPointId


class PickupStore(Protocol):
    """Pick-up points, and who picks up where."""

    def points(self, group: GroupId) -> tuple[PickupPoint, ...]:
        """Return the open points of a group, oldest first."""
        ...

    def lock(self, group: GroupId) -> None:
        """Let other units that change the group's points wait for this one."""
        ...

    def get(self, point: PickupPointId) -> PickupPoint | None:
        """Return a point, open or closed."""
        ...

    def add(self, group: GroupId, *, name: str, hours: str, now: datetime) -> PickupPoint | None:
        """Open a point; None when the group has an open one of that name."""
        ...

    def close(self, point: PickupPointId, *, group: GroupId, now: datetime) -> bool:
        """Close a group's point; False when it is not open, or another group's."""
        ...

    def reopen(self, point: PickupPointId, *, group: GroupId) -> bool:
        """Open a closed point of a group again; False when it is open, or its name is taken."""
        ...

    def chosen(self, member: MemberId, group: GroupId) -> PickupPoint | None:
        """Return where a member of the group picks up; None without a choice that is still open."""
        ...

    def choose(self, member: MemberId, point: PickupPointId, *, group: GroupId) -> bool:
        """Record where a member picks up; False unless the point is open there and the member in."""
        ...


class Uow(members_ports.Uow, Protocol):
    """What the use cases of pick-up may touch."""

    @property
    def pickup(self) -> PickupStore:
        """Pick-up points."""
        ...
