"""Faults on demand: what stands between a bot and its answers until it is used up."""

from dataclasses import dataclass

from sandbox.errors import ControlError
from sandbox.model import Json
from sandbox.schema import BY_LOWER_NAME
from sandbox.updates import Doubling

KINDS = ("flood", "status", "hang", "drop", "drop_after", "duplicate")
LONGEST_SECONDS = 3600


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
        own = {"flood": "retry_after", "status": "status", "hang": "seconds", "duplicate": "ratio"}.get(
            self.kind
        )
        if own:
            found[own] = getattr(self, own)
        return found


class Faults:
    """The standing faults, oldest first."""

    def __init__(self) -> None:
        self.standing: list[Fault] = []

    def add(self, fields: Json) -> Fault:
        """Put up a fault. Raises ControlError for fields that make no sense."""
        fault = _read(fields)
        self.standing.append(fault)
        return fault

    def clear(self) -> None:
        """Take all faults away."""
        self.standing.clear()

    def take(self, method: str) -> Fault | None:
        """Return the fault this call meets, and count it."""
        for fault in self.standing:
            every = fault.method == "*" and method != "getUpdates"
            if fault.kind != "duplicate" and (every or fault.method == method):
                self._use(fault)
                return fault
        return None

    def doubling(self) -> Doubling | None:
        """Return the standing `duplicate` fault."""
        fault = next((fault for fault in self.standing if fault.kind == "duplicate"), None)
        return None if fault is None else Doubling(fault.ratio, lambda: self._use(fault))

    def _use(self, fault: Fault) -> bool:
        """Count one use; False when there was none left."""
        if fault.times is None:
            return True
        if fault.times < 1:
            return False
        fault.times -= 1
        if fault.times == 0:
            self.standing.remove(fault)
        return True


def _read(fields: Json) -> Fault:
    kind = fields["kind"]
    if kind not in KINDS:
        raise ControlError(f"kind must be one of {', '.join(KINDS)}; got {kind}")
    doubles = kind == "duplicate"
    times = fields.get("times", None if doubles else 1)
    if times is not None and not 1 <= times <= 1_000_000:
        raise ControlError(f"times must be 1 to 1000000; got {times}")
    fault = Fault(_method(fields, doubles=doubles), kind, times)
    if kind == "flood":
        fault.retry_after = int(_number(fields, "retry_after", 1, LONGEST_SECONDS))
    elif kind == "status":
        fault.status = int(_number(fields, "status", 500, 504))
    elif kind == "hang":
        fault.seconds = _number(fields, "seconds", 0, LONGEST_SECONDS)
    elif doubles:
        fault.ratio = _number(fields, "ratio", 0, 1)
    return fault


def _method(fields: Json, *, doubles: bool) -> str:
    asked: str = fields.get("method", "getUpdates" if doubles else "*")
    method = asked if asked == "*" else BY_LOWER_NAME.get(asked.lower())
    if method is None:
        raise ControlError(f"method must be * or a Bot API method the sandbox serves; got {asked}")
    if doubles and method != "getUpdates":
        raise ControlError(f"duplicate is a fault of getUpdates; got method {asked}")
    return method


def _number(fields: Json, name: str, low: float, high: float) -> float:
    value = fields.get(name)
    if value is None or not low <= value <= high:
        raise ControlError(f"{fields['kind']} needs {name} from {low} to {high}; got {value}")
    return float(value)
