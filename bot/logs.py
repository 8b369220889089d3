"""Logs: one line an event, ids only; never message texts, tokens or names."""

import logging
import sys

_QUOTED_ROW = "DETAIL:"
_STANDARD = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {
    "message",
    "asctime",
    "taskName",
}


class Line(logging.Formatter):
    """`time level logger event key=value …`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and the trace of a fault without the row a database quotes in it."""
        line = f"{self.formatTime(record)} {record.levelname:<7} {record.name} {record.getMessage()}"
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        line += "".join(f" {key}={value}" for key, value in extra.items())
        if record.exc_info is None:
            return line
        # PostgreSQL quotes the offending row, and with it names and texts, on a line of its own.
        trace = self.formatException(record.exc_info).splitlines()
        return "\n".join((line, *(said for said in trace if not said.startswith(_QUOTED_ROW))))


def set_up(level: int = logging.INFO) -> None:
    """Log to standard error; libraries that would log URLs (they hold the token) only from warning on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Line())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "aiohttp", "apscheduler", "alembic", "telegram", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
