"""Promo codes that are used, over HTTP: what is shown of that, what it forbids, and what a code opens."""

import httpx

from tests.web.asking import Json, assert_problem, new_event
from tests.web.offering import buy, listed, new, offered, shown, url_of
from tests.web.test_auth import bearer, make_key

CODES = "promo-codes"


# -------------------------------------------------------------------------------------------- used


async def test_what_is_used_is_shown_and_forbids_less_another_spelling_and_deleting(
    client: httpx.AsyncClient, event: Json, conninfo: str
) -> None:
    ticket_type = await new(client, event, "ticket-types")
    made = await new(client, event, CODES, tickets_max=9, bookings_max=9, money_max_minor=9_000)
    bookings = [(await buy(client, event, ticket_type, count, "summer")).json() for count in (1, 3)]
    used = {"tickets_used": 4, "bookings_used": 2, "money_used_minor": 1_000}
    assert await shown(client, event, CODES, made) == {**made, **used}
    url, before = url_of(event, CODES, made), offered(conninfo)
    for given in ({"tickets_max": 3}, {"bookings_max": 1}, {"money_max_minor": 999}):
        problem = assert_problem(await client.patch(url, json=given), 409, "promo_code_in_use")
        assert {**used, **given}.items() <= problem.items()
    for answer in (await client.patch(url, json={"code": "OTHER"}), await client.delete(url)):
        assert used.items() <= assert_problem(answer, 409, "promo_code_in_use").items()
    assert offered(conninfo) == before
    least = {"tickets_max": 4, "bookings_max": 2, "money_max_minor": 1_000}
    answer = await client.patch(url, json={**least, "code": " Summer", "kind": "fixed", "amount": 1})
    assert answer.json() == {**made, **used, **least, "kind": "fixed", "amount": 1}
    for booking in bookings:
        await client.patch(f"/bookings/{booking['id']}/cancel")
    answer = await client.patch(url, json={"code": "OTHER", "tickets_max": 1})
    assert (answer.json()["code"], answer.json()["tickets_used"]) == ("OTHER", 0)
    assert (await client.delete(url)).status_code == 204
    assert_problem(await buy(client, event, ticket_type, 1, "OTHER"), 409, "promo_code_not_valid")


async def test_a_free_booking_with_a_code_of_which_nothing_is_taken_off_uses_it_too(
    client: httpx.AsyncClient, event: Json
) -> None:
    (general,) = await listed(client, event, "ticket-types")
    made = await new(client, event, CODES)
    assert (await buy(client, event, general, 2, "SUMMER")).status_code == 201
    assert (await shown(client, event, CODES, made))["bookings_used"] == 1
    assert_problem(await client.delete(url_of(event, CODES, made)), 409, "promo_code_in_use")


async def test_a_code_sells_from_the_moment_it_is_made_to_that_at_which_it_is_gone(
    client: httpx.AsyncClient, event: Json
) -> None:
    ticket_type = await new(client, event, "ticket-types")
    assert_problem(await buy(client, event, ticket_type, 1, "summer"), 409, "promo_code_not_valid")
    made = await new(client, event, CODES, tickets_max=2)
    assert (await buy(client, event, ticket_type, 2, "summer")).json()["price"]["total"]["gross_minor"] == 4_500
    problem = assert_problem(await buy(client, event, ticket_type, 1, "summer"), 409, "promo_code_used_up")
    assert problem["tickets_left"] == 0
    url = url_of(event, CODES, made)
    await client.patch(url, json={"tickets_max": 3, "amount": 5_000})
    assert (await buy(client, event, ticket_type, 1, "summer")).json()["price"]["total"]["gross_minor"] == 1_250
    await client.patch(url, json={"tickets_max": None, "valid_until": "2001-01-01T00:00:00Z"})
    assert_problem(await buy(client, event, ticket_type, 1, "summer"), 409, "promo_code_not_valid")


# -------------------------------------------------------------------------------------------- what a code opens


async def test_a_ticket_type_that_needs_a_code_is_hidden_and_is_opened_by_its_code_alone(
    closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    closed_client.headers.update(bearer(await make_key(conninfo)))
    event = await new_event(closed_client)
    hidden, other, desk, old = [
        await new(closed_client, event, "ticket-types", visibility=visibility)
        for visibility in ("code", "code", "box_office", "archived")
    ]
    public = await new(closed_client, event, "ticket-types")
    named = [one["id"] for one in (hidden, desk, old, public)]
    await new(closed_client, event, CODES, code="OPEN", kind="unlock", amount=0, ticket_type_ids=named)
    del closed_client.headers["authorization"]
    assert hidden["id"] not in {one["id"] for one in await listed(closed_client, event, "ticket-types")}
    answer = await closed_client.get(url_of(event, "ticket-types", hidden))
    assert_problem(answer, 404, "ticket_type_not_found")
    for one, code, status in (
        *((one, "open", 201) for one in (hidden, public)),
        *((one, "open", 404) for one in (desk, old)),
        (other, "open", 409),
        (hidden, "closed", 409),
    ):
        answer = await buy(closed_client, event, one, 1, code)
        assert answer.status_code == status, answer.text
        if status == 201:
            assert answer.json()["price"]["total"]["gross_minor"] == 2_500, "it takes nothing off"
    lines = [{"ticket_type_id": hidden["id"], "quantity": 1}]
    answer = await closed_client.post("/bookings", json={"event_id": event["id"], "lines": lines})
    assert_problem(answer, 404, "ticket_type_not_found")
    lines.append({"ticket_type_id": other["id"], "quantity": 1})
    answer = await closed_client.post("/bookings", json={"event_id": event["id"], "lines": lines, "promo_code": "open"})
    assert assert_problem(answer, 404, "ticket_type_not_found")["ticket_type_id"] == other["id"]
