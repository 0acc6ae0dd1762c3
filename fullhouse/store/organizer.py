"""Organizers: who puts on events. Until accounts come there is one, made with the first start."""

from datetime import datetime

from fullhouse.store.db import ReadConn, WriteConn

DEFAULT_ID = "00000000-0000-7000-8000-000000000001"
"""A fixed id, so that two first starts at once make one organizer."""


async def create_default(conn: WriteConn, now: datetime) -> None:
    """Make the organizer that owns all events, unless it is there."""
    await conn.execute(
        "INSERT INTO organizers (id, name, created_at) VALUES (%s, 'Box office', %s) ON CONFLICT DO NOTHING",
        [DEFAULT_ID, now],
    )


async def default_exists(conn: ReadConn) -> bool:
    """Tell whether the first start has been made."""
    cursor = await conn.execute("SELECT 1 FROM organizers WHERE id = %s", [DEFAULT_ID])
    return await cursor.fetchone() is not None
