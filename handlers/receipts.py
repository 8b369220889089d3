"""A file of what the merchant's channel received: shown first, confirmed when it is sent with that word."""

from collections.abc import Sequence
from functools import partial

from features.payments.model import Matched
from features.payments.receipts import Columns
from handlers.answers import say
from handlers.context import Context, Place
from handlers.menu import TO_MENU
from kernel.ids import GroupId, UserId
from kernel.message import Money, Outgoing, Param, Text
from kernel.money import Fen

_SHOWN = 20


def plan_receipts(
    context: Context,
    *,
    user: UserId,
    group: GroupId,
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    sure: bool,
) -> None:
    """Match the rows of a sheet with a group's claims. Raises BadSheet where its columns are not known."""
    words = {
        "reference": context.catalog.words["payments.column_reference"],
        "amount": context.catalog.words["payments.column_amount"],
        "at": context.catalog.words["payments.column_at"],
        "note": context.catalog.words["payments.column_note"],
    }
    context.plan(
        context.app.money.cashier.match,
        partial(matched, context.place, sure),
        user=user,
        group=group,
        columns=Columns.of(header, words),
        rows=rows,
        sure=sure,
    )


def matched(place: Place, sure: bool, found: Matched) -> Outgoing:
    """Show what fits what, and what fits nothing."""
    lines = [
        Text(
            "payments.match_line",
            {"no": receipt.no, "amount": Money(receipt.amount), "reference": claim.reference},
        )
        for receipt, claim in found.pairs[:_SHOWN]
    ]
    words: dict[str, Param] = {
        "count": len(found.pairs),
        "total": Money(Fen(sum(receipt.amount for receipt, _ in found.pairs))),
        "lines": tuple(lines),
        "unmatched": " ".join(str(each.no) for each in found.unmatched[:_SHOWN]) or "–",
        "unread": " ".join(map(str, found.unread[:_SHOWN])) or "–",
    }
    return say(place, Text("payments.match_done" if sure else "payments.match_dry", words), ((TO_MENU,),))
