"""What came back from sending: routed like an update, through the inbox and the lane of its chat."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from telegram.ext import BaseHandler

from handlers.context import Callback, Context
from kernel.ids import ChatId, UserId


class OutcomeKind(StrEnum):
    """What the sender reports."""

    ADMINISTRATORS = "administrators"
    MEMBER = "member"
    ROLL = "roll"
    STANDING = "standing"
    APPROVE = "approve"
    DECLINE = "decline"
    DOWNLOAD = "download"
    UNREACHABLE = "unreachable"
    MIGRATED = "migrated"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A report of the sender.

    `result` is Telegram's own answer: empty where it knows no such person, None where there was none.
    """

    kind: OutcomeKind
    chat: ChatId
    user: UserId | None
    result: Any

    def to_json(self) -> dict[str, Any]:
        """Return plain values for the inbox."""
        return {"kind": self.kind, "chat": self.chat, "user": self.user, "result": self.result}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Outcome":
        """Return the outcome that `to_json` wrote."""
        return cls(OutcomeKind(plain["kind"]), plain["chat"], plain["user"], plain["result"])


class OutcomeHandler(BaseHandler[Outcome, Context, None]):
    """Routes outcomes of one kind."""

    def __init__(self, kind: OutcomeKind, callback: Callback[Outcome]) -> None:
        super().__init__(callback)
        self._kind = kind

    def check_update(self, update: object) -> bool:
        """Tell whether `update` is an outcome of this kind."""
        return isinstance(update, Outcome) and update.kind is self._kind
