"""Logs: one line an event, ids only; never message texts, tokens or names."""

import logging
import sys

_STANDARD = frozenset(vars(logging.LogRecord("", 0, "", 0, "", (), None))) | {
    "message",
    "asctime",
    "taskName",
}


class _Line(logging.Formatter):
    """`time level logger event key=value …`."""

    def format(self, record: logging.LogRecord) -> str:
        line = f"{self.formatTime(record)} {record.levelname:<7} {record.name} {record.getMessage()}"
        extra = {key: value for key, value in vars(record).items() if key not in _STANDARD}
        line += "".join(f" {key}={value}" for key, value in extra.items())
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line


def set_up(level: int = logging.INFO) -> None:
    """Log to standard error; libraries that would log URLs (they hold the token) only from warning on."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Line())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "aiohttp", "apscheduler", "alembic", "telegram", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
