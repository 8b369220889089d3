"""Deals in the private chat of leaders: the desk, drafts, and what is done to running ones."""

from collections.abc import Callable
from functools import partial

from telegram import Update

from features.app.deal_desk_model import DealStep, DeskView, DraftPage, DraftStep
from features.app.deal_running import DEAL, EXTEND, LET_BE
from features.groupbuy.answers import instant
from features.groupbuy.model import Why
from features.members.model import Person
from features.staff.model import Choice
from handlers.answers import show, toast
from handlers.catalogue_files import FROM_IMPORT
from handlers.context import Context, Place
from handlers.deal_pages import page
from handlers.deal_words import (
    CANCEL,
    CHOICE,
    CLOSE,
    COPY,
    DRAFT,
    DROP,
    EARLIER,
    ENDLESS,
    ITEM,
    NEW,
    OF_ITEM,
    PUBLISH,
    SET,
    SURE,
    TOGGLE,
    TYPED,
    UNLIMIT,
)
from handlers.keyboards import tapped_args
from handlers.menu import DEALS
from handlers.routes import Routes, on_command, on_tap, on_words
from handlers.staff import NUMBER, chosen, lead_staff, on_link
from kernel.ids import DealId, GroupId, ItemId, MessageId
from kernel.message import Answer, Tap, Text, Toast
from texts.catalog import Catalog

_ID = r":\d{1,18}"
_SKU = r":[A-Za-z0-9\-]{1,20}"


