"""Column types and the naming convention every table follows."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Index, Integer, MetaData, Text, TypeDecorator, text
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateIndex

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# 64 bits everywhere; SQLite numbers rows only in a column called INTEGER, and STRICT tables know no BIGINT.
BigId = BigInteger().with_variant(Integer, "sqlite")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_PACKED = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # `dumps` makes one at each call
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")  # JSON may hold half a character, UTF-8 may not


def partial_index(name: str, where: str, *columns: ColumnElement[Any], unique: bool = False) -> None:
    """Index the rows for which `where` holds, on both databases."""
    Index(name, *columns, unique=unique, sqlite_where=text(where))


@compiles(CreateIndex, "postgresql")
def _partial_there_too(create: CreateIndex, compiler: Any, **how: Any) -> str:
    """Let PostgreSQL have the condition too. To name it for both loads its dialect wherever the schema is."""
    options = create.element.dialect_options
    if options["postgresql"]["where"] is None:
        options["postgresql"]["where"] = options["sqlite"]["where"]
    written: str = compiler.visit_create_index(create, **how)
    return written


def to_milliseconds(instant: datetime) -> int:
    """Return an aware instant as epoch milliseconds. Raises ValueError for a naive one."""
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs its zone; got the naive {instant!r}")
    return (instant - _EPOCH) // _MILLISECOND


class UtcDateTime(TypeDecorator[datetime]):
    """An instant, kept as epoch milliseconds (UTC). Refuses naive values."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Use the 64-bit integer of the dialect."""
        return dialect.type_descriptor(Integer() if dialect.name == "sqlite" else BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Turn an aware instant into epoch milliseconds."""
        del dialect
        return None if value is None else to_milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """Turn epoch milliseconds into an aware UTC instant."""
        del dialect
        return None if value is None else _EPOCH + value * _MILLISECOND


class LocalDate(TypeDecorator[date]):
    """A calendar date without a zone, kept as ISO text so that it sorts."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: Dialect) -> str | None:
        """Turn a date into ISO text."""
        del dialect
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: Dialect) -> date | None:
        """Turn ISO text into a date."""
        del dialect
        return None if value is None else date.fromisoformat(value)


class JsonText(TypeDecorator[Any]):
    """JSON that nobody filters by, kept as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Turn plain values into compact JSON."""
        del dialect
        if value is None:
            return None
        return _LONE_SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", _PACKED(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Turn JSON back into plain values."""
        del dialect
        return None if value is None else json.loads(value)
