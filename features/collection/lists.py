"""Lists of a deal as rows of text: what to pack, whom to hand it to, what to buy."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from features.collection.model import Parcel
from features.groupbuy.model import Item
from kernel.ids import PickupPointId
from kernel.money import Milli

Rows = tuple[tuple[str, ...], ...]
_DOOR = "\u2192"  # brought to the address beside it; behind every place
Places = Mapping[PickupPointId, str]


class ListKind(StrEnum):
    """What a list is for."""

    PACKING = "packing"  # by place and home
    CHECK_OFF = "check_off"
    SUPPLIER = "supplier"  # counts only, no names


def much(quantity: Milli) -> str:
    """Return a quantity as a plain number: 2, 0.5."""
    whole, rest = divmod(quantity, 1000)
    return f"{whole}.{rest:03}".rstrip("0") if rest else str(whole)


def packing(parcels: Sequence[Parcel], places: Places) -> Rows:
    """Return (place, building or address, home, goods, quantity, unit, real weight), a line for each line.

    Ordered by place, address and name, so that each place is packed in one go.
    """
    return tuple(
        (
            *(_place(parcel, places), parcel.address, _home(parcel)),
            *(packed.name, much(packed.there), packed.unit),
            much(packed.weighed) if packed.weighed is not None else "",
        )
        for parcel in sorted(parcels, key=lambda each: _by_place(each, places))
        for packed in parcel.packed
        if packed.there
    )


def check_off(parcels: Sequence[Parcel], places: Places, done: str) -> Rows:
    """Return (place, home, phone's end, everything, handed over), a line for each home."""
    return tuple(
        (
            *(_place(parcel, places), _home(parcel), parcel.phone[-4:]),
            " ".join(f"{packed.name}{much(packed.there)}{packed.unit}" for packed in parcel.packed),
            "" if parcel.waits else done,
        )
        for parcel in sorted(parcels, key=lambda each: _by_place(each, places))
    )


def supplier(items: Sequence[Item]) -> Rows:
    """Return (supplier, SKU, name, quantity, unit, cases, batch), a line for each of the goods ordered."""
    bought = sorted((item for item in items if item.taken), key=lambda each: (each.goods.supplier, each.no))
    return tuple(
        (
            *(item.goods.supplier, item.goods.sku, item.goods.name, much(item.taken), item.goods.unit),
            *(_cases(item), item.goods.batch),
        )
        for item in bought
    )


def _place(parcel: Parcel, places: Places) -> str:
    if parcel.fee:
        return _DOOR
    return places.get(parcel.point, "") if parcel.point else ""


def _home(parcel: Parcel) -> str:
    return parcel.name or f"#{parcel.order}"


def _by_place(parcel: Parcel, places: Places) -> tuple[str, str, str, int]:
    return _place(parcel, places), parcel.address, parcel.name, parcel.order


def _cases(item: Item) -> str:
    """Return how many cases are opened for what was ordered; empty for what comes in none."""
    return str(-(-item.taken // item.goods.case)) if item.goods.case else ""
