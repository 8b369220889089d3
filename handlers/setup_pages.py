"""The pages of the wizard's card, in words and buttons."""

from collections.abc import Callable
from dataclasses import replace
from zoneinfo import ZoneInfo

from features.app.settling import DESK as MONEY
from features.outreach.model import QuietHours
from features.setup import rules
from features.setup.model import Item, Page, Step
from features.setup.wording import language_text, quiet_text, zone_text
from features.setup.zones import load as load_zones
from handlers.answers import say, show
from handlers.context import Place
from handlers.menu import AUDIT, COUPON_DESK, DEALS, GOODS, HEALTH, PANIC, STAFF_ROLES, STAND_IN, TO_MENU
from kernel.ids import private_chat
from kernel.message import Button, Keyboard, Kind, Language, Moment, Outgoing, Tap, Text

STEP, ZONE, QUIET, LANGUAGE = "setup.step", "setup.zone", "setup.quiet", "setup.language"
CLOSE, CLOSED = "setup.close", "setup.closed"
_PAIR = 2  # buttons in a row
_STEP_OF = {Item.ZONE: Step.ZONE, Item.QUIET: Step.QUIET, Item.POINT: Step.POINTS, Item.STAFF: Step.ROLES}


def page(place: Place, shown: Page) -> Outgoing:
    """Show one page of the wizard where its card is."""
    text, keyboard = _worded(shown)
    place = place.to(shown.reader)
    if place.tap_id is not None or shown.message is None:
        return show(place, text, keyboard)
    return replace(say(place, text, keyboard), kind=Kind.EDIT, message=shown.message)


def elsewhere(shown: Page) -> Outgoing:
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
    missing = [_STEP_OF[item] for item, done in shown.items if not done and item in _STEP_OF]
    begin = _to(shown, missing[0] if missing else rules.WIZARD[0], Text("setup.begin"))
    is_complete = all(done for _, done in shown.items)
    text = Text("setup.list_done" if is_complete else "setup.list", {"items": lines})
    return text, ((begin,), *_pairs([*steps, health]), *_desk(shown))


def _desk(shown: Page) -> Keyboard:
    """Return what else who leads the group can do there."""
    group = (shown.group.id,)
    stop = Tap(Text("setup.to_panic"), PANIC, group)
    if not shown.leads:
        return ((stop,),)
    return (
        (Tap(Text("deals.to_desk"), DEALS, group), Tap(Text("catalogue.to_goods"), GOODS, (0,))),
        (Tap(Text("setup.to_who_does_what"), STAFF_ROLES, group), Tap(Text("setup.to_audit"), AUDIT, group)),
        (Tap(Text("coupons.to_desk"), COUPON_DESK, group), Tap(Text("settlement.to_desk"), MONEY, group)),
        (Tap(Text("staff.find_stand_in"), STAND_IN, group),),
        (stop,),
    )


def _zone(shown: Page) -> tuple[Text, Keyboard]:
    stands = shown.group.zone.key
    text = Text("setup.zone", {"zone": zone_text(stands), "now": Moment(shown.now, stands)})
    right: Button = _zone_tap(shown, stands, Text("setup.zone_right"))
    if shown.zones:
        offered = [
            _zone_tap(
                shown,
                zone,
                Text("setup.zone_offered", {"zone": zone_text(zone), "time": _clock(shown, zone)}),
            )
            for zone in shown.zones
        ]
        return text, (*((button,) for button in offered), (right,))
    places = [
        _zone_tap(
            shown, zone, Text("setup.zone_offered", {"zone": zone_text(zone), "time": _clock(shown, zone)})
        )
        for zone in load_zones().common
        if zone != stands
    ]
    return text, ((right,), *_pairs(places))


def _quiet(shown: Page) -> tuple[Text, Keyboard]:
    quiet = shown.group.quiet
    text = Text("setup.quiet", {"stands": quiet_text(quiet)})
    if quiet.start == quiet.end:
        text = Text("setup.quiet_without")
    buttons = [
        Tap(_quiet_label(quiet), QUIET, (shown.group.id, rules.packed(quiet)))
        for quiet in rules.QUIET_CHOICES
    ]
    return text, _pairs(buttons)


def _quiet_label(quiet: QuietHours) -> Text:
    if quiet.start == quiet.end:
        return Text("setup.quiet_none")
    return Text("setup.quiet_choice", {"start": f"{quiet.start:%H:%M}", "end": f"{quiet.end:%H:%M}"})


def _language(shown: Page) -> tuple[Text, Keyboard]:
    text = Text("setup.language", {"language": language_text(shown.group.language)})
    choices = (Tap(language_text(each), LANGUAGE, (shown.group.id, str(each))) for each in Language)
    return text, (tuple(choices),)


def _points(shown: Page) -> tuple[Text, Keyboard]:
    lines = tuple(
        Text("setup.point_line", {"name": point.name, "hours": point.hours}) for point in shown.points
    )
    closing = [
        Tap(Text("setup.close_point", {"name": point.name}), CLOSE, (shown.group.id, point.id))
        for point in shown.points
    ]
    text = Text("setup.points", {"points": lines or (Text("setup.no_points"),)})
    return text, ((_to(shown, Step.NAME, Text("setup.add_point")),), *((button,) for button in closing))


def _close(shown: Page) -> tuple[Text, Keyboard]:
    name = next((point.name for point in shown.points if point.id == shown.point), None)
    if name is None or shown.point is None:
        return _points(shown)
    sure = Tap(Text("setup.close_sure"), CLOSED, (shown.group.id, shown.point))
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
    return Tap(label, STEP, (shown.group.id, step.value))


def _zone_tap(shown: Page, zone: str, label: Text) -> Tap:
    return Tap(label, ZONE, (shown.group.id, zone.replace("/", ".")))


def _clock(shown: Page, zone: str) -> str:
    return f"{shown.now.astimezone(ZoneInfo(zone)):%H:%M}"


def _pairs(buttons: list[Tap]) -> Keyboard:
    return tuple(tuple(buttons[at : at + _PAIR]) for at in range(0, len(buttons), _PAIR))
