"""What holds for every change of an offer: who may, what is not there, versions, races, idempotency keys."""

import asyncio
from collections.abc import Iterator

import httpx
import psycopg
import pytest

from tests.web.asking import NOBODY, Json, assert_problem, new_event
from tests.web.offering import (
    BODIES,
    KINDS,
    NOT_FOUND,
    listed,
    new,
    offered,
    pool_body,
    run,
    shown,
    url_of,
    version,
)
from tests.web.test_auth import bearer, make_key
from tests.web.test_idempotency import same

UNKNOWN = ("1", "%00", "%FF", NOBODY[:-1], NOBODY + "0", "{" + NOBODY + "}", "x" * 3000, "é", NOBODY)
KEY = {"idempotency-key": "k"}

every_kind = pytest.mark.parametrize("kind", KINDS)


def writes(event: Json, kind: str, thing: Json) -> Iterator[tuple[str, str, Json | None]]:
    """Every call that changes something."""
    yield "POST", url_of(event, kind), BODIES[kind](name="Another")
    yield "PATCH", url_of(event, kind, thing), {"name": "Another"}
    yield "DELETE", url_of(event, kind, thing), None


# -------------------------------------------------------------------------------------------- who, and what is there


@every_kind
async def test_only_management_changes_an_offer(closed_client: httpx.AsyncClient, conninfo: str, kind: str) -> None:
    closed_client.headers.update(bearer(await make_key(conninfo)))
    event = await new_event(closed_client)
    made = await new(closed_client, event, kind)
    del closed_client.headers["authorization"]
    before = offered(conninfo)
    for stranger, reason in (({}, "needs an API key"), (bearer("fh_guessed"), "not known")):
        for method, url, body in writes(event, kind, made):
            answer = await closed_client.request(method, url, json=body, headers=stranger)
            assert reason in assert_problem(answer, 401, "api_key_required")["detail"]
            assert answer.headers["www-authenticate"] == "Bearer"
    answer = await closed_client.post(url_of(event, kind), content=b"{")
    assert_problem(answer, 401, "api_key_required")
    assert offered(conninfo) == before


@pytest.mark.parametrize("kind", ["pools", "fees"])
async def test_pools_and_fees_are_shown_to_management_alone(
    closed_client: httpx.AsyncClient, conninfo: str, kind: str
) -> None:
    key = bearer(await make_key(conninfo))
    closed_client.headers.update(key)
    event = await new_event(closed_client)
    made = await new(closed_client, event, kind)
    del closed_client.headers["authorization"]
    for url in (url_of(event, kind), url_of(event, kind, made), url_of({"id": NOBODY}, kind)):
        assert_problem(await closed_client.get(url), 401, "api_key_required")
    assert (await closed_client.get(url_of(event, kind, made), headers=key)).json() == made


@every_kind
async def test_an_unknown_event_is_not_found(client: httpx.AsyncClient, conninfo: str, event: Json, kind: str) -> None:
    made = await new(client, event, kind)
    before = offered(conninfo)
    for unknown in UNKNOWN:
        nowhere = {"id": unknown}
        for method, url, body in (
            ("GET", url_of(nowhere, kind), None),
            ("GET", url_of(nowhere, kind, made), None),
            *writes(nowhere, kind, made),
        ):
            assert_problem(await client.request(method, url, json=body), 404, "event_not_found")
    assert offered(conninfo) == before


@every_kind
async def test_what_is_unknown_or_of_another_event_is_not_found(
    client: httpx.AsyncClient, conninfo: str, event: Json, kind: str
) -> None:
    other = await new_event(client)
    foreign = await new(client, other, kind)
    before = offered(conninfo)
    for unknown in (*UNKNOWN, foreign["id"], other["id"]):
        thing = {"id": unknown}
        for method, body in (("GET", None), ("PATCH", {"name": "Another"}), ("DELETE", None)):
            answer = await client.request(method, url_of(event, kind, thing), json=body)
            assert_problem(answer, 404, NOT_FOUND[kind])
    assert offered(conninfo) == before


