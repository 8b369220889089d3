"""Values and refusals about pick-up."""

from dataclasses import dataclass

from kernel.errors import Refusal
from kernel.ids import GroupId, PickupPointId


@dataclass(frozen=True, slots=True)
class PickupPoint:
    """A place where a group's goods are picked up; `hours` as people read it."""

    id: PickupPointId
    group: GroupId
    name: str
    hours: str
    is_open: bool = True


class PointGone(Refusal):
    """The place was closed, or is none of this group's."""

    text_key = "pickup.gone"


class PointKnown(Refusal):
    """The group has an open place of that name."""

    text_key = "pickup.known"


class TooManyPoints(Refusal):
    """The group has as many open places as a list of buttons bears."""

    text_key = "pickup.too_many"


class NoName(Refusal):
    """Nothing readable is left of the name that was typed."""

    text_key = "pickup.no_name"


class NoHours(Refusal):
    """Nothing readable is left of the hours that were typed."""

    text_key = "pickup.no_hours"


class TooLong(Refusal):
    """A name or hours too long for a button or a line; `most` is in columns, two for a Chinese character."""

    text_key = "pickup.too_long"
