"""What the doctor found, in words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.checks.finding import Finding, Verdict
from kernel.message import Language, Param, Text
from texts.catalog import Catalog

_MARKS = {Verdict.GOOD: "✓", Verdict.WRONG: "✗", Verdict.SKIPPED: "–"}
_CURE = "    → "
_HIDDEN = "***"


@dataclass(frozen=True, slots=True)
class Line:
    """A finding in words."""

    check: str
    verdict: Verdict
    head: str  # the name of the check and what is said
    said: str
    cure: str | None

    def plain(self) -> str:
        """Return the line as an operator reads it, with the cure below it."""
        head = f"{_MARKS[self.verdict]} {self.head}"
        return head if self.cure is None else f"{head}\n{_CURE}{self.cure}"

    def object(self) -> dict[str, Any]:
        """Return the line as JSON shows it."""
        return {"check": self.check, "verdict": str(self.verdict), "said": self.said, "cure": self.cure}


@dataclass(frozen=True, slots=True)
class Report:
    """All findings in words."""

    lines: tuple[Line, ...]
    summary: str

    @property
    def is_well(self) -> bool:
        """Whether nothing is wrong."""
        return all(line.verdict != Verdict.WRONG for line in self.lines)

    def plain(self) -> str:
        """Return a line for each finding, each cure below its own, and what it comes to."""
        return "\n".join([*(line.plain() for line in self.lines), "", self.summary])

    def json(self) -> str:
        """Return the same as JSON."""
        return json.dumps(
            {"well": self.is_well, "checks": [line.object() for line in self.lines]},
            ensure_ascii=False,
            indent=2,
        )


def report(
    findings: Sequence[Finding], catalog: Catalog, language: Language, secrets: Sequence[str]
) -> Report:
    """Put the findings into words of `language`; none of `secrets` is in them, whoever let it slip."""
    lines = tuple(_line(finding, catalog, language, secrets) for finding in findings)
    count = sum(line.verdict == Verdict.WRONG for line in lines)
    text = Text("doctor.summary_wrong", {"count": count}) if count else Text("doctor.summary_good")
    return Report(lines, catalog.plain(text, language))


def _line(finding: Finding, catalog: Catalog, language: Language, secrets: Sequence[str]) -> Line:
    told = {name: _tame(value, secrets) for name, value in finding.text.params.items()}
    said, _, cure = catalog.plain(Text(finding.text.key, told), language).strip().partition("\n")
    head = Text("doctor.line", {"name": Text(f"doctor.name_{finding.check}"), "said": said})
    return Line(finding.check, finding.verdict, catalog.plain(head, language), said, cure or None)


def _tame(value: Param, secrets: Sequence[str]) -> Param:
    """Return words of the system or of a server as one printable line without secrets."""
    if not isinstance(value, str):
        return value
    for secret in secrets:
        value = value.replace(secret, _HIDDEN)
    return "".join(each for each in " ".join(value.split()) if each.isprintable())
