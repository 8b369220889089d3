"""Who a member is, for staff; points corrected by hand, with a second person where it is much."""

import re
import unicodedata
from functools import partial

from telegram import Message, Update
from telegram.ext import CommandHandler

from features.app.corrections import MOST_POINTS
from features.app.model import Corrected, Correcting, WhoCard
from features.growth.wording import level_name
from features.members.model import Member, Person
from features.staff.model import Reason
from features.staff.wording import staff_notice
from handlers.answers import say, show, toast
from handlers.context import Context, Place
from handlers.growth import history_line
from handlers.keyboards import tapped_args
from handlers.menu import GIVE_COUPON, TO_MENU
from handlers.routes import IN_GROUP, IN_PRIVATE, Routes, is_person, on_tap
from handlers.staff import GIVE, NUMBER, on_link, payload, role_name
from kernel.ids import GroupId, MemberId, UserId, private_chat
from kernel.message import (
    Answer,
    Button,
    Keyboard,
    Language,
    Moment,
    Open,
    Outgoing,
    Param,
    Tap,
    Text,
)

WHO, UNDO = "staff.who", "staff.undo"
_AMOUNT, _FIX, _DECIDE = "staff.amount", "staff.fix", "staff.decide"
_STEPS = (10, 50, 100, 500)
_TYPED = re.compile(r"([+\-\u2212]?)([0-9]{1,6})")  # as NFKC gives it, also what Chinese keyboards write
_LINK = re.compile(r"(?:who|fix)-(\d{1,9})-(\d{1,9})(?:-([pm])(\d{1,6}))?")


async def on_who(update: Update, context: Context) -> None:
    """Staff point at a message in the group: only a button to the private chat is shown there."""
    _point(update, context, "who", "", Text("staff.who_how"))


async def on_typed_points(update: Update, context: Context) -> None:
    """Staff point at a message and type an amount, such as /points +30."""
    typed = _TYPED.fullmatch(unicodedata.normalize("NFKC", "".join(context.args or ())))
    how = _how_points()
    if typed is None or not 0 < int(typed[2]) <= MOST_POINTS:
        context.say(partial(say, context.place, how))
        return
    sign = "p" if typed[1] in ("", "+") else "m"
    _point(update, context, "fix", f"-{sign}{typed[2]}", how)


def _how_points() -> Text:
    return Text("staff.how_points", {"most": MOST_POINTS})


def _point(update: Update, context: Context, page: str, more: str, how: Text) -> None:
    """Lead to a page about who wrote the message that is answered; `how` explains what nobody is meant by."""
    message, user = update.effective_message, update.effective_user
    if message is None or user is None:
        return
    subject = _subject(message, context)
    if subject is None:
        context.say(partial(say, context.place, how))
        return
    context.plan(
        context.app.desk.point_at,
        partial(_in_private, context.place, page, more),
        chat=context.place.chat,
        user=UserId(user.id),
        subject=subject,
    )


def _subject(message: Message, context: Context) -> Person | None:
    """Return who wrote the message that is answered; None for nobody of their own."""
    pointed = message.reply_to_message
    sender = pointed.from_user if pointed else None
    if pointed is None or sender is None or pointed.sender_chat is not None or not is_person(sender):
        return None
    return context.person(sender)


def _in_private(place: Place, page: str, more: str, at: tuple[GroupId, MemberId, Language]) -> Outgoing:
    group, member, language = at
    to_card = Open(Text("home.open_private"), f"{page}-{group}-{member}{more}")
    return say(place.speaking(language), Text("staff.who_in_private"), ((to_card,),))


async def on_who_in_private(_update: Update, context: Context) -> None:
    """The command without anybody pointed at."""
    context.say(partial(say, context.place, Text("staff.who_how")))


async def on_points_in_private(_update: Update, context: Context) -> None:
    """An amount without anybody pointed at."""
    context.say(partial(say, context.place, _how_points()))


