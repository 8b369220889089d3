"""The way to a deal for its leaders: who may, which deal, and what they are asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from features.app.deal_desk_model import DealDesk
from features.app.uow import Uow
from features.groupbuy.model import Ask, Asked, Deal
from features.groupbuy.service import Groupbuy
from features.members.model import Person
from features.staff.model import Act, Choice, Deed, NotAllowed
from features.staff.service import Staff
from kernel.ids import DealId, GroupId, MessageId

_PATIENCE = timedelta(minutes=30)
_NEAR = 20  # messages after which nobody looks for the card above what they typed


@dataclass(frozen=True, slots=True)
class DealDoor:
    """Asks every time anew whether somebody may work on a group's deals."""

    staff: Staff
    groupbuy: Groupbuy

    def desk(
        self, uow: Uow, person: Person, group: GroupId | None, message: MessageId | None
    ) -> DealDesk | Choice:
        """Return who works on the deals of `group`, or of the only one it may be. Raises NotAllowed."""
        found = self.staff.the_group(uow, user=person.user, group=group, act=Act.DEALS)
        if isinstance(found, Choice):
            return found
        return DealDesk(uow.members.meet(person, now=uow.now), found.group, message)

    def enter(
        self, uow: Uow, person: Person, deal: DealId, message: MessageId | None
    ) -> tuple[DealDesk, Deal]:
        """Return a deal that nobody else moves before this unit ends. Raises NoDeal or NotAllowed."""
        held = self.groupbuy.held(uow, deal)
        desk = self.desk(uow, person, held.group, message)
        if isinstance(desk, Choice):
            raise NotAllowed
        return desk, held

    @staticmethod
    def ask(uow: Uow, desk: DealDesk, deal: DealId, ask: Ask | None, given: Mapping[str, str]) -> None:
        """Let the next text of who is at the desk answer `ask`; None: nothing."""
        if ask is None:
            uow.drafts.forget(desk.reader.id)
            return
        asked = Asked(desk.reader, desk.group.id, deal, ask, given, desk.message)
        uow.drafts.wait(asked, until=uow.now + _PATIENCE)

    def note(
        self,
        uow: Uow,
        desk: DealDesk,
        deed: Deed,
        deal: DealId,
        before: Mapping[str, int | str | None],
        after: Mapping[str, int | str | None],
    ) -> None:
        """Record what was done to a deal, in codes and numbers."""
        self.staff.note(
            uow,
            group=desk.group.id,
            actor=desk.reader.id,
            act=deed,
            subject=deal,
            before=dict(before),
            after=dict(after),
        )


def near(card: MessageId | None, typed: MessageId) -> MessageId | None:
    """Return the card where it can still be seen above what was typed, else None: a new one."""
    return card if card is not None and typed - card <= _NEAR else None
