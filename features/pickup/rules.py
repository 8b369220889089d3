"""What a pick-up point may be called."""

from features.members.rules import clean_name
from features.pickup.model import NoHours, NoName, TooLong

MOST = 8  # open points of one group: a list of buttons that can be overlooked
_NAME_COLUMNS, _HOURS_COLUMNS = 32, 48  # a Chinese character takes two
_WIDEST = 10_000


def check_name(typed: str) -> str:
    """Return the name of a point, cleaned. Raises NoName or TooLong."""
    name = _cleaned(typed, _NAME_COLUMNS)
    if not any(character.isalnum() for character in name):
        raise NoName
    return name


def check_hours(typed: str) -> str:
    """Return the hours of a point as people read them, cleaned. Raises NoHours or TooLong."""
    hours = _cleaned(typed, _HOURS_COLUMNS)
    if not any(character.isalnum() for character in hours):
        raise NoHours
    return hours


def _cleaned(typed: str, columns: int) -> str:
    """Return what is visible of `typed` on one line. Raises TooLong where it would have to be cut."""
    whole = clean_name(typed, None, columns=_WIDEST, fallback="")
    if clean_name(whole, None, columns=columns, fallback="") != whole:
        raise TooLong(most=columns // 2)
    return whole
