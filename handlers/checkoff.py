"""Staff hand goods over: a code typed or scanned, a name, a list; line by line, with undo and weights."""

import re
import unicodedata
from collections.abc import Collection
from functools import partial

from telegram import Message, Update
from telegram.ext import MessageHandler
from telegram.ext.filters import MessageFilter

from features.app.handing import LEFT
from features.app.handing_news import PAYLOAD, due, own_code
from features.collection.model import Checked, CodeProblem, Disposed, OwnCode, Packed, Parcel, Waiting, Wrong
from handlers.answers import say, show, toast
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import TO_MENU
from handlers.routes import IN_PRIVATE, Routes, on_payload, on_tap
from kernel.ids import DealId, OrderId, UserId
from kernel.message import Answer, Keyboard, Moment, Money, Outgoing, Param, Quantity, Tap, Text
from texts.catalog import Catalog

DEAL = "collection.deal"  # staff's page of a deal
_LOOK, _ALL, _ONE, _UNDO = "collection.look", "collection.all", "collection.one", "collection.undo"
_WEIGH, _DISPOSE, _DISPOSE_SURE = "collection.weigh", "collection.dispose", "collection.dispose_sure"
_NUMBER = r":\d{1,18}"
_CODE = re.compile(r"(\d{3})[ -]?(\d{3})")
_LONGEST_NAME = 32


class _Typed(MessageFilter):
    """A private text of that pattern."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        super().__init__()
        self._pattern = pattern

    def filter(self, message: Message) -> bool:
        """Tell whether the whole of a message is such a text."""
        return self._pattern.fullmatch(plain(message.text)) is not None


def plain(typed: str | None) -> str:
    """Return what somebody typed in plain width, without space around it."""
    return unicodedata.normalize("NFKC", typed or "").strip()


def asking(words: Collection[str]) -> re.Pattern[str]:
    """Return the pattern of a word followed by what it is about."""
    return re.compile(rf"(?:{'|'.join(sorted(map(re.escape, words), key=len, reverse=True))})[ :]*(\S.*)")


# -- codes


async def on_code(update: Update, context: Context) -> None:
    """Six digits, typed in private."""
    message = update.effective_message
    found = _CODE.fullmatch(plain(message.text)) if message else None
    if found:
        _enter(update, context, found[1] + found[2])


async def on_scanned(update: Update, context: Context) -> None:
    """Start, pressed by scanning a code."""
    payload = context.args[0] if context.args else ""
    _enter(update, context, payload.rpartition("-")[2])


def _enter(update: Update, context: Context, digits: str) -> None:
    if update.effective_user:
        context.plan(
            context.app.fulfilment.collection.enter,
            partial(entered, context.place),
            person=context.person(update.effective_user),
            digits=digits,
        )


def entered(place: Place, found: Checked | Wrong | OwnCode | None) -> Answer:
    """Show what a code opens, or say what is wrong with it."""
    match found:
        case Checked():
            return card(place, found)
        case OwnCode():
            return say(place, own_code(found), ((TO_MENU,),))
        case Wrong():
            return say(place, _wrong(found))
        case None:
            return say(place, Text("collection.code_for_staff"), ((TO_MENU,),))


def _wrong(wrong: Wrong) -> Text:
    told: dict[str, Param] = {"title": wrong.title, "left": wrong.left}
    if wrong.at is not None:
        told["at"] = Moment(wrong.at, wrong.zone)
    match wrong.problem:
        case CodeProblem.UNKNOWN:
            return Text("collection.code_unknown", {"left": wrong.left})
        case CodeProblem.LOCKED:
            return Text("collection.code_locked", {"at": told["at"]})
        case CodeProblem.OVER:
            return Text("collection.code_over", {"title": wrong.title})
        case _:
            return Text(f"collection.code_{wrong.problem}", told)


# -- the card of a parcel


def card(place: Place, found: Checked) -> Outgoing:
    """Show a parcel: for whom, where, what, what is still to be paid, and buttons to check it off."""
    parcel = found.parcel
    where = found.point.name if found.point else "–"
    lines = [
        Text("collection.card", {"name": _name(parcel), "title": found.deal.terms.title}),
        Text(
            "collection.card_elsewhere" if found.is_elsewhere else "collection.card_place", {"place": where}
        ),
    ]
    if parcel.fee:
        lines.append(Text("collection.card_door", {"fee": Money(parcel.fee)}))
    if parcel.address or parcel.phone:
        lines.append(Text("collection.card_home", {"address": parcel.address, "phone": parcel.phone}))
    lines += [_line(each, found.group.zone.key) for each in parcel.packed]
    lines.append(due(parcel.due))
    return show(place, Text("collection.lines", {"lines": tuple(lines)}), _card_keyboard(found))


def _line(packed: Packed, zone: str) -> Text:
    words: dict[str, Param] = {"name": packed.name, "there": Quantity(packed.there, packed.unit)}
    if packed.collected_at is not None:
        return Text("collection.card_done", words | {"at": Moment(packed.collected_at, zone)})
    if not packed.there:
        return Text("collection.card_none", {"name": packed.name})
    if packed.weighed is not None:
        return Text("collection.card_weighed", words | {"weighed": Quantity(packed.weighed, packed.unit)})
    return Text("collection.card_waits", words)


def _name(parcel: Parcel) -> Param:
    return parcel.name or Text("members.nameless")


def _card_keyboard(found: Checked) -> Keyboard:
    parcel, waits = found.parcel, [each for each in found.parcel.packed if each.waits]
    rows: list[tuple[Tap, ...]] = []
    if waits:
        rows.append((Tap(Text("collection.take_all"), _ALL, (parcel.order,)),))
    if len(waits) > 1:
        rows += [
            (Tap(Text("collection.take_one", {"name": each.name}), _ONE, (parcel.order, each.line)),)
            for each in waits
        ]
    rows += [
        (Tap(Text("collection.to_weigh", {"name": each.name}), _WEIGH, (each.line,)),)
        for each in waits
        if each.is_weighed
    ]
    if found.line:
        rows.append((Tap(Text("staff.undo"), _UNDO, (found.line,)),))
    return (*rows, (Tap(Text("collection.to_deal"), DEAL, (found.deal.id,)),))


async def on_look(update: Update, context: Context) -> None:
    """A home of a list."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.collection.look,
            partial(card, context.place),
            user=UserId(update.effective_user.id),
            order=OrderId(int(tapped_args(update)[0])),
        )


