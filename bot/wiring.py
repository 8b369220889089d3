"""The only place where adapters meet use cases: one function, top to bottom."""

import hashlib
import hmac
from dataclasses import replace
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
from bot.taps import Taps
from bot.tasks import Tasks
from bot.webhook import Webhook, path_of, secret_of
from bot.wire import PATIENCE, Patience
from features.app import App
from features.app.accounts import Accounts
from features.app.announcing import Announcing
from features.app.arrival import Arrival
from features.app.baskets import Baskets
from features.app.cashier import Cashier
from features.app.checkout import Checkout
from features.app.closing import Closing
from features.app.corrections import Corrections
from features.app.deal_desk import Drafting
from features.app.deal_door import DealDoor
from features.app.deal_goods import DraftGoods
from features.app.deal_running import RunningDeals
from features.app.desk import Desk
from features.app.erasing import Erasing
from features.app.goods import Goods
from features.app.goods_files import GoodsFiles
from features.app.hearing import Hearing
from features.app.lapsing import Lapsing
from features.app.letters import Letters
from features.app.money import MoneyActs
from features.app.notices import Notices
from features.app.redeeming import Redeeming
from features.app.refunding import Refunding
from features.app.rewarding import Rewarding
from features.app.settings import Settings
from features.app.settling import Settling
from features.app.standing import Standing
from features.app.telling import Telling
from features.app.till import Till
from features.app.wallets import Wallets
from features.app.wizards import Wizards
from features.catalogue.importing import Importing
from features.catalogue.service import Catalogue
from features.coupons.desk import CouponDesk, no_categories
from features.coupons.service import Coupons
from features.groupbuy.drafts import Drafts
from features.groupbuy.service import Groupbuy
from features.growth.boards import Boards
from features.growth.rulebook import Rulebook
from features.growth.service import Growth
from features.joining.service import Joining
from features.members.service import Members
from features.orders.service import Orders
from features.outreach.service import Outreach
from features.payments.refunds import Refunds
from features.payments.service import Payments
from features.pickup.service import Pickup
from features.privacy.service import Privacy
from features.settlement.service import Settlement
from features.setup import zones
from features.setup.service import Setup
from features.staff.invitations import Invitations
from features.staff.owner import Owner
from features.staff.roles import Roles
from features.staff.service import Staff
from features.staff.silence import Silence
from kernel.clock import Clock
from kernel.ids import UserId
from scheduler.engine import Engine
from scheduler.jobs import JOBS
from storage.db import SqliteDb, open_db
from storage.patience import PatientDb
from storage.reader import open_reader
from storage.uow import CHANCE
from texts import catalog as texts
from web import app as web
from web.webhook import Webhook as WebhookRoute


def build_app(config: Config) -> App:
    """Return every use case with its policy."""
    policy = replace(config.privacy, key=privacy_key_of(config))
    members, growth = Members(config.members, policy.key), Growth(Rulebook(config.growth))
    outreach, privacy = Outreach(config.outreach), Privacy(policy)
    staff, pickup, invitations = Staff(config.staff), Pickup(), Invitations(config.staff)
    owner = Owner(config.staff, members, staff, invitations)
    roles, silence = Roles(staff, owner, invitations), Silence(staff)
    coupons, catalogue = Coupons(config.coupons, config.members.zone), Catalogue()
    coupon_desk, notices = CouponDesk(staff, config.coupons, no_categories), Notices(outreach)
    accounts = Accounts(members, growth, Boards(), notices)
    corrections = Corrections(staff, accounts)
    setup = Setup(pickup, staff, zones.load(), _own_number(config))
    goods, arrival = Goods(staff, catalogue), Arrival(members, growth, pickup, staff)
    groupbuy, orders = Groupbuy(config.groupbuy), Orders(config.groupbuy)
    standing, checkout = Standing(config.groupbuy, members), Checkout(coupons)
    baskets = Baskets(members, groupbuy, orders, standing, checkout)
    wallets = Wallets(members, arrival, coupons, staff, notices)
    money = _money(config, coupons, staff, accounts, baskets)
    closing = Closing(groupbuy, checkout, money.payments, money.settling)
    drafting = _drafting(config, DealDoor(staff, groupbuy), closing, standing)
    return App(
        outreach=outreach,
        members=members,
        growth=growth,
        staff=staff,
        owner=owner,
        roles=roles,
        silence=silence,
        pickup=pickup,
        catalogue=catalogue,
        joining=Joining(config.joining, members),
        privacy=privacy,
        coupons=coupons,
        coupon_desk=coupon_desk,
        setup=setup,
        groupbuy=groupbuy,
        orders=orders,
        arrival=arrival,
        desk=Desk(staff, roles, silence, growth, corrections, coupon_desk, wallets, money.cashier),
        corrections=corrections,
        accounts=accounts,
        announcing=Announcing(members, growth, outreach),
        settings=Settings(members, outreach, arrival, pickup, setup),
        erasing=Erasing(growth, coupons, privacy, baskets, config.members.zone.key),
        standing=standing,
        baskets=baskets,
        hearing=Hearing(members, groupbuy, orders, baskets, staff, money.till),
        closing=closing,
        telling=Telling(orders),
        goods=goods,
        goods_files=GoodsFiles(goods, Importing(catalogue)),
        wallets=wallets,
        redeeming=Redeeming(members, growth, coupons),
        drafting=drafting,
        wizards=Wizards(goods, drafting, setup),
        money=money,
    )


def _money(config: Config, coupons: Coupons, staff: Staff, accounts: Accounts, baskets: Baskets) -> MoneyActs:
    """Return what is done about money."""
    payments = Payments(config.payments, config.groupbuy.hold_minutes)
    refunds, settlement, letters = Refunds(config.payments), Settlement(config.settlement), Letters()
    return MoneyActs(
        payments=payments,
        refunds=refunds,
        settlement=settlement,
        till=Till(payments, settlement, letters),
        cashier=Cashier(staff, payments, refunds, settlement, letters),
        refunding=Refunding(refunds, settlement, accounts.growth, coupons, letters),
        lapsing=Lapsing(baskets.orders, baskets, letters),
        rewarding=Rewarding(accounts, settlement),
        settling=Settling(staff, settlement),
    )


def _drafting(config: Config, door: DealDoor, closing: Closing, standing: Standing) -> Drafting:
    """Return what leaders do to deals."""
    running = RunningDeals(door, door.groupbuy, closing, standing)
    return Drafting(door, Drafts(config.groupbuy), DraftGoods(), running)


def _own_number(config: Config) -> UserId:
    """Return the bot's own number: a token begins with it."""
    number = config.telegram.token.partition(":")[0]
    return UserId(int(number) if number.isdecimal() else 0)


def privacy_key_of(config: Config) -> str:
    """Return the key of the tombstones' hashes: the one given, else one made from the token."""
    made = hmac.new(config.telegram.token.encode(), b"caiboshi tombstones", hashlib.sha256).hexdigest()
    return config.privacy.key or made


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
