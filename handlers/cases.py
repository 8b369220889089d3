"""Staff decide cases: a list with the clock, a card with the photo, answers that can be taken back."""

from dataclasses import replace
from functools import partial

from telegram import Update

from features.aftersales.model import Remedy, Shown, State, Why
from features.app.claims import CASE, QUEUE, STOP
from handlers.answers import say, show, toast
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import TO_MENU
from handlers.routes import Routes, on_tap
from kernel.ids import ItemId, UserId
from kernel.message import Answer, Keyboard, Moment, Money, Outgoing, Param, Photo, Quantity, Tap, Text
from kernel.money import Fen, share_of

_ACCEPT, _RESEND, _AMOUNTS = "aftersales.accept", "aftersales.resend", "aftersales.amounts"
_REJECT, _REJECTED, _BACK = "aftersales.reject", "aftersales.rejected", "aftersales.take_back"
_NUMBER = r":\d{1,18}"
_PARTS = (10, 20, 30, 50, 75, 100)  # percent of what the goods cost
_MINUTE = 60


async def on_queue(update: Update, context: Context) -> None:
    """What waits for a person."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.aftersales.queue,
            partial(listed, context.place),
            user=UserId(update.effective_user.id),
        )


def listed(place: Place, found: tuple[Shown, ...] | None) -> Answer:
    """Show the list, or nothing to who is no such staff."""
    return queue(place, found or ())


def queue(place: Place, found: tuple[Shown, ...], *, has_own: bool = False) -> Outgoing:
    """Show what waits, soonest due first, each with the minutes left."""
    rows = [(Tap(_brief(each), CASE, (each.case.id,)),) for each in found]
    own = ((Tap(Text("aftersales.to_mine"), "aftersales.mine"),),) if has_own else ()
    return show(
        place, Text("aftersales.queue" if rows else "aftersales.queue_empty"), (*rows, *own, (TO_MENU,))
    )


def _brief(shown: Shown) -> Text:
    words: dict[str, Param] = {
        "name": shown.name or Text("members.nameless"),
        "goods": shown.owned.name,
        "left": _left(shown),
    }
    return Text("aftersales.brief", words)


def _left(shown: Shown) -> Text:
    due_at = shown.case.due_at or shown.now
    minutes = int((due_at - shown.now).total_seconds()) // _MINUTE
    if minutes < 0:
        return Text("aftersales.late_by", {"minutes": -minutes})
    return Text("aftersales.left", {"minutes": minutes})


async def on_case(update: Update, context: Context) -> None:
    """One case, with its photo."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.aftersales.look,
            partial(card, context.place),
            user=UserId(update.effective_user.id),
            case=int(tapped_args(update)[0]),
        )


def card(place: Place, shown: Shown) -> Answer:
    """Show a case with everything that can be done; its photo comes as a message of its own, above."""
    text, keyboard = Text("aftersales.card", _words(shown)), _keyboard(shown)
    if not shown.case.photo:
        return show(place, text, keyboard)
    apart = place.apart()
    sent = say(apart, Text("aftersales.photo_of", {"goods": shown.owned.name}))
    return _with_photo(sent, shown), say(apart, text, keyboard)


def _with_photo(sent: Outgoing, shown: Shown) -> Outgoing:
    return replace(sent, file=Photo(shown.case.photo), about=shown.case.member)


def _words(shown: Shown) -> dict[str, Param]:
    case, zone = shown.case, shown.group.zone.key
    return {
        "name": shown.name or Text("members.nameless"),
        "title": shown.owned.title,
        "goods": shown.owned.name,
        "there": Quantity(shown.owned.there, shown.owned.unit),
        "full": Money(shown.full),
        "kind": Text(f"aftersales.kind_{case.kind}"),
        "quantity": Quantity(case.quantity, shown.owned.unit),
        "wish": Text(f"aftersales.wish_{case.remedy}"),
        "why": Text(f"aftersales.rule_{case.rule}"),
        "state": Text(f"aftersales.state_{case.state}"),
        "collected": Moment(shown.owned.collected_at, zone),
        "opened": Moment(case.opened_at, zone),
        "left": _left(shown),
    }


def _keyboard(shown: Shown) -> Keyboard:
    case, own = shown.case, (shown.case.id,)
    to_queue: Keyboard = ((Tap(Text("aftersales.to_queue"), QUEUE),),)
    if case.state is State.ACCEPTED and case.decided_by is not None:
        return ((Tap(Text("staff.undo"), _BACK, own),), *to_queue)
    if case.state is not State.OPEN:
        return to_queue
    agreed = min(case.amount, shown.full) or shown.full
    yes = Tap(Text("aftersales.accept", {"amount": Money(agreed)}), _ACCEPT, (*own, agreed))
    return (
        (yes,),
        (Tap(Text("aftersales.other_amount"), _AMOUNTS, own),),
        (Tap(Text("aftersales.accept_resend"), _RESEND, own),),
        (Tap(Text("aftersales.to_reject"), _REJECT, own),),
        *to_queue,
    )


