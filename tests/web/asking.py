"""How the tests ask the API over HTTP, and what every answer of a kind has to look like."""

from typing import Any

import httpx
import psycopg

FUTURE = "2041-05-01T20:00:00+02:00"
JSON = {"content-type": "application/json"}
NOBODY = "01900000-0000-7000-8000-000000000000"

Json = dict[str, Any]


def event_body(**changes: object) -> Json:
    """A good event, with changes."""
    return {"name": "Concert", "date": FUTURE, "venue": "Small house", "total_seats": 12, **changes}


async def new_event(
    client: httpx.AsyncClient,
    headers: Any = None,
    **changes: Any,
) -> Json:
    """Put an event on sale."""
    answer = await client.post("/events", json=event_body(**changes), headers=headers)
    assert answer.status_code == 201, answer.text
    event: Json = answer.json()
    return event


async def post_booking(
    client: httpx.AsyncClient, event_id: str, num_seats: int = 1, key: str | None = None
) -> httpx.Response:
    """Ask for places of an event."""
    headers = {} if key is None else {"idempotency-key": key}
    return await client.post("/bookings", json={"event_id": event_id, "num_seats": num_seats}, headers=headers)


async def new_booking(client: httpx.AsyncClient, event_id: str, num_seats: int = 1) -> Json:
    """Book places of an event."""
    answer = await post_booking(client, event_id, num_seats)
    assert answer.status_code == 201, answer.text
    booking: Json = answer.json()
    return booking


async def left(client: httpx.AsyncClient, event_id: str) -> int:
    """How many places can still be had."""
    seats: int = (await client.get(f"/events/{event_id}/availability")).json()["available_seats"]
    return seats


def assert_problem(answer: httpx.Response, status: int, code: str, field: str | None = None) -> Json:
    """The answer is a problem of this kind, as RFC 9457 writes it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"]
    body: Json = answer.json()
    assert body["code"] == code
    assert body["type"] == f"urn:fullhouse:problem:{code}"
    assert body["status"] == status
    assert body["title"]
    assert body["detail"]
    if field is not None:
        assert body["field"] == field
    return body


def everything(conninfo: str) -> tuple[Any, ...]:
    """All that a request could change: a refused one leaves it as it was."""
    with psycopg.connect(conninfo) as conn:
        row = conn.execute(
            """
            SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM bookings WHERE status = 'confirmed'),
                   (SELECT count(*) FROM bookings), (SELECT sum(places) FROM bookings),
                   (SELECT sum(taken) FROM houses), (SELECT sum(bookings_made) FROM houses),
                   (SELECT count(*) FROM idempotency_keys)
            """
        ).fetchone()
    assert row is not None
    return row
