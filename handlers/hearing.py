"""Talk in a group: who speaks is noted, an order is taken, and only what is unclear is answered."""

import asyncio
from functools import partial

from telegram import Message as TelegramMessage
from telegram import Update
from telegram.ext import MessageHandler, filters

from features.app.hearing import Heard, Message
from features.jielong.model import Clarify, Reading
from features.jielong.model import Context as Said
from features.jielong.reading import read
from features.orders.model import Became, Did
from features.orders.wording import became
from handlers.answers import say, show, toast
from handlers.context import Context, Ear, Place
from handlers.keyboards import tapped_args
from handlers.orders import offers
from handlers.routes import IN_GROUP, SPEECH, Routes, on_tap
from kernel.ids import MessageId
from kernel.message import Answer, Call, Keyboard, Kind, MessageClass, Outgoing, Param, Tap, Text

COUNT = "orders.count_list"
_LONG = 500  # characters; a longer text is read beside the loop (rulings.md 20)
_EDITED = filters.UpdateType.EDITED_MESSAGE & filters.ChatType.GROUPS
_MOST_NAMED = 5  # goods that a question names


async def on_group_talk(update: Update, context: Context) -> None:
    """Note who speaks, so that a neighbour from before our time is known too, and take what is ordered."""
    user, message, place = update.effective_user, update.effective_message, context.place
    if user is None or message is None:
        return
    said, known = _said(message), context.ear.of(place.chat)
    reading: Reading | None = None
    if known is not None and known.offered.deals and said.text:
        if len(said.text) > _LONG:
            reading = await asyncio.to_thread(read, said.text, known.lexicon, said.context)
        else:
            reading = read(said.text, known.lexicon, said.context)
    context.plan(
        context.app.hearing.heard,
        partial(heard, place, context.ear),
        chat=place.chat,
        person=context.person(user),
        message=said,
        known=known,
        reading=reading,
    )


def _said(message: TelegramMessage) -> Message:
    said_at = message.edit_date or message.date
    return Message(
        id=MessageId(message.message_id),
        text=message.text or message.caption or "",
        said_at=said_at,
        is_edit=message.edit_date is not None,
        context=_context(message.reply_to_message),
    )


def _context(replied: TelegramMessage | None) -> Said:
    """Return what a message answers, as the reader knows it: what somebody else wrote."""
    if replied is None or replied.from_user is None or replied.from_user.is_bot:
        return Said()
    return Said(sender=replied.from_user.first_name, text=replied.text or replied.caption)


def heard(place: Place, ear: Ear, found: Heard | None) -> Answer:
    """Nod to an order that was taken; say what could not be, and what is unclear, in one answer."""
    if found is None:
        return None
    if found.known is not None:
        ear.remember(place.chat, found.known)
    if not found.is_order:
        return None
    place = place.speaking(found.joined.group.language)
    lines = [became(did, None) for did in found.done if not _is_done(did)]
    lines += [Text("groupbuy.too_late", {"title": deal.terms.title}) for deal in found.late]
    lines += [_question(ask, found) for ask in found.asks]
    if found.pasted:
        lines.append(Text("orders.pasted"))
    taken = any(_is_done(did) for did in found.done)
    nod = (_nod(place),) if taken and place.message else ()
    if not lines:
        return nod
    keyboard: Keyboard = tuple(row for did in found.done if not _is_done(did) for row in offers(did))
    if found.pasted:
        keyboard = (*keyboard, (Tap(Text("orders.count_list"), COUNT, (found.pasted,)),))
    text = Text("orders.answer", {"lines": tuple(lines)})
    return (*nod, say(place, text, keyboard))


async def on_count(update: Update, context: Context) -> None:
    """Staff let a pasted list count."""
    (number,) = map(int, tapped_args(update))
    if update.effective_user:
        context.plan(
            context.app.hearing.count_list,
            partial(counted, context.place),
            person=context.person(update.effective_user),
            number=number,
        )


def counted(place: Place, found: Heard) -> Answer:
    """Say how many homes were counted, and what could not be."""
    place = place.speaking(found.joined.group.language)
    homes = {did.order for did in found.done if _is_done(did)}
    lines = [became(did, None) for did in found.done if not _is_done(did)]
    lines += [_question(ask, found) for ask in found.asks]
    text = Text("orders.list_counted", {"homes": len(homes), "lines": tuple(lines)})
    return show(place, text), toast(place, "orders.list_counted_toast", homes=len(homes))


def _is_done(did: Did) -> bool:
    return did.became in (Became.TAKEN, Became.GONE)


def _nod(place: Place) -> Outgoing:
    return Outgoing(
        Kind.CALL,
        place.chat,
        MessageClass.UPKEEP,
        text=Text("orders.nod"),
        language=place.language,
        message=place.message,
        call=Call.REACT,
    )


def _question(ask: Clarify, found: Heard) -> Text:
    """Return what is asked about words that are unclear, with what may be meant."""
    names = found.names or {}
    meant = [names[sku] for sku in ask.candidates[:_MOST_NAMED] if sku in names]
    words: dict[str, Param] = {"said": ask.text}
    if meant and ask.reason == "ambiguous_sku":
        return Text("orders.ask_which", words | {"names": tuple(_named(name) for name in meant)})
    return Text(f"orders.ask_{ask.reason}", words)


def _named(name: str) -> Text:
    return Text("orders.named", {"name": name})


def taps() -> Routes:
    """Return what taps on answers to talk are routed to."""
    return tuple(on_tap(COUNT, on_count, r":\d{1,18}", in_group=there) for there in (True, False))


def routes() -> Routes:
    """Return what talk in groups is routed to, behind everything else."""
    return (MessageHandler((IN_GROUP | _EDITED) & SPEECH, on_group_talk),)