@every_kind
async def test_deleting_takes_no_body(client: httpx.AsyncClient, event: Json, kind: str) -> None:
    made = await new(client, event, kind)
    for body in (b"{}", b" ", b"\0"):
        answer = await client.request("DELETE", url_of(event, kind, made), content=body)
        assert_problem(answer, 422, "validation_failed", "body")
    assert await shown(client, event, kind, made) == made


# -------------------------------------------------------------------------------------------- versions and races


@every_kind
async def test_each_write_raises_the_version_and_no_read_or_refusal_does(
    client: httpx.AsyncClient, conninfo: str, event: Json, kind: str
) -> None:
    other = await new_event(client)
    made = await new(client, event, kind)
    assert version(conninfo, event) == 2
    refused = [
        await client.post(url_of(event, kind), json={}),
        await client.patch(url_of(event, kind, made), json={"name": ""}),
        await client.patch(url_of(event, kind, {"id": NOBODY}), json={"name": "x"}),
        await client.delete(url_of(event, kind, {"id": NOBODY})),
    ]
    assert [answer.status_code for answer in refused] == [422, 422, 404, 404]
    await listed(client, event, kind)
    assert version(conninfo, event) == 2
    await client.patch(url_of(event, kind, made), json={"name": "Other"})
    assert version(conninfo, event) == 3
    await client.delete(url_of(event, kind, made))
    assert version(conninfo, event) == 4
    assert version(conninfo, other) == 1


@pytest.mark.parametrize(
    ("kind", "changes"),
    [
        ("pools", {"name": "Other", "capacity": 9, "held_back": 1}),
        (
            "ticket-types",
            {"name": "Other", "price_minor": 1, "position": 2, "tickets_max": 4, "visibility": "archived"},
        ),
        ("fees", {"name": "Other", "amount": 1, "per": "ticket"}),
    ],
)
async def test_of_changes_at_the_same_moment_none_is_lost(
    client: httpx.AsyncClient, conninfo: str, event: Json, kind: str, changes: Json
) -> None:
    made = await new(client, event, kind)
    url = url_of(event, kind, made)
    answers = await asyncio.gather(*(client.patch(url, json={field: value}) for field, value in changes.items()))
    assert [answer.status_code for answer in answers] == [200] * len(changes)
    after = await shown(client, event, kind, made)
    assert {field: after[field] for field in changes} == changes
    assert version(conninfo, event) == 2 + len(changes)


