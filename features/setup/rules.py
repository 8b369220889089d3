"""Decisions of the wizard."""

import re
from collections.abc import Mapping
from datetime import time

from features.members.model import Group, GroupState
from features.outreach.model import QuietHours
from features.setup.model import Facts, Item, Step

WIZARD = (Step.ZONE, Step.QUIET, Step.LANGUAGE, Step.POINTS, Step.ROLES)
QUIET_CHOICES = (
    QuietHours(time(22), time(8)),
    QuietHours(time(21), time(9)),
    QuietHours(time(23), time(7)),
    QuietHours(time(0), time(0)),
)
_MOST_QUIET_MINUTES = 16 * 60  # else nothing could be said on the day it is due
_PAYLOAD = re.compile(r"(?:setup|health)-g([0-9]{1,18})")


def quiet_hours(start_hour: int, start_minute: int, end_hour: int, end_minute: int) -> QuietHours | None:
    """Return quiet hours of at most 16 hours; None for a time that does not exist, or more. 24:00 is 0:00."""
    hours, minutes = (start_hour, end_hour), (start_minute, end_minute)
    if not all(0 <= hour <= 24 for hour in hours) or not all(0 <= minute < 60 for minute in minutes):
        return None
    quiet = QuietHours(time(start_hour % 24, start_minute), time(end_hour % 24, end_minute))
    return quiet if quiet_minutes(quiet) <= _MOST_QUIET_MINUTES else None


def quiet_minutes(quiet: QuietHours) -> int:
    """Return how many minutes a day are quiet."""
    start, end = (at.hour * 60 + at.minute for at in (quiet.start, quiet.end))
    return (end - start) % (24 * 60)


def packed(quiet: QuietHours) -> str:
    """Return quiet hours as a button carries them: HHMM-HHMM."""
    return f"{quiet.start:%H%M}-{quiet.end:%H%M}"


def unpacked(argument: str) -> QuietHours | None:
    """Return the quiet hours of a button, or None for a forged one."""
    digits = argument.replace("-", "")
    start_hour, start_minute, end_hour, end_minute = (int(digits[at : at + 2]) for at in range(0, 8, 2))
    return quiet_hours(start_hour, start_minute, end_hour, end_minute)


def ends(quiet: QuietHours) -> dict[str, str]:
    """Return quiet hours as the record of what staff did keeps them."""
    return {"start": f"{quiet.start:%H:%M}", "end": f"{quiet.end:%H:%M}"}


def quiet_between(kept: Mapping[str, int | str | None]) -> QuietHours:
    """Return the quiet hours that `ends` wrote."""
    return QuietHours(time.fromisoformat(str(kept["start"])), time.fromisoformat(str(kept["end"])))


def items(group: Group, facts: Facts) -> tuple[tuple[Item, bool], ...]:
    """Return the checklist of a group, each line with whether it is done."""
    return (
        (Item.ADMINISTRATOR, facts.is_administrator),
        (Item.ENABLED, group.state is GroupState.ENABLED),
        (Item.ZONE, facts.is_zone_checked),
        (Item.QUIET, facts.is_quiet_checked),
        (Item.POINT, facts.points > 0),
        (Item.STAFF, facts.staff > 1),
        (Item.MEMBER, facts.has_consented_member),
    )


def group_of_payload(payload: str) -> int | None:
    """Return the group that a Start payload of the wizard or of the health names, or None."""
    match = _PAYLOAD.fullmatch(payload)
    return int(match[1]) if match else None
