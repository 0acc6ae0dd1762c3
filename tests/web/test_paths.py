"""Paths and methods that there are, and those that there are not; also what no client library would send."""

import asyncio
from urllib.parse import urlsplit

import httpx

from tests.web.asking import NOBODY, Json, assert_problem, everything
from tests.web.conftest import Served

PATHS = {
    "/": "GET",
    "/docs": "GET",
    "/openapi.json": "GET",
    "/healthz": "GET",
    "/readyz": "GET",
    "/metrics": "GET",
    "/events": "GET, POST",
    f"/events/{NOBODY}": "GET, PATCH",
    f"/events/{NOBODY}/details": "GET",
    f"/events/{NOBODY}/publication": "DELETE, POST",
    f"/events/{NOBODY}/copies": "POST",
    f"/events/{NOBODY}/series": "POST",
    f"/series/{NOBODY}": "GET",
    f"/events/{NOBODY}/availability": "GET",
    f"/events/{NOBODY}/live": "GET",
    f"/events/{NOBODY}/pools": "GET, POST",
    f"/events/{NOBODY}/pools/{NOBODY}": "GET, PATCH, DELETE",
    f"/events/{NOBODY}/ticket-types": "GET, POST",
    f"/events/{NOBODY}/ticket-types/{NOBODY}": "GET, PATCH, DELETE",
    f"/events/{NOBODY}/fees": "GET, POST",
    f"/events/{NOBODY}/fees/{NOBODY}": "GET, PATCH, DELETE",
    f"/events/{NOBODY}/promo-codes": "GET, POST",
    f"/events/{NOBODY}/promo-codes/{NOBODY}": "GET, PATCH, DELETE",
    "/bookings": "POST",
    f"/bookings/{NOBODY}": "GET",
    f"/bookings/{NOBODY}/cancel": "PATCH",
    f"/bookings/{NOBODY}/tickets": "GET",
    f"/bookings/{NOBODY}/tickets.pdf": "GET",
    f"/bookings/{NOBODY}/tickets/1/ticket.pdf": "GET",
    f"/bookings/{NOBODY}/tickets/1/qr.svg": "GET",
    f"/bookings/{NOBODY}/tickets/1/apple.pkpass": "GET",
    f"/bookings/{NOBODY}/tickets/1/google-wallet": "GET",
    f"/bookings/{NOBODY}/receipt.pdf": "GET",
    f"/bookings/{NOBODY}/calendar.ics": "GET",
    f"/events/{NOBODY}/calendar.ics": "GET",
    f"/events/{NOBODY}/tickets/by-code/X": "GET",
    "/ticket-keys": "GET",
    f"/bookings/{NOBODY}/confirmation": "POST",
    f"/bookings/{NOBODY}/payments": "GET, POST",
    f"/bookings/{NOBODY}/refunds": "POST",
    f"/bookings/{NOBODY}/refunds/{NOBODY}/completion": "POST",
    "/payments/stripe/events": "POST",
    "/payments/bank_transfer/statements": "POST",
    f"/events/{NOBODY}/explanation": "GET",
    "/quotes": "POST",
    "/changes": "GET",
    f"/organizers/{NOBODY}/changes": "GET",
    f"/events/{NOBODY}/bookings": "GET",
    f"/events/{NOBODY}/tickets": "GET",
    f"/events/{NOBODY}/exports/bookings.csv": "GET",
    f"/events/{NOBODY}/settlement": "GET",
    f"/events/{NOBODY}/settlement.xlsx": "GET",
    f"/organizers/{NOBODY}/exports/money.xlsx": "GET",
    f"/organizers/{NOBODY}/settlement": "GET",
    f"/organizers/{NOBODY}/settlement.csv": "GET",
    f"/organizers/{NOBODY}/people": "GET",
    f"/organizers/{NOBODY}/erasures": "POST",
    f"/organizers/{NOBODY}/retention": "GET, PUT",
    f"/organizers/{NOBODY}/retention/preview": "GET",
}


async def test_a_method_that_there_is_not_is_told_which_there_are(client: httpx.AsyncClient, conninfo: str) -> None:
    before = everything(conninfo)
    untrue = []
    for path, methods in PATHS.items():
        there = set(methods.split(", "))
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"} - there:
            # To browsers the first page says it as a page.
            answer = await client.request(method, path, headers={"accept": "application/json"})
            assert_problem(answer, 405, "method_not_allowed")
            told = {name.strip() for name in answer.headers["allow"].split(",")} - {"HEAD"}
            if told != there:
                untrue.append((method, path, told))
    assert untrue == []
    assert everything(conninfo) == before


