"""The settings page, edited in place, and the word that ends offers."""

from collections.abc import Callable
from dataclasses import replace
from datetime import time
from functools import partial
from typing import Any

from telegram import Update

from features.app.settings import SettingsPage
from features.members.model import Joined, Member
from features.outreach.model import MARKETING, Preference, QuietHours, Topic
from features.setup.model import Page as SetupPage
from handlers.answers import say, show, toast
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import MYDATA, SETTINGS, TO_MENU, TO_SETTINGS, lead_to_private
from handlers.pickup import TO_CHOOSE
from handlers.routes import IN_PRIVATE, Routes, on_command, on_tap, on_words
from handlers.setup import changed as setup_changed
from kernel.message import Answer, Keyboard, Language, Moment, Outgoing, Tap, Text, Toast
from texts.catalog import Catalog

_SWITCH = "members.switch"
_TOPICS, _TOPIC = "settings.topics", "settings.topic"
_HOURS, _QUIET = "settings.hours", "settings.quiet"
_MUTE, _LARGE, _LANGUAGE = "settings.mute", "settings.large", "settings.language"
_AS_GROUP = "group"
_TO_SETTINGS = Tap(Text("settings.back"), SETTINGS)
_ON_OFF = ":(on|off)"
Page = Callable[[Place, SettingsPage], Outgoing]


def _shows(page: Page) -> Any:
    """Return a handler that opens a page of the settings; a group is led to the private chat."""

    async def on_page(update: Update, context: Context) -> None:
        user = update.effective_user
        if user is None:
            return
        if not context.place.private:
            lead_to_private(user, context, TO_SETTINGS)
            return
        answer = partial(page, context.place)
        context.plan(context.app.settings.page, answer, person=context.person(user))

    return on_page


def settings(place: Place, page: SettingsPage) -> Outgoing:
    """Show how the member is spoken to, with every switch."""
    member = page.known.member
    wants = member.marketing_consent_at is not None
    text = Text(
        "settings.page",
        {"marketing": _offers(page), "quiet": _quiet(page), "reminders": _reminders(page), "own": _own(page)},
    )
    offers = Text("settings.switch_off" if wants else "settings.switch_on")
    other = Language.EN if member.language is Language.ZH_CN else Language.ZH_CN
    keyboard: Keyboard = (
        (Tap(offers, _SWITCH, (_word(not wants),)),),
        (Tap(Text("settings.to_topics"), _TOPICS), Tap(Text("settings.to_hours"), _HOURS)),
        (_mute_button(page),),
        (_large_button(member), Tap(Text(f"settings.speak_{other}"), _LANGUAGE, (other,))),
        *(((TO_CHOOSE,),) if page.has_places else ()),
        (Tap(Text("settings.to_mydata"), MYDATA), TO_MENU),
    )
    return show(place.to(member), text, keyboard)


def topics(place: Place, page: SettingsPage) -> Outgoing:
    """Show each topic with its switch; of marketing only with the consent to it."""
    member = page.known.member
    wants = member.marketing_consent_at is not None
    text = Text("settings.topics_all" if wants else "settings.topics_service")
    shown = [topic for topic in Topic if wants or topic not in MARKETING]
    rows = tuple((_topic_button(topic, page.preference),) for topic in shown)
    return show(place.to(member), text, (*rows, (_TO_SETTINGS,)))


def hours(place: Place, page: SettingsPage) -> Outgoing:
    """Show the quiet hours that can be chosen, and the mute."""
    text = Text("settings.hours_page", {"quiet": _quiet(page), "reminders": _reminders(page)})
    own = tuple((_hours_button(each, page.preference),) for each in page.choices)
    same = Text("settings.as_group", {"hours": _span(page.known.group.quiet)})
    label = same if page.preference.quiet else Text("settings.chosen", {"choice": same})
    keyboard: Keyboard = (
        *own,
        (Tap(label, _QUIET, (_AS_GROUP,)),),
        (_mute_button(page),),
        (_TO_SETTINGS,),
    )
    return show(place.to(page.known.member), text, keyboard)


async def on_switch(update: Update, context: Context) -> None:
    """The switch for offers."""
    _change(update, context, settings, context.app.settings.marketing, "settings.marketing", _wanted(update))


