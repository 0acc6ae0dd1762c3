"""Sales in numbers over all events of an organizer, and what is held of an event's pools."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from fullhouse.rules.sales import Figures
from fullhouse.store.arrays import array
from fullhouse.store.db import ReadConn
from fullhouse.store.sales import figures_of


class EventSold(NamedTuple):
    """An event of a list, and all that it ever sold as far as it is counted."""

    event_id: str
    name: str
    starts_at: datetime
    time_zone: str
    currency: str
    state: str
    capacity: int
    taken: int
    figures: Figures


_SUMS: LiteralString = """
    coalesce(sum(s.sold), 0)::bigint, coalesce(sum(s.comp), 0)::bigint, coalesce(sum(s.cancelled), 0)::bigint,
    coalesce(sum(s.net_minor), 0)::bigint, coalesce(sum(s.fees_minor), 0)::bigint,
    coalesce(sum(s.tax_minor), 0)::bigint, coalesce(sum(s.back_net_minor), 0)::bigint,
    coalesce(sum(s.back_fees_minor), 0)::bigint, coalesce(sum(s.back_tax_minor), 0)::bigint
"""


async def events(conn: ReadConn, organizer_id: str, without: Sequence[str]) -> list[EventSold]:
    """All events of an organizer in order of date; of those in `without`, what they sold is left out."""
    cursor = await conn.execute(
        f"""
        SELECT e.id::text, e.name, e.starts_at, e.time_zone, e.currency, e.state, h.capacity, h.taken, {_SUMS}
        FROM events e JOIN houses h ON h.event_id = e.id
        LEFT JOIN sales s ON s.event_id = e.id AND s.grain = 'ever' AND e.id <> ALL (%s::uuid[])
        WHERE e.organizer_id = %s GROUP BY e.id, h.event_id ORDER BY e.starts_at, e.id
        """,  # noqa: S608 - all of it is of this file
        [array(without), organizer_id],
        prepare=False,
    )
    return [EventSold._make([*row[:8], figures_of(row[8:])]) for row in await cursor.fetchall()]


async def over_time(
    conn: ReadConn,
    organizer_id: str,
    grain: str,
    since: datetime,
    until: datetime | None,
    without: Sequence[str],
) -> list[tuple[str, datetime, Figures]]:
    """By currency and moment what the events of an organizer sold, but for those in `without`."""
    cursor = await conn.execute(
        f"""
        SELECT e.currency, s.at, {_SUMS}
        FROM events e JOIN sales s ON s.event_id = e.id AND s.grain = %(grain)s AND s.at >= %(since)s
            AND (%(until)s::timestamptz IS NULL OR s.at < %(until)s)
        WHERE e.organizer_id = %(organizer_id)s AND e.id <> ALL (%(without)s::uuid[])
        GROUP BY e.currency, s.at
        """,  # noqa: S608 - all of it is of this file
        {
            "organizer_id": organizer_id,
            "grain": grain,
            "since": since,
            "until": until,
            "without": array(without),
        },
        prepare=False,
    )
    return [(row[0], row[1], figures_of(row[2:])) for row in await cursor.fetchall()]


async def held(conn: ReadConn, event_id: str) -> dict[str, int]:
    """Places that holds take of the house, by the event's id, and of each pool, by its id."""
    cursor = await conn.execute(
        """
        SELECT id, sum(places)::bigint FROM (
            SELECT b.event_id::text AS id, b.places FROM bookings b
            WHERE b.event_id = %(event_id)s AND b.status = 'held'
            UNION ALL
            SELECT d.key, d.value::integer FROM bookings b, jsonb_each_text(b.drawn) d
            WHERE b.event_id = %(event_id)s AND b.status = 'held' AND b.drawn IS NOT NULL
        ) h GROUP BY id
        """,
        {"event_id": event_id},
        prepare=False,
    )
    found: dict[str, Any] = dict(await cursor.fetchall())
    return {pool_id: int(places) for pool_id, places in found.items()}
