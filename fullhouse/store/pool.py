"""Pools: the counts of what is taken, guarded by a CHECK that no batch can pass over."""

from fullhouse.store.arrays import int_array, uuid_array
from fullhouse.store.db import WriteConn
from fullhouse.store.pipeline import Pipeline, no_rows


def change_taken(pipeline: Pipeline, changes: dict[tuple[str, str], int]) -> None:
    """Add to what is taken of pools, by (event id, pool id); for a batch that makes no bookings.

    PostgreSQL answers with a CheckViolation when a pool would give back what was never taken.
    """
    pipeline.send(
        """
        UPDATE pools p SET taken = p.taken + c.places
        FROM unnest($1::uuid[], $2::uuid[], $3::integer[]) AS c (event_id, id, places)
        WHERE p.event_id = c.event_id AND p.id = c.id
        """,
        change_arrays(changes),
        no_rows,
    )


def change_arrays(changes: dict[tuple[str, str], int]) -> list[str]:
    """Changes as the arrays of event ids, pool ids and places."""
    return [
        uuid_array([event_id for event_id, _ in changes]),
        uuid_array([pool_id for _, pool_id in changes]),
        int_array(changes.values()),
    ]


async def create(conn: WriteConn, event_id: str, pool_id: str, name: str, capacity: int) -> None:
    """Add an empty pool to an event."""
    await conn.execute(
        "INSERT INTO pools (event_id, id, name, capacity) VALUES (%s, %s, %s, %s)", [event_id, pool_id, name, capacity]
    )
