"""Time zones by what people call them."""

import difflib
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zoneinfo import available_timezones

_FILE = Path(__file__).parent / "data" / "zones.toml"
_LONGEST = 40  # characters typed; no zone's name is longer
_NEAREST, _ALIKE = 4, 0.6  # how many are offered for a name nobody knows, and how alike they must be
_OTHER_LISTS = ("Etc/", "SystemV/", "posix/", "right/")


@dataclass(frozen=True, slots=True)
class Found:
    """The zone that somebody typed, or those that look alike."""

    zone: str | None
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Zones:
    """Every zone of the IANA list that is a place. `common` is offered as buttons: name -> its text's key."""

    names: frozenset[str]
    common: Mapping[str, str]
    called: Mapping[str, str]  # what people call a zone, folded -> its name

    def find(self, typed: str) -> Found:
        """Return the zone called `typed`, else the nearest few."""
        folded = _folded(typed)
        if not folded or len(folded) > _LONGEST:
            return Found(None)
        if zone := self.called.get(folded) or self.called.get(folded.rpartition("/")[2].strip()):
            return Found(zone)
        alike = difflib.get_close_matches(folded, self.called, n=_NEAREST, cutoff=_ALIKE)
        return Found(None, tuple(dict.fromkeys(self.called[name] for name in alike)))


@cache
def load() -> Zones:
    """Read the zones of this machine and what people call them."""
    names = frozenset(
        name for name in available_timezones() if "/" in name and not name.startswith(_OTHER_LISTS)
    )
    listed = [zone for zone in tomllib.loads(_FILE.read_text("utf-8"))["zone"] if zone["name"] in names]
    called = {_folded(name.rpartition("/")[2]): name for name in sorted(names)}
    called |= {_folded(name): name for name in names}
    for zone in listed:
        called |= {_folded(each): zone["name"] for each in (zone["name"].rpartition("/")[2], *zone["called"])}
    return Zones(names, {zone["name"]: zone["key"] for zone in listed}, called)


def _folded(typed: str) -> str:
    plain = unicodedata.normalize("NFKC", typed).casefold().replace("_", " ")
    kept = "".join(each for each in plain if each in "/+-" or each.isalnum() or each.isspace())
    return " ".join(kept.split())
