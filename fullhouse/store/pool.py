"""Pools: read with the house as the first of them, made, changed, deleted. What is taken of them the engine writes."""

from datetime import datetime

from fullhouse.rules.pool import HOUSE_NAME, Pool
from fullhouse.store.db import ReadConn, WriteConn


async def everything(conn: ReadConn, event_id: str) -> list[Pool]:
    """The house and all pools of an event, the oldest first; nothing when there is no such event."""
    cursor = await conn.execute(
        """
        SELECT id::text, event_id::text, name, capacity, held_back, taken
        FROM (
            SELECT event_id AS id, event_id, %(house_name)s::text AS name, capacity, held_back, taken,
                   NULL::timestamptz AS created_at
            FROM houses WHERE event_id = %(event_id)s
            UNION ALL
            SELECT id, event_id, name, capacity, held_back, taken, created_at FROM pools WHERE event_id = %(event_id)s
        ) p
        ORDER BY created_at NULLS FIRST, id
        """,
        {"event_id": event_id, "house_name": HOUSE_NAME},
    )
    return [Pool._make(row) for row in await cursor.fetchall()]


async def ticket_types_drawing(conn: ReadConn, event_id: str, pool_id: str) -> int:
    """How many ticket types draw on a pool."""
    cursor = await conn.execute(
        "SELECT count(*) FROM ticket_type_pools WHERE event_id = %s AND pool_id = %s", [event_id, pool_id]
    )
    return sum(row[0] for row in await cursor.fetchall())


async def insert(conn: WriteConn, pool: Pool, now: datetime) -> None:
    """Add a pool that nothing is taken of yet."""
    await conn.execute(
        """
        INSERT INTO pools (event_id, id, name, capacity, held_back, created_at) VALUES (%s, %s, %s, %s, %s, %s)
        """,
        [pool.event_id, pool.id, pool.name, pool.capacity, pool.held_back, now],
    )


async def update(conn: WriteConn, pool: Pool) -> None:
    """Change a pool that is not the house."""
    await conn.execute(
        "UPDATE pools SET name = %s, capacity = %s, held_back = %s WHERE event_id = %s AND id = %s",
        [pool.name, pool.capacity, pool.held_back, pool.event_id, pool.id],
    )


async def update_house(conn: WriteConn, house: Pool) -> None:
    """Change how many places the house has and holds back."""
    await conn.execute(
        "UPDATE houses SET capacity = %s, held_back = %s WHERE event_id = %s",
        [house.capacity, house.held_back, house.event_id],
    )


async def delete(conn: WriteConn, pool: Pool) -> None:
    """Delete a pool that no ticket type draws on."""
    await conn.execute("DELETE FROM pools WHERE event_id = %s AND id = %s", [pool.event_id, pool.id])
