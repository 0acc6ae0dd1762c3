"""Sales in numbers, kept by the worker: counted from the notices of an event, or anew from all of its rows.

The notices of an event are numbered in the order of their commits, and what they tell of does not change any more.
So who reads adds what the worker has not counted yet, and every answer is as of one moment.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from fullhouse.rules.sales import At, Counts, Figures
from fullhouse.rules.settlement import Earned, Sold, TakenBack, Tickets
from fullhouse.store.arrays import array, int_array, moment_array
from fullhouse.store.booking import price_of_text
from fullhouse.store.db import ReadConn, WriteConn

NOTICES_MAX = 2_000
"""So many are counted at once. When the oldest are forgotten, an event is counted anew from its rows."""
LOOK_MAX = 10_000
"""So much is counted for one who looks: notices, or bookings of events that are counted anew."""


class Progress(NamedTuple):
    """How far an event is counted; `is_whole` says that the notices behind that, up to `until`, are all there.

    `counted` is None for an event that never was, or by other days than those of its time zone now.
    """

    event_id: str
    time_zone: str
    notices_made: int
    bookings_made: int
    counted: int | None
    until: int
    is_whole: bool

    @property
    def is_anew(self) -> bool:
        """Whether it has to be counted anew from its rows."""
        return self.counted is None or not self.is_whole

    @property
    def work(self) -> int:
        """How many notices are counted next, or bookings if it is anew."""
        return self.bookings_made if self.counted is None or not self.is_whole else self.until - self.counted


_SINCE: LiteralString = """
    (SELECT DISTINCT of.number, n.at FROM notices n, unnest(n.booking_numbers) AS of (number)
     WHERE n.event_id = %(event_id)s AND n.number > %(after)s AND n.number <= %(until)s AND n.kind = ANY (%(kinds)s))
"""
_ALL_CONFIRMED: LiteralString = """
    (SELECT number, coalesce(confirmed_at, created_at) AS at FROM bookings WHERE event_id = %(event_id)s)
"""
_ALL_CANCELLED: LiteralString = """
    (SELECT DISTINCT booking_number AS number, at FROM booking_changes
     WHERE event_id = %(event_id)s AND what = 'cancellation')
"""
_ALL_TAKEN_BACK: LiteralString = """
    (SELECT DISTINCT booking_number AS number, at FROM ledger_postings
     WHERE event_id = %(event_id)s AND what = 'cancellation')
"""


@asynccontextmanager
async def one_moment(conn: ReadConn) -> AsyncIterator[None]:
    """Let a connection see one moment throughout."""
    async with conn.transaction():
        await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


async def progress(conn: ReadConn, event_ids: Sequence[str]) -> list[Progress]:
    """How far events are counted."""
    cursor = await conn.execute(
        """
        SELECT event_id::text, time_zone, notices_made, bookings_made, notices_counted,
               CASE WHEN is_whole THEN until ELSE notices_made END, is_whole
        FROM (
            SELECT h.event_id, e.time_zone, h.notices_made, h.bookings_made, c.notices_counted, u.until, coalesce((
                SELECT count(*) FROM notices n
                WHERE n.event_id = h.event_id AND n.number > c.notices_counted AND n.number <= u.until
            ) = u.until - c.notices_counted, false) AS is_whole
            FROM houses h JOIN events e ON e.id = h.event_id
            LEFT JOIN sales_counts c ON c.event_id = h.event_id AND c.time_zone = e.time_zone
            CROSS JOIN LATERAL (SELECT least(h.notices_made, c.notices_counted + %(most)s) AS until) u
            WHERE h.event_id = ANY (%(events)s::uuid[])
        ) p
        """,
        {"events": array(event_ids), "most": NOTICES_MAX},
        prepare=False,
    )
    return [Progress._make(row) for row in await cursor.fetchall()]


async def uncounted_since(conn: ReadConn, up_to: Mapping[str, int]) -> datetime | None:
    """The first moment of what is told behind these notices of events; None when there is nothing."""
    cursor = await conn.execute(
        """
        SELECT min(n.at) FROM unnest(%s::uuid[], %s::bigint[]) AS u (event_id, number), LATERAL (
            SELECT at FROM notices WHERE event_id = u.event_id AND number > u.number ORDER BY number LIMIT 1
        ) n
        """,
        [array(list(up_to)), int_array(list(up_to.values()))],
        prepare=False,
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def behind(conn: ReadConn, organizer_id: str | None = None) -> list[str]:
    """Events, all or those of an organizer, that have sold something and are not counted to the last notice."""
    cursor = await conn.execute(
        """
        SELECT h.event_id::text FROM houses h JOIN events e ON e.id = h.event_id
        LEFT JOIN sales_counts c ON c.event_id = h.event_id AND c.time_zone = e.time_zone
        WHERE h.bookings_made > 0 AND h.notices_made > coalesce(c.notices_counted, -1)
            AND (%(organizer_id)s::uuid IS NULL OR e.organizer_id = %(organizer_id)s)
        """,
        {"organizer_id": organizer_id},
        prepare=False,
    )
    return [str(event_id) for (event_id,) in await cursor.fetchall()]


async def keep_event(conn: WriteConn, event_id: str) -> bool:
    """Let nobody delete an event until the transaction ends; False when it is gone."""
    cursor = await conn.execute("SELECT FROM events WHERE id = %s FOR KEY SHARE", [event_id])
    return cursor.rowcount == 1


async def lock(conn: WriteConn, one: Progress) -> bool:
    """Lock an event's count until the transaction ends; False when another is at it, or has been."""
    cursor = await conn.execute(
        """
        SELECT FROM sales_counts WHERE event_id = %s AND time_zone = %s AND notices_counted = %s
        FOR NO KEY UPDATE SKIP LOCKED
        """,
        [one.event_id, one.time_zone, one.counted],
    )
    return cursor.rowcount == 1


