"""Members tell what was not right: by buttons, by a photo, in words; in a group calmly led to private."""

from collections.abc import Mapping
from functools import partial

from telegram import Message, Update
from telegram.ext import MessageHandler, filters
from telegram.ext.filters import MessageFilter

from features.aftersales.model import MEASURED, Kind, Owned, Remedy, Shown, State, Told
from features.aftersales.reading import Reader
from features.app.claims import Said
from features.members.model import Group
from handlers.answers import say, show
from handlers.cases import queue
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import CASES, TO_MENU, lead_to_private
from handlers.routes import IN_GROUP, Routes, on_payload, on_tap, on_words
from kernel.ids import UserId
from kernel.message import Answer, Keyboard, Moment, Money, Open, Outgoing, Param, Quantity, Tap, Text
from texts.catalog import Catalog

TO_COMPLAIN = "complain"  # a Start payload
_MINE, _BEGIN, _KIND = "aftersales.mine", "aftersales.begin", "aftersales.kind"
_PART, _NO_PHOTO, _SUBMIT = "aftersales.part", "aftersales.no_photo", "aftersales.submit"
_WITHDRAW, _SURE = "aftersales.withdraw", "aftersales.sure"
_NUMBER = r":\d{1,18}"
_PERCENT: Mapping[int, str] = {10: "tenth", 20: "fifth", 30: "third", 50: "half", 75: "most", 100: "all"}


class _Complains(MessageFilter):
    """A text, or what is written beside a picture, that may be a complaint."""

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self._reader = reader

    def filter(self, message: Message) -> bool:
        """Tell whether `message` may be one."""
        return self._reader.complains(message.text or message.caption or "")


# -- which goods, what, how much


