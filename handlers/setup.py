"""The wizard that leads a group's staff through its settings: one card, changed in place."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

from telegram import Update

from features.members.model import Joined, Member, Person
from features.outreach.model import QuietHours
from features.setup import rules
from features.setup.model import Groups, Page, Step
from features.setup.wording import language_text, quiet_text
from features.setup.zones import load as load_zones
from handlers.answers import say, show, toast
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import HEALTH, SETUP, STAFF_ROLES, TO_MENU, in_private
from handlers.routes import ASKING, IN_PRIVATE, Routes, on_command, on_payload, on_tap, on_words
from kernel.ids import ChatId, GroupId, MessageId, PickupPointId, private_chat
from kernel.message import Answer, Button, Keyboard, Kind, Language, Moment, Outgoing, Tap, Text
from texts.catalog import Catalog

_STEP, _ZONE, _QUIET, _LANGUAGE = "setup.step", "setup.zone", "setup.quiet", "setup.language"
_CLOSE, _CLOSED = "setup.close", "setup.closed"
_GROUP = r":\d{1,18}"
_PAIR = 2  # buttons in a row


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


async def on_cancel(update: Update, context: Context) -> None:
    """The word that leaves what a wizard asked."""
    if update.effective_user:
        person = context.person(update.effective_user)
        context.plan(context.app.setup.leave, partial(page, context.place), person=person)


def plan_typed(update: Update, context: Context, otherwise: Callable[[Member | None], Answer]) -> None:
    """Let a text that is no word answer what a wizard asked; `otherwise` words what was asked by none."""
    user, message = update.effective_user, update.effective_message
    if user is None:
        return
    place, typed = context.place, (message.text if message else None) or ""

    def answer(found: Page | Member | None) -> Answer:
        return changed(place, found) if isinstance(found, Page) else otherwise(found)

    context.plan(context.app.setup.told, answer, person=context.person(user), typed=typed)


def plan_first_lists(context: Context, chat: ChatId) -> None:
    """Show the leaders of a group that may just have been enabled what is still missing."""
    context.plan(context.app.setup.first_lists, first_lists, chat=chat)


def first_lists(pages: tuple[Page, ...]) -> Answer:
    """Show each leader the list in private."""
    return tuple(_elsewhere(shown) for shown in pages)


def opened(place: Place, found: Page | Groups) -> Answer:
    """Show the page, or the groups to choose from."""
    return page(place, found) if isinstance(found, Page) else choose(place, _STEP, (Step.LIST,), found)


def choose(place: Place, act: str, args: tuple[str, ...], found: Groups) -> Answer:
    """Let somebody choose a group."""
    rows = tuple(
        (Tap(Text("setup.group", {"title": group.title}), act, (group.id, *args)),) for group in found.groups
    )
    return show(place.to(found.reader), Text("setup.choose_group"), (*rows, (TO_MENU,)))


def changed(place: Place, shown: Page) -> Answer:
    """Show what stands now, in this card and in those of others; a tap is told it as well."""
    mine = (page(place, shown), *(_elsewhere(other) for other in shown.others))
    if place.tap_id is None or shown.news is None:
        return mine
    return (*mine, toast(place.to(shown.reader), "setup.done_toast", news=shown.news))


def page(place: Place, shown: Page) -> Outgoing:
    """Show one page of the wizard where its card is."""
    text, keyboard = _worded(shown)
    place = place.to(shown.reader)
    if place.tap_id is not None or shown.message is None:
        return show(place, text, keyboard)
    return replace(say(place, text, keyboard), kind=Kind.EDIT, message=shown.message)


def _elsewhere(shown: Page) -> Outgoing:
    """Show what stands now in the card of somebody else who is at it."""
    user = shown.reader.user
    return page(Place.unasked(private_chat(user), shown.reader.language), shown)


def _worded(shown: Page) -> tuple[Text, Keyboard]:
    heading = Text("setup.heading", {"group": shown.group.title})
    body, rows = _PAGES[shown.step](shown)
    news = (Text("setup.news", {"news": shown.news}),) if shown.news else ()
    problem = (shown.problem,) if shown.problem else ()
    lines = (heading, *news, *problem, body)
    return Text("setup.page", {"lines": lines}), (*rows, *_ways_on(shown))


def _list(shown: Page) -> tuple[Text, Keyboard]:
    lines = tuple(
        Text("setup.item_done" if done else "setup.item_open", {"item": Text(f"setup.item_{item}")})
        for item, done in shown.items
    )
    steps = [_to(shown, step, Text(f"setup.to_{step}")) for step in rules.WIZARD[:-1]]
    health = Tap(Text("setup.to_health"), HEALTH, (shown.group.id,))
    begin = _to(shown, rules.WIZARD[0], Text("setup.begin"))
    is_complete = all(done for _, done in shown.items)
    text = Text("setup.list_done" if is_complete else "setup.list", {"items": lines})
    return text, ((begin,), *_pairs([*steps, health]))


def _zone(shown: Page) -> tuple[Text, Keyboard]:
    stands = shown.group.zone.key
    text = Text("setup.zone", {"zone": stands, "now": Moment(shown.now, stands)})
    right: Button = _zone_tap(shown, stands, Text("setup.zone_right"))
    if shown.zones:
        offered = [
            _zone_tap(shown, zone, Text("setup.zone_offered", {"zone": zone, "time": _clock(shown, zone)}))
            for zone in shown.zones
        ]
        return text, (*((button,) for button in offered), (right,))
    common = load_zones().common
    places = [
        _zone_tap(
            shown,
            zone,
            Text("setup.zone_offered", {"zone": Text(f"setup.zone_{key}"), "time": _clock(shown, zone)}),
        )
        for zone, key in common.items()
        if zone != stands
    ]
    return text, ((right,), *_pairs(places))


def _quiet(shown: Page) -> tuple[Text, Keyboard]:
    text = Text("setup.quiet", {"stands": quiet_text(shown.group.quiet)})
    buttons = [
        Tap(_quiet_label(quiet), _QUIET, (shown.group.id, rules.packed(quiet)))
        for quiet in rules.QUIET_CHOICES
    ]
    return text, _pairs(buttons)


def _quiet_label(quiet: QuietHours) -> Text:
    if quiet.start == quiet.end:
        return Text("setup.quiet_none")
    return Text("setup.quiet_choice", {"start": f"{quiet.start:%H:%M}", "end": f"{quiet.end:%H:%M}"})


def _language(shown: Page) -> tuple[Text, Keyboard]:
    text = Text("setup.language", {"language": language_text(shown.group.language)})
    choices = (Tap(language_text(each), _LANGUAGE, (shown.group.id, str(each))) for each in Language)
    return text, (tuple(choices),)


def _points(shown: Page) -> tuple[Text, Keyboard]:
    lines = tuple(
        Text("setup.point_line", {"name": point.name, "hours": point.hours}) for point in shown.points
    )
    closing = [
        Tap(Text("setup.close_point", {"name": point.name}), _CLOSE, (shown.group.id, point.id))
        for point in shown.points
    ]
    text = Text("setup.points", {"points": lines or (Text("setup.no_points"),)})
    return text, ((_to(shown, Step.NAME, Text("setup.add_point")),), *((button,) for button in closing))


def _close(shown: Page) -> tuple[Text, Keyboard]:
    name = next((point.name for point in shown.points if point.id == shown.point), None)
    if name is None or shown.point is None:
        return _points(shown)
    sure = Tap(Text("setup.close_sure"), _CLOSED, (shown.group.id, shown.point))
    stay = _to(shown, Step.POINTS, Text("setup.close_not"))
    return Text("setup.close", {"name": name}), ((sure,), (stay,))


def _roles(shown: Page) -> tuple[Text, Keyboard]:
    return Text("setup.roles"), ((Tap(Text("setup.to_roles"), STAFF_ROLES, (shown.group.id,)),),)


def _name(_shown: Page) -> tuple[Text, Keyboard]:
    return Text("setup.name"), ()


def _hours(_shown: Page) -> tuple[Text, Keyboard]:
    return Text("setup.hours"), ()


_PAGES: dict[Step, Callable[[Page], tuple[Text, Keyboard]]] = {
    Step.LIST: _list,
    Step.ZONE: _zone,
    Step.QUIET: _quiet,
    Step.LANGUAGE: _language,
    Step.POINTS: _points,
    Step.NAME: _name,
    Step.HOURS: _hours,
    Step.CLOSE: _close,
    Step.ROLES: _roles,
}


def _ways_on(shown: Page) -> Keyboard:
    """Return the last rows: back, skip, and the list."""
    if shown.step is Step.LIST:
        return ((TO_MENU,),)
    to_list = _to(shown, Step.LIST, Text("setup.to_list"))
    if shown.step not in rules.WIZARD:
        return ((_to(shown, Step.POINTS, Text("setup.back")),),) if shown.step is not Step.CLOSE else ()
    at = rules.WIZARD.index(shown.step)
    around = []
    if at > 0:
        around.append(_to(shown, rules.WIZARD[at - 1], Text("setup.back")))
    if at + 1 < len(rules.WIZARD):
        around.append(_to(shown, rules.WIZARD[at + 1], Text("setup.skip")))
    return (tuple(around), (to_list,))


def _to(shown: Page, step: Step, label: Text) -> Tap:
    return Tap(label, _STEP, (shown.group.id, step.value))


def _zone_tap(shown: Page, zone: str, label: Text) -> Tap:
    return Tap(label, _ZONE, (shown.group.id, zone.replace("/", ".")))


def _clock(shown: Page, zone: str) -> str:
    return f"{shown.now.astimezone(ZoneInfo(zone)):%H:%M}"


def _pairs(buttons: list[Tap]) -> Keyboard:
    return tuple(tuple(buttons[at : at + _PAIR]) for at in range(0, len(buttons), _PAIR))


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
        on_words(catalog.words["setup.cancel"], on_cancel, IN_PRIVATE),
        on_tap(SETUP, on_setup),
        on_tap(_STEP, on_step, rf"{_GROUP}:({steps})"),
        on_tap(_ZONE, on_zone, rf"{_GROUP}:[A-Za-z0-9_.+\-]{{3,40}}"),
        on_tap(_QUIET, on_quiet, rf"{_GROUP}:\d{{4}}-\d{{4}}"),
        on_tap(_LANGUAGE, on_language, rf"{_GROUP}:({languages})"),
        on_tap(_CLOSE, on_close, rf"{_GROUP}{_GROUP}"),
        on_tap(_CLOSED, on_closed, rf"{_GROUP}{_GROUP}"),
    )
