"""What outreach needs kept."""

from typing import Protocol

from kernel import uow


class PreferenceStore(Protocol):
    """When and about what people want to be written to."""


class Uow(uow.Uow, Protocol):
    """What the use cases of outreach may touch."""

    @property
    def preferences(self) -> PreferenceStore:
        """Preferences."""
        ...
