"""What settlements are made of: sums over the ledger and the bookings of events, for many events at once."""

from collections.abc import Sequence
from typing import Any, LiteralString

from fullhouse.rules.export import EventRow
from fullhouse.rules.settlement import Earned, Moved, Period, Sold, Sums, TakenBack, Tickets
from fullhouse.store.booking import price_of_text
from fullhouse.store.db import ReadConn

_IN_PERIOD: LiteralString = """
    (%(since)s::timestamptz IS NULL OR l.at >= %(since)s) AND (%(until)s::timestamptz IS NULL OR l.at < %(until)s)
"""


def _asked(events: Sequence[EventRow], period: Period) -> dict[str, Any]:
    return {"events": [event.id for event in events], **period._asdict()}


async def sums(conn: ReadConn, events: Sequence[EventRow], period: Period) -> dict[str, Sums]:
    """What the ledger has by event; events without postings are left out."""
    cursor = await conn.execute(
        f"""
        SELECT l.event_id::text,
            -coalesce(sum(l.sales_minor) FILTER (WHERE l.what = 'sale' AND {_IN_PERIOD}), 0)::bigint,
            -coalesce(sum(l.fees_minor) FILTER (WHERE l.what = 'sale' AND {_IN_PERIOD}), 0)::bigint,
            -coalesce(sum(l.tax_minor) FILTER (WHERE l.what = 'sale' AND {_IN_PERIOD}), 0)::bigint,
            coalesce(sum(l.sales_minor) FILTER (WHERE l.what = 'cancellation' AND {_IN_PERIOD}), 0)::bigint,
            coalesce(sum(l.fees_minor) FILTER (WHERE l.what = 'cancellation' AND {_IN_PERIOD}), 0)::bigint,
            coalesce(sum(l.tax_minor) FILTER (WHERE l.what = 'cancellation' AND {_IN_PERIOD}), 0)::bigint,
            coalesce(sum(l.refunds_minor) FILTER (WHERE {_IN_PERIOD}), 0)::bigint,
            count(*) FILTER (WHERE l.currency <> e.currency)
        FROM ledger_postings l JOIN events e ON e.id = l.event_id
        WHERE l.event_id = ANY (%(events)s::uuid[]) GROUP BY l.event_id
        """,  # noqa: S608 - all of it is of this file
        _asked(events, period),
        prepare=False,
    )
    found = {row[0]: row[1:] for row in await cursor.fetchall()}
    owed = await _owed(conn, events, period)
    return {
        event_id: Sums(Earned(*row[0:3]), Earned(*row[3:6]), row[6], *owed.get(event_id, (0, 0)), row[7])
        for event_id, row in found.items()
    }


async def _owed(conn: ReadConn, events: Sequence[EventRow], period: Period) -> dict[str, tuple[int, int]]:
    """What is owed to buyers, and by buyers, at the end of the time: booking by booking, as one pays for no other."""
    cursor = await conn.execute(
        """
        SELECT event_id::text, coalesce(-sum(owed) FILTER (WHERE owed < 0), 0)::bigint,
               coalesce(sum(owed) FILTER (WHERE owed > 0), 0)::bigint
        FROM (
            SELECT l.event_id, sum(l.buyer_minor) AS owed FROM ledger_postings l
            WHERE l.event_id = ANY (%(events)s::uuid[])
                AND (%(until)s::timestamptz IS NULL OR l.at < %(until)s)
            GROUP BY l.event_id, l.booking_number
        ) each GROUP BY event_id
        """,
        _asked(events, period),
        prepare=False,
    )
    return {row[0]: (row[1], row[2]) for row in await cursor.fetchall()}


async def moved(conn: ReadConn, events: Sequence[EventRow], period: Period) -> dict[str, list[Moved]]:
    """Money by event and account."""
    cursor = await conn.execute(
        f"""
        SELECT l.event_id::text, l.money_account,
               coalesce(sum(l.money_minor) FILTER (WHERE l.what = 'receipt'), 0)::bigint,
               -coalesce(sum(l.money_minor) FILTER (WHERE l.what = 'refund'), 0)::bigint
        FROM ledger_postings l
        WHERE l.event_id = ANY (%(events)s::uuid[]) AND l.money_account IS NOT NULL AND {_IN_PERIOD}
        GROUP BY l.event_id, l.money_account ORDER BY l.money_account
        """,  # noqa: S608 - all of it is of this file
        _asked(events, period),
        prepare=False,
    )
    found: dict[str, list[Moved]] = {}
    for event_id, *row in await cursor.fetchall():
        found.setdefault(event_id, []).append(Moved(*row))
    return found


