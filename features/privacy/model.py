"""Values about privacy."""

from dataclasses import dataclass
from typing import Annotated

from kernel.policy import Range


@dataclass(frozen=True, slots=True)
class PrivacyPolicy:
    """How long what is kept (domain.md §2.5, rulings.md 14)."""

    words_days: Annotated[int, Range(1, 30, "days")]  # what people wrote and were told
    tombstone_days: Annotated[int, Range(1, 3650, "days")]
    key: str  # of the tombstones' hashes; empty: made from the bot's token
