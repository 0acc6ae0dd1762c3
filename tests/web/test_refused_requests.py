"""Whatever a client sends gets an answer below 500 that says what is wrong, and nothing is changed by it."""

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx

from tests.cast import assert_clean
from tests.web.asking import FUTURE, JSON, NOBODY, Json, assert_problem, event_body, everything, new_booking

HUGE = "1" + "0" * 5000

NO_NAMES: list[object] = [
    *("", " ", "\t\n", "\u00a0", "x" * 201, "🎪" * 201, "a\0b", "\0", "a\nb", "a\x7fb", "a\x85b", "\x1b[31m"),
    *(None, 1, 1.5, True, [], ["x"], {}, {"x": "y"}),
]
NO_DATES: list[object] = [
    *("", " ", "soon", "2041-05-01", "2041-05-01T20:00:00", "2041-05-01 20:00:00+02:00", "2041-05-01T20:00+02:00"),
    *("2041-05-01T20:00:00+0200", "2041-05-01T20:00:00+02", "20410501T200000Z", "2041-121T20:00:00Z", "1900000000"),
    *("2041-02-30T20:00:00Z", "2041-05-01T24:00:00Z", "2041-05-01T20:60:00Z", "2041-06-30T23:59:60Z"),
    *("2041-05-01T20:00:00+24:00", "9999-12-31T23:59:59-01:00", "9999-12-31T00:30:00-23:59", "10000-01-01T00:00:00Z"),
    *("0000-01-01T00:00:00Z", "0001-01-01T00:00:00+00:01", "-2041-05-01T20:00:00Z", FUTURE + " ", " " + FUTURE),
    *(FUTURE + "\n", FUTURE + "\0", "２０４１-05-01T20:00:00Z", "2041-05-01T20:00:00\u2212" + "02:00"),
    *("2001-01-01T00:00:00Z", "1969-12-31T23:59:59Z", "0001-01-01T00:00:00Z"),
    *(None, 0, 1900000000, 1.9e9, 10**30, True, [], {}, [FUTURE]),
]
NO_SEATS = [
    0,
    -1,
    10**7,
    10**20,
    -(10**20),
    10**400,
    1.0,
    1.5,
    1e3,
    1e308,
    True,
    False,
    "1",
    "",
    "x",
    None,
    [],
    [1],
    {},
]
NO_IDS: list[object] = [
    *("", " ", "x", NOBODY[:-1], NOBODY + "0", NOBODY + "\n", NOBODY.replace("-", ""), "{" + NOBODY + "}", "\0"),
    *("urn:uuid:" + NOBODY, NOBODY.replace("0", "０"), 1, 1.5, True, None, [], {}, [NOBODY]),
]


def wrong_events() -> Iterator[tuple[Json, str]]:
    """Bodies of events, each with the field that is wrong in it."""
    wrong: dict[str, list[object]] = {"name": NO_NAMES, "venue": NO_NAMES, "date": NO_DATES}
    for field, values in wrong.items():
        yield from ((event_body(**{field: value}), field) for value in values)
    yield from ((event_body(total_seats=value), "total_seats") for value in (*NO_SEATS, 1_000_001))
    for field in event_body():
        yield {name: value for name, value in event_body().items() if name != field}, field
    for unknown in ("id", "Name", "price", "", "__proto__", "a\0b", "🎪" * 300):
        yield event_body(**{unknown: 1}), unknown[:100]


def wrong_bookings(event_id: str) -> Iterator[tuple[Json, str]]:
    """Bodies of bookings, each with the field that is wrong in it."""
    yield from (({"event_id": event_id, "num_seats": value}, "num_seats") for value in (*NO_SEATS, 101))
    yield from (({"event_id": value, "num_seats": 1}, "event_id") for value in NO_IDS)
    yield {"event_id": event_id}, "num_seats"
    yield {"num_seats": 1}, "event_id"
    yield {"event_id": event_id, "num_seats": 1, "seat": "A1"}, "seat"


