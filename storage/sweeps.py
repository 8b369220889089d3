"""How far sweeps over old rows have come, in SQL."""

from sqlalchemy import Column, Table, Text

from storage.types import BigId, metadata

sweep = Table(
    "sweep",
    metadata,
    Column("name", Text, primary_key=True),
    Column("cursor", BigId, nullable=False),
    sqlite_strict=True,
)
