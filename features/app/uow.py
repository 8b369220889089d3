"""The unit of work of acts across features: every store."""

from typing import Protocol

from features.aftersales import ports as aftersales_ports
from features.catalogue import ports as catalogue_ports
from features.collection import ports as collection_ports
from features.coupons import ports as coupons_ports
from features.growth import ports as growth_ports
from features.joining import ports as joining_ports
from features.outreach import ports as outreach_ports
from features.privacy import ports as privacy_ports
from features.settlement import ports as settlement_ports
from features.setup import ports as setup_ports


class Uow(
    settlement_ports.Uow,
    aftersales_ports.Uow,
    collection_ports.Uow,
    setup_ports.Uow,
    coupons_ports.Uow,
    catalogue_ports.Uow,
    growth_ports.Uow,
    joining_ports.Uow,
    privacy_ports.Uow,
    outreach_ports.Uow,
    Protocol,
):
    """A unit of work with every store."""