async def on_check_off(update: Update, context: Context) -> None:
    """Everything was handed over, or one of the goods."""
    order, *lines = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.fulfilment.handing.check_off,
            partial(checked, context.place),
            user=UserId(update.effective_user.id),
            order=OrderId(order),
            lines=tuple(lines),
        )


def checked(place: Place, done: Checked) -> Answer:
    """Show the parcel as it is now, and say so in the tap."""
    key = "collection.done_toast" if done.fresh else "collection.done_before"
    return card(place, done), toast(place, key, alert=not done.fresh)


async def on_take_back(update: Update, context: Context) -> None:
    """A check-off was a mistake."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.handing.take_back,
            partial(taken_back, context.place),
            user=UserId(update.effective_user.id),
            line=int(tapped_args(update)[0]),
        )


def taken_back(place: Place, done: Checked) -> Answer:
    """Show the parcel as it was before."""
    return card(place, done), toast(place, "staff.undone")


# -- names and lists


async def on_find(pattern: re.Pattern[str], update: Update, context: Context) -> None:
    """A name, an address or the end of a phone number, behind a word."""
    message = update.effective_message
    found = pattern.fullmatch(plain(message.text)) if message else None
    if update.effective_user and found:
        asked = found[1][:_LONGEST_NAME].strip()
        context.plan(
            context.app.fulfilment.collection.find,
            partial(named, context.place, asked),
            user=UserId(update.effective_user.id),
            asked=asked,
        )


def named(place: Place, asked: str, found: tuple[Checked, ...]) -> Answer:
    """Show the only home, or let staff choose."""
    if len(found) == 1:
        return card(place, found[0])
    if not found:
        return say(place, Text("collection.nobody_named", {"asked": asked}))
    return say(
        place, Text("collection.which_home", {"asked": asked}), tuple((_home(c.parcel),) for c in found)
    )


def _home(parcel: Parcel) -> Tap:
    count = sum(each.waits for each in parcel.packed)
    words: dict[str, Param] = {"name": _name(parcel), "address": parcel.address, "count": count}
    return Tap(Text("collection.home" if count else "collection.home_done", words), _LOOK, (parcel.order,))


async def on_left(update: Update, context: Context) -> None:
    """Who has not collected."""
    deal, page = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.fulfilment.collection.waiting,
            partial(left, context.place),
            user=UserId(update.effective_user.id),
            deal=DealId(deal),
            page=page,
        )


def left(place: Place, found: Waiting) -> Answer:
    """Show a page of homes that have not collected, each a button."""
    back = Tap(Text("collection.to_deal"), DEAL, (found.deal.id,))
    title = {"title": found.deal.terms.title}
    if not found.parcels:
        return show(place, Text("collection.all_came", title), ((back,),))
    rows = [
        (_home(parcel), Tap(Text("collection.to_dispose"), _DISPOSE, (parcel.order,)))
        for parcel in found.parcels
    ]
    turn = []
    if found.page:
        turn.append(Tap(Text("orders.page_back"), LEFT, (found.deal.id, found.page - 1)))
    if found.has_more:
        turn.append(Tap(Text("orders.page_on"), LEFT, (found.deal.id, found.page + 1)))
    return show(place, Text("collection.left", title), (*rows, *((tuple(turn),) if turn else ()), (back,)))


async def on_dispose(update: Update, context: Context) -> None:
    """Goods nobody collected are to be taken away: asks once more."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.collection.look,
            partial(ask_dispose, context.place, context.app.fulfilment.collection.policy.unclaimed_percent),
            user=UserId(update.effective_user.id),
            order=OrderId(int(tapped_args(update)[0])),
        )


