"""The sale of an event: its lock, and what has to be known to decide a batch."""

from collections.abc import Sequence

from psycopg.rows import TupleRow

from fullhouse.rules.allocation import Sale
from fullhouse.rules.capacity import Pool
from fullhouse.store.arrays import uuid_array
from fullhouse.store.db import ReadConn, Reply, WriteConn


async def lock(conn: WriteConn, event_ids: Sequence[str], *, wait: bool) -> Reply[dict[str, Sale]]:
    """Lock events until the transaction ends, in order of id, and load what a batch needs of them.

    Without `wait`, an event that another transaction has locked is left out, as one that does not exist is.
    Counter and pools are locked by the statement that reads them: after a wait, PostgreSQL reads the newest
    version of a locked row again, but an unlocked one would be as old as the statement.
    """
    return Reply(await conn.execute(_LOCK if wait else _LOCK_OR_SKIP, [uuid_array(event_ids)]), _sales)


_LOCK = """
    SELECT c.event_id::text, e.starts_at, c.bookings_made, p.id::text, p.capacity, p.taken
    FROM event_counters c
    JOIN events e ON e.id = c.event_id
    JOIN pools p ON p.event_id = c.event_id
    WHERE c.event_id = ANY (%s::uuid[])
    ORDER BY c.event_id, p.id
    FOR NO KEY UPDATE OF c, p
"""

_LOCK_OR_SKIP = """
    SELECT c.event_id::text, e.starts_at, c.bookings_made, p.id::text, p.capacity, p.taken
    FROM event_counters c
    JOIN events e ON e.id = c.event_id
    JOIN pools p ON p.event_id = c.event_id
    WHERE c.event_id = ANY (%s::uuid[])
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


async def existing(conn: ReadConn, event_ids: Sequence[str]) -> set[str]:
    """Those of the ids that are events."""
    cursor = await conn.execute(
        "SELECT event_id::text FROM event_counters WHERE event_id = ANY (%s::uuid[])", [uuid_array(event_ids)]
    )
    return {row[0] for row in await cursor.fetchall()}
