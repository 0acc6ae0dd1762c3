"""Events over HTTP: put on sale, shown, listed page by page, filtered."""

import base64
from datetime import datetime
from typing import Any

import httpx
import pytest

from tests.web.asking import FUTURE, NOBODY, Json, assert_problem, event_body, left, new_booking, new_event


async def test_a_new_event_is_shown_with_all_its_places(client: httpx.AsyncClient) -> None:
    answer = await client.post("/events", json=event_body(name="  Late Trio ", venue="Zürich 🎷"))
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    event = answer.json()
    assert answer.headers["location"] == f"/events/{event['id']}"
    assert list(event) == ["id", "name", "date", "venue", "total_seats", "available_seats", "created_at"]
    assert event["name"] == "Late Trio", "blanks around it are no part of a name"
    assert event["venue"] == "Zürich 🎷"
    assert event["date"] == "2041-05-01T18:00:00Z"
    assert (event["total_seats"], event["available_seats"]) == (12, 12)
    assert datetime.fromisoformat(event["created_at"]).tzinfo is not None
    shown = await client.get(answer.headers["location"])
    assert (shown.status_code, shown.json()) == (200, event)


async def test_an_event_and_its_availability_follow_the_bookings(client: httpx.AsyncClient, event: Json) -> None:
    url = f"/events/{event['id']}"
    full = {"event_id": event["id"], "total_seats": 12, "available_seats": 12, "is_available": True}
    assert (await client.get(url + "/availability")).json() == full
    await new_booking(client, event["id"], 12)
    sold_out = {**full, "available_seats": 0, "is_available": False}
    assert (await client.get(url + "/availability")).json() == sold_out
    assert (await client.get(url)).json() == {**event, "available_seats": 0}


async def test_an_id_is_the_same_in_capitals(client: httpx.AsyncClient, event: Json) -> None:
    for tail in ("", "/availability"):
        answer = await client.get(f"/events/{event['id'].upper()}{tail}")
        assert answer.status_code == 200
        assert event["id"] in answer.text


@pytest.mark.parametrize("tail", ["", "/availability"])
async def test_an_unknown_event_is_not_found(client: httpx.AsyncClient, tail: str) -> None:
    for unknown in (NOBODY, "1", "%00", "%FF", NOBODY[:-1], NOBODY + "0", "{" + NOBODY + "}", "x" * 3000, "é"):
        assert_problem(await client.get(f"/events/{unknown}{tail}"), 404, "event_not_found")


@pytest.mark.parametrize(
    ("field", "good"),
    [
        ("name", ["x", "x" * 200, "👩‍👩‍👧 family", "Ünï©ode 日本", "'; DROP TABLE events; --", "%s %(x)s {}"]),
        ("venue", ["y", "y" * 200, "🎪" * 200]),
        ("total_seats", [1, 1_000_000]),
        (
            "date",
            [
                "2041-05-01t20:00:00z",
                "2041-05-01T20:00:00.123456789-11:30",
                "2041-05-01T20:00:00-00:00",
                "9999-12-31T23:59:59Z",
                "9999-12-31T23:59:59.999999+14:00",
            ],
        ),
    ],
)
async def test_what_is_allowed_can_be_put_on_sale_and_read_again(
    client: httpx.AsyncClient, field: str, good: list[Any]
) -> None:
    for value in good:
        event = await new_event(client, **{field: value})
        if field != "date":
            assert event[field] == value
        shown = await client.get(f"/events/{event['id']}")
        assert shown.json() == event
    listed = await client.get("/events")
    assert len(listed.json()) == len(good)


async def test_events_are_listed_by_date_then_id(client: httpx.AsyncClient) -> None:
    late = await new_event(client, date="2043-01-01T00:00:00Z")
    early = await new_event(client, date="2042-01-01T00:00:00Z")
    same = await new_event(client, date="2043-01-01T00:00:00Z")
    answer = await client.get("/events")
    assert answer.status_code == 200
    assert "link" not in answer.headers
    pair = sorted([late, same], key=lambda event: str(event["id"]))
    assert answer.json() == [early, *pair]


async def test_the_link_header_leads_through_all_pages_once(client: httpx.AsyncClient) -> None:
    made = [(await new_event(client, date=f"20{40 + n % 3}-01-01T00:00:00.12345{n}Z"))["id"] for n in range(7)]
    await new_event(client, name="Another thing")
    seen: list[str] = []
    url: str | None = "/events?limit=3&q=CONCERT&from=2040-01-01T00:00:00Z&to=2050-01-01T01:00:00%2B01:00"
    pages = 0
    while url is not None:
        answer = await client.get(url)
        assert answer.status_code == 200, answer.text
        seen += [event["id"] for event in answer.json()]
        url = answer.links["next"]["url"] if "next" in answer.links else None
        pages += 1
    assert sorted(seen) == sorted(made)
    assert len(set(seen)) == len(seen)
    assert pages == 3


async def test_a_full_last_page_has_no_next_one(client: httpx.AsyncClient) -> None:
    for _ in range(2):
        await new_event(client)
    assert "link" not in (await client.get("/events?limit=2")).headers
    assert 'rel="next"' in (await client.get("/events?limit=1")).headers["link"]


