"""Whatever is sent as a pool, a ticket type or a fee is refused by field when it is wrong, and changes nothing."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.web.asking import FUTURE, JSON, NOBODY, Json, assert_problem
from tests.web.offering import BODIES, KINDS, new, offered, url_of
from tests.web.test_refused_requests import NO_DATES, NO_IDS, NO_NAMES, NO_SEATS, raw_bodies

every_kind = pytest.mark.parametrize("kind", KINDS)

PAST = {"2001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "0001-01-01T00:00:00Z"}
NO_MOMENTS: list[object] = [value for value in NO_DATES if value is not None and str(value) not in PAST]
NO_COUNTS: list[object] = [value for value in NO_SEATS if value is not None and str(value) != "0"]
NO_BOOLEANS: list[object] = [None, 0, 1, "", "true", [], {}]
NO_TAXES: list[object] = [
    *(None, 0, "", [], True, {}, {"basis_points": 1900}, {"is_included": True}, [1900, True]),
    *({"basis_points": value, "is_included": True} for value in (*NO_COUNTS, None, 10_001)),
    *({"basis_points": 0, "is_included": value} for value in NO_BOOLEANS),
    {"basis_points": 0, "is_included": True, "country": "DE"},
]
NO_TEXTS: list[object] = ["x" * 2001, "a\0b", "\x1b[31m", "a\x7f", "a\x85", None, 1, True, [], {}]
NO_CHOICES: list[object] = ["", "x", "Public", "FIXED", "fixed ", None, 1, True, [], {}]
NO_POOLS: list[object] = [None, "", NOBODY, {}, 1, [None], [[]], [NOBODY] * 201, *([value] for value in NO_IDS)]

WRONG: dict[str, dict[str, list[object]]] = {
    "pools": {
        "name": NO_NAMES,
        "capacity": [*NO_COUNTS, 1_000_001, 2**31, 2**63],
        "held_back": [*NO_COUNTS, None, 1_000_001],
    },
    "ticket-types": {
        "name": NO_NAMES,
        "description": NO_TEXTS,
        "position": [*NO_COUNTS, None, 1_000_001],
        "price_minor": [-1, 10**20, 10**400, 1.0, 25.0, True, "1", None, [], {}, 100_000_000_001, 2**63],
        "tax": NO_TAXES,
        "places": [*NO_COUNTS, None, 101],
        "tickets_min": [*NO_COUNTS, None, 0, 1_000_001],
        "tickets_max": [*NO_COUNTS, 0, 1_000_001],
        "sales_from": NO_MOMENTS,
        "sales_until": NO_MOMENTS,
        "visibility": NO_CHOICES,
        "pool_ids": NO_POOLS,
        "buyer_tickets_max": [*NO_COUNTS, 0, 10_001, 2**31, 2**63],
    },
    "fees": {
        "name": NO_NAMES,
        "kind": NO_CHOICES,
        "amount": [-1, 10**20, 1.5, "1", None, True, 100_000_000_001],
        "per": NO_CHOICES,
        "tax": NO_TAXES,
    },
}
UNKNOWN_FIELDS = ("id", "event_id", "taken", "currency", "Name", "", "__proto__", "a\0b", "🎪" * 300)


def wrong(kind: str) -> Iterator[tuple[Json, str]]:
    """Values, each with the field that is wrong."""
    for field, values in WRONG[kind].items():
        yield from (({field: value}, field) for value in values)
    yield from (({unknown: 1}, unknown[:100]) for unknown in UNKNOWN_FIELDS)


@every_kind
async def test_wrong_values_are_refused_by_field(
    client: httpx.AsyncClient, conninfo: str, event: Json, kind: str
) -> None:
    made = await new(client, event, kind)
    before = offered(conninfo)
    found = []
    for values, field in wrong(kind):
        for method, url, body in (
            ("POST", url_of(event, kind), BODIES[kind](**values)),
            ("PATCH", url_of(event, kind, made), values),
        ):
            answer = await client.request(method, url, content=json.dumps(body).encode(), headers=JSON)
            if answer.status_code != 422 or not answer.json()["field"].startswith(field):
                found.append((method, values, answer.status_code, answer.text))
    assert found == []
    assert offered(conninfo) == before


@every_kind
async def test_what_something_new_needs_has_to_be_said(client: httpx.AsyncClient, event: Json, kind: str) -> None:
    for field in BODIES[kind]():
        body = {name: value for name, value in BODIES[kind]().items() if name != field}
        assert_problem(await client.post(url_of(event, kind), json=body), 422, "validation_failed", field)


@every_kind
async def test_what_is_no_json_of_the_right_kind_is_refused(
    client: httpx.AsyncClient, conninfo: str, event: Json, kind: str
) -> None:
    made = await new(client, event, kind)
    before = offered(conninfo)
    accepted = []
    for number, body in enumerate(raw_bodies(BODIES[kind](name="Another"))):
        headers = {**JSON, "idempotency-key": "fixed"} if number % 2 else JSON
        for method, url in (("POST", url_of(event, kind)), ("PATCH", url_of(event, kind, made))):
            if method == "PATCH" and body == b"{}":
                continue
            answer = await client.request(method, url, content=body, headers=headers)
            if answer.status_code != 422 or answer.json()["code"] != "validation_failed":
                accepted.append((method, body[:200], answer.status_code, answer.text))
    assert accepted == []
    assert offered(conninfo) == before


@every_kind
async def test_only_json_of_a_bearable_size_is_taken(
    client: httpx.AsyncClient, conninfo: str, event: Json, kind: str
) -> None:
    made = await new(client, event, kind)
    before = offered(conninfo)
    for method, url in (("POST", url_of(event, kind)), ("PATCH", url_of(event, kind, made))):
        body = json.dumps(BODIES[kind]()).encode()
        answer = await client.request(method, url, content=body, headers={"content-type": "text/plain"})
        assert_problem(answer, 415, "unsupported_media_type")
        answer = await client.request(method, url, content=body.ljust(262_145), headers=JSON)
        assert_problem(answer, 413, "payload_too_large")
    assert offered(conninfo) == before


@every_kind
async def test_a_bad_idempotency_key_is_refused_on_every_write(
    client: httpx.AsyncClient, conninfo: str, event: Json, kind: str
) -> None:
    made = await new(client, event, kind)
    before = offered(conninfo)
    for key in ("", " ", "x" * 256, "a\tb", "schlüssel"):
        headers: Any = {"idempotency-key": key.encode()}
        for method, url, body in (
            ("POST", url_of(event, kind), BODIES[kind](name="Another")),
            ("PATCH", url_of(event, kind, made), {}),
            ("DELETE", url_of(event, kind, made), None),
        ):
            answer = await client.request(method, url, json=body, headers=headers)
            assert_problem(answer, 422, "validation_failed", "Idempotency-Key")
    assert offered(conninfo) == before


async def test_moments_of_the_past_are_no_mistake(client: httpx.AsyncClient, event: Json) -> None:
    for moment in (*PAST, FUTURE, "9999-12-31T23:59:59.999999Z"):
        made = await new(client, event, "ticket-types", sales_from=moment)
        shown = await client.get(url_of(event, "ticket-types", made))
        assert shown.json() == made
