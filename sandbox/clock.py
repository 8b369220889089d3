"""The sandbox's own time: Telegram's clock, which tests and the demo can move."""

from datetime import UTC, datetime, timedelta

from sandbox.errors import ControlError

LATEST = datetime(2100, 1, 1, tzinfo=UTC)


class SandboxClock:
    """A clock that never goes back: it runs with real time, or stands still until moved."""

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        """Start at `start` (aware; None: the real time). A `frozen` clock moves only when told to."""
        if start is not None and start.tzinfo is None:
            raise ValueError("start must be an aware datetime")
        real = _real_now()
        self._frozen = frozen
        self._fixed = (start or real).astimezone(UTC)
        self._shift = self._fixed - real
        self.skew = 0.0

    def now(self) -> datetime:
        """Return the sandbox's instant, aware and in UTC."""
        return self._fixed if self._frozen else _real_now() + self._shift

    def unix(self) -> int:
        """Return the instant in whole Unix seconds, as Telegram dates things: off by `skew` seconds."""
        return int(self.now().timestamp() + self.skew)

    def set(self, instant: datetime) -> datetime:
        """Move to `instant` and return it. Raises ControlError for an earlier, naive or too distant one."""
        if instant.tzinfo is None:
            raise ControlError(
                f"now must carry an offset, like 2026-11-23T09:00:00+08:00; got {instant.isoformat()}"
            )
        now = self.now()
        target = instant.astimezone(UTC)
        if target < now:
            raise ControlError(
                f"the clock never goes back: it is {now.isoformat()}, got {target.isoformat()}"
            )
        return self._move(target)

    def advance(self, seconds: float) -> datetime:
        """Move on by `seconds` (0 or more) and return the new instant."""
        if not 0 <= seconds <= (LATEST - self.now()).total_seconds():
            raise ControlError(f"advance_seconds must be 0 or more and end before 2100; got {seconds}")
        return self._move(self.now() + timedelta(seconds=seconds))

    def _move(self, target: datetime) -> datetime:
        if target > LATEST:
            raise ControlError(f"the clock ends in 2100; got {target.isoformat()}")
        self._fixed = target
        self._shift = target - _real_now()
        return target


def _real_now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 -- the one place where the sandbox reads the machine's clock
