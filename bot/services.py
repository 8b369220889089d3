"""Every use case with its policy and what it calls: made in order of the tiers, top to bottom."""

import hashlib
import hmac
from dataclasses import replace
from typing import NamedTuple

from bot.config import Config
from features.aftersales import reading
from features.aftersales.service import Aftersales
from features.app import App
from features.app.accounts import Accounts
from features.app.announcing import Announcing
from features.app.arrival import Arrival
from features.app.baskets import Baskets
from features.app.cashier import Cashier
from features.app.checkout import Checkout
from features.app.claims import Claims
from features.app.closing import Closing
from features.app.corrections import Corrections
from features.app.deal_desk import Drafting
from features.app.deal_door import DealDoor
from features.app.deal_goods import DraftGoods
from features.app.deal_running import RunningDeals
from features.app.desk import Desk
from features.app.erasing import Erasing
from features.app.fulfilment import Fulfilment
from features.app.goods import Goods
from features.app.goods_files import GoodsFiles
from features.app.handing import Handing
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
from features.app.today import Duties
from features.app.wallets import Wallets
from features.app.wizards import Wizards
from features.catalogue.importing import Importing
from features.catalogue.service import Catalogue
from features.collection.arriving import Arriving
from features.collection.door import Door
from features.collection.service import Collection
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
from kernel.ids import UserId


class _People(NamedTuple):
    """Who is there, what they have, and who works for them."""

    members: Members
    growth: Growth
    outreach: Outreach
    privacy: Privacy
    staff: Staff
    owner: Owner
    roles: Roles
    silence: Silence
    pickup: Pickup
    coupons: Coupons
    setup: Setup
    arrival: Arrival
    accounts: Accounts
    wallets: Wallets


class _Trade(NamedTuple):
    """Deals, from the catalogue to the last case."""

    catalogue: Catalogue
    groupbuy: Groupbuy
    orders: Orders
    standing: Standing
    baskets: Baskets
    closing: Closing
    goods: Goods
    drafting: Drafting
    fulfilment: Fulfilment
    money: MoneyActs


def build_app(config: Config) -> App:
    """Return every use case with its policy."""
    who = _people(config)
    shop = _trade(config, who)
    corrections, coupon_desk = Corrections(who.staff, who.accounts), _coupon_desk(config, who)
    at_desk = (corrections, coupon_desk, who.wallets, shop.money.cashier)
    return App(
        outreach=who.outreach,
        members=who.members,
        growth=who.growth,
        staff=who.staff,
        owner=who.owner,
        roles=who.roles,
        silence=who.silence,
        pickup=who.pickup,
        catalogue=shop.catalogue,
        joining=Joining(config.joining, who.members),
        privacy=who.privacy,
        coupons=who.coupons,
        coupon_desk=coupon_desk,
        setup=who.setup,
        groupbuy=shop.groupbuy,
        orders=shop.orders,
        arrival=who.arrival,
        desk=Desk(who.staff, who.roles, who.silence, who.growth, *at_desk),
        corrections=corrections,
        accounts=who.accounts,
        announcing=Announcing(who.members, who.growth, who.outreach),
        settings=Settings(who.members, who.outreach, who.arrival, who.pickup, who.setup),
        erasing=Erasing(who.growth, who.coupons, who.privacy, shop.baskets, config.members.zone.key),
        standing=shop.standing,
        baskets=shop.baskets,
        hearing=_hearing(who, shop),
        closing=shop.closing,
        telling=Telling(shop.orders, shop.fulfilment.collection),
        goods=shop.goods,
        goods_files=GoodsFiles(shop.goods, Importing(shop.catalogue)),
        wallets=who.wallets,
        redeeming=Redeeming(who.members, who.growth, who.coupons),
        drafting=shop.drafting,
        money=shop.money,
        fulfilment=shop.fulfilment,
        wizards=Wizards(shop.goods, shop.drafting, who.setup, shop.fulfilment),
    )


