"""What a check of `caiboshi doctor` found."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kernel.message import Text


class Check(StrEnum):
    """What is looked at; each has its name in the catalogue."""

    TOKEN = "token"  # noqa: S105 - the name of a check
    TELEGRAM = "telegram"
    PROXY = "proxy"
    CLOCK = "clock"
    WEBHOOK = "webhook"
    KINDS = "kinds"
    BACKLOG = "backlog"
    FETCHING = "fetching"
    DATABASE = "database"
    VERSION = "version"
    SCHEMA = "schema"
    WAL = "wal"
    DISK = "disk"
    PRIVACY = "privacy"
    RIGHTS = "rights"
    ZONES = "zones"
    FILES = "files"
    PORT = "port"


class Verdict(StrEnum):
    """How a check ended."""

    GOOD = "good"
    WRONG = "wrong"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor. The text of a wrong one has a second line: its cure."""

    check: Check
    verdict: Verdict
    text: Text


def good(check: Check, text: Text) -> Finding:
    """Return what is as it should be."""
    return Finding(check, Verdict.GOOD, text)


def wrong(check: Check, text: Text) -> Finding:
    """Return what somebody must put right; `text` has the cure as its second line."""
    return Finding(check, Verdict.WRONG, text)


def skipped(check: Check, text: Text) -> Finding:
    """Return what could not be looked at, or need not."""
    return Finding(check, Verdict.SKIPPED, text)


def unfinished(checks: Sequence[Check], text: Text) -> list[Finding]:
    """Return the findings of checks that one cause stopped: it is told once, with its cure."""
    first, *others = checks
    return [wrong(first, text), *(skipped(check, Text("doctor.not_asked")) for check in others)]
