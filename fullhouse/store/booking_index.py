"""What bookings are found by, written by the worker behind the selling, event by event and in order of their numbers.

Who works at an event locks the row of its tally. What is not looked through yet is told to whoever searches, so that
nothing is missed in the meantime.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fullhouse.store.arrays import array, int_array
from fullhouse.store.db import ReadConn, WriteConn


class Indexed(NamedTuple):
    """An event of an organizer, and up to which of its bookings it is looked through."""

    event_id: str
    organizer_id: str
    bookings_made: int
    bookings_indexed: int


class Worded(NamedTuple):
    """A booking, and the words that it is found by."""

    number: int
    made_at: datetime
    words: Sequence[str]


class Named(NamedTuple):
    """A booking with whoever is named in it."""

    number: int
    made_at: datetime
    name: str | None
    email: str | None
    buyer_key: str | None
    holders: Sequence[str]


BEFORE_ALL = "00000000-0000-0000-0000-000000000000"
"""An id that stands before that of every event."""


async def behind(conn: ReadConn, after: str, most: int) -> list[str]:
    """Up to `most` events with bookings that are not looked through yet, in order of their ids, from behind `after`."""
    cursor = await conn.execute(
        """
        SELECT h.event_id::text FROM houses h LEFT JOIN event_tallies k ON k.event_id = h.event_id
        WHERE h.event_id > %s AND h.bookings_made > coalesce(k.bookings_indexed, 0)
        ORDER BY h.event_id LIMIT %s
        """,
        [after, most],
    )
    return [str(event_id) for (event_id,) in await cursor.fetchall()]


async def lock(conn: WriteConn, event_id: str) -> Indexed | None:
    """Lock an event's tally until the transaction ends; None when another is at it, or there is none.

    Until then the event can't be deleted, which would leave behind what is written here.
    """
    cursor = await conn.execute(
        """
        SELECT k.event_id::text, k.organizer_id::text, h.bookings_made, k.bookings_indexed
        FROM event_tallies k JOIN houses h ON h.event_id = k.event_id JOIN events e ON e.id = k.event_id
        WHERE k.event_id = %s FOR NO KEY UPDATE OF k SKIP LOCKED FOR KEY SHARE OF e SKIP LOCKED
        """,
        [event_id],
    )
    row = await cursor.fetchone()
    return None if row is None else Indexed._make(row)


async def add_tallies(conn: WriteConn, event_ids: Sequence[str]) -> None:
    """Give events a tally that have none."""
    await conn.execute(
        """
        INSERT INTO event_tallies (event_id, organizer_id)
        SELECT id, organizer_id FROM events WHERE id = ANY (%s::uuid[]) ORDER BY id FOR KEY SHARE
        ON CONFLICT DO NOTHING
        """,
        [array(event_ids)],
    )


async def add_runs(conn: WriteConn, one: Indexed, last: int) -> None:
    """Write when the bookings of a locked event behind those that are indexed, up to `last`, were made."""
    await conn.execute(
        """
        INSERT INTO booking_runs AS r (event_id, made_at, first_number, last_number, organizer_id)
        SELECT event_id, created_at, min(number), max(number), %s FROM bookings
        WHERE event_id = %s AND number > %s AND number <= %s
        GROUP BY event_id, created_at
        ON CONFLICT (event_id, made_at) DO UPDATE
        SET first_number = least(r.first_number, excluded.first_number),
            last_number = greatest(r.last_number, excluded.last_number)
        """,
        [one.organizer_id, one.event_id, one.bookings_indexed, last],
    )


async def named(conn: ReadConn, event_id: str, first: int, last: int) -> list[Named]:
    """The bookings of an event with these numbers in which anybody is named, in order."""
    cursor = await conn.execute(
        """
        SELECT number, created_at, buyer_name, buyer_email, buyer_key, holders FROM (
            SELECT b.number, b.created_at, b.buyer_name, b.buyer_email, b.buyer_key, ARRAY(
                SELECT t.holder_name FROM tickets t
                WHERE t.event_id = b.event_id AND t.booking_number = b.number AND t.holder_name IS NOT NULL
            ) AS holders
            FROM bookings b WHERE b.event_id = %s AND b.number BETWEEN %s AND %s
        ) b
        WHERE buyer_name IS NOT NULL OR holders <> '{}' ORDER BY number
        """,
        [event_id, first, last],
    )
    return [Named._make(row) for row in await cursor.fetchall()]


async def add_words(conn: WriteConn, one: Indexed, found: Sequence[Worded]) -> None:
    """Write the words of bookings of an event; those that are there stay."""
    each = [(booking, word) for booking in found for word in booking.words]
    await conn.execute(
        """
        INSERT INTO booking_words (event_id, booking_number, word, organizer_id, made_at)
        SELECT %s, number, word, %s, made_at
        FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[]) AS w (number, word, made_at)
        ON CONFLICT DO NOTHING
        """,
        [
            one.event_id,
            one.organizer_id,
            int_array([booking.number for booking, _ in each]),
            [word for _, word in each],
            [booking.made_at for booking, _ in each],
        ],
    )


async def move_on(conn: WriteConn, event_id: str, last: int) -> None:
    """Say up to which booking a locked event is looked through."""
    await conn.execute("UPDATE event_tallies SET bookings_indexed = %s WHERE event_id = %s", [last, event_id])


async def hold(conn: WriteConn, event_ids: Sequence[str]) -> None:
    """Lock the tallies of events, so that no name is read there now and written down when it is gone."""
    await add_tallies(conn, event_ids)
    await conn.execute(
        """
        SELECT FROM event_tallies WHERE event_id = ANY (%s::uuid[]) ORDER BY event_id FOR NO KEY UPDATE
        """,
        [array(event_ids)],
    )


async def forget_words(conn: WriteConn, keys: Sequence[tuple[str, int]]) -> None:
    """Delete the words of bookings, by their events and numbers."""
    await conn.execute(
        """
        DELETE FROM booking_words w USING unnest(%s::uuid[], %s::bigint[]) AS k (event_id, number)
        WHERE w.event_id = k.event_id AND w.booking_number = k.number
        """,
        [array([event_id for event_id, _ in keys]), int_array([number for _, number in keys])],
    )
