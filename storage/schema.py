"""Every table of the product, gathered; importing this module fills `metadata`."""

from storage import (
    claims,
    groups,
    growth,
    inbox,
    joining,
    journal,
    leases,
    members,
    outbox,
    pickup,
    preferences,
    setup,
    staff,
    sweeps,
    tombstones,
)
from storage.types import metadata

__all__ = ["metadata"]

TABLES = (
    claims.claim,
    journal.journal,
    inbox.inbox,
    outbox.outbox,
    leases.lease,
    groups.chat_group,
    groups.former_chat,
    groups.group_administrator,
    members.member,
    groups.membership,
    pickup.pickup_point,
    joining.join_request,
    joining.roll_call,
    preferences.preference,
    preferences.topic_off,
    tombstones.tombstone,
    sweeps.sweep,
    staff.staff_role,
    staff.invitation,
    staff.audit,
    staff.approval,
    setup.prompt,
    growth.growth_account,
    growth.growth_ledger,
    growth.points_ledger,
    growth.point_lot,
    growth.growth_period,
    growth.points_due,
)
