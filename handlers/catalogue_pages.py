"""The catalogue's card, in words and buttons."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from features.app.goods_model import GoodsCard, GoodsList, GoodsQuestion, View
from features.catalogue import rules
from features.catalogue.model import Field, Product
from features.catalogue.reading import OPTIONAL
from features.catalogue.writing import written
from handlers.answers import say, show
from handlers.context import Place
from handlers.menu import GOODS, TO_MENU
from kernel.message import Button, Keyboard, Kind, Money, Outgoing, Param, Quantity, Tap, Text
from kernel.money import Fen

__all__ = ["View", "page"]

CARD, FIELDS, ASK, ADD, COPY = (
    "catalogue.card",
    "catalogue.fields",
    "catalogue.ask",
    "catalogue.add",
    "catalogue.copy",
)
SWITCH, PICK, TEMPLATE, EXPORT = (
    "catalogue.switch",
    "catalogue.pick",
    "catalogue.template",
    "catalogue.export",
)
SKIPPED = "-"  # the argument of the button that leaves a question out
_ELSEWHERE = (Field.SKU, Field.NAME, Field.UNIT, Field.PRICE, Field.PHOTO, Field.ACTIVE)
_ON_CARD = tuple(field for field in Field if field not in _ELSEWHERE)
_EDITABLE = tuple(field for field in Field if field not in (Field.REASON, Field.ACTIVE))
_TO_LIST = Tap(Text("catalogue.to_list"), GOODS, (0,))
_PAIR = 2  # buttons in a row


def page(place: Place, shown: View) -> Outgoing:
    """Show one page of the catalogue where its card is."""
    text, keyboard = _worded(shown)
    place, message = place.to(shown.desk.reader), shown.desk.message
    if place.tap_id is not None or message is None:
        return show(place, text, keyboard)
    return replace(say(place, text, keyboard), kind=Kind.EDIT, message=message)


def label(field: Field) -> Text:
    """Return what a field is called."""
    return Text(f"catalogue.field_{field}")


def price_of(product: Product) -> Text:
    """Return a price with its unit."""
    return Text("catalogue.price", {"price": Money(product.price), "unit": product.unit})


def _worded(shown: View) -> tuple[Text, Keyboard]:
    match shown:
        case GoodsList():
            return _list(shown)
        case GoodsCard():
            return _fields(shown) if shown.fields else _card(shown)
        case GoodsQuestion():
            return _question(shown)


def _lines(news: Text | None, *lines: Text) -> Text:
    told = (Text("catalogue.news", {"news": news}),) if news else ()
    return Text("catalogue.page", {"lines": (*told, *lines)})


# -- the list


def _list(shown: GoodsList) -> tuple[Text, Keyboard]:
    add = Tap(Text("catalogue.to_add"), ADD)
    template = Tap(Text("catalogue.to_template"), TEMPLATE)
    if not shown.count:
        return _lines(shown.news, Text("catalogue.empty")), ((add, template), (TO_MENU,))
    heading = Text("catalogue.list", {"count": shown.count, "page": shown.page + 1, "pages": shown.pages})
    goods: Keyboard = tuple((Tap(_named(product), CARD, (product.id,)),) for product in shown.products)
    export = Tap(Text("catalogue.to_export"), EXPORT)
    return _lines(shown.news, heading), (*goods, *_turn(shown), (add,), (template, export), (TO_MENU,))


def _named(product: Product) -> Text:
    names: dict[str, Param] = {"name": product.name, "price": price_of(product)}
    return Text("catalogue.item" if product.active else "catalogue.item_off", names)


def _turn(shown: GoodsList) -> Keyboard:
    turn: list[Button] = []
    if shown.page > 0:
        turn.append(Tap(Text("catalogue.earlier"), GOODS, (shown.page - 1,)))
    if shown.page + 1 < shown.pages:
        turn.append(Tap(Text("catalogue.later"), GOODS, (shown.page + 1,)))
    return (tuple(turn),) if turn else ()


# -- one product


def _card(shown: GoodsCard) -> tuple[Text, Keyboard]:
    product = shown.product
    own = (product.id,)
    lines = [_heading(product), _price_line(product, shown.struck)]
    lines += [line for field in _ON_CARD for line in _field_lines(product, field)]
    if product.photo:
        lines.append(Text("catalogue.has_photo"))
    switch = Text("catalogue.to_off" if product.active else "catalogue.to_on")
    rows: Keyboard = (
        (
            Tap(Text("catalogue.to_price"), ASK, (product.id, Field.PRICE)),
            Tap(Text("catalogue.to_fields"), FIELDS, own),
        ),
        (
            Tap(switch, SWITCH, (product.id, int(not product.active))),
            Tap(Text("catalogue.to_copy"), COPY, own),
        ),
        (_TO_LIST,),
    )
    told = _lines(shown.news, *lines)
    if notes := _notes(shown):
        told = Text("catalogue.page_with_notes", {"lines": told, "notes": tuple(notes)})
    return told, rows


def _heading(product: Product) -> Text:
    names = {"name": product.name, "sku": product.sku}
    return Text("catalogue.card" if product.active else "catalogue.card_off", names)


def _price_line(product: Product, struck: Fen | None) -> Text:
    if struck is None:
        return Text("catalogue.line", {"field": label(Field.PRICE), "value": price_of(product)})
    value = Text("catalogue.price_struck", {"price": price_of(product), "was": Money(struck)})
    return Text("catalogue.line", {"field": label(Field.PRICE), "value": value})


def _field_lines(product: Product, field: Field) -> list[Text]:
    """Return what a card tells of a field: nothing of one that says nothing."""
    if field is Field.TIERS:
        return [
            Text(
                "catalogue.tier",
                {"quantity": Quantity(tier.quantity, product.unit), "price": Money(tier.price)},
            )
            for tier in product.tiers
        ]
    value = _value(product, field)
    return [] if value is None else [Text("catalogue.line", {"field": label(field), "value": value})]


def _value(product: Product, field: Field) -> Param | None:
    quantity = {Field.STEP: product.step, Field.LIMIT: product.limit, Field.CASE: product.case_milli}
    if field in quantity:
        milli = quantity[field]
        return None if milli is None else Quantity(milli, product.unit)
    if field is Field.PRICE:
        return price_of(product)
    said = written(product, field)
    if not said or (field is Field.PARTNER and not product.partner):
        return None
    match field:
        case Field.WEIGHED:
            return Text("catalogue.weighed", {"percent": product.tolerance_percent or 0})
        case Field.COST:
            return Money(product.cost_fen or Fen(0))
        case Field.REASON:
            return Text(f"catalogue.reason_{said}")
        case Field.PARTNER | Field.PHOTO:
            return Text("catalogue.yes")
    return said


def _notes(shown: GoodsCard) -> list[Text]:
    """Return what staff should know."""
    notes: list[Text] = []
    if shown.missing:
        lacks = tuple(Text("catalogue.missing_line", {"field": label(field)}) for field in shown.missing)
        notes.append(Text("catalogue.missing", {"missing": lacks}))
    if shown.surges:
        notes.append(Text("catalogue.surges"))
    for name, other in shown.ambiguous[:3]:
        notes.append(Text("catalogue.ambiguous", {"said": name, "name": other.name, "sku": other.sku}))
    return notes


def _fields(shown: GoodsCard) -> tuple[Text, Keyboard]:
    own = shown.product.id
    buttons = [Tap(label(field), ASK, (own, field)) for field in _EDITABLE]
    rows = tuple(tuple(buttons[at : at + _PAIR]) for at in range(0, len(buttons), _PAIR))
    back = Tap(Text("catalogue.to_card"), CARD, (own,))
    return _lines(shown.news, _heading(shown.product), Text("catalogue.which_field")), (*rows, (back,))


# -- one question


def _question(shown: GoodsQuestion) -> tuple[Text, Keyboard]:
    field, product = shown.field, shown.product
    lines = [_heading(product)] if product else [_progress(shown), *_given(shown.given)]
    stands = _value(product, field) if product else None
    if product and field is Field.TIERS:
        lines += _field_lines(product, field)
    elif stands is not None:
        lines.append(Text("catalogue.stands", {"value": stands}))
    if shown.problem:
        lines.append(Text("catalogue.not_so", {"problem": shown.problem}))
    asked = Text("catalogue.asking", {"lines": tuple(lines), "ask": Text(f"catalogue.ask_{field}")})
    return asked, (*_choices(shown), *_ways_on(shown))


def _progress(shown: GoodsQuestion) -> Text:
    left = {field for field in rules.GUIDED if field not in shown.given} | {shown.field}
    return Text("catalogue.adding", {"left": len(left)})


def _given(given: Mapping[str, str]) -> list[Text]:
    return [
        Text("catalogue.line", {"field": label(field), "value": given[field]})
        for field in rules.GUIDED
        if given.get(field)
    ]


def _choices(shown: GoodsQuestion) -> Keyboard:
    """Return the offered answers, two a row; reasons have a wording of their own."""
    said: Callable[[str], Text] = lambda word: (  # noqa: E731
        Text(f"catalogue.reason_{word}")
        if shown.field is Field.REASON
        else Text("catalogue.choice", {"word": word})
    )
    taps = [Tap(said(word), PICK, (shown.field, argument)) for word, argument in shown.offered]
    return tuple(tuple(taps[at : at + _PAIR]) for at in range(0, len(taps), _PAIR))


def _ways_on(shown: GoodsQuestion) -> Keyboard:
    if shown.product:
        return ((Tap(Text("catalogue.to_card"), CARD, (shown.product.id,)),),)
    skip: Keyboard = ()
    if shown.field in OPTIONAL and shown.field in rules.GUIDED:
        skip = ((Tap(Text("catalogue.skip"), PICK, (shown.field, SKIPPED)),),)
    return (*skip, (_TO_LIST,))
