"""What homes and groups are told of goods that come: words, the code as a picture, and buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from features.app.uow import Uow
from features.collection.arriving import ARRIVED, DELAYED, MOVED
from features.collection.model import OwnCode, Packed, Parcel
from features.collection.service import Collection
from features.groupbuy.model import Deal
from features.members.model import Group
from features.orders.model import Order
from features.outreach.rules import next_allowed
from features.pickup.model import PickupPoint
from kernel.ids import OrderId
from kernel.message import (
    Keyboard,
    Kind,
    MessageClass,
    Moment,
    Money,
    Outgoing,
    Param,
    QrCode,
    Quantity,
    Tap,
    Text,
)
from kernel.money import Fen, amount_of

TOLD = (ARRIVED, DELAYED, MOVED)
"""What a deal's buyers can be told of its goods."""

CODE, FRIEND, PLACE = "collection.code", "collection.friend", "collection.place"
DOOR = "collection.door"
PAYLOAD = "take"  # what a scanned code presses Start with, before its digits
_LINES = 8  # of goods, in the caption of a picture
_LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class News:
    """How a home is told something; `once` tells this news from an earlier one of its kind."""

    text: Text
    keyboard: Keyboard = ()
    picture: QrCode | None = None
    once: str = ""
    message_class: MessageClass = MessageClass.NOTICE


def told(uow: Uow, collection: Collection, deal: Deal, group: Group, order: Order, what: str) -> News | None:
    """Return how a home is told of its goods; None where it has none."""
    parcel = uow.collection.parcel(order.id)
    if parcel is None:
        return None
    said = words(uow, deal, group, parcel)
    if what == DELAYED:
        return News(Text("collection.told_delayed", said), once=f"{deal.terms.pickup_at:%m%d%H%M}")
    if what == MOVED:
        return News(Text("collection.told_moved", said), once=f"{deal.terms.point}")
    if not parcel.waits:
        return News(Text("collection.told_nothing", said))
    code = collection.code_of(uow, parcel=parcel)
    text = Text("collection.told_arrived", said | {"code": spaced(code.digits)})
    return News(
        text,
        buttons(parcel.order, has_door=collection.may_bring(parcel)),
        picture(code.digits),
        message_class=MessageClass.RECEIPT,
    )


def words(uow: Uow, deal: Deal, group: Group, parcel: Parcel) -> dict[str, Param]:
    """Return everything that news of goods may want to say."""
    point = uow.pickup.get(parcel.point) if parcel.point else None
    return {
        **where(deal, group, point),
        "for": whose(deal, parcel),
        "goods": goods(parcel),
        "due": due(parcel.due),
    }


def where(deal: Deal, group: Group, point: PickupPoint | None) -> dict[str, Param]:
    """Return what a deal is called, where it is collected, and when."""
    until = deal.terms.pickup_until.astimezone(group.zone)
    return {
        "title": deal.terms.title,
        "place": point.name if point else "–",
        "hours": point.hours if point else "–",
        "at": Moment(deal.terms.pickup_at, group.zone.key),
        "until": f"{until:%H:%M}",
    }


def whose(deal: Deal, parcel: Parcel) -> Text:
    """Return for whom a parcel is; who collects for their own home knows."""
    title: dict[str, Param] = {"title": deal.terms.title}
    if parcel.name:
        return Text("collection.for_home", title | {"name": parcel.name})
    return Text("collection.for_you", title)


def due(amount: Fen) -> Text:
    """Return what is still to be paid."""
    if amount > 0:
        return Text("collection.to_pay", {"amount": Money(amount)})
    return Text("collection.paid")


def goods(parcel: Parcel) -> tuple[Text, ...]:
    """Return a line for each of the goods; what came short says so, with what is not charged."""
    lines = [_line(packed) for packed in parcel.packed]
    rest = len(lines) - _LINES
    return (*lines[:_LINES], *((Text("collection.and_more", {"count": rest}),) if rest > 0 else ()))


def _line(packed: Packed) -> Text:
    line: dict[str, Param] = {"name": packed.name, "there": Quantity(packed.there, packed.unit)}
    if packed.weighed is not None:
        return Text("collection.line_weighed", line | {"weighed": Quantity(packed.weighed, packed.unit)})
    if packed.there == packed.quantity:
        return Text("collection.line", line)
    back = Fen(amount_of(packed.price, packed.quantity) - amount_of(packed.price, packed.there))
    short: dict[str, Param] = {"ordered": Quantity(packed.quantity, packed.unit), "back": Money(back)}
    return Text("collection.line_short", line | short)


def disposed(deal: Deal, spoilt: Sequence[Packed], back: Fen) -> dict[str, Param]:
    """Return what somebody is told of goods that could be kept no longer."""
    return {"title": deal.terms.title, "goods": tuple(_line(each) for each in spoilt), "back": Money(back)}


def spaced(digits: str) -> str:
    """Return a code as it is easily read aloud: 123 456."""
    return f"{digits[:3]} {digits[3:]}"


def picture(digits: str) -> QrCode:
    """Return the picture that staff scan; it holds the code and no name."""
    return QrCode(f"{PAYLOAD}-{digits}")


def buttons(order: OrderId, *, has_door: bool) -> Keyboard:
    """Return what a home can do with its code."""
    friend = Tap(Text("collection.to_friend"), FRIEND, (order,))
    elsewhere = Tap(Text("collection.to_place"), PLACE, (order,))
    door: Keyboard = ((Tap(Text("collection.to_door"), DOOR, (order,)),),) if has_door else ()
    return ((friend,), (elsewhere,), *door)


def show_code() -> Tap:
    """Return the button that shows the code."""
    return Tap(Text("collection.to_code"), CODE)


def own_code(own: OwnCode) -> Text:
    """Return the words beside a member's own code, or beside one for a friend."""
    said = where(own.deal, own.group, own.point)
    code: dict[str, Param] = {"code": spaced(own.code.digits)}
    if own.code.is_friends:
        return Text("collection.friends_code", said | code)
    more: dict[str, Param] = {"for": whose(own.deal, own.parcel), "goods": goods(own.parcel)}
    return Text("collection.code_page", said | code | more | {"due": due(own.parcel.due)})


def group_post(uow: Uow, deal: Deal, group: Group) -> Outgoing:
    """Return the one post in the group: what came and where; no names."""
    point = uow.pickup.get(deal.terms.point) if deal.terms.point else None
    opens = next_allowed(uow.now, group.zone, group.quiet)
    return Outgoing(
        Kind.SEND,
        group.chat,
        MessageClass.NOTICE,
        text=Text("collection.group_post", where(deal, group, point)),
        language=group.language,
        not_before=opens,
        expires_at=opens + _LASTS,
        dedupe_key=f"arrived:{deal.id}",
        reason=Text("collection.why_post"),
        group=group.id,
    )
