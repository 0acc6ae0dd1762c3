"""The audit: every count recomputed from the rows that it counts, in one snapshot."""

from collections.abc import AsyncIterator, Mapping, Sequence
from types import MappingProxyType
from typing import LiteralString, NamedTuple

from fullhouse.rules.audit_log import BEGINNING, End, Fault, end_fault, fault_of
from fullhouse.store import audit_log, event_cancellation, ledger, notice
from fullhouse.store.db import ReadConn


class Difference(NamedTuple):
    """A place where the database contradicts itself."""

    rule: str
    event_id: str
    row: str
    stored: str
    recomputed: str


class AuditReport(NamedTuple):
    """What was looked at, and what is wrong with it. `log_ends` say how far each organizer's audit log is sealed."""

    events: int
    bookings: int
    places_taken: int
    differences: list[Difference]
    log_ends: Mapping[str, End] = MappingProxyType({})


async def run(conn: ReadConn, kept_seals: Sequence[bytes] = ()) -> AuditReport:
    """Check every rule. Works beside running sales: it sees one moment and locks nothing.

    `kept_seals` are seals of the audit log that were kept elsewhere; each of them has to be found.
    """
    async with conn.transaction():
        await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        await conn.execute("SET LOCAL statement_timeout = 0")
        differences = []
        for rule, sql in (RULES | ledger.RULES | event_cancellation.RULES | audit_log.RULES | notice.RULES).items():
            cursor = await conn.execute(sql)
            differences += [Difference(rule, *map(str, row)) for row in await cursor.fetchall()]
        ends = await audit_log.ends(conn)
        differences += await _log_differences(conn, ends, kept_seals)
        cursor = await conn.execute(
            "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM bookings), (SELECT sum(taken) FROM houses)"
        )
        counts = await cursor.fetchone() or (0, 0, 0)
        return AuditReport(counts[0], counts[1], int(counts[2] or 0), differences, ends)


async def _log_differences(conn: ReadConn, ends: Mapping[str, End], kept_seals: Sequence[bytes]) -> list[Difference]:
    """Where the chains of the audit log are not as they were sealed."""
    found = [fault async for fault in _log_faults(conn, ends)]
    found += [
        Fault("a seal that was kept", "no entry has it", seal.hex())
        for seal in kept_seals
        if not await audit_log.is_sealed_with(conn, seal)
    ]
    return [
        Difference(LOG_RULE, (one.entry and one.entry.event_id) or "none", one.row, one.stored, one.expected)
        for one in found
    ]


async def _log_faults(conn: ReadConn, ends: Mapping[str, End]) -> AsyncIterator[Fault]:
    reached = dict.fromkeys(ends, BEGINNING)
    async for one in audit_log.chains(conn):
        organizer_id = one.entry.organizer_id
        end = reached.get(organizer_id, BEGINNING)
        fault = fault_of(end, one)
        if fault is not None:
            yield fault
        reached[organizer_id] = End(one.position or 0, one.seal or b"", one.entry.at)
    for organizer_id, end in reached.items():
        fault = end_fault(end, ends.get(organizer_id, BEGINNING))
        if fault is not None:
            yield fault._replace(row=f"{fault.row} of organizer {organizer_id}")


LOG_RULE = "the audit log is as it was sealed"


