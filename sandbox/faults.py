"""Faults on demand: what stands between a bot and its answers until it is used up."""

from collections import Counter
from dataclasses import dataclass
from random import Random

from sandbox.errors import ControlError
from sandbox.model import Json
from sandbox.schema import BY_LOWER_NAME
from sandbox.updates import Doubling

BEFORE = ("flood", "status", "hang", "drop")
"""Nothing is done: the fault answers in the method's stead."""
AFTER = ("drop_after", "reset", "slow", "garbage", "stale")
"""The effect happens; the answer suffers."""
STANDING = ("duplicate", "reorder", "skew")
"""No call meets these: they change how updates come, or the clock."""
KINDS = (*BEFORE, *AFTER, *STANDING)
LONGEST_SECONDS = 3600
DAY_SECONDS = 86400

_FIELDS = {
    "flood": ("retry_after", 1, LONGEST_SECONDS),
    "status": ("status", 500, 504),
    "hang": ("seconds", 0, LONGEST_SECONDS),
    "slow": ("seconds", 0, LONGEST_SECONDS),
    "duplicate": ("ratio", 0, 1),
    "reorder": ("ratio", 0, 1),
    "skew": ("seconds", -DAY_SECONDS, DAY_SECONDS),
}
"""Kind -> its own field, from and to."""


@dataclass(slots=True)
class Fault:
    """One standing fault; `times` None stands until it is removed."""

    method: str
    kind: str
    times: int | None
    retry_after: int = 0
    status: int = 0
    seconds: float = 0
    ratio: float = 0

    def object(self) -> Json:
        """Return the fault as the control API shows it."""
        found: Json = {"method": self.method, "kind": self.kind, "times": self.times}
        own = _FIELDS.get(self.kind)
        if own:
            found[own[0]] = getattr(self, own[0])
        return found


class Faults:
    """The standing faults, oldest first."""

    def __init__(self) -> None:
        self.standing: list[Fault] = []
        self.met: Counter[str] = Counter()

    def add(self, fields: Json) -> Fault:
        """Put up a fault. Raises ControlError for fields that make no sense."""
        fault = _read(fields)
        self.standing.append(fault)
        return fault

    def clear(self, kind: str = "") -> None:
        """Take the faults of a kind away, or all. Raises ControlError for an unknown kind."""
        if kind and kind not in KINDS:
            raise ControlError(f"kind must be one of {', '.join(KINDS)}; got {kind}")
        self.standing = [fault for fault in self.standing if kind and fault.kind != kind]

    def take(self, method: str) -> Fault | None:
        """Return the fault this call meets, and count it."""
        for fault in self.standing:
            every = fault.method == "*" and method != "getUpdates"
            if fault.kind not in STANDING and (every or fault.method == method):
                self._use(fault)
                return fault
        return None

    def doubling(self) -> Doubling | None:
        """Return the standing `duplicate` fault."""
        fault = self._first("duplicate")
        return None if fault is None else Doubling(fault.ratio, lambda: self._use(fault))

    def reorders(self, rng: Random) -> bool:
        """Say whether a `reorder` fault holds back the update that is about to leave, and count it."""
        fault = self._first("reorder")
        return fault is not None and rng.random() < fault.ratio and self._use(fault)

    def skew(self) -> float:
        """Return by how many seconds the clock is off."""
        return sum(fault.seconds for fault in self.standing if fault.kind == "skew")

    def _first(self, kind: str) -> Fault | None:
        return next((fault for fault in self.standing if fault.kind == kind), None)

    def _use(self, fault: Fault) -> bool:
        """Count one use; False when there was none left."""
        if fault.times is not None and fault.times < 1:
            return False
        self.met[fault.kind] += 1
        if fault.times is None:
            return True
        fault.times -= 1
        if fault.times == 0:
            self.standing.remove(fault)
        return True


def _read(fields: Json) -> Fault:
    kind = fields["kind"]
    if kind not in KINDS:
        raise ControlError(f"kind must be one of {', '.join(KINDS)}; got {kind}")
    times = fields.get("times", None if kind in STANDING else 1)
    if times is not None and (kind == "skew" or not 1 <= times <= 1_000_000):
        raise ControlError(f"times must be 1 to 1000000, and none for skew; got {times}")
    fault = Fault(_method(fields), kind, times)
    if kind in _FIELDS:
        name, low, high = _FIELDS[kind]
        value = _number(fields, name, low, high)
        setattr(fault, name, value if name in ("seconds", "ratio") else int(value))
    return fault


def _method(fields: Json) -> str:
    kind = fields["kind"]
    usual = "getUpdates" if kind in ("duplicate", "reorder") else "*"
    asked: str = fields.get("method", usual)
    method = asked if asked == "*" else BY_LOWER_NAME.get(asked.lower())
    if method is None:
        raise ControlError(f"method must be * or a Bot API method the sandbox serves; got {asked}")
    if kind in STANDING and method != usual:
        raise ControlError(f"{kind} is a fault of {usual}; got method {asked}")
    return method


def _number(fields: Json, name: str, low: float, high: float) -> float:
    value = fields.get(name)
    if value is None or not low <= value <= high:
        raise ControlError(f"{fields['kind']} needs {name} from {low} to {high}; got {value}")
    return float(value)
