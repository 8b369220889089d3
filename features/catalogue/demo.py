"""Invented goods, so that the demo has something to sell."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from features.catalogue.model import Field, Product
from features.catalogue.ports import Uow
from features.catalogue.service import Catalogue

_FILE = Path(__file__).parent / "data" / "demo.toml"


def goods() -> tuple[Mapping[Field, str], ...]:
    """Return what is said of each of the goods, as staff would type it."""
    listed = tomllib.loads(_FILE.read_text("utf-8"))["product"]
    return tuple({Field(name): said for name, said in each.items()} for each in listed)


def seed(uow: Uow, *, catalogue: Catalogue) -> tuple[Product, ...]:
    """Add the demo's goods to an empty catalogue, and return them; nothing to one that has goods."""
    if uow.catalogue.every():
        return ()
    codes = catalogue.codes(uow)
    return tuple(catalogue.add(uow, values=values, codes=codes) for values in goods())
