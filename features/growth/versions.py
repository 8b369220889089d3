"""Versions of the rules of growth and points, and what differs between them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """Rules of growth and points by their names in the configuration, and the UTC instant they hold from."""

    since: datetime
    rules: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule that gets another value."""

    name: str  # in the configuration
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class RuleNews:
    """What members have to be told of the rules; `since` is None where a change does not come after all."""

    since: datetime | None
    changes: tuple[RuleChange, ...]


@dataclass(frozen=True, slots=True)
class Coming:
    """Rules that change on a local date."""

    on: date
    changes: tuple[RuleChange, ...]