async def counts(conn: ReadConn, one: Progress) -> Counts:
    """What is counted next of an event; all that ever happened to it, if the notices do not tell it."""
    asked = {"event_id": one.event_id, "after": one.counted, "until": one.until}
    if one.is_anew:
        tickets = [*await _issued(conn, _ALL_CONFIRMED, asked), *await _cancelled(conn, _ALL_CANCELLED, asked)]
        sold = await _sold(conn, _ALL_CONFIRMED, asked)
        return Counts(tickets, sold, await _taken_back(conn, _ALL_TAKEN_BACK, asked))
    confirmed = {**asked, "kinds": ["booking.confirmed"]}
    cancelled = {**asked, "kinds": ["booking.cancelled", "tickets.cancelled"]}
    tickets = [*await _issued(conn, _SINCE, confirmed), *await _cancelled(conn, _SINCE, cancelled)]
    return Counts(tickets, await _sold(conn, _SINCE, confirmed), await _taken_back(conn, _SINCE, cancelled))


# In the four that follow OFFSET 0 keeps each of the told bookings being looked up by its number. Left to choose,
# PostgreSQL takes a large event of which it has no statistics yet for a small one, and compares all with all.


async def _issued(conn: ReadConn, told: LiteralString, asked: dict[str, Any]) -> list[tuple[datetime, str, Tickets]]:
    cursor = await conn.execute(
        f"""
        SELECT date_bin('15 minutes', w.at, timestamptz '2000-01-01Z'), t.ticket_type_id::text,
               count(*) FILTER (WHERE b.paid_by IS DISTINCT FROM 'comp'), count(*) FILTER (WHERE b.paid_by = 'comp')
        FROM {told} w
        CROSS JOIN LATERAL (
            SELECT paid_by FROM bookings WHERE event_id = %(event_id)s AND number = w.number OFFSET 0
        ) b
        CROSS JOIN LATERAL (
            SELECT ticket_type_id FROM tickets WHERE event_id = %(event_id)s AND booking_number = w.number OFFSET 0
        ) t
        GROUP BY 1, 2
        """,  # noqa: S608 - all of it is of this file
        asked,
        prepare=False,
    )
    return [(at, type_id, Tickets(sold, comp)) for at, type_id, sold, comp in await cursor.fetchall()]


async def _cancelled(conn: ReadConn, told: LiteralString, asked: dict[str, Any]) -> list[tuple[datetime, str, Tickets]]:
    cursor = await conn.execute(
        f"""
        SELECT date_bin('15 minutes', w.at, timestamptz '2000-01-01Z'), t.ticket_type_id::text, count(*)
        FROM {told} w
        CROSS JOIN LATERAL (
            SELECT details FROM booking_changes
            WHERE event_id = %(event_id)s AND booking_number = w.number AND at = w.at AND what = 'cancellation' OFFSET 0
        ) c
        CROSS JOIN LATERAL jsonb_array_elements_text(c.details -> 'tickets') AS gone (number)
        CROSS JOIN LATERAL (
            SELECT ticket_type_id FROM tickets
            WHERE event_id = %(event_id)s AND booking_number = w.number AND number = gone.number::smallint OFFSET 0
        ) t
        GROUP BY 1, 2
        """,  # noqa: S608 - all of it is of this file
        asked,
        prepare=False,
    )
    return [(at, type_id, Tickets(cancelled=gone)) for at, type_id, gone in await cursor.fetchall()]


async def _sold(conn: ReadConn, told: LiteralString, asked: dict[str, Any]) -> list[tuple[datetime, Sold]]:
    cursor = await conn.execute(
        f"""
        SELECT date_bin('15 minutes', l.at, timestamptz '2000-01-01Z'), b.price::text, count(*)
        FROM {told} w
        CROSS JOIN LATERAL (
            SELECT at FROM ledger_postings
            WHERE event_id = %(event_id)s AND booking_number = w.number AND what = 'sale' OFFSET 0
        ) l
        CROSS JOIN LATERAL (
            SELECT price FROM bookings WHERE event_id = %(event_id)s AND number = w.number OFFSET 0
        ) b
        GROUP BY 1, 2
        """,  # noqa: S608 - all of it is of this file
        asked,
        prepare=False,
    )
    return [(at, Sold(price_of_text(price), times)) for at, price, times in await cursor.fetchall()]


