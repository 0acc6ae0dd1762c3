"""Keys for tests: their events and bookings are apart, nobody is asked for real money, and all of it can be wiped."""

from typing import Any

import httpx
import psycopg
import pytest

from tests.web.asking import Json, assert_problem, event_body, new_event
from tests.web.offering import type_body
from tests.web.test_auth import bearer
from tests.web.two_houses import House, make_key

DEAD_STRIPE: dict[str, Any] = {
    "stripe_secret_key": "sk_live",
    "stripe_webhook_secret": "whsec",
    "stripe_url": "http://127.0.0.1:9",
}


@pytest.fixture
async def trial(house: House, conninfo: str) -> dict[str, str]:
    """Its key for tests."""
    return await make_key(conninfo, house.organizer_id, is_test=True)


async def sold(client: httpx.AsyncClient, key: dict[str, str]) -> tuple[Json, Json]:
    """An event with a priced ticket type, and a hold of it."""
    event = await new_event(client, headers=key, name="Trial")
    adult = await client.post(f"/events/{event['id']}/ticket-types", json=type_body(), headers=key)
    lines = [{"ticket_type_id": adult.json()["id"], "quantity": 2}]
    held = await client.post("/bookings", json={"event_id": event["id"], "lines": lines})
    assert held.status_code == 201, held.text
    return event, held.json()


async def test_what_is_tried_out_is_apart_from_what_is_real(
    closed_client: httpx.AsyncClient, house: House, trial: dict[str, str]
) -> None:
    event, _ = await sold(closed_client, trial)
    real = f"/events/{house.event_id}/pools"
    assert_problem(await closed_client.get(real, headers=trial), 404, "event_not_found")
    tried = f"/events/{event['id']}/pools"
    assert_problem(await closed_client.get(tried, headers=house.keys["all"]), 404, "event_not_found")
    assert (await closed_client.get(tried, headers=trial)).status_code == 200
    assert_problem(
        await closed_client.get(f"/organizers/{house.organizer_id}", headers=trial), 404, "organizer_not_found"
    )


async def test_the_public_is_not_shown_what_is_tried_out_but_who_knows_the_event_finds_it(
    closed_client: httpx.AsyncClient, house: House, trial: dict[str, str]
) -> None:
    event, _ = await sold(closed_client, trial)
    for headers in ({}, house.keys["all"]):
        for state in ("published", "cancelled"):
            shown = (await closed_client.get(f"/events?q=Trial&state={state}", headers=headers)).json()
            assert shown == []
    assert [one["id"] for one in (await closed_client.get("/events?q=Trial", headers=trial)).json()] == [event["id"]]
    assert (await closed_client.get(f"/events/{event['id']}")).json()["name"] == "Trial"


async def test_each_organizer_has_one_place_for_tests_for_all_of_its_keys(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, house: House
) -> None:
    url, body = f"/organizers/{house.organizer_id}/keys", {"name": "Trial", "scopes": ["manage"], "test": True}
    first, second = [(await client.post(url, json=body)).json() for _ in range(2)]
    assert first["key"].startswith("fh_test_")
    assert first["is_test"]
    assert first["organizer_id"] == second["organizer_id"] != house.organizer_id
    place = (await client.get(f"/organizers/{first['organizer_id']}")).json()
    assert (place["test_of"], place["name"]) == (house.organizer_id, "Ada")
    event = await new_event(closed_client, headers=bearer(first["key"]))
    path = f"/events/{event['id']}/pools"
    assert (await closed_client.get(path, headers=bearer(second["key"]))).status_code == 200
    listed = (await client.get(url)).json()
    assert {first["id"], second["id"]} <= {one["id"] for one in listed}
    # A key of the place for tests is one for tests, whatever is asked for.
    inner = await client.post(f"/organizers/{place['id']}/keys", json={**body, "test": False})
    assert (inner.json()["is_test"], inner.json()["organizer_id"]) == (True, place["id"])


async def test_nobody_is_asked_for_real_money_in_a_test(
    served: Any, client: httpx.AsyncClient, house: House, trial: dict[str, str]
) -> None:
    async with served(is_open=False, **DEAD_STRIPE) as url, httpx.AsyncClient(base_url=url, timeout=30) as visitor:
        _, held = await sold(visitor, trial)
        path = f"/bookings/{held['id']}/payments"
        refused = assert_problem(await visitor.post(path, json={"provider": "stripe"}), 409, "payment_not_possible")
        assert refused["providers"] == "card_terminal, cash"
        real = f"/bookings/{house.booking_id}/payments"
        assert_problem(await visitor.post(real, json={"provider": "stripe"}), 503, "provider_down")
        assert (await visitor.post(path, json={"provider": "cash"}, headers=trial)).json()["state"] == "paid"


def rows(conninfo: str) -> dict[str, int]:
    """How many rows each table has."""
    with psycopg.connect(conninfo) as conn:
        names = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        counts = {}
        for (name,) in names:
            (counts[name],) = conn.execute(b"SELECT count(*) FROM " + name.encode()).fetchone() or (0,)
    return counts


async def test_what_was_tried_out_is_wiped_and_nothing_else(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str, house: House, trial: dict[str, str]
) -> None:
    url = f"/organizers/{house.organizer_id}/test-data"
    before = rows(conninfo)
    event, held = await sold(closed_client, trial)
    await closed_client.post(f"/bookings/{held['id']}/payments", json={"provider": "cash"}, headers=trial)
    await closed_client.patch(f"/bookings/{held['id']}/cancel", headers=trial)
    for kind, body in (
        ("pools", {"name": "x", "capacity": 1}),
        ("promo-codes", {"code": "X", "kind": "percent", "amount": 1}),
    ):
        made = await closed_client.post(f"/events/{event['id']}/{kind}", json=body, headers=trial)
        assert made.status_code == 201
    cancelled = await new_event(closed_client, headers=trial, name="Trial")
    booked = {"event_id": cancelled["id"], "num_seats": 2}
    key = {"idempotency-key": "k"}
    first = await closed_client.post("/bookings", json=booked, headers=key)
    await closed_client.post(f"/events/{cancelled['id']}/cancellation", headers=trial)
    wiped = (await client.delete(url)).json()
    assert wiped["is_done"]
    assert wiped["rows_deleted"] > 10
    # What was answered is kept for a while, and what was done stays written down.
    staying = {"idempotency_keys": 0, "audit_entries": 0, "audit_chains": 0}
    assert {**rows(conninfo), **staying} == {**before, **staying}
    assert (await client.delete(url)).json() == {"rows_deleted": 0, "is_done": True}
    for path in (f"/events/{event['id']}", f"/bookings/{held['id']}"):
        assert (await closed_client.get(path)).status_code == 404
    again = await closed_client.post("/bookings", json=booked, headers=key)
    assert first.status_code == 201
    assert_problem(again, 404, "booking_not_found")
    assert (await closed_client.get(f"/events/{house.event_id}")).status_code == 200
    assert (await closed_client.post("/events", json=event_body(), headers=trial)).status_code == 201


async def test_a_house_that_never_tried_anything_out_has_nothing_to_wipe(
    client: httpx.AsyncClient, house: House
) -> None:
    answer = await client.delete(f"/organizers/{house.organizer_id}/test-data")
    assert answer.json() == {"rows_deleted": 0, "is_done": True}
