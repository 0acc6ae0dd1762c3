"""Tickets: written when their booking is confirmed, set-based."""

from collections.abc import Sequence

from psycopg.rows import TupleRow

from fullhouse.rules.booking import Booking, Ticket
from fullhouse.store.arrays import array, int_array
from fullhouse.store.db import ReadConn
from fullhouse.store.pipeline import Pipeline, no_rows


def insert(pipeline: Pipeline, tickets: Sequence[Ticket]) -> None:
    """Write new tickets, which are valid."""
    pipeline.send(
        """
        INSERT INTO tickets (event_id, booking_number, number, ticket_type_id, code, state)
        SELECT event_id, booking_number, number, ticket_type_id, code, 'valid'
        FROM unnest($1::uuid[], $2::bigint[], $3::smallint[], $4::uuid[], $5::uuid[])
            AS t (event_id, booking_number, number, ticket_type_id, code)
        """,
        arrays(tickets),
        no_rows,
    )


def arrays(tickets: Sequence[Ticket]) -> list[str]:
    """Tickets as the arrays of event ids, booking numbers, numbers, ticket type ids and codes."""
    return [
        array([ticket.event_id for ticket in tickets]),
        int_array([ticket.booking_number for ticket in tickets]),
        int_array([ticket.number for ticket in tickets]),
        array([ticket.ticket_type_id for ticket in tickets]),
        array([ticket.code for ticket in tickets]),
    ]


async def of_booking(conn: ReadConn, booking: Booking) -> list[Ticket]:
    """The tickets of a booking, in their order."""
    cursor = await conn.execute(
        """
        SELECT event_id::text, booking_number, number, ticket_type_id::text, replace(code::text, '-', ''), state,
               holder_name
        FROM tickets WHERE event_id = %s AND booking_number = %s
        ORDER BY number
        """,
        [booking.event_id, booking.number],
    )
    rows: list[TupleRow] = await cursor.fetchall()
    return [Ticket._make(row) for row in rows]
