"""What the wizard needs kept."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from features.members.model import Group
from features.outreach.model import QuietHours
from features.pickup import ports as pickup_ports
from features.setup.model import Audience, Facts, Prompt, Step
from features.staff import ports as staff_ports
from kernel.ids import ChatId, GroupId, MemberId, MessageId, UserId
from kernel.message import Language


class SetupStore(Protocol):
    """What a wizard waits to be told, a group's own settings, and what rows say about a group."""

    def wait(
        self,
        member: MemberId,
        *,
        group: GroupId,
        step: Step,
        given: Mapping[str, str],
        message: MessageId | None,
        until: datetime,
    ) -> None:
        """Take the next text of a person as the answer to `step`, in the place of what was waited for."""
        ...

    def waiting(self, user: UserId, *, now: datetime) -> Prompt | None:
        """Return the wizard whose answer is waited for from a person, if its time is not over."""
        ...

    def others(self, group: GroupId, *, but: MemberId, now: datetime) -> tuple[Prompt, ...]:
        """Return the wizards of a group that other people have open in a card."""
        ...

    def forget(self, member: MemberId) -> bool:
        """Wait for nothing from a person any more; False when nothing was waited for."""
        ...

    def lock(self, group: GroupId) -> Group:
        """Return a group whose settings nobody else changes before this unit ends."""
        ...

    def set_zone(self, group: GroupId, zone: ZoneInfo) -> None:
        """Keep a group's zone."""
        ...

    def set_quiet(self, group: GroupId, quiet: QuietHours) -> None:
        """Keep a group's quiet hours."""
        ...

    def set_language(self, group: GroupId, language: Language) -> None:
        """Keep the language spoken in a group."""
        ...

    def facts(self, group: GroupId, *, bot: UserId, now: datetime) -> Facts:
        """Return what rows say about a group."""
        ...

    def audience(self, group: GroupId, *, chat: ChatId) -> Audience:
        """Return the members seen in a group, and when its last update came."""
        ...


class Uow(pickup_ports.Uow, staff_ports.Uow, Protocol):
    """What the use cases of setup may touch."""

    @property
    def setup(self) -> SetupStore:
        """Wizards."""
        ...
