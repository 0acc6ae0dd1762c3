"""Houses: the rows that batches lock, with what is taken, guarded by a CHECK that no batch can pass over."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString

from psycopg.rows import TupleRow

from fullhouse.rules.house import House, HouseChange
from fullhouse.rules.notice import Notice
from fullhouse.store import notice
from fullhouse.store.arrays import array, int_array, moment_array
from fullhouse.store.db import ReadConn, WriteConn
from fullhouse.store.pipeline import Pipeline, Reply, no_rows


def lock(pipeline: Pipeline, event_ids: Sequence[str], *, wait: bool) -> Reply[dict[str, House]]:
    """Lock the houses of events until the transaction ends, in order of id, and load them.

    Without `wait`, a house that another transaction has locked is left out, as one that does not exist is.
    After a wait, PostgreSQL reads the newest version of a locked row again.
    """
    return pipeline.send(_LOCK if wait else _LOCK_OR_SKIP, [array(event_ids)], _houses)


_LOCK = """
    SELECT event_id::text, offer_version, next_expiry_at, bookings_made, notices_made, capacity, held_back, taken
    FROM houses
    WHERE event_id = ANY ($1::uuid[])
    ORDER BY event_id
    FOR NO KEY UPDATE
"""

_LOCK_OR_SKIP = """
    SELECT event_id::text, offer_version, next_expiry_at, bookings_made, notices_made, capacity, held_back, taken
    FROM houses
    WHERE event_id = ANY ($1::uuid[])
    ORDER BY event_id
    FOR NO KEY UPDATE SKIP LOCKED
"""


def _houses(rows: list[TupleRow]) -> dict[str, House]:
    return {row[0]: House._make(row) for row in rows}


def existing(pipeline: Pipeline, event_ids: Sequence[str]) -> Reply[set[str]]:
    """Those of the ids that are events."""
    sql: LiteralString = "SELECT event_id::text FROM houses WHERE event_id = ANY ($1::uuid[])"
    return pipeline.send(sql, [array(event_ids)], lambda rows: {row[0] for row in rows})


def change(pipeline: Pipeline, changes: Mapping[str, HouseChange], notices: Sequence[Notice]) -> None:
    """Change houses by event id and write the notices, for a batch that makes no bookings that only count seats.

    PostgreSQL answers with a CheckViolation when a house would give back what was never taken.
    """
    pipeline.send(
        """
        WITH changed AS (
            UPDATE houses h
            SET bookings_made = coalesce(c.bookings_made, h.bookings_made), taken = h.taken + c.places,
                notices_made = coalesce(c.notices_made, h.notices_made)
            FROM unnest($1::uuid[], $2::bigint[], $3::integer[], $4::bigint[])
                AS c (event_id, bookings_made, places, notices_made)
            WHERE h.event_id = c.event_id
        )
        INSERT INTO notices (event_id, number, organizer_id, kind, at, booking_numbers, details)
        SELECT event_id, number, organizer_id, kind, at, booking_numbers::bigint[], details::jsonb
        FROM unnest($5::uuid[], $6::bigint[], $7::uuid[], $8::text[], $9::timestamptz[], $10::text[], $11::text[])
            AS n (event_id, number, organizer_id, kind, at, booking_numbers, details)
        """,
        [*change_arrays(changes, notices), *notice.arrays(notices)],
        no_rows,
    )


def change_arrays(changes: Mapping[str, HouseChange], notices: Sequence[Notice]) -> list[str]:
    """Changes as the arrays of event ids, bookings made, places and notices made.

    A house of which nothing is changed may have notices all the same, as when a hold is confirmed.
    """
    # Those of an event are in order, so the last one counts.
    made = {one.event_id: one.number for one in notices}
    event_ids = [*changes, *(event_id for event_id in made if event_id not in changes)]
    found = [changes.get(event_id) for event_id in event_ids]
    return [
        array(event_ids),
        int_array([change.bookings_made if change else None for change in found]),
        int_array([change.places if change else 0 for change in found]),
        int_array([made.get(event_id) for event_id in event_ids]),
    ]


def expect(pipeline: Pipeline, expiries: Mapping[str, datetime | None]) -> None:
    """Set the moments, by event id, before which no hold runs out."""
    pipeline.send(
        """
        UPDATE houses h SET next_expiry_at = e.next_expiry_at
        FROM unnest($1::uuid[], $2::timestamptz[]) AS e (event_id, next_expiry_at)
        WHERE h.event_id = e.event_id
        """,
        [array(expiries), moment_array(expiries.values())],
        no_rows,
    )


async def with_due_holds(conn: ReadConn, now: datetime, most: int) -> list[str]:
    """Up to `most` events whose holds may have run out, those that have waited longest first."""
    cursor = await conn.execute(
        "SELECT event_id::text FROM houses WHERE next_expiry_at <= %s ORDER BY next_expiry_at LIMIT %s", [now, most]
    )
    return [row[0] for row in await cursor.fetchall()]


async def hold(conn: WriteConn, event_id: str) -> None:
    """Lock the house of an event until the transaction ends, beside the engine; locked before anything else of it."""
    await conn.execute("SELECT FROM houses WHERE event_id = %s FOR NO KEY UPDATE", [event_id])


async def create(conn: WriteConn, event_id: str, capacity: int) -> None:
    """Give an event an empty house."""
    await conn.execute("INSERT INTO houses (event_id, capacity) VALUES (%s, %s)", [event_id, capacity])
