"""The hot path and the framework's routes give the same answers; what holds for every request."""

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from fullhouse.rules.booking import Booking
from fullhouse.rules.event import Availability
from fullhouse.web import front_door
from fullhouse.web.api.shapes import AvailabilityShape, BookingShape, availability_json, booking_json
from tests.web.asking import JSON, NOBODY, Json, new_booking

Plain = tuple[int, dict[str, str], bytes]


def plain(answer: httpx.Response) -> Plain:
    """An answer without the id of its request."""
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status_code, headers, answer.content


async def hot_and_cold(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, request: httpx.Request
) -> tuple[Plain, Plain]:
    """Send a request twice, past the framework and through it."""
    hot = plain(await client.send(request))
    with monkeypatch.context() as cooled:
        cooled.setattr(front_door, "HOT", {})
        cooled.setattr(front_door, "HOT_OF_ONE", {})
        cold = plain(await client.send(request))
    for _, headers, _ in (hot, cold):
        headers.pop("idempotency-replayed", None)
    return hot, cold


async def test_a_booking_is_answered_alike_on_both_ways(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, event: Json
) -> None:
    good = f'{{"event_id":"{event["id"]}","num_seats":2}}'
    asked: list[tuple[str, dict[str, str], int]] = [
        (good, {**JSON, "idempotency-key": "k"}, 201),
        (good.replace("2}", "13}"), JSON, 409),
        (good.replace("2}", "0}"), JSON, 422),
        (good.replace("2}", "101}"), JSON, 422),
        (good.replace(event["id"], NOBODY), JSON, 404),
        (good.replace("2}", "1}"), {**JSON, "idempotency-key": "k"}, 422),
        (good, {**JSON, "idempotency-key": "x" * 256}, 422),
        (good, {}, 415),
        ("{", JSON, 422),
        (" " * 300_000, JSON, 413),
    ]
    for body, headers, status in asked:
        request = client.build_request("POST", "/bookings", content=body.encode(), headers=headers)
        hot, cold = await hot_and_cold(client, monkeypatch, request)
        assert hot == cold
        assert hot[0] == status


async def test_availability_is_answered_alike_on_both_ways(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, event: Json
) -> None:
    await new_booking(client, event["id"], 5)
    for event_id, status in {event["id"]: 200, event["id"].upper(): 200, NOBODY: 404, "x": 404, "%00": 404}.items():
        request = client.build_request("GET", f"/events/{event_id}/availability")
        hot, cold = await hot_and_cold(client, monkeypatch, request)
        assert hot == cold
        assert hot[0] == status


async def test_paths_like_those_of_hot_calls_are_found_or_not_alike(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, event: Json
) -> None:
    paths = ["/events/availability", "/events//availability", f"/events/{event['id']}/x/availability", "/bookings/"]
    paths += [f"/events/{event['id']}/availability/", f"//events/{event['id']}/availability", "/Bookings"]
    for path in paths:
        for method in ("GET", "POST", "HEAD", "OPTIONS"):
            request = client.build_request(method, "http://127.0.0.1:8000" + path)
            hot, cold = await hot_and_cold(client, monkeypatch, request)
            assert hot[0] == cold[0]


@pytest.mark.parametrize("status", ["confirmed", "cancelled"])
def test_a_booking_written_by_hand_is_the_documented_shape(status: str) -> None:
    moments = [datetime(2041, 1, 2, 3, 4, 5, microsecond, tzinfo=UTC) for microsecond in (0, 1, 120_000, 999_999)]
    moments += [datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), datetime(1970, 1, 1, tzinfo=UTC)]
    for moment in moments:
        ended = moment - timedelta(0) if status == "cancelled" else None
        booking = Booking(NOBODY, NOBODY, 7, 5, status, moment, ended)  # type: ignore[arg-type] # one of the two
        text = booking_json(booking, "AB-12")
        shape = BookingShape.model_validate_json(text)
        assert shape == BookingShape(
            id=NOBODY,
            reference="AB-12",
            event_id=NOBODY,
            num_seats=5,
            status=status,  # type: ignore[arg-type] # one of the two
            created_at=moment,
            cancelled_at=ended,
        )
        assert shape.model_dump_json().encode() == text


@pytest.mark.parametrize(("total", "available"), [(1, 0), (1, 1), (1_000_000, 999_999)])
def test_availability_written_by_hand_is_the_documented_shape(total: int, available: int) -> None:
    text = availability_json(Availability(NOBODY, total, available))
    shape = AvailabilityShape(event_id=NOBODY, total_seats=total, available_seats=available, is_available=available > 0)
    assert shape.model_dump_json().encode() == text


async def test_every_answer_has_a_request_id_of_its_own(client: httpx.AsyncClient, event: Json) -> None:
    answers = [await client.get(path) for path in ("/", "/events", "/nothing", f"/events/{event['id']}/availability")]
    answers += [await client.post("/bookings"), await client.put("/bookings"), await client.get("/healthz")]
    answers += await asyncio.gather(*(client.get("/healthz", headers={"x-request-id": "mine"}) for _ in range(20)))
    ids = [answer.headers["x-request-id"] for answer in answers]
    assert len(set(ids)) == len(answers)
    assert all(len(answer.headers.get_list("x-request-id")) == 1 for answer in answers)
    assert "mine" not in ids
