"""How the tests manage what an event offers, and what they look at behind the API."""

from typing import Any

import httpx
import psycopg

from tests.web.asking import Json

KINDS = ("pools", "ticket-types", "fees")
NOT_FOUND = {"pools": "pool_not_found", "ticket-types": "ticket_type_not_found", "fees": "fee_not_found"}


def pool_body(**changes: object) -> Json:
    """A good pool, with changes."""
    return {"name": "Balcony", "capacity": 5, **changes}


def type_body(**changes: object) -> Json:
    """A good ticket type, with changes."""
    return {"name": "Adult", "price_minor": 2500, **changes}


def fee_body(**changes: object) -> Json:
    """A good fee, with changes."""
    return {"name": "Booking fee", "kind": "fixed", "amount": 150, "per": "booking", **changes}


def promo_body(**changes: object) -> Json:
    """A good promo code, with changes."""
    return {"code": "SUMMER", "kind": "percent", "amount": 1000, **changes}


BODIES = {"pools": pool_body, "ticket-types": type_body, "fees": fee_body, "promo-codes": promo_body}


def url_of(event: Json, kind: str, thing: Json | None = None) -> str:
    """Where the things of a kind are, or one of them."""
    return f"/events/{event['id']}/{kind}" + (f"/{thing['id']}" if thing else "")


async def new(client: httpx.AsyncClient, event: Json, kind: str, /, **changes: object) -> Json:
    """Make a pool, a ticket type, a fee or a promo code."""
    answer = await client.post(url_of(event, kind), json=BODIES[kind](**changes))
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def listed(client: httpx.AsyncClient, event: Json, kind: str) -> list[Json]:
    """All that the caller sees of a kind."""
    answer = await client.get(url_of(event, kind))
    assert answer.status_code == 200, answer.text
    things: list[Json] = answer.json()
    return things


async def shown(client: httpx.AsyncClient, event: Json, kind: str, thing: Json) -> Json:
    """One of them, as it is now."""
    answer = await client.get(url_of(event, kind, thing))
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def buy(client: httpx.AsyncClient, event: Json, ticket_type: Json, quantity: int, code: str) -> httpx.Response:
    """Ask for tickets with a code."""
    lines = [{"ticket_type_id": ticket_type["id"], "quantity": quantity}]
    return await client.post("/bookings", json={"event_id": event["id"], "lines": lines, "promo_code": code})


def run(conninfo: str, statement: str, *params: object) -> None:
    """Change rows past the program, as the engine would."""
    with psycopg.connect(conninfo) as conn:
        conn.execute(statement.encode(), params)


def offered(conninfo: str) -> list[Any]:
    """All that a call on the offer could change, with the versions of the offers."""
    tables = ("houses", "pools", "ticket_types", "ticket_type_pools", "fees", "promo_codes", "idempotency_keys")
    with psycopg.connect(conninfo) as conn:
        return [conn.execute(b"TABLE " + table.encode() + b" ORDER BY 1, 2").fetchall() for table in tables]


def version(conninfo: str, event: Json) -> int:
    """How often the offer of an event was changed."""
    with psycopg.connect(conninfo) as conn:
        row = conn.execute("SELECT offer_version FROM houses WHERE event_id = %s", [event["id"]]).fetchone()
    assert row is not None
    count: int = row[0]
    return count
