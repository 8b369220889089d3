"""What SQLAlchemy compiles for one server serves every engine of the process that speaks to it."""

from typing import Any, NamedTuple

from sqlalchemy import URL, Dialect, Engine, event
from sqlalchemy.util import LRUCache

_STATEMENTS = 500  # as many as SQLAlchemy keeps for one engine

_KNOWN: "dict[URL, _Known]" = {}


class _Known(NamedTuple):
    """A dialect that has met its server, and the statements compiled for it."""

    dialect: Dialect
    statements: LRUCache[Any, Any]


def compiled_once(engine: Engine) -> Engine:
    """Return `engine`, with the statements that an earlier one has compiled for the same server.

    Its own dialect goes on making the connections: what listens to it must be told before.
    """
    server = engine.url._replace(database=None)
    if known := _KNOWN.get(server):
        return Engine(
            engine.pool,
            known.dialect,
            engine.url,
            hide_parameters=engine.hide_parameters,
            execution_options={"compiled_cache": known.statements},
        )
    met = _Known(engine.dialect, LRUCache(_STATEMENTS))
    engine.update_execution_options(compiled_cache=met.statements)
    # Only now has the dialect asked the server what it can do.
    event.listen(engine, "connect", lambda *_: _KNOWN.setdefault(server, met), once=True)
    return engine
