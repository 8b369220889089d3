"""What a typed text answers: of all that can be asked in private, one thing at a time is."""

from dataclasses import dataclass

from features.app.deal_desk import Drafting
from features.app.deal_desk_model import DeskView
from features.app.goods import Goods
from features.app.goods_model import View
from features.app.uow import Uow
from features.members.model import Member, Person
from features.setup.model import Page
from features.setup.service import Setup
from kernel.ids import MessageId

Asking = View | DeskView | Page
"""What a typed text may lead to: a page of the catalogue, of a deal, of the setup."""


@dataclass(frozen=True, slots=True)
class Wizards:
    """Questions whose answer is typed."""

    goods: Goods
    deals: Drafting
    setup: Setup

    def told(self, uow: Uow, *, person: Person, typed: str, at: MessageId) -> Asking | Member | None:
        """Take a text as the answer to what was asked; return the person, if known, where nothing was.

        Raises NotAllowed, ListAsked or NoDeal.
        """
        return (
            self.goods.told(uow, person=person, typed=typed, at=at)
            or self.deals.told(uow, person=person, typed=typed, at=at)
            or self.setup.told(uow, person=person, typed=typed)
        )

    def pictured(self, uow: Uow, *, person: Person, photo: str, at: MessageId) -> View | Member | None:
        """Take a picture as the answer; return the person, if known, where none was asked for.

        Raises NotAllowed.
        """
        shown = self.goods.pictured(uow, person=person, photo=photo, at=at)
        if shown is not None:
            return shown
        known = uow.members.inside(person.user)
        return known and uow.members.renew(known, person)

    def leave(self, uow: Uow, *, person: Person) -> Asking:
        """Leave what was asked. Raises NotSetUp, NotAllowed, ListAsked or NoDeal."""
        return (
            self.goods.leave(uow, person=person)
            or self.deals.leave(uow, person=person)
            or self.setup.leave(uow, person=person)
        )
