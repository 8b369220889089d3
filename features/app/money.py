"""Everything that is done about money, as one value."""

from dataclasses import dataclass

from features.app.cashier import Cashier
from features.app.lapsing import Lapsing
from features.app.refunding import Refunding
from features.app.rewarding import Rewarding
from features.app.settling import Settling
from features.app.till import Till
from features.app.today import Duties
from features.payments.refunds import Refunds
from features.payments.service import Payments
from features.settlement.service import Settlement


@dataclass(frozen=True, slots=True)
class MoneyActs:
    """Payments, refunds and settlement, in order of the tiers; the last ones are acts across features."""

    payments: Payments
    refunds: Refunds
    settlement: Settlement
    till: Till
    cashier: Cashier
    refunding: Refunding
    lapsing: Lapsing
    rewarding: Rewarding
    settling: Settling
    duties: Duties
