"""The two ways to fail.

A refusal is a polite no to a member; every other exception is a fault of ours or of the world.
"""

from collections.abc import Mapping
from typing import Self

from kernel.message import Outgoing, Param, Text


class Refusal(Exception):
    """The member may not, or not now. Subclasses live in their feature's `model.py` and set `text_key`."""

    text_key: str = ""  # empty: nothing is answered

    def __init__(self, **params: Param) -> None:
        super().__init__(self.text_key)
        self.params: Mapping[str, Param] = params
        self.asks: tuple[Outgoing, ...] = ()  # what leaves with the no, such as a question to Telegram

    @classmethod
    def asking(cls, *asks: Outgoing) -> Self:
        """Return a refusal with which something is asked that lets the next attempt succeed."""
        no = cls()
        no.asks = asks
        return no

    def wording(self) -> Text | None:
        """Return what the member is told, or None when silence is the answer."""
        return Text(self.text_key, dict(self.params)) if self.text_key else None
