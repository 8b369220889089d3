"""Everything after a deal came together: goods arrive, are handed over, and are looked after."""

from dataclasses import dataclass

from features.aftersales.service import Aftersales
from features.app.claims import Claims
from features.app.handing import Handing
from features.collection.arriving import Arriving
from features.collection.door import Door
from features.collection.service import Collection


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """Collection and after-sales, with their acts across features."""

    collection: Collection
    door: Door
    arriving: Arriving
    handing: Handing
    aftersales: Aftersales
    claims: Claims
