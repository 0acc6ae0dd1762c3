"""Tickets: written when their booking is confirmed, set-based; their holders are changed one by one."""

from collections.abc import Sequence
from typing import LiteralString

from psycopg.rows import TupleRow

from fullhouse.rules.booking import Booking, Ticket
from fullhouse.store.arrays import array, int_array
from fullhouse.store.db import ReadConn, WriteConn
from fullhouse.store.pipeline import Pipeline, Reply, no_rows


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


def exists(pipeline: Pipeline, ticket: Ticket) -> Reply[bool]:
    """Tell whether a ticket was written, and not another one with its number."""
    sql: LiteralString = """
        SELECT 1 FROM tickets
        WHERE event_id = $1::uuid AND booking_number = $2::bigint AND number = $3::smallint AND code = $4::uuid
    """
    return pipeline.send(sql, [ticket.event_id, str(ticket.booking_number), str(ticket.number), ticket.code], bool)


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


async def find(conn: ReadConn, event_id: str, booking_number: int, number: int) -> Ticket | None:
    """One ticket by its numbers."""
    cursor = await conn.execute(
        """
        SELECT event_id::text, booking_number, number, ticket_type_id::text, replace(code::text, '-', ''), state,
               holder_name
        FROM tickets WHERE event_id = %s AND booking_number = %s AND number = %s
        """,
        [event_id, booking_number, number],
    )
    row: TupleRow | None = await cursor.fetchone()
    return None if row is None else Ticket._make(row)


async def lock(conn: WriteConn, booking: Booking, number: int) -> Ticket:
    """Lock a ticket that there is until the transaction ends, and read it as it is then."""
    cursor = await conn.execute(
        """
        SELECT event_id::text, booking_number, number, ticket_type_id::text, replace(code::text, '-', ''), state,
               holder_name
        FROM tickets WHERE event_id = %s AND booking_number = %s AND number = %s
        FOR NO KEY UPDATE
        """,
        [booking.event_id, booking.number, number],
    )
    (row,) = await cursor.fetchall()
    return Ticket._make(row)


async def change_holder(conn: WriteConn, ticket: Ticket) -> None:
    """Write the holder and the code of a locked ticket."""
    await conn.execute(
        """
        UPDATE tickets SET holder_name = %s, code = %s
        WHERE event_id = %s AND booking_number = %s AND number = %s
        """,
        [ticket.holder_name, ticket.code, ticket.event_id, ticket.booking_number, ticket.number],
    )
