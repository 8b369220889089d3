"""The only place where adapters meet use cases: one function, top to bottom."""

from random import Random

from starlette.applications import Starlette
from telegram.ext import ExtBot

from bot.application import Wires, build_application, build_bot
from bot.config import Config, Mode
from bot.contact import Contact, Receiver
from bot.delivery import Delivery
from bot.health import Health
from bot.intake import Intake, is_update
from bot.lanes import Lanes
from bot.lease import Lease
from bot.metrics import Metrics, unit_seconds
from bot.pace import Monotonic, Pace
from bot.polling import Polling
from bot.runtime import Runtime
from bot.sender import Sender
from bot.services import build_app
from bot.taps import Taps
from bot.tasks import Tasks
from bot.webhook import Webhook, path_of, secret_of
from bot.wire import PATIENCE, Patience
from kernel.clock import Clock
from scheduler.engine import Engine
from scheduler.jobs import JOBS
from storage.db import SqliteDb, open_db
from storage.patience import PatientDb
from storage.reader import open_reader
from storage.uow import CHANCE
from texts import catalog as texts
from web import app as web
from web.webhook import Webhook as WebhookRoute


def build(config: Config, clock: Clock, chance: Random = CHANCE, patience: Patience = PATIENCE) -> Runtime:
    """Wire the product. The database must be at the schema this version needs."""
    catalog, app = texts.load(), build_app(config)
    tasks, times = Tasks(), unit_seconds()
    own = open_db(config.storage.url, clock, chance)
    db = PatientDb(own, times.observe)
    reader = open_reader(own)
    telegram = config.telegram
    bot, wires = build_bot(
        token=telegram.token, base_url=telegram.base_url, proxy=telegram.proxy, patience=patience
    )
    application = build_application(bot, catalog)
    monotonic = Monotonic()
    lease = Lease(db, seconds=config.sending.lease_seconds, alone=isinstance(own, SqliteDb))
    sender = Sender(
        db=db,
        delivery=Delivery(bot, wires.sending, catalog, config.payments.telegram_provider_token),
        lease=lease,
        pace=Pace(config.sending),
        monotonic=monotonic,
        clock=clock,
        came_back=lambda rows: lanes.put(rows),
        spawn=tasks.spawn,
    )
    taps = Taps(bot, catalog, tasks.spawn)
    lanes = Lanes(db, app, catalog, application, taps, committed=sender.wake, spawn=tasks.spawn)
    intake = Intake(db=db, lease=lease, lanes=lanes, spawn=tasks.spawn)
    contact = Contact()
    return Runtime(
        config=config,
        clock=clock,
        db=db,
        reader=reader,
        app=app,
        catalog=catalog,
        bot=bot,
        wires=wires,
        application=application,
        monotonic=monotonic,
        lease=lease,
        intake=intake,
        receiver=_receiver(config, bot, wires, intake, contact),
        lanes=lanes,
        sender=sender,
        engine=Engine(runner=db, app=app, jobs=JOBS, clock=clock, committed=sender.wake),
        tasks=tasks,
        health=Health(db=own, reader=reader, contact=contact),
        contact=contact,
        times=times,
    )


def build_web(runtime: Runtime) -> Starlette:
    """Return the web part over the product."""
    telegram, intake = runtime.config.telegram, runtime.intake
    metrics = Metrics(
        times=runtime.times,
        intake=intake,
        lanes=runtime.lanes,
        sender=runtime.sender,
        contact=runtime.contact,
        reader=runtime.reader,
        clock=runtime.clock,
    )
    route = WebhookRoute(
        path=path_of(telegram.webhook_url),
        secret=secret_of(telegram),
        is_update=is_update,
        has_room=lambda: intake.has_room,
        offer=intake.offer,
    )
    return web.build(
        ready=runtime.health.checks,
        metrics=metrics.text,
        webhook=route if telegram.mode is Mode.WEBHOOK else None,
    )


def _receiver(config: Config, bot: ExtBot[None], wires: Wires, intake: Intake, contact: Contact) -> Receiver:
    """Return the part by which updates come; the rest does not see which one it is."""
    telegram = config.telegram
    if telegram.mode is Mode.WEBHOOK:
        return Webhook(contact=contact, bot=bot, url=telegram.webhook_url, secret=secret_of(telegram))
    return Polling(
        intake=intake,
        contact=contact,
        bot=bot,
        wire=wires.polling,
        url=f"{telegram.base_url}{telegram.token}",
        poll_seconds=telegram.poll_seconds,
    )
