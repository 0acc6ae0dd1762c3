"""Bookings and their lines: set-based, one statement for a whole batch."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import LiteralString

from psycopg.rows import TupleRow

from fullhouse.rules.booking import Booking
from fullhouse.rules.capacity import Demand
from fullhouse.store import pool
from fullhouse.store.arrays import int_array, uuid_array
from fullhouse.store.db import ReadConn
from fullhouse.store.pipeline import Pipeline, Reply, no_rows


def insert(
    pipeline: Pipeline,
    bookings: Sequence[Booking],
    bookings_made: dict[str, int],
    taken_change: dict[tuple[str, str], int],
) -> None:
    """Write new bookings, made in one moment, with their lines; set how many each event has made.

    Pools change by `taken_change`, by (event id, pool id). PostgreSQL answers with a CheckViolation when that
    would oversell one, and nothing of the transaction is done.
    """
    lines = [(b.event_id, b.id, n, *line) for b in bookings for n, line in enumerate(b.lines, 1)]
    pipeline.send(
        """
        WITH counted AS (
            UPDATE event_counters c SET bookings_made = n.made
            FROM unnest($1::uuid[], $2::bigint[]) AS n (event_id, made)
            WHERE c.event_id = n.event_id
        ), changed AS (
            UPDATE pools p SET taken = p.taken + c.places
            FROM unnest($3::uuid[], $4::uuid[], $5::integer[]) AS c (event_id, id, places)
            WHERE p.event_id = c.event_id AND p.id = c.id
        ), written AS (
            INSERT INTO bookings (event_id, id, number, status, created_at)
            SELECT event_id, id, number, 'confirmed', $6::timestamptz
            FROM unnest($7::uuid[], $8::uuid[], $9::bigint[]) AS b (event_id, id, number)
        )
        INSERT INTO booking_lines (event_id, booking_id, line, pool_id, quantity)
        SELECT * FROM unnest($10::uuid[], $11::uuid[], $12::smallint[], $13::uuid[], $14::integer[])
        """,
        [
            uuid_array(bookings_made),
            int_array(bookings_made.values()),
            *pool.change_arrays(taken_change),
            bookings[0].created_at.isoformat(),
            uuid_array([b.event_id for b in bookings]),
            uuid_array([b.id for b in bookings]),
            int_array([b.number for b in bookings]),
            uuid_array([line[0] for line in lines]),
            uuid_array([line[1] for line in lines]),
            int_array([line[2] for line in lines]),
            uuid_array([line[3] for line in lines]),
            int_array([line[4] for line in lines]),
        ],
        no_rows,
    )


def cancel(pipeline: Pipeline, bookings: Sequence[Booking], now: datetime) -> None:
    """Mark confirmed bookings as cancelled, all in one moment."""
    pipeline.send(
        """
        UPDATE bookings b SET status = 'cancelled', cancelled_at = $1::timestamptz
        FROM unnest($2::uuid[], $3::uuid[]) AS c (event_id, id)
        WHERE b.event_id = c.event_id AND b.id = c.id AND b.status = 'confirmed'
        """,
        [now.isoformat(), uuid_array([b.event_id for b in bookings]), uuid_array([b.id for b in bookings])],
        no_rows,
    )


def load(pipeline: Pipeline, keys: Iterable[tuple[str, str]]) -> Reply[dict[str, Booking]]:
    """Bookings with their lines by (event id, booking id); those that do not exist are left out."""
    wanted = list(keys)
    return pipeline.send(
        """
        SELECT b.id::text, b.event_id::text, b.number, b.status, b.created_at, b.cancelled_at,
               l.pool_id::text, l.quantity
        FROM unnest($1::uuid[], $2::uuid[]) AS w (event_id, id)
        JOIN bookings b ON b.event_id = w.event_id AND b.id = w.id
        JOIN booking_lines l ON l.event_id = b.event_id AND l.booking_id = b.id
        ORDER BY b.event_id, b.id, l.line
        """,
        [uuid_array([event_id for event_id, _ in wanted]), uuid_array([booking_id for _, booking_id in wanted])],
        _bookings,
    )


async def find(conn: ReadConn, ids: Sequence[str]) -> dict[str, Booking]:
    """Bookings with their lines by their ids alone, as buyers know them."""
    cursor = await conn.execute(
        """
        SELECT b.id::text, b.event_id::text, b.number, b.status, b.created_at, b.cancelled_at,
               l.pool_id::text, l.quantity
        FROM bookings b
        JOIN booking_lines l ON l.event_id = b.event_id AND l.booking_id = b.id
        WHERE b.id = ANY (%s::uuid[])
        ORDER BY b.event_id, b.id, l.line
        """,
        [uuid_array(ids)],
    )
    return _bookings(await cursor.fetchall())


def exists(pipeline: Pipeline, event_id: str, booking_id: str) -> Reply[bool]:
    """Tell whether a booking was written."""
    sql: LiteralString = "SELECT 1 FROM bookings WHERE event_id = $1::uuid AND id = $2::uuid"
    return pipeline.send(sql, [event_id, booking_id], bool)


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
            found[booking_id] = Booking(booking_id, row[1], row[2], row[3], row[4], row[5], (line,))
    return found
