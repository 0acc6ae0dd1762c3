"""Retention: how long organizers keep the names of people, and how far those of old events are removed."""

from datetime import datetime
from typing import LiteralString, NamedTuple

from fullhouse.rules.privacy import BookingKey, EventPreview
from fullhouse.store.db import ReadConn, WriteConn

_EVENTS: LiteralString = """
    FROM events e
    JOIN organizers o ON o.id = e.organizer_id
    JOIN houses h ON h.event_id = e.id
"""
_IS_OLD: LiteralString = """
    coalesce(e.ends_at, e.starts_at) + make_interval(days => coalesce(%(days)s::integer, o.retention_days)) <= %(now)s
"""


class Page(NamedTuple):
    """Bookings of an old event that are looked at next; `looked_to` is the last of them, `is_last` says it is."""

    event_id: str
    looked_to: int
    is_last: bool
    keys: list[BookingKey]


async def days_of(conn: ReadConn, organizer_id: str) -> int | None:
    """How many days after an event an organizer keeps names; None for ever."""
    cursor = await conn.execute("SELECT retention_days FROM organizers WHERE id = %s", [organizer_id])
    (days,) = await cursor.fetchone() or (None,)
    return days


async def keep_for(conn: WriteConn, organizer_id: str, days: int | None) -> None:
    """Write it."""
    await conn.execute("UPDATE organizers SET retention_days = %s WHERE id = %s", [days, organizer_id])


async def preview(conn: ReadConn, organizer_id: str, days: int | None, now: datetime, most: int) -> list[EventPreview]:
    """Up to `most` events of an organizer whose people are erased next, by so many days or by those that are set."""
    cursor = await conn.execute(
        f"""
        SELECT e.id::text, e.name, e.starts_at, (
            SELECT count(*) FROM bookings b
            WHERE b.event_id = e.id AND b.number > coalesce(x.looked_to, 0) AND b.buyer_name IS NOT NULL
        )
        {_EVENTS} LEFT JOIN event_erasures x ON x.event_id = e.id
        WHERE x.done_at IS NULL AND e.organizer_id = %(organizer_id)s AND {_IS_OLD}
        ORDER BY e.starts_at, e.id LIMIT %(most)s
        """,  # noqa: S608 - all of it is of this file
        {"organizer_id": organizer_id, "days": days, "now": now, "most": most},
        prepare=False,
    )
    return [EventPreview._make(row) for row in await cursor.fetchall()]


async def begin(conn: WriteConn, now: datetime) -> None:
    """Write down which events have become old, if nobody has yet."""
    await conn.execute(
        f"""
        INSERT INTO event_erasures (event_id)
        SELECT e.id {_EVENTS} LEFT JOIN event_erasures x ON x.event_id = e.id
        WHERE x.event_id IS NULL AND {_IS_OLD}
        ORDER BY e.id
        ON CONFLICT DO NOTHING
        """,
        {"days": None, "now": now},
        prepare=False,
    )


async def take(conn: WriteConn, now: datetime, most: int) -> Page | None:
    """The next bookings of an old event, which nobody else takes until the transaction ends. None: all is done."""
    cursor = await conn.execute(
        f"""
        SELECT x.event_id::text, x.looked_to, h.bookings_made
        {_EVENTS} JOIN event_erasures x ON x.event_id = e.id
        WHERE x.done_at IS NULL AND {_IS_OLD}
        ORDER BY x.event_id LIMIT 1 FOR UPDATE OF x SKIP LOCKED
        """,
        {"days": None, "now": now},
        prepare=False,
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    event_id, looked_to, made = row
    last = min(looked_to + most, made)
    keys = [BookingKey(event_id, number) for number in range(looked_to + 1, last + 1)]
    return Page(event_id, last, last == made, keys)


async def move_on(conn: WriteConn, page: Page, now: datetime) -> None:
    """Say that a page was erased."""
    await conn.execute(
        "UPDATE event_erasures SET looked_to = %s, done_at = %s WHERE event_id = %s",
        [page.looked_to, now if page.is_last else None, page.event_id],
    )
