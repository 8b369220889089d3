"""Every table of the product, gathered; importing this module fills `metadata`."""

from storage import claims, growth, inbox, journal, leases, members, outbox
from storage.types import metadata

__all__ = ["metadata"]

TABLES = (
    claims.claim,
    journal.journal,
    inbox.inbox,
    outbox.outbox,
    leases.lease,
    members.chat_group,
    members.former_chat,
    members.group_administrator,
    members.member,
    members.membership,
    growth.growth_account,
    growth.growth_ledger,
    growth.points_ledger,
    growth.point_lot,
    growth.points_due,
)
