"""The audit: every count recomputed from the rows that it counts, in one snapshot."""

from typing import LiteralString, NamedTuple

from fullhouse.store.db import ReadConn


class Difference(NamedTuple):
    """A place where the database contradicts itself."""

    rule: str
    event_id: str
    row: str
    stored: str
    recomputed: str


class AuditReport(NamedTuple):
    """What was looked at, and what is wrong with it."""

    events: int
    bookings: int
    places_taken: int
    differences: list[Difference]


async def run(conn: ReadConn) -> AuditReport:
    """Check every rule. Works beside running sales: it sees one moment and locks nothing."""
    async with conn.transaction():
        await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        await conn.execute("SET LOCAL statement_timeout = 0")
        differences = []
        for rule, sql in RULES.items():
            cursor = await conn.execute(sql)
            differences += [Difference(rule, *map(str, row)) for row in await cursor.fetchall()]
        cursor = await conn.execute(
            "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM bookings), (SELECT sum(taken) FROM pools)"
        )
        counts = await cursor.fetchone() or (0, 0, 0)
        return AuditReport(counts[0], counts[1], int(counts[2] or 0), differences)


RULES: dict[str, LiteralString] = {
    "a pool's taken places are those of its confirmed bookings": """
        SELECT p.event_id, p.id, p.taken, coalesce(l.places, 0)
        FROM pools p LEFT JOIN (
            SELECT l.event_id, l.pool_id, sum(l.quantity) AS places
            FROM booking_lines l JOIN bookings b ON b.event_id = l.event_id AND b.id = l.booking_id
            WHERE b.status = 'confirmed'
            GROUP BY l.event_id, l.pool_id
        ) l ON l.event_id = p.event_id AND l.pool_id = p.id
        WHERE p.taken <> coalesce(l.places, 0)
    """,
    "no pool is oversold": """
        SELECT event_id, id, taken, capacity FROM pools WHERE taken NOT BETWEEN 0 AND capacity
    """,
    "an event has numbered each of its bookings once": """
        SELECT c.event_id, 'bookings_made', c.bookings_made, coalesce(b.made, 0) || ' up to ' || coalesce(b.highest, 0)
        FROM event_counters c LEFT JOIN (
            SELECT event_id, count(*) AS made, max(number) AS highest FROM bookings GROUP BY event_id
        ) b ON b.event_id = c.event_id
        WHERE (c.bookings_made, c.bookings_made) IS DISTINCT FROM (coalesce(b.made, 0), coalesce(b.highest, 0))
    """,
    "a booking belongs to an event": """
        SELECT b.event_id, b.id, 'booking', 'no event'
        FROM bookings b WHERE NOT EXISTS (SELECT FROM event_counters c WHERE c.event_id = b.event_id)
    """,
    "a booking has lines": """
        SELECT b.event_id, b.id, 'booking', 'no line' FROM bookings b
        WHERE NOT EXISTS (SELECT FROM booking_lines l WHERE l.event_id = b.event_id AND l.booking_id = b.id)
    """,
    "a line belongs to a booking and draws on a pool": """
        SELECT l.event_id, l.booking_id, 'line ' || l.line, 'no booking or no pool' FROM booking_lines l
        WHERE NOT EXISTS (SELECT FROM bookings b WHERE b.event_id = l.event_id AND b.id = l.booking_id)
           OR NOT EXISTS (SELECT FROM pools p WHERE p.event_id = l.event_id AND p.id = l.pool_id)
    """,
    "every event has a pool and a counter": """
        SELECT e.id, e.id, 'event', 'no pool or no counter' FROM events e
        WHERE NOT EXISTS (SELECT FROM pools p WHERE p.event_id = e.id)
           OR NOT EXISTS (SELECT FROM event_counters c WHERE c.event_id = e.id)
    """,
    "a remembered booking exists": """
        SELECT k.outcome ->> 'event', k.id, k.outcome ->> 'booked', 'no booking' FROM idempotency_keys k
        WHERE k.outcome ->> 'booked' IS NOT NULL AND NOT EXISTS (
            SELECT FROM bookings b
            WHERE b.event_id = (k.outcome ->> 'event')::uuid AND b.id = (k.outcome ->> 'booked')::uuid)
    """,
}
