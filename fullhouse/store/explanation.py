"""What an explanation looks at: the places of a house and its pools, and how many of them are only held."""

from datetime import datetime

from fullhouse.rules.explanation import Places
from fullhouse.rules.offer import Offer
from fullhouse.store import offer
from fullhouse.store.db import ReadConn


async def look(conn: ReadConn, event_id: str, now: datetime) -> tuple[Offer, Places, dict[str, Places]] | None:
    """The offer of an event, its house and its pools by id, all of one moment; None when there is no such event."""
    async with conn.transaction():
        await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        offers = await offer.find(conn, [event_id])
        places = await _places(conn, event_id, now)
    if not places:
        return None
    house, *pools = places
    return offers[event_id], house, {pool.id: pool for pool in pools}


async def _places(conn: ReadConn, event_id: str, now: datetime) -> list[Places]:
    """The house first, under the event's id, then the pools; nothing when there is no such event.

    Holds that have run out count as free, whether they are released already or not.
    """
    cursor = await conn.execute(
        """
        WITH held AS (
            SELECT places, drawn, expires_at > %(now)s AS is_live
            FROM bookings WHERE event_id = %(event)s AND status = 'held'
        ), house_held AS (
            SELECT coalesce(sum(places) FILTER (WHERE is_live), 0)::bigint AS live,
                   coalesce(sum(places), 0)::bigint AS counted
            FROM held
        ), pool_held AS (
            SELECT d.key::uuid AS id, coalesce(sum(d.value::integer) FILTER (WHERE held.is_live), 0)::bigint AS live,
                   sum(d.value::integer)::bigint AS counted
            FROM held CROSS JOIN LATERAL jsonb_each_text(held.drawn) AS d GROUP BY d.key
        )
        SELECT h.event_id::text, 'House', h.capacity, h.held_back, f.live, h.taken - f.counted, NULL::timestamptz
        FROM houses h CROSS JOIN house_held f WHERE h.event_id = %(event)s
        UNION ALL
        SELECT p.id::text, p.name, p.capacity, p.held_back, coalesce(f.live, 0), p.taken - coalesce(f.counted, 0),
               p.created_at
        FROM pools p LEFT JOIN pool_held f ON f.id = p.id WHERE p.event_id = %(event)s
        ORDER BY 7 NULLS FIRST, 1
        """,
        {"event": event_id, "now": now},
    )
    return [Places._make(row[:6]) for row in await cursor.fetchall()]
