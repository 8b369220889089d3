"""Staff in the chat: links that are followed, who does what in a group, stand-ins."""

from dataclasses import replace
from functools import partial

from telegram import Update, User
from telegram.ext import CommandHandler, filters

from features.members.model import Group, Joined
from features.staff.invitations import hashed, link_key
from features.staff.model import Choice, Followed, Following, Given, Role, Roster, RosterLine, Taken
from features.staff.roles import STAND_IN_DAYS
from handlers.answers import say, show
from handlers.context import Callback, Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import STAFF_ROLES, STAND_IN, TO_MENU
from handlers.owner import TO_DESK, confirm_card
from handlers.routes import IN_PRIVATE, Routes, on_command, on_tap, on_words
from kernel.ids import GroupId, MemberId, UserId, private_chat
from kernel.message import Answer, Button, Keyboard, Moment, Open, Outgoing, Param, Tap, Text
from texts.catalog import Catalog

INVITE, TAKE, GIVE = "staff.invite", "staff.take", "staff.give"
NUMBER = r":\d{1,9}"
_OF_GROUP = rf"({NUMBER})?"


def on_link(prefix: str, callback: Callback[Update]) -> CommandHandler[Context, None]:
    """Return a route for Start with a payload that begins with `prefix`."""
    pressed = filters.Regex(rf"^/start(?:@\w+)?\s+{prefix}")
    return CommandHandler("start", callback, IN_PRIVATE & pressed)


def payload(context: Context) -> str:
    """Return what Start was pressed with."""
    return context.args[0] if context.args else ""


def chosen(update: Update, context: Context) -> GroupId | None:
    """Return the group that a button or a link names, or None. It only selects: rights are checked."""
    if args := tapped_args(update):
        return GroupId(int(args[0]))
    number = payload(context).rpartition("-")[2]
    return GroupId(int(number)) if number.isascii() and number.isdigit() and len(number) < 10 else None


def lead_staff(user: User, context: Context, page: str) -> None:
    """Answer a matter of staff asked in a group: a button to that page of the private chat."""
    context.plan(
        context.app.members.in_group,
        partial(_in_private, context.place, page),
        chat=context.place.chat,
        person=context.person(user),
    )


def _in_private(place: Place, page: str, asked: Joined) -> Outgoing:
    keyboard = ((Open(Text("home.open_private"), f"{page}-{asked.group.id}"),),)
    text = Text("home.in_private", {"name": asked.name})
    return say(place.speaking(asked.group.language), text, keyboard)


def choice(place: Place, act: str, groups: tuple[Group, ...]) -> Outgoing:
    """Ask which group is meant."""
    rows = tuple((Tap(Text("staff.of_group", {"group": g.title}), act, (g.id,)),) for g in groups)
    return show(place, Text("staff.which_group"), rows)


# -- links


async def on_follow(update: Update, context: Context) -> None:
    """Somebody followed a link to the bot or to a role."""
    if update.effective_user:
        _follow(update.effective_user, context, payload(context).partition("-")[2])


async def on_typed_code(update: Update, context: Context) -> None:
    """The console's code was typed behind the command."""
    if update.effective_user:
        _follow(update.effective_user, context, payload(context).rpartition("-")[2])


def _follow(user: User, context: Context, code: str) -> None:
    context.plan(
        context.app.roles.follow, partial(followed, context.place), person=context.person(user), code=code
    )


def followed(place: Place, done: Followed) -> Answer:
    """Tell what came of a link, and tell who made it."""
    match done.outcome:
        case Following.OWNER:
            return say(place, Text("owner.claimed", {"name": done.name}), ((TO_DESK,),))
        case Following.CONFIRM if done.invitation:
            return confirm_card(place, done.invitation.code_hash)
        case Following.ROLE if done.invitation and done.group:
            return _role_yours(place, done, done.invitation.role, done.group)
        case Following.NOT_IN_GROUP if done.group:
            return say(place, Text("staff.join_first", {"group": done.group.title}))
        case outcome:
            return say(place, Text(f"staff.link_{outcome}"))


