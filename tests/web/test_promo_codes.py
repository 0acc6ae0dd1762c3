"""Promo codes over HTTP: what they are, who may manage them, and what is used of them."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from tests.web.asking import JSON, NOBODY, Json, assert_problem, new_event
from tests.web.offering import listed, new, offered, promo_body, run, shown, url_of, version
from tests.web.test_auth import bearer, make_key
from tests.web.test_refused_requests import raw_bodies

CODES = "promo-codes"
FROM, UNTIL = "2040-01-01T10:00:00+01:00", "2041-01-01T00:00:00Z"
UNKNOWN = ("1", "%00", "%FF", NOBODY[:-1], NOBODY + "0", "x" * 3000, "é", NOBODY)
MANY = (
    "INSERT INTO promo_codes (event_id, id, code, kind, amount, created_at) "
    "SELECT %s, gen_random_uuid(), 'C' || lpad(n::text, 5, '0'), 'percent', 1, now() FROM generate_series(1, %s) n"
)


# -------------------------------------------------------------------------------------------- made and changed


async def test_a_code_is_made_with_all_that_was_said(client: httpx.AsyncClient, event: Json) -> None:
    types = [await new(client, event, "ticket-types") for _ in range(2)]
    said = {
        "code": " Sommer für 2 🎪 ",
        "kind": "fixed",
        "amount": 100_000_000_000,
        "ticket_type_ids": [types[1]["id"], types[0]["id"].upper(), types[1]["id"]],
        "valid_from": FROM,
        "valid_until": UNTIL,
        "tickets_max": 1_000_000,
        "bookings_max": 1,
        "money_max_minor": 1_000_000_000_000_000,
    }
    answer = await client.post(url_of(event, CODES), json=said)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert answer.headers["location"] == url_of(event, CODES, made)
    assert made == {
        "id": made["id"],
        "event_id": event["id"],
        **said,
        "code": "SOMMER FÜR 2 🎪",
        "ticket_type_ids": sorted(one["id"] for one in types),
        "valid_from": "2040-01-01T09:00:00Z",
        "tickets_used": 0,
        "bookings_used": 0,
        "money_used_minor": 0,
    }
    assert await shown(client, event, CODES, made) == made
    assert await listed(client, event, CODES) == [made]


async def test_a_code_needs_no_more_than_its_spelling_and_what_it_does(client: httpx.AsyncClient, event: Json) -> None:
    made = await new(client, event, CODES, kind="unlock", amount=0)
    unlimited = ("ticket_type_ids", "valid_from", "valid_until", "tickets_max", "bookings_max", "money_max_minor")
    assert [made[name] for name in unlimited] == [None] * 6


async def test_only_what_is_given_changes(client: httpx.AsyncClient, event: Json) -> None:
    ticket_type = await new(client, event, "ticket-types")
    expected = await new(client, event, CODES)
    changes: tuple[Json, ...] = (
        {"code": "WINTER"},
        {"amount": 10_000},
        {"ticket_type_ids": [ticket_type["id"]]},
        {"valid_until": UNTIL},
        {"valid_from": "2040-01-01T00:00:00.123456Z"},
        {"tickets_max": 5},
        {"bookings_max": 4, "money_max_minor": 3},
        {"kind": "fixed"},
        {"amount": 0},
        {"kind": "unlock"},
        {"valid_until": None, "valid_from": None},
        {"tickets_max": None, "bookings_max": None, "money_max_minor": None},
        {"ticket_type_ids": None},
        {},
    )
    for given in changes:
        answer = await client.patch(url_of(event, CODES, expected), json=given)
        assert answer.status_code == 200, answer.text
        expected = {**expected, **given}
        assert answer.json() == expected
        assert await shown(client, event, CODES, expected) == expected


async def test_a_code_is_spelt_once_in_an_event_whatever_its_letters(client: httpx.AsyncClient, event: Json) -> None:
    made, other = await new(client, event, CODES), await new(client, event, CODES, code="OTHER")
    for spelling in ("SUMMER", "summer", " Summer "):
        for answer in (
            await client.post(url_of(event, CODES), json=promo_body(code=spelling)),
            await client.patch(url_of(event, CODES, other), json={"code": spelling}),
        ):
            assert assert_problem(answer, 409, "name_taken")["name"] == "SUMMER"
    assert (await client.patch(url_of(event, CODES, made), json={"code": "summer"})).json() == made
    await new(client, await new_event(client), CODES)


async def test_of_two_who_make_the_same_code_at_once_one_does(client: httpx.AsyncClient, event: Json) -> None:
    asked = [client.post(url_of(event, CODES), json=promo_body()) for _ in range(8)]
    statuses = sorted(answer.status_code for answer in await asyncio.gather(*asked))
    assert statuses == [201] + [409] * 7
    assert len(await listed(client, event, CODES)) == 1


async def test_of_changes_at_the_same_moment_none_is_lost(client: httpx.AsyncClient, event: Json) -> None:
    made = await new(client, event, CODES)
    changes = {"code": "OTHER", "amount": 7, "tickets_max": 3, "bookings_max": 2, "valid_until": UNTIL}
    asked = [client.patch(url_of(event, CODES, made), json={name: value}) for name, value in changes.items()]
    assert {answer.status_code for answer in await asyncio.gather(*asked)} == {200}
    assert await shown(client, event, CODES, made) == {**made, **changes}


# -------------------------------------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("start", "given", "field"),
    [
        ({}, {"amount": 10_001}, "amount"),
        ({"kind": "fixed", "amount": 10_001}, {"kind": "percent"}, "amount"),
        ({"kind": "unlock", "amount": 0}, {"amount": 1}, "amount"),
        ({}, {"kind": "unlock"}, "amount"),
        ({}, {"valid_from": UNTIL, "valid_until": FROM}, "valid_until"),
        ({}, {"valid_from": FROM, "valid_until": "2040-01-01T09:00:00Z"}, "valid_until"),
        ({"valid_from": FROM}, {"valid_until": "2040-01-01T09:00:00Z"}, "valid_until"),
        ({"valid_until": FROM}, {"valid_from": UNTIL}, "valid_until"),
    ],
)
async def test_parts_that_do_not_go_together_are_refused(
    client: httpx.AsyncClient, event: Json, conninfo: str, start: Json, given: Json, field: str
) -> None:
    made = await new(client, event, CODES, **start)
    before = offered(conninfo)
    answer = await client.patch(url_of(event, CODES, made), json=given)
    assert_problem(answer, 422, "validation_failed", field)
    answer = await client.post(url_of(event, CODES), json=promo_body(**{**start, **given, "code": "NEW"}))
    assert_problem(answer, 422, "validation_failed", field)
    assert offered(conninfo) == before


async def test_a_code_is_for_ticket_types_of_its_event_alone(
    client: httpx.AsyncClient, event: Json, conninfo: str
) -> None:
    own, foreign = await new(client, event, "ticket-types"), await new(client, await new_event(client), "ticket-types")
    made = await new(client, event, CODES, ticket_type_ids=[own["id"]])
    before = offered(conninfo)
    for type_id in (foreign["id"], event["id"], NOBODY, made["id"]):
        wrong = {"ticket_type_ids": [own["id"], type_id]}
        answer = await client.patch(url_of(event, CODES, made), json=wrong)
        assert_problem(answer, 422, "validation_failed", "ticket_type_ids")
        answer = await client.post(url_of(event, CODES), json=promo_body(code="NEW", **wrong))
        assert_problem(answer, 422, "validation_failed", "ticket_type_ids")
    assert offered(conninfo) == before


async def test_a_code_outlives_a_ticket_type_that_was_never_sold(client: httpx.AsyncClient, event: Json) -> None:
    gone = await new(client, event, "ticket-types")
    made = await new(client, event, CODES, ticket_type_ids=[gone["id"]])
    assert (await client.delete(url_of(event, "ticket-types", gone))).status_code == 204
    answer = await client.patch(url_of(event, CODES, made), json={"amount": 1})
    assert answer.json() == {**made, "amount": 1}


NO_LIMITS: list[object] = [0, -1, 1.0, "1", True, [], {}, 2**63]
NO_SPELLINGS: list[object] = [None, "", "   ", "x" * 51, "ß" * 26, "a\0b", "a\nb", 1, True, [], {}]
WRONG: dict[str, list[object]] = {
    "code": NO_SPELLINGS,
    "kind": ["", "x", "Fixed", "unlock ", None, 1, True, [], {}],
    "amount": [-1, 1.0, "1", None, True, [], {}, 100_000_000_001, 2**63],
    "ticket_type_ids": ["", NOBODY, [], {}, 1, [None], [[]], ["x"], [NOBODY] * 501],
    "valid_from": ["", "2040-01-01", "2040-01-01T00:00:00", 0, True, [], {}],
    "valid_until": ["", "2040-01-01", "2040-01-01T00:00:00", 0, True, [], {}],
    "tickets_max": [*NO_LIMITS, 1_000_001],
    "bookings_max": [*NO_LIMITS, 1_000_001],
    "money_max_minor": [*NO_LIMITS, 1_000_000_000_000_001],
    **{name: [1] for name in ("id", "event_id", "tickets_used", "bookings_used", "money_used_minor", "used", "Code")},
}


async def test_wrong_values_are_refused_by_field(client: httpx.AsyncClient, event: Json, conninfo: str) -> None:
    made = await new(client, event, CODES)
    before = offered(conninfo)
    found = []
    for field, value in [(field, value) for field, values in WRONG.items() for value in values]:
        for method, url, body in (
            ("POST", url_of(event, CODES), promo_body(**{"code": "NEW", field: value})),
            ("PATCH", url_of(event, CODES, made), {field: value}),
        ):
            answer = await client.request(method, url, content=json.dumps(body).encode(), headers=JSON)
            if answer.status_code != 422 or not answer.json()["field"].startswith(field):
                found.append((method, field, value, answer.status_code, answer.text))
    assert found == []
    assert offered(conninfo) == before


async def test_what_is_no_json_of_the_right_kind_is_refused(
    client: httpx.AsyncClient, event: Json, conninfo: str
) -> None:
    made = await new(client, event, CODES)
    before = offered(conninfo)
    for field in promo_body():
        body = {name: value for name, value in promo_body(code="NEW").items() if name != field}
        assert_problem(await client.post(url_of(event, CODES), json=body), 422, "validation_failed", field)
    for raw in raw_bodies(promo_body(code="NEW")):
        for method, url in (("POST", url_of(event, CODES)), ("PATCH", url_of(event, CODES, made))):
            if method == "POST" or raw != b"{}":
                answer = await client.request(method, url, content=raw, headers=JSON)
                assert_problem(answer, 422, "validation_failed")
    answer = await client.request("DELETE", url_of(event, CODES, made), content=b"{}")
    assert_problem(answer, 422, "validation_failed", "body")
    assert offered(conninfo) == before


async def test_every_letter_that_there_is_makes_a_code_or_is_refused(client: httpx.AsyncClient, event: Json) -> None:
    made = await new(client, event, CODES)
    refused = []
    # Letters whose capital form is another letter, longer, or known to few.
    for text in ("ß", "ŉ", "ΐ", "ﬃ", "ı", "ſ", "ǆ", "ა", "ᲀ", "ⰰ", "𐐨", "𞤢", "ꭰ", "ɤ", "ꟛ", "ͅ"):
        answer = await client.patch(url_of(event, CODES, made), json={"code": f"A{text}"})
        if answer.status_code != 200:
            refused.append(text)
            assert_problem(answer, 422, "validation_failed", "code")
    assert len(refused) < 4, refused


async def test_an_event_has_at_most_10_000_codes(client: httpx.AsyncClient, event: Json, conninfo: str) -> None:
    run(conninfo, MANY, event["id"], 9_999)
    await new(client, event, CODES)
    answer = await client.post(url_of(event, CODES), json=promo_body(code="ONE-MORE"))
    assert assert_problem(answer, 409, "limit_reached")["limit"] == 10_000


async def test_what_is_unknown_or_of_another_event_is_not_found(
    client: httpx.AsyncClient, event: Json, conninfo: str
) -> None:
    made = await new(client, event, CODES)
    foreign = await new(client, await new_event(client), CODES)
    before = offered(conninfo)
    for unknown in UNKNOWN:
        nowhere = {"id": unknown}
        for method, url, body in (
            ("GET", url_of(nowhere, CODES), None),
            ("POST", url_of(nowhere, CODES), promo_body()),
            *((method, url_of(nowhere, CODES, made), body) for method, body in (("GET", None), ("DELETE", None))),
            ("PATCH", url_of(nowhere, CODES, made), {}),
        ):
            assert_problem(await client.request(method, url, json=body), 404, "event_not_found")
    for unknown in (*UNKNOWN, foreign["id"], event["id"]):
        for method, body in (("GET", None), ("PATCH", {}), ("DELETE", None)):
            answer = await client.request(method, url_of(event, CODES, {"id": unknown}), json=body)
            assert_problem(answer, 404, "promo_code_not_found")
    assert offered(conninfo) == before


async def test_codes_are_for_management_alone(closed_client: httpx.AsyncClient, conninfo: str) -> None:
    key = bearer(await make_key(conninfo))
    closed_client.headers.update(key)
    event = await new_event(closed_client)
    made = await new(closed_client, event, CODES)
    del closed_client.headers["authorization"]
    before = offered(conninfo)
    for stranger in ({}, bearer("fh_guessed")):
        for method, url, body in (
            ("GET", url_of(event, CODES), None),
            ("GET", url_of(event, CODES, made), None),
            ("POST", url_of(event, CODES), promo_body(code="NEW")),
            ("PATCH", url_of(event, CODES, made), {"amount": 1}),
            ("DELETE", url_of(event, CODES, made), None),
        ):
            answer = await closed_client.request(method, url, json=body, headers=stranger)
            assert_problem(answer, 401, "api_key_required")
    assert offered(conninfo) == before
    assert (await closed_client.get(url_of(event, CODES, made), headers=key)).json() == made


# -------------------------------------------------------------------------------------------- keys, versions, pages


async def test_a_key_counts_once_and_each_write_raises_the_version(
    client: httpx.AsyncClient, event: Json, conninfo: str
) -> None:
    key: Any = {"headers": {"idempotency-key": "k"}}
    first, again = [await client.post(url_of(event, CODES), json=promo_body(), **key) for _ in range(2)]
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    answer = await client.post(url_of(event, CODES), json=promo_body(amount=1), **key)
    assert_problem(answer, 422, "idempotency_key_reused")
    assert version(conninfo, event) == 2
    url = url_of(event, CODES, first.json())
    for _ in range(2):
        assert (await client.patch(url, json={"amount": 5}, **key)).json()["amount"] == 5
    assert version(conninfo, event) == 3
    assert [(await client.delete(url, **key)).status_code for _ in range(2)] == [204, 204]
    assert version(conninfo, event) == 4
    assert_problem(await client.delete(url), 404, "promo_code_not_found")
    assert version(conninfo, event) == 4


async def test_pages_of_codes_follow_one_another_in_order_of_code(
    client: httpx.AsyncClient, event: Json, conninfo: str
) -> None:
    run(conninfo, MANY, event["id"], 120)
    await new(client, event, CODES, code="🎪" * 50)
    await new(client, await new_event(client), CODES, code="C00001-ELSEWHERE")
    assert len(await listed(client, event, CODES)) == 50
    whole = [one["code"] for one in (await client.get(url_of(event, CODES), params={"limit": 200})).json()]
    for limit in (1, 50, 60, 121):
        found, url, pages = [], f"{url_of(event, CODES)}?limit={limit}", 0
        while url:
            answer = await client.get(url)
            assert answer.status_code == 200, answer.text
            found += [one["code"] for one in answer.json()]
            pages += 1
            link = answer.links.get("next")
            url = link["url"] if link else ""
        assert found == whole
        assert pages == -(-121 // limit)
    assert len(set(whole)) == 121
    assert whole[-121:][:3] == sorted(whole)[:3]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("limit", value) for value in ("0", "201", "x", "", "1.5", "-1")),
        *(("cursor", value) for value in ("", "x", "é", "%00", "AA==", "/w==", "+++", "A" * 301, "QQ==\n", "Q Q==")),
    ],
)
async def test_a_page_that_there_is_not_is_refused(
    client: httpx.AsyncClient, event: Json, name: str, value: str
) -> None:
    answer = await client.get(url_of(event, CODES), params={name: value})
    assert_problem(answer, 422, "validation_failed", name)