async def test_of_two_pools_with_one_name_at_the_same_moment_one_is_made(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    answers = await asyncio.gather(*(client.post(url_of(event, "pools"), json=pool_body()) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert len(await listed(client, event, "pools")) == 2
    assert version(conninfo, event) == 2


async def test_a_house_that_is_being_sold_is_changed_by_what_is_taken_then(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    with psycopg.connect(conninfo) as batch:
        batch.execute("UPDATE houses SET taken = 12")
        change = asyncio.create_task(client.patch(url_of(event, "pools", event), json={"capacity": 11}))
        await asyncio.sleep(0.3)
        assert not change.done()
        await asyncio.to_thread(batch.commit)
    body = assert_problem(await change, 409, "pool_in_use")
    assert (body["taken"], body["capacity"]) == (12, 11)


async def test_a_house_that_stays_locked_is_busy(client: httpx.AsyncClient, conninfo: str) -> None:
    event = await new_event(client)
    before = offered(conninfo)
    with psycopg.connect(conninfo) as batch:
        batch.execute("SELECT FROM houses FOR UPDATE")
        answer = await client.post(url_of(event, "pools"), json=pool_body())
    assert_problem(answer, 503, "busy")
    assert answer.headers["retry-after"] == "1"
    assert offered(conninfo) == before


# -------------------------------------------------------------------------------------------- idempotency keys


@every_kind
async def test_what_is_asked_for_twice_is_made_once(
    client: httpx.AsyncClient, conninfo: str, event: Json, kind: str
) -> None:
    there = len(await listed(client, event, kind))
    body = BODIES[kind]()
    first = await client.post(url_of(event, kind), json=body, headers=KEY)
    assert first.status_code == 201
    before = offered(conninfo)
    for again in (body, {**body, "name": " " + body["name"]}, dict(reversed(body.items()))):
        assert same(first, await client.post(url_of(event, kind), json=again, headers=KEY))
    assert len(await listed(client, event, kind)) == there + 1
    assert offered(conninfo) == before
    other = await client.post(url_of(event, kind), json=BODIES[kind](name="Other"), headers=KEY)
    assert_problem(other, 422, "idempotency_key_reused")
    assert offered(conninfo) == before


@every_kind
async def test_what_is_asked_for_at_the_same_moment_is_made_once(
    client: httpx.AsyncClient, conninfo: str, event: Json, kind: str
) -> None:
    there = len(await listed(client, event, kind))
    url = url_of(event, kind)
    answers = await asyncio.gather(*(client.post(url, json=BODIES[kind](), headers=KEY) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert len(await listed(client, event, kind)) == there + 1
    assert version(conninfo, event) == 2


@every_kind
async def test_a_change_that_is_asked_for_again_is_told_again_and_not_done_again(
    client: httpx.AsyncClient, conninfo: str, event: Json, kind: str
) -> None:
    made = await new(client, event, kind, name="Été “1”")
    url = url_of(event, kind, made)
    first = await client.patch(url, json={"name": "Été “2”"}, headers=KEY)
    assert first.json()["name"] == "Été “2”"
    await client.patch(url, json={"name": "Third"})
    before = offered(conninfo)
    assert same(
        first, await client.patch(url.replace(made["id"], made["id"].upper()), json={"name": "Été “2”"}, headers=KEY)
    )
    assert_problem(await client.patch(url, json={"name": "x"}, headers=KEY), 422, "idempotency_key_reused")
    assert_problem(await client.patch(url, json={}, headers=KEY), 422, "idempotency_key_reused")
    assert offered(conninfo) == before
    assert (await shown(client, event, kind, made))["name"] == "Third"


@every_kind
async def test_deleting_again_under_the_same_key_is_told_again(
    client: httpx.AsyncClient, event: Json, kind: str
) -> None:
    made = await new(client, event, kind)
    url = url_of(event, kind, made)
    first = await client.delete(url, headers=KEY)
    assert first.status_code == 204
    again = await client.delete(url, headers=KEY)
    assert (again.status_code, again.content, again.headers["idempotency-replayed"]) == (204, b"", "true")
    assert_problem(await client.delete(url), 404, NOT_FOUND[kind])


async def test_a_refusal_uses_up_no_key(client: httpx.AsyncClient, conninfo: str, event: Json) -> None:
    run(conninfo, "UPDATE houses SET taken = 12")
    url = url_of(event, "pools", event)
    assert_problem(await client.patch(url, json={"capacity": 11}, headers=KEY), 409, "pool_in_use")
    run(conninfo, "UPDATE houses SET taken = 11")
    assert (await client.patch(url, json={"capacity": 11}, headers=KEY)).status_code == 200


@every_kind
async def test_a_key_counts_for_its_path_and_caller_alone(
    closed_client: httpx.AsyncClient, conninfo: str, kind: str
) -> None:
    callers = [bearer(await make_key(conninfo)) for _ in range(2)]
    closed_client.headers.update(callers[0])
    events = [await new_event(closed_client) for _ in range(2)]
    answers = [await closed_client.post(url_of(event, kind), json=BODIES[kind](), headers=KEY) for event in events]
    answers.append(
        await closed_client.post(url_of(events[0], kind), json=BODIES[kind](name="2nd"), headers={**KEY, **callers[1]})
    )
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json()["id"] for answer in answers}) == 3
    assert all("idempotency-replayed" not in answer.headers for answer in answers)


async def test_giving_null_is_another_request_than_giving_nothing(client: httpx.AsyncClient, event: Json) -> None:
    url = url_of(event, "pools", await new(client, event, "pools"))
    assert (await client.patch(url, json={}, headers=KEY)).json()["capacity"] == 5
    assert_problem(await client.patch(url, json={"capacity": None}, headers=KEY), 422, "idempotency_key_reused")
    assert (await client.patch(url, json={"capacity": None})).json()["capacity"] is None