def _role_yours(place: Place, done: Followed, role: Role, group: Group) -> Answer:
    names: dict[str, Param]
    text = Text("staff.role_yours", {"group": group.title, "role": role_name(role)})
    if done.until:
        until = Moment(done.until, group.zone.key)
        names = {"group": group.title, "role": role_name(role), "until": until}
        text = Text("staff.role_yours_until", names)
    told = say(place, text, ((TO_MENU,),))
    giver = done.giver
    if giver is None or not giver.reachable:
        return told
    there = Place.unasked(private_chat(giver.user), giver.language).to(giver)
    names = {"name": done.name, "group": group.title, "role": role_name(role)}
    if done.until is None:
        return told, say(there, Text("staff.link_followed", names))
    until = Moment(done.until, group.zone.key)
    return told, say(there, Text("staff.link_followed_until", names | {"until": until}))


def role_name(role: Role) -> Text:
    """Return what a role is called."""
    return Text(f"staff.role_{role}")


# -- who does what


async def on_roles(update: Update, context: Context) -> None:
    """The roles of a group, by command, link or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_staff(user, context, "roles")
        return
    context.plan(
        context.app.roles.roster,
        partial(roster, context.place),
        user=UserId(user.id),
        group=chosen(update, context),
    )


def roster(place: Place, found: Roster | Choice) -> Outgoing:
    """Show who does what, with what may be changed."""
    if isinstance(found, Choice):
        return choice(place, STAFF_ROLES, found.groups)
    lines = tuple(_line(line, found.group.zone.key) for line in found.lines)
    text = Text("staff.roster", {"group": found.group.title, "lines": lines or Text("staff.roster_empty")})
    return show(place, text, _roster_keyboard(found))


def _line(line: RosterLine, zone: str) -> Text:
    name: Param = line.name or Text("staff.unnamed")
    role, until = role_name(line.post.role), line.post.until
    if until is None:
        return Text("staff.roster_line", {"name": name, "role": role})
    return Text("staff.roster_line_until", {"name": name, "role": role, "until": Moment(until, zone)})


def _roster_keyboard(found: Roster) -> Keyboard:
    group = found.group.id
    rows: list[tuple[Button, ...]] = []
    for line in found.lines:
        if line.may_take:
            names: dict[str, Param] = {
                "name": line.name or Text("staff.unnamed"),
                "role": role_name(line.post.role),
            }
            rows.append((Tap(Text("staff.take", names), TAKE, (group, line.post.member, line.post.role)),))
    gives = [Tap(Text("staff.invite", {"role": role_name(r)}), INVITE, (group, r)) for r in found.givable]
    rows += [tuple(gives[first : first + 2]) for first in range(0, len(gives), 2)]
    if found.may_name_stand_in:
        rows.append((Tap(Text("staff.find_stand_in"), STAND_IN, (group,)),))
    return (*rows, (TO_MENU,))


async def on_invite(update: Update, context: Context) -> None:
    """A link to a role is wanted."""
    if update.effective_user:
        group, role = tapped_args(update)
        context.plan(
            context.app.roles.invite,
            partial(link_made, context, GroupId(int(group)), Role(role)),
            user=UserId(update.effective_user.id),
            group=GroupId(int(group)),
            role=Role(role),
        )


def link_made(context: Context, group: GroupId, role: Role, code: str, days: int = 0) -> Outgoing:
    """Show a link that gives a role, for good or for some days."""
    link = f"https://t.me/{context.bot.username}?start=job-{code}"
    hours = context.app.staff.policy.invitation_hours
    text = Text("staff.link", {"link": link, "role": role_name(role), "hours": hours})
    if days:
        text = Text("staff.link_days", {"link": link, "days": days, "hours": hours})
    told = show(context.place, text, ((Tap(Text("staff.to_roles"), STAFF_ROLES, (group,)),),))
    return replace(told, dedupe_key=link_key(hashed(code)))


async def on_take(update: Update, context: Context) -> None:
    """A role is taken back."""
    if update.effective_user:
        group, member, role = tapped_args(update)
        context.plan(
            context.app.roles.take,
            partial(taken, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(int(group)),
            member=MemberId(int(member)),
            role=Role(role),
        )


def taken(place: Place, done: Taken) -> Answer:
    """Tell who took it, and who had it."""
    subject = done.subject
    names: dict[str, Param] = {
        "name": (subject.name if subject else "") or Text("members.nameless"),
        "role": role_name(done.role),
    }
    back = ((Tap(Text("staff.to_roles"), STAFF_ROLES, (done.group.id,)),),)
    shown = show(place, Text("staff.taken", names), back)
    if not done.fresh or subject is None or not subject.reachable or private_chat(subject.user) == place.chat:
        return shown
    there = Place.unasked(private_chat(subject.user), subject.language).to(subject)
    lost = Text("staff.role_over", {"group": done.group.title, "role": role_name(done.role)})
    return shown, say(there, lost)


def given(place: Place, done: Given) -> Answer:
    """Tell who gave it, and who has it now."""
    names: dict[str, Param] = {
        "name": done.subject.name or Text("members.nameless"),
        "role": role_name(done.role),
    }
    back = ((Tap(Text("staff.to_roles"), STAFF_ROLES, (done.group.id,)),),)
    shown = show(place, Text("staff.given", names), back)
    subject = done.subject
    if not done.fresh or not subject.reachable:
        return shown
    there = Place.unasked(private_chat(subject.user), subject.language).to(subject)
    yours = Text("staff.role_yours", {"group": done.group.title, "role": role_name(done.role)})
    return shown, say(there, yours)


async def on_give(update: Update, context: Context) -> None:
    """A role is given to somebody in the group."""
    if update.effective_user:
        group, member, role = tapped_args(update)
        context.plan(
            context.app.roles.give,
            partial(given, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(int(group)),
            member=MemberId(int(member)),
            role=Role(role),
        )


# -- stand-ins


async def on_stand_in(update: Update, context: Context) -> None:
    """A leader looks for somebody to lead meanwhile: first for how long, then a link."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_staff(user, context, "standin")
        return
    context.plan(
        context.app.roles.may_name_stand_in,
        partial(how_long, context.place),
        user=UserId(user.id),
        group=chosen(update, context),
    )


