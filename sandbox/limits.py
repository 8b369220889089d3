"""How many messages a bot may send in which time; counted always, refused when limits are set."""

import asyncio
import math
from collections import deque
from dataclasses import dataclass, field

from sandbox.errors import ControlError
from sandbox.manners import too_many
from sandbox.model import Json

SECOND = 1.0
MINUTE = 60.0
JITTER_SECONDS = 0.05
"""A window is so much shorter than its name: two calls a second apart do not arrive a second apart."""

NAMES = ("per_second", "chat_per_second", "group_per_minute")
_MOST = 1_000_000
_MANY_WINDOWS = 5_000


@dataclass(slots=True)
class _Window:
    """The messages of the last `seconds`."""

    seconds: float
    times: deque[float] = field(default_factory=deque)

    def forget(self, now: float) -> None:
        while self.times and self.times[0] <= now - self.seconds + JITTER_SECONDS:
            self.times.popleft()

    def wait(self, now: float, count: int, limit: int) -> float:
        """Return for how long `count` messages more are too many; what never fits may go alone."""
        over = min(len(self.times) + count - limit, len(self.times))
        return self.times[over - 1] + self.seconds - now if over > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Load:
    """What one call puts on the windows: a call by `bot`, `messages` of them, into `chat`."""

    bot: int
    chat: int
    is_group: bool
    messages: int


class Traffic:
    """The windows of all bots, their limits and peaks."""

    def __init__(self) -> None:
        self.set({})

    def set(self, limits: Json) -> Json:
        """Set the limits (none named: none) and begin to count anew. Raises ControlError."""
        for name, value in limits.items():
            if not 1 <= value <= _MOST:
                raise ControlError(f"{name} must be 1 to {_MOST}; got {value}")
        self._limits: dict[str, int] = dict(limits)
        self._peaks = dict.fromkeys(NAMES, 0)
        self._refused = 0
        self._windows: dict[tuple[str, int, int], _Window] = {}
        return self.object()

    def object(self) -> Json:
        """Return limits, peaks and refusals as the control API shows them."""
        return {"limits": dict(self._limits), "peaks": dict(self._peaks), "refused": self._refused}

    def take(self, load: Load) -> None:
        """Count a call. Raises ApiError 429, and does not count it, when a window is full."""
        now = asyncio.get_running_loop().time()
        wait = 0.0
        windows = self._windows_of(load)
        for name, (window, count) in windows.items():
            window.forget(now)
            self._peaks[name] = max(self._peaks[name], len(window.times) + count)
            if name in self._limits:
                wait = max(wait, window.wait(now, count, self._limits[name]))
        if wait > 0:
            self._refused += 1
            raise too_many(math.ceil(wait))
        for window, count in windows.values():
            window.times.extend([now] * count)

    def _windows_of(self, load: Load) -> dict[str, tuple[_Window, int]]:
        self._prune()
        found = {
            "per_second": (self._window("per_second", SECOND, load.bot, 0), 1),
            "chat_per_second": (self._window("chat_per_second", SECOND, load.bot, load.chat), 1),
        }
        if load.is_group:
            window = self._window("group_per_minute", MINUTE, load.bot, load.chat)
            found["group_per_minute"] = (window, load.messages)
        return found

    def _window(self, name: str, seconds: float, bot: int, chat: int) -> _Window:
        return self._windows.setdefault((name, bot, chat), _Window(seconds))

    def _prune(self) -> None:
        if len(self._windows) > _MANY_WINDOWS:
            now = asyncio.get_running_loop().time()
            for window in self._windows.values():
                window.forget(now)
            self._windows = {key: window for key, window in self._windows.items() if window.times}
