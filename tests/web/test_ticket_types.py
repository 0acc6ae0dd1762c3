"""Ticket types over HTTP: what is offered, at which price, and who sees it."""

import uuid

import httpx
import psycopg
import pytest

from tests.web.asking import Json, assert_problem, new_event
from tests.web.offering import listed, new, offered, run, shown, type_body, url_of
from tests.web.test_auth import bearer, make_key

SALES_FROM, SALES_UNTIL = "2040-01-01T10:00:00+01:00", "2041-01-01T00:00:00Z"


async def test_an_event_has_general_admission_from_the_start(client: httpx.AsyncClient, event: Json) -> None:
    (general,) = await listed(client, event, "ticket-types")
    assert general == {
        "id": general["id"],
        "event_id": event["id"],
        "name": "General admission",
        "description": "",
        "position": 0,
        "price_minor": 0,
        "currency": "EUR",
        "tax": {"basis_points": 0, "is_included": True},
        "places": 1,
        "tickets_min": 1,
        "tickets_max": None,
        "sales_from": None,
        "sales_until": None,
        "visibility": "public",
        "pool_ids": [],
        "buyer_tickets_max": None,
    }


async def test_a_ticket_type_is_offered_with_all_that_was_said(client: httpx.AsyncClient, event: Json) -> None:
    pools = [await new(client, event, "pools", name=name) for name in ("A", "B")]
    said = {
        "name": "Family 👩‍👩‍👧",
        "description": "Two adults,\ttwo children.\nBring your own broom.",
        "position": 3,
        "price_minor": 100_000_000_000,
        "tax": {"basis_points": 1900, "is_included": False},
        "places": 4,
        "tickets_min": 2,
        "tickets_max": 6,
        "sales_from": SALES_FROM,
        "sales_until": SALES_UNTIL,
        "visibility": "box_office",
        "pool_ids": [pools[1]["id"], pools[0]["id"].upper(), pools[1]["id"]],
        "buyer_tickets_max": 10_000,
    }
    answer = await client.post(url_of(event, "ticket-types"), json=said)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == url_of(event, "ticket-types", made)
    assert made == {
        "id": made["id"],
        "event_id": event["id"],
        **said,
        "currency": "EUR",
        "sales_from": "2040-01-01T09:00:00Z",
        "pool_ids": sorted(pool["id"] for pool in pools),
    }
    assert await shown(client, event, "ticket-types", made) == made
    assert (await listed(client, event, "ticket-types"))[-1] == made


async def test_prices_are_in_the_currency_of_the_event(client: httpx.AsyncClient, event: Json, conninfo: str) -> None:
    run(conninfo, "UPDATE events SET currency = 'JPY'")
    made = await new(client, event, "ticket-types")
    assert [one["currency"] for one in await listed(client, event, "ticket-types")] == ["JPY", "JPY"]
    assert made["currency"] == "JPY"


async def test_they_are_listed_by_position_then_age(client: httpx.AsyncClient, event: Json) -> None:
    for name, position in (("c", 5), ("a", 0), ("d", 5), ("b", 1)):
        await new(client, event, "ticket-types", name=name, position=position)
    names = [one["name"] for one in await listed(client, event, "ticket-types")]
    assert names == ["General admission", "a", "b", "c", "d"]


async def test_only_what_is_given_changes(client: httpx.AsyncClient, event: Json) -> None:
    pool = await new(client, event, "pools")
    expected = await new(client, event, "ticket-types")
    url = url_of(event, "ticket-types", expected)
    changes: tuple[Json, ...] = (
        {"name": "Child"},
        {"description": "Up to 14"},
        {"position": 7},
        {"price_minor": 0},
        {"tax": {"basis_points": 10_000, "is_included": False}},
        {"places": 0},
        {"places": 100},
        {"tickets_max": 3},
        {"tickets_min": 3},
        {"tickets_max": None},
        {"sales_until": SALES_UNTIL},
        {"sales_from": "2040-01-01T00:00:00.123456Z"},
        {"sales_until": None, "sales_from": None},
        {"visibility": "archived"},
        {"visibility": "code"},
        {"buyer_tickets_max": 1},
        {"buyer_tickets_max": None},
        {"pool_ids": [pool["id"]]},
        {"name": "Senior"},
        {"pool_ids": []},
        {},
    )
    for given in changes:
        answer = await client.patch(url, json=given)
        assert answer.status_code == 200, answer.text
        expected = {**expected, **given}
        assert answer.json() == expected
        assert await shown(client, event, "ticket-types", expected) == expected


async def test_line_breaks_of_every_system_are_one_in_a_description(client: httpx.AsyncClient, event: Json) -> None:
    made = await new(client, event, "ticket-types", description="\r\n a\r\nb\rc\n ")
    assert made["description"] == "a\nb\nc"


@pytest.mark.parametrize(
    ("start", "given", "field"),
    [
        ({}, {"tickets_min": 3, "tickets_max": 2}, "tickets_max"),
        ({"tickets_max": 2}, {"tickets_min": 3}, "tickets_max"),
        ({"tickets_min": 3}, {"tickets_max": 2}, "tickets_max"),
        ({}, {"sales_from": SALES_UNTIL, "sales_until": SALES_FROM}, "sales_until"),
        ({}, {"sales_from": SALES_FROM, "sales_until": "2040-01-01T09:00:00Z"}, "sales_until"),
        ({"sales_from": SALES_FROM}, {"sales_until": "2040-01-01T09:00:00Z"}, "sales_until"),
        ({"sales_until": SALES_FROM}, {"sales_from": SALES_UNTIL}, "sales_until"),
    ],
)
async def test_parts_that_do_not_go_together_are_refused(
    client: httpx.AsyncClient, event: Json, conninfo: str, start: Json, given: Json, field: str
) -> None:
    made = await new(client, event, "ticket-types", **start)
    before = offered(conninfo)
    url = url_of(event, "ticket-types", made)
    assert_problem(await client.patch(url, json=given), 422, "validation_failed", field)
    answer = await client.post(url_of(event, "ticket-types"), json=type_body(**start, **given))
    assert_problem(answer, 422, "validation_failed", field)
    assert offered(conninfo) == before


