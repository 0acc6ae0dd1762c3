"""Changes of bookings: added set-based by the engine and one by one beside it, and never rewritten or deleted."""

from collections.abc import Sequence
from typing import LiteralString

import psycopg
from pydantic_core import to_json

from fullhouse.rules.booking_change import BookingChange
from fullhouse.store.arrays import array, int_array, moment_array, text_array
from fullhouse.store.db import ReadConn, WriteConn
from fullhouse.store.pipeline import Pipeline, Reply, no_rows

_INSERT: LiteralString = """
    INSERT INTO booking_changes (event_id, booking_number, id, at, what, by, details)
    SELECT event_id, booking_number, id, at, what, by, details::jsonb
    FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::timestamptz[], $5::text[], $6::text[], $7::text[])
        AS c (event_id, booking_number, id, at, what, by, details)
"""


def insert(pipeline: Pipeline, changes: Sequence[BookingChange]) -> None:
    """Write the changes of a batch."""
    pipeline.send(_INSERT, _columns(changes), no_rows)


def exists(pipeline: Pipeline, change: BookingChange) -> Reply[bool]:
    """Tell whether a change was written."""
    sql: LiteralString = (
        "SELECT 1 FROM booking_changes WHERE event_id = $1::uuid AND booking_number = $2::bigint AND id = $3::uuid"
    )
    return pipeline.send(sql, [change.event_id, str(change.booking_number), change.id], bool)


async def add(conn: WriteConn, change: BookingChange) -> None:
    """Write a change beside the engine."""
    await psycopg.AsyncRawCursor(conn).execute(_INSERT, _columns([change]))


def _columns(changes: Sequence[BookingChange]) -> list[str]:
    return [
        array([one.event_id for one in changes]),
        int_array([one.booking_number for one in changes]),
        array([one.id for one in changes]),
        moment_array([one.at for one in changes]),
        array([one.what for one in changes]),
        text_array([one.by for one in changes]),
        text_array([to_json(one.details).decode() for one in changes]),
    ]


async def of_booking(conn: ReadConn, event_id: str, booking_number: int) -> list[BookingChange]:
    """The changes of a booking in order of time: ids alone tell it only to the millisecond."""
    cursor = await conn.execute(
        """
        SELECT event_id::text, booking_number, id::text, at, what, by, details
        FROM booking_changes WHERE event_id = %s AND booking_number = %s
        ORDER BY at, id
        """,
        [event_id, booking_number],
    )
    return [BookingChange._make(row) for row in await cursor.fetchall()]
