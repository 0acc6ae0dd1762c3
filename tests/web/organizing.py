"""How the tests work with events as an organizer does, and what they do to the rows of an event by hand."""

from typing import Any, LiteralString

import httpx
import psycopg
from psycopg.rows import dict_row

from tests.web.asking import Json

DETAILS = {
    "description": "# Tonight\n\n*Late* **Trio**",
    "doors_at": "2041-05-01T19:00:00+02:00",
    "ends_at": "2041-05-01T23:00:00+02:00",
    "time_zone": "Europe/Berlin",
    "currency": "CHF",
    "sales_from": "2031-01-01T10:00:00+01:00",
    "sales_until": "2041-05-01T21:00:00+02:00",
    "slug": "late-trio",
    "image_alt": "Three people play",
    "refund_policy": {"steps": [{"hours_before": 48, "percent": 80}], "with_fees": True},
}
"""All that can be said of an event beyond what has to be."""


async def details(client: httpx.AsyncClient, event_id: str) -> Json:
    """All that is known of an event."""
    answer = await client.get(f"/events/{event_id}/details")
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def patch(client: httpx.AsyncClient, event_id: str, **changes: object) -> httpx.Response:
    """Change fields of an event."""
    return await client.patch(f"/events/{event_id}", json=changes)


def run(conninfo: str, statement: LiteralString, *params: object, **named: object) -> None:
    """Change rows past the program."""
    with psycopg.connect(conninfo) as conn:
        conn.execute(statement, named or params)


def rows(conninfo: str, query: LiteralString, *params: object, **named: object) -> list[dict[str, Any]]:
    """Rows by column."""
    with psycopg.connect(conninfo, row_factory=dict_row) as conn:
        return conn.execute(query, named or params).fetchall()


def take(conninfo: str, event_id: str, places: int = 1) -> None:
    """Let places be taken, as a booking would."""
    run(conninfo, "UPDATE houses SET taken = %s, bookings_made = 1 WHERE event_id = %s", places, event_id)


def let_begin(conninfo: str, event_id: str) -> None:
    """Let an event be an hour old."""
    run(conninfo, "UPDATE events SET starts_at = now() - interval '1 hour' WHERE id = %s", event_id)


def set_state(conninfo: str, event_id: str, state: str) -> None:
    """Put an event into a state."""
    run(conninfo, "UPDATE events SET state = %s WHERE id = %s", state, event_id)
