"""What erasing a person changes, table by table (docs/adr/0012).

Every column that could hold something of a person stands in `ERASED` or in `NOT_PERSONAL`; a test walks all
tables, so that a new one cannot be forgotten.
"""

import re
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    and_,
    case,
    cast,
    delete,
    literal,
    select,
    text,
    type_coerce,
    update,
)

from features.privacy.model import Whose
from kernel.message import Call
from storage.aftersales import aftersales_case
from storage.collection import code_miss
from storage.groups import group_administrator, membership
from storage.growth import growth_account, points_due
from storage.inbox import inbox
from storage.joining import join_request
from storage.members import member
from storage.orders import order_line, order_list, purchase_order
from storage.outbox import outbox
from storage.preferences import preference, topic_off
from storage.setup import prompt
from storage.staff import approval, staff_role

OUTCOME = "erased"
_WAITING = ("pending", "claimed")
_SAID = ("text", "keyboard", "file", "reason", "about_user")

# Columns that erasing empties, or whose rows it removes.
ERASED = {
    "aftersales_case": {"photo", "photo_unique"},
    "code_miss": {"member_id"},
    "member": {"user_id", "name", "language"},
    "group_administrator": {"user_id"},
    "join_request": {"user_id", "chat", "language"},
    "preference": {"member_id", "quiet_start", "quiet_end"},
    "topic_off": {"member_id", "topic"},
    "prompt": {"member_id", "asks", "given", "message"},
    "inbox": {"lane", "body"},
    "outbox": {"chat", "message", "about_user", "text", "keyboard", "file", "reason", "sent_message"},
    "approval": {"reason"},
    "purchase_order": {"called", "recipient", "address", "phone", "note"},
    "order_line": {"note"},
    "order_list": {"text"},
}
# Why others may stay: numbers of ours lead to nobody once the person's row is empty.
NOT_PERSONAL = {
    "member_id": "our number of a person",
    "asked_by": "our number of a person",
    "given_by": "our number of a person",
    "made_by": "our number of a person",
    "used_by": "our number of a person",
    "actor_id": "our number of a person",
    "subject_id": "our number",
    "decided_by": "our number of a person",
    "about_member": "our number of a person",
    "opened_by": "our number of a person",
    "by_member": "our number of a person",
    "collected_by": "our number of a person",
    "by_staff": "whether staff ordered",
    "set_by": "our number of a person",
    "done_by": "our number of a person",
}


def erase_person(connection: Connection, whose: Whose, *, now: datetime) -> bool:
    """Take number, name and consents from a person; False when somebody was faster."""
    emptied = {
        "user_id": None,
        "name": "",
        "service_consent_at": None,
        "marketing_consent_at": None,
        "reachable": 0,
        "large": 0,
        "language_chosen": 0,
        "erased_at": now,
    }
    same = and_(member.c.id == whose.member, member.c.user_id == whose.user)
    return connection.execute(update(member).where(same).values(emptied)).rowcount == 1


def erase_traces(connection: Connection, whose: Whose, *, now: datetime) -> None:
    """Leave nothing that leads to a person in any other table; what other units say is looked at last."""
    for erase in (_groups, _wishes, _growth, _staff, _orders, _collection, _inbox, _outbox):
        erase(connection, whose, now)


def _groups(connection: Connection, whose: Whose, now: datetime) -> None:
    stays = and_(membership.c.member_id == whose.member, membership.c.left_at.is_(None))
    connection.execute(update(membership).where(stays).values(left_at=now))
    told = group_administrator.c.user_id == whose.user
    connection.execute(delete(group_administrator).where(told))


def _wishes(connection: Connection, whose: Whose, _now: datetime) -> None:
    connection.execute(delete(join_request).where(join_request.c.user_id == whose.user))
    for table in (preference, topic_off, prompt):
        connection.execute(delete(table).where(table.c.member_id == whose.member))


def _growth(connection: Connection, whose: Whose, _now: datetime) -> None:
    waits = and_(points_due.c.member_id == whose.member, points_due.c.outcome.is_(None))
    connection.execute(update(points_due).where(waits).values(outcome=OUTCOME))
    own = growth_account.c.member_id == whose.member
    connection.execute(update(growth_account).where(own).values(review_at=None, falls_at=None, on_board=0))


