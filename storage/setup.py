"""What a wizard waits to be told, in SQL."""

from dataclasses import dataclass

from sqlalchemy import Column, Connection, ForeignKey, Table, Text

from storage.types import BigId, JsonText, UtcDateTime, metadata

# The next text this person writes in private is the answer to what a wizard asked.
prompt = Table(
    "prompt",
    metadata,
    Column("member_id", BigId, ForeignKey("member.id"), primary_key=True, autoincrement=False),
    Column("group_id", BigId, ForeignKey("chat_group.id"), nullable=False),
    Column("asks", Text, nullable=False),
    Column("given", JsonText, nullable=False),  # what was answered so far
    Column("message", BigId),  # the card to go on with
    Column("expires_at", UtcDateTime, nullable=False),
    sqlite_strict=True,
)


@dataclass(frozen=True, slots=True)
class SqlSetup:
    """Wizards over one connection."""

    connection: Connection
