"""Confirming over HTTP what was paid at the box office, quotes that tell the price before, and tickets after it."""

import asyncio

import httpx
import pytest

from tests.cast import assert_clean
from tests.offers import let_run_out
from tests.web.asking import NOBODY, Json, assert_problem, everything, new_booking, new_event
from tests.web.basket_office import (
    Offering,
    assert_documented,
    confirm,
    lines_of,
    new_hold,
    new_offering,
    post_basket,
)
from tests.web.test_auth import bearer, make_key


async def test_what_was_paid_is_confirmed_with_its_tickets(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    held = await new_hold(client, offering)
    url = f"/bookings/{held['id']}"
    none = await client.get(f"{url}/tickets")
    await assert_documented(client, none)
    assert none.json() == []
    answer = await confirm(client, held["id"].upper(), "card_terminal")
    assert answer.json() == {**held, "status": "confirmed", "paid_by": "card_terminal", "next": None}
    assert (await confirm(client, held["id"])).json() == answer.json(), "again changes nothing"
    assert (await client.get(url)).json() == answer.json()
    tickets = (await client.get(f"{url}/tickets")).json()
    assert [(one["number"], one["state"], one["holder_name"]) for one in tickets] == [
        (1, "valid", None),
        (2, "valid", None),
    ]
    await client.patch(f"{url}/cancel")
    void = (await client.get(f"{url}/tickets")).json()
    assert all(one["ticket_code"] for one in tickets)
    assert void == [{**one, "state": "cancelled", "ticket_code": None} for one in tickets]
    await assert_clean(conninfo)


async def test_a_hold_that_was_cancelled_never_had_tickets(client: httpx.AsyncClient, offering: Offering) -> None:
    held = await new_hold(client, offering)
    gone = await client.patch(f"/bookings/{held['id']}/cancel")
    await assert_documented(client, gone)
    assert gone.json() == {**held, "status": "cancelled", "next": None, "cancelled_at": gone.json()["cancelled_at"]}
    assert (await client.get(f"/bookings/{held['id']}/tickets")).json() == []
    refused = await confirm(client, held["id"])
    await assert_documented(client, refused)
    assert assert_problem(refused, 409, "booking_not_held")["booking_status"] == "cancelled"


async def test_a_late_payment_is_taken_while_there_is_room_and_refused_afterwards(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    held = [await new_hold(client, offering, 3) for _ in range(2)]
    await let_run_out(conninfo, offering.event_id)
    await new_hold(client, offering, 2)
    assert (await confirm(client, held[0]["id"])).json()["status"] == "confirmed"
    for _ in range(2):
        refused = await confirm(client, held[1]["id"], headers={"idempotency-key": "k"})
        await assert_documented(client, refused)
        assert_problem(refused, 409, "hold_expired")
    await assert_clean(conninfo)


async def test_confirming_needs_a_key_of_the_organizer(closed_client: httpx.AsyncClient, conninfo: str) -> None:
    headers = bearer(await make_key(conninfo))
    offering = await new_offering(closed_client, conninfo, headers)
    held = await new_hold(closed_client, offering)
    before = everything(conninfo)
    for stranger in ({}, {"authorization": "Bearer fh_wrong"}, {"authorization": "Basic eA=="}):
        for booking_id in (held["id"], NOBODY):
            refused = await confirm(closed_client, booking_id, headers=stranger)
            await assert_documented(closed_client, refused)
            assert_problem(refused, 401, "api_key_required")
    assert everything(conninfo) == before
    assert (await confirm(closed_client, held["id"], headers=headers)).json()["status"] == "confirmed"


async def test_what_is_not_there_is_not_confirmed(client: httpx.AsyncClient, conninfo: str, offering: Offering) -> None:
    before = everything(conninfo)
    for unknown in (NOBODY, offering.event_id, "1", "x" * 3_000):
        assert_problem(await confirm(client, unknown), 404, "booking_not_found")
        assert_problem(await client.get(f"/bookings/{unknown}/tickets"), 404, "booking_not_found")
    assert everything(conninfo) == before


async def test_confirmations_of_the_wrong_form_are_refused(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    held = await new_hold(client, offering)
    url = f"/bookings/{held['id']}/confirmation"
    before = everything(conninfo)
    for body, field in (({}, "paid_by"), ({"paid_by": "barter"}, "paid_by"), ({"paid_by": "cash", "x": 1}, "x")):
        assert_problem(await client.post(url, json=body), 422, "validation_failed", field)
    assert_problem(await client.post(url, content=b"{"), 415, "unsupported_media_type")
    bad_key = await client.post(url, json={"paid_by": "cash"}, headers={"idempotency-key": "\t"})
    assert_problem(bad_key, 422, "validation_failed", "Idempotency-Key")
    assert everything(conninfo) == before


async def test_a_confirmation_asked_for_fifty_times_at_once_is_done_once(
    client: httpx.AsyncClient, conninfo: str, offering: Offering
) -> None:
    held = await new_hold(client, offering)
    headers = {"idempotency-key": "k"}
    answers = await asyncio.gather(*(confirm(client, held["id"], headers=headers) for _ in range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert len((await client.get(f"/bookings/{held['id']}/tickets")).json()) == 2
    await assert_clean(conninfo)


async def test_seats_that_were_free_are_confirmed_already(client: httpx.AsyncClient, event: Json) -> None:
    booking = await new_booking(client, event["id"])
    answer = await confirm(client, booking["id"])
    await assert_documented(client, answer)
    assert (answer.status_code, answer.json()) == (200, booking)


@pytest.mark.parametrize("counts", [(1, 0), (0, 3), (3, 1), (5, 2)])
async def test_a_quote_is_what_a_booking_costs_and_takes_nothing(
    client: httpx.AsyncClient, conninfo: str, offering: Offering, counts: tuple[int, int]
) -> None:
    lines = [line for line in zip((offering.adult, offering.child), counts, strict=True) if line[1]]
    before = everything(conninfo)
    quote = await client.post("/quotes", json={"event_id": offering.event_id, "lines": lines_of(*lines)})
    assert quote.status_code == 200
    await assert_documented(client, quote)
    assert everything(conninfo) == before
    booking = await post_basket(client, offering.event_id, *lines)
    assert quote.json() == booking.json()["price"]
    total = quote.json()["total"]
    parts = [*quote.json()["lines"], *quote.json()["fees"]]
    assert total["gross_minor"] == total["net_minor"] + total["tax_minor"]
    assert total["gross_minor"] == sum(part.get("total", part)["gross_minor"] for part in parts)


async def test_a_quote_is_given_for_more_than_is_left(client: httpx.AsyncClient, offering: Offering) -> None:
    quote = await client.post("/quotes", json={"event_id": offering.event_id, "lines": lines_of((offering.adult, 50))})
    assert quote.json()["lines"][0]["face"]["gross_minor"] == 125_000
    empty = await client.post("/quotes", json={"event_id": (await new_event(client))["id"], "lines": []})
    assert_problem(empty, 422, "validation_failed", "lines")
