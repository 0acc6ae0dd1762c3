"""Changes of an organizer's events and bookings: notices, read one by one for each booking."""

from collections.abc import Sequence
from typing import LiteralString

from fullhouse.rules.change import Change, Ends
from fullhouse.rules.notice import NoticeKind
from fullhouse.store.db import ReadConn


async def page(
    conn: ReadConn,
    organizer_id: str,
    after: int | None,
    kinds: Sequence[NoticeKind],
    event_ids: Sequence[str] | None,
    limit: int,
) -> tuple[list[Change], Ends]:
    """Up to `limit` changes of these kinds behind a position, or from the first that is kept; and what can be read.

    All of it is as of one moment: nothing is deleted between a look at the ends and one at the changes. Without
    `event_ids` those of all events are told.
    """
    cursor = await conn.execute(
        _PAGE,
        {
            "organizer_id": organizer_id,
            "kinds": list(kinds),
            "event_ids": None if event_ids is None else list(event_ids),
            "after": after,
            "limit": limit,
        },
        # The best plan depends on which filters are given, so each call is planned for itself.
        prepare=False,
    )
    rows = await cursor.fetchall()
    return [Change._make(row[2:]) for row in rows if row[2] is not None], Ends._make(rows[0][:2])


_PAGE: LiteralString = """
    WITH ends AS (
        SELECT max(position) FILTER (WHERE name = 'forgotten') AS forgotten,
               max(position) FILTER (WHERE name = 'numbered') AS numbered
        FROM notice_readers
    )
    SELECT e.forgotten, e.numbered, c.sequence, c.kind, c.at, c.event_id::text, c.booking_number, c.booking_id,
           c.details
    FROM ends e LEFT JOIN LATERAL (
        SELECT s.sequence, s.kind, s.at, s.event_id, s.booking_number, b.id::text AS booking_id, s.details
        FROM (
            SELECT n.position + coalesce(of.ordinal, 1) - 1 AS sequence, n.kind, n.at, n.event_id,
                   of.booking_number, n.details
            FROM (
                SELECT * FROM notices m
                WHERE m.organizer_id = %(organizer_id)s AND m.kind = ANY (%(kinds)s)
                    AND (%(event_ids)s::uuid[] IS NULL OR m.event_id = ANY (%(event_ids)s::uuid[]))
                    -- The last one up to there may be of several bookings, of which some come behind.
                    AND m.position >= coalesce((
                        SELECT max(position) FROM notices
                        WHERE organizer_id = %(organizer_id)s AND position <= %(after)s
                    ), 0)
                ORDER BY m.position LIMIT %(limit)s + 1
            ) n LEFT JOIN LATERAL unnest(n.booking_numbers) WITH ORDINALITY AS of (booking_number, ordinal) ON true
            WHERE n.position + coalesce(of.ordinal, 1) - 1 > coalesce(%(after)s, 0)
            ORDER BY 1 LIMIT %(limit)s
        ) s LEFT JOIN bookings b ON b.event_id = s.event_id AND b.number = s.booking_number
    ) c ON true
    ORDER BY c.sequence
"""


async def latest(conn: ReadConn, after: int) -> tuple[int, dict[str, int]]:
    """The last position that was given, and for each organizer with changes behind `after` that of the last of them."""
    cursor = await conn.execute(
        """
        SELECT r.position, n.organizer_id::text, n.position FROM notice_readers r
        LEFT JOIN (
            SELECT organizer_id, max(position) AS position FROM notices WHERE position > %s GROUP BY organizer_id
        ) n ON true
        WHERE r.name = 'numbered'
        """,
        [after],
    )
    rows = await cursor.fetchall()
    return int(rows[0][0]), {row[1]: int(row[2]) for row in rows if row[1] is not None}
