"""A coupon given to a member by staff, from the member's card."""

from functools import partial

from telegram import Update

from features.app.model import Telling
from features.app.wallets import Gift, Giving
from features.coupons.model import TemplateId
from features.coupons.wording import coupon_name
from handlers.answers import show, toast
from handlers.context import Context, Place
from handlers.coupons import line
from handlers.keyboards import tapped_args
from handlers.menu import GIVE_COUPON
from handlers.people import UNDO, WHO
from handlers.routes import Routes, on_tap
from handlers.staff import NUMBER
from kernel.ids import GroupId, MemberId, UserId
from kernel.message import Answer, Outgoing, Param, Tap, Text

_GIFT = "coupons.gift"


async def on_give(update: Update, context: Context) -> None:
    """What can be given to a member, from their card."""
    if update.effective_user:
        group, member = map(int, tapped_args(update))
        context.plan(
            context.app.wallets.givable,
            partial(giving, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(group),
            member=MemberId(member),
        )


def giving(place: Place, found: Giving) -> Outgoing:
    """Show a button for each kind that this member can still have."""
    at = (found.group.id, found.subject.id)
    name: Param = found.subject.name or Text("members.nameless")
    rows = tuple(
        (
            Tap(
                coupon_name(each.template.design.terms, each.template.design.title),
                _GIFT,
                (*at, each.template.id, each.held + 1),
            ),
        )
        for each in found.kinds
        if each.refusal is None
    )
    text = Text("coupons.give_which" if rows else "coupons.give_none", {"name": name})
    return show(place, text, (*rows, (Tap(Text("staff.to_card"), WHO, at),)))


async def on_gift(update: Update, context: Context) -> None:
    """A coupon is given."""
    if update.effective_user:
        group, member, template, nth = map(int, tapped_args(update))
        context.plan(
            context.app.wallets.give,
            partial(gift, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(group),
            member=MemberId(member),
            template=TemplateId(template),
            nth=nth,
        )


def gift(place: Place, done: Gift) -> Answer:
    """Tell what was given and whether its owner hears of it."""
    back = (Tap(Text("staff.to_card"), WHO, (done.group.id, done.subject.id)),)
    if not done.line:
        return toast(place, "coupons.gave_before")  # the card with the way back stays
    named: dict[str, Param] = {
        "name": done.subject.name or Text("members.nameless"),
        "line": line(done.coupon, done.group.zone, done.now),
        "told": Text("coupons.told_never" if done.told is Telling.NEVER else f"staff.told_{done.told}"),
    }
    undo = (Tap(Text("staff.undo"), UNDO, (done.line,)),)
    return show(place, Text("coupons.gave", named), (undo, back))


def routes() -> Routes:
    """Return what giving is routed to, in order."""
    return (
        on_tap(GIVE_COUPON, on_give, rf"{NUMBER}{NUMBER}"),
        on_tap(_GIFT, on_gift, rf"{NUMBER}{NUMBER}{NUMBER}:\d{{1,3}}"),
    )
