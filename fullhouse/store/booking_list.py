"""Bookings and tickets of an event as lists, the newest first.

A page reads at most a window of booking numbers, which are given without gaps: so no filter, however rare what it
finds, makes one call read all of an event, and selling keeps no index for it.
"""

from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from fullhouse.rules.booking import Booking, Status
from fullhouse.rules.booking_filter import BookingFilter, TicketPosition, TicketState, number_meant
from fullhouse.rules.promo import buyer_key_of
from fullhouse.store.booking import COLUMNS, booking_from
from fullhouse.store.db import ReadConn

BOOKINGS_READ_MAX = 20_000
"""Booking numbers that a page of bookings looks at; a page of tickets looks at a quarter of that."""

STATUS: LiteralString = "CASE WHEN b.status = 'held' AND b.expires_at <= %(now)s THEN 'expired' ELSE b.status END"
"""A hold that has run out is expired, released or not."""

MATCHES: LiteralString = f"""
    (%(status)s::text IS NULL OR {STATUS} = %(status)s)
    AND (%(made_from)s::timestamptz IS NULL OR b.created_at >= %(made_from)s)
    AND (%(made_until)s::timestamptz IS NULL OR b.created_at < %(made_until)s)
    AND (%(paid_by)s::text IS NULL OR b.paid_by = %(paid_by)s)
    AND (%(promo_code)s::text IS NULL OR b.promo ->> 'code_id' = (
        SELECT c.id::text FROM promo_codes c WHERE c.event_id = b.event_id AND c.code = %(promo_code)s
    ))
    AND (%(number)s::bigint IS NULL OR b.number = %(number)s)
    AND (%(buyer_key)s::text IS NULL OR b.buyer_key = %(buyer_key)s)
"""  # noqa: S608 - all of it is of this file
"""What both bookings and tickets are chosen by, from the bookings as b."""

OF_TYPE: LiteralString = """
    (%(ticket_type_id)s::uuid IS NULL OR EXISTS (
        SELECT FROM jsonb_array_elements(b.price -> 'lines') AS line
        WHERE line ->> 'ticket_type_id' = (%(ticket_type_id)s::uuid)::text
    ) OR b.price IS NULL AND EXISTS (
        SELECT FROM tickets t
        WHERE t.event_id = b.event_id AND t.booking_number = b.number AND t.ticket_type_id = %(ticket_type_id)s::uuid
    ))
"""
"""Whether a booking has tickets of a type."""

BOOKING_MATCHES: LiteralString = f"""
    {MATCHES}
    AND (%(text)s::text IS NULL OR b.buyer_name ILIKE %(text)s OR b.buyer_email ILIKE %(text)s)
    AND {OF_TYPE}
"""

TICKET_MATCHES: LiteralString = f"""
    {MATCHES}
    AND (%(text)s::text IS NULL OR b.buyer_name ILIKE %(text)s OR b.buyer_email ILIKE %(text)s
         OR t.holder_name ILIKE %(text)s)
    AND (%(ticket_type_id)s::uuid IS NULL OR t.ticket_type_id = %(ticket_type_id)s::uuid)
    AND (%(ticket_state)s::text IS NULL OR t.state = %(ticket_state)s)
"""
"""The same for the tickets as t beside their bookings."""


class ListedBooking(NamedTuple):
    """A booking as staff see it; `status` as it counts now."""

    booking: Booking
    status: Status
    confirmed_at: datetime | None
    promo_code: str | None


class ListedTicket(NamedTuple):
    """A ticket as staff see it, never with its code."""

    event_id: str
    booking_id: str
    booking_number: int
    number: int
    ticket_type_id: str
    ticket_type: str | None
    state: TicketState
    holder_name: str | None
    buyer_name: str | None
    buyer_email: str | None
    booking_status: Status
    made_at: datetime


class BookingPage(NamedTuple):
    """What was found, and behind which number to go on; None when there is no more."""

    found: list[ListedBooking]
    next_before: int | None


class TicketPage(NamedTuple):
    """What was found, and behind which ticket to go on; None when there is no more."""

    found: list[ListedTicket]
    next_after: TicketPosition | None


def parameters(chosen: BookingFilter, event_id: str, bookings_made: int, now: datetime) -> dict[str, Any]:
    """What `MATCHES` is asked with, for one event."""
    number = number_meant(chosen, event_id, bookings_made)
    return {
        **chosen._asdict(),
        "event_id": event_id,
        "now": now,
        "number": number,
        "text": None if chosen.text is None or number is not None else f"%{_escaped(chosen.text)}%",
        "buyer_key": chosen.email and buyer_key_of(chosen.email),
    }


