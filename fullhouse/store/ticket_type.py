"""Ticket types: what an event offers, with the pools that each of them draws on."""

from datetime import datetime
from typing import Any

from psycopg.rows import TupleRow

from fullhouse.rules.offer import Tax
from fullhouse.rules.ticket_type import TicketTypeEntry
from fullhouse.store.arrays import array
from fullhouse.store.db import ReadConn, WriteConn


async def create_general_admission(
    conn: WriteConn, event_id: str, type_id: str, now: datetime, price_minor: int = 0
) -> None:
    """Offer one ticket type that draws on the house alone; while it is free, the event only counts seats."""
    await conn.execute(
        """
        INSERT INTO ticket_types (event_id, id, name, price_minor, created_at)
        VALUES (%s, %s, 'General admission', %s, %s)
        """,
        [event_id, type_id, price_minor, now],
    )


async def currency(conn: ReadConn, event_id: str, *, drafts: bool = True) -> str | None:
    """The currency of an event's prices; None when there is no such event, or only a draft that is not asked for."""
    cursor = await conn.execute(
        "SELECT currency FROM events WHERE id = %s AND (%s OR state <> 'draft')", [event_id, drafts]
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def everything(conn: ReadConn, event_id: str, type_id: str | None = None) -> list[TicketTypeEntry]:
    """The ticket types of an event in order of position, then age; only the one of that id, if one is given."""
    cursor = await conn.execute(
        """
        SELECT t.id::text, t.event_id::text, t.name, t.description, t.position, t.price_minor, e.currency,
               t.tax_basis_points, t.tax_is_included,
               t.places, t.tickets_min, t.tickets_max, t.sales_from, t.sales_until, t.visibility,
               ARRAY(SELECT d.pool_id::text FROM ticket_type_pools d
                     WHERE d.event_id = t.event_id AND d.ticket_type_id = t.id ORDER BY d.pool_id),
               t.buyer_tickets_max
        FROM ticket_types t JOIN events e ON e.id = t.event_id
        WHERE t.event_id = %(event_id)s AND (%(type_id)s::uuid IS NULL OR t.id = %(type_id)s::uuid)
        ORDER BY t.position, t.created_at, t.id
        """,
        {"event_id": event_id, "type_id": type_id},
    )
    return [_entry(row) for row in await cursor.fetchall()]


def _entry(columns: TupleRow) -> TicketTypeEntry:
    rate, is_included = columns[7:9]
    return TicketTypeEntry._make(
        [*columns[:7], Tax(rate, is_included), *columns[9:-2], tuple(columns[-2]), columns[-1]]
    )


async def insert(conn: WriteConn, entry: TicketTypeEntry, now: datetime) -> None:
    """Add a ticket type."""
    await conn.execute(
        """
        INSERT INTO ticket_types (event_id, id, name, description, position, price_minor,
                                  tax_basis_points, tax_is_included, places, tickets_min, tickets_max,
                                  sales_from, sales_until, visibility, buyer_tickets_max, created_at)
        VALUES (%(event_id)s, %(id)s, %(name)s, %(description)s, %(position)s, %(price_minor)s,
                %(tax_basis_points)s, %(tax_is_included)s, %(places)s, %(tickets_min)s, %(tickets_max)s,
                %(sales_from)s, %(sales_until)s, %(visibility)s, %(buyer_tickets_max)s, %(now)s)
        """,
        {**_columns(entry), "now": now},
    )
    await _draw(conn, entry)


async def update(conn: WriteConn, entry: TicketTypeEntry) -> None:
    """Change a ticket type, and what it draws on from now on."""
    await conn.execute(
        """
        UPDATE ticket_types
        SET name = %(name)s, description = %(description)s, position = %(position)s, price_minor = %(price_minor)s,
            tax_basis_points = %(tax_basis_points)s, tax_is_included = %(tax_is_included)s, places = %(places)s,
            tickets_min = %(tickets_min)s, tickets_max = %(tickets_max)s,
            sales_from = %(sales_from)s, sales_until = %(sales_until)s, visibility = %(visibility)s,
            buyer_tickets_max = %(buyer_tickets_max)s
        WHERE event_id = %(event_id)s AND id = %(id)s
        """,
        _columns(entry),
    )
    await conn.execute(
        "DELETE FROM ticket_type_pools WHERE event_id = %s AND ticket_type_id = %s", [entry.event_id, entry.id]
    )
    await _draw(conn, entry)


def _columns(entry: TicketTypeEntry) -> dict[str, Any]:
    return {
        **entry._asdict(),
        "tax_basis_points": entry.tax.basis_points,
        "tax_is_included": entry.tax.is_included,
    }


async def _draw(conn: WriteConn, entry: TicketTypeEntry) -> None:
    await conn.execute(
        """
        INSERT INTO ticket_type_pools (event_id, ticket_type_id, pool_id) SELECT %s, %s, unnest(%s::uuid[])
        """,
        [entry.event_id, entry.id, array(entry.pool_ids)],
    )


async def is_sold(conn: ReadConn, event_id: str, type_id: str) -> bool:
    """Tell whether a ticket of this type was ever sold, or is held: a hold has no tickets yet, but names the type."""
    cursor = await conn.execute(
        """
        SELECT EXISTS (SELECT FROM tickets WHERE event_id = %(event_id)s AND ticket_type_id = %(type_id)s::uuid)
            OR EXISTS (SELECT FROM bookings
                       WHERE event_id = %(event_id)s AND status = 'held'
                         AND strpos(price::text, %(type_id)s::text) > 0)
        """,
        {"event_id": event_id, "type_id": type_id},
    )
    return any(row[0] for row in await cursor.fetchall())


async def delete(conn: WriteConn, event_id: str, type_id: str) -> None:
    """Delete a ticket type, with what it draws on."""
    await conn.execute("DELETE FROM ticket_types WHERE event_id = %s AND id = %s", [event_id, type_id])
