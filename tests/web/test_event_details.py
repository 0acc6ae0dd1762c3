"""Events with all that is known of them over HTTP: said when they are put on sale, shown, and changed later."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from fullhouse.web.api.event_shapes import DetailsShape, EventRequest
from tests.web.asking import FUTURE, JSON, NOBODY, Json, assert_problem, event_body, everything, new_event
from tests.web.organizing import DETAILS, details, let_begin, patch, run, set_state, take
from tests.web.test_auth import bearer, make_key

IN_UTC = {
    **DETAILS,
    "doors_at": "2041-05-01T17:00:00Z",
    "ends_at": "2041-05-01T21:00:00Z",
    "sales_from": "2031-01-01T09:00:00Z",
    "sales_until": "2041-05-01T19:00:00Z",
}
PLAIN = {
    "description": "",
    "doors_at": None,
    "ends_at": None,
    "time_zone": "UTC",
    "currency": "EUR",
    "sales_from": None,
    "sales_until": None,
    "slug": None,
    "image_alt": "",
    "refund_policy": None,
}
NO_IMAGE = {"image": None, "image_url": None}

NO_MOMENTS: list[object] = ["", "soon", "2041-05-01", "2041-05-01T20:00:00", "2041-02-30T20:00:00Z", 0, True, [], {}]
WRONG: dict[str, list[object]] = {
    "description": ["a\0b", "\x1b[31m", "a\x7f", "a\x85", "x" * 20_001, "🎪" * 20_001, 1, True, [], {}],
    "doors_at": [*NO_MOMENTS, "2041-05-01T20:00:01+02:00"],
    "ends_at": [*NO_MOMENTS, FUTURE, "2041-05-01T19:59:59+02:00"],
    "sales_from": NO_MOMENTS,
    "sales_until": [*NO_MOMENTS, "2041-05-01T20:00:01+02:00"],
    "time_zone": ["", "CET+1", "europe/berlin", "Mars", "../UTC", "a\0", "x" * 10_000, 1, True, None, [], {}],
    "currency": ["", "eur", "EU", "EURO", "DEM", "ZZZ", "E\0R", "EUR\n", 978, True, None, [], {}],
    "slug": ["", "A", "ä", "a b", "a_b", "a/b", "a\n", "\0", "x" * 81, "..", 1, True, [], {}],
}


async def test_all_that_was_said_is_shown_and_the_plain_picture_stays_as_it_is(client: httpx.AsyncClient) -> None:
    answer = await client.post("/events", json=event_body(**DETAILS))
    assert answer.status_code == 201, answer.text
    event = answer.json()
    assert list(event) == ["id", "name", "date", "venue", "total_seats", "available_seats", "created_at"]
    assert (await client.get(f"/events/{event['id']}")).json() == event
    shown = await details(client, event["id"])
    html = "<h1>Tonight</h1>\n<p><em>Late</em> <strong>Trio</strong></p>\n"
    own = {"state": "published", "description_html": html, "series_id": None, "version": 1, **NO_IMAGE}
    assert shown == {**event, **IN_UTC, **own}
    DetailsShape.model_validate_json(json.dumps(shown))


async def test_of_an_event_that_says_nothing_more_the_rest_is_plain(client: httpx.AsyncClient, event: Json) -> None:
    own = {"state": "published", "description_html": "", "series_id": None, "version": 1, **NO_IMAGE}
    assert await details(client, event["id"]) == {**event, **PLAIN, **own}


async def test_the_same_key_stands_for_the_same_event_also_with_what_goes_without_saying(
    client: httpx.AsyncClient,
) -> None:
    key = {"idempotency-key": "k"}
    first = await client.post("/events", json=event_body(), headers=key)
    again = await client.post("/events", json=event_body(**PLAIN, state="published"), headers=key)
    assert (again.status_code, again.json()) == (201, first.json())
    other = await client.post("/events", json=event_body(description="x"), headers=key)
    assert_problem(other, 422, "idempotency_key_reused")


def test_a_request_that_says_no_more_is_the_one_that_keys_stood_for_before_there_were_details() -> None:
    body = {"total_seats": 12, "venue": "Small house", "date": FUTURE, "name": "Concert"}
    asked = EventRequest.model_validate_json(json.dumps(body)).asked()
    assert asked == '{"name":"Concert","date":"2041-05-01T18:00:00Z","venue":"Small house","total_seats":12}'


async def test_wrong_details_are_refused_by_field_when_put_on_sale_and_when_changed(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    before, shown = everything(conninfo), await details(client, event["id"])
    for field, values in WRONG.items():
        for value in values:
            body = json.dumps({field: value}).encode()
            answer = await client.patch(f"/events/{event['id']}", content=body, headers=JSON)
            assert_problem(answer, 422, "validation_failed", field)
            body = json.dumps(event_body(**{field: value})).encode()
            answer = await client.post("/events", content=body, headers=JSON)
            assert_problem(answer, 422, "validation_failed", field)
    for state in ("cancelled", "over", "", None, 1):
        answer = await client.post("/events", json=event_body(state=state))
        assert_problem(answer, 422, "validation_failed", "state")
    assert everything(conninfo) == before
    assert await details(client, event["id"]) == shown


async def test_half_a_letter_is_no_text(client: httpx.AsyncClient, event: Json) -> None:
    for body in (rb'{"description":"\ud800"}', rb'{"description":"\udc00x"}', b'{"description":"\xed\xa0\x80"}'):
        answer = await client.patch(f"/events/{event['id']}", content=body, headers=JSON)
        assert_problem(answer, 422, "validation_failed")


@pytest.mark.parametrize("text", ["x" * 20_000, "🎪" * 20_000, "a\tb\r\nc\n", "<b>'\"&", "日本 \u202e עברית"])
async def test_a_description_is_kept_as_it_was_written(client: httpx.AsyncClient, event: Json, text: str) -> None:
    for ensure_ascii in (True, False):
        body = json.dumps({"description": text}, ensure_ascii=ensure_ascii).encode()
        answer = await client.patch(f"/events/{event['id']}", content=body, headers=JSON)
        assert answer.status_code == 200, answer.text
        assert (await details(client, event["id"]))["description"] == text


async def test_only_what_is_sent_changes(client: httpx.AsyncClient) -> None:
    event = await new_event(client, **DETAILS)
    expected = {**await details(client, event["id"])}
    steps: list[Json] = [
        {"name": "Opera"},
        {"venue": "Arena", "date": "2041-05-01T18:30:00Z"},
        {"doors_at": None},
        {"ends_at": "2041-05-02T00:00:00Z"},
        {"sales_from": None, "sales_until": None},
        {"slug": "opera-2041"},
        {"slug": None},
        {"time_zone": "Asia/Kolkata", "currency": "JPY"},
        {"description": ""},
    ]
    for number, step in enumerate(steps, 2):
        answer = await patch(client, event["id"], **step)
        assert answer.status_code == 200, answer.text
        expected |= {**step, "version": number}
        if "description" in step:
            expected["description_html"] = ""
        assert answer.json() == expected
        assert await details(client, event["id"]) == expected
    plain = (await client.get(f"/events/{event['id']}")).json()
    assert plain == {name: expected[name] for name in event}


async def test_a_change_to_what_is_already_so_changes_nothing(client: httpx.AsyncClient) -> None:
    event = await new_event(client, **DETAILS)
    before = await details(client, event["id"])
    for body in ({}, DETAILS, {"name": event["name"], "date": event["date"]}):
        answer = await patch(client, event["id"], **body)
        assert (answer.status_code, answer.json()) == (200, before)
    assert await details(client, event["id"]) == before


async def test_what_an_event_can_not_be_without_can_not_be_cleared(client: httpx.AsyncClient, event: Json) -> None:
    for field in ("name", "date", "venue", "description", "time_zone", "currency"):
        answer = await client.patch(f"/events/{event['id']}", json={field: None})
        assert_problem(answer, 422, "validation_failed", field)


async def test_what_is_no_field_of_an_event_is_refused(client: httpx.AsyncClient, event: Json) -> None:
    fields = (
        "id",
        "state",
        "total_seats",
        "available_seats",
        "created_at",
        "version",
        "series_id",
        "starts_at",
        "Name",
    )
    for field in fields:
        answer = await client.patch(f"/events/{event['id']}", json={field: event.get(field, "draft")})
        assert_problem(answer, 422, "validation_failed", field)
    for body in (b"", b"[]", b"null", b"1", b"{", b'{"name"}'):
        answer = await client.patch(f"/events/{event['id']}", content=body, headers=JSON)
        assert_problem(answer, 422, "validation_failed")
    answer = await client.patch(f"/events/{event['id']}", content=b"{}", headers={"content-type": "text/plain"})
    assert_problem(answer, 415, "unsupported_media_type")


async def test_times_are_looked_at_together_with_those_that_stay(client: httpx.AsyncClient) -> None:
    event = await new_event(client, **DETAILS)
    wrong: dict[str, Json] = {
        "doors_at": {"date": "2041-05-01T16:59:59Z", "sales_until": None},
        "ends_at": {"date": "2041-05-01T21:00:00Z"},
        "sales_until": {"ends_at": "2041-05-01T18:30:00Z"},
        "date": {"date": "2020-01-01T00:00:00Z"},
    }
    for field, body in wrong.items():
        assert_problem(await patch(client, event["id"], **body), 422, "validation_failed", field)
    answer = await patch(client, event["id"], sales_until="2031-01-01T09:00:00Z")
    assert_problem(answer, 422, "validation_failed", "sales_until")


async def test_a_slug_is_the_event_s_alone(client: httpx.AsyncClient, conninfo: str, event: Json) -> None:
    other = await new_event(client, slug="late-trio")
    before = everything(conninfo)
    assert_problem(await client.post("/events", json=event_body(slug="late-trio")), 409, "slug_taken", "slug")
    keyed = await client.post("/events", json=event_body(slug="late-trio"), headers={"idempotency-key": "k"})
    assert_problem(keyed, 409, "slug_taken", "slug")
    assert_problem(await patch(client, event["id"], slug="late-trio", name="Opera"), 409, "slug_taken", "slug")
    assert everything(conninfo) == before
    assert (await details(client, event["id"]))["name"] == event["name"]
    assert (await patch(client, other["id"], slug="late-trio")).status_code == 200
    assert (await patch(client, other["id"], slug=None)).status_code == 200
    assert (await patch(client, event["id"], slug="late-trio")).status_code == 200


async def test_the_same_key_and_slug_at_the_same_moment_make_one_event(client: httpx.AsyncClient) -> None:
    key = {"idempotency-key": "k"}
    answers = await asyncio.gather(
        *[client.post("/events", json=event_body(slug="late-trio"), headers=key) for _ in range(10)]
    )
    assert {(answer.status_code, answer.json()["id"]) for answer in answers} == {(201, answers[0].json()["id"])}


async def test_of_many_that_want_one_slug_at_once_one_gets_it(client: httpx.AsyncClient) -> None:
    events = [await new_event(client) for _ in range(6)]
    answers = await asyncio.gather(*[patch(client, event["id"], slug="late-trio") for event in events])
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 5]


async def test_changes_of_different_fields_at_the_same_moment_all_survive(
    client: httpx.AsyncClient, event: Json
) -> None:
    changes: list[Json] = [{name: value} for name, value in DETAILS.items()] + [{"name": "Opera"}, {"venue": "Arena"}]
    answers = await asyncio.gather(*[patch(client, event["id"], **change) for change in changes])
    refused = [change for change, answer in zip(changes, answers, strict=True) if answer.status_code != 200]
    assert all("sales_until" in change for change in refused), "only it may come before the end that it needs"
    for change in refused:
        assert (await patch(client, event["id"], **change)).status_code == 200
    shown = await details(client, event["id"])
    assert {name: shown[name] for name in IN_UTC} == IN_UTC
    assert (shown["name"], shown["venue"], shown["version"]) == ("Opera", "Arena", 1 + len(changes))


async def test_the_currency_stays_once_anything_was_booked_or_held(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    assert (await patch(client, event["id"], currency="CHF")).json()["currency"] == "CHF"
    for places in (1, 0):
        take(conninfo, event["id"], places)
        assert_problem(await patch(client, event["id"], currency="JPY"), 409, "event_in_use")
        assert (await patch(client, event["id"], currency="CHF")).status_code == 200
    assert (await patch(client, event["id"], name="Opera")).json()["available_seats"] == 12


async def test_what_is_over_or_cancelled_stays_as_it_is(client: httpx.AsyncClient, conninfo: str, event: Json) -> None:
    set_state(conninfo, event["id"], "cancelled")
    shown = await details(client, event["id"])
    assert shown["state"] == "cancelled"
    assert_problem(await patch(client, event["id"], name="Opera"), 409, "event_not_changeable")
    set_state(conninfo, event["id"], "published")
    let_begin(conninfo, event["id"])
    assert (await details(client, event["id"]))["state"] == "over"
    assert_problem(await patch(client, event["id"], name="Opera"), 409, "event_not_changeable")
    run(conninfo, "UPDATE events SET ends_at = now() + interval '1 hour' WHERE id = %s", event["id"])
    assert (await details(client, event["id"]))["state"] == "published"
    assert (await patch(client, event["id"], name="Opera")).json()["name"] == "Opera"


async def test_what_is_held_back_is_not_available(client: httpx.AsyncClient, conninfo: str, event: Json) -> None:
    run(conninfo, "UPDATE houses SET held_back = 5, taken = 4 WHERE event_id = %s", event["id"])
    assert (await details(client, event["id"]))["available_seats"] == 3
    assert (await client.get(f"/events/{event['id']}")).json()["available_seats"] == 3
    assert (await client.get("/events")).json()[0]["available_seats"] == 3
    assert (await client.get(f"/events/{event['id']}/availability")).json()["available_seats"] == 3


async def test_an_event_that_is_not_there_is_not_found(client: httpx.AsyncClient) -> None:
    for unknown in (NOBODY, "1", "%00", "%FF", NOBODY[:-1], "x" * 3000, "é"):
        assert_problem(await client.get(f"/events/{unknown}/details"), 404, "event_not_found")
        assert_problem(await client.patch(f"/events/{unknown}", json={"name": "Opera"}), 404, "event_not_found")


async def test_an_event_is_changed_with_a_key_alone(closed_client: httpx.AsyncClient, conninfo: str) -> None:
    good = bearer(await make_key(conninfo))
    event = (await closed_client.post("/events", json=event_body(), headers=good)).json()
    path = f"/events/{event['id']}"
    body: Any = {"name": "Opera"}
    assert_problem(await closed_client.patch(path, json=body), 401, "api_key_required")
    assert_problem(await closed_client.patch(path, content=b"{"), 401, "api_key_required")
    assert (await closed_client.get(f"{path}/details")).json()["name"] == event["name"]
    assert (await closed_client.patch(path, json=body, headers=good)).status_code == 200
    assert (await closed_client.get(f"{path}/details")).json()["name"] == "Opera"
