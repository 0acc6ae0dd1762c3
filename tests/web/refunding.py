"""What the tests of giving tickets back share: an event with a policy, and what a buyer has bought of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from tests.offers import add_fee, add_pool, add_ticket_type
from tests.web.asking import Json, new_event
from tests.web.basket_office import BUYER, Offering, lines_of

POLICY = {
    "steps": [{"hours_before": 24, "percent": 50}, {"hours_before": 7 * 24, "percent": 100}],
    "with_fees": False,
}
EACH, FEE, ONCE = 2_500, 188, 150
"""What a ticket costs, the fee on it, and the fee of a booking."""


async def new_returnable(
    client: httpx.AsyncClient, conninfo: str, policy: object = POLICY, *, in_days: int = 10
) -> Offering:
    """Put an event on sale: adults pay 25.00 and 1.88 in fees, children go free, and a booking costs 1.50 more."""
    said = {"refund_policy": policy} if policy else {}
    event = await new_event(client, date=moment(in_days).isoformat(), **said)
    adult = await add_ticket_type(conninfo, event["id"], EACH, name="Adult", tax_basis_points=1_900)
    child = await add_ticket_type(conninfo, event["id"], 0, name="Child")
    await add_fee(conninfo, event["id"], "percent", 750, "ticket", name="Booking fee")
    await add_fee(conninfo, event["id"], "fixed", ONCE, "booking", name="Sending")
    return Offering(event["id"], adult, child, await add_pool(conninfo, event["id"], 6, adult))


def moment(in_days: int) -> datetime:
    """So many days from now."""
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=in_days)


async def buy(
    staff: httpx.AsyncClient, offering: Offering, adults: int = 3, children: int = 0, paid_by: str = "cash"
) -> Json:
    """Sell tickets at the desk."""
    lines = lines_of((offering.adult, adults), *([(offering.child, children)] if children else []))
    body = {"event_id": offering.event_id, "lines": lines, "buyer": BUYER, "paid_by": paid_by}
    answer = await staff.post("/bookings", json=body)
    assert answer.status_code == 201, answer.text
    sold: Json = answer.json()
    return sold


async def quote(client: httpx.AsyncClient, booking: Json, *tickets: int) -> Json:
    """Ask what would go back."""
    answer = await client.post(f"/bookings/{booking['id']}/refund-quotes", json={"tickets": tickets} if tickets else {})
    assert answer.status_code == 200, answer.text
    quoted: Json = answer.json()
    return quoted


async def give_back(client: httpx.AsyncClient, booking: Json, *tickets: int, **rest: Any) -> httpx.Response:
    """Cancel tickets, or all of them."""
    headers = rest.pop("headers", None)
    body = {**({"tickets": tickets} if tickets else {}), **rest}
    return await client.post(f"/bookings/{booking['id']}/cancellations", json=body, headers=headers)


async def left(client: httpx.AsyncClient, offering: Offering) -> int:
    """Places that are left of the event."""
    answer = await client.get(f"/events/{offering.event_id}/availability")
    return int(answer.json()["available_seats"])
