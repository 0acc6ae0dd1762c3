"""Bookings over HTTP: made, shown, cancelled, refused."""

import asyncio
import re

import httpx
import psycopg

from fullhouse.rules.refusals import Busy, OutcomeUnknown
from fullhouse.web.errors import refused
from tests.cast import assert_clean
from tests.web.asking import NOBODY, Json, assert_problem, everything, left, new_booking, new_event, post_booking
from tests.web.conftest import Served


async def test_a_booking_is_confirmed_and_can_be_read_again(client: httpx.AsyncClient, event: Json) -> None:
    answer = await post_booking(client, event["id"], 3)
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/json"
    booking = answer.json()
    fields = ["id", "reference", "event_id", "num_seats", "status", "created_at", "cancelled_at"]
    assert list(booking) == fields
    assert answer.headers["location"] == f"/bookings/{booking['id']}"
    assert (booking["event_id"], booking["num_seats"]) == (event["id"], 3)
    assert (booking["status"], booking["cancelled_at"]) == ("confirmed", None)
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z-]{4,12}", booking["reference"])
    shown = await client.get(answer.headers["location"])
    assert (shown.status_code, shown.json()) == (200, booking)
    assert (await client.get(f"/bookings/{booking['id'].upper()}")).json() == booking
    assert await left(client, event["id"]) == 9


async def test_the_event_may_be_named_in_capitals(client: httpx.AsyncClient, event: Json) -> None:
    booking = await new_booking(client, event["id"].upper())
    assert booking["event_id"] == event["id"]


async def test_a_reference_opens_nothing(client: httpx.AsyncClient, event: Json) -> None:
    booking = await new_booking(client, event["id"])
    assert_problem(await client.get(f"/bookings/{booking['reference']}"), 404, "booking_not_found")


async def test_a_cancelled_booking_gives_its_places_back_once(client: httpx.AsyncClient, event: Json) -> None:
    booking = await new_booking(client, event["id"], 4)
    url = f"/bookings/{booking['id']}"
    answer = await client.patch(url + "/cancel")
    assert answer.status_code == 200
    cancelled = answer.json()
    assert cancelled == {**booking, "status": "cancelled", "cancelled_at": cancelled["cancelled_at"]}
    assert cancelled["cancelled_at"] >= booking["created_at"]
    assert await left(client, event["id"]) == 12
    for _ in range(2):
        again = await client.patch(url.upper().replace("/BOOKINGS", "/bookings") + "/cancel")
        assert (again.status_code, again.json()) == (200, cancelled)
    assert await left(client, event["id"]) == 12
    assert (await client.get(url)).json() == cancelled


async def test_what_does_not_fit_is_refused_with_what_is_left(client: httpx.AsyncClient, event: Json) -> None:
    await new_booking(client, event["id"], 10)
    body = assert_problem(await post_booking(client, event["id"], 3), 409, "not_enough_seats")
    assert body["available_seats"] == 2
    await new_booking(client, event["id"], 2)
    body = assert_problem(await post_booking(client, event["id"], 1), 409, "not_enough_seats")
    assert body["available_seats"] == 0


async def test_a_hundred_seats_is_the_most(client: httpx.AsyncClient) -> None:
    event = await new_event(client, total_seats=1000)
    assert (await new_booking(client, event["id"], 100))["num_seats"] == 100
    body = assert_problem(await post_booking(client, event["id"], 101), 422, "validation_failed", "num_seats")
    assert body["maximum"] == 100


async def test_an_event_that_has_begun_is_over(client: httpx.AsyncClient, conninfo: str, event: Json) -> None:
    booking = await new_booking(client, event["id"])
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE events SET starts_at = now() - interval '1 second'")
        conn.execute("UPDATE houses SET offer_version = offer_version + 1")
    assert_problem(await post_booking(client, event["id"]), 409, "event_over")
    assert (await client.patch(f"/bookings/{booking['id']}/cancel")).status_code == 200
    assert [shown["id"] for shown in (await client.get("/events")).json()] == [event["id"]]


async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient, conninfo: str, event: Json) -> None:
    before = everything(conninfo)
    assert_problem(await post_booking(client, NOBODY), 404, "event_not_found")
    for unknown in (NOBODY, event["id"], "1", "%00", "%FF", "x" * 3000, NOBODY + "%0A", "é"):
        assert_problem(await client.get(f"/bookings/{unknown}"), 404, "booking_not_found")
        assert_problem(await client.patch(f"/bookings/{unknown}/cancel"), 404, "booking_not_found")
    assert everything(conninfo) == before


async def test_cancelling_takes_no_body(client: httpx.AsyncClient, event: Json) -> None:
    booking = await new_booking(client, event["id"])
    for body in (b"{}", b" ", b"x", b"\0"):
        answer = await client.patch(f"/bookings/{booking['id']}/cancel", content=body)
        assert_problem(answer, 422, "validation_failed", "body")
    assert (await client.get(f"/bookings/{booking['id']}")).json() == booking


async def test_the_audit_agrees_with_what_was_answered(client: httpx.AsyncClient, conninfo: str, event: Json) -> None:
    bookings = [await new_booking(client, event["id"], places) for places in (1, 2, 3)]
    await client.patch(f"/bookings/{bookings[1]['id']}/cancel")
    await assert_clean(conninfo)
    assert await left(client, event["id"]) == 8


def test_a_busy_server_says_when_to_come_again() -> None:
    answer = refused(Busy("Full.", retry_after_seconds=2))
    assert answer.status == 503
    assert (b"retry-after", b"2") in answer.headers


def test_an_unknown_outcome_is_told_as_such() -> None:
    answer = refused(OutcomeUnknown("Lost."))
    assert answer.status == 503
    assert b'"outcome_unknown"' in answer.body


async def test_a_full_line_is_busy(client: httpx.AsyncClient, conninfo: str, served: Served, event: Json) -> None:
    with psycopg.connect(conninfo) as conn:
        conn.execute("SELECT FROM houses FOR UPDATE")
        async with (
            served(line_length_max=1, wait_seconds_max=1.0, lock_wait_ms=200) as url,
            httpx.AsyncClient(base_url=url, timeout=30) as buyer,
        ):
            answers = await asyncio.gather(*(post_booking(buyer, event["id"]) for _ in range(20)))
        conn.rollback()
    for answer in answers:
        assert_problem(answer, 503, "busy")
        assert answer.headers["retry-after"] == "1"
    await assert_clean(conninfo)
    assert await left(client, event["id"]) == 12
