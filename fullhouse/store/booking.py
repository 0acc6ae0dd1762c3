"""Bookings and their lines: set-based, one statement for a whole batch."""

from collections.abc import Iterable, Sequence

from psycopg.rows import TupleRow

from fullhouse.rules.booking import Booking
from fullhouse.rules.capacity import Demand
from fullhouse.store.arrays import int_array, uuid_array
from fullhouse.store.db import ReadConn, Reply, WriteConn


async def insert(conn: WriteConn, bookings: Sequence[Booking], bookings_made: dict[str, int]) -> None:
    """Write new bookings, made in one moment, with their lines, and set how many each event has made."""
    lines = [(b.event_id, b.id, n, *line) for b in bookings for n, line in enumerate(b.lines, 1)]
    await conn.execute(
        """
        WITH counted AS (
            UPDATE event_counters c SET bookings_made = n.made
            FROM unnest(%s::uuid[], %s::bigint[]) AS n (event_id, made)
            WHERE c.event_id = n.event_id
        ), written AS (
            INSERT INTO bookings (event_id, id, number, status, created_at)
            SELECT event_id, id, number, 'confirmed', %s
            FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[]) AS b (event_id, id, number)
        )
        INSERT INTO booking_lines (event_id, booking_id, line, pool_id, quantity)
        SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::smallint[], %s::uuid[], %s::integer[])
        """,
        [
            uuid_array(bookings_made),
            int_array(bookings_made.values()),
            bookings[0].created_at,
            uuid_array([b.event_id for b in bookings]),
            uuid_array([b.id for b in bookings]),
            int_array([b.number for b in bookings]),
            uuid_array([line[0] for line in lines]),
            uuid_array([line[1] for line in lines]),
            int_array([line[2] for line in lines]),
            uuid_array([line[3] for line in lines]),
            int_array([line[4] for line in lines]),
        ],
    )


async def cancel(conn: WriteConn, bookings: Sequence[Booking]) -> None:
    """Mark confirmed bookings as cancelled, all in one moment."""
    await conn.execute(
        """
        UPDATE bookings b SET status = 'cancelled', cancelled_at = %s
        FROM unnest(%s::uuid[], %s::uuid[]) AS c (event_id, id)
        WHERE b.event_id = c.event_id AND b.id = c.id AND b.status = 'confirmed'
        """,
        [
            bookings[0].cancelled_at,
            uuid_array([b.event_id for b in bookings]),
            uuid_array([b.id for b in bookings]),
        ],
    )


async def load(conn: ReadConn, keys: Iterable[tuple[str, str]]) -> Reply[dict[str, Booking]]:
    """Bookings with their lines by (event id, booking id); those that do not exist are left out."""
    wanted = list(keys)
    cursor = await conn.execute(
        """
        SELECT b.id::text, b.event_id::text, b.number, b.status, b.created_at, b.cancelled_at, l.pool_id::text, l.quantity
        FROM unnest(%s::uuid[], %s::uuid[]) AS w (event_id, id)
        JOIN bookings b ON b.event_id = w.event_id AND b.id = w.id
        JOIN booking_lines l ON l.event_id = b.event_id AND l.booking_id = b.id
        ORDER BY b.event_id, b.id, l.line
        """,
        [uuid_array([event_id for event_id, _ in wanted]), uuid_array([booking_id for _, booking_id in wanted])],
    )
    return Reply(cursor, _bookings)


async def find(conn: ReadConn, ids: Sequence[str]) -> dict[str, Booking]:
    """Bookings with their lines by their ids alone, as buyers know them."""
    cursor = await conn.execute(
        """
        SELECT b.id::text, b.event_id::text, b.number, b.status, b.created_at, b.cancelled_at, l.pool_id::text, l.quantity
        FROM bookings b
        JOIN booking_lines l ON l.event_id = b.event_id AND l.booking_id = b.id
        WHERE b.id = ANY (%s::uuid[])
        ORDER BY b.event_id, b.id, l.line
        """,
        [uuid_array(ids)],
    )
    return _bookings(await cursor.fetchall())


async def exists(conn: ReadConn, event_id: str, booking_id: str) -> bool:
    """Tell whether a booking was written."""
    cursor = await conn.execute("SELECT 1 FROM bookings WHERE event_id = %s AND id = %s", [event_id, booking_id])
    return await cursor.fetchone() is not None


def _bookings(rows: list[TupleRow]) -> dict[str, Booking]:
    """Fold rows of one line each into bookings; the lines of a booking come one after the other."""
    found: dict[str, Booking] = {}
    for row in rows:
        booking_id: str = row[0]
        line = Demand(row[6], row[7])
        before = found.get(booking_id)
        if before:
            found[booking_id] = before._replace(lines=(*before.lines, line))
        else:
            found[booking_id] = Booking(booking_id, *row[1:6], (line,))
    return found