async def on_desk(update: Update, context: Context) -> None:
    """The list, by command, word, link or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_staff(user, context, "tuan")
        return
    context.plan(
        context.app.drafting.list,
        partial(opened, context.place, DEALS, ()),
        person=context.person(user),
        group=chosen(update, context),
        message=_card(context),
    )


async def on_new(update: Update, context: Context) -> None:
    """A new draft, or the list of deals to make one like."""
    if asked := _asked(update, context):
        person, message, (group,) = asked
        is_new = _is(update, NEW)
        context.plan(
            context.app.drafting.begin if is_new else context.app.drafting.earlier,
            partial(opened, context.place, NEW if is_new else EARLIER, ()),
            person=person,
            group=GroupId(int(group)),
            message=message,
        )


async def on_copy(update: Update, context: Context) -> None:
    """A draft like an earlier deal."""
    if asked := _asked(update, context):
        person, message, (deal,) = asked
        context.plan(
            context.app.drafting.copy,
            _answer(context),
            person=person,
            deal=DealId(int(deal)),
            message=message,
        )


async def on_from_import(update: Update, context: Context) -> None:
    """A draft with what came in a file, in the only group or in the one that was chosen."""
    if asked := _asked(update, context):
        person, message, (batch, *group) = asked
        context.plan(
            context.app.drafting.from_import,
            partial(opened, context.place, FROM_IMPORT, (int(batch),)),
            person=person,
            batch=int(batch),
            group=GroupId(int(group[0])) if group else None,
            message=message,
        )


async def on_draft(update: Update, context: Context) -> None:
    """A page of a draft."""
    if asked := _asked(update, context):
        person, message, (deal, *rest) = asked
        is_choice = _is(update, CHOICE)
        context.plan(
            context.app.drafting.page,
            _answer(context),
            person=person,
            deal=DealId(int(deal)),
            step=DraftStep.GOODS if is_choice else DraftStep(rest[0]),
            sku=rest[1] if len(rest) > 1 else "",
            at=int(rest[0]) if is_choice else 0,
            message=message,
        )


async def on_set(update: Update, context: Context) -> None:
    """Something that was offered for the terms of a draft."""
    if asked := _asked(update, context):
        person, message, (deal, what, value) = asked
        context.plan(
            context.app.drafting.choose,
            _answer(context),
            person=person,
            deal=DealId(int(deal)),
            what=what,
            value=value,
            message=message,
        )


async def on_toggle(update: Update, context: Context) -> None:
    """Goods into a draft, or out of it."""
    if asked := _asked(update, context):
        person, message, (deal, sku, on, at) = asked
        context.plan(
            context.app.drafting.toggle,
            _answer(context),
            person=person,
            deal=DealId(int(deal)),
            sku=sku,
            on=on == "1",
            at=int(at),
            message=message,
        )


async def on_unlimit(update: Update, context: Context) -> None:
    """Goods of a draft without a stock or a limit."""
    if asked := _asked(update, context):
        person, message, (deal, step, sku) = asked
        context.plan(
            context.app.drafting.unlimit,
            _answer(context),
            person=person,
            deal=DealId(int(deal)),
            step=DraftStep(step),
            sku=sku,
            message=message,
        )


async def on_publish(update: Update, context: Context) -> None:
    """The tap that lets a group see a draft."""
    if asked := _asked(update, context):
        person, message, (deal, stamp) = asked
        context.plan(
            context.app.drafting.publish,
            _answer(context),
            person=person,
            deal=DealId(int(deal)),
            stamp=int(stamp),
            message=message,
        )


async def on_drop(update: Update, context: Context) -> None:
    """A draft is forgotten."""
    if asked := _asked(update, context):
        person, message, (deal,) = asked
        context.plan(
            context.app.drafting.drop,
            _answer(context),
            person=person,
            deal=DealId(int(deal)),
            message=message,
        )


# -- running deals


async def on_deal(update: Update, context: Context) -> None:
    """A page of a running deal."""
    if asked := _asked(update, context):
        person, message, (deal, step, *item) = asked
        context.plan(
            context.app.drafting.running.page,
            _answer(context),
            person=person,
            deal=DealId(int(deal)),
            step=DealStep(step),
            item=ItemId(int(item[0])) if item else None,
            message=message,
        )


async def on_extend(update: Update, context: Context) -> None:
    """A later cut-off."""
    asked = _asked(update, context)
    until = instant(asked[2][1]) if asked else None
    if asked and until:
        person, message, (deal, _) = asked
        context.plan(
            context.app.drafting.running.extend,
            _answer(context),
            person=person,
            deal=DealId(int(deal)),
            closes_at=until,
            message=message,
        )


async def on_close(update: Update, context: Context) -> None:
    """The cut-off, now; or a warned leader lets it be."""
    if asked := _asked(update, context):
        person, message, (deal,) = asked
        running = context.app.drafting.running
        context.plan(
            running.close if _is(update, CLOSE) else running.let_be,
            _answer(context),
            person=person,
            deal=DealId(int(deal)),
            message=message,
        )


async def on_endless(update: Update, context: Context) -> None:
    """As much of the goods as is ordered."""
    if asked := _asked(update, context):
        person, message, (item,) = asked
        context.plan(
            context.app.drafting.running.unlimit,
            _answer(context),
            person=person,
            item=ItemId(int(item)),
            message=message,
        )


async def on_cancel(update: Update, context: Context) -> None:
    """A reason to cancel a deal: asks once more; then it is."""
    if asked := _asked(update, context):
        person, message, (deal, reason) = asked
        running = context.app.drafting.running
        context.plan(
            running.sure if _is(update, SURE) else running.cancel,
            _answer(context),
            person=person,
            deal=DealId(int(deal)),
            reason="" if reason == TYPED else reason,
            message=message,
        )


# -- answers


def opened(place: Place, act: str, args: tuple[int, ...], found: DeskView | Choice) -> Answer:
    """Show the page, or the groups to choose from."""
    if not isinstance(found, Choice):
        return answered(place, found)
    rows = tuple(
        (Tap(Text("staff.of_group", {"group": group.title}), act, (*args, group.id)),)
        for group in found.groups
    )
    return show(place, Text("staff.which_group"), rows)


def answered(place: Place, found: DeskView | None) -> Answer:
    """Show a page and say what is new; a forged button says that it is none."""
    if found is None:
        return toast(place, "home.stale_button", alert=True)
    shown, news = page(place, found), getattr(found, "news", None)
    if news is None or place.tap_id is None:
        return shown
    is_preview = isinstance(found, DraftPage) and found.step is DraftStep.PREVIEW
    return shown, Toast(news, place.to(found.desk.reader).language, alert=is_preview)


def _answer(context: Context) -> Callable[[DeskView | None], Answer]:
    return partial(answered, context.place)


def _asked(update: Update, context: Context) -> tuple[Person, MessageId | None, tuple[str, ...]] | None:
    """Return who tapped which card, and the arguments of the button."""
    user = update.effective_user
    return None if user is None else (context.person(user), _card(context), tapped_args(update))


def _card(context: Context) -> MessageId | None:
    return context.place.message if context.place.tap_id else None


def _is(update: Update, act: str) -> bool:
    query = update.callback_query
    return bool(query and query.data and query.data.split(":")[1] == act)


def routes(catalog: Catalog) -> Routes:
    """Return what deals are routed to, in order; links before everybody's Start."""
    of_item = (DraftStep.ITEM, DraftStep.STOCK, DraftStep.LIMIT)
    drafts = "|".join(step for step in DraftStep if step not in of_item)
    deals = "|".join(DealStep)
    whys = "|".join(Why)
    return (
        on_link(r"tuan-\d", on_desk),
        on_command("tuan", on_desk),
        on_words(catalog.words["deals.desk"], on_desk),
        on_tap(DEALS, on_desk, rf"({NUMBER})?"),
        on_tap(NEW, on_new, NUMBER),
        on_tap(EARLIER, on_new, NUMBER),
        on_tap(COPY, on_copy, _ID),
        on_tap(FROM_IMPORT, on_from_import, rf"{_ID}({NUMBER})?"),
        on_tap(DRAFT, on_draft, rf"{_ID}:({drafts})"),
        on_tap(CHOICE, on_draft, rf"{_ID}:\d{{1,3}}"),
        on_tap(ITEM, on_draft, rf"{_ID}:(item|stock|limit){_SKU}"),
        on_tap(SET, on_set, rf"{_ID}:[a-z]{{1,10}}:[a-z0-9\-]{{1,30}}"),
        on_tap(TOGGLE, on_toggle, rf"{_ID}{_SKU}:[01]:\d{{1,3}}"),
        on_tap(UNLIMIT, on_unlimit, rf"{_ID}:(stock|limit){_SKU}"),
        on_tap(PUBLISH, on_publish, rf"{_ID}:\d{{1,9}}"),
        on_tap(DROP, on_drop, _ID),
        on_tap(DEAL, on_deal, rf"{_ID}:({deals})"),
        on_tap(OF_ITEM, on_deal, rf"{_ID}:({deals}){_ID}"),
        on_tap(EXTEND, on_extend, rf"{_ID}:\d{{1,9}}"),
        on_tap(CLOSE, on_close, _ID),
        on_tap(LET_BE, on_close, _ID),
        on_tap(ENDLESS, on_endless, _ID),
        on_tap(SURE, on_cancel, rf"{_ID}:({whys})"),
        on_tap(CANCEL, on_cancel, rf"{_ID}:({whys}|{TYPED})"),
    )
