"""Pools over HTTP: the house and narrower limits, never below what is taken of them."""

import httpx
import pytest

from tests.web.asking import NOBODY, Json, assert_problem, left, new_event
from tests.web.offering import listed, new, offered, pool_body, run, shown, type_body, url_of


def house_of(event: Json) -> Json:
    return {
        "id": event["id"],
        "event_id": event["id"],
        "name": "House",
        "capacity": 12,
        "held_back": 0,
        "taken": 0,
        "available": 12,
    }


async def test_the_house_is_the_first_pool(client: httpx.AsyncClient, event: Json) -> None:
    assert await listed(client, event, "pools") == [house_of(event)]
    assert await shown(client, event, "pools", event) == house_of(event)
    made = [await new(client, event, "pools", name=name) for name in ("Z", "A", "M")]
    assert await listed(client, event, "pools") == [house_of(event), *made]


async def test_a_new_pool_is_empty_and_can_be_read_again(client: httpx.AsyncClient, event: Json) -> None:
    answer = await client.post(url_of(event, "pools"), json=pool_body(name="  Balcony 🎪 ", held_back=2))
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    made = answer.json()
    assert answer.headers["location"] == url_of(event, "pools", made)
    assert made == {
        "id": made["id"],
        "event_id": event["id"],
        "name": "Balcony 🎪",
        "capacity": 5,
        "held_back": 2,
        "taken": 0,
        "available": 3,
    }
    assert await shown(client, event, "pools", made) == made
    capitals = await client.get(url_of(event, "pools", made).replace(made["id"], made["id"].upper()))
    assert capitals.json() == made


async def test_a_pool_without_a_limit_only_counts(client: httpx.AsyncClient, event: Json, conninfo: str) -> None:
    made = await new(client, event, "pools", capacity=None, held_back=7)
    assert (made["capacity"], made["available"]) == (None, None)
    run(conninfo, "UPDATE pools SET taken = 1000")
    assert (await shown(client, event, "pools", made))["taken"] == 1000
    answer = await client.patch(url_of(event, "pools", made), json={"capacity": 1006})
    assert assert_problem(answer, 409, "pool_in_use")["capacity"] == 1006
    assert (await client.patch(url_of(event, "pools", made), json={"capacity": 1007})).json()["available"] == 0


@pytest.mark.parametrize("capacity", [0, 1, 1_000_000, None])
async def test_every_capacity_that_makes_sense_is_taken(
    client: httpx.AsyncClient, event: Json, capacity: int | None
) -> None:
    made = await new(client, event, "pools", capacity=capacity)
    assert (made["capacity"], made["available"]) == (capacity, capacity)


async def test_only_what_is_given_changes(client: httpx.AsyncClient, event: Json) -> None:
    made = await new(client, event, "pools", held_back=1)
    url = url_of(event, "pools", made)
    expected = made
    for given, left_over in (
        ({"name": " Stalls "}, 4),
        ({"capacity": 9}, 8),
        ({"held_back": 0}, 9),
        ({"capacity": None}, None),
        ({"held_back": 3, "capacity": 3}, 0),
        ({}, 0),
    ):
        answer = await client.patch(url, json=given)
        assert answer.status_code == 200, answer.text
        expected = {**expected, **given, "available": left_over}
        expected["name"] = expected["name"].strip()
        assert answer.json() == expected
        assert await shown(client, event, "pools", made) == expected


async def test_the_house_changes_in_its_numbers_alone(client: httpx.AsyncClient, event: Json, conninfo: str) -> None:
    url = url_of(event, "pools", event)
    answer = await client.patch(url, json={"capacity": 20, "held_back": 4, "name": "House"})
    assert answer.json() == {**house_of(event), "capacity": 20, "held_back": 4, "available": 16}
    assert (await client.get(f"/events/{event['id']}")).json()["total_seats"] == 20
    assert await listed(client, event, "pools") == [answer.json()]
    before = offered(conninfo)
    assert_problem(await client.patch(url, json={"name": "Barn"}), 422, "validation_failed", "name")
    assert_problem(await client.patch(url, json={"capacity": None}), 422, "validation_failed", "capacity")
    assert_problem(await client.delete(url), 409, "pool_in_use")
    assert offered(conninfo) == before


