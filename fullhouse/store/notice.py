"""Notices: written with what they tell of, given their positions after the commit, and read in that order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from psycopg.types.json import Jsonb
from pydantic_core import to_json

from fullhouse.rules.notice import Notice, NoticeKind
from fullhouse.store.arrays import array, int_array, moment_array, text_array
from fullhouse.store.db import ReadConn, WriteConn


class Numbered(NamedTuple):
    """How many notices were given positions, and the last position that is given by now."""

    notices: int
    position: int


def arrays(notices: Sequence[Notice]) -> list[str]:
    """Notices as the arrays of event ids, numbers, organizer ids, kinds, moments, booking numbers and details.

    Booking numbers and details are texts, as an array of arrays of different lengths is none.
    """
    return [
        array([one.event_id for one in notices]),
        int_array([one.number for one in notices]),
        array([one.organizer_id for one in notices]),
        array([one.kind for one in notices]),
        moment_array([one.at for one in notices]),
        text_array([int_array(one.booking_numbers) for one in notices]),
        text_array([None if one.details is None else to_json(one.details).decode() for one in notices]),
    ]


async def add(
    conn: WriteConn,
    event_ids: Sequence[str],
    kind: NoticeKind,
    at: datetime,
    booking_number: int | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Write beside the engine what happened to events, or to a booking of one, in the transaction in which it does.

    It locks their houses, as batches do: who locks anything else that a batch locks has to hold the house before.
    """
    await conn.execute(
        """
        WITH counted AS (
            UPDATE houses SET notices_made = notices_made + 1 WHERE event_id = ANY (%s::uuid[])
            RETURNING event_id, notices_made
        )
        INSERT INTO notices (event_id, number, organizer_id, kind, at, booking_numbers, details)
        SELECT c.event_id, c.notices_made, e.organizer_id, %s, %s, %s::bigint[], %s
        FROM counted c JOIN events e ON e.id = c.event_id
        """,
        [
            array(event_ids),
            kind,
            at,
            [] if booking_number is None else [booking_number],
            None if details is None else Jsonb(details),
        ],
    )


async def lock_reader(conn: WriteConn, name: str) -> int | None:
    """Lock a reader until the transaction ends, and tell up to which position it has read; None if another is at it."""
    cursor = await conn.execute(
        "SELECT position FROM notice_readers WHERE name = %s FOR NO KEY UPDATE SKIP LOCKED", [name]
    )
    row = await cursor.fetchone()
    return None if row is None else int(row[0])


async def move_reader(conn: WriteConn, name: str, position: int) -> None:
    """Say up to which position a locked reader has read."""
    await conn.execute("UPDATE notice_readers SET position = %s WHERE name = %s", [position, name])


async def after(conn: ReadConn, position: int, most: int) -> list[Notice]:
    """The next notices behind a position, in order: the first, and those that begin less than `most` positions later.

    So there are few of them if each is of many bookings. A reader moves on to the position of the last of them.
    """
    cursor = await conn.execute(
        """
        SELECT event_id::text, number, organizer_id::text, kind, at, booking_numbers, details, position
        FROM notices
        WHERE position > %(behind)s
            AND position < %(most)s + (SELECT min(position) FROM notices WHERE position > %(behind)s)
        ORDER BY position
        """,
        {"behind": position, "most": most},
    )
    return [Notice._make([*row[:5], tuple(row[5]), *row[6:]]) for row in await cursor.fetchall()]


async def is_any_new(conn: ReadConn) -> bool:
    """Tell whether there are notices that have no position yet."""
    cursor = await conn.execute("SELECT EXISTS (SELECT FROM notices WHERE position IS NULL)")
    ((is_any,),) = await cursor.fetchall()
    return bool(is_any)