def raw_bodies(good: Json) -> Iterator[bytes]:
    """What is no JSON object of the right kind, written in bytes; `good` is one that would be right."""
    text = json.dumps(good)
    yield from (b"", b" ", b"\0", b"{", b"}", b"null", b"true", b"1", b'"x"', b"[]", b"{}", b"[" + text.encode() + b"]")
    yield from (text.encode() + tail for tail in (b"x", b"}", b"\0", b"{}", b"//"))
    yield from (b"\xef\xbb\xbf" + text.encode(), text.encode("utf-16"), text.encode("utf-32"), b"\xff\xfe")
    yield text.replace('"', "'").encode()
    yield text.replace("}", ",}").encode()
    yield from (b"[" * 30_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000, b"[" * 5_000 + b"]" * 5_000)
    first = next(iter(good))
    for odd in (
        *(rb'"\ud800"', rb'"\udfff"', rb'"\ud800\u0041"', rb'"\u0000"', rb'"\x41"', rb'"\u00"', b'"\xff"', b'"\xe4"'),
        *(b'"\xed\xa0\x80"', b'"\xc0\x80"', b'"a\nb"', b'"', b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-0"),
        *(HUGE.encode(), b"0x10", b"01", b"1.", b".5", b"+1", b"1e400000000", b"tru", b"undefined"),
    ):
        yield text.encode().replace(json.dumps(good[first]).encode(), odd, 1)
    yield text[:-1].encode() + rb', "\ud800": 1}'
    yield text[:-1].encode() + b', "x": ' + HUGE.encode() + b"}"


async def failures(
    client: httpx.AsyncClient, path: str, wrong: Iterator[tuple[Json, str]]
) -> list[tuple[object, int, str]]:
    """Those bodies that are not refused with 422 for the field that is wrong."""
    found: list[tuple[object, int, str]] = []
    for body, field in wrong:
        answer = await client.post(path, content=json.dumps(body).encode(), headers=JSON)
        if answer.status_code != 422 or not answer.json()["field"].startswith(field or ""):
            found.append((body, answer.status_code, answer.text))
        else:
            assert_problem(answer, 422, "validation_failed")
    return found


async def test_wrong_values_of_an_event_are_refused_by_field(client: httpx.AsyncClient, conninfo: str) -> None:
    before = everything(conninfo)
    assert await failures(client, "/events", wrong_events()) == []
    assert everything(conninfo) == before


async def test_wrong_values_of_a_booking_are_refused_by_field(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    before = everything(conninfo)
    assert await failures(client, "/bookings", wrong_bookings(event["id"])) == []
    assert everything(conninfo) == before
    await assert_clean(conninfo)


async def test_what_is_no_json_of_the_right_kind_is_refused(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    before = everything(conninfo)
    accepted = []
    for path, good in {"/events": event_body(), "/bookings": {"event_id": event["id"], "num_seats": 1}}.items():
        for number, body in enumerate(raw_bodies(good)):
            headers = {**JSON, "idempotency-key": "fixed"} if number % 2 else JSON
            answer = await client.post(path, content=body, headers=headers)
            if answer.status_code != 422 or answer.json()["code"] != "validation_failed":
                accepted.append((path, body[:200], answer.status_code, answer.text))
    assert accepted == []
    assert everything(conninfo) == before


async def test_huge_numbers_are_no_seats(client: httpx.AsyncClient, conninfo: str, event: Json) -> None:
    before = everything(conninfo)
    for digits in (20, 4299, 4300, 4301, 10_000, 60_000, 300_000):
        for number in ("9" * digits, "-" + "9" * digits, "9" * digits + ".0", "1e" + "9" * digits):
            for headers in (JSON, {**JSON, "idempotency-key": "huge"}):
                body = f'{{"event_id":"{event["id"]}","num_seats":{number}}}'.encode()
                answer = await client.post("/bookings", content=body, headers=headers)
                assert_problem(answer, 422 if len(body) <= 262_144 else 413, answer.json()["code"])
    assert everything(conninfo) == before


async def test_of_a_field_that_comes_twice_the_last_one_counts(client: httpx.AsyncClient, event: Json) -> None:
    body = f'{{"num_seats":100,"event_id":"{event["id"]}","num_seats":2}}'.encode()
    answer = await client.post("/bookings", content=body, headers=JSON)
    assert answer.json()["num_seats"] == 2
    body = f'{{"num_seats":2,"event_id":"{event["id"]}","num_seats":0}}'.encode()
    assert_problem(await client.post("/bookings", content=body, headers=JSON), 422, "validation_failed", "num_seats")


async def test_only_json_is_taken(client: httpx.AsyncClient, conninfo: str, event: Json) -> None:
    before = everything(conninfo)
    body = json.dumps({"event_id": event["id"], "num_seats": 1}).encode()
    kinds = ["", "text/plain", "application/jsonx", "application/x-www-form-urlencoded", "multipart/form-data"]
    kinds += ["application/problem+json", "json", "application/ json", "*/*", "application/xml; application/json"]
    for path in ("/events", "/bookings"):
        for kind in kinds:
            answer = await client.post(path, content=body, headers={"content-type": kind})
            assert_problem(answer, 415, "unsupported_media_type")
        assert_problem(await client.post(path, content=body), 415, "unsupported_media_type")
        answer = await client.post(path, data={"event_id": event["id"], "num_seats": "1"})
        assert_problem(answer, 415, "unsupported_media_type")
    assert everything(conninfo) == before


async def test_json_may_be_named_with_parameters_and_in_capitals(client: httpx.AsyncClient, event: Json) -> None:
    body = json.dumps({"event_id": event["id"], "num_seats": 1}).encode()
    for kind in ("application/json;charset=utf-8", "Application/JSON", " application/json ; x=y", "application/json;"):
        answer = await client.post("/bookings", content=body, headers={"content-type": kind})
        assert answer.status_code == 201, kind


async def test_a_body_of_10_mb_is_too_large_announced_or_not(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    before = everything(conninfo)

    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(160):
            yield b" " * 65_536

    booking = await new_booking(client, event["id"])
    for method, path in (("POST", "/events"), ("POST", "/bookings"), ("PATCH", f"/bookings/{booking['id']}/cancel")):
        for content in (b" " * 10_485_760, in_pieces()):
            answer = await client.request(method, path, content=content, headers=JSON)
            assert assert_problem(answer, 413, "payload_too_large")["limit_bytes"] == 262_144
    assert (await client.get(f"/bookings/{booking['id']}")).json() == booking
    await client.patch(f"/bookings/{booking['id']}/cancel")
    assert everything(conninfo)[:2] == before[:2]


async def test_the_largest_body_is_taken(client: httpx.AsyncClient, event: Json) -> None:
    body = json.dumps({"event_id": event["id"], "num_seats": 1}).encode().ljust(262_144)
    assert (await client.post("/bookings", content=body, headers=JSON)).status_code == 201
    assert_problem(await client.post("/bookings", content=body + b" ", headers=JSON), 413, "payload_too_large")


async def test_a_header_that_decides_something_comes_once(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    before = everything(conninfo)
    body = json.dumps({"event_id": event["id"], "num_seats": 1}).encode()
    for name in ("content-type", "idempotency-key", "authorization", "origin", "host"):
        value = {"content-type": "application/json", "host": "127.0.0.1:8000"}.get(name, "x")
        headers = [*JSON.items(), (name, value), (name, value)]
        answer = await client.post("/bookings", content=body, headers=headers)
        assert_problem(answer, 422, "validation_failed", name)
    assert everything(conninfo) == before


async def test_other_headers_may_come_often(client: httpx.AsyncClient) -> None:
    headers = [("accept", "text/html"), ("accept", "*/*"), ("x-any", "1"), ("x-any", "2"), ("cookie", "a=b")]
    assert (await client.get("/events", headers=headers)).status_code == 200


async def test_a_bad_idempotency_key_is_refused_on_every_write(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    booking = await new_booking(client, event["id"])
    before = everything(conninfo)
    writes: list[tuple[str, str, Any]] = [
        ("POST", "/events", event_body()),
        ("POST", "/bookings", {"event_id": event["id"], "num_seats": 1}),
        ("PATCH", f"/bookings/{booking['id']}/cancel", None),
    ]
    bad = ["", " ", "x" * 256, "a\tb", "a\x00b", "a\x1fb", "a\x7fb", "schlüssel", "🔑", "a\u00a0b", "\x85"]
    for key in bad:
        for method, path, body in writes:
            headers: Any = {"idempotency-key": key.encode()}
            answer = await client.request(method, path, json=body, headers=headers)
            assert_problem(answer, 422, "validation_failed", "Idempotency-Key")
    assert everything(conninfo) == before
