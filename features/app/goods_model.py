"""What staff see of the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass

from features.catalogue.importing import Imported
from features.catalogue.model import Field, Product, Weighed
from features.members.model import Member
from kernel.ids import GroupId, MessageId
from kernel.message import Text
from kernel.money import Fen


@dataclass(frozen=True, slots=True)
class Desk:
    """Who works on the catalogue, as staff of which group, in which card (None: a new one)."""

    reader: Member
    group: GroupId
    message: MessageId | None


@dataclass(frozen=True, slots=True)
class GoodsList:
    """One page of the products; `page` counts from 0."""

    desk: Desk
    products: tuple[Product, ...]
    page: int
    pages: int
    count: int
    news: Text | None = None


@dataclass(frozen=True, slots=True)
class GoodsCard:
    """One product, with what staff should know of it."""

    desk: Desk
    product: Product
    struck: Fen | None  # the price that may be shown struck through
    surges: bool
    missing: tuple[Field, ...]  # before a sale may be opened
    ambiguous: tuple[tuple[str, Product], ...]
    news: Text | None = None
    fields: bool = False  # lets one be chosen


@dataclass(frozen=True, slots=True)
class GoodsQuestion:
    """One question, about a product or about a new one."""

    desk: Desk
    field: Field
    product: Product | None
    given: Mapping[str, str]
    offered: tuple[tuple[str, str], ...]  # what a button says -> its argument
    problem: Text | None = None


View = GoodsList | GoodsCard | GoodsQuestion


@dataclass(frozen=True, slots=True)
class FileShown:
    """What a file would change."""

    reader: Member
    weighed: Weighed


@dataclass(frozen=True, slots=True)
class FileDone:
    """What a file has changed."""

    reader: Member
    imported: Imported


@dataclass(frozen=True, slots=True)
class Export:
    """All products, for a file."""

    reader: Member
    products: tuple[Product, ...]