def _escaped(text: str) -> str:
    """Let the wildcards of LIKE stand for themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def bookings(
    conn: ReadConn, event_id: str, chosen: BookingFilter, before: int | None, limit: int, now: datetime
) -> BookingPage:
    """Up to `limit` bookings of an event with numbers below `before`; perhaps none, though there are more."""
    made = await _bookings_made(conn, event_id)
    asked = parameters(chosen, event_id, made, now)
    highest = made if before is None else min(before - 1, made)
    window = _window(asked, highest, BOOKINGS_READ_MAX)
    cursor = await conn.execute(
        f"""
        SELECT {STATUS}, b.confirmed_at, c.code, {COLUMNS}
        FROM bookings b
        LEFT JOIN promo_codes c ON c.event_id = b.event_id AND c.id = (b.promo ->> 'code_id')::uuid
        WHERE b.event_id = %(event_id)s AND b.number BETWEEN %(lowest)s AND %(highest)s AND {BOOKING_MATCHES}
        ORDER BY b.number DESC LIMIT %(limit)s
        """,  # noqa: S608 - all of it is of this file, or the columns of a booking
        {**asked, **window, "limit": limit + 1},
        # The best plan depends on which filters are given, so each call is planned for itself.
        prepare=False,
    )
    rows = await cursor.fetchall()
    found = [ListedBooking(booking_from(row[3:]), *row[:3]) for row in rows[:limit]]
    if len(rows) > limit:
        return BookingPage(found, found[-1].booking.number)
    return BookingPage(found, window["lowest"] if window["lowest"] > 1 else None)


async def tickets(
    conn: ReadConn, event_id: str, chosen: BookingFilter, after: TicketPosition | None, limit: int, now: datetime
) -> TicketPage:
    """Up to `limit` tickets of an event behind `after`; perhaps none, though there are more."""
    made = await _bookings_made(conn, event_id)
    asked = parameters(chosen, event_id, made, now)
    highest = made if after is None else min(after.booking_number, made)
    window = _window(asked, highest, BOOKINGS_READ_MAX // 4)
    cursor = await conn.execute(
        f"""
        SELECT b.event_id::text, b.id::text, b.number, t.number, t.ticket_type_id::text, y.name, t.state, t.holder_name,
               b.buyer_name, b.buyer_email, {STATUS}, b.created_at
        FROM bookings b
        JOIN tickets t ON t.event_id = b.event_id AND t.booking_number = b.number
        LEFT JOIN ticket_types y ON y.event_id = t.event_id AND y.id = t.ticket_type_id
        WHERE b.event_id = %(event_id)s AND b.number BETWEEN %(lowest)s AND %(highest)s
            AND t.event_id = %(event_id)s AND t.booking_number BETWEEN %(lowest)s AND %(highest)s
            AND (%(after)s::bigint IS NULL OR b.number < %(after)s OR t.number > %(after_ticket)s)
            AND {TICKET_MATCHES}
        ORDER BY b.number DESC, t.number LIMIT %(limit)s
        """,  # noqa: S608 - all of it is of this file
        {
            **asked,
            **window,
            "limit": limit + 1,
            "after": after and after.booking_number,
            "after_ticket": after and after.number,
        },
        prepare=False,
    )
    rows = await cursor.fetchall()
    found = [ListedTicket._make(row) for row in rows[:limit]]
    if len(rows) > limit:
        return TicketPage(found, TicketPosition(found[-1].booking_number, found[-1].number))
    # No booking has this many tickets, so the next page begins with the booking below.
    behind = TicketPosition(window["lowest"], TICKET_NUMBER_MAX)
    return TicketPage(found, behind if window["lowest"] > 1 else None)


TICKET_NUMBER_MAX = 32_767
"""The highest number that a ticket can have."""


def _window(asked: dict[str, Any], highest: int, size: int) -> dict[str, int]:
    """The numbers to look at: few, but for what an index finds anyway."""
    if asked["number"] is not None or asked["buyer_key"] is not None:
        return {"lowest": 1, "highest": highest}
    return {"lowest": max(1, highest - size + 1), "highest": highest}


async def _bookings_made(conn: ReadConn, event_id: str) -> int:
    cursor = await conn.execute("SELECT bookings_made FROM houses WHERE event_id = %s", [event_id])
    (made,) = await cursor.fetchone() or (0,)
    return int(made)
