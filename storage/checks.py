"""What must hold between the rows of a database: one list of queries, each of which returns no row.

A query names what is wrong: the row, in words of the tables, and two numbers, as found and as expected. Both
databases understand every one; a feature adds its own here.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.pool import NullPool

_MOST = 20  # lines told of one check


@dataclass(frozen=True, slots=True)
class Check:
    """Something that must hold; `query` tells where it does not, as (what, found, expected)."""

    name: str
    query: str


@dataclass(frozen=True, slots=True)
class Broken:
    """A row of which something does not hold."""

    check: str
    what: str
    found: int
    expected: int


CHECKS = (
    Check(
        "growth_balances",
        """
        SELECT 'member ' || member_id, sum(growth), sum(points) FROM (
          SELECT member_id, growth, points, CASE WHEN points > 0 THEN points ELSE 0 END AS lots
            FROM growth_account
          UNION ALL SELECT member_id, -amount, 0, 0 FROM growth_ledger
          UNION ALL SELECT member_id, 0, -amount, 0 FROM points_ledger
          UNION ALL SELECT member_id, 0, 0, -unspent FROM point_lot
        ) AS line
        GROUP BY member_id HAVING sum(growth) <> 0 OR sum(points) <> 0 OR sum(lots) <> 0
        """,
    ),
    Check(
        "stock_is_sum_of_lines",
        """
        SELECT 'deal_item ' || i.id, i.taken_milli, coalesce(sum(l.qty_milli), 0)
        FROM deal_item i LEFT JOIN order_line l ON l.item_id = i.id
        GROUP BY i.id, i.taken_milli HAVING i.taken_milli <> coalesce(sum(l.qty_milli), 0)
        """,
    ),
    Check(
        "stock_not_negative",
        """
        SELECT 'deal_item ' || id, taken_milli, coalesce(stock_milli, taken_milli) FROM deal_item
        WHERE taken_milli < 0 OR taken_milli > stock_milli
        """,
    ),
    Check(
        "line_is_sum_of_changes",
        """
        SELECT 'order_line ' || l.id, l.qty_milli, coalesce(sum(c.delta_milli), 0)
        FROM order_line l
        LEFT JOIN order_change c ON c.order_id = l.order_id AND c.item_id = l.item_id
        GROUP BY l.id, l.qty_milli HAVING l.qty_milli <> coalesce(sum(c.delta_milli), 0)
        """,
    ),
    Check(
        "change_has_line",
        """
        SELECT 'order_change ' || c.id, c.delta_milli, 0 FROM order_change c
        LEFT JOIN order_line l ON l.order_id = c.order_id AND l.item_id = c.item_id
        WHERE l.id IS NULL
        """,
    ),
    Check(
        "line_of_its_deal",
        """
        SELECT 'order_line ' || l.id, i.deal_id, o.deal_id FROM order_line l
        JOIN purchase_order o ON o.id = l.order_id JOIN deal_item i ON i.id = l.item_id
        WHERE i.deal_id <> o.deal_id
        """,
    ),
    Check(
        "goods_are_sum_of_lines",
        """
        SELECT 'purchase_order ' || o.id, o.goods_fen, coalesce(sum(l.amount_fen), 0)
        FROM purchase_order o LEFT JOIN order_line l ON l.order_id = o.id
        WHERE o.state <> 'open'
        GROUP BY o.id, o.goods_fen HAVING o.goods_fen <> coalesce(sum(l.amount_fen), 0)
        """,
    ),
    Check(
        "line_amount_explained",
        """
        SELECT 'order_line ' || l.id, l.amount_fen, (l.price_fen * l.qty_milli * 2 + 1000) / 2000
          + (SELECT coalesce(sum(w.after_fen - w.before_fen), 0) FROM weighing w WHERE w.line_id = l.id)
          - (SELECT coalesce(sum(p.fen), 0) FROM refund_part p JOIN refund r ON r.id = p.refund_id
             WHERE p.line_id = l.id AND r.state <> 'void')
        FROM order_line l JOIN purchase_order o ON o.id = l.order_id
        WHERE o.state = 'locked' AND l.amount_fen IS NOT NULL
          AND l.amount_fen <> (l.price_fen * l.qty_milli * 2 + 1000) / 2000
          + (SELECT coalesce(sum(w.after_fen - w.before_fen), 0) FROM weighing w WHERE w.line_id = l.id)
          - (SELECT coalesce(sum(p.fen), 0) FROM refund_part p JOIN refund r ON r.id = p.refund_id
             WHERE p.line_id = l.id AND r.state <> 'void')
        """,
    ),
    Check(
        "line_not_negative",
        "SELECT 'order_line ' || id, amount_fen, 0 FROM order_line WHERE amount_fen < 0 OR qty_milli < 0",
    ),
    Check(
        "paid_is_sum_of_payments",
        """
        SELECT 'purchase_order ' || o.id, o.paid_fen, coalesce(sum(p.amount_fen), 0)
        FROM purchase_order o LEFT JOIN payment p ON p.order_id = o.id AND p.state = 'confirmed'
        GROUP BY o.id, o.paid_fen HAVING o.paid_fen <> coalesce(sum(p.amount_fen), 0)
        """,
    ),
    Check(
        "refunded_is_sum_of_refunds",
        """
        SELECT 'purchase_order ' || o.id, o.refunded_fen, coalesce(sum(r.back_fen), 0)
        FROM purchase_order o LEFT JOIN refund r ON r.order_id = o.id AND r.state <> 'void'
        GROUP BY o.id, o.refunded_fen HAVING o.refunded_fen <> coalesce(sum(r.back_fen), 0)
        """,
    ),
    Check(
        "money_not_negative",
        """
        SELECT 'purchase_order ' || id, paid_fen - refunded_fen, goods_fen - off_fen FROM purchase_order
        WHERE refunded_fen > paid_fen OR off_fen > goods_fen OR paid_fen < 0 OR refunded_fen < 0
          OR goods_fen < 0 OR off_fen < 0 OR fee_fen < 0
        """,
    ),
    Check(
        "coupons_are_counted",
        """
        SELECT 'coupon_template ' || t.id, t.taken, count(c.id)
        FROM coupon_template t LEFT JOIN coupon c ON c.template_id = t.id
        GROUP BY t.id, t.taken HAVING t.taken <> count(c.id)
        """,
    ),
    Check(
        "coupon_budget_is_counted",
        """
        SELECT 'coupon_template ' || t.id, t.spent, coalesce(sum(c.off), 0)
        FROM coupon_template t LEFT JOIN coupon c ON c.template_id = t.id AND c.state = 'used'
        GROUP BY t.id, t.spent HAVING t.spent <> coalesce(sum(c.off), 0)
        """,
    ),
    Check(
        "refund_has_one_story",
        """
        SELECT 'refund ' || r.id, coalesce(sum(p.fen), 0) + r.fee_fen, r.amount_fen
        FROM refund r LEFT JOIN refund_part p ON p.refund_id = r.id
        GROUP BY r.id, r.fee_fen, r.amount_fen, r.back_fen, r.state, r.done_at
        HAVING r.back_fen > r.amount_fen OR (r.state = 'done' AND r.done_at IS NULL)
          OR (r.state = 'due' AND r.back_fen = 0)
          OR (coalesce(sum(p.fen), 0) + r.fee_fen NOT IN (0, r.amount_fen))
        """,
    ),
    Check(
        "refund_line_of_its_order",
        """
        SELECT 'refund ' || r.id, l.order_id, r.order_id FROM refund r
        JOIN refund_part p ON p.refund_id = r.id JOIN order_line l ON l.id = p.line_id
        WHERE l.order_id <> r.order_id
        """,
    ),
    Check(
        "claim_stops_the_clock",
        """
        SELECT 'purchase_order ' || o.id, 0, 1 FROM purchase_order o
        JOIN payment p ON p.order_id = o.id AND p.state = 'claimed'
        WHERE o.claimed_at IS NULL OR o.hold_until IS NOT NULL
        """,
    ),
    Check(
        "void_holds_nothing",
        """
        SELECT 'purchase_order ' || o.id, sum(l.qty_milli), 0 FROM purchase_order o
        JOIN order_line l ON l.order_id = o.id WHERE o.state = 'void'
        GROUP BY o.id HAVING sum(l.qty_milli) <> 0
        """,
    ),
    Check(
        "commission_of_closed_windows",
        """
        SELECT 'commission_entry ' || c.id, c.amount_fen, 0 FROM commission_entry c
        LEFT JOIN order_window w ON w.order_id = c.order_id
        WHERE c.kind <> 'paid' AND (w.order_id IS NULL OR w.closed_at IS NULL)
        """,
    ),
    Check(
        "commission_base_within_paid",
        """
        SELECT 'purchase_order ' || o.id, sum(c.base_fen), o.paid_fen - o.refunded_fen
        FROM commission_entry c JOIN purchase_order o ON o.id = c.order_id
        GROUP BY o.id, o.paid_fen, o.refunded_fen
        HAVING sum(c.base_fen) < 0 OR sum(c.base_fen) > o.paid_fen - o.refunded_fen
        """,
    ),
)
"""Every check, from what others stand on to what stands on them."""


def of_database(url: str, checks: tuple[Check, ...] = CHECKS) -> tuple[Broken, ...]:
    """Return what does not hold in the database at `url`, all of it as of one instant; nothing is changed."""
    engine = _reading(url)
    try:
        with engine.connect() as connection:
            return broken(connection, checks)
    finally:
        engine.dispose()


def broken(connection: Connection, checks: tuple[Check, ...] = CHECKS) -> tuple[Broken, ...]:
    """Return the first rows of every check that do not hold."""
    found: list[Broken] = []
    for check in checks:
        rows = connection.execute(text(check.query)).fetchmany(_MOST)
        found += [Broken(check.name, str(what), int(has or 0), int(wants or 0)) for what, has, wants in rows]
    return tuple(found)


def _reading(url: str) -> Engine:
    """Return an engine that cannot write and sees one state throughout; the bot goes on beside it."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, poolclass=NullPool, hide_parameters=True)
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    address = f"{Path(parsed.database or '').absolute().as_uri()}?mode=ro"

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(address, uri=True, isolation_level=None)

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine
