"""How the tests of lists and exports fill an event with bookings, past the program, and read what comes back."""

import csv
import io
from typing import Any

import httpx
import psycopg

from tests.web.asking import Json

MANY = """
    INSERT INTO bookings (event_id, number, id, places, status, created_at, confirmed_at, buyer_name, buyer_email,
                          buyer_key, paid_by)
    SELECT %(event)s, n, gen_random_uuid(), 1, 'confirmed', timestamptz '2031-01-01Z' + n * interval '1 second',
           timestamptz '2031-01-01Z' + n * interval '1 second', 'Buyer ' || n, 'buyer' || n || '@example.org',
           'buyer' || n || '@example.org', 'comp'
    FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
"""
TICKETS = """
    INSERT INTO tickets (event_id, booking_number, number, ticket_type_id, code, state)
    SELECT b.event_id, b.number, 1, t.id, gen_random_uuid(), 'valid'
    FROM bookings b
    CROSS JOIN LATERAL (
        SELECT id FROM ticket_types t WHERE t.event_id = b.event_id ORDER BY t.position, t.id LIMIT 1
    ) t
    WHERE b.event_id = %(event)s AND b.number BETWEEN %(first)s AND %(last)s
"""
COUNTED = "UPDATE houses SET bookings_made = %(last)s, taken = %(last)s, capacity = %(last)s WHERE event_id = %(event)s"


def fill(conninfo: str, event_id: str, count: int) -> None:
    """So many comps of one ticket each, as if they had been booked second after second."""
    with psycopg.connect(conninfo, autocommit=True) as conn:
        for first in range(1, count + 1, 100_000):
            named = {"event": event_id, "first": first, "last": min(count, first + 99_999)}
            for statement in (MANY, TICKETS, COUNTED):
                conn.execute(statement.encode(), named)
        conn.execute("ANALYZE")


async def table(client: httpx.AsyncClient, path: str, **query: Any) -> list[Json]:
    """An export in CSV, row by row."""
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf"), "it begins with a byte order mark"
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


async def all_pages(client: httpx.AsyncClient, path: str, **query: Any) -> list[Json]:
    """Everything of a list, page after page."""
    answer = await client.get(path, params=query)
    found: list[Json] = []
    while True:
        assert answer.status_code == 200, answer.text
        found += answer.json()
        if "next" not in answer.links:
            return found
        answer = await client.get(answer.links["next"]["url"])