def ask_dispose(place: Place, percent: int, found: Checked) -> Answer:
    """Say what will become of it."""
    sure = Tap(Text("collection.dispose_sure"), _DISPOSE_SURE, (found.parcel.order,))
    keep = Tap(Text("collection.dispose_not"), LEFT, (found.deal.id, 0))
    words: dict[str, Param] = {"name": _name(found.parcel), "percent": percent}
    return show(place, Text("collection.dispose_ask", words), ((sure,), (keep,)))


async def on_dispose_sure(update: Update, context: Context) -> None:
    """They are taken away, and what the rule says is given back."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.handing.dispose,
            partial(disposed, context.place),
            user=UserId(update.effective_user.id),
            order=OrderId(int(tapped_args(update)[0])),
        )


def disposed(place: Place, done: Disposed) -> Answer:
    """Say what is given back."""
    back = Tap(Text("collection.to_left"), LEFT, (done.deal.id, 0))
    words: dict[str, Param] = {"name": _name(done.parcel), "back": Money(done.back)}
    return show(place, Text("collection.disposed", words), ((back,),))


# -- weights


async def on_weigh(update: Update, context: Context) -> None:
    """Weighed goods: their real weight is asked for."""
    line = int(tapped_args(update)[0])
    if update.effective_user:
        context.plan(
            context.app.fulfilment.collection.ask_weight,
            partial(ask_weight, context.place, line),
            user=UserId(update.effective_user.id),
            line=line,
        )


def ask_weight(place: Place, line: int, found: Checked) -> Answer:
    """Ask for a number."""
    packed = next(each for each in found.parcel.packed if each.line == line)
    words: dict[str, Param] = {"name": packed.name, "there": Quantity(packed.there, packed.unit)}
    return say(place.apart(), Text("collection.weigh_ask", words | {"unit": packed.unit}))


def routes(catalog: Catalog) -> Routes:
    """Return what checking off is routed to, in order."""
    find = asking(catalog.words["collection.find"])
    return (
        on_payload(rf"{PAYLOAD}-\d{{6}}", on_scanned),
        MessageHandler(IN_PRIVATE & _Typed(_CODE), on_code),
        MessageHandler(IN_PRIVATE & _Typed(find), partial(on_find, find)),
        on_tap(_LOOK, on_look, _NUMBER),
        on_tap(_ALL, on_check_off, _NUMBER),
        on_tap(_ONE, on_check_off, _NUMBER + _NUMBER),
        on_tap(_UNDO, on_take_back, _NUMBER),
        on_tap(LEFT, on_left, rf"{_NUMBER}:\d{{1,4}}"),
        on_tap(_WEIGH, on_weigh, _NUMBER),
        on_tap(_DISPOSE, on_dispose, _NUMBER),
        on_tap(_DISPOSE_SURE, on_dispose_sure, _NUMBER),
    )