RULES: dict[str, LiteralString] = {
    "a house's taken places are those of its held and confirmed bookings": """
        SELECT h.event_id, 'taken', h.taken, coalesce(b.places, 0)
        FROM houses h LEFT JOIN (
            SELECT event_id, sum(places) AS places FROM bookings
            WHERE status IN ('held', 'confirmed') GROUP BY event_id
        ) b ON b.event_id = h.event_id
        WHERE h.taken <> coalesce(b.places, 0)
    """,
    "no house is oversold": """
        SELECT event_id, 'taken', taken, capacity - held_back FROM houses
        WHERE taken NOT BETWEEN 0 AND capacity - held_back
    """,
    "a pool's taken places are those that held and confirmed bookings drew": """
        SELECT coalesce(p.event_id, b.event_id), coalesce(p.id::text, b.pool_id), coalesce(p.taken::text, 'no pool'),
               coalesce(b.places, 0)
        FROM (SELECT event_id, id, id::text AS pool_id, taken FROM pools) p FULL JOIN (
            SELECT event_id, pool.key AS pool_id, sum(pool.value::integer) AS places
            FROM bookings, jsonb_each_text(drawn) AS pool
            WHERE drawn IS NOT NULL AND status IN ('held', 'confirmed') GROUP BY event_id, pool.key
        ) b ON b.event_id = p.event_id AND b.pool_id = p.pool_id
        WHERE coalesce(p.taken, 0) <> coalesce(b.places, 0)
    """,
    "no pool is oversold": """
        SELECT event_id, id, taken, coalesce((capacity - held_back)::text, 'no limit') FROM pools
        WHERE taken < 0 OR taken > capacity - held_back
    """,
    "an event has numbered each of its bookings once": """
        SELECT h.event_id, 'bookings_made', h.bookings_made, coalesce(b.made, 0) || ' up to ' || coalesce(b.highest, 0)
        FROM houses h LEFT JOIN (
            SELECT event_id, count(*) AS made, max(number) AS highest FROM bookings GROUP BY event_id
        ) b ON b.event_id = h.event_id
        WHERE (h.bookings_made, h.bookings_made) IS DISTINCT FROM (coalesce(b.made, 0), coalesce(b.highest, 0))
    """,
    "a booking belongs to a house": """
        SELECT b.event_id, b.id, 'booking', 'no house'
        FROM bookings b WHERE NOT EXISTS (SELECT FROM houses h WHERE h.event_id = b.event_id)
    """,
    "a booking's id is its own": """
        SELECT min(event_id::text), id, count(*), 1 FROM bookings GROUP BY id HAVING count(*) > 1
    """,
    "every event has a house": """
        SELECT e.id, 'event', 'no house', 'a house'
        FROM events e WHERE NOT EXISTS (SELECT FROM houses h WHERE h.event_id = e.id)
    """,
    "no hold runs out before its house expects one to": """
        SELECT h.event_id, 'next_expiry_at', coalesce(h.next_expiry_at::text, 'never'), b.first_expires_at
        FROM houses h JOIN (
            SELECT event_id, min(expires_at) AS first_expires_at FROM bookings WHERE status = 'held' GROUP BY event_id
        ) b ON b.event_id = h.event_id
        WHERE h.next_expiry_at IS NULL OR h.next_expiry_at > b.first_expires_at
    """,
    # The tickets of a confirmed booking are valid, those of a cancelled one are not, and no other has any.
    "a booking has as many tickets as were agreed, in its own state": """
        SELECT b.event_id, b.id, coalesce(t.valid, 0) || ' valid, ' || coalesce(t.cancelled, 0) || ' cancelled',
               b.agreed || ' valid, ' || b.gone || ' cancelled'
        FROM (
            SELECT event_id, number, id, status, coalesce(cardinality(cancelled_tickets), 0) AS gone, CASE
                WHEN status <> 'confirmed' THEN 0
                WHEN price IS NULL THEN places
                ELSE (SELECT coalesce(sum((line ->> 'quantity')::integer), 0)
                      FROM jsonb_array_elements(price -> 'lines') AS line) - coalesce(cardinality(cancelled_tickets), 0)
            END AS agreed
            FROM bookings
        ) b LEFT JOIN (
            SELECT event_id, booking_number, count(*) FILTER (WHERE state = 'valid') AS valid,
                   count(*) FILTER (WHERE state = 'cancelled') AS cancelled
            FROM tickets GROUP BY event_id, booking_number
        ) t ON t.event_id = b.event_id AND t.booking_number = b.number
        WHERE coalesce(t.valid, 0) <> b.agreed OR (b.status <> 'cancelled' AND coalesce(t.cancelled, 0) <> b.gone)
    """,
    # No others are left over, as their number is right.
    "a confirmed booking has the ticket types of its lines": """
        SELECT b.event_id, b.number || ' ' || b.type_id, coalesce(t.tickets, 0), b.agreed
        FROM (
            SELECT event_id, number, line ->> 'ticket_type_id' AS type_id, sum((line ->> 'quantity')::integer) AS agreed
            FROM bookings, jsonb_array_elements(price -> 'lines') AS line
            WHERE status = 'confirmed' AND price IS NOT NULL
            GROUP BY event_id, number, line ->> 'ticket_type_id'
        ) b LEFT JOIN (
            SELECT event_id, booking_number, ticket_type_id::text AS type_id, count(*) AS tickets
            FROM tickets GROUP BY event_id, booking_number, ticket_type_id
        ) t ON t.event_id = b.event_id AND t.booking_number = b.number AND t.type_id = b.type_id
        WHERE coalesce(t.tickets, 0) <> b.agreed
    """,
    "a ticket belongs to a booking and a ticket type of its event": """
        SELECT t.event_id, t.booking_number || '/' || t.number, 'ticket',
               CASE WHEN b.number IS NULL THEN 'no booking' ELSE 'no ticket type' END
        FROM tickets t
        LEFT JOIN bookings b ON b.event_id = t.event_id AND b.number = t.booking_number
        LEFT JOIN ticket_types o ON o.event_id = t.event_id AND o.id = t.ticket_type_id
        WHERE b.number IS NULL OR o.id IS NULL
    """,
    "a remembered booking exists": """
        SELECT k.booking_id, k.id, 'booking', 'no booking' FROM idempotency_keys k
        WHERE k.booking_id IS NOT NULL AND NOT EXISTS (SELECT FROM bookings b WHERE b.id = k.booking_id)
    """,
    "a promo code's uses are those of its held and confirmed bookings": """
        SELECT coalesce(c.event_id, b.event_id), coalesce(c.id, b.id), coalesce(c.used::text, 'no code'),
               coalesce(b.used, ROW (0, 0, 0)::text)
        FROM (
            SELECT event_id, id::text, ROW (tickets_used, bookings_used, money_used_minor)::text AS used
            FROM promo_codes
        ) c FULL JOIN (
            SELECT event_id, promo ->> 'code_id' AS id, ROW (sum((promo -> 'use' ->> 0)::bigint),
                   sum((promo -> 'use' ->> 1)::bigint), sum((promo -> 'use' ->> 2)::bigint))::text AS used
            FROM bookings WHERE promo IS NOT NULL AND status IN ('held', 'confirmed')
            GROUP BY event_id, promo ->> 'code_id'
        ) b ON b.event_id = c.event_id AND b.id = c.id
        WHERE c.used IS DISTINCT FROM coalesce(b.used, ROW (0, 0, 0)::text)
    """,
    # By the limits that were there when they booked; the desk may sell more.
    "no buyer has more tickets of an event, or of a type, than he could have": """
        SELECT event_id, 'buyer of ' || min(number) || ', ' || coalesce(type_id, 'all types'), sum(tickets), max(most)
        FROM (
            SELECT b.event_id, b.buyer_key, b.number, l.type_id, l.tickets, l.most
            FROM bookings b CROSS JOIN LATERAL (
                SELECT line ->> 'ticket_type_id' AS type_id, (line ->> 'quantity')::integer AS tickets,
                       (line ->> 'buyer_tickets_max')::integer AS most
                FROM jsonb_array_elements(b.price -> 'lines') AS line
                UNION ALL
                SELECT NULL, (line ->> 'quantity')::integer, (b.price ->> 'buyer_tickets_max')::integer
                FROM jsonb_array_elements(b.price -> 'lines') AS line
                UNION ALL
                SELECT each.type_id, -1, NULL
                FROM unnest(b.cancelled_tickets) AS gone (number)
                JOIN tickets t ON t.event_id = b.event_id AND t.booking_number = b.number AND t.number = gone.number
                CROSS JOIN LATERAL (VALUES (t.ticket_type_id::text), (NULL)) AS each (type_id)
            ) l
            WHERE b.buyer_key IS NOT NULL AND b.status IN ('held', 'confirmed')
                AND coalesce(b.paid_by, '') NOT IN ('cash', 'card_terminal', 'comp')
        ) had
        GROUP BY event_id, buyer_key, type_id
        HAVING bool_and(most IS NOT NULL OR tickets < 0) AND sum(tickets) > max(most)
    """,
    "no promo code is used more than it may be": """
        SELECT event_id, id, ROW (tickets_used, bookings_used, money_used_minor),
               ROW (tickets_max, bookings_max, money_max_minor)
        FROM promo_codes
        WHERE least(tickets_used, bookings_used, money_used_minor) < 0 OR tickets_used > tickets_max
           OR bookings_used > bookings_max OR money_used_minor > money_max_minor
    """,
}
