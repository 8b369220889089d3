"""The wall clock as a port: the only place in the product that reads the time."""

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the current instant."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the port that everything else is given


class ManualClock:
    """A clock that stands still until it is set: for the demo and for tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Return the instant the clock was last set to."""
        return self._now

    def set(self, to: datetime) -> None:
        """Move the clock to `to`. Raises ValueError when `to` lies before the current instant."""
        if to < self._now:
            raise ValueError(f"a clock never goes back: it shows {self._now}, asked for {to}")
        self._now = to.astimezone(UTC)
