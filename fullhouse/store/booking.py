"""Bookings: set-based, one statement for a whole batch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import LiteralString

from psycopg.rows import TupleRow

from fullhouse.rules.booking import Booking
from fullhouse.rules.house import HouseChange
from fullhouse.store import house
from fullhouse.store.arrays import array, int_array
from fullhouse.store.db import ReadConn
from fullhouse.store.pipeline import Pipeline, Reply, no_rows


def insert(pipeline: Pipeline, bookings: Sequence[Booking], changes: Mapping[str, HouseChange]) -> None:
    """Write new bookings, made in one moment, and change the houses of their events, by event id.

    PostgreSQL answers with a CheckViolation when that would oversell one, and nothing of the transaction is done.
    """
    pipeline.send(
        """
        WITH changed AS (
            UPDATE houses h SET bookings_made = c.bookings_made, taken = h.taken + c.places
            FROM unnest($1::uuid[], $2::bigint[], $3::integer[]) AS c (event_id, bookings_made, places)
            WHERE h.event_id = c.event_id
        )
        INSERT INTO bookings (event_id, number, id, places, status, created_at)
        SELECT event_id, number, id, places, 'confirmed', $4::timestamptz
        FROM unnest($5::uuid[], $6::bigint[], $7::uuid[], $8::integer[]) AS b (event_id, number, id, places)
        """,
        [
            *house.change_arrays(changes),
            bookings[0].created_at.isoformat(),
            array([b.event_id for b in bookings]),
            int_array([b.number for b in bookings]),
            array([b.id for b in bookings]),
            int_array([b.places for b in bookings]),
        ],
        no_rows,
    )


def cancel(pipeline: Pipeline, bookings: Sequence[Booking], now: datetime) -> None:
    """Mark confirmed bookings as cancelled, all in one moment."""
    pipeline.send(
        """
        UPDATE bookings b SET status = 'cancelled', cancelled_at = $1::timestamptz
        FROM unnest($2::uuid[], $3::bigint[]) AS c (event_id, number)
        WHERE b.event_id = c.event_id AND b.number = c.number AND b.status = 'confirmed'
        """,
        [now.isoformat(), array([b.event_id for b in bookings]), int_array([b.number for b in bookings])],
        no_rows,
    )


def load(pipeline: Pipeline, ids: Iterable[str]) -> Reply[dict[str, Booking]]:
    """Bookings by their ids, of whatever event; those that do not exist are left out.

    The ids alone are asked for: with the event beside them, PostgreSQL may go through all bookings of the event.
    """
    return pipeline.send(
        """
        SELECT id::text, event_id::text, number, places, status, created_at, cancelled_at
        FROM bookings WHERE id = ANY ($1::uuid[])
        """,
        [array(ids)],
        _bookings,
    )


async def find(conn: ReadConn, ids: Sequence[str]) -> dict[str, Booking]:
    """Bookings by their ids alone, as buyers know them."""
    cursor = await conn.execute(
        """
        SELECT id::text, event_id::text, number, places, status, created_at, cancelled_at
        FROM bookings WHERE id = ANY (%s::uuid[])
        """,
        [array(ids)],
    )
    return _bookings(await cursor.fetchall())


def exists(pipeline: Pipeline, booking: Booking) -> Reply[bool]:
    """Tell whether a booking was written, and not another one with its number."""
    sql: LiteralString = "SELECT 1 FROM bookings WHERE event_id = $1::uuid AND number = $2::bigint AND id = $3::uuid"
    return pipeline.send(sql, [booking.event_id, str(booking.number), booking.id], bool)


def _bookings(rows: list[TupleRow]) -> dict[str, Booking]:
    return {row[0]: Booking._make(row) for row in rows}