async def on_card(update: Update, context: Context) -> None:
    """The card of a member, by link or button."""
    at = tapped_args(update) or _linked(context)
    if update.effective_user and at:
        context.plan(
            context.app.desk.who,
            partial(card, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(int(at[0])),
            member=MemberId(int(at[1])),
        )


def _linked(context: Context) -> tuple[str, ...]:
    found = _LINK.fullmatch(payload(context))
    return tuple(part for part in found.groups() if part) if found else ()


def card(place: Place, who: WhoCard) -> Outgoing:
    """Show what staff may see of a member."""
    zone = who.group.zone.key
    came = Text(f"staff.came_{who.stay.came_by or 'seen'}")
    names: dict[str, Param] = {
        "name": who.member.name or Text("members.nameless"),
        "group": who.group.title,
        "since": Moment(who.stay.entered_at, zone),
        "came": came,
        "roles": tuple(role_name(post.role) for post in who.posts) or Text("staff.no_role"),
        "account": _account(who, zone),
    }
    return show(place, Text("staff.card", names), _card_keyboard(who))


def _account(who: WhoCard, zone: str) -> Text:
    found, agreed = who.account, who.member.service_consent_at
    if found is None or agreed is None:
        return Text("staff.not_agreed")
    offers: Param = Text("staff.no_offers")
    if who.member.marketing_consent_at:
        offers = Moment(who.member.marketing_consent_at, zone)
    return Text(
        "staff.account",
        {
            "agreed": Moment(agreed, zone),
            "offers": offers,
            "level": level_name(found.account.level),
            "growth": found.account.growth,
            "points": found.account.points,
            "lines": tuple(history_line(entry, zone) for entry in who.history) or Text("growth.nothing_yet"),
        },
    )


def _card_keyboard(who: WhoCard) -> Keyboard:
    group, member = who.group.id, who.member.id
    rows: list[tuple[Button, ...]] = []
    if who.may_correct:
        rows += [_amounts(group, member, sign) for sign in (1, -1)]
    if who.may_give_coupons:
        rows.append((Tap(Text("coupons.to_give"), GIVE_COUPON, (group, member)),))
    gives = [
        Tap(Text("staff.make", {"role": role_name(role)}), GIVE, (group, member, role))
        for role in who.givable
    ]
    rows += [tuple(gives[first : first + 2]) for first in range(0, len(gives), 2)]
    return (*rows, (TO_MENU,))


def _amounts(group: GroupId, member: MemberId, sign: int) -> tuple[Button, ...]:
    points = tuple(sign * step for step in _STEPS)
    return tuple(
        Tap(Text("staff.amount", {"points": f"{each:+d}"}), _AMOUNT, (group, member, each)) for each in points
    )


async def on_amount(update: Update, context: Context) -> None:
    """An amount was chosen, or typed in the group: the reason is asked for."""
    args = tapped_args(update)
    if not args and (linked := _linked(context)) and len(linked) == 4:
        group, member, sign, amount = linked
        args = (group, member, f"{'-' if sign == 'm' else ''}{amount}")
    if update.effective_user and args:
        context.plan(
            context.app.desk.who,
            partial(reasons, context.place, int(args[2])),
            user=UserId(update.effective_user.id),
            group=GroupId(int(args[0])),
            member=MemberId(int(args[1])),
        )


def reasons(place: Place, points: int, who: WhoCard) -> Outgoing:
    """Ask why points are corrected."""
    at = (who.group.id, who.member.id)
    rows = tuple((Tap(Text(f"staff.reason_{reason}"), _FIX, (*at, points, reason)),) for reason in Reason)
    names: dict[str, Param] = {
        "name": who.member.name or Text("members.nameless"),
        "points": f"{points:+d}",
    }
    back = Tap(Text("staff.to_card"), WHO, at)
    return show(place, Text("staff.why", names), (*rows, (back,)))


async def on_fix(update: Update, context: Context) -> None:
    """The reason was chosen: the points are corrected, or a second person is asked."""
    if update.effective_user:
        group, member, points, reason = tapped_args(update)
        context.plan(
            context.app.corrections.correct,
            partial(corrected, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(int(group)),
            member=MemberId(int(member)),
            points=int(points),
            reason=Reason(reason),
        )


def corrected(place: Place, done: Corrected) -> Answer:
    """Tell what was corrected, or who has to agree; and ask them."""
    back = Tap(Text("staff.to_card"), WHO, (done.group.id, done.subject.id))
    if done.outcome is Correcting.DONE:
        undo = Tap(Text("staff.undo"), UNDO, (done.line,))
        return show(place, Text("staff.corrected", _what(done)), ((undo,), (back,)))
    asked = tuple(_question(done, other) for other in done.others)
    return show(place, Text("staff.correction_asked", _what(done)), ((back,),)), *asked


def _question(done: Corrected, other: Member) -> Outgoing:
    yes = Tap(Text("owner.approve"), _DECIDE, (done.approval, "yes"))
    no = Tap(Text("owner.refuse"), _DECIDE, (done.approval, "no"))
    author: Param = (done.author.name if done.author else "") or Text("members.nameless")
    text = Text("staff.please_agree", _what(done) | {"author": author})
    return staff_notice(other, text, about=done.subject.id, keyboard=((yes, no),))


def _what(done: Corrected) -> dict[str, Param]:
    what: dict[str, Param] = {
        "name": done.subject.name or Text("members.nameless"),
        "group": done.group.title,
        "points": f"{done.points:+d}",
        "reason": Text(f"staff.reason_{done.reason}"),
    }
    if done.became is not None:
        what |= {"balance": done.became.balance, "told": Text(f"staff.told_{done.became.told}")}
    return what


async def on_decide(update: Update, context: Context) -> None:
    """The second person decides."""
    if update.effective_user:
        number, said = tapped_args(update)
        context.plan(
            context.app.corrections.decide,
            partial(decided, context.place),
            user=UserId(update.effective_user.id),
            approval=int(number),
            approved=said == "yes",
        )


def decided(place: Place, done: Corrected | None) -> Answer:
    """Close the card, and tell who asked."""
    if done is None:
        return show(place, Text("staff.decided_before")), toast(place, "staff.decided_before")
    shown = show(place, Text(f"staff.correction_{done.outcome}", _what(done)))
    return shown, *told_author(done)


def told_author(done: Corrected) -> tuple[Outgoing, ...]:
    """Return what who asked for a correction is told of its end."""
    author = done.author
    if author is None or not author.reachable:
        return ()
    there = Place.unasked(private_chat(author.user), author.language).to(author)
    return (say(there, Text(f"staff.correction_{done.outcome}", _what(done))),)


def routes() -> Routes:
    """Return what is routed here, in order."""
    amount = r":-?\d{1,6}"
    return (
        on_link(r"who-\d", on_card),
        on_link(r"fix-\d", on_amount),
        CommandHandler("who", on_who, IN_GROUP),
        CommandHandler("who", on_who_in_private, IN_PRIVATE),
        CommandHandler("points", on_typed_points, IN_GROUP, has_args=True),
        CommandHandler("points", on_points_in_private, IN_PRIVATE, has_args=True),
        on_tap(WHO, on_card, rf"{NUMBER}{NUMBER}"),
        on_tap(_AMOUNT, on_amount, rf"{NUMBER}{NUMBER}{amount}"),
        on_tap(_FIX, on_fix, rf"{NUMBER}{NUMBER}{amount}:({'|'.join(Reason)})"),
        on_tap(_DECIDE, on_decide, rf"{NUMBER}:(yes|no)"),
    )
