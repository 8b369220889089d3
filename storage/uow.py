"""One transaction with every store over its connection."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from random import Random, SystemRandom

from sqlalchemy import Connection

from storage.aftersales import SqlCases
from storage.audit import SqlAudit
from storage.boards import SqlBoards
from storage.cards import SqlCards
from storage.catalogue import SqlCatalogue
from storage.claims import SqlClaims
from storage.collecting import SqlCollection
from storage.coupon_templates import SqlCouponTemplates
from storage.deals import SqlDeals
from storage.dispatch import SqlDispatch
from storage.drafts import SqlDrafts
from storage.groups import SqlGroups
from storage.inbox import SqlInbox
from storage.invitations import SqlInvitations
from storage.joining import SqlJoining
from storage.journal import SqlJournal
from storage.leases import SqlLeases
from storage.ledgers import SqlGrowth
from storage.levels import SqlLevels
from storage.lists import SqlPastedLists
from storage.members import SqlMembers
from storage.outbox import SqlOutbox
from storage.payments import SqlPayments
from storage.pickup import SqlPickup
from storage.preferences import SqlPreferences
from storage.privacy import SqlPrivacy
from storage.purchases import SqlOrders
from storage.receivables import SqlReceivables
from storage.refunds import SqlRefunds
from storage.rulebook import SqlRules
from storage.settlement import SqlSettlement
from storage.setup import SqlSetup
from storage.staff import SqlStaff
from storage.wallets import SqlCoupons
from storage.windows import SqlWindows

CHANCE = SystemRandom()  # nobody can foresee it


@dataclass(frozen=True, slots=True)
class SqlUow:
    """The unit of work every use case is given: `now` is its one instant (aware, UTC), `rng` its chance."""

    connection: Connection
    now: datetime
    rng: Random = CHANCE

    def attempt(self) -> AbstractContextManager[object]:
        """Open a savepoint: what happens inside is undone when it raises, the rest of the unit stays."""
        return self.connection.begin_nested()

    @property
    def claims(self) -> SqlClaims:
        """Keys taken once, ever."""
        return SqlClaims(self.connection, self.now)

    @property
    def journal(self) -> SqlJournal:
        """Append-only facts."""
        return SqlJournal(self.connection, self.now)

    @property
    def inbox(self) -> SqlInbox:
        """Updates taken in once."""
        return SqlInbox(self.connection, self.now)

    @property
    def outbox(self) -> SqlOutbox:
        """Messages waiting to leave."""
        return SqlOutbox(self.connection, self.now)

    @property
    def dispatch(self) -> SqlDispatch:
        """The sender's side of the outbox."""
        return SqlDispatch(self.connection, self.now)

    @property
    def leases(self) -> SqlLeases:
        """Roles that one process holds at a time."""
        return SqlLeases(self.connection, self.now)

    @property
    def groups(self) -> SqlGroups:
        """Groups."""
        return SqlGroups(self.connection)

    @property
    def members(self) -> SqlMembers:
        """People and memberships."""
        return SqlMembers(self.connection)

    @property
    def rules(self) -> SqlRules:
        """Versions of the rules."""
        return SqlRules(self.connection)

    @property
    def growth(self) -> SqlGrowth:
        """Growth accounts."""
        return SqlGrowth(self.connection)

    @property
    def levels(self) -> SqlLevels:
        """Levels of members."""
        return SqlLevels(self.connection)

    @property
    def boards(self) -> SqlBoards:
        """Boards of groups."""
        return SqlBoards(self.connection)

    @property
    def preferences(self) -> SqlPreferences:
        """When and about what people want to be written to."""
        return SqlPreferences(self.connection)

    @property
    def privacy(self) -> SqlPrivacy:
        """Erasing and forgetting."""
        return SqlPrivacy(self.connection)

    @property
    def staff(self) -> SqlStaff:
        """Roles and what staff did."""
        return SqlStaff(self.connection)

    @property
    def invitations(self) -> SqlInvitations:
        """Links to roles."""
        return SqlInvitations(self.connection)

    @property
    def audit(self) -> SqlAudit:
        """What staff did."""
        return SqlAudit(self.connection)

    @property
    def pickup(self) -> SqlPickup:
        """Pick-up points."""
        return SqlPickup(self.connection)

    @property
    def catalogue(self) -> SqlCatalogue:
        """Products."""
        return SqlCatalogue(self.connection)

    @property
    def joining(self) -> SqlJoining:
        """Wishes to join."""
        return SqlJoining(self.connection)

    @property
    def setup(self) -> SqlSetup:
        """Wizards."""
        return SqlSetup(self.connection)

    @property
    def deals(self) -> SqlDeals:
        """Deals and their goods."""
        return SqlDeals(self.connection)

    @property
    def drafts(self) -> SqlDrafts:
        """Deals that are being put together."""
        return SqlDrafts(self.connection, self.now)

    @property
    def cards(self) -> SqlCards:
        """Standing messages of deals."""
        return SqlCards(self.connection)

    @property
    def orders(self) -> SqlOrders:
        """Orders."""
        return SqlOrders(self.connection)

    @property
    def pasted_lists(self) -> SqlPastedLists:
        """Pasted lists that wait for staff."""
        return SqlPastedLists(self.connection)

    @property
    def coupons(self) -> SqlCoupons:
        """Coupons of members."""
        return SqlCoupons(self.connection)

    @property
    def coupon_templates(self) -> SqlCouponTemplates:
        """Kinds of coupons."""
        return SqlCouponTemplates(self.connection)

    @property
    def payments(self) -> SqlPayments:
        """Payments."""
        return SqlPayments(self.connection)

    @property
    def refunds(self) -> SqlRefunds:
        """Refunds."""
        return SqlRefunds(self.connection)

    @property
    def receivables(self) -> SqlReceivables:
        """What staff look through."""
        return SqlReceivables(self.connection)

    @property
    def windows(self) -> SqlWindows:
        """After-sales windows."""
        return SqlWindows(self.connection)

    @property
    def settlement(self) -> SqlSettlement:
        """Settlements."""
        return SqlSettlement(self.connection)

    @property
    def collection(self) -> SqlCollection:
        """Codes and what was handed over."""
        return SqlCollection(self.connection)

    @property
    def cases(self) -> SqlCases:
        """Cases."""
        return SqlCases(self.connection)
