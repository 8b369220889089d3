"""The board of a group's week and month: who earned how much growth, names masked."""

from functools import partial

from telegram import Update

from features.growth.model import Board, Period
from features.members.model import Started
from handlers.answers import show
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import BOARD, GROWTH, TO_GROWTH, TO_MENU, lead_to_private
from handlers.routes import Routes, on_command, on_tap, on_words
from kernel.message import Keyboard, Outgoing, Tap, Text
from texts.catalog import Catalog

_ON_BOARD = "growth.on_board"
_TO_GROWTH = Tap(Text("home.to_growth"), GROWTH)


async def on_board(update: Update, context: Context) -> None:
    """The board, by word, command or button; of the week unless the button says the month."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_GROWTH)
        return
    args = tapped_args(update)
    period = Period(args[0]) if args else Period.WEEK
    answer, person = partial(board, context.place), context.person(user)
    context.plan(context.app.accounts.board, answer, person=person, period=period)


async def on_wish(update: Update, context: Context) -> None:
    """Put who taps on boards, or take them off."""
    user = update.effective_user
    if user is None:
        return
    shown, period = tapped_args(update)
    context.plan(
        context.app.accounts.show_on_board,
        partial(board, context.place),
        person=context.person(user),
        shown=shown == "1",
        period=Period(period),
    )


def board(place: Place, found: tuple[Started, Board]) -> Outgoing:
    """Show who leads, and how the viewer stands to it."""
    known, seen = found
    lines = tuple(
        Text(
            "growth.board_own" if each.member == known.member.id else "growth.board_place",
            {"rank": rank, "name": each.name, "growth": each.growth},
        )
        for rank, each in enumerate(seen.places, 1)
    )
    text = Text(
        f"growth.board_{seen.period}",
        {
            "group": known.group.title,
            "on": seen.starts_on,
            "lines": lines or Text("growth.board_empty"),
            "own": _own(seen),
        },
    )
    return show(place.to(known.member), text, _keyboard(seen))


def routes(catalog: Catalog) -> Routes:
    """Return what the boards' updates are routed to, in order."""
    return (
        on_command("board", on_board),
        on_words(catalog.words["growth.board"], on_board),
        on_tap(BOARD, on_board, r":(?:week|month)"),
        on_tap(_ON_BOARD, on_wish, r":[01]:(?:week|month)"),
    )


def _own(seen: Board) -> Text:
    if not seen.shown:
        return Text("growth.board_hidden")
    if seen.missing == 0:
        return Text("growth.board_on_it", {"growth": seen.own})
    return Text("growth.board_missing", {"growth": seen.own, "missing": seen.missing})


def _keyboard(seen: Board) -> Keyboard:
    week, month = Period.WEEK, Period.MONTH
    other = Tap(Text("growth.to_month"), BOARD, (month,))
    if seen.period is month:
        other = Tap(Text("growth.to_week"), BOARD, (week,))
    wish = Tap(Text("growth.show_me"), _ON_BOARD, (1, seen.period))
    if seen.shown:
        wish = Tap(Text("growth.hide_me"), _ON_BOARD, (0, seen.period))
    return (other, wish), (_TO_GROWTH, TO_MENU)