def how_long(place: Place, found: Group | Choice) -> Outgoing:
    """Ask for how many days."""
    if isinstance(found, Choice):
        return choice(place, STAND_IN, found.groups)
    days = tuple(
        Tap(Text("staff.days", {"days": days}), STAND_IN, (found.id, days)) for days in STAND_IN_DAYS
    )
    back = Tap(Text("staff.to_roles"), STAFF_ROLES, (found.id,))
    return show(place, Text("staff.how_long", {"group": found.title}), (days, (back,)))


async def on_days(update: Update, context: Context) -> None:
    """The days of a stand-in were chosen."""
    if update.effective_user:
        group, days = tapped_args(update)
        context.plan(
            context.app.roles.stand_in,
            partial(link_made, context, GroupId(int(group)), Role.LEADER, days=int(days)),
            user=UserId(update.effective_user.id),
            group=GroupId(int(group)),
            days=int(days),
        )


def routes(catalog: Catalog) -> Routes:
    """Return what staff's updates are routed to, in order."""
    role = "|".join(Role)
    return (
        on_link("(own|job)-", on_follow),
        CommandHandler("owner", on_typed_code, IN_PRIVATE, has_args=1),
        on_link(r"roles-\d", on_roles),
        on_link(r"standin-\d", on_stand_in),
        on_command("role", on_roles),
        on_command("standin", on_stand_in),
        on_words(catalog.words["staff.roles"], on_roles),
        on_words(catalog.words["staff.stand_in"], on_stand_in),
        on_tap(STAFF_ROLES, on_roles, _OF_GROUP),
        on_tap(INVITE, on_invite, rf"{NUMBER}:({role})"),
        on_tap(TAKE, on_take, rf"{NUMBER}{NUMBER}:({role})"),
        on_tap(GIVE, on_give, rf"{NUMBER}{NUMBER}:({role})"),
        on_tap(STAND_IN, on_stand_in, _OF_GROUP),
        on_tap(STAND_IN, on_days, rf"{NUMBER}:\d{{1,2}}"),
    )
