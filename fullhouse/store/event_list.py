"""The events of one organizer in the order in which he looks for them, and the one that he made last."""

from datetime import datetime
from typing import NamedTuple

from fullhouse.store.arrays import array
from fullhouse.store.db import ReadConn


class EventsWanted(NamedTuple):
    """Which events of an organizer: those still to come, or those that have begun; some alone, if these are named."""

    organizer_id: str
    is_past: bool
    text: str | None = None
    event_ids: frozenset[str] | None = None


async def page(conn: ReadConn, wanted: EventsWanted, now: datetime, offset: int, limit: int) -> list[str]:
    """The ids of up to `limit` events: the next first, or of those that have begun the last first; drafts too."""
    text = None if wanted.text is None else f"%{_escaped(wanted.text)}%"
    cursor = await conn.execute(
        """
        SELECT id::text FROM events
        WHERE organizer_id = %(organizer_id)s AND (starts_at <= %(now)s) = %(is_past)s
          AND (%(text)s::text IS NULL OR name ILIKE %(text)s OR venue ILIKE %(text)s)
          AND (%(event_ids)s::uuid[] IS NULL OR id = ANY (%(event_ids)s))
        ORDER BY CASE WHEN %(is_past)s THEN -extract(epoch FROM starts_at) ELSE extract(epoch FROM starts_at) END, id
        OFFSET %(offset)s LIMIT %(limit)s
        """,
        {
            "organizer_id": wanted.organizer_id,
            "is_past": wanted.is_past,
            "now": now,
            "text": text,
            "event_ids": None if wanted.event_ids is None else array(wanted.event_ids),
            "offset": offset,
            "limit": limit,
        },
        # The best plan depends on what is wanted, so each call is planned for itself.
        prepare=False,
    )
    return [row[0] for row in await cursor.fetchall()]


async def latest(conn: ReadConn, organizer_id: str) -> str | None:
    """The event that an organizer made last."""
    cursor = await conn.execute(
        "SELECT id::text FROM events WHERE organizer_id = %s ORDER BY created_at DESC, id DESC LIMIT 1", [organizer_id]
    )
    row = await cursor.fetchone()
    return None if row is None else str(row[0])


def _escaped(text: str) -> str:
    """Let the wildcards of LIKE stand for themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
