"""Files of products: held against the catalogue first, imported once somebody says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from features.catalogue import rules
from features.catalogue.model import (
    BatchOver,
    BatchState,
    BelowCost,
    Field,
    Line,
    Offered,
    Product,
    Stocked,
    Trouble,
    Unclear,
    Weighed,
)
from features.catalogue.ports import Uow
from features.catalogue.reading import with_fields
from features.catalogue.service import Catalogue
from kernel.errors import Refusal
from kernel.ids import GroupId, MemberId
from kernel.message import Text

_WAITS = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: `skipped` rows did not fit any more."""

    batch: int
    added: int
    changed: int
    skipped: int
    stocked: tuple[Stocked, ...]


@dataclass(frozen=True, slots=True)
class Importing:
    """Files of products."""

    catalogue: Catalogue

    def weigh(self, uow: Uow, *, member: MemberId, group: GroupId, offered: Offered) -> Weighed:
        """Tell what a file would change, and keep its good rows for an hour. Nothing else is changed."""
        known = _Known.of(uow)
        good: list[Line] = []
        troubles = list(offered.troubles)
        added = changed = 0
        for line in offered.lines:
            before = known.find(line)
            try:
                after = _become(before, line)
            except _Wrong as wrong:
                troubles.append(wrong.trouble)
                continue
            good.append(line)
            added += before is None
            changed += before is not None and after != before
        batch = None
        if good:
            until = uow.now + _WAITS
            batch = uow.catalogue.keep_batch(by=member, group=group, lines=good, now=uow.now, until=until)
        troubles.sort(key=lambda trouble: trouble.row)
        rows = len(good) + len({trouble.row for trouble in troubles})
        same = len(good) - added - changed
        return Weighed(batch, rows, added, changed, same, tuple(troubles), offered.ignored)

    def run(self, uow: Uow, *, member: MemberId, batch: int) -> Imported:
        """Import the rows that wait, once. Raises BatchOver."""
        lines = uow.catalogue.close_batch(batch, by=member, to=BatchState.DONE, now=uow.now)
        if lines is None:
            raise BatchOver
        known, codes = _Known.of(uow), self.catalogue.codes(uow)
        added = changed = skipped = 0
        stocked: list[Stocked] = []
        for line in lines:
            before = known.find(line)
            try:
                if before is None:
                    product = self.catalogue.add(uow, values=line.values, codes=codes)
                    added += 1
                else:
                    product = self.catalogue.change(uow, product=before, values=line.values)
                    changed += product != before
            except Refusal:  # the catalogue has changed since the file was read
                skipped += 1
                continue
            known.put(product)
            stocked.append(Stocked(product, line.stock))
        uow.catalogue.fill_batch(batch, stocked)
        return Imported(batch, added, changed, skipped, tuple(stocked))

    def drop(self, uow: Uow, *, member: MemberId, batch: int) -> None:
        """Forget the rows that wait. Raises BatchOver."""
        if uow.catalogue.close_batch(batch, by=member, to=BatchState.DROPPED, now=uow.now) is None:
            raise BatchOver


class _Wrong(Exception):
    """A row that contradicts itself, or says too little of a new product."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class _Known:
    """The catalogue by code and by name."""

    by_sku: dict[str, Product]
    by_name: dict[str, Product]

    @classmethod
    def of(cls, uow: Uow) -> "_Known":
        """Read the whole catalogue once."""
        known = cls({}, {})
        for product in reversed(uow.catalogue.every()):  # of several of one name the first code counts
            known.put(product)
        return known

    def put(self, product: Product) -> None:
        """Keep a product as it is now."""
        self.by_sku[product.sku] = product
        self.by_name[product.name.casefold()] = product

    def find(self, line: Line) -> Product | None:
        """Return the product that a row is about: by its code, without one by its name."""
        if code := line.values.get(Field.SKU):
            return self.by_sku.get(code.strip().upper())
        name = with_fields(rules.blank(), _only(line, Field.NAME)).name
        return self.by_name.get(name.casefold())


def _only(line: Line, field: Field) -> Mapping[Field, str]:
    return {field: line.values[field]} if field in line.values else {}


def _become(before: Product | None, line: Line) -> Product:
    """Return the product as a row wants it. Raises _Wrong."""
    if before is None:
        for field in rules.NEEDED:
            if field not in line.values:
                raise _Wrong(Trouble(line.row, Text(f"catalogue.want_{field}"), field))
    try:
        after = with_fields(before or rules.blank(), line.values)
        rules.check_whole(after)
    except Unclear as unclear:
        tiers = line.values.get(Field.TIERS, "")
        raise _Wrong(Trouble(line.row, unclear.want, Field.TIERS, tiers)) from unclear
    except BelowCost as below:
        wanted = Text("catalogue.want_reason_below", {"cost": below.params["cost"]})
        raise _Wrong(Trouble(line.row, wanted, Field.PRICE, line.values.get(Field.PRICE, ""))) from below
    return after
