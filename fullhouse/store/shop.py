"""What the shop shows of events: the list, and which event an address means."""

from typing import LiteralString

from psycopg.rows import TupleRow

from fullhouse.rules.event import EventPosition
from fullhouse.rules.listing import Listed, ListingFilter
from fullhouse.store.db import ReadConn
from fullhouse.store.image import image_from

_LISTED_COLUMNS = len(Listed._fields) - 1

_IS_FIRST_OF_SLUG: LiteralString = """
    NOT EXISTS (
        SELECT FROM events s JOIN organizers t ON t.id = s.organizer_id
        WHERE s.slug = e.slug AND s.id < e.id AND s.state <> 'draft' AND t.test_of IS NULL
    )
"""


async def event_of_slug(conn: ReadConn, slug: str) -> str | None:
    """The id of the event that a slug means, not of a draft: the oldest of all organizers that has it.

    One that is for tests only has it while no other event does.
    """
    cursor = await conn.execute(
        """
        SELECT e.id::text FROM events e JOIN organizers o ON o.id = e.organizer_id
        WHERE e.slug = %s AND e.state <> 'draft'
        ORDER BY o.test_of IS NOT NULL, e.id LIMIT 1
        """,
        [slug],
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def listed(conn: ReadConn, chosen: ListingFilter, after: EventPosition | None, limit: int) -> list[Listed]:
    """Up to `limit` events that are published and not over, in order of date, then id, from behind `after`.

    Those of organizers for tests are left out.
    """
    sql: LiteralString = f"""
        SELECT e.id::text,
               CASE WHEN e.slug IS NOT NULL AND {_IS_FIRST_OF_SLUG} THEN e.slug ELSE e.id::text END,
               e.name, e.starts_at, e.ends_at, e.venue, e.time_zone, e.currency, o.id::text, o.name,
               h.capacity - h.held_back - h.taken,
               i.id::text, i.width, i.height, i.widths, i.plain_type
        FROM events e
        JOIN houses h ON h.event_id = e.id
        JOIN organizers o ON o.id = e.organizer_id
        LEFT JOIN images i ON i.id = e.image_id
        WHERE e.state = 'published' AND o.test_of IS NULL
          AND e.starts_at >= coalesce(%(since)s::timestamptz, %(now)s::timestamptz - interval '60 days')
          AND coalesce(e.ends_at, e.starts_at) > %(now)s
          AND (%(until)s::timestamptz IS NULL OR e.starts_at < %(until)s)
          AND (%(organizer_id)s::uuid IS NULL OR e.organizer_id = %(organizer_id)s)
          AND (%(words)s::text[] IS NULL OR concat_ws(' ', e.name, e.venue, o.name) ILIKE ALL (%(words)s))
          AND (%(after)s::timestamptz IS NULL OR (e.starts_at, e.id) > (%(after)s, %(after_id)s::uuid))
        ORDER BY e.starts_at, e.id
        LIMIT %(limit)s
    """  # noqa: S608 - all of it is of this file
    values = {
        **chosen._asdict(),
        "words": None if chosen.text is None else [f"%{_escaped(word)}%" for word in chosen.text.split()],
        "after": after and after.starts_at,
        "after_id": after and after.id,
        "limit": limit,
    }
    # The best plan depends on which filters are given, so each call is planned for itself.
    cursor = await conn.execute(sql, values, prepare=False)
    return [_listed(row) for row in await cursor.fetchall()]


def _listed(row: TupleRow) -> Listed:
    return Listed._make([*row[:_LISTED_COLUMNS], image_from(row[_LISTED_COLUMNS:])])


def _escaped(text: str) -> str:
    """Let the wildcards of LIKE stand for themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
