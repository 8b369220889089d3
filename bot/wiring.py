"""The only place where adapters meet use cases: one function, top to bottom."""

from bot.application import build_application, build_bot
from bot.config import Config
from bot.intake import Intake
from bot.lanes import Lanes
from bot.pace import Monotonic, Pace
from bot.runtime import Runtime, Tasks
from bot.sender import Sender
from features.app import App
from features.growth.service import Growth
from features.members.service import Members
from kernel.clock import Clock
from scheduler.engine import Engine
from scheduler.jobs import JOBS
from storage.db import open_db
from storage.patience import PatientDb
from storage.reader import open_reader
from texts import catalog as texts


def build_app(config: Config) -> App:
    """Return every use case with its policy."""
    return App(members=Members(config.members), growth=Growth(config.growth))


def build(config: Config, clock: Clock) -> Runtime:
    """Wire the product. The database must be at the schema this version needs."""
    catalog = texts.load()
    app = build_app(config)
    tasks = Tasks()
    own = open_db(config.storage.url, clock)
    db = PatientDb(own)
    bot, wires = build_bot(token=config.telegram.token, base_url=config.telegram.base_url)
    application = build_application(bot, catalog)
    monotonic = Monotonic()
    sender = Sender(
        db=db,
        bot=bot,
        catalog=catalog,
        pace=Pace(config.sending),
        monotonic=monotonic,
        clock=clock,
        came_back=lambda rows: lanes.put(rows),
        spawn=tasks.spawn,
    )
    lanes = Lanes(
        db=db, app=app, catalog=catalog, application=application, committed=sender.wake, spawn=tasks.spawn
    )
    intake = Intake(
        db=db,
        lanes=lanes,
        wire=wires.polling,
        url=f"{config.telegram.base_url}{config.telegram.token}",
        poll_seconds=config.telegram.poll_seconds,
    )
    engine = Engine(runner=db, app=app, jobs=JOBS, clock=clock, committed=sender.wake)
    return Runtime(
        config=config,
        clock=clock,
        db=db,
        reader=open_reader(own),
        app=app,
        catalog=catalog,
        bot=bot,
        wires=wires,
        application=application,
        monotonic=monotonic,
        intake=intake,
        lanes=lanes,
        sender=sender,
        engine=engine,
        tasks=tasks,
    )
