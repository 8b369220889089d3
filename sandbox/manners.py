"""What the server lets an impatient bot wait for."""

import asyncio

from sandbox.errors import ApiError

_LONGER_SECONDS = 3.0
_SINGLE_SECONDS = 0.5
_CONFLICT_SECONDS = 3.0
_WEBHOOK_SECONDS = 1.0


class Manners:
    """The waits of one bot on the machine's monotonic clock; `pace` 1 is Telegram's, less is quicker."""

    def __init__(self, pace: float) -> None:
        self._pace = pace
        self._offset = -1
        self._polled = float("-inf")
        self._next_conflict = float("-inf")
        self._next_webhook = float("-inf")

    def repeated(self, offset: int, limit: int, wait: float) -> tuple[int, float]:
        """Return the limit and the wait of a poll: an offset asked for again soon gets less, and later."""
        now = asyncio.get_running_loop().time()
        since = now - self._polled
        again = offset == self._offset
        self._offset, self._polled = offset, now
        if again and since < _LONGER_SECONDS * self._pace:
            wait = max(wait, _LONGER_SECONDS * self._pace)
        if again and since < _SINGLE_SECONDS * self._pace:
            limit = 1
        return limit, wait

    def conflict_delay(self) -> float:
        """Return how long to keep a 409 back: none at first, then so that they do not come in a stream."""
        now = asyncio.get_running_loop().time()
        if now < self._next_conflict:
            return _CONFLICT_SECONDS * self._pace
        self._next_conflict = now + _CONFLICT_SECONDS * self._pace
        return 0.0

    def check_set_webhook(self) -> None:
        """Raise ApiError 429 for a second setWebhook within a second."""
        now = asyncio.get_running_loop().time()
        if now < self._next_webhook:
            raise too_many(1)
        self._next_webhook = now + _WEBHOOK_SECONDS * self._pace


def too_many(seconds: int) -> ApiError:
    """Return the refusal of a call that came too soon."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})
