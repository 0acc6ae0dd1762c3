"""What reconciling reads: bookings whose money is not even, and the payments of a provider."""

from datetime import datetime

from fullhouse.rules.reconciliation import Balance
from fullhouse.store.db import ReadConn


async def uneven(conn: ReadConn) -> list[Balance]:
    """Bookings whose buyer owes or is owed something, without what is on its way back already.

    More than what we have of his money is owed to nobody: staff may have sent some back before it was owed.
    """
    async with conn.transaction():
        # It reads the whole ledger, which may take longer than a page may.
        await conn.execute("SET LOCAL statement_timeout = 0")
        cursor = await conn.execute(
            """
            SELECT b.event_id::text, b.id::text, b.status, l.owed - coalesce(r.under_way, 0), l.currency, EXISTS (
                SELECT FROM payments p
                WHERE p.event_id = b.event_id AND p.booking_number = b.number AND p.state = 'open'
            )
            FROM (
                SELECT event_id, booking_number, min(currency) AS currency, CASE
                    WHEN sum(buyer_minor) < 0 THEN least(-sum(buyer_minor), sum(money_minor)) ELSE -sum(buyer_minor)
                END::bigint AS owed
                FROM ledger_postings GROUP BY event_id, booking_number HAVING sum(buyer_minor) <> 0
            ) l
            JOIN bookings b ON b.event_id = l.event_id AND b.number = l.booking_number
            LEFT JOIN (
                SELECT event_id, booking_number, sum(amount_minor)::bigint AS under_way
                FROM refunds WHERE state = 'asked' GROUP BY event_id, booking_number
            ) r ON r.event_id = l.event_id AND r.booking_number = l.booking_number
            -- What the job that cancels an event is at, or comes to, is no difference yet.
            WHERE l.owed <> 0 AND (b.status <> 'cancelled' OR NOT EXISTS (
                SELECT FROM event_cancellations c
                WHERE c.event_id = b.event_id AND c.done_at IS NULL
                    AND b.number > c.looked_to AND b.cancelled_at >= c.created_at
            ))
            ORDER BY b.created_at, b.id
            """
        )
        return [Balance._make(row) for row in await cursor.fetchall()]


async def payment_ids(conn: ReadConn, provider: str, since: datetime, after: str, most: int) -> list[str]:
    """The ids of a provider's payments that were begun since a moment, in order, some at a time behind `after`."""
    cursor = await conn.execute(
        """
        SELECT id::text FROM payments WHERE provider = %s AND created_at >= %s AND id > %s::uuid ORDER BY id LIMIT %s
        """,
        [provider, since, after, most],
    )
    return [row[0] for row in await cursor.fetchall()]