async def on_aftersales(update: Update, context: Context) -> None:
    """Something was not right: staff see what waits, members their goods."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_COMPLAIN)
        return
    place = context.place

    def answer(found: tuple[tuple[Shown, ...] | None, tuple[Owned, ...]]) -> Answer:
        waiting, owned = found
        return goods(place, owned) if waiting is None else queue(place, waiting, has_own=bool(owned))

    context.plan(context.app.fulfilment.claims.desk, answer, user=UserId(user.id))


async def on_mine(update: Update, context: Context) -> None:
    """My own goods."""
    if update.effective_user:
        user = UserId(update.effective_user.id)
        context.plan(context.app.fulfilment.aftersales.owned, partial(goods, context.place), user=user)


def goods(place: Place, owned: tuple[Owned, ...]) -> Outgoing:
    """Ask which of the goods."""
    if not owned:
        return show(place, Text("aftersales.nothing_yet"), ((TO_MENU,),))
    rows = tuple(
        (Tap(Text("aftersales.of", {"name": each.name, "title": each.title}), _BEGIN, (each.line,)),)
        for each in owned
    )
    return show(place, Text("aftersales.which"), (*rows, (TO_MENU,)))


async def on_begin(update: Update, context: Context) -> None:
    """These goods: what was not right?"""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.aftersales.begin,
            partial(kinds, context.place),
            user=UserId(update.effective_user.id),
            line=int(tapped_args(update)[0]),
        )


def kinds(place: Place, told: Told) -> Answer:
    """Ask what was not right."""
    taps = [Tap(Text(f"aftersales.kind_{kind}"), _KIND, (told.case.id, kind)) for kind in Kind]
    rows = tuple(tuple(taps[first : first + 2]) for first in range(0, len(taps), 2))
    return show(place, Text("aftersales.what", {"goods": told.owned.name}), (*rows, _give_up(told)))


def _give_up(told: Told) -> tuple[Tap, ...]:
    return (Tap(Text("aftersales.to_withdraw"), _WITHDRAW, (told.case.id,)),)


async def on_kind(update: Update, context: Context) -> None:
    """What it was."""
    case, kind = tapped_args(update)
    if update.effective_user:
        context.plan(
            context.app.fulfilment.aftersales.describe,
            partial(after_kind, context.place),
            user=UserId(update.effective_user.id),
            case=int(case),
            kind=Kind(kind),
        )


def after_kind(place: Place, told: Told) -> Answer:
    """Ask how much of it, where that matters, else for a photo."""
    if told.case.kind not in MEASURED:
        return ask_photo(place, told)
    taps = [
        Tap(Text(f"aftersales.part_{word}"), _PART, (told.case.id, percent))
        for percent, word in _PERCENT.items()
    ]
    rows = tuple(tuple(taps[first : first + 3]) for first in range(0, len(taps), 3))
    there = Quantity(told.owned.there, told.owned.unit)
    text = Text("aftersales.how_much", {"goods": told.owned.name, "there": there})
    return show(place, text, (*rows, _give_up(told)))


async def on_part(update: Update, context: Context) -> None:
    """How much of it."""
    case, percent = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.fulfilment.aftersales.describe,
            partial(ask_photo, context.place),
            user=UserId(update.effective_user.id),
            case=case,
            percent=percent,
        )


def ask_photo(place: Place, told: Told) -> Answer:
    """Ask for a photo; without one a person looks."""
    without = Tap(Text("aftersales.no_photo"), _NO_PHOTO, (told.case.id,))
    return show(place, Text("aftersales.photo", _words(told)), ((without,), _give_up(told)))


def _words(told: Told) -> dict[str, Param]:
    return {
        "goods": told.owned.name,
        "kind": Text(f"aftersales.kind_{told.case.kind}"),
        "quantity": Quantity(told.case.quantity, told.owned.unit),
    }


# -- photos and words


def pictured(place: Place, said: Said) -> Answer:
    """Show what the rule says, or begin with which goods."""
    if said.leader:
        return say(place, Text("aftersales.ill"))
    if said.told is None:
        mine = Tap(Text("aftersales.to_mine"), _MINE)
        return say(place, Text("aftersales.photo_of_what"), ((mine,), (TO_MENU,)))
    return verdict(place, said.told)


def understood(place: Place, said: Said) -> Answer:
    """Show what was understood, to be confirmed, or ask."""
    if said.read is not None and said.read.is_ill:
        return say(place, Text("aftersales.ill"))
    if said.told is None:
        mine = Tap(Text("aftersales.to_mine"), _MINE)
        return say(place, Text("aftersales.not_clear"), ((mine,), (TO_MENU,)))
    told, read = said.told, said.read
    again = Tap(Text("aftersales.to_again"), _BEGIN, (told.owned.line,))
    if read is not None and read.quantity is None and told.case.kind in MEASURED:
        return after_kind(place, told)
    sure = Tap(Text("aftersales.sure"), _SURE, (told.case.id,))
    return say(place, Text("aftersales.understood", _words(told)), ((sure,), (again,), _give_up(told)))


async def on_sure(update: Update, context: Context) -> None:
    """It was understood rightly: now a photo."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.aftersales.describe,
            partial(ask_photo, context.place),
            user=UserId(update.effective_user.id),
            case=int(tapped_args(update)[0]),
        )