async def test_head_answers_as_get_does_without_a_body(client: httpx.AsyncClient) -> None:
    """RFC 9110, section 9.1: a general-purpose server supports GET and HEAD."""
    different = []
    for path in PATHS:
        head, get = await client.head(path), await client.get(path)
        assert head.content == b""
        if head.status_code != get.status_code or head.headers["content-type"] != get.headers["content-type"]:
            different.append((path, head.status_code, get.status_code))
    assert different == []


async def test_what_is_not_there_is_not_found(client: httpx.AsyncClient) -> None:
    paths = [path + "/" for path in PATHS if path != "/"]
    paths += ["/nothing", "/EVENTS", "/events/a/b", "/events//availability", "/bookings//cancel", "/a" * 2000]
    paths += ["/static", "/static/", "/static/%00", "/static/nothing.js", "/static/" + "x" * 3000, "/static/vendor"]
    paths += [
        "/static/..%2fapp.py",
        "/static/%2e%2e/app.py",
        "/static/..%5capp.py",
        "/static//etc/passwd",
        "/%00",
        "/%FF",
    ]
    paths += ["/.env", "/%2e%2e/%2e%2e/etc/passwd", "/events%00", "/redoc", "/docs/oauth2-redirect", "/bookings/%2F"]
    for path in paths:
        for method in ("GET", "POST", "PATCH"):
            answer = await client.request(method, path)
            assert answer.status_code in {404, 405}, f"{method} {path}: {answer.status_code}"
            assert_problem(answer, answer.status_code, answer.json()["code"])


RAW = {
    "a path that is no ASCII": (b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", {400}),
    "a query that is no ASCII": (b"GET /events?q=\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", {400, 422}),
    "a method that nobody knows": (b"FOO / HTTP/1.1\r\nHost: localhost\r\n\r\n", {400, 405}),
    "no HTTP": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400}),
    "no host": (b"GET /events HTTP/1.1\r\n\r\n", {400, 403}),
    "a whole address": (b"GET http://evil.example/events HTTP/1.1\r\nHost: localhost\r\n\r\n", {200, 400, 403}),
    "a star": (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", {404, 405}),
    "a huge announced length": (
        b"POST /bookings HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + b"9" * 40 + b"\r\n\r\n",
        {400, 413},
    ),
    "a negative length": (b"POST /bookings HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", {400}),
    "two lengths": (
        b"POST /bookings HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        {400, 422},
    ),
    "length and chunks": (
        b"POST /events HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        {400, 415, 422},
    ),
    "a bad chunk": (
        b"POST /bookings HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        {400},
    ),
    "a folded header": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n", {200, 400}),
    "a NUL in a header": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n", {400}),
    "a host that is no text": (b"GET / HTTP/1.1\r\nHost: \xff\xfe\r\n\r\n", {400, 403}),
    "an upgrade": (
        b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        {200, 400, 426},
    ),
    "a large body that waits for leave": (
        b"POST /bookings HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 10485760\r\n\r\n",
        {413, 417},
    ),
}


async def _status(url: str, request: bytes) -> int:
    """Send bytes as they are, and read the status of the answer."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(request)
        async with asyncio.timeout(10):
            line = await reader.readline()
    finally:
        writer.close()
    assert line.startswith(b"HTTP/1.1 "), line
    return int(line.split()[1])


async def test_what_no_library_would_send_gets_its_4xx(served: Served) -> None:
    async with served() as url:
        wrong = []
        for what, (request, statuses) in RAW.items():
            status = await _status(url, request)
            if status not in statuses:
                wrong.append((what, status))
        assert wrong == []
        assert await _status(url, b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n") == 200


async def test_a_client_that_hangs_up_in_the_middle_leaves_nothing(served: Served, conninfo: str) -> None:
    before = everything(conninfo)
    async with served() as url:
        parts = urlsplit(url)
        for _ in range(20):
            _, writer = await asyncio.open_connection(parts.hostname, parts.port)
            writer.write(b"POST /bookings HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n")
            writer.write(b'Content-Length: 100\r\n\r\n{"event_id":')
            await writer.drain()
            writer.close()
        async with httpx.AsyncClient(base_url=url) as client:
            answer = await client.get("/events")
    assert answer.json() == []
    assert everything(conninfo) == before


async def test_many_requests_on_one_connection_are_answered_in_order(served: Served, event: Json) -> None:
    request = f"GET /events/{event['id']}/availability HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    last = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    async with served() as url:
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(request * 20 + last)
        async with asyncio.timeout(10):
            answers = await reader.read()
        writer.close()
    assert answers.count(b"HTTP/1.1 200 OK") == 21
    assert answers.endswith(b'{"status":"alive"}')
