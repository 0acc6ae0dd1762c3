"""What the tests of selling by lines share: an event with something to choose, and how its tickets are asked for."""

import re
from typing import Any, NamedTuple

import httpx
from jsonschema_rs import Draft202012Validator

from tests.offers import add_fee, add_pool, add_ticket_type
from tests.web.asking import Json, new_event

BUYER = {"name": "Zoë Quinn", "email": "zoe@example.org"}


class Offering(NamedTuple):
    """An event of twelve places: adults pay 25.00 with 19 % in it, of whom six fit in the pool; children go free."""

    event_id: str
    adult: str
    child: str
    pool_id: str


async def new_offering(client: httpx.AsyncClient, conninfo: str, headers: dict[str, str] | None = None) -> Offering:
    """Put such an event on sale."""
    event_id = (await new_event(client, headers=headers))["id"]
    adult = await add_ticket_type(conninfo, event_id, 2_500, name="Adult", tax_basis_points=1_900)
    child = await add_ticket_type(conninfo, event_id, 0, name="Child")
    await add_fee(conninfo, event_id, "percent", 750, "ticket", name="Booking fee", tax_basis_points=700)
    await add_fee(conninfo, event_id, "fixed", 150, "booking", name="Sending", tax_is_included=False)
    return Offering(event_id, adult, child, await add_pool(conninfo, event_id, 6, adult))


def lines_of(*lines: tuple[str, int]) -> list[Json]:
    """Lines of a basket."""
    return [{"ticket_type_id": type_id, "quantity": quantity} for type_id, quantity in lines]


async def post_basket(
    client: httpx.AsyncClient,
    event_id: str,
    *lines: tuple[str, int],
    headers: dict[str, str] | None = None,
    **rest: Any,
) -> httpx.Response:
    """Ask for tickets by lines."""
    body = {"event_id": event_id, "lines": lines_of(*lines), **rest}
    return await client.post("/bookings", json=body, headers=headers)


async def new_hold(client: httpx.AsyncClient, offering: Offering, count: int = 2) -> Json:
    """Hold places for adults."""
    answer = await post_basket(client, offering.event_id, (offering.adult, count), buyer=BUYER)
    assert answer.status_code == 201, answer.text
    held: Json = answer.json()
    assert held["status"] == "held"
    return held


async def confirm(
    client: httpx.AsyncClient, booking_id: str, paid_by: str = "cash", headers: dict[str, str] | None = None
) -> httpx.Response:
    """Say that a hold was paid."""
    return await client.post(f"/bookings/{booking_id}/confirmation", json={"paid_by": paid_by}, headers=headers)


_document: Json = {}
"""What is served at /openapi.json: the same in all tests, and slow to make."""


async def assert_documented(client: httpx.AsyncClient, answer: httpx.Response) -> None:
    """The answer has the shape that the document gives for its call and status."""
    if not _document:
        _document.update((await client.get("/openapi.json")).json())
    request = answer.request
    path = re.sub("[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}", "{booking_id}", request.url.path)
    path = re.sub("/tickets/[0-9]+", "/tickets/{number}", path)
    described = _document["paths"][path][request.method.lower()]["responses"][str(answer.status_code)]
    media = answer.headers["content-type"]
    schema = described["content"][media]["schema"]
    Draft202012Validator({**schema, "components": _document["components"]}).validate(answer.json())
    if answer.status_code >= 400:
        assert f"`{answer.json()['code']}`" in described["description"]
