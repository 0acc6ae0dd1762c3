"""Houses: the rows that batches lock, with what is taken, guarded by a CHECK that no batch can pass over."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString

from psycopg.rows import TupleRow

from fullhouse.rules.house import House, HouseChange
from fullhouse.store.arrays import array, int_array
from fullhouse.store.db import WriteConn
from fullhouse.store.pipeline import Pipeline, Reply, no_rows


def lock(pipeline: Pipeline, event_ids: Sequence[str], *, wait: bool) -> Reply[dict[str, House]]:
    """Lock the houses of events until the transaction ends, in order of id, and load them.

    Without `wait`, a house that another transaction has locked is left out, as one that does not exist is.
    After a wait, PostgreSQL reads the newest version of a locked row again.
    """
    return pipeline.send(_LOCK if wait else _LOCK_OR_SKIP, [array(event_ids)], _houses)


_LOCK = """
    SELECT event_id::text, closes_at, bookings_made, capacity, taken FROM houses
    WHERE event_id = ANY ($1::uuid[])
    ORDER BY event_id
    FOR NO KEY UPDATE
"""

_LOCK_OR_SKIP = """
    SELECT event_id::text, closes_at, bookings_made, capacity, taken FROM houses
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


def change(pipeline: Pipeline, changes: Mapping[str, HouseChange]) -> None:
    """Change houses by event id, for a batch that makes no bookings.

    PostgreSQL answers with a CheckViolation when a house would give back what was never taken.
    """
    pipeline.send(
        """
        UPDATE houses h SET bookings_made = c.bookings_made, taken = h.taken + c.places
        FROM unnest($1::uuid[], $2::bigint[], $3::integer[]) AS c (event_id, bookings_made, places)
        WHERE h.event_id = c.event_id
        """,
        change_arrays(changes),
        no_rows,
    )


def change_arrays(changes: Mapping[str, HouseChange]) -> list[str]:
    """Changes as the arrays of event ids, bookings made and places."""
    return [
        array(changes),
        int_array([change.bookings_made for change in changes.values()]),
        int_array([change.places for change in changes.values()]),
    ]


async def create(conn: WriteConn, event_id: str, closes_at: datetime, capacity: int) -> None:
    """Give an event an empty house."""
    await conn.execute(
        "INSERT INTO houses (event_id, closes_at, capacity) VALUES (%s, %s, %s)", [event_id, closes_at, capacity]
    )
