"""Pools: the counts of what is taken, guarded by a CHECK that no batch can pass over."""

from fullhouse.store.arrays import int_array, uuid_array
from fullhouse.store.db import WriteConn


async def change_taken(conn: WriteConn, changes: dict[tuple[str, str], int]) -> None:
    """Add to what is taken of pools, by (event id, pool id).

    Raises CheckViolation when a pool would be oversold or give back what was never taken.
    """
    await conn.execute(
        """
        UPDATE pools p SET taken = p.taken + c.places
        FROM unnest(%s::uuid[], %s::uuid[], %s::integer[]) AS c (event_id, id, places)
        WHERE p.event_id = c.event_id AND p.id = c.id
        """,
        [
            uuid_array([event_id for event_id, _ in changes]),
            uuid_array([pool_id for _, pool_id in changes]),
            int_array(changes.values()),
        ],
    )


async def create(conn: WriteConn, event_id: str, pool_id: str, name: str, capacity: int) -> None:
    """Add an empty pool to an event."""
    await conn.execute(
        "INSERT INTO pools (event_id, id, name, capacity) VALUES (%s, %s, %s, %s)", [event_id, pool_id, name, capacity]
    )
