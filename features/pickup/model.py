"""Values about pick-up."""

from dataclasses import dataclass

from kernel.ids import GroupId, PickupPointId


@dataclass(frozen=True, slots=True)
class PickupPoint:
    """A place where a group's goods are picked up; `hours` as people read it."""

    id: PickupPointId
    group: GroupId
    name: str
    hours: str
