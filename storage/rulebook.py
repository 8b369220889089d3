"""Versions of the rules of growth and points in SQL."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, delete, insert, select

from features.growth.versions import RuleVersion
from storage.types import JsonText, UtcDateTime, metadata

rule_version = Table(
    "rule_version",
    metadata,
    Column("since", UtcDateTime, primary_key=True, autoincrement=False),
    Column("rules", JsonText, nullable=False),  # by their names in the configuration
    Column("published_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)


@dataclass(frozen=True, slots=True)
class SqlRules:
    """Versions over one connection."""

    connection: Connection

    def versions(self) -> tuple[RuleVersion, ...]:
        """Return every version, in the order in which they hold."""
        query = select(rule_version.c.since, rule_version.c.rules).order_by(rule_version.c.since)
        return tuple(RuleVersion(since, rules) for since, rules in self.connection.execute(query))

    def add(self, version: RuleVersion, *, now: datetime) -> None:
        """Keep a version. Raises an error of the database when another holds from that very instant."""
        values = {"since": version.since, "rules": dict(version.rules), "published_at": now}
        self.connection.execute(insert(rule_version).values(values))

    def withdraw(self, *, after: datetime) -> None:
        """Drop what does not hold by `after`."""
        self.connection.execute(delete(rule_version).where(rule_version.c.since > after))
