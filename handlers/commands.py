"""The commands that everybody's client offers, by place and role. What they may is asked when they come."""

from collections.abc import Mapping
from enum import StrEnum


class Scope(StrEnum):
    """Where commands are offered, by the names of Telegram; the narrowest scope counts."""

    DEFAULT = "default"
    PRIVATE = "all_private_chats"
    GROUPS = "all_group_chats"
    ADMINISTRATORS = "all_chat_administrators"


PRIVATE = ("start", "menu", "growth", "settings", "mydata", "why", "stop", "help")
GROUPS = ("menu", "growth", "help")
ADMINISTRATORS = ("menu", "growth", "setup", "health", "who", "panic", "audit", "help")

OFFERED: Mapping[Scope, tuple[str, ...]] = {
    Scope.DEFAULT: GROUPS,
    Scope.PRIVATE: PRIVATE,
    Scope.GROUPS: GROUPS,
    Scope.ADMINISTRATORS: ADMINISTRATORS,
}
"""At most eight each: a list that can be overlooked."""

EVERY = tuple(dict.fromkeys(name for names in OFFERED.values() for name in names))

_ALSO = ("points", "history", "board", "coupons", "pay")  # understood, not offered
_STAFF = (
    "setup",
    "arrived",
    "health",
    "panic",
    "audit",
    "role",
    "standin",
    "goods",
    "tuan",
    "quan",
    "settle",
    "today",
    "paid",
)
KNOWN, KNOWN_TO_STAFF = (*PRIVATE, *_ALSO), (*PRIVATE, *_ALSO, *_STAFF)
"""What works in private, for whom an unknown command is compared with it."""