async def tickets(
    conn: ReadConn, events: Sequence[EventRow], period: Period
) -> dict[str, dict[str, tuple[str, Tickets]]]:
    """Names and tickets by event and ticket type: issued in the time, and cancelled in it."""
    cursor = await conn.execute(
        """
        SELECT t.event_id::text, t.ticket_type_id::text, coalesce(y.name, ''), sum(t.sold)::bigint,
               sum(t.comp)::bigint, sum(t.cancelled)::bigint
        FROM (
            SELECT t.event_id, t.ticket_type_id, count(*) FILTER (WHERE b.paid_by IS DISTINCT FROM 'comp') AS sold,
                   count(*) FILTER (WHERE b.paid_by = 'comp') AS comp, 0 AS cancelled
            FROM tickets t JOIN bookings b ON b.event_id = t.event_id AND b.number = t.booking_number
            WHERE t.event_id = ANY (%(events)s::uuid[])
                AND (%(since)s::timestamptz IS NULL OR coalesce(b.confirmed_at, b.created_at) >= %(since)s)
                AND (%(until)s::timestamptz IS NULL OR coalesce(b.confirmed_at, b.created_at) < %(until)s)
            GROUP BY t.event_id, t.ticket_type_id
            UNION ALL
            SELECT t.event_id, t.ticket_type_id, 0, 0, count(*)
            FROM booking_changes l
            CROSS JOIN LATERAL jsonb_array_elements_text(l.details -> 'tickets') AS gone (number)
            JOIN tickets t ON t.event_id = l.event_id AND t.booking_number = l.booking_number
                AND t.number = gone.number::smallint
            WHERE l.event_id = ANY (%(events)s::uuid[]) AND l.what = 'cancellation'
                AND (%(since)s::timestamptz IS NULL OR l.at >= %(since)s)
                AND (%(until)s::timestamptz IS NULL OR l.at < %(until)s)
            GROUP BY t.event_id, t.ticket_type_id
        ) t
        LEFT JOIN ticket_types y ON y.event_id = t.event_id AND y.id = t.ticket_type_id
        GROUP BY t.event_id, t.ticket_type_id, y.name
        """,
        _asked(events, period),
        prepare=False,
    )
    found: dict[str, dict[str, tuple[str, Tickets]]] = {}
    for event_id, type_id, name, *counts in await cursor.fetchall():
        found.setdefault(event_id, {})[type_id] = (name, Tickets(*counts))
    return found


async def sold(conn: ReadConn, events: Sequence[EventRow], period: Period) -> dict[str, list[Sold]]:
    """Prices that bookings were sold at, by event, and how many at each: in a rush many agree on the same."""
    cursor = await conn.execute(
        f"""
        SELECT l.event_id::text, b.price::text, count(*)
        FROM ledger_postings l JOIN bookings b ON b.event_id = l.event_id AND b.number = l.booking_number
        WHERE l.event_id = ANY (%(events)s::uuid[]) AND l.what = 'sale' AND {_IN_PERIOD}
        GROUP BY l.event_id, b.price
        """,  # noqa: S608 - all of it is of this file
        _asked(events, period),
        prepare=False,
    )
    found: dict[str, list[Sold]] = {}
    for event_id, price, times in await cursor.fetchall():
        found.setdefault(event_id, []).append(Sold(price_of_text(price), times))
    return found


async def taken_back(conn: ReadConn, events: Sequence[EventRow], period: Period) -> dict[str, list[TakenBack]]:
    """What was taken back of sales, by event: which tickets of which price, for how much, and how often."""
    cursor = await conn.execute(
        f"""
        SELECT l.event_id::text, b.price::text, c.details -> 'tickets', l.sales_minor, l.fees_minor, l.tax_minor,
               count(*)
        FROM ledger_postings l
        JOIN bookings b ON b.event_id = l.event_id AND b.number = l.booking_number
        JOIN booking_changes c ON c.event_id = l.event_id AND c.booking_number = l.booking_number
            AND c.what = 'cancellation' AND (c.details -> 'tickets' ->> 0)::smallint = l.number
        WHERE l.event_id = ANY (%(events)s::uuid[]) AND l.what = 'cancellation' AND {_IN_PERIOD}
        GROUP BY l.event_id, b.price, c.details -> 'tickets', l.sales_minor, l.fees_minor, l.tax_minor
        """,  # noqa: S608 - all of it is of this file
        _asked(events, period),
        prepare=False,
    )
    found: dict[str, list[TakenBack]] = {}
    for event_id, price, numbers, *amounts, times in await cursor.fetchall():
        given = TakenBack(price_of_text(price), tuple(numbers), Earned(*amounts), times)
        found.setdefault(event_id, []).append(given)
    return found