async def test_limits_are_1_to_200_and_50_when_not_said(client: httpx.AsyncClient) -> None:
    for number in range(51):
        await new_event(client, date=f"2041-01-01T00:00:{number:02}Z")
    assert len((await client.get("/events")).json()) == 50
    assert len((await client.get("/events?limit=1")).json()) == 1
    assert len((await client.get("/events?limit=200")).json()) == 51
    for wrong in ("0", "-1", "201", "x", "", "1.5", "1e2", "9" * 5000, "%00", "true"):
        assert_problem(await client.get(f"/events?limit={wrong}"), 422, "validation_failed", "limit")


async def test_from_is_included_and_to_is_not(client: httpx.AsyncClient) -> None:
    event = await new_event(client, date="2041-06-01T10:00:00Z")
    found = {
        "from=2041-06-01T10:00:00Z": 1,
        "from=2041-06-01T12:00:00%2B02:00": 1,
        "from=2041-06-01T10:00:00.000001Z": 0,
        "to=2041-06-01T10:00:00Z": 0,
        "to=2041-06-01T10:00:00.000001Z": 1,
        "from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z": 1,
        "from=2042-01-01T00:00:00Z&to=2041-01-01T00:00:00Z": 0,
    }
    for query, count in found.items():
        answer = await client.get(f"/events?{query}")
        assert answer.json() == [event] * count, query


async def test_moments_without_sense_are_refused(client: httpx.AsyncClient) -> None:
    wrong = ["", "2041-06-01", "2041-06-01T10:00:00", "2041-06-01T10:00:00 01:00", "1900000000", "now", "%00"]
    wrong += [
        "0001-01-01T00:00:00%2B01:00",
        "9999-12-31T23:59:59-01:00",
        "2041-13-01T00:00:00Z",
        "2041-06-01T10:00:60Z",
    ]
    for name in ("from", "to"):
        for moment in wrong:
            assert_problem(await client.get(f"/events?{name}={moment}"), 422, "validation_failed", name)


async def test_q_looks_in_name_and_venue_whatever_the_case(client: httpx.AsyncClient) -> None:
    await new_event(client, name="Straße 100%_a\\b", venue="Ωmega House")
    await new_event(client, name="Other", venue="Elsewhere")
    for text, count in {
        "STRASSE": 0,
        "straße": 1,
        "ωMEGA": 1,
        "100%": 1,
        "%_A": 1,
        "1%0": 0,
        "_" * 20: 0,
        "a\\b": 1,
        "'": 0,
        "e": 2,
        "": 2,
    }.items():
        answer = await client.get("/events", params={"q": text})
        assert len(answer.json()) == count, text


async def test_q_finds_what_a_name_may_hold(client: httpx.AsyncClient) -> None:
    for name in ("👩‍👩‍👧 family day", "no\u00a0break", "soft\u00adhyphen"):
        event = await new_event(client, name=name)
        answer = await client.get("/events", params={"q": name})
        assert answer.status_code == 200, f"{name!r}: {answer.text}"
        assert answer.json() == [event]


async def test_a_q_that_no_name_can_hold_is_refused(client: httpx.AsyncClient) -> None:
    for text in ("%00", "a%0Ab", "%7F", "x" * 201):
        assert_problem(await client.get(f"/events?q={text}"), 422, "validation_failed", "q")


async def test_a_cursor_that_we_did_not_give_is_refused_or_harmless(client: httpx.AsyncClient, event: Json) -> None:
    texts = ["", "x", f"2041-01-01T00:00:00 {NOBODY}", f"2041-01-01T00:00:00Z {NOBODY[:-1]}", f"x {NOBODY}", NOBODY]
    forged = [base64.urlsafe_b64encode(text.encode()).decode() for text in texts]
    for cursor in (*forged, "!", "A", "é", "%00", "x" * 201, "=" * 8, "\u0661"):
        answer = await client.get("/events", params={"cursor": cursor})
        assert_problem(answer, 422, "validation_failed", "cursor")
    odd = [
        "2030-01-01T00:00:00+23:59",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2030-W01-1T00:00:00Z",
    ]
    for moment in odd:
        cursor = base64.urlsafe_b64encode(f"{moment} {NOBODY}".encode()).decode()
        answer = await client.get("/events", params={"cursor": cursor})
        assert answer.status_code in {200, 422}, moment


async def test_the_last_of_two_equal_parameters_counts(client: httpx.AsyncClient) -> None:
    for _ in range(3):
        await new_event(client)
    assert len((await client.get("/events?limit=1&limit=2")).json()) == 2


async def test_the_future_begins_after_now(client: httpx.AsyncClient) -> None:
    for past in ("2001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59-12:00"):
        assert_problem(await client.post("/events", json=event_body(date=past)), 422, "validation_failed", "date")
    assert (await client.get("/events")).json() == []


async def test_an_event_without_bookings_keeps_its_places(client: httpx.AsyncClient) -> None:
    event = await new_event(client, total_seats=1_000_000, date=FUTURE)
    assert await left(client, event["id"]) == 1_000_000
