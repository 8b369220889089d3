"""How fast messages may leave: overall, per chat, per group (storage.md §3.4). Pure arithmetic on seconds.

Gaps and windows count from completion, because a message never arrives later than that.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from bot.config import SendingConfig
from kernel.ids import ChatId

_MINUTE = 60.0
_GROUPS_BELOW = 0  # Telegram numbers groups negatively
_SEVERAL_CHATS, _AT_ONCE_SECONDS = 3, 1.0  # so many chats told to wait within so long: it is about all
_SLOWER = 0.97
_REGAINED_A_SECOND = 0.01  # messages a second, every second


class Monotonic:
    """Seconds that only go forward, for pacing; `hurried` jumps over every pause that pacing asks for.

    The demo and tests hurry while they push the clock: a month of messages must not take a month's gaps.
    """

    def __init__(self) -> None:
        self.hurried = False
        self._skipped = 0.0

    def seconds(self) -> float:
        """Return the current reading."""
        return asyncio.get_running_loop().time() + self._skipped

    async def pause(self, until: float, woken: asyncio.Event) -> None:
        """Wait until the reading is `until` or `woken` is set."""
        remaining = until - self.seconds()
        if self.hurried:
            self._skipped += max(remaining, 0.0)
            await asyncio.sleep(0)
            return
        await wait_for_event(woken, remaining)


async def wait_for_event(woken: asyncio.Event, seconds: float | None) -> None:
    """Wait until `woken` is set, at most `seconds` (None: as long as it takes)."""
    try:
        async with asyncio.timeout(seconds):
            await woken.wait()
    except TimeoutError:
        return


@dataclass(slots=True)
class _ChatPace:
    free_at: float = 0.0
    held_until: float = 0.0  # nothing is even asked about it
    window: deque[float] = field(default_factory=deque)  # completions of the last minute, for groups


@dataclass(slots=True)
class Pace:
    """What was sent lately, and so when the next message may leave. All readings in monotonic seconds.

    The overall rate gives way when Telegram says it is too much, and comes back bit by bit (AIMD,
    storage.md §3.4): another program may be using the same token.
    """

    policy: SendingConfig
    _free_at: float = 0.0
    _chats: dict[ChatId, _ChatPace] = field(default_factory=dict)
    _slowed_by: float = 0.0  # messages a second below the policy, at `_slowed_at`
    _slowed_at: float = 0.0
    _floods: deque[tuple[float, ChatId, float]] = field(default_factory=deque)  # at, chat, seconds asked

    def held(self, now: float) -> dict[ChatId, float]:
        """Return the chats that may not be written to at `now`, with the reading from which they may."""
        free_at = {chat: self.chat_free_at(chat, now) for chat in self._chats}
        return {chat: at for chat, at in free_at.items() if at > now}

    def silent(self, now: float) -> dict[ChatId, float]:
        """Return the chats about which nothing may even be asked, with the reading from which it may."""
        return {chat: pace.held_until for chat, pace in self._chats.items() if pace.held_until > now}

    def question_free_at(self, chat: ChatId, now: float) -> float:
        """Return the reading from which Telegram may be asked about `chat`: gap and window do not count."""
        pace = self._chats.get(chat)
        return now if pace is None else max(pace.held_until, now)

    def chat_free_at(self, chat: ChatId, now: float) -> float:
        """Return the reading from which `chat` may be written to."""
        pace = self._chats.get(chat)
        if pace is None:
            return now
        while pace.window and pace.window[0] <= now - _MINUTE:
            pace.window.popleft()
        full = len(pace.window) >= self.policy.group_per_minute
        free_at = max(pace.free_at, pace.held_until)
        return max(free_at, pace.window[0] + _MINUTE) if full else free_at

    @property
    def free_at(self) -> float:
        """The reading from which anything may leave."""
        return self._free_at

    def rate(self, now: float) -> float:
        """Return how many messages a second may leave."""
        regained = (now - self._slowed_at) * _REGAINED_A_SECOND
        return self.policy.per_second - max(self._slowed_by - regained, 0.0)

    def start(self, now: float) -> None:
        """Count a message that leaves now against the overall pace."""
        self._free_at = self.after(self._free_at, now)

    def after(self, free_at: float, now: float) -> float:
        """Return when the next one may leave if one leaves at `now`, or at `free_at` where that is later."""
        return max(free_at, now) + 1 / self.rate(now)

    def flooded(self, chat: ChatId, now: float, seconds: float) -> None:
        """Hold `chat` for `seconds`, as a 429 asked; when several chats are asked at once, all go slower."""
        self.hold(chat, now + seconds)
        self._floods.append((now, chat, seconds))
        while self._floods[0][0] < now - _AT_ONCE_SECONDS:
            self._floods.popleft()
        if len({each for _, each, _ in self._floods}) < _SEVERAL_CHATS:
            return
        self.hold_all(now + min(asked for _, _, asked in self._floods))
        rate = self.rate(now) * _SLOWER
        self._slowed_by, self._slowed_at = self.policy.per_second - rate, now
        self._floods.clear()

    def completed(self, chat: ChatId, now: float) -> None:
        """Count a message that has been answered for against its chat."""
        pace = self._chats.setdefault(chat, _ChatPace())
        pace.free_at = max(pace.free_at, now + self.policy.chat_gap_seconds)
        if chat < _GROUPS_BELOW:
            pace.window.append(now)

    def hold_all(self, until: float) -> None:
        """Let nothing leave before `until`: Telegram cannot be reached."""
        self._free_at = max(self._free_at, until)

    def hold(self, chat: ChatId, until: float) -> None:
        """Let nothing leave for `chat` before `until`, not even a question: Telegram asked for it."""
        pace = self._chats.setdefault(chat, _ChatPace())
        pace.held_until = max(pace.held_until, until)

    def forget_idle(self, now: float) -> None:
        """Drop the chats that have no bearing any more."""
        idle = [chat for chat, pace in self._chats.items() if not self._counts(pace, now)]
        for chat in idle:
            del self._chats[chat]

    @staticmethod
    def _counts(pace: _ChatPace, now: float) -> bool:
        is_recent = bool(pace.window) and pace.window[-1] > now - _MINUTE
        return is_recent or max(pace.free_at, pace.held_until) > now
