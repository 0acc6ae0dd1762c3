"""The `Idempotency-Key` header: the same key with the same request is answered once and told again."""

import asyncio

import httpx

from tests.cast import assert_clean
from tests.web.asking import JSON, Json, assert_problem, event_body, everything, left, new_booking, post_booking
from tests.web.test_auth import bearer, make_key

REPLAYED = "idempotency-replayed"


def same(first: httpx.Response, again: httpx.Response) -> bool:
    """The second answer is the first one, and says so."""
    assert REPLAYED not in first.headers
    assert again.headers[REPLAYED] == "true"
    for name in ("content-type", "location", "retry-after"):
        assert first.headers.get(name) == again.headers.get(name)
    return (first.status_code, first.content) == (again.status_code, again.content)


async def test_a_booking_asked_for_twice_is_made_once(client: httpx.AsyncClient, conninfo: str, event: Json) -> None:
    first = await post_booking(client, event["id"], 2, "order 1")
    assert first.status_code == 201
    for _ in range(2):
        assert same(first, await post_booking(client, event["id"], 2, "order 1"))
    assert await left(client, event["id"]) == 10
    await assert_clean(conninfo)


async def test_the_same_request_may_be_written_in_another_way(client: httpx.AsyncClient, event: Json) -> None:
    first = await post_booking(client, event["id"], 2, "k")
    body = f' {{"num_seats" : 2,\n"event_id":"{event["id"].upper()}"}}'.encode()
    again = await client.post("/bookings", content=body, headers={**JSON, "idempotency-key": " k\t"})
    assert same(first, again)


async def test_a_replay_tells_what_was_answered_even_after_a_cancellation(
    client: httpx.AsyncClient, event: Json
) -> None:
    first = await post_booking(client, event["id"], 2, "k")
    await client.patch(f"/bookings/{first.json()['id']}/cancel")
    assert same(first, await post_booking(client, event["id"], 2, "k"))
    assert await left(client, event["id"]) == 12


async def test_another_request_under_the_same_key_is_refused(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    other = (await client.post("/events", json=event_body())).json()
    await post_booking(client, event["id"], 2, "k")
    before = everything(conninfo)
    for event_id, seats in ((event["id"], 3), (other["id"], 2)):
        answer = await post_booking(client, event_id, seats, "k")
        assert_problem(answer, 422, "idempotency_key_reused")
        assert REPLAYED not in answer.headers
    assert everything(conninfo) == before


async def test_a_refusal_is_remembered_as_well(client: httpx.AsyncClient, event: Json) -> None:
    booking = await new_booking(client, event["id"], 12)
    first = await post_booking(client, event["id"], 1, "k")
    assert_problem(first, 409, "not_enough_seats")
    await client.patch(f"/bookings/{booking['id']}/cancel")
    assert same(first, await post_booking(client, event["id"], 1, "k"))
    assert (await post_booking(client, event["id"], 1, "k2")).status_code == 201


async def test_no_such_event_is_remembered_as_well(client: httpx.AsyncClient, event: Json) -> None:
    unknown = event["id"][:-4] + "0000"
    first = await post_booking(client, unknown, 1, "k")
    assert_problem(first, 404, "event_not_found")
    assert same(first, await post_booking(client, unknown, 1, "k"))


async def test_what_was_never_a_request_uses_up_no_key(client: httpx.AsyncClient, conninfo: str, event: Json) -> None:
    before = everything(conninfo)
    for seats in (0, 101):
        assert_problem(await post_booking(client, event["id"], seats, "k"), 422, "validation_failed")
    past = event_body(date="2001-01-01T00:00:00Z")
    for _ in range(2):
        answer = await client.post("/events", json=past, headers={"idempotency-key": "k"})
        assert_problem(answer, 422, "validation_failed", "date")
    assert everything(conninfo) == before
    assert (await post_booking(client, event["id"], 1, "k")).status_code == 201


async def test_an_event_asked_for_twice_is_made_once(client: httpx.AsyncClient, conninfo: str) -> None:
    headers = {"idempotency-key": "k"}
    first = await client.post("/events", json=event_body(), headers=headers)
    assert first.status_code == 201
    assert same(first, await client.post("/events", json=event_body(name=" Concert "), headers=headers))
    later = await client.post("/events", json=event_body(date="2041-05-01T18:00:00Z"), headers=headers)
    assert same(first, later), "the same moment, written with another offset"
    for field, value in {"name": "Other", "venue": "Other", "total_seats": 13, "date": "2042-01-01T00:00:00Z"}.items():
        answer = await client.post("/events", json=event_body(**{field: value}), headers=headers)
        assert_problem(answer, 422, "idempotency_key_reused")
    assert everything(conninfo)[0] == 1


async def test_an_event_asked_for_at_the_same_moment_is_made_once(client: httpx.AsyncClient, conninfo: str) -> None:
    answers = await asyncio.gather(
        *(client.post("/events", json=event_body(), headers={"idempotency-key": "k"}) for _ in range(20))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum(REPLAYED not in answer.headers for answer in answers) == 1
    assert everything(conninfo)[0] == 1


async def test_a_booking_asked_for_fifty_times_at_once_is_made_once(client: httpx.AsyncClient, event: Json) -> None:
    answers = await asyncio.gather(*(post_booking(client, event["id"], 2, "k") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum(REPLAYED not in answer.headers for answer in answers) == 1
    assert await left(client, event["id"]) == 10


async def test_a_cancellation_asked_for_twice_is_told_again(client: httpx.AsyncClient, event: Json) -> None:
    booking = await new_booking(client, event["id"], 2)
    url, headers = f"/bookings/{booking['id']}/cancel", {"idempotency-key": "k"}
    first = await client.patch(url, headers=headers)
    assert first.json()["status"] == "cancelled"
    assert same(first, await client.patch(url, headers=headers))
    assert same(first, await client.patch(url.replace(booking["id"], booking["id"].upper()), headers=headers))
    assert await left(client, event["id"]) == 12


async def test_a_key_counts_for_its_path_alone(client: httpx.AsyncClient, event: Json) -> None:
    headers = {"idempotency-key": "k"}
    answers = [await client.post("/events", json=event_body(), headers=headers)]
    answers += [await post_booking(client, event["id"], 1, "k")]
    bookings = [await new_booking(client, event["id"]) for _ in range(2)]
    answers += [await client.patch(f"/bookings/{booking['id']}/cancel", headers=headers) for booking in bookings]
    assert [answer.status_code for answer in answers] == [201, 201, 200, 200]
    assert all(REPLAYED not in answer.headers for answer in answers)


async def test_a_key_counts_for_its_caller_alone(closed_client: httpx.AsyncClient, conninfo: str) -> None:
    callers: list[dict[str, str]] = [bearer(await make_key(conninfo)), bearer(await make_key(conninfo)), {}]
    event = (await closed_client.post("/events", json=event_body(), headers=callers[0])).json()
    body = {"event_id": event["id"], "num_seats": 1}
    for _ in range(2):
        answers = [
            await closed_client.post("/bookings", json=body, headers={**caller, "idempotency-key": "k"})
            for caller in callers
        ]
        assert len({answer.json()["id"] for answer in answers}) == 3
    assert await left(closed_client, event["id"]) == 9


async def test_keys_of_every_allowed_form_work(client: httpx.AsyncClient, event: Json) -> None:
    for key in ("x", "x" * 255, "a b", '"quoted"', "\\", "'; --", "%00", "{}", "~!@#$%^&*()"):
        first = await post_booking(client, event["id"], 1, key)
        assert first.status_code == 201, key
        assert same(first, await post_booking(client, event["id"], 1, key))
