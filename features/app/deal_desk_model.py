"""What a leader sees of deals: the list, a draft page by page, a running deal."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from features.catalogue.model import Product
from features.groupbuy.model import Ask, Deal, Item, Lack, Shown
from features.members.model import Group, Member
from features.pickup.model import PickupPoint
from kernel.ids import MessageId
from kernel.message import Text


class DraftStep(StrEnum):
    """The pages of a draft's card."""

    MAIN = "main"
    GOODS = "goods"
    ITEM = "item"  # stock and limit of one of the goods
    STOCK = "stock"
    LIMIT = "limit"
    CUTOFF = "cutoff"
    PICKUP = "pickup"
    GOAL = "goal"
    PAY = "pay"
    TITLE = "title"
    NOTE = "note"
    PREVIEW = "preview"
    DROP = "drop"


class DealStep(StrEnum):
    """The pages of a running deal's card."""

    MAIN = "main"
    EXTEND = "extend"
    CLOSE = "close"  # asks once more
    GOODS = "goods"  # which one is changed
    ITEM = "item"
    PRICE = "price"
    RESTOCK = "restock"
    REASON = "reason"  # why it is cancelled
    SURE = "sure"


DRAFT_ASKS: Mapping[DraftStep, Ask] = {
    DraftStep.STOCK: Ask.STOCK,
    DraftStep.LIMIT: Ask.LIMIT,
    DraftStep.CUTOFF: Ask.CUTOFF,
    DraftStep.PICKUP: Ask.PICKUP,
    DraftStep.GOAL: Ask.GOAL,
    DraftStep.TITLE: Ask.TITLE,
    DraftStep.NOTE: Ask.NOTE,
}
DEAL_ASKS: Mapping[DealStep, Ask] = {
    DealStep.EXTEND: Ask.EXTEND,
    DealStep.PRICE: Ask.PRICE,
    DealStep.RESTOCK: Ask.RESTOCK,
    DealStep.REASON: Ask.REASON,
    DealStep.SURE: Ask.SURE,
}
"""The pages that a typed text answers, and what it answers there."""


@dataclass(frozen=True, slots=True)
class DealDesk:
    """Who works on a group's deals, in which card (None: a new one)."""

    reader: Member
    group: Group
    message: MessageId | None


@dataclass(frozen=True, slots=True)
class DealList:
    """The deals of a group that are under way, and what can be begun."""

    desk: DealDesk
    drafts: tuple[Deal, ...]
    running: tuple[Deal, ...]
    last: Deal | None  # of those before
    has_goods: bool
    news: Text | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """Deals of before, to begin another one like them."""

    desk: DealDesk
    deals: tuple[Deal, ...]


@dataclass(frozen=True, slots=True)
class GoodsChoice:
    """One page of what can be chosen; `at` counts pages from 0."""

    products: tuple[Product, ...]
    at: int
    pages: int
    unready: frozenset[str]  # codes of what cannot be sold yet


@dataclass(frozen=True, slots=True)
class DraftPage:
    """One page of a draft's card."""

    desk: DealDesk
    step: DraftStep
    shown: Shown
    lacks: tuple[Lack, ...]
    points: tuple[PickupPoint, ...]
    withdrawn: tuple[str, ...]  # codes of goods that are not on sale any more
    choice: GoodsChoice | None = None
    item: Item | None = None
    news: Text | None = None
    problem: Text | None = None


@dataclass(frozen=True, slots=True)
class DealPage:
    """One page of a running deal's card."""

    desk: DealDesk
    step: DealStep
    shown: Shown
    item: Item | None = None
    reason: str = ""
    news: Text | None = None
    problem: Text | None = None


DeskView = DealList | Earlier | DraftPage | DealPage
