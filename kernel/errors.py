"""The two ways to fail.

A refusal is a polite no to a member; every other exception is a fault of ours or of the world.
"""

from collections.abc import Mapping

from kernel.message import Param, Text


class Refusal(Exception):
    """The member may not, or not now. Subclasses live in their feature's `model.py` and set `text_key`."""

    text_key: str = ""  # empty: nothing is answered

    def __init__(self, **params: Param) -> None:
        super().__init__(self.text_key)
        self.params: Mapping[str, Param] = params

    def wording(self) -> Text | None:
        """Return what the member is told, or None when silence is the answer."""
        return Text(self.text_key, dict(self.params)) if self.text_key else None