async def on_topic(update: Update, context: Context) -> None:
    """The switch of one topic."""
    topic, wanted = tapped_args(update)
    given = {"topic": Topic(topic), "wanted": wanted == "on"}
    _change(update, context, topics, context.app.settings.topic, "settings.topic", given)


async def on_quiet(update: Update, context: Context) -> None:
    """The choice of quiet hours."""
    (packed,) = tapped_args(update)
    given = {"hours": None if packed == _AS_GROUP else _unpacked(packed)}
    _change(update, context, hours, context.app.settings.quiet, "settings.quiet", given)


async def on_mute(update: Update, context: Context) -> None:
    """The mute, by its button; by its word it begins."""
    if not context.place.private:
        await _shows(settings)(update, context)
        return
    given = _wanted(update) if tapped_args(update) else {"wanted": True}
    _change(update, context, settings, context.app.settings.mute, "settings.mute", given)


async def on_large(update: Update, context: Context) -> None:
    """The switch for few words and big rows."""
    _change(update, context, settings, context.app.settings.large, "settings.large", _wanted(update))


async def on_language(update: Update, context: Context) -> None:
    """The choice of a language, by its button."""
    given = {"language": Language(tapped_args(update)[0])}
    _change(update, context, settings, context.app.settings.language, "settings.language", given)


async def on_named_language(language: Language, update: Update, context: Context) -> None:
    """A language, by its name: one's own, or the group's while the wizard asks for it."""
    if update.effective_user is None:
        return
    place = context.place

    def changed(now: SettingsPage | SetupPage) -> Answer:
        return settings(place, now) if isinstance(now, SettingsPage) else setup_changed(place, now)

    person = context.person(update.effective_user)
    context.plan(context.app.settings.named_language, changed, person=person, language=language)


def _change(
    update: Update,
    context: Context,
    page: Page,
    use_case: Callable[..., SettingsPage],
    act: str,
    given: dict[str, Any],
) -> None:
    """Plan a change that ends on `page`, with a toast that says how it stands now."""
    if update.effective_user is None:
        return
    place = context.place

    def changed(now: SettingsPage) -> Answer:
        shown = page(place, now)
        if place.tap_id is None:
            return shown
        return shown, _stands(place.to(now.known.member), act, now, given)

    context.plan(use_case, changed, person=context.person(update.effective_user), **given)


def _stands(place: Place, act: str, page: SettingsPage, given: dict[str, Any]) -> Toast:
    """Return the toast for how things stand after a change."""
    member = page.known.member
    match act:
        case "settings.marketing":
            return toast(place, "settings.marketing_toast", state=_on_off(given["wanted"]))
        case "settings.topic":
            topic: Topic = given["topic"]
            name, on = Text(f"settings.topic_{topic}"), _on_off(topic not in page.preference.topics_off)
            return toast(place, "settings.topic_toast", topic=name, state=on)
        case "settings.large" if member.large:
            return toast(place, "settings.large_how", alert=True)
        case "settings.large":
            return toast(place, "settings.large_toast", state=_on_off(member.large))
        case "settings.language":
            return toast(place, "settings.language_toast")
        case "settings.quiet":
            return toast(place, "settings.quiet_toast", quiet=_quiet(page))
        case _:
            return toast(place, "settings.mute_toast", reminders=_reminders(page))


async def on_stop(update: Update, context: Context) -> None:
    """End of offers, in one step, for anybody anywhere."""
    user = update.effective_user
    if user is None:
        return
    person, place = context.person(user), context.place
    if place.private:
        context.plan(context.app.settings.stop, partial(stopped, place), person=person)
    else:
        answer = partial(stopped_in_group, place)
        context.plan(context.app.settings.stop_in_group, answer, chat=place.chat, person=person)


def stopped(place: Place, found: tuple[Member | None, bool]) -> Outgoing:
    """Say what has ended, what stays and how to come back."""
    member, inside = found
    if member is None:
        return say(place, Text("settings.stopped_stranger"))
    place = place.to(member)
    if not inside:
        return say(place, Text("settings.stopped_away"))
    return say(place, Text("settings.stopped"), ((_TO_SETTINGS,), (TO_MENU,)))


def stopped_in_group(place: Place, here: Joined) -> Outgoing:
    """Say so in the group, with nothing personal but the name."""
    text = Text("settings.stopped_in_group", {"name": here.name})
    return replace(say(place.speaking(here.group.language), text), about=here.member.id)


