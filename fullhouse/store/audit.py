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
            "SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM bookings), (SELECT sum(taken) FROM houses)"
        )
        counts = await cursor.fetchone() or (0, 0, 0)
        return AuditReport(counts[0], counts[1], int(counts[2] or 0), differences)


RULES: dict[str, LiteralString] = {
    "a house's taken places are those of its confirmed bookings": """
        SELECT h.event_id, 'taken', h.taken, coalesce(b.places, 0)
        FROM houses h LEFT JOIN (
            SELECT event_id, sum(places) AS places FROM bookings WHERE status = 'confirmed' GROUP BY event_id
        ) b ON b.event_id = h.event_id
        WHERE h.taken <> coalesce(b.places, 0)
    """,
    "no house is oversold": """
        SELECT event_id, 'taken', taken, capacity FROM houses WHERE taken NOT BETWEEN 0 AND capacity
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
    "every event has a house, and both know when selling ends": """
        SELECT e.id, 'closes_at', h.closes_at, e.starts_at
        FROM events e LEFT JOIN houses h ON h.event_id = e.id
        WHERE h.closes_at IS DISTINCT FROM e.starts_at
    """,
    "a remembered booking exists": """
        SELECT k.booking_id, k.id, 'booking', 'no booking' FROM idempotency_keys k
        WHERE k.booking_id IS NOT NULL AND NOT EXISTS (SELECT FROM bookings b WHERE b.id = k.booking_id)
    """,
}
