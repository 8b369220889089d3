"""Whoever reads along what a sandbox says."""

from collections.abc import Sequence

from sandbox.model import Json


class Witness:
    """Hears what a sandbox says, as it is said; by itself it makes nothing of it."""

    def answered(self, method: str, status: int, body: bytes) -> None:
        """A bot was answered with JSON; an answer that a fault cut or replaced is not heard."""

    def broke(self, what: str, error: Exception) -> None:
        """A call, by its method or its path, met a fault of the sandbox's own."""

    def pushed(self, update: Json) -> None:
        """An update is brought to a webhook."""

    def shown(self, messages: Sequence[Json]) -> None:
        """Messages are shown to a person."""
