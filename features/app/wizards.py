"""What a typed text answers: of all that can be asked in private, one thing at a time is."""

from dataclasses import dataclass

from features.app.claims import Picture, Said
from features.app.deal_desk import Drafting
from features.app.deal_desk_model import DeskView
from features.app.fulfilment import Fulfilment
from features.app.goods import Goods
from features.app.goods_model import View
from features.app.uow import Uow
from features.collection.model import Checked, OwnCode
from features.collection.rules import weight_of
from features.members.model import Member, Person
from features.setup.model import Page
from features.setup.service import Setup
from kernel.ids import MessageId

Asking = View | DeskView | Page
"""What a typed text may lead to: a page of the catalogue, of a deal, of the setup."""

Answered = Asking | Checked | OwnCode | Said | Member | None
"""What came of something typed or shown; the person, or None, where nobody asked for it."""


@dataclass(frozen=True, slots=True)
class Wizards:
    """Questions whose answer is typed."""

    goods: Goods
    deals: Drafting
    setup: Setup
    fulfilment: Fulfilment

    def told(self, uow: Uow, *, person: Person, typed: str, at: MessageId) -> Answered:
        """Take a text as the answer to what was asked, else as a complaint about goods.

        Returns the person, if known, where it is neither. Raises NotAllowed, ListAsked, NoDeal or BadWeight.
        """
        found = (
            self.goods.told(uow, person=person, typed=typed, at=at)
            or self.deals.told(uow, person=person, typed=typed, at=at)
            or self._of_goods(uow, person, typed)
            or self.setup.told(uow, person=person, typed=typed)
        )
        claims = self.fulfilment.claims
        if not (found is None or isinstance(found, Member)) or not claims.aftersales.reader.complains(typed):
            return found
        said = claims.said(uow, person=person, typed=typed)
        return found if said.read is None else said

    def _of_goods(self, uow: Uow, person: Person, typed: str) -> Checked | OwnCode | None:
        """Take a number as a weight, or a text as an address; None where neither was asked for."""
        weight, own, user = weight_of(typed), self.fulfilment, person.user
        weighed = own.collection.weigh(uow, user=user, weight=weight) if weight is not None else None
        return weighed or own.door.told(uow, user=user, typed=typed)

    def pictured(self, uow: Uow, *, person: Person, picture: Picture, at: MessageId) -> Answered:
        """Take a picture as the answer, else as one of goods that were not right.

        Returns the person, if known, where it is neither. Raises NotAllowed, and what a case raises.
        """
        shown = self.goods.pictured(uow, person=person, photo=picture.photo, at=at)
        said = shown or self.fulfilment.claims.pictured(uow, person=person, picture=picture)
        if said is not None:
            return said
        known = uow.members.inside(person.user)
        return known and uow.members.renew(known, person)

    def leave(self, uow: Uow, *, person: Person) -> Asking:
        """Leave what was asked. Raises NotSetUp, NotAllowed, ListAsked or NoDeal."""
        return (
            self.goods.leave(uow, person=person)
            or self.deals.leave(uow, person=person)
            or self.setup.leave(uow, person=person)
        )