async def _taken_back(conn: ReadConn, told: LiteralString, asked: dict[str, Any]) -> list[tuple[datetime, TakenBack]]:
    cursor = await conn.execute(
        f"""
        SELECT date_bin('15 minutes', l.at, timestamptz '2000-01-01Z'), b.price::text, c.details -> 'tickets',
               l.sales_minor, l.fees_minor, l.tax_minor, count(*)
        FROM {told} w
        CROSS JOIN LATERAL (
            SELECT at, number, sales_minor, fees_minor, tax_minor FROM ledger_postings
            WHERE event_id = %(event_id)s AND booking_number = w.number AND at = w.at AND what = 'cancellation' OFFSET 0
        ) l
        CROSS JOIN LATERAL (
            SELECT price FROM bookings WHERE event_id = %(event_id)s AND number = w.number OFFSET 0
        ) b
        CROSS JOIN LATERAL (
            SELECT details FROM booking_changes
            WHERE event_id = %(event_id)s AND booking_number = w.number AND what = 'cancellation'
                AND (details -> 'tickets' ->> 0)::smallint = l.number OFFSET 0
        ) c
        GROUP BY 1, 2, 3, 4, 5, 6
        """,  # noqa: S608 - all of it is of this file
        asked,
        prepare=False,
    )
    return [
        (at, TakenBack(price_of_text(price), tuple(numbers), Earned(*amounts), times))
        for at, price, numbers, *amounts, times in await cursor.fetchall()
    ]


async def keep(conn: WriteConn, one: Progress, figures: Mapping[At, Figures]) -> None:
    """Add what was counted of an event; what was counted anew takes the place of all that there was."""
    if one.is_anew:
        await conn.execute("DELETE FROM sales WHERE event_id = %s", [one.event_id])
    numbers = [[*of.tickets, *of.earned, *of.back] for of in figures.values()]
    await conn.execute(
        """
        INSERT INTO sales AS s (event_id, grain, at, ticket_type_id, sold, comp, cancelled, net_minor, fees_minor,
                                tax_minor, back_net_minor, back_fees_minor, back_tax_minor)
        SELECT %s, f.* FROM unnest(
            %s::text[], %s::timestamptz[], %s::uuid[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[],
            %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]
        ) AS f
        ON CONFLICT (event_id, grain, at, ticket_type_id) DO UPDATE
        SET sold = s.sold + excluded.sold, comp = s.comp + excluded.comp,
            cancelled = s.cancelled + excluded.cancelled,
            net_minor = s.net_minor + excluded.net_minor, fees_minor = s.fees_minor + excluded.fees_minor,
            tax_minor = s.tax_minor + excluded.tax_minor,
            back_net_minor = s.back_net_minor + excluded.back_net_minor,
            back_fees_minor = s.back_fees_minor + excluded.back_fees_minor,
            back_tax_minor = s.back_tax_minor + excluded.back_tax_minor
        """,
        [
            one.event_id,
            array([at.grain for at in figures]),
            moment_array([at.moment for at in figures]),
            array([at.ticket_type_id for at in figures]),
            *(int_array([row[column] for row in numbers]) for column in range(9)),
        ],
        prepare=False,
    )
    await conn.execute(
        """
        INSERT INTO sales_counts (event_id, notices_counted, time_zone) VALUES (%s, %s, %s)
        ON CONFLICT (event_id) DO UPDATE
        SET notices_counted = excluded.notices_counted, time_zone = excluded.time_zone
        """,
        [one.event_id, one.until, one.time_zone],
    )


async def kept(
    conn: ReadConn, event_id: str, grain: str, since: datetime | None, until: datetime | None
) -> dict[At, Figures]:
    """What is kept of an event, of the whole and of a grain in a time."""
    cursor = await conn.execute(
        """
        SELECT grain, at, ticket_type_id::text, sold, comp, cancelled, net_minor, fees_minor, tax_minor,
               back_net_minor, back_fees_minor, back_tax_minor
        FROM sales WHERE event_id = %(event_id)s AND (grain = 'ever' OR grain = %(grain)s
            AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
            AND (%(until)s::timestamptz IS NULL OR at < %(until)s))
        """,
        {"event_id": event_id, "grain": grain, "since": since, "until": until},
        prepare=False,
    )
    return {At(*row[:3]): figures_of(row[3:]) for row in await cursor.fetchall()}


def figures_of(row: Sequence[int]) -> Figures:
    """The nine numbers of a row."""
    return Figures(Tickets(*row[:3]), Earned(*row[3:6]), Earned(*row[6:9]))
