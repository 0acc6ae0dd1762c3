"""Events: written once, listed, and read with what is left of them."""

from collections.abc import Sequence
from datetime import datetime

from fullhouse.rules.event import Availability, Event, EventDraft, EventFilter, EventPosition
from fullhouse.store.arrays import array
from fullhouse.store.db import ReadConn, WriteConn


async def create(conn: WriteConn, event_id: str, organizer_id: str, draft: EventDraft, now: datetime) -> None:
    """Add an event. Its house is added apart."""
    await conn.execute(
        """
        INSERT INTO events (id, organizer_id, name, venue, starts_at, created_at) VALUES (%s, %s, %s, %s, %s, %s)
        """,
        [event_id, organizer_id, draft.name, draft.venue, draft.starts_at, now],
    )


async def find(conn: ReadConn, ids: Sequence[str]) -> dict[str, Event]:
    """Events by id; those that do not exist are left out."""
    cursor = await conn.execute(
        """
        SELECT e.id::text, e.name, e.starts_at, e.venue,
               h.capacity, h.capacity - h.taken, e.created_at
        FROM events e JOIN houses h ON h.event_id = e.id
        WHERE e.id = ANY (%s::uuid[])
        """,
        [array(ids)],
    )
    return {row[0]: Event(*row) for row in await cursor.fetchall()}


async def availability(conn: ReadConn, ids: Sequence[str]) -> dict[str, Availability]:
    """What is left of events; those that do not exist are left out."""
    cursor = await conn.execute(
        """
        SELECT event_id::text, capacity, capacity - taken FROM houses WHERE event_id = ANY (%s::uuid[])
        """,
        [array(ids)],
    )
    return {row[0]: Availability(*row) for row in await cursor.fetchall()}


async def page(conn: ReadConn, chosen: EventFilter, after: EventPosition | None, limit: int) -> list[Event]:
    """Up to `limit` events in order of date, then id, from behind `after`."""
    text = None if chosen.text is None else f"%{_escaped(chosen.text)}%"
    cursor = await conn.execute(
        """
        SELECT e.id::text, e.name, e.starts_at, e.venue, h.capacity, h.capacity - h.taken, e.created_at
        FROM events e JOIN houses h ON h.event_id = e.id
        WHERE (%(since)s::timestamptz IS NULL OR e.starts_at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR e.starts_at < %(until)s)
          AND (%(text)s::text IS NULL OR e.name ILIKE %(text)s OR e.venue ILIKE %(text)s)
          AND (%(after)s::timestamptz IS NULL OR (e.starts_at, e.id) > (%(after)s, %(after_id)s::uuid))
        ORDER BY e.starts_at, e.id
        LIMIT %(limit)s
        """,
        {
            "since": chosen.since,
            "until": chosen.until,
            "text": text,
            "after": after and after.starts_at,
            "after_id": after and after.id,
            "limit": limit,
        },
        # The best plan depends on which filters are given, so each call is planned for itself.
        prepare=False,
    )
    return [Event(*row) for row in await cursor.fetchall()]


def _escaped(text: str) -> str:
    """Let the wildcards of LIKE stand for themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
