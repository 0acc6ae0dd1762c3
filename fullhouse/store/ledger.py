"""The ledger: entries are added, set-based, and never changed or deleted."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

import psycopg

from fullhouse.rules.ledger import Entry
from fullhouse.store.arrays import array, int_array
from fullhouse.store.db import ReadConn, WriteConn
from fullhouse.store.pipeline import Pipeline, no_rows

_POST: LiteralString = """
    INSERT INTO ledger_entries (event_id, booking_number, what, number, account, amount_minor, currency, payment_id, at)
    SELECT event_id, booking_number, what, number, account, amount_minor, currency, payment_id, $1::timestamptz
    FROM unnest($2::uuid[], $3::bigint[], $4::text[], $5::smallint[], $6::text[], $7::bigint[], $8::text[], $9::uuid[])
        AS e (event_id, booking_number, what, number, account, amount_minor, currency, payment_id)
"""


def post(pipeline: Pipeline, entries: Sequence[Entry], now: datetime) -> None:
    """Add the postings of a batch.

    PostgreSQL answers with a UniqueViolation when one of them is there already, and nothing of the batch is done.
    """
    pipeline.send(_POST, _rows(entries, now), no_rows)


async def add(conn: WriteConn, entries: Sequence[Entry], now: datetime) -> None:
    """Add postings beside the engine. Raises UniqueViolation as `post` does."""
    if entries:
        await psycopg.AsyncRawCursor(conn).execute(_POST, _rows(entries, now))


def _rows(entries: Sequence[Entry], now: datetime) -> list[str]:
    return [
        now.isoformat(),
        array([entry.event_id for entry in entries]),
        int_array([entry.booking_number for entry in entries]),
        array([entry.what for entry in entries]),
        int_array([entry.number for entry in entries]),
        array([entry.account for entry in entries]),
        int_array([entry.amount_minor for entry in entries]),
        array([entry.currency for entry in entries]),
        array([entry.payment_id or "NULL" for entry in entries]),
    ]


async def of_booking(conn: ReadConn, event_id: str, booking_number: int) -> list[Entry]:
    """All entries of a booking, in the order in which they were posted."""
    cursor = await conn.execute(
        """
        SELECT event_id::text, booking_number, what, number, account, amount_minor, currency, payment_id::text
        FROM ledger_entries WHERE event_id = %s AND booking_number = %s
        ORDER BY at, what, number, account
        """,
        [event_id, booking_number],
    )
    return [Entry._make(row) for row in await cursor.fetchall()]


RULES: dict[str, LiteralString] = {
    "every posting of the ledger sums to zero, in one currency": """
        SELECT event_id, 'booking ' || booking_number || ', ' || what || ' ' || number, sum(amount_minor), 0
        FROM ledger_entries GROUP BY event_id, booking_number, what, number
        HAVING sum(amount_minor) <> 0 OR count(DISTINCT currency) > 1
    """,
    "a booking that was sold for money has its price in the ledger": """
        SELECT b.event_id, b.id, coalesce(e.amount_minor, 0), p.total_minor
        FROM bookings b
        CROSS JOIN LATERAL (
            SELECT coalesce(sum(a.minor::text::bigint), 0) AS total_minor
            FROM (SELECT jsonb_path_query(b.price, '$.lines.face.*') AS minor
                  UNION ALL SELECT jsonb_path_query(b.price, '$.lines.fees.amount.*')
                  UNION ALL SELECT jsonb_path_query(b.price, '$.fees.amount.*')) a
        ) p
        LEFT JOIN ledger_entries e ON e.event_id = b.event_id AND e.booking_number = b.number
            AND (e.what, e.number, e.account) = ('sale', 0, 'buyer')
        WHERE b.price IS NOT NULL AND b.paid_by <> 'comp' AND coalesce(e.amount_minor, 0) <> p.total_minor
    """,
    "a sale is taken back when its booking is cancelled, and only then": """
        SELECT s.event_id, 'booking ' || s.booking_number, coalesce(c.amount_minor, 0),
               CASE b.status WHEN 'cancelled' THEN -s.amount_minor ELSE 0 END
        FROM ledger_entries s
        LEFT JOIN bookings b ON b.event_id = s.event_id AND b.number = s.booking_number
        LEFT JOIN ledger_entries c ON c.event_id = s.event_id AND c.booking_number = s.booking_number
            AND (c.what, c.account) = ('cancellation', 'buyer')
        WHERE s.what = 'sale' AND s.account = 'buyer'
            AND coalesce(c.amount_minor, 0) <> CASE b.status WHEN 'cancelled' THEN -s.amount_minor ELSE 0 END
    """,
    "a posting belongs to a booking": """
        SELECT e.event_id, 'booking ' || e.booking_number, e.what || ' ' || e.number, 'no booking'
        FROM ledger_entries e
        WHERE NOT EXISTS (SELECT FROM bookings b WHERE b.event_id = e.event_id AND b.number = e.booking_number)
    """,
    "no entry of the ledger was ever changed or deleted": """
        SELECT 'all', 'ledger_entries', n_tup_upd + n_tup_del, 0
        FROM pg_stat_user_tables
        WHERE schemaname = current_schema AND relname = 'ledger_entries' AND n_tup_upd + n_tup_del > 0
    """,
}
"""What the audit checks of the ledger."""
