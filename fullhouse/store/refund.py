"""Refunds of payments, changed under the lock of their booking's payments."""

from fullhouse.rules.payment import Refund
from fullhouse.store.db import ReadConn, WriteConn


async def of_booking(conn: ReadConn, event_id: str, booking_number: int) -> list[Refund]:
    """The refunds of a booking in their order."""
    cursor = await conn.execute(
        """
        SELECT event_id::text, booking_number, number, payment_number, id::text, amount_minor, state, reference, reason,
               created_at, changed_at
        FROM refunds WHERE event_id = %s AND booking_number = %s ORDER BY number
        """,
        [event_id, booking_number],
    )
    return [Refund._make(row) for row in await cursor.fetchall()]


async def add(conn: WriteConn, refund: Refund) -> None:
    """Write a new refund."""
    await conn.execute(
        """
        INSERT INTO refunds (event_id, booking_number, number, payment_number, id, amount_minor, state, reference,
                             reason, created_at, changed_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        list(refund),
    )


async def change(conn: WriteConn, refund: Refund) -> bool:
    """Write how a refund ended; False when it had ended before."""
    cursor = await conn.execute(
        """
        UPDATE refunds SET state = %s, reference = %s, changed_at = %s
        WHERE event_id = %s AND booking_number = %s AND number = %s AND state = 'asked'
        """,
        [
            refund.state,
            refund.reference,
            refund.changed_at,
            refund.event_id,
            refund.booking_number,
            refund.number,
        ],
    )
    return cursor.rowcount == 1