async def on_no_photo(update: Update, context: Context) -> None:
    """There is no photo."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.aftersales.judged,
            partial(verdict, context.place),
            user=UserId(update.effective_user.id),
            case=int(tapped_args(update)[0]),
        )


# -- what the rule says


def verdict(place: Place, told: Told) -> Answer:
    """Show what the rule says, to be confirmed; between the two parts the member chooses."""
    found = told.verdict
    if found is None:
        return ask_photo(place, told)
    amount: dict[str, Param] = {"amount": Money(found.amount)}
    words, own = _words(told) | amount, told.case.id
    refund: Keyboard = ((Tap(Text("aftersales.to_refund", amount), _SUBMIT, (own, Remedy.REFUND)),),)
    resend: Keyboard = ((Tap(Text("aftersales.to_resend"), _SUBMIT, (own, Remedy.RESEND)),),)
    if not found.is_automatic:
        text = Text("aftersales.to_person", words | {"why": Text(f"aftersales.rule_{found.rule}")})
        hand: Keyboard = ((Tap(Text("aftersales.to_hand"), _SUBMIT, (own, Remedy.REFUND)),),)
        return show(place, text, (*hand, *(resend if found.may_choose else ()), _give_up(told)))
    if found.may_choose:
        return show(place, Text("aftersales.choose", words), (*refund, *resend, _give_up(told)))
    return show(place, Text("aftersales.by_rule", words), (*refund, _give_up(told)))


async def on_submit(update: Update, context: Context) -> None:
    """So be it."""
    case, remedy = tapped_args(update)
    if update.effective_user:
        context.plan(
            context.app.fulfilment.claims.submit,
            partial(submitted, context.place),
            user=UserId(update.effective_user.id),
            case=int(case),
            remedy=Remedy(remedy),
        )


def submitted(place: Place, told: Told) -> Answer:
    """Say what is done, or who answers by when."""
    words: dict[str, Param] = {"goods": told.owned.name, "amount": Money(told.case.amount)}
    if told.case.state is State.ACCEPTED:
        return show(place, Text("aftersales.granted", words), ((TO_MENU,),))
    due = Moment(told.case.due_at or told.case.opened_at, told.group.zone.key)
    text = Text("aftersales.handed", {"goods": told.owned.name, "due": due})
    return show(place, text, (_give_up(told), (TO_MENU,)))


async def on_withdraw(update: Update, context: Context) -> None:
    """Never mind."""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.aftersales.withdraw,
            partial(withdrawn, context.place),
            user=UserId(update.effective_user.id),
            case=int(tapped_args(update)[0]),
        )


def withdrawn(place: Place, told: Told) -> Answer:
    """Say that nothing is done about it."""
    return show(place, Text("aftersales.withdrawn", {"goods": told.owned.name}), ((TO_MENU,),))


# -- in the group


async def on_group_complaint(update: Update, context: Context) -> None:
    """Words in the group that may complain: one calm line leads to private, nothing is discussed."""
    user, message = update.effective_user, update.effective_message
    if user is None or message is None:
        return
    place = context.place

    def answer(found: tuple[Group, bool] | None) -> Answer:
        return lead(place, found[0]) if found and found[1] else None

    context.plan(
        context.app.fulfilment.claims.heard_in_group,
        answer,
        chat=place.chat,
        person=context.person(user),
        typed=message.text or message.caption or "",
    )


def lead(place: Place, group: Group) -> Outgoing:
    """Lead to the private chat."""
    button = Open(Text("home.open_private"), TO_COMPLAIN)
    return say(place.speaking(group.language), Text("aftersales.in_group"), ((button,),))


def beside(reader: Reader) -> Routes:
    """Return what hears the group beside everything else."""
    spoken = filters.TEXT | filters.PHOTO
    return (MessageHandler(IN_GROUP & spoken & _Complains(reader), on_group_complaint),)


def routes(catalog: Catalog) -> Routes:
    """Return what members' cases are routed to, in order."""
    return (
        on_payload(TO_COMPLAIN, on_aftersales),
        on_words(catalog.words["aftersales.words"], on_aftersales),
        on_tap(CASES, on_aftersales),
        on_tap(_MINE, on_mine),
        on_tap(_BEGIN, on_begin, _NUMBER),
        on_tap(_KIND, on_kind, rf"{_NUMBER}:({'|'.join(Kind)})"),
        on_tap(_PART, on_part, rf"{_NUMBER}:({'|'.join(map(str, _PERCENT))})"),
        on_tap(_SURE, on_sure, _NUMBER),
        on_tap(_NO_PHOTO, on_no_photo, _NUMBER),
        on_tap(_SUBMIT, on_submit, rf"{_NUMBER}:({'|'.join(Remedy)})"),
        on_tap(_WITHDRAW, on_withdraw, _NUMBER),
    )
