"""Use cases of pick-up. Who may change points is asked by whoever calls."""

from dataclasses import dataclass

from features.pickup import rules
from features.pickup.model import PickupPoint, PointGone, PointKnown, TooManyPoints
from features.pickup.ports import Uow
from kernel.ids import GroupId, MemberId, PickupPointId


@dataclass(frozen=True, slots=True)
class Pickup:
    """Pick-up points of a group, and who picks up where."""

    def points(self, uow: Uow, *, group: GroupId) -> tuple[PickupPoint, ...]:
        """Return the open points of a group, oldest first."""
        return uow.pickup.points(group)

    def settle(self, uow: Uow, *, member: MemberId, group: GroupId) -> tuple[PickupPoint, ...]:
        """Return the points a member still has to choose from; empty when there is nothing to choose.

        The only point of a group is set by itself.
        """
        points = uow.pickup.points(group)
        if not points or uow.pickup.chosen(member, group):
            return ()
        if len(points) > 1:
            return points
        self._set(uow, member, points[0])
        return ()

    def choose(self, uow: Uow, *, member: MemberId, group: GroupId, point: PickupPointId) -> PickupPoint:
        """Record where a member picks up. Raises PointGone for a point that is not open in the group."""
        found = uow.pickup.get(point)
        if found is None or found.group != group or not self._set(uow, member, found):
            raise PointGone
        return found

    def add(self, uow: Uow, *, group: GroupId, name: str, hours: str) -> PickupPoint:
        """Open a point. Raises NoName, NoHours, TooLong, PointKnown or TooManyPoints."""
        name, hours = rules.check_name(name), rules.check_hours(hours)
        self.check_room(uow, group=group, name=name)
        point = uow.pickup.add(group, name=name, hours=hours, now=uow.now)
        if point is None:
            raise PointKnown
        return point

    def check_room(self, uow: Uow, *, group: GroupId, name: str | None = None) -> None:
        """Raise TooManyPoints or PointKnown where a group can have no further point, or none of that name."""
        uow.pickup.lock(group)
        points = uow.pickup.points(group)
        if len(points) >= rules.MOST:
            raise TooManyPoints(most=rules.MOST)
        if name and name.casefold() in {point.name.casefold() for point in points}:
            raise PointKnown

    def close(self, uow: Uow, *, group: GroupId, point: PickupPointId) -> PickupPoint:
        """Close a point; who picks up there is asked anew. Raises PointGone."""
        found = uow.pickup.get(point)
        if found is None or not uow.pickup.close(point, group=group, now=uow.now):
            raise PointGone
        return found

    @staticmethod
    def _set(uow: Uow, member: MemberId, point: PickupPoint) -> bool:
        if not uow.pickup.choose(member, point.id, group=point.group):
            return False
        uow.journal.note("pickup.chosen", member=member, group=point.group, point=point.id)
        return True
