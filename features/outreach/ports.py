"""What outreach needs kept."""

from datetime import datetime
from typing import Protocol

from features.outreach.model import Preference, QuietHours, Topic
from kernel import uow
from kernel.ids import MemberId


class PreferenceStore(Protocol):
    """When and about what people want to be written to."""

    def get(self, member: MemberId) -> Preference:
        """Return what a member prefers; the defaults for somebody who chose nothing."""
        ...

    def set_topic(self, member: MemberId, topic: Topic, *, wanted: bool, now: datetime) -> bool:
        """Switch a topic on or off; False when it was so already."""
        ...

    def set_quiet(self, member: MemberId, quiet: QuietHours | None) -> bool:
        """Keep quiet hours of one's own, or None for the group's; False when they were so already."""
        ...

    def mute(self, member: MemberId, *, until: datetime | None) -> bool:
        """Keep until when nothing is written unasked, or None; False when it was so already."""
        ...


class Uow(uow.Uow, Protocol):
    """What the use cases of outreach may touch."""

    @property
    def preferences(self) -> PreferenceStore:
        """Preferences."""
        ...
