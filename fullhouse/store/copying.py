"""Copies of events with all that they offer, set by set: as many statements for 200 copies as for one."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import LiteralString, NamedTuple

from fullhouse.store.arrays import array
from fullhouse.store.db import ReadConn, WriteConn

NewIds = Callable[[int], list[str]]
"""Makes so many ids, in ascending order."""


class Copy(NamedTuple):
    """A copy that is wanted."""

    event_id: str
    name: str
    starts_at: datetime


async def copy(
    conn: WriteConn, source_id: str, copies: Sequence[Copy], series_id: str | None, new_ids: NewIds, now: datetime
) -> None:
    """Add drafts with everything of an event but its slug and what is taken, and all times moved with the date.

    What it offers gets new ids, in the order of the old ones where nothing else orders it.
    """
    moved = [one.starts_at for one in copies]
    event_ids = [one.event_id for one in copies]
    await conn.execute(_EVENTS, [now, series_id, event_ids, [one.name for one in copies], moved, source_id])
    await conn.execute(_HOUSES, [event_ids, source_id])
    pools = await _renamed(conn, _POOL_IDS, source_id, event_ids, new_ids)
    ticket_types = await _renamed(conn, _TICKET_TYPE_IDS, source_id, event_ids, new_ids)
    fees = await _renamed(conn, _FEE_IDS, source_id, event_ids, new_ids)
    promo_codes = await _renamed(conn, _PROMO_CODE_IDS, source_id, event_ids, new_ids)
    await conn.execute(_POOLS, [now, *pools, source_id])
    await conn.execute(_TICKET_TYPES, [now, *ticket_types, source_id])
    await conn.execute(_TICKET_TYPE_POOLS, [*ticket_types, *pools, source_id])
    await conn.execute(_FEES, [now, *fees, source_id])
    await conn.execute(_PROMO_CODES, [now, *ticket_types, *promo_codes, source_id])


async def span(conn: ReadConn, event_id: str) -> tuple[datetime, datetime]:
    """The earliest and the latest of all times that a copy moves."""
    cursor = await conn.execute(
        """
        SELECT min(moment), max(moment) FROM (
            SELECT unnest(ARRAY[starts_at, doors_at, ends_at, sales_from, sales_until]) FROM events WHERE id = %s
            UNION ALL
            SELECT unnest(ARRAY[sales_from, sales_until]) FROM ticket_types WHERE event_id = %s
            UNION ALL
            SELECT unnest(ARRAY[valid_from, valid_until]) FROM promo_codes WHERE event_id = %s
        ) AS moments (moment)
        """,
        [event_id, event_id, event_id],
    )
    ((earliest, latest),) = await cursor.fetchall()
    return earliest, latest


async def _renamed(
    conn: ReadConn, query: LiteralString, source_id: str, event_ids: Sequence[str], new_ids: NewIds
) -> tuple[str, str, str]:
    """For each copy of each row: the event's id, the old id and the new one, as three arrays."""
    cursor = await conn.execute(query, [source_id])
    old_ids = [row[0] for row in await cursor.fetchall()]
    return (
        array(event_id for event_id in event_ids for _ in old_ids),
        array(old_ids * len(event_ids)),
        array(new_ids(len(old_ids) * len(event_ids))),
    )


_EVENTS: LiteralString = """
    INSERT INTO events (created_at, series_id, state, id, name, starts_at, organizer_id, venue, description,
                        doors_at, ends_at, time_zone, currency, sales_from, sales_until, buyer_tickets_max,
                        refund_policy, image_id, image_alt)
    SELECT %s, %s, 'draft', c.id, c.name, c.starts_at, e.organizer_id, e.venue, e.description,
           e.doors_at + (c.starts_at - e.starts_at), e.ends_at + (c.starts_at - e.starts_at), e.time_zone, e.currency,
           e.sales_from + (c.starts_at - e.starts_at), e.sales_until + (c.starts_at - e.starts_at),
           e.buyer_tickets_max, e.refund_policy, e.image_id, e.image_alt
    FROM events e, unnest(%s::uuid[], %s::text[], %s::timestamptz[]) AS c (id, name, starts_at)
    WHERE e.id = %s
"""