async def test_a_ticket_type_draws_on_pools_of_its_event_alone(
    client: httpx.AsyncClient, event: Json, conninfo: str
) -> None:
    own = await new(client, event, "pools")
    foreign = await new(client, await new_event(client), "pools")
    made = await new(client, event, "ticket-types", pool_ids=[own["id"]])
    before = offered(conninfo)
    for pool_id in (foreign["id"], event["id"], str(uuid.uuid4()), made["id"]):
        wrong = {"pool_ids": [own["id"], pool_id]}
        answer = await client.patch(url_of(event, "ticket-types", made), json=wrong)
        assert_problem(answer, 422, "validation_failed", "pool_ids")
        answer = await client.post(url_of(event, "ticket-types"), json=type_body(**wrong))
        assert_problem(answer, 422, "validation_failed", "pool_ids")
    assert offered(conninfo) == before


async def test_one_that_was_never_sold_can_be_deleted(client: httpx.AsyncClient, event: Json) -> None:
    pool = await new(client, event, "pools")
    made = await new(client, event, "ticket-types", pool_ids=[pool["id"]])
    url = url_of(event, "ticket-types", made)
    answer = await client.delete(url)
    assert (answer.status_code, answer.content) == (204, b"")
    for again in (await client.delete(url), await client.get(url), await client.patch(url, json={})):
        assert_problem(again, 404, "ticket_type_not_found")
    assert len(await listed(client, event, "ticket-types")) == 1


@pytest.mark.parametrize("state", ["valid", "cancelled"])
async def test_one_that_was_sold_stays_and_can_be_archived(
    client: httpx.AsyncClient, event: Json, conninfo: str, state: str
) -> None:
    made = await new(client, event, "ticket-types")
    ticket = "INSERT INTO tickets VALUES (%s, 1, 1, %s, gen_random_uuid(), %s)"
    run(conninfo, ticket, event["id"], made["id"], state)
    url = url_of(event, "ticket-types", made)
    before = offered(conninfo)
    body = assert_problem(await client.delete(url), 409, "ticket_type_in_use")
    assert "archived" in body["detail"]
    assert offered(conninfo) == before
    assert (await client.patch(url, json={"visibility": "archived"})).status_code == 200
    assert (await client.delete(url_of(event, "ticket-types", await new(client, event, "ticket-types")))).is_success


@pytest.mark.parametrize(("status", "is_kept"), [("held", True), ("expired", False), ("cancelled", False)])
async def test_one_that_is_held_stays_until_the_hold_ends(
    client: httpx.AsyncClient, event: Json, conninfo: str, status: str, *, is_kept: bool
) -> None:
    made, other = [await new(client, event, "ticket-types") for _ in range(2)]
    with psycopg.connect(conninfo) as conn:
        conn.execute(
            """
            INSERT INTO bookings (event_id, number, id, places, status, created_at, cancelled_at, expires_at, price)
            SELECT %s, 1, gen_random_uuid(), 1, status, now(),
                   CASE status WHEN 'cancelled' THEN now() END, now() + interval '10 minutes', %s
            FROM (SELECT %s::text AS status) s
            """,
            [event["id"], f'{{"lines": [{{"ticket_type_id": "{made["id"]}", "quantity": 1}}]}}', status],
        )
    assert (await client.delete(url_of(event, "ticket-types", other))).status_code == 204
    answer = await client.delete(url_of(event, "ticket-types", made))
    if is_kept:
        assert_problem(answer, 409, "ticket_type_in_use")
    else:
        assert answer.status_code == 204


async def test_the_public_sees_what_is_public(closed_client: httpx.AsyncClient, conninfo: str) -> None:
    organizer = bearer(await make_key(conninfo))
    closed_client.headers.update(organizer)
    event = await new_event(closed_client)
    made = {
        visibility: await new(closed_client, event, "ticket-types", name=visibility, visibility=visibility)
        for visibility in ("public", "box_office", "archived")
    }
    assert len(await listed(closed_client, event, "ticket-types")) == 4
    for one in made.values():
        assert await shown(closed_client, event, "ticket-types", one) == one
    del closed_client.headers["authorization"]
    names = [one["name"] for one in await listed(closed_client, event, "ticket-types")]
    assert names == ["General admission", "public"]
    assert await shown(closed_client, event, "ticket-types", made["public"]) == made["public"]
    for visibility in ("box_office", "archived"):
        hidden = await closed_client.get(url_of(event, "ticket-types", made[visibility]))
        assert_problem(hidden, 404, "ticket_type_not_found")


async def test_an_event_has_at_most_500_ticket_types(client: httpx.AsyncClient, event: Json, conninfo: str) -> None:
    run(
        conninfo,
        "INSERT INTO ticket_types (event_id, id, name, price_minor, created_at) "
        "SELECT %s, gen_random_uuid(), 'Type ' || n, 1, now() FROM generate_series(1, 498) n",
        event["id"],
    )
    await new(client, event, "ticket-types")
    answer = await client.post(url_of(event, "ticket-types"), json=type_body())
    assert assert_problem(answer, 409, "limit_reached")["limit"] == 500
    assert len(await listed(client, event, "ticket-types")) == 500
