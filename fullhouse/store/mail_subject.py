"""What mails tell of, looked up for many of them at once: events with their organizers, bookings, how to pay."""

from collections.abc import Collection, Mapping
from typing import LiteralString

from fullhouse.rules.booking import Booking, Buyer
from fullhouse.rules.mail import EventSeen, Seen
from fullhouse.rules.telling import Addressed, OfBooking
from fullhouse.store.arrays import array, int_array
from fullhouse.store.booking import COLUMNS, booking_from
from fullhouse.store.db import ReadConn


async def seen(conn: ReadConn, wanted: Collection[OfBooking]) -> dict[OfBooking, Seen]:
    """What is told of bookings, all as it is now."""
    found = await bookings(conn, wanted)
    events = await events_seen(conn, {event_id for event_id, _ in found})
    paying = await _instructions(conn, wanted)
    return {key: Seen(events[key[0]], booking, paying.get(key, {})) for key, booking in found.items()}


async def addressed(conn: ReadConn, wanted: Collection[OfBooking]) -> dict[OfBooking, Addressed]:
    """The buyers of bookings, by the bookings' events and numbers; those without an address are left out."""
    cursor = await conn.execute(
        """
        SELECT b.event_id::text, b.number, b.status, b.buyer_name, b.buyer_email
        FROM unnest(%s::uuid[], %s::bigint[]) AS w (event_id, number)
        JOIN bookings b ON b.event_id = w.event_id AND b.number = w.number
        WHERE b.buyer_email IS NOT NULL
        """,
        _keys(wanted),
    )
    return {
        (event_id, number): Addressed(status, Buyer(*who)) for event_id, number, status, *who in await cursor.fetchall()
    }


async def bookings(conn: ReadConn, wanted: Collection[OfBooking]) -> dict[OfBooking, Booking]:
    """Bookings by their events and numbers."""
    sql: LiteralString = f"""
        SELECT {COLUMNS}
        FROM unnest(%s::uuid[], %s::bigint[]) AS w (event_id, number)
        JOIN bookings b ON b.event_id = w.event_id AND b.number = w.number
    """  # noqa: S608 - of the store
    cursor = await conn.execute(sql, _keys(wanted))
    found = [booking_from(row) for row in await cursor.fetchall()]
    return {(one.event_id, one.number): one for one in found}


async def events_seen(conn: ReadConn, event_ids: Collection[str]) -> dict[str, EventSeen]:
    """Events by their ids, as mails tell of them."""
    cursor = await conn.execute(
        """
        SELECT e.id::text, e.name, e.venue, e.starts_at, e.doors_at, e.time_zone, c.reason, o.name, o.reply_to
        FROM events e
        JOIN organizers o ON o.id = e.organizer_id
        LEFT JOIN event_cancellations c ON c.event_id = e.id
        WHERE e.id = ANY (%s::uuid[])
        """,
        [array(event_ids)],
    )
    return {row[0]: EventSeen._make(row) for row in await cursor.fetchall()}


async def organizers_of(conn: ReadConn, event_ids: Collection[str]) -> dict[str, str]:
    """The organizers of events, by the events' ids."""
    cursor = await conn.execute(
        "SELECT id::text, organizer_id::text FROM events WHERE id = ANY (%s::uuid[])", [array(event_ids)]
    )
    return dict(await cursor.fetchall())


async def organizer_names(conn: ReadConn, organizer_ids: Collection[str]) -> dict[str, str]:
    """The names of organizers by their ids."""
    cursor = await conn.execute(
        "SELECT id::text, name FROM organizers WHERE id = ANY (%s::uuid[])", [array(organizer_ids)]
    )
    return dict(await cursor.fetchall())


async def cancelled_with_event(conn: ReadConn, wanted: Collection[OfBooking]) -> set[OfBooking]:
    """Those of the bookings that were cancelled because their event was."""
    cursor = await conn.execute(
        """
        SELECT c.event_id::text, c.booking_number
        FROM unnest(%s::uuid[], %s::bigint[]) AS w (event_id, number)
        JOIN booking_changes c ON c.event_id = w.event_id AND c.booking_number = w.number
        WHERE c.what = 'cancellation' AND c.by = 'event_cancellation'
        """,
        _keys(wanted),
    )
    return {(event_id, number) for event_id, number in await cursor.fetchall()}


async def _instructions(conn: ReadConn, wanted: Collection[OfBooking]) -> Mapping[OfBooking, dict[str, str]]:
    """How to pay what is open, where that is by bank transfer; what is secret of other ways stays out of mails."""
    cursor = await conn.execute(
        """
        SELECT p.event_id::text, p.booking_number, p.instructions
        FROM unnest(%s::uuid[], %s::bigint[]) AS w (event_id, number)
        JOIN payments p ON p.event_id = w.event_id AND p.booking_number = w.number
        WHERE p.state = 'open' AND p.provider = 'bank_transfer'
        """,
        _keys(wanted),
    )
    return {(event_id, number): given for event_id, number, given in await cursor.fetchall()}


def _keys(wanted: Collection[OfBooking]) -> list[str]:
    return [array([event_id for event_id, _ in wanted]), int_array([number for _, number in wanted])]
