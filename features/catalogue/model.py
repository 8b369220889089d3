"""Values and refusals about products."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from features.members.model import Member
from kernel.errors import Refusal
from kernel.ids import GroupId, MessageId, ProductId, SupplierId
from kernel.message import Text
from kernel.money import WHOLE, Fen, Milli


class Field(StrEnum):
    """What can be said of a product, each by one typed text."""

    SKU = "sku"
    NAME = "name"
    ALIASES = "aliases"
    UNIT = "unit"
    PRICE = "price"
    TIERS = "tiers"
    STEP = "step"
    LIMIT = "limit"
    UNITS = "units"
    BULK = "bulk"
    CASE = "case"
    CATEGORY = "category"
    STORAGE = "storage"
    SUPPLIER = "supplier"
    BATCH = "batch"
    ORIGIN = "origin"
    WEIGHED = "weighed"
    GREEN = "green"
    PARTNER = "partner"
    COST = "cost"
    REASON = "reason"
    PHOTO = "photo"
    ACTIVE = "active"


class FloorReason(StrEnum):
    """Why something may be sold below what it costs (domain.md §2.4, row 1)."""

    FRESH = "fresh"
    SEASON = "season"
    OVERSTOCK = "overstock"
    NEAR_EXPIRY = "near_expiry"


class Tier(NamedTuple):
    """From that quantity of the whole group on, everybody pays that price."""

    quantity: Milli
    price: Fen


class Priced(NamedTuple):
    """A price, and since when it holds."""

    price: Fen
    since: datetime


@dataclass(frozen=True, slots=True)
class Product:
    """What the merchant sells. It belongs to the installation, not to a group."""

    id: ProductId
    sku: str  # the merchant's code, in capitals
    name: str
    unit: str  # what `price` and every quantity count
    price: Fen
    step: Milli = WHOLE  # orders are multiples of it: 500 lets people order half a unit
    aliases: tuple[str, ...] = ()  # what else people type
    units: Mapping[str, int] = field(default_factory=dict)  # a unit that holds so many of ours
    bulk: Mapping[str, int] = field(default_factory=dict)  # a unit of which ours holds so many
    case_milli: Milli | None = None  # the pack the supplier delivers in
    tiers: tuple[Tier, ...] = ()  # quantities rise, prices fall
    was_fen: Fen | None = None  # the price before; shown only while `rules.struck_price` allows
    since: datetime | None = None  # when it was lowered from `was_fen`
    limit: Milli | None = None  # for one home
    category: str = ""
    storage: str = ""
    origin: str = ""
    batch: str = ""
    supplier: SupplierId | None = None
    supplier_name: str = ""
    tolerance_percent: int | None = None  # of goods settled by real weight; published
    proof: str = ""  # of being green; without it nothing is called so
    partner: bool = False
    photo: str | None = None  # Telegram's file_id
    cost_fen: Fen | None = None  # landed
    reason: FloorReason | None = None
    active: bool = True
    version: int = 1

    @property
    def weighed(self) -> bool:
        """Whether it is ordered by estimate and settled by real weight."""
        return self.tolerance_percent is not None

    @property
    def green(self) -> bool:
        """Whether it may be called green: there is a proof."""
        return bool(self.proof)


@dataclass(frozen=True, slots=True)
class Supplier:
    """Who delivers products."""

    id: SupplierId
    name: str


@dataclass(frozen=True, slots=True)
class Question:
    """The next text of `member` in private answers `field`: of a product, or of a new one while None."""

    member: Member
    group: GroupId  # in which they are staff
    field: Field
    product: ProductId | None
    given: Mapping[str, str]  # what was answered so far, as it was typed; empty: left out
    message: MessageId | None  # the card to go on with


class BatchState(StrEnum):
    """What became of a file that was read."""

    ASKED = "asked"
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a file without a fault: what it says, as it was typed, and how much there is."""

    row: int
    values: Mapping[Field, str]
    stock: Milli | None = None


class Stocked(NamedTuple):
    """A product that came with a file, and how much of it there is."""

    product: Product
    stock: Milli | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with one row: in which column, what was expected, and what came."""

    row: int
    wanted: Text
    field: Field | None = None
    came: str = ""


@dataclass(frozen=True, slots=True)
class Offered:
    """A file as it was read: lines to be imported, and what cannot be."""

    lines: tuple[Line, ...]
    troubles: tuple[Trouble, ...]
    ignored: tuple[str, ...] = ()  # columns that nobody knows


@dataclass(frozen=True, slots=True)
class Weighed:
    """A file held against the catalogue; `batch` is None where nothing of it could be imported."""

    batch: int | None
    rows: int
    added: int
    changed: int
    same: int
    troubles: tuple[Trouble, ...]
    ignored: tuple[str, ...]


class Unclear(Refusal):
    """A text that is no answer to what was asked; `want` is the key of what was expected."""

    text_key = "catalogue.unclear"

    def __init__(self, want: str) -> None:
        self.want = Text(f"catalogue.want_{want}")
        super().__init__(want=self.want)


class BelowCost(Refusal):
    """A price below what the goods cost, without a reason."""

    text_key = "catalogue.below_cost"


class NotSellable(Refusal):
    """Something is missing without which no sale may be opened."""

    text_key = "catalogue.not_sellable"


class ProductGone(Refusal):
    """A product that is not there; a forged button."""

    text_key = "catalogue.gone"


class ProductChanged(Refusal):
    """Somebody else changed the product in the same moment."""

    text_key = "catalogue.changed_meanwhile"


class SkuTaken(Refusal):
    """Another product has that code."""

    text_key = "catalogue.sku_taken"


class NoColumns(Refusal):
    """A sheet in which no row says what its columns mean."""

    text_key = "catalogue.no_columns"


class BatchOver(Refusal):
    """A file that was imported or dropped, is somebody else's, or waited too long."""

    text_key = "catalogue.batch_over"