def _staff(connection: Connection, whose: Whose, now: datetime) -> None:
    stands = and_(staff_role.c.member_id == whose.member, staff_role.c.ended_at.is_(None))
    connection.execute(update(staff_role).where(stands).values(ended_at=now))
    about = approval.c.member_id == whose.member
    connection.execute(update(approval).where(about).values(reason=""))


def _orders(connection: Connection, whose: Whose, _now: datetime) -> None:
    """What was sold stays, as the law wants books kept; for whom it was, where they live and remarks go."""
    theirs = purchase_order.c.member_id == whose.member
    lines = order_line.c.order_id.in_(select(purchase_order.c.id).where(theirs))
    connection.execute(update(order_line).where(lines, order_line.c.note != "").values(note=""))
    nobody = {"called": "", "address": "", "phone": "", "note": ""}
    connection.execute(update(purchase_order).where(theirs).values(nobody))
    connection.execute(update(order_list).where(order_list.c.member_id == whose.member).values(text=""))
    named = and_(theirs, purchase_order.c.recipient != "")
    numbered = literal("#") + cast(purchase_order.c.id, Text)
    connection.execute(update(purchase_order).where(named).values(recipient=numbered))


def _collection(connection: Connection, whose: Whose, _now: datetime) -> None:
    """Forget the photos of a person's cases, and wrong codes they typed."""
    own = aftersales_case.c.member_id == whose.member
    connection.execute(update(aftersales_case).where(own).values(photo="", photo_unique=""))
    connection.execute(delete(code_miss).where(code_miss.c.member_id == whose.member))


def _inbox(connection: Connection, whose: Whose, now: datetime) -> None:
    """Forget what the person sent and nobody has handled, and what was put aside and names them.

    Of rows that are done nothing is left; those new in a group's lane are handled in a moment.
    """
    closed = case((inbox.c.state == "new", "done"), else_=inbox.c.state)
    nothing: dict[str, Any] = {"state": closed, "done_at": now, "body": {}, "lane": 0}
    for state in ("state = 'new'", "state = 'parked'"):
        own = and_(text(state), inbox.c.lane == whose.user)
        connection.execute(update(inbox).where(own).values(nothing))
    parked = select(inbox.c.id, type_coerce(inbox.c.body, Text)).where(text("state = 'parked'"))
    named = [own for own, body in connection.execute(parked) if _names(body, whose)]
    if named:
        connection.execute(update(inbox).where(inbox.c.id.in_(named)).values(body={}))


def _names(body: str, whose: Whose) -> bool:
    """Tell whether an update holds the person's number or name; rather once too often."""
    if re.search(rf"(?<!\d){whose.user}(?!\d)", body):
        return True
    return bool(whose.name) and whose.name in body


def _outbox(connection: Connection, whose: Whose, now: datetime) -> None:
    """Let nothing more leave for the person, or about them, and leave no words.

    What is leaving at this moment keeps the chat's number until it has landed (storage.dispatch): it is
    marked as theirs, and its end takes the number away.
    """
    theirs, about = outbox.c.chat == whose.user, outbox.c.about_member == whose.member
    skipped = {"state": "skipped", "error": OUTCOME, "epoch": None, "finished_at": now}
    said = dict.fromkeys(_SAID)
    leaving = outbox.c.state == "sending"
    for rows in (theirs, about):
        _change(connection, and_(rows, outbox.c.state.in_(_WAITING)), skipped)
    _change(connection, and_(theirs, leaving), {**said, "about_member": whose.member})
    _change(connection, and_(theirs, ~leaving), {**said, "chat": 0, "message": None, "sent_message": None})
    _change(connection, about, said)
    for unfinished in ("state = 'pending'", "epoch IS NOT NULL"):
        asked = and_(text(unfinished), outbox.c.about_user == whose.user)
        personal = outbox.c.call.in_((Call.MEMBER, Call.DOWNLOAD))
        asks_of_them = and_(asked, personal, outbox.c.state.in_(_WAITING))
        _change(connection, asks_of_them, {**skipped, "about_user": None})
        _change(connection, asked, {"about_user": None})


def _change(connection: Connection, rows: ColumnElement[bool], values: dict[str, Any]) -> None:
    connection.execute(update(outbox).where(rows).values(values))
