"""What is left of the events that somebody watches, for all of them at once."""

from collections.abc import Sequence

from fullhouse.rules.live import PlacesLeft
from fullhouse.store.arrays import array
from fullhouse.store.db import ReadConn


async def look(conn: ReadConn, event_ids: Sequence[str]) -> dict[str, PlacesLeft]:
    """The places of events, drafts among them, and what is left; events that do not exist are left out."""
    cursor = await conn.execute(
        """
        SELECT h.event_id::text, h.offer_version, h.capacity, h.capacity - h.held_back - h.taken,
               (SELECT json_object_agg(p.id, p.capacity - p.held_back - p.taken) FROM pools p
                WHERE p.event_id = h.event_id)
        FROM houses h WHERE h.event_id = ANY (%s::uuid[])
        """,
        [array(event_ids)],
    )
    return {row[0]: PlacesLeft._make([*row[:4], row[4] or {}]) for row in await cursor.fetchall()}
