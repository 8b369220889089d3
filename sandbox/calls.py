"""What the bots asked: the log of Bot API calls, in order."""

from collections import deque
from dataclasses import dataclass
from itertools import islice

from sandbox.model import Json

KEPT = 50_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a call ended; `fault` names the fault it met."""

    ok: bool
    error_code: int | None = None
    description: str | None = None
    fault: str | None = None


class CallLog:
    """The latest calls, numbered from 1."""

    def __init__(self) -> None:
        self._calls: deque[Json] = deque(maxlen=KEPT)
        self._seq = 0

    def note(self, at: str, method: str, params: Json, outcome: Outcome) -> None:
        """Add one call."""
        self._seq += 1
        found: Json = {
            "seq": self._seq,
            "at": at,
            "method": method,
            "params": params,
            "ok": outcome.ok,
            "error_code": outcome.error_code,
            "description": outcome.description,
        }
        if outcome.fault is not None:
            found["fault"] = outcome.fault
        self._calls.append(found)

    def after(self, seq: int) -> list[Json]:
        """Return the calls with a number above `seq`."""
        first = self._seq - len(self._calls) + 1
        return list(islice(self._calls, max(0, seq + 1 - first), None))