def routes(catalog: Catalog) -> Routes:
    """Return what the settings' updates are routed to, in order."""
    to_settings = _shows(settings)
    return (
        on_command("settings", to_settings),
        on_command("stop", on_stop),
        on_words(catalog.words["settings.open"], to_settings),
        on_words(catalog.words["settings.stop"], on_stop, IN_PRIVATE),
        on_words(catalog.words["settings.mute"], on_mute, IN_PRIVATE),
        on_words(catalog.words["settings.hours"], _shows(hours), IN_PRIVATE),
        on_words(
            catalog.words["settings.speak_zh_CN"], partial(on_named_language, Language.ZH_CN), IN_PRIVATE
        ),
        on_words(catalog.words["settings.speak_en"], partial(on_named_language, Language.EN), IN_PRIVATE),
        on_tap(SETTINGS, to_settings),
        on_tap(_TOPICS, _shows(topics)),
        on_tap(_HOURS, _shows(hours)),
        on_tap(_SWITCH, on_switch, _ON_OFF),
        on_tap(_TOPIC, on_topic, f":({'|'.join(Topic)}){_ON_OFF}"),
        on_tap(_QUIET, on_quiet, rf":({_AS_GROUP}|([01]\d|2[0-3])[0-5]\d-([01]\d|2[0-3])[0-5]\d)"),
        on_tap(_MUTE, on_mute, _ON_OFF),
        on_tap(_LARGE, on_large, _ON_OFF),
        on_tap(_LANGUAGE, on_language, f":({'|'.join(Language)})"),
    )


def _wanted(update: Update) -> dict[str, Any]:
    return {"wanted": tapped_args(update) == ("on",)}


def _word(wanted: bool) -> str:
    return "on" if wanted else "off"


def _on_off(on: bool) -> Text:
    return Text("settings.on" if on else "settings.off")


def _offers(page: SettingsPage) -> Text:
    """Say whether offers come: the consent to them is not all, each topic can be off."""
    if page.known.member.marketing_consent_at is not None and page.preference.topics_off >= MARKETING:
        return Text("settings.on_but_none")
    return _on_off(page.known.member.marketing_consent_at is not None)


def _own(page: SettingsPage) -> Text:
    """Say whether somebody hears of their own account."""
    if page.muted:
        return Text("settings.own_muted")
    some_off = page.preference.topics_off - MARKETING
    return Text("settings.own_off" if some_off else "settings.own_as_usual")


def _topic_button(topic: Topic, preference: Preference) -> Tap:
    off = topic in preference.topics_off
    label = Text(
        "settings.topic_off" if off else "settings.topic_on", {"topic": Text(f"settings.topic_{topic}")}
    )
    return Tap(label, _TOPIC, (topic, _word(off)))


def _hours_button(each: QuietHours, preference: Preference) -> Tap:
    span = _span(each)
    label = Text("settings.chosen", {"choice": span}) if preference.quiet == each else span
    return Tap(label, _QUIET, (f"{each.start:%H%M}-{each.end:%H%M}",))


def _unpacked(packed: str) -> QuietHours:
    start, _, end = packed.partition("-")
    return QuietHours(*(time(int(at[:2]), int(at[2:])) for at in (start, end)))


def _mute_button(page: SettingsPage) -> Tap:
    if page.muted:
        return Tap(Text("settings.unmute"), _MUTE, ("off",))
    return Tap(Text("settings.mute", {"days": page.mute_days}), _MUTE, ("on",))


def _large_button(member: Member) -> Tap:
    return Tap(
        Text("settings.make_small" if member.large else "settings.make_large"),
        _LARGE,
        (_word(not member.large),),
    )


def _span(quiet: QuietHours) -> Text:
    if quiet.start == quiet.end:
        return Text("settings.no_hours")
    return Text("settings.span", {"start": f"{quiet.start:%H:%M}", "end": f"{quiet.end:%H:%M}"})


def _quiet(page: SettingsPage) -> Text:
    if own := page.preference.quiet:
        return Text("settings.own_hours", {"hours": _span(own)})
    return Text("settings.as_group", {"hours": _span(page.known.group.quiet)})


def _reminders(page: SettingsPage) -> Text:
    until = page.preference.muted_until
    if until is None or not page.muted:
        return Text("settings.as_usual")
    return Text("settings.muted", {"until": Moment(until, page.known.group.zone.key)})
