"""python-telegram-bot's part: types, parsing and routing. It neither fetches nor sends by itself."""

from itertools import chain
from typing import NamedTuple

from telegram.ext import Application, ContextTypes, ExtBot

from bot.wire import PATIENCE, Patience, Wire
from features.aftersales import reading as complaints
from handlers import (
    aftersales,
    audit,
    board,
    cases,
    cashier,
    catalogue,
    catalogue_files,
    checkoff,
    codes,
    collection,
    coupon_desk,
    coupon_gifts,
    coupons,
    deals,
    groups,
    growth,
    health,
    hearing,
    home,
    joining,
    members,
    order_page,
    orders,
    owner,
    packing,
    payments,
    people,
    pickup,
    privacy,
    redeeming,
    settings,
    settlement,
    setup,
    silence,
    staff,
    today,
    wizards,
)
from handlers.context import BotApplication, Context
from handlers.errors import on_error
from handlers.routes import Routes
from handlers.switchboard import Switchboard
from texts.catalog import Catalog

_GUARDS, _FEATURES, _BESIDE = -1, 0, 1
_SENDING_CONNECTIONS, _POLLING_CONNECTIONS = 24, 2  # messages, and the taps answered beside them


class Wires(NamedTuple):
    """The bot's connections: polling has its own, so that a long poll never waits for a send."""

    sending: Wire
    polling: Wire


def build_bot(
    *, token: str, base_url: str, proxy: str, patience: Patience = PATIENCE
) -> tuple[ExtBot[None], Wires]:
    """Return the bot and its wires. Raises InvalidToken for a token that cannot be one."""
    wires = Wires(*(Wire(most, proxy, patience) for most in (_SENDING_CONNECTIONS, _POLLING_CONNECTIONS)))
    bot: ExtBot[None] = ExtBot(
        token,
        base_url=base_url,
        base_file_url=files_of(base_url),
        request=wires.sending,
        get_updates_request=wires.polling,
    )
    return bot, wires


def files_of(base_url: str) -> str:
    """Return where the server of that Bot API hands out files: https://host/bot has https://host/file/bot."""
    host, _, last = base_url.rpartition("/")
    return f"{host}/file/{last}"


def build_application(bot: ExtBot[None], catalog: Catalog) -> BotApplication:
    """Return the application with every feature's routes, in order."""
    application: BotApplication = (
        Application.builder()
        .bot(bot)
        .context_types(ContextTypes(context=Context))
        .updater(None)
        .job_queue(None)
        .build()
    )
    application.add_handlers([*groups.guards(), *silence.guards(), *home.guards()], group=_GUARDS)
    reader = complaints.load()
    application.add_handlers([*joining.beside(), *aftersales.beside(reader)], group=_BESIDE)
    application.add_handler(Switchboard(tuple(chain(*_features(catalog)))), group=_FEATURES)
    application.add_error_handler(on_error)
    return application


def _features(catalog: Catalog) -> tuple[Routes, ...]:
    """Return every feature's routes, in order."""
    return (
        groups.routes(),
        staff.routes(catalog),  # links before every other Start
        owner.routes(),
        silence.routes(catalog),
        people.routes(),
        audit.routes(catalog),
        coupon_desk.routes(catalog),
        coupon_gifts.routes(),
        joining.routes(),
        cashier.routes(catalog),
        today.routes(catalog),
        settlement.routes(catalog),
        payments.routes(catalog),
        checkoff.routes(catalog),
        aftersales.routes(catalog),
        cases.routes(),
        codes.routes(catalog),
        collection.routes(catalog),
        packing.routes(),
        setup.routes(catalog),
        orders.routes(),
        hearing.taps(),
        order_page.routes(catalog),
        health.routes(catalog),
        catalogue.routes(catalog),
        catalogue_files.routes(),
        coupons.routes(catalog),  # a link of its own
        deals.routes(catalog),
        members.routes(catalog),
        settings.routes(catalog),
        privacy.routes(catalog),
        growth.routes(catalog),
        board.routes(catalog),
        redeeming.routes(catalog),
        pickup.routes(catalog),
        wizards.routes(catalog),
        home.routes(catalog),
        hearing.routes(),
    )
