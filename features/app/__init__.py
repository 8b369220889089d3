"""The whole product as one value: every service, and the acts that need more than one feature."""

from dataclasses import dataclass

from features.app.accounts import Accounts
from features.app.announcing import Announcing
from features.app.arrival import Arrival
from features.app.baskets import Baskets
from features.app.closing import Closing
from features.app.corrections import Corrections
from features.app.deal_desk import Drafting
from features.app.desk import Desk
from features.app.erasing import Erasing
from features.app.fulfilment import Fulfilment
from features.app.goods import Goods
from features.app.goods_files import GoodsFiles
from features.app.hearing import Hearing
from features.app.model import Consented, Home
from features.app.money import MoneyActs
from features.app.redeeming import Redeeming
from features.app.settings import Settings
from features.app.standing import Standing
from features.app.telling import Telling
from features.app.uow import Uow
from features.app.wallets import Wallets
from features.app.wizards import Wizards
from features.catalogue.service import Catalogue
from features.coupons.desk import CouponDesk
from features.coupons.service import Coupons
from features.groupbuy.service import Groupbuy
from features.growth.service import Growth
from features.joining.service import Joining
from features.members.service import Members
from features.orders.service import Orders
from features.outreach.service import Outreach
from features.pickup.service import Pickup
from features.privacy.service import Privacy
from features.setup.service import Setup
from features.staff.owner import Owner
from features.staff.roles import Roles
from features.staff.service import Staff
from features.staff.silence import Silence

__all__ = ["App", "Consented", "Home", "Uow"]


@dataclass(frozen=True, slots=True)
class App:
    """Every use case of the product, in order of the tiers; the last ones are acts across features."""

    outreach: Outreach
    members: Members
    growth: Growth
    staff: Staff
    owner: Owner
    roles: Roles
    silence: Silence
    pickup: Pickup
    catalogue: Catalogue
    joining: Joining
    privacy: Privacy
    coupons: Coupons
    coupon_desk: CouponDesk
    setup: Setup
    groupbuy: Groupbuy
    orders: Orders
    arrival: Arrival
    accounts: Accounts
    announcing: Announcing
    desk: Desk
    corrections: Corrections
    settings: Settings
    erasing: Erasing
    standing: Standing
    baskets: Baskets
    hearing: Hearing
    closing: Closing
    telling: Telling
    fulfilment: Fulfilment
    goods: Goods
    goods_files: GoodsFiles
    drafting: Drafting
    wizards: Wizards
    wallets: Wallets
    redeeming: Redeeming
    money: MoneyActs
