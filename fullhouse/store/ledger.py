"""The ledger: postings are added, set-based, and never changed or deleted."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

import psycopg

from fullhouse.rules.ledger import Posting
from fullhouse.store.arrays import array, int_array
from fullhouse.store.db import ReadConn, WriteConn
from fullhouse.store.pipeline import Pipeline, no_rows

_POST: LiteralString = """
    INSERT INTO ledger_postings (event_id, booking_number, payment_id, at, what, number, currency, buyer_minor,
        sales_minor, fees_minor, tax_minor, refunds_minor, money_minor, money_account)
    SELECT p.event_id, p.booking_number, p.payment_id, $1::timestamptz, t.what, t.number, t.currency, t.buyer_minor,
        t.sales_minor, t.fees_minor, t.tax_minor, t.refunds_minor, t.money_minor, t.money_account
    FROM unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::bigint[])
        AS p (event_id, booking_number, payment_id, terms)
    JOIN unnest($6::text[], $7::smallint[], $8::text[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[],
            $13::bigint[], $14::bigint[], $15::text[])
        WITH ORDINALITY AS t (what, number, currency, buyer_minor, sales_minor, fees_minor, tax_minor, refunds_minor,
            money_minor, money_account, terms)
        ON t.terms = p.terms
"""


def post(pipeline: Pipeline, postings: Sequence[Posting], now: datetime) -> None:
    """Add the postings of a batch.

    PostgreSQL answers with a UniqueViolation when one of them is there already, with a CheckViolation when one does
    not sum to zero, and nothing of the batch is done.
    """
    pipeline.send(_POST, _rows(postings, now), no_rows)


async def add(conn: WriteConn, posting: Posting, now: datetime) -> None:
    """Add a posting beside the engine. Raises what `post` does."""
    await psycopg.AsyncRawCursor(conn).execute(_POST, _rows([posting], now))


def _rows(postings: Sequence[Posting], now: datetime) -> list[str]:
    """The postings, and apart from them what many of a rush have in common: all from `what` to `money_account`."""
    terms: dict[tuple[object, ...], int] = {}
    of_terms = [terms.setdefault(one[2:12], len(terms) + 1) for one in postings]
    return [
        now.isoformat(),
        array([one.event_id for one in postings]),
        int_array([one.booking_number for one in postings]),
        array([one.payment_id or "NULL" for one in postings]),
        int_array(of_terms),
        *(array(["NULL" if value is None else str(value) for value in column]) for column in zip(*terms, strict=True)),
    ]


async def of_booking(conn: ReadConn, event_id: str, booking_number: int) -> list[Posting]:
    """All postings of a booking, in the order in which they were made."""
    cursor = await conn.execute(
        """
        SELECT event_id::text, booking_number, what, number, currency, buyer_minor, sales_minor, fees_minor, tax_minor,
               refunds_minor, money_minor, money_account, payment_id::text
        FROM ledger_postings WHERE event_id = %s AND booking_number = %s
        ORDER BY at, what, number
        """,
        [event_id, booking_number],
    )
    return [Posting._make(row) for row in await cursor.fetchall()]


RULES: dict[str, LiteralString] = {
    # PostgreSQL refuses what does not sum to zero; this finds a database whose constraint is gone.
    "every posting of the ledger sums to zero, in the currency of its booking": """
        SELECT l.event_id, 'booking ' || l.booking_number || ', ' || l.what || ' ' || l.number,
               (l.buyer_minor + l.sales_minor + l.fees_minor + l.tax_minor + l.refunds_minor + l.money_minor)
                   || ' ' || l.currency, '0 ' || (b.price ->> 'currency')
        FROM ledger_postings l JOIN bookings b ON b.event_id = l.event_id AND b.number = l.booking_number
        WHERE l.buyer_minor + l.sales_minor + l.fees_minor + l.tax_minor + l.refunds_minor + l.money_minor <> 0
            OR l.currency IS DISTINCT FROM b.price ->> 'currency'
    """,
    "a booking that was sold for money has its price in the ledger": """
        SELECT b.event_id, b.id, coalesce(l.buyer_minor, 0), p.total_minor
        FROM bookings b
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(a.minor::text::bigint), 0) AS total_minor
            FROM (SELECT jsonb_path_query(b.price, '$.lines.face.*') AS minor
                  UNION ALL SELECT jsonb_path_query(b.price, '$.lines.fees.amount.*')
                  UNION ALL SELECT jsonb_path_query(b.price, '$.fees.amount.*')) a
        ) p
        LEFT JOIN ledger_postings l ON l.event_id = b.event_id AND l.booking_number = b.number
            AND (l.what, l.number) = ('sale', 0)
        WHERE b.price IS NOT NULL AND b.paid_by <> 'comp' AND coalesce(l.buyer_minor, 0) <> p.total_minor
    """,
    "what is taken back of a sale is what was agreed for its cancelled tickets": """
        SELECT coalesce(l.event_id, h.event_id), 'booking ' || coalesce(l.booking_number, h.booking_number),
               coalesce(l.back_minor, 0), coalesce(h.back_minor, 0)
        FROM (
            SELECT event_id, booking_number, -sum(buyer_minor) AS back_minor
            FROM ledger_postings WHERE what = 'cancellation' GROUP BY event_id, booking_number
        ) l FULL JOIN (
            SELECT event_id, booking_number, sum((details ->> 'refund_minor')::bigint) AS back_minor
            FROM booking_changes WHERE what = 'cancellation' GROUP BY event_id, booking_number
        ) h ON h.event_id = l.event_id AND h.booking_number = l.booking_number
        WHERE coalesce(l.back_minor, 0) <> coalesce(h.back_minor, 0)
    """,
    "no more is taken back of a sale than was sold, in none of its parts": """
        SELECT event_id, 'booking ' || booking_number,
               ROW (sum(buyer_minor), sum(sales_minor), sum(fees_minor), sum(tax_minor)),
               'nothing beyond zero'
        FROM ledger_postings WHERE what IN ('sale', 'cancellation') GROUP BY event_id, booking_number
        HAVING sum(buyer_minor) < 0 OR sum(sales_minor) > 0 OR sum(fees_minor) > 0 OR sum(tax_minor) > 0
    """,
    "a posting belongs to a booking": """
        SELECT l.event_id, 'booking ' || l.booking_number, l.what || ' ' || l.number, 'no booking'
        FROM ledger_postings l
        WHERE NOT EXISTS (SELECT FROM bookings b WHERE b.event_id = l.event_id AND b.number = l.booking_number)
    """,
    "no posting of the ledger was ever changed or deleted": """
        SELECT 'all', 'ledger_postings', n_tup_upd + n_tup_del, 0
        FROM pg_stat_user_tables
        WHERE schemaname = current_schema AND relname = 'ledger_postings' AND n_tup_upd + n_tup_del > 0
    """,
}
"""What the audit checks of the ledger."""