@pytest.mark.parametrize("is_house", [True, False])
async def test_a_pool_never_has_less_than_is_taken_and_held_back(
    client: httpx.AsyncClient, event: Json, conninfo: str, *, is_house: bool
) -> None:
    pool = event if is_house else await new(client, event, "pools", capacity=12)
    for statement in ("UPDATE houses SET taken = 7, held_back = 2", "UPDATE pools SET taken = 7, held_back = 2"):
        run(conninfo, statement)
    url = url_of(event, "pools", pool)
    before = offered(conninfo)
    for given, facts in (
        ({"capacity": 8}, (7, 2, 8)),
        ({"capacity": 0}, (7, 2, 0)),
        ({"held_back": 6}, (7, 6, 12)),
        ({"held_back": 4, "capacity": 10}, (7, 4, 10)),
        ({"held_back": 1_000_000}, (7, 1_000_000, 12)),
    ):
        body = assert_problem(await client.patch(url, json=given), 409, "pool_in_use")
        assert (body["taken"], body["held_back"], body["capacity"]) == facts
        assert all(str(fact) in body["detail"] for fact in facts)
    assert offered(conninfo) == before
    answers = [await client.patch(url, json=given) for given in ({"capacity": 9}, {"held_back": 0}, {"capacity": 7})]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[-1].json()["available"] == 0


async def test_more_can_not_be_held_back_than_there_is(client: httpx.AsyncClient, event: Json) -> None:
    answer = await client.post(url_of(event, "pools"), json=pool_body(capacity=5, held_back=6))
    assert_problem(answer, 422, "validation_failed", "held_back")
    assert (await new(client, event, "pools", capacity=5, held_back=5))["available"] == 0


async def test_two_pools_of_an_event_have_two_names(client: httpx.AsyncClient, event: Json, conninfo: str) -> None:
    first, second = await new(client, event, "pools"), await new(client, event, "pools", name="Stalls")
    before = offered(conninfo)
    for name in ("Balcony", " Balcony", "House"):
        answer = await client.post(url_of(event, "pools"), json=pool_body(name=name))
        assert assert_problem(answer, 409, "name_taken")["name"] == name.strip()
        assert_problem(await client.patch(url_of(event, "pools", second), json={"name": name}), 409, "name_taken")
    assert offered(conninfo) == before
    assert (await client.patch(url_of(event, "pools", first), json={"name": "Balcony"})).status_code == 200
    other = await new_event(client)
    assert (await new(client, other, "pools"))["name"] == "Balcony"


async def test_a_pool_that_is_not_used_can_be_deleted(client: httpx.AsyncClient, event: Json) -> None:
    made = await new(client, event, "pools")
    url = url_of(event, "pools", made)
    answer = await client.delete(url)
    assert (answer.status_code, answer.content) == (204, b"")
    assert_problem(await client.delete(url), 404, "pool_not_found")
    assert_problem(await client.get(url), 404, "pool_not_found")
    assert await listed(client, event, "pools") == [house_of(event)]


async def test_a_pool_in_use_can_not_be_deleted(client: httpx.AsyncClient, event: Json, conninfo: str) -> None:
    made = await new(client, event, "pools")
    url = url_of(event, "pools", made)
    run(conninfo, "UPDATE pools SET taken = 1")
    body = assert_problem(await client.delete(url), 409, "pool_in_use")
    assert (body["taken"], body["ticket_types"]) == (1, 0)
    run(conninfo, "UPDATE pools SET taken = 0")
    drawing = await new(client, event, "ticket-types", **type_body(pool_ids=[made["id"]]))
    body = assert_problem(await client.delete(url), 409, "pool_in_use")
    assert (body["taken"], body["ticket_types"]) == (0, 1)
    assert (await client.delete(url_of(event, "ticket-types", drawing))).status_code == 204
    assert (await client.delete(url)).status_code == 204


async def test_an_event_has_at_most_200_pools_beside_its_house(
    client: httpx.AsyncClient, event: Json, conninfo: str
) -> None:
    run(
        conninfo,
        "INSERT INTO pools (event_id, id, name, capacity, created_at) "
        "SELECT %s, gen_random_uuid(), 'Pool ' || n, 1, now() FROM generate_series(1, 199) n",
        event["id"],
    )
    assert (await new(client, event, "pools"))["name"] == "Balcony"
    answer = await client.post(url_of(event, "pools"), json=pool_body(name="One more"))
    assert assert_problem(answer, 409, "limit_reached")["limit"] == 200
    assert len(await listed(client, event, "pools")) == 201


async def test_what_is_not_there_changes_nothing_elsewhere(client: httpx.AsyncClient, event: Json) -> None:
    made = await new(client, event, "pools")
    other = {"id": NOBODY}
    assert_problem(await client.get(url_of(other, "pools", made)), 404, "event_not_found")
    assert_problem(await client.get(url_of(other, "pools")), 404, "event_not_found")
    assert await left(client, event["id"]) == 12
