"""What the history of a booking is told by: its rows in many tables, as of one moment."""

from datetime import datetime

from fullhouse.rules.booking import Booking
from fullhouse.rules.history import Incoming, Past
from fullhouse.store import booking, booking_change, payment, refund
from fullhouse.store.db import ReadConn


async def of_booking(conn: ReadConn, booking_id: str) -> Past | None:
    """All that tells of a booking, by its id alone; None when there is no such booking.

    One snapshot, so that money is never seen without what it was for.
    """
    async with conn.transaction():
        await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        found = (await booking.find(conn, [booking_id])).get(booking_id)
        if found is None:
            return None
        payments = await payment.of_booking(conn, found.event_id, found.number)
        return Past(
            found,
            await _confirmed_at(conn, found),
            await booking_change.of_booking(conn, found.event_id, found.number),
            payments,
            await refund.of_booking(conn, found.event_id, found.number),
            await _transfers(conn, [one.id for one in payments]),
            await _received_at(conn, found),
        )


async def _confirmed_at(conn: ReadConn, found: Booking) -> datetime | None:
    cursor = await conn.execute(
        "SELECT confirmed_at FROM bookings WHERE event_id = %s AND number = %s", [found.event_id, found.number]
    )
    (confirmed_at,) = await cursor.fetchone() or (None,)
    return confirmed_at


async def _transfers(conn: ReadConn, payment_ids: list[str]) -> list[Incoming]:
    """The bank transfers of payments; who sent them, and with which words, stays with the bank's statement."""
    cursor = await conn.execute(
        """
        SELECT payment_id::text, amount_minor, created_at FROM bank_transfers WHERE payment_id = ANY (%s::uuid[])
        ORDER BY created_at, id
        """,
        [payment_ids],
    )
    return [Incoming._make(row) for row in await cursor.fetchall()]


async def _received_at(conn: ReadConn, found: Booking) -> dict[str, datetime]:
    """When the first money of each payment was posted: its own row tells only when it changed last."""
    cursor = await conn.execute(
        """
        SELECT payment_id::text, min(at) FROM ledger_postings
        WHERE event_id = %s AND booking_number = %s AND what = 'receipt' GROUP BY payment_id
        """,
        [found.event_id, found.number],
    )
    return dict(await cursor.fetchall())
