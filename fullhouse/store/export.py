"""What exports are made of, read event by event through a cursor of the server: never more than a few rows at once."""

from collections.abc import AsyncGenerator, Sequence
from datetime import datetime
from typing import Any, LiteralString
from zoneinfo import ZoneInfo

from psycopg import AsyncServerCursor

from fullhouse.rules.booking_filter import BookingFilter
from fullhouse.rules.export import EventRow, ExportKind
from fullhouse.store.booking import price_of_text
from fullhouse.store.booking_list import BOOKING_MATCHES, STATUS, TICKET_MATCHES, parameters
from fullhouse.store.db import ReadConn

ROWS_AT_ONCE = 500
"""Few, so that making text of them never keeps the process from selling for long."""

_BOOKINGS: LiteralString = f"""
    SELECT b.number, {STATUS}, b.created_at, b.confirmed_at, b.cancelled_at, b.buyer_name, b.buyer_email, b.places,
           coalesce(cardinality(b.cancelled_tickets), 0), b.price::text, b.paid_by, c.code
    FROM bookings b
    LEFT JOIN promo_codes c ON c.event_id = b.event_id AND c.id = (b.promo ->> 'code_id')::uuid
    WHERE b.event_id = %(event_id)s AND {BOOKING_MATCHES}
    ORDER BY b.number
"""  # noqa: S608 - all of it is of the store

_TICKETS: LiteralString = f"""
    SELECT b.number, t.number, y.name, t.state, t.holder_name, b.buyer_name, b.buyer_email, {STATUS}, b.created_at
    FROM bookings b
    JOIN tickets t ON t.event_id = b.event_id AND t.booking_number = b.number
    LEFT JOIN ticket_types y ON y.event_id = t.event_id AND y.id = t.ticket_type_id
    WHERE b.event_id = %(event_id)s AND {TICKET_MATCHES}
    ORDER BY b.number, t.number
"""  # noqa: S608 - all of it is of the store

# Who attends: of whom no name is known, the buyer's is the best there is.
_HOLDERS: LiteralString = f"""
    SELECT coalesce(t.holder_name, b.buyer_name), y.name, b.number, t.number, b.buyer_name, b.buyer_email
    FROM bookings b
    JOIN tickets t ON t.event_id = b.event_id AND t.booking_number = b.number
    LEFT JOIN ticket_types y ON y.event_id = t.event_id AND y.id = t.ticket_type_id
    WHERE b.event_id = %(event_id)s AND t.state = 'valid' AND {TICKET_MATCHES}
    ORDER BY b.number, t.number
"""  # noqa: S608 - all of it is of the store

_MONEY: LiteralString = f"""
    SELECT b.number, l.at, l.what, l.number, l.money_account, l.currency, l.buyer_minor, l.sales_minor, l.fees_minor,
           l.tax_minor, l.refunds_minor, l.money_minor, b.buyer_name
    FROM bookings b
    JOIN ledger_postings l ON l.event_id = b.event_id AND l.booking_number = b.number
    WHERE b.event_id = %(event_id)s AND {BOOKING_MATCHES}
    ORDER BY b.number, l.at, l.what, l.number
"""  # noqa: S608 - all of it is of the store

_QUERIES: dict[ExportKind, LiteralString] = {
    "bookings": _BOOKINGS,
    "tickets": _TICKETS,
    "holders": _HOLDERS,
    "money": _MONEY,
}


async def events(conn: ReadConn, event_id: str | None, organizer_id: str | None) -> list[EventRow]:
    """One event, or all of an organizer in order of date."""
    cursor = await conn.execute(
        """
        SELECT e.id::text, e.name, e.starts_at, e.time_zone, e.currency, h.bookings_made
        FROM events e JOIN houses h ON h.event_id = e.id
        WHERE e.id = %s OR e.organizer_id = %s
        ORDER BY e.starts_at, e.id
        """,
        [event_id, organizer_id],
        prepare=False,
    )
    return [
        EventRow(event_id, name, starts_at, ZoneInfo(zone), zone, currency, made)
        for event_id, name, starts_at, zone, currency, made in await cursor.fetchall()
    ]


async def rows(
    conn: ReadConn, kind: ExportKind, event: EventRow, chosen: BookingFilter, now: datetime
) -> AsyncGenerator[list[Sequence[Any]], None]:
    """The rows of an event in the columns of its kind, some at a time. Inside a transaction, which it leaves open."""
    async with AsyncServerCursor(conn, "export") as cursor:
        await cursor.execute(_QUERIES[kind], parameters(chosen, event.id, event.bookings_made, now))
        while found := await cursor.fetchmany(ROWS_AT_ONCE):
            yield [_with_price(row) for row in found] if kind == "bookings" else found


def _with_price(row: Sequence[Any]) -> list[Any]:
    """A booking's row with currency, net, tax and total for its price; what is free has none."""
    price = row[9]
    if price is None:
        return [*row[:9], None, None, None, None, *row[10:]]
    agreed = price_of_text(price)
    total = agreed.total
    return [*row[:9], agreed.currency, total.net_minor, total.tax_minor, total.gross_minor, *row[10:]]
