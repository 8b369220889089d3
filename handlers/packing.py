"""Lists of a deal as files: what to pack, whom to hand it to, what to buy."""

from dataclasses import replace
from functools import partial

from telegram import Update

from features.collection import lists
from features.collection.lists import ListKind, Rows
from features.collection.model import Handover, Listing
from handlers.answers import say, show
from handlers.checkoff import DEAL
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.routes import Routes, on_tap
from kernel.ids import DealId, UserId
from kernel.message import Answer, File, Param, Tap, Text
from sheets import write_xlsx
from texts.catalog import Catalog

LISTS, _LIST = "collection.lists", "collection.list"
_NUMBER = r":\d{1,18}"


async def on_lists(update: Update, context: Context) -> None:
    """Which list?"""
    if update.effective_user:
        context.plan(
            context.app.fulfilment.arriving.page,
            partial(which_list, context.place),
            user=UserId(update.effective_user.id),
            deal=DealId(int(tapped_args(update)[0])),
        )


def which_list(place: Place, found: Handover) -> Answer:
    """Offer the lists of a deal."""
    rows = tuple((Tap(Text(f"collection.list_{kind}"), _LIST, (found.deal.id, kind)),) for kind in ListKind)
    back = Tap(Text("collection.to_deal"), DEAL, (found.deal.id,))
    return show(place, Text("collection.which_list", {"title": found.deal.terms.title}), (*rows, (back,)))


async def on_list(update: Update, context: Context) -> None:
    """A list as a file."""
    deal, kind = tapped_args(update)
    if update.effective_user:
        context.plan(
            context.app.fulfilment.arriving.listing,
            partial(listed, context.place, context.catalog, ListKind(kind)),
            user=UserId(update.effective_user.id),
            deal=DealId(int(deal)),
        )


def listed(place: Place, catalog: Catalog, kind: ListKind, found: Listing) -> Answer:
    """Send the list as a workbook: nothing in it is ever a formula."""

    def said(text: Text) -> str:
        return catalog.plain(text, place.language)

    rows = _rows(kind, found, said(Text("collection.list_done")))
    header = said(Text(f"collection.head_{kind}")).split("|")
    title, name = said(Text(f"collection.list_{kind}")), f"{kind}-{found.deal.id}.xlsx"
    words: dict[str, Param] = {"list": title, "title": found.deal.terms.title, "count": len(rows)}
    sent = say(place.apart(), Text("collection.listed", words))
    return replace(sent, file=File(name, write_xlsx(title, header, rows)))


def _rows(kind: ListKind, found: Listing, done: str) -> Rows:
    match kind:
        case ListKind.PACKING:
            return lists.packing(found.parcels, found.places)
        case ListKind.CHECK_OFF:
            return lists.check_off(found.parcels, found.places, done)
        case ListKind.SUPPLIER:
            return lists.supplier(found.items)


def routes() -> Routes:
    """Return what lists are routed to."""
    return (
        on_tap(LISTS, on_lists, _NUMBER),
        on_tap(_LIST, on_list, rf"{_NUMBER}:({'|'.join(ListKind)})"),
    )