def _people(config: Config) -> _People:
    policy = replace(config.privacy, key=privacy_key_of(config))
    members, growth = Members(config.members, policy.key), Growth(Rulebook(config.growth))
    outreach, staff, pickup = Outreach(config.outreach), Staff(config.staff), Pickup()
    invitations, notices = Invitations(config.staff), Notices(outreach)
    owner = Owner(config.staff, members, staff, invitations)
    coupons = Coupons(config.coupons, config.members.zone)
    arrival = Arrival(members, growth, pickup, staff)
    return _People(
        members=members,
        growth=growth,
        outreach=outreach,
        privacy=Privacy(policy),
        staff=staff,
        owner=owner,
        roles=Roles(staff, owner, invitations),
        silence=Silence(staff),
        pickup=pickup,
        coupons=coupons,
        setup=Setup(pickup, staff, zones.load(), _own_number(config)),
        arrival=arrival,
        accounts=Accounts(members, growth, Boards(), notices),
        wallets=Wallets(members, arrival, coupons, staff, notices),
    )


def _trade(config: Config, who: _People) -> _Trade:
    catalogue, groupbuy, orders = Catalogue(), Groupbuy(config.groupbuy), Orders(config.groupbuy)
    standing, checkout = Standing(config.groupbuy, who.members), Checkout(who.coupons)
    baskets = Baskets(who.members, groupbuy, orders, standing, checkout)
    money = _money(config, who.coupons, who.staff, who.accounts, baskets)
    closing = Closing(groupbuy, checkout, money.payments, money.settling)
    return _Trade(
        catalogue=catalogue,
        groupbuy=groupbuy,
        orders=orders,
        standing=standing,
        baskets=baskets,
        closing=closing,
        goods=Goods(who.staff, catalogue),
        drafting=_drafting(config, DealDoor(who.staff, groupbuy), closing, standing),
        fulfilment=_fulfilment(config, who.staff, groupbuy, who.arrival, money),
        money=money,
    )


def _hearing(who: _People, shop: _Trade) -> Hearing:
    return Hearing(who.members, shop.groupbuy, shop.orders, shop.baskets, who.staff, shop.money.till)


def _coupon_desk(config: Config, who: _People) -> CouponDesk:
    return CouponDesk(who.staff, config.coupons, no_categories)


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
        duties=Duties(staff),
    )


def _drafting(config: Config, door: DealDoor, closing: Closing, standing: Standing) -> Drafting:
    """Return what leaders do to deals."""
    running = RunningDeals(door, door.groupbuy, closing, standing)
    return Drafting(door, Drafts(config.groupbuy), DraftGoods(), running)


def _fulfilment(
    config: Config, staff: Staff, groupbuy: Groupbuy, arrival: Arrival, money: MoneyActs
) -> Fulfilment:
    """Return what comes after a deal came together."""
    collection = Collection(config.collection, staff, groupbuy)
    arriving = Arriving(config.collection, staff, groupbuy)
    aftersales = Aftersales(config.aftersales, staff, groupbuy, reading.load())
    return Fulfilment(
        collection=collection,
        door=Door(collection),
        arriving=arriving,
        handing=Handing(
            collection, arriving, groupbuy, money.refunding, arrival, money.settlement, money.cashier
        ),
        aftersales=aftersales,
        claims=Claims(aftersales, money.refunding),
    )


def _own_number(config: Config) -> UserId:
    """Return the bot's own number: a token begins with it."""
    number = config.telegram.token.partition(":")[0]
    return UserId(int(number) if number.isdecimal() else 0)


def privacy_key_of(config: Config) -> str:
    """Return the key of the tombstones' hashes: the one given, else one made from the token."""
    made = hmac.new(config.telegram.token.encode(), b"caiboshi tombstones", hashlib.sha256).hexdigest()
    return config.privacy.key or made
