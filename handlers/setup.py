"""The wizard that leads a group's staff through its settings: one card, changed in place."""

from functools import partial

from telegram import Update

from features.members.model import Joined, Person
from features.setup import rules
from features.setup.model import Groups, Page, Step
from handlers.answers import show, toast
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import SETUP, TO_MENU, in_private
from handlers.routes import ASKING, Routes, on_command, on_payload, on_tap, on_words
from handlers.setup_pages import CLOSE, CLOSED, LANGUAGE, QUIET, STEP, ZONE, elsewhere, page
from kernel.ids import ChatId, GroupId, MessageId, PickupPointId
from kernel.message import Answer, Language, Tap, Text
from texts.catalog import Catalog

_GROUP = r":\d{1,18}"


async def on_setup(update: Update, context: Context) -> None:
    """The command, the word, or the button of the menu."""
    user = update.effective_user
    if user is None:
        return
    person = context.person(user)
    if not context.place.private:
        answer = partial(lead, context.place, "setup")
        context.plan(context.app.members.in_group, answer, chat=context.place.chat, person=person)
        return
    context.plan(context.app.setup.begin, partial(opened, context.place), person=person)


def lead(place: Place, what: str, asked: Joined) -> Answer:
    """Lead from a group to the private chat; the payload only selects the group."""
    return in_private(place, f"{what}-g{asked.group.id}", asked)


async def on_start_setup(update: Update, context: Context) -> None:
    """Start, pressed by the button of a group."""
    group = rules.group_of_payload(context.args[0]) if context.args else None
    if update.effective_user and group is not None:
        context.plan(
            context.app.setup.started,
            partial(page, context.place),
            person=context.person(update.effective_user),
            group=GroupId(group),
        )


async def on_step(update: Update, context: Context) -> None:
    """A button that leads to another page."""
    group, step = tapped_args(update)
    asked = _asked(update, context)
    if asked:
        person, message = asked
        context.plan(
            context.app.setup.open,
            partial(page, context.place),
            person=person,
            group=GroupId(int(group)),
            step=Step(step),
            message=message,
        )


async def on_zone(update: Update, context: Context) -> None:
    """A zone's button."""
    group, zone = tapped_args(update)
    asked = _asked(update, context)
    if asked:
        person, message = asked
        context.plan(
            context.app.setup.set_zone,
            partial(changed, context.place),
            person=person,
            group=GroupId(int(group)),
            zone=zone.replace(".", "/"),
            message=message,
        )


async def on_quiet(update: Update, context: Context) -> None:
    """The button of some quiet hours."""
    group, hours = tapped_args(update)
    quiet, asked = rules.unpacked(hours), _asked(update, context)
    if quiet is None:
        context.say(partial(toast, context.place, "home.stale_button", alert=True))
    elif asked:
        person, message = asked
        context.plan(
            context.app.setup.set_quiet,
            partial(changed, context.place),
            person=person,
            group=GroupId(int(group)),
            quiet=quiet,
            message=message,
        )


async def on_language(update: Update, context: Context) -> None:
    """A language's button."""
    group, language = tapped_args(update)
    asked = _asked(update, context)
    if asked:
        person, message = asked
        context.plan(
            context.app.setup.set_language,
            partial(changed, context.place),
            person=person,
            group=GroupId(int(group)),
            language=Language(language),
            message=message,
        )


async def on_close(update: Update, context: Context) -> None:
    """The button beside a pick-up point: asks once more."""
    group, point = map(int, tapped_args(update))
    asked = _asked(update, context)
    if asked:
        person, message = asked
        context.plan(
            context.app.setup.ask_to_close,
            partial(page, context.place),
            person=person,
            group=GroupId(group),
            point=PickupPointId(point),
            message=message,
        )


async def on_closed(update: Update, context: Context) -> None:
    """The button that closes a pick-up point."""
    group, point = map(int, tapped_args(update))
    asked = _asked(update, context)
    if asked:
        person, message = asked
        context.plan(
            context.app.setup.close_point,
            partial(changed, context.place),
            person=person,
            group=GroupId(group),
            point=PickupPointId(point),
            message=message,
        )


def plan_first_lists(context: Context, chat: ChatId) -> None:
    """Show the leaders of a group that may just have been enabled what is still missing."""
    context.plan(context.app.setup.first_lists, first_lists, chat=chat)


def first_lists(pages: tuple[Page, ...]) -> Answer:
    """Show each leader the list in private."""
    return tuple(elsewhere(shown) for shown in pages)


def opened(place: Place, found: Page | Groups) -> Answer:
    """Show the page, or the groups to choose from."""
    return page(place, found) if isinstance(found, Page) else choose(place, STEP, (Step.LIST,), found)


def choose(place: Place, act: str, args: tuple[str, ...], found: Groups) -> Answer:
    """Let somebody choose a group."""
    rows = tuple(
        (Tap(Text("setup.group", {"title": group.title}), act, (group.id, *args)),) for group in found.groups
    )
    return show(place.to(found.reader), Text("setup.choose_group"), (*rows, (TO_MENU,)))


def changed(place: Place, shown: Page) -> Answer:
    """Show what stands now, in this card and in those of others; a tap is told it as well."""
    mine = (page(place, shown), *(elsewhere(other) for other in shown.others))
    if place.tap_id is None or shown.news is None:
        return mine
    return (*mine, toast(place.to(shown.reader), "setup.done_toast", news=shown.news))


def _asked(update: Update, context: Context) -> tuple[Person, MessageId | None] | None:
    """Return who tapped which card."""
    user = update.effective_user
    return None if user is None else (context.person(user), context.place.message)


def routes(catalog: Catalog) -> Routes:
    """Return what setting up is routed to, in order; its Start comes before everybody's."""
    steps = "|".join(step.value for step in Step if step not in (Step.HOURS, Step.CLOSE))
    languages = "|".join(Language)
    return (
        on_payload(r"setup-g\d{1,18}", on_start_setup),
        on_command("setup", on_setup),
        on_words(catalog.words["setup.setup"], on_setup, ASKING),
        on_tap(SETUP, on_setup),
        on_tap(STEP, on_step, rf"{_GROUP}:({steps})"),
        on_tap(ZONE, on_zone, rf"{_GROUP}:[A-Za-z0-9_.+\-]{{3,40}}"),
        on_tap(QUIET, on_quiet, rf"{_GROUP}:\d{{4}}-\d{{4}}"),
        on_tap(LANGUAGE, on_language, rf"{_GROUP}:({languages})"),
        on_tap(CLOSE, on_close, rf"{_GROUP}{_GROUP}"),
        on_tap(CLOSED, on_closed, rf"{_GROUP}{_GROUP}"),
    )
