"""A member's coupons: what can be used, what could, and what can be got by a tap."""

from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from telegram import Update

from features.app import Home
from features.app.wallets import Claimable, Claimed, Claims, Wallet
from features.coupons import rules
from features.coupons.model import Coupon, HadYours, State, TemplateId
from features.coupons.wording import coupon_name, goods
from features.members.model import Checking
from handlers.answers import show, toast
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.members import started
from handlers.menu import COUPONS, REDEEM, TO_COUPONS, TO_MENU, lead_to_private
from handlers.routes import Routes, on_command, on_payload, on_tap, on_words
from kernel import business_day
from kernel.message import Answer, Button, Keyboard, Outgoing, Param, Tap, Text
from texts.catalog import Catalog

_PAST, _CLAIMS, _CLAIM = "coupons.past", "coupons.claims", "coupons.claim"
_PAGE, _NUMBER = r":\d{1,3}", r":\d{1,9}"
TO_WALLET = Tap(Text("coupons.to_wallet"), COUPONS, (0,))


async def on_wallet(update: Update, context: Context) -> None:
    """What can be used, by word, command, link or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_COUPONS)
        return
    context.plan(
        context.app.wallets.page,
        partial(wallet, context.place),
        person=context.person(user),
        page=_page(update),
    )


async def on_start(update: Update, context: Context) -> None:
    """Start, pressed by a button that leads here from a group."""
    if update.effective_user:
        context.plan(
            context.app.wallets.start,
            partial(opened, context.place),
            person=context.person(update.effective_user),
            payload=TO_COUPONS,
        )


def opened(place: Place, found: Wallet | Home | Checking) -> Answer:
    """Show the wallet, or what comes first for who has not agreed yet."""
    return wallet(place, found) if isinstance(found, Wallet) else started(place, TO_COUPONS, found)


def wallet(place: Place, found: Wallet) -> Outgoing:
    """Show a page of what can be used, with the ways to more."""
    zone = found.known.group.zone
    lines = tuple(line(each, zone, found.now) for each in found.coupons)
    text = Text("coupons.wallet", {"lines": lines or Text("coupons.wallet_empty")})
    claims = Text("coupons.to_claims")
    if found.claimable:
        claims = Text("coupons.to_claims_count", {"count": found.claimable})
    keyboard: Keyboard = (
        *_turns(found, COUPONS),
        (Tap(claims, _CLAIMS), Tap(Text("coupons.to_redeem"), REDEEM)),
        (Tap(Text("coupons.to_past"), _PAST, (0,)), TO_MENU),
    )
    return show(place.to(found.known.member), text, keyboard)


def line(piece: Coupon, zone: ZoneInfo, now: datetime) -> Text:
    """Return a line about a coupon: what it takes off, from which amount, for what, until when."""
    named: dict[str, Param] = {
        "name": coupon_name(piece.terms, piece.title),
        "goods": goods(piece.terms),
        "on": rules.last_day(piece.expires_at, zone),
    }
    if piece.state is State.RESERVED:
        return Text("coupons.line_reserved", named)
    if piece.starts_at > now:
        begins = business_day.local_date(piece.starts_at, zone)
        return Text("coupons.line_not_yet", named | {"from": begins})
    return Text("coupons.line", named)


async def on_past(update: Update, context: Context) -> None:
    """What can be used no more."""
    if update.effective_user:
        context.plan(
            context.app.wallets.past,
            partial(past, context.place),
            person=context.person(update.effective_user),
            page=_page(update),
        )


def past(place: Place, found: Wallet) -> Outgoing:
    """Show a page of what was used, is over, or was taken back."""
    zone = found.known.group.zone
    lines = tuple(_past_line(each, zone) for each in found.coupons)
    text = Text("coupons.past", {"lines": lines or Text("coupons.past_empty")})
    return show(place.to(found.known.member), text, (*_turns(found, _PAST), (TO_WALLET, TO_MENU)))


def _past_line(piece: Coupon, zone: ZoneInfo) -> Text:
    over = State.EXPIRED if piece.state is State.AVAILABLE else piece.state  # its end is not done yet
    name = coupon_name(piece.terms, piece.title)
    return Text(f"coupons.past_{over}", {"name": name, "on": rules.last_day(piece.expires_at, zone)})


async def on_claims(update: Update, context: Context) -> None:
    """What can be got, by word or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_to_private(user, context, TO_COUPONS)
        return
    person = context.person(user)
    context.plan(context.app.wallets.claims, partial(claims, context.place), person=person)


def claims(place: Place, found: Claims) -> Outgoing:
    """Show what there is, and a button for each that this member can still have."""
    lines = tuple(_kind_line(each) for each in found.kinds)
    text = Text("coupons.claims", {"lines": lines or Text("coupons.claims_empty")})
    rows = tuple(
        (Tap(Text("coupons.take", {"name": _name(each)}), _CLAIM, (each.template.id, each.held + 1)),)
        for each in found.kinds
        if each.refusal is None
    )
    return show(place.to(found.known.member), text, (*rows, (TO_WALLET, TO_MENU)))


def _kind_line(each: Claimable) -> Text:
    design, left = each.template.design, each.template.left
    count = Text("coupons.left_many") if left is None else Text("coupons.left", {"left": left})
    if each.refusal is not None:
        count = Text("coupons.had" if isinstance(each.refusal, HadYours) else "coupons.gone")
    until = Text("coupons.for_days", {"days": design.term.days or 0})
    if design.term.ends_on:
        until = Text("coupons.until", {"on": design.term.ends_on})
    named: dict[str, Param] = {
        "name": _name(each),
        "goods": goods(design.terms),
        "until": until,
        "count": count,
    }
    return Text("coupons.kind_line", named)


def _name(each: Claimable) -> Text:
    return coupon_name(each.template.design.terms, each.template.design.title)


async def on_claim(update: Update, context: Context) -> None:
    """A tap that takes one."""
    if update.effective_user:
        template, nth = tapped_args(update)
        context.plan(
            context.app.wallets.claim,
            partial(claimed, context.place),
            person=context.person(update.effective_user),
            template=TemplateId(int(template)),
            nth=int(nth),
        )


def claimed(place: Place, done: Claimed) -> Answer:
    """Show the new coupon."""
    place, zone = place.to(done.known.member), done.known.group.zone
    text = Text("coupons.claimed", {"line": line(done.coupon, zone, done.now)})
    keyboard: Keyboard = ((Tap(Text("coupons.to_claims"), _CLAIMS), TO_WALLET), (TO_MENU,))
    return show(place, text, keyboard), toast(place, "coupons.claimed_toast")


def routes(catalog: Catalog) -> Routes:
    """Return what coupons of members are routed to, in order."""
    return (
        on_payload(TO_COUPONS, on_start),
        on_command("coupons", on_wallet),
        on_words(catalog.words["coupons.wallet"], on_wallet),
        on_words(catalog.words["coupons.claims"], on_claims),
        on_tap(COUPONS, on_wallet, _PAGE),
        on_tap(_PAST, on_past, _PAGE),
        on_tap(_CLAIMS, on_claims),
        on_tap(_CLAIM, on_claim, rf"{_NUMBER}{_PAGE}"),
    )


def _page(update: Update) -> int:
    args = tapped_args(update)
    return int(args[0]) if args else 0


def _turns(found: Wallet, act: str) -> Keyboard:
    turns: list[Button] = []
    if found.page > 0:
        turns.append(Tap(Text("coupons.sooner"), act, (found.page - 1,)))
    if found.has_more:
        turns.append(Tap(Text("coupons.further"), act, (found.page + 1,)))
    return (tuple(turns),) if turns else ()
