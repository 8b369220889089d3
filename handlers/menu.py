"""The menu's wording and buttons, shared by every handler that leads back to it."""

from dataclasses import replace
from functools import partial

from telegram import User

from features.app import Home
from features.members.model import Joined
from handlers.answers import say, show
from handlers.context import Context, Place
from handlers.keyboards import MENU
from kernel.message import Keyboard, Open, Outgoing, Tap, Text

HELP, SETTINGS, NOTE = "home.help", "members.settings", "members.note"
GROWTH, HISTORY, BOARD = "growth.card", "growth.history", "growth.board"
ORDERS, ARRIVALS, CODES, CASES = "orders", "collection.deals", "collection.code", "aftersales.desk"
SETUP, HEALTH = "setup.desk", "setup.health"
STAFF_ROLES, STAND_IN, AUDIT, PANIC = "staff.roles", "staff.stand_in", "staff.audit", "staff.panic"
GOODS, DEALS = "catalogue.list", "deal.desk"
MYDATA = "privacy.mydata"
TODAY = "today"
COUPONS, REDEEM, COUPON_DESK = "coupons.wallet", "coupons.redeem", "coupons.desk"
GIVE_COUPON = "coupons.give"

# Start payloads that open a page of the private chat straight away.
TO_HOME, TO_GROWTH, TO_SETTINGS, TO_COUPONS = "menu", "growth", "settings", "coupons"

TO_MENU = Tap(Text("home.to_menu"), MENU)


def show_menu(place: Place, home: Home) -> Outgoing:
    """Show who, where, how much, and what can be done."""
    account = home.card.account
    text = Text(
        "home.menu",
        {
            "name": home.known.name,
            "group": home.known.group.title,
            "growth": account.growth,
            "points": account.points,
        },
    )
    return show(place.to(home.known.member), text, menu_keyboard(is_staff=home.is_staff))


def menu_keyboard(*, is_staff: bool = False) -> Keyboard:
    """Return the buttons of the menu: only what works, and for who asks."""
    desk: Keyboard = ()
    if is_staff:
        desk = (
            (Tap(Text("today.to_desk"), TODAY),),
            (Tap(Text("home.to_desk"), SETUP), Tap(Text("collection.to_arrivals"), ARRIVALS)),
        )
    return (
        *desk,
        (Tap(Text("orders.to_list"), ORDERS),),
        (Tap(Text("collection.to_codes"), CODES), Tap(Text("aftersales.to_desk"), CASES)),
        (Tap(Text("home.to_growth"), GROWTH), Tap(Text("growth.to_board"), BOARD, ("week",))),
        (Tap(Text("coupons.to_wallet"), COUPONS, (0,)), Tap(Text("coupons.to_redeem"), REDEEM)),
        (Tap(Text("home.to_history"), HISTORY, (0,)), Tap(Text("settings.to_mydata"), MYDATA)),
        (Tap(Text("home.to_settings"), SETTINGS), Tap(Text("home.to_help"), HELP)),
    )


def lead_to_private(user: User, context: Context, payload: str) -> None:
    """Answer a private matter asked in a group: a button to the private chat, nothing personal."""
    context.plan(
        context.app.members.in_group,
        partial(in_private, context.place, payload),
        chat=context.place.chat,
        person=context.person(user),
    )


def in_private(place: Place, payload: str, asked: Joined) -> Outgoing:
    """Word the way to the private chat."""
    keyboard = ((Open(Text("home.open_private"), payload),),)
    text = Text("home.in_private", {"name": asked.name})
    said = say(place.speaking(asked.group.language), text, keyboard)
    return replace(said, about=asked.member.id)
