"""Products in the private chat of staff: one card, one question at a time, every change recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from features.app.goods_model import Desk, GoodsCard, GoodsList, GoodsQuestion, View
from features.app.uow import Uow
from features.catalogue import rules
from features.catalogue.model import BelowCost, Field, FloorReason, Product, Question, Unclear
from features.catalogue.reading import OPTIONAL, read, with_fields, words
from features.catalogue.service import Catalogue
from features.catalogue.writing import written
from features.members.model import Person
from features.staff.model import Act, Deed, NotAllowed
from features.staff.service import Staff
from kernel.errors import Refusal
from kernel.ids import MessageId, ProductId, UserId
from kernel.message import Text

PAGE = 8  # products of a list
_PATIENCE = timedelta(hours=1)  # goods are looked up in papers between two answers
_NEAR = 20  # messages after which nobody looks for the card above what they typed
_SUPPLIERS = 6  # offered
_SHOWN = 40  # characters of what was typed


@dataclass(frozen=True, slots=True)
class Goods:
    """The catalogue as staff change it. Every use case asks anew whether the person may."""

    staff: Staff
    catalogue: Catalogue

    def desk(self, uow: Uow, person: Person, message: MessageId | None = None) -> Desk:
        """Return who works on the catalogue. Raises NotAllowed."""
        groups = self.staff.groups_for(uow, user=person.user, act=Act.CATALOGUE)
        if not groups:
            raise NotAllowed
        return Desk(uow.members.meet(person, now=uow.now), groups[0].id, message)

    def desk_of(self, uow: Uow, user: UserId) -> Desk:
        """Return the same for somebody of whom nothing but the number came. Raises NotAllowed."""
        groups = self.staff.groups_for(uow, user=user, act=Act.CATALOGUE)
        member = uow.members.by_user(user)
        if not groups or member is None:
            raise NotAllowed
        return Desk(member, groups[0].id, None)

    # -- looking

    def list(self, uow: Uow, *, person: Person, page: int, message: MessageId | None) -> GoodsList:
        """Show a page of all products; a question that was open is. Raises NotAllowed."""
        desk = self.desk(uow, person, message)
        uow.catalogue.forget(desk.reader.id)
        return self._listed(uow, desk, page)

    def card(
        self, uow: Uow, *, person: Person, product: ProductId, fields: bool, message: MessageId | None
    ) -> GoodsCard:
        """Show a product, with its fields to choose from or not. Raises NotAllowed or ProductGone."""
        desk = self.desk(uow, person, message)
        uow.catalogue.forget(desk.reader.id)
        found = self.catalogue.find(uow, product=product)
        return replace(self._shown(uow, desk, found), fields=fields)

    # -- asking

    def begin(
        self, uow: Uow, *, person: Person, like: ProductId | None, message: MessageId | None
    ) -> GoodsQuestion:
        """Ask for the first thing of a new product, which may be `like` another.

        Raises NotAllowed or ProductGone.
        """
        desk = self.desk(uow, person, message)
        given: dict[str, str] = {}
        if like is not None:
            pattern = self.catalogue.find(uow, product=like)
            given = {field: written(pattern, field) for field in rules.COPIED}
        return self._ask(uow, desk, rules.next_question(given) or Field.NAME, None, given)

    def ask(
        self, uow: Uow, *, person: Person, product: ProductId, field: Field, message: MessageId | None
    ) -> GoodsQuestion:
        """Ask for one field of a product. Raises NotAllowed or ProductGone."""
        desk = self.desk(uow, person, message)
        return self._ask(uow, desk, field, self.catalogue.find(uow, product=product), {})

    def told(self, uow: Uow, *, person: Person, typed: str, at: MessageId) -> View | None:
        """Take a text as the answer to what was asked; None where nothing was. Raises NotAllowed."""
        question = uow.catalogue.waiting(person.user, now=uow.now)
        if question is None:
            return None
        desk = self.desk(uow, person, _near(question.message, at))
        if question.field is Field.PHOTO and read(Field.PHOTO, typed)["photo"] is not None:
            return self._again(uow, desk, question, Text("catalogue.want_photo"))
        return self._answered(uow, desk, question, typed)

    def pictured(self, uow: Uow, *, person: Person, photo: str, at: MessageId) -> View | None:
        """Take a picture as the answer; None where nothing was asked. Raises NotAllowed."""
        question = uow.catalogue.waiting(person.user, now=uow.now)
        if question is None:
            return None
        desk = self.desk(uow, person, _near(question.message, at))
        if question.field is not Field.PHOTO:
            return self._again(uow, desk, question, Text("catalogue.no_photo_now"))
        return self._answered(uow, desk, question, photo)

    def pick(
        self, uow: Uow, *, person: Person, field: Field, choice: str, message: MessageId | None
    ) -> View | None:
        """Take an offered answer, or leave a question out (an empty choice); None for an old card's button.

        Raises NotAllowed.
        """
        desk = self.desk(uow, person, message)
        question = uow.catalogue.waiting(person.user, now=uow.now)
        if question is None or question.field is not field:
            return None
        if not choice:
            if question.product is not None or field not in OPTIONAL:
                return None
            return self._go_on(uow, desk, question, {**question.given, field: ""})
        said = {argument: label for label, argument in self._offered(uow, field)}.get(choice)
        return None if said is None else self._answered(uow, desk, question, said)

    def leave(self, uow: Uow, *, person: Person) -> View | None:
        """Leave what was asked; None where nothing was. Raises NotAllowed."""
        question = uow.catalogue.waiting(person.user, now=uow.now)
        if question is None:
            return None
        uow.catalogue.forget(question.member.id)
        desk = self.desk(uow, person)
        left = Text("catalogue.left")
        if question.product is None:
            return replace(self._listed(uow, desk, 0), news=left)
        return replace(self._shown(uow, desk, self.catalogue.find(uow, product=question.product)), news=left)

    def switch(
        self, uow: Uow, *, person: Person, product: ProductId, active: bool, message: MessageId | None
    ) -> GoodsCard:
        """Take a product into the sale or out of it. Raises NotAllowed or ProductGone."""
        desk = self.desk(uow, person, message)
        before = self.catalogue.find(uow, product=product)
        after = self.catalogue.change(uow, product=before, values={Field.ACTIVE: str(int(active))})
        if after != before:
            deed = Deed.PRODUCT_ON if active else Deed.PRODUCT_OFF
            self._note(uow, desk, deed, after, {"version": before.version}, {"version": after.version})
        news = Text("catalogue.is_on" if active else "catalogue.is_off")
        return replace(self._shown(uow, desk, after), news=news)

    # -- inside

    def _answered(self, uow: Uow, desk: Desk, question: Question, typed: str) -> View:
        try:
            read(question.field, typed)
        except Unclear as no:
            return self._again(uow, desk, question, _came(no, typed))
        return self._go_on(uow, desk, question, {**question.given, question.field: typed})

    def _go_on(self, uow: Uow, desk: Desk, question: Question, given: Mapping[str, str]) -> View:
        """Do what is answered, or ask the next thing."""
        try:
            if question.product is None:
                return self._added(uow, desk, given)
            return self._changed(uow, desk, question.product, given)
        except BelowCost as no:
            product = self.catalogue.find(uow, product=question.product) if question.product else None
            return self._ask(uow, desk, Field.REASON, product, given, problem=no.wording())
        except Refusal as no:
            return self._again(uow, desk, question, _came(no, given.get(question.field, "")))

    def _added(self, uow: Uow, desk: Desk, given: Mapping[str, str]) -> View:
        values = _values(given)
        if Field.PRICE in values:
            rules.check_whole(with_fields(rules.blank(), values))
        following = rules.next_question(given)
        if following is not None:
            return self._ask(uow, desk, following, None, given)
        product = self.catalogue.add(uow, values=values)
        uow.catalogue.forget(desk.reader.id)
        after: dict[str, str | int] = {"sku": product.sku, "price_fen": product.price}
        self._note(uow, desk, Deed.PRODUCT_ADDED, product, {}, after)
        return replace(self._shown(uow, desk, product), news=Text("catalogue.added"))

    def _changed(self, uow: Uow, desk: Desk, number: ProductId, given: Mapping[str, str]) -> View:
        before, values = self.catalogue.find(uow, product=number), _values(given)
        after = self.catalogue.change(uow, product=before, values=values)
        uow.catalogue.forget(desk.reader.id)
        field = next(iter(values))
        if after != before:
            self._note(uow, desk, Deed.PRODUCT_CHANGED, after, _kept(before, field), _kept(after, field))
        news = Text("catalogue.changed", {"field": Text(f"catalogue.field_{field}")})
        return replace(self._shown(uow, desk, after), news=news)

    def _again(self, uow: Uow, desk: Desk, question: Question, problem: Text) -> GoodsQuestion:
        product = None if question.product is None else self.catalogue.find(uow, product=question.product)
        return self._ask(uow, desk, question.field, product, question.given, problem=problem)

    def _ask(
        self,
        uow: Uow,
        desk: Desk,
        field: Field,
        product: Product | None,
        given: Mapping[str, str],
        *,
        problem: Text | None = None,
    ) -> GoodsQuestion:
        """Show a question and let the next text answer it."""
        uow.catalogue.wait(
            desk.reader.id,
            group=desk.group,
            field=field,
            product=None if product is None else product.id,
            given=given,
            message=desk.message,
            until=uow.now + _PATIENCE,
        )
        return GoodsQuestion(desk, field, product, given, self._offered(uow, field), problem)

    @staticmethod
    def _offered(uow: Uow, field: Field) -> tuple[tuple[str, str], ...]:
        match field:
            case Field.UNIT | Field.STORAGE:
                known = words().units if field is Field.UNIT else words().storage
                return tuple((word, str(place)) for place, word in enumerate(known))
            case Field.SUPPLIER:
                return tuple((each.name, str(each.id)) for each in uow.catalogue.suppliers(limit=_SUPPLIERS))
            case Field.REASON:
                return tuple((reason, reason) for reason in FloorReason)
        return ()

    def _listed(self, uow: Uow, desk: Desk, page: int) -> GoodsList:
        every = sorted(uow.catalogue.every(), key=lambda product: (not product.active, product.sku))
        pages = max(1, -(-len(every) // PAGE))
        page = min(page, pages - 1)
        return GoodsList(desk, tuple(every[page * PAGE : (page + 1) * PAGE]), page, pages, len(every))

    def _shown(self, uow: Uow, desk: Desk, product: Product) -> GoodsCard:
        history = uow.catalogue.prices(product.id)
        return GoodsCard(
            desk,
            product,
            struck=rules.struck_price(history, uow.now),
            surges=rules.is_surge(history, uow.now),
            missing=rules.missing(product),
            ambiguous=self.catalogue.ambiguous(uow, product=product),
        )

    def _note(
        self,
        uow: Uow,
        desk: Desk,
        deed: Deed,
        product: Product,
        before: Mapping[str, str | int],
        after: Mapping[str, str | int],
    ) -> None:
        self.staff.note(
            uow,
            group=desk.group,
            actor=desk.reader.id,
            act=deed,
            subject=product.id,
            before=dict(before),
            after=dict(after),
        )


def _near(card: MessageId | None, typed: MessageId) -> MessageId | None:
    """Return the card where it can still be seen above what was typed, else None: a new one."""
    return card if card is not None and typed - card <= _NEAR else None


def _values(given: Mapping[str, str]) -> dict[Field, str]:
    return {Field(name): typed for name, typed in given.items() if typed}


def _came(no: Refusal, typed: str) -> Text:
    """Return what is told of an answer that could not be taken."""
    if isinstance(no, Unclear):
        return Text("catalogue.problem", {"came": typed[:_SHOWN], "want": no.want})
    return no.wording() or Text("catalogue.changed_meanwhile")


def _kept(product: Product, field: Field) -> dict[str, str | int]:
    """Return what the record keeps of a product before or after a change: codes and numbers."""
    kept: dict[str, str | int] = {"field": field, "version": product.version}
    if field is Field.PRICE:
        kept["price_fen"] = product.price
    return kept