_HOUSES: LiteralString = """
    INSERT INTO houses (event_id, capacity, held_back)
    SELECT c.id, h.capacity, h.held_back FROM houses h, unnest(%s::uuid[]) AS c (id) WHERE h.event_id = %s
"""

_POOL_IDS: LiteralString = "SELECT id::text FROM pools WHERE event_id = %s ORDER BY created_at, id"
_TICKET_TYPE_IDS: LiteralString = "SELECT id::text FROM ticket_types WHERE event_id = %s ORDER BY created_at, id"
_FEE_IDS: LiteralString = "SELECT id::text FROM fees WHERE event_id = %s ORDER BY created_at, id"
_PROMO_CODE_IDS: LiteralString = "SELECT id::text FROM promo_codes WHERE event_id = %s ORDER BY created_at, id"

_POOLS: LiteralString = """
    INSERT INTO pools (created_at, event_id, id, name, capacity, held_back)
    SELECT %s, c.event_id, c.id, p.name, p.capacity, p.held_back
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS c (event_id, old_id, id)
    JOIN pools p ON p.event_id = %s AND p.id = c.old_id
"""

_TICKET_TYPES: LiteralString = """
    INSERT INTO ticket_types (created_at, event_id, id, name, description, position, price_minor, tax_basis_points,
                              tax_is_included, places, tickets_min, tickets_max, buyer_tickets_max, visibility,
                              sales_from, sales_until)
    SELECT %s, c.event_id, c.id, t.name, t.description, t.position, t.price_minor, t.tax_basis_points,
           t.tax_is_included, t.places, t.tickets_min, t.tickets_max, t.buyer_tickets_max, t.visibility,
           t.sales_from + (e.starts_at - s.starts_at), t.sales_until + (e.starts_at - s.starts_at)
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS c (event_id, old_id, id)
    JOIN events e ON e.id = c.event_id
    JOIN ticket_types t ON t.event_id = %s AND t.id = c.old_id
    JOIN events s ON s.id = t.event_id
"""

_TICKET_TYPE_POOLS: LiteralString = """
    INSERT INTO ticket_type_pools (event_id, ticket_type_id, pool_id)
    SELECT c.event_id, c.id, p.id
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS c (event_id, old_id, id)
    JOIN unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS p (event_id, old_id, id) ON p.event_id = c.event_id
    JOIN ticket_type_pools d ON d.event_id = %s AND d.ticket_type_id = c.old_id AND d.pool_id = p.old_id
"""

_FEES: LiteralString = """
    INSERT INTO fees (created_at, event_id, id, name, kind, amount, per, tax_basis_points, tax_is_included)
    SELECT %s, c.event_id, c.id, f.name, f.kind, f.amount, f.per, f.tax_basis_points, f.tax_is_included
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS c (event_id, old_id, id)
    JOIN fees f ON f.event_id = %s AND f.id = c.old_id
"""

_PROMO_CODES: LiteralString = """
    INSERT INTO promo_codes (created_at, event_id, id, code, kind, amount, ticket_type_ids, valid_from, valid_until,
                             tickets_max, bookings_max, money_max_minor)
    SELECT %s, c.event_id, c.id, p.code, p.kind, p.amount,
           CASE WHEN p.ticket_type_ids IS NOT NULL THEN ARRAY(
               SELECT t.id FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS t (event_id, old_id, id)
               WHERE t.event_id = c.event_id AND t.old_id = ANY (p.ticket_type_ids)
               ORDER BY array_position(p.ticket_type_ids, t.old_id)
           ) END,
           p.valid_from + (e.starts_at - s.starts_at), p.valid_until + (e.starts_at - s.starts_at),
           p.tickets_max, p.bookings_max, p.money_max_minor
    FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS c (event_id, old_id, id)
    JOIN events e ON e.id = c.event_id
    JOIN promo_codes p ON p.event_id = %s AND p.id = c.old_id
    JOIN events s ON s.id = p.event_id
"""