async def on_amounts(update: Update, context: Context) -> None:
    """Another amount."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.aftersales.look,
            partial(amounts, context.place),
            user=UserId(update.effective_user.id),
            case=int(tapped_args(update)[0]),
        )


def amounts(place: Place, shown: Shown) -> Answer:
    """Offer parts of what the goods cost."""
    own = shown.case.id
    offered = dict.fromkeys(share_of(shown.full, percent, 100) for percent in _PARTS)
    taps = [Tap(Text("aftersales.accept", {"amount": Money(each)}), _ACCEPT, (own, each)) for each in offered]
    rows = tuple(tuple(taps[first : first + 2]) for first in range(0, len(taps), 2))
    back = Tap(Text("aftersales.to_case"), CASE, (own,))
    return show(place, Text("aftersales.which_amount", {"full": Money(shown.full)}), (*rows, (back,)))


async def on_accept(update: Update, context: Context) -> None:
    """So much is given back."""
    case, amount = map(int, tapped_args(update))
    _accept(update, context, case, Remedy.REFUND, Fen(amount))


async def on_resend(update: Update, context: Context) -> None:
    """The goods once more."""
    _accept(update, context, int(tapped_args(update)[0]), Remedy.RESEND, Fen(0))


def _accept(update: Update, context: Context, case: int, remedy: Remedy, amount: Fen) -> None:
    if update.effective_user:
        context.plan(
            context.app.fulfilment.claims.accept,
            partial(accepted, context.place, context.app.fulfilment.aftersales.policy.hold_minutes),
            user=UserId(update.effective_user.id),
            case=case,
            remedy=remedy,
            amount=amount,
        )


def accepted(place: Place, minutes: int, shown: Shown) -> Answer:
    """Say what will be done, and for how long it can be taken back."""
    words: dict[str, Param] = {
        "name": shown.name or Text("members.nameless"),
        "amount": Money(shown.case.amount),
        "minutes": minutes,
    }
    is_refund = shown.case.remedy is Remedy.REFUND
    text = Text("aftersales.accepted" if is_refund else "aftersales.accepted_resend", words)
    return show(place, text, _keyboard(shown))


async def on_take_back(update: Update, context: Context) -> None:
    """It was a slip."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.aftersales.take_back,
            partial(taken_back, context.place),
            user=UserId(update.effective_user.id),
            case=int(tapped_args(update)[0]),
        )


def taken_back(place: Place, shown: Shown) -> Answer:
    """Show the case as it was before."""
    return show(place, Text("aftersales.card", _words(shown)), _keyboard(shown)), toast(place, "staff.undone")


async def on_reject(update: Update, context: Context) -> None:
    """Not accepted: why?"""
    own = int(tapped_args(update)[0])
    rows = tuple((Tap(Text(f"aftersales.why_{why}"), _REJECTED, (own, why)),) for why in Why)
    back = Tap(Text("aftersales.to_case"), CASE, (own,))
    context.say(partial(show, context.place, Text("aftersales.which_why"), (*rows, (back,))))


async def on_rejected(update: Update, context: Context) -> None:
    """Not accepted, for that reason."""
    case, why = tapped_args(update)
    if update.effective_user:
        context.plan(
            context.app.fulfilment.claims.reject,
            partial(rejected, context.place),
            user=UserId(update.effective_user.id),
            case=int(case),
            why=Why(why),
        )


def rejected(place: Place, shown: Shown) -> Answer:
    """Say that it was told."""
    words: dict[str, Param] = {"name": shown.name or Text("members.nameless")}
    return show(place, Text("aftersales.rejected", words), _keyboard(shown))


async def on_stop(update: Update, context: Context) -> None:
    """Nothing more of a batch is sold."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.aftersales.stop_selling,
            partial(stopped, context.place),
            user=UserId(update.effective_user.id),
            item=ItemId(int(tapped_args(update)[0])),
        )


def stopped(place: Place, places: int) -> Answer:
    """Say in how many deals."""
    to_queue = Tap(Text("aftersales.to_queue"), QUEUE)
    return show(place, Text("aftersales.stopped", {"count": places}), ((to_queue,),))


def routes() -> Routes:
    """Return what staff's cases are routed to."""
    return (
        on_tap(QUEUE, on_queue),
        on_tap(CASE, on_case, _NUMBER),
        on_tap(_AMOUNTS, on_amounts, _NUMBER),
        on_tap(_ACCEPT, on_accept, rf"{_NUMBER}:\d{{1,9}}"),
        on_tap(_RESEND, on_resend, _NUMBER),
        on_tap(_BACK, on_take_back, _NUMBER),
        on_tap(_REJECT, on_reject, _NUMBER),
        on_tap(_REJECTED, on_rejected, rf"{_NUMBER}:({'|'.join(Why)})"),
        on_tap(STOP, on_stop, _NUMBER),
    )
