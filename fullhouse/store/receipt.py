"""What a receipt is made of beside its booking: movements of money by the ledger, and today's rates of tax."""

from fullhouse.rules.booking import Booking
from fullhouse.rules.receipt import Movement
from fullhouse.store.db import ReadConn


async def movements(conn: ReadConn, booking: Booking) -> list[Movement]:
    """What was paid, sent back and taken back, in order of time."""
    cursor = await conn.execute(
        """
        SELECT at, what, money_account, CASE what WHEN 'cancellation' THEN -buyer_minor ELSE money_minor END
        FROM ledger_postings WHERE event_id = %s AND booking_number = %s AND what <> 'sale'
        ORDER BY at, what, number
        """,
        [booking.event_id, booking.number],
    )
    return [Movement._make(row) for row in await cursor.fetchall()]


async def tax_rates(conn: ReadConn, event_id: str) -> dict[str, int]:
    """The rates of an event's ticket types and fees, in basis points by their ids."""
    cursor = await conn.execute(
        """
        SELECT id::text, tax_basis_points FROM ticket_types WHERE event_id = %s
        UNION ALL SELECT id::text, tax_basis_points FROM fees WHERE event_id = %s
        """,
        [event_id, event_id],
    )
    return dict(await cursor.fetchall())
