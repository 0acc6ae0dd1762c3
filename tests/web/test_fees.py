"""Fees over HTTP: what is added to the face value."""

import httpx
import pytest

from tests.web.asking import Json, assert_problem
from tests.web.offering import fee_body, listed, new, offered, run, shown, url_of


async def test_a_fee_is_added_with_all_that_was_said(client: httpx.AsyncClient, event: Json) -> None:
    assert await listed(client, event, "fees") == []
    said = fee_body(
        name=" Service ", kind="percent", amount=250, per="ticket", tax={"basis_points": 1900, "is_included": True}
    )
    answer = await client.post(url_of(event, "fees"), json=said)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == url_of(event, "fees", made)
    assert made == {"id": made["id"], "event_id": event["id"], **said, "name": "Service"}
    assert await shown(client, event, "fees", made) == made
    second = await new(client, event, "fees")
    assert second["tax"] == {"basis_points": 0, "is_included": True}
    assert await listed(client, event, "fees") == [made, second]


async def test_only_what_is_given_changes(client: httpx.AsyncClient, event: Json) -> None:
    expected = await new(client, event, "fees")
    url = url_of(event, "fees", expected)
    for given in (
        {"name": "Other"},
        {"amount": 0},
        {"amount": 100_000_000_000},
        {"per": "ticket"},
        {"tax": {"basis_points": 700, "is_included": False}},
        {"kind": "percent", "amount": 10_000},
        {"kind": "fixed"},
        {},
    ):
        answer = await client.patch(url, json=given)
        assert answer.status_code == 200, answer.text
        expected = {**expected, **given}
        assert answer.json() == expected
        assert await shown(client, event, "fees", expected) == expected


@pytest.mark.parametrize(
    ("start", "given"),
    [
        ({"amount": 10_001}, {"kind": "percent"}),
        ({"kind": "percent", "amount": 10_000}, {"amount": 10_001}),
        ({}, {"kind": "percent", "amount": 10_001}),
    ],
)
async def test_a_percentage_is_at_most_the_whole(
    client: httpx.AsyncClient, event: Json, conninfo: str, start: Json, given: Json
) -> None:
    made = await new(client, event, "fees", **start)
    before = offered(conninfo)
    answer = await client.patch(url_of(event, "fees", made), json=given)
    assert_problem(answer, 422, "validation_failed", "amount")
    answer = await client.post(url_of(event, "fees"), json=fee_body(**{**start, **given}))
    assert_problem(answer, 422, "validation_failed", "amount")
    assert offered(conninfo) == before


async def test_a_fee_can_be_deleted(client: httpx.AsyncClient, event: Json) -> None:
    made, other = await new(client, event, "fees"), await new(client, event, "fees")
    url = url_of(event, "fees", made)
    answer = await client.delete(url)
    assert (answer.status_code, answer.content) == (204, b"")
    for again in (await client.delete(url), await client.get(url), await client.patch(url, json={})):
        assert_problem(again, 404, "fee_not_found")
    assert await listed(client, event, "fees") == [other]


async def test_an_event_has_at_most_50_fees(client: httpx.AsyncClient, event: Json, conninfo: str) -> None:
    run(
        conninfo,
        "INSERT INTO fees (event_id, id, name, kind, amount, per, created_at) "
        "SELECT %s, gen_random_uuid(), 'Fee', 'fixed', 1, 'ticket', now() FROM generate_series(1, 49)",
        event["id"],
    )
    await new(client, event, "fees")
    answer = await client.post(url_of(event, "fees"), json=fee_body())
    assert assert_problem(answer, 409, "limit_reached")["limit"] == 50