async def number(conn: WriteConn, position: int, most: int) -> Numbered:
    """Give the positions behind one to notices that have none, for who has locked the reader `numbered`.

    Of each event those with the lowest numbers come first. They are numbered under the lock of its house, so a notice
    can be seen only when those before it can. Clocks differ, so one counts as late as the latest before it of the
    same event.
    """
    cursor = await conn.execute(
        """
        WITH found AS (
            SELECT event_id, number, at, greatest(1, cardinality(booking_numbers)) AS size
            FROM notices WHERE position IS NULL ORDER BY event_id, number LIMIT %(most)s
        ), timed AS (
            SELECT event_id, number, size, max(at) OVER (PARTITION BY event_id ORDER BY number) AS at FROM found
        ), placed AS (
            SELECT event_id, number, size, %(position)s + sum(size) OVER (ORDER BY at, event_id, number) AS last
            FROM timed
        ), numbered AS (
            UPDATE notices n SET position = p.last - p.size + 1
            FROM placed p WHERE n.event_id = p.event_id AND n.number = p.number
        )
        UPDATE notice_readers r SET position = p.position
        FROM (SELECT count(*) AS notices, coalesce(max(last), %(position)s)::bigint AS position FROM placed) p
        WHERE r.name = 'numbered'
        RETURNING p.notices, p.position
        """,
        {"position": position, "most": most},
    )
    (row,) = await cursor.fetchall()
    return Numbered._make(row)


async def last_to_forget(conn: ReadConn, old: datetime) -> int:
    """The position up to which every notice was made before a moment, and was read by all readers."""
    cursor = await conn.execute(
        """
        SELECT least(
            (SELECT min(position) FROM notice_readers WHERE name <> 'forgotten'),
            (SELECT position - 1 FROM notices WHERE position IS NOT NULL AND at >= %s ORDER BY position LIMIT 1)
        )
        """,
        [old],
    )
    ((position,),) = await cursor.fetchall()
    return int(position)


async def forget(conn: WriteConn, position: int) -> None:
    """Delete the notices up to a position."""
    await conn.execute("DELETE FROM notices WHERE position <= %s", [position])


RULES: dict[str, LiteralString] = {
    # The oldest are forgotten; what is kept has no gap.
    "an event's notices are numbered one after the other, as many as were made": """
        SELECT coalesce(h.event_id, n.event_id), 'notices_made', coalesce(h.notices_made::text, 'no house'),
               coalesce(n.kept || ' from ' || n.first || ' to ' || n.last, 'none')
        FROM houses h FULL JOIN (
            SELECT event_id, count(*) AS kept, min(number) AS first, max(number) AS last FROM notices GROUP BY event_id
        ) n ON n.event_id = h.event_id
        CROSS JOIN (SELECT position > 0 AS are_any_forgotten FROM notice_readers WHERE name = 'forgotten') f
        WHERE CASE
            WHEN n.event_id IS NULL THEN h.notices_made > 0 AND NOT f.are_any_forgotten
            ELSE h.notices_made IS DISTINCT FROM n.last OR n.kept <> n.last - n.first + 1
                OR (n.first > 1 AND NOT f.are_any_forgotten)
        END
    """,
    "notices have one order, without gaps, which is that of each event's numbers": """
        SELECT event_id, number, coalesce(position::text, 'none'), following
        FROM (
            SELECT event_id, number, position,
                   lag(position + greatest(1, cardinality(booking_numbers)), 1, position) OVER by_position AS following,
                   lag(coalesce(position, 9223372036854775807)) OVER by_number AS before
            FROM notices
            WINDOW by_position AS (ORDER BY position NULLS LAST),
                   by_number AS (PARTITION BY event_id ORDER BY number)
        ) n
        WHERE position IS NOT NULL AND (position <> following OR position <= before)
    """,
    "positions are given up to the last of the notices that have one": """
        SELECT '', 'notice_readers', r.position, n.last
        FROM notice_readers r
        CROSS JOIN (SELECT max(position + greatest(1, cardinality(booking_numbers)) - 1) AS last FROM notices) n
        WHERE r.name = 'numbered' AND r.position <> n.last
    """,
    # Of events all of whose notices are there, from the first on: the others have older bookings.
    "a confirmed booking was told of once": """
        SELECT b.event_id, b.id, coalesce(n.times, 0), 1
        FROM notices first JOIN bookings b ON b.event_id = first.event_id
        LEFT JOIN (
            SELECT n.event_id, of.number, count(*) AS times FROM notices n, unnest(n.booking_numbers) AS of (number)
            WHERE n.kind = 'booking.confirmed' GROUP BY n.event_id, of.number
        ) n ON n.event_id = b.event_id AND n.number = b.number
        WHERE first.number = 1 AND first.kind = 'event.created' AND b.status = 'confirmed' AND coalesce(n.times, 0) <> 1
    """,
}
"""What the audit checks of notices."""
