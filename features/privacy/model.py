"""Values about privacy."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from kernel.errors import Refusal
from kernel.ids import MemberId, UserId
from kernel.message import Text
from kernel.policy import Range

Value = int | str | bool | datetime | date | Text | Mapping[str, object] | list[object] | None
Row = Mapping[str, Value]
Sections = Mapping[str, tuple[Row, ...]]  # of an export: what it is -> its rows


@dataclass(frozen=True, slots=True)
class PrivacyPolicy:
    """How long what is kept (domain.md §2.5, rulings.md 14)."""

    words_days: Annotated[int, Range(1, 30, "days")]  # what people wrote and were told
    tombstone_days: Annotated[int, Range(1, 3650, "days")]
    key: str  # of the tombstones' hashes; empty: made from the bot's token


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose traces are looked for: our number, Telegram's, and the name."""

    member: MemberId
    user: UserId
    name: str


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of a person, at a glance. Counts are of rows."""

    met_at: datetime
    service_consent_at: datetime | None
    marketing_consent_at: datetime | None
    groups: tuple[str, ...]
    roles: int
    messages: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was sent to a private chat; `reason` None: an answer."""

    at: datetime
    reason: Text | None


class NothingKept(Refusal):
    """A person of whom nothing is kept asked for what is kept of them."""

    text_key = "privacy.nothing"


class OwnerMustHandOver(Refusal):
    """The owner of the bot asked to be erased: somebody else must own it first."""

    text_key = "privacy.owner"


class OldConfirmation(Refusal):
    """The button that erases was shown with other numbers, or to somebody since erased."""

    text_key = "privacy.old_confirmation"


class NoMessage(Refusal):
    """Nothing that the bot sent to this chat is known any more, or not that message."""

    text_key = "privacy.no_message"
