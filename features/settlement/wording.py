"""How what a deal comes to is put into words."""

from features.groupbuy.model import DealState
from features.settlement.model import DealSheet, Run, RunKind, SkuTotal
from kernel.message import Money, Param, Quantity, Text
from kernel.money import Fen

_SHOWN = 40  # goods in a message


def run_text(run: Run) -> Text:
    """Return a settlement that was drawn up, for who leads the group."""
    lines = [line for sheet in run.sheets for line in sheet_lines(sheet)]
    if run.kind is RunKind.CUTOFF:
        lines += _to_buy(run)
    if not run.sound:
        lines.append(Text("settlement.unsound"))
    words: dict[str, Param] = {"group": run.group.title, "lines": tuple(lines)}
    if run.commission:
        words["lines"] = (*lines, Text("settlement.commission_line", {"amount": Money(run.commission)}))
    return Text(f"settlement.run_{run.kind}", words)


def _to_buy(run: Run) -> list[Text]:
    """Return what is to be bought, as far as a message holds it; the rest is a tap away."""
    skus = [each for sheet in run.sheets for each in sheet.skus]
    more = [Text("settlement.more", {"count": len(skus) - _SHOWN})] if len(skus) > _SHOWN else []
    return [Text("settlement.to_buy"), *(sku_line(each) for each in skus[:_SHOWN]), *more]


def sheet_lines(sheet: DealSheet) -> tuple[Text, ...]:
    """Return what a deal comes to: orders, money, and what is missing of it."""
    f, deal = sheet.figures, sheet.deal
    head = Text("settlement.deal_line", {"title": deal.terms.title, "homes": f.homes, "orders": f.orders})
    if deal.state in (DealState.OPEN, DealState.LOCKED):
        taken = (Text("settlement.ahead", {"paid": Money(f.paid)}),) if f.paid else ()
        return head, Text("settlement.still_open"), *taken
    lines = [
        head,
        Text(
            "settlement.money_line",
            {
                "worth": Money(_worth(sheet)),
                "paid": Money(f.paid),
                "unpaid": Money(f.unpaid),
                "count": f.unpaid_orders,
            },
        ),
    ]
    if f.refunded:
        lines.append(Text("settlement.refund_line", {"refunded": Money(f.refunded)}))
    if f.claims:
        lines.append(Text("settlement.claims_line", {"count": f.claims}))
    if f.waiting:
        lines.append(Text("settlement.waiting_line", {"count": f.waiting}))
    return tuple(lines)


def sku_line(total: SkuTotal) -> Text:
    """Return how much of one of the goods is to be bought, in cases too where it comes in them."""
    words: dict[str, Param] = {
        "no": total.no,
        "name": total.name,
        "quantity": Quantity(total.quantity, total.unit),
    }
    if total.cases is None:
        return Text("settlement.sku", words)
    return Text("settlement.sku_cases", words | {"cases": total.cases})


def _worth(sheet: DealSheet) -> Fen:
    f = sheet.figures
    return Fen(f.goods - f.off + f.fee)
