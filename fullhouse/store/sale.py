"""The sale of an event: its lock, and what has to be known to decide a batch."""

from collections.abc import Sequence
from typing import LiteralString

from psycopg.rows import TupleRow

from fullhouse.rules.allocation import Sale
from fullhouse.rules.capacity import Pool
from fullhouse.store.arrays import uuid_array
from fullhouse.store.pipeline import Pipeline, Reply


def lock(pipeline: Pipeline, event_ids: Sequence[str], *, wait: bool) -> Reply[dict[str, Sale]]:
    """Lock events until the transaction ends, in order of id, and load what a batch needs of them.

    Without `wait`, an event that another transaction has locked is left out, as one that does not exist is.
    Counter and pools are locked by the statement that reads them: after a wait, PostgreSQL reads the newest
    version of a locked row again, but an unlocked one would be as old as the statement.
    """
    return pipeline.send(_LOCK if wait else _LOCK_OR_SKIP, [uuid_array(event_ids)], _sales)


_LOCK = """
    SELECT c.event_id::text, e.starts_at, c.bookings_made, p.id::text, p.capacity, p.taken
    FROM event_counters c
    JOIN events e ON e.id = c.event_id
    JOIN pools p ON p.event_id = c.event_id
    WHERE c.event_id = ANY ($1::uuid[])
    ORDER BY c.event_id, p.id
    FOR NO KEY UPDATE OF c, p
"""

_LOCK_OR_SKIP = """
    SELECT c.event_id::text, e.starts_at, c.bookings_made, p.id::text, p.capacity, p.taken
    FROM event_counters c
    JOIN events e ON e.id = c.event_id
    JOIN pools p ON p.event_id = c.event_id
    WHERE c.event_id = ANY ($1::uuid[])
    ORDER BY c.event_id, p.id
    FOR NO KEY UPDATE OF c, p SKIP LOCKED
"""


def _sales(rows: list[TupleRow]) -> dict[str, Sale]:
    sales: dict[str, Sale] = {}
    for event_id, starts_at, bookings_made, *pool in rows:
        sale = sales.get(event_id)
        if sale is None:
            sale = sales[event_id] = Sale(event_id, starts_at, bookings_made, [])
        sale.pools.append(Pool(*pool))
    return sales


def existing(pipeline: Pipeline, event_ids: Sequence[str]) -> Reply[set[str]]:
    """Those of the ids that are events."""
    sql: LiteralString = "SELECT event_id::text FROM event_counters WHERE event_id = ANY ($1::uuid[])"
    return pipeline.send(sql, [uuid_array(event_ids)], lambda rows: {row[0] for row in rows})
