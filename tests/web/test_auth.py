"""Who may do what: keys on a closed server, and the open playground that only this machine reaches."""

from datetime import UTC, datetime
from typing import Any, cast

import httpx

from fullhouse.actions import key
from fullhouse.store.db import Database
from tests.web.asking import NOBODY, assert_problem, event_body, everything, left, new_booking, new_event


async def make_key(conninfo: str, name: str = "box office") -> str:
    """Make an API key as the command does."""
    async with Database.opened(conninfo) as database:
        return await key.create(database, name, datetime.now(UTC))


def bearer(text: str) -> dict[str, str]:
    """The header that carries a key."""
    return {"authorization": f"Bearer {text}"}


def from_address(client: httpx.AsyncClient, address: str) -> httpx.AsyncClient:
    """A client of the same application that calls from elsewhere."""
    transport = httpx.ASGITransport(cast("Any", client._transport).app, client=(address, 50_000))
    return httpx.AsyncClient(transport=transport, base_url=client.base_url)


async def test_events_are_put_on_sale_with_a_key_alone(closed_client: httpx.AsyncClient, conninfo: str) -> None:
    before = everything(conninfo)
    answer = await closed_client.post("/events", json=event_body())
    assert_problem(answer, 401, "api_key_required")
    assert answer.headers["www-authenticate"] == "Bearer"
    assert everything(conninfo) == before
    good = bearer(await make_key(conninfo))
    answer = await closed_client.post("/events", json=event_body(), headers=good)
    assert answer.status_code == 201


async def test_a_stranger_learns_nothing_of_what_is_wrong_with_an_event(closed_client: httpx.AsyncClient) -> None:
    answer = await closed_client.post("/events", content=b"{", headers={"content-type": "text/plain"})
    assert_problem(answer, 401, "api_key_required")


async def test_the_scheme_may_be_written_in_any_case(closed_client: httpx.AsyncClient, conninfo: str) -> None:
    text = await make_key(conninfo)
    for value in (f"bearer {text}", f"BEARER   {text}", f"Bearer {text} "):
        answer = await closed_client.post("/events", json=event_body(), headers={"authorization": value})
        assert answer.status_code == 201, value


async def test_a_bad_key_is_refused_on_every_call(closed_client: httpx.AsyncClient, conninfo: str) -> None:
    good = await make_key(conninfo)
    before = everything(conninfo)
    wrong = ["", "Bearer", "Bearer ", f"Bearer {good}x", f"Bearer {good[:-1]}", f"Basic {good}", good, f"Bearer{good}"]
    wrong += [
        f"Token {good}",
        f"Bearer {good.upper()}",
        "Bearer \u00e4",
        f"Bearer {good} {good}",
        "Bearer " + "x" * 5000,
    ]
    calls = [("GET", "/events"), ("POST", "/events"), ("POST", "/bookings"), ("GET", f"/events/{NOBODY}/availability")]
    calls += [("PATCH", f"/bookings/{NOBODY}/cancel"), ("GET", "/healthz"), ("GET", "/nothing")]
    for value in wrong:
        for method, path in calls:
            headers: Any = {"authorization": value.encode()}
            answer = await closed_client.request(method, path, headers=headers)
            assert_problem(answer, 401, "api_key_required")
            assert answer.headers["www-authenticate"] == "Bearer"
    assert everything(conninfo) == before


async def test_a_revoked_key_opens_nothing(closed_client: httpx.AsyncClient, conninfo: str) -> None:
    revoked, other = await make_key(conninfo, "old"), await make_key(conninfo, "new")
    assert (await closed_client.post("/events", json=event_body(), headers=bearer(revoked))).status_code == 201
    async with Database.opened(conninfo) as database:
        (key_id,) = [one.id for one in await key.everything(database) if one.name == "old"]
        assert await key.revoke(database, key_id, datetime.now(UTC))
    assert_problem(await closed_client.get("/events", headers=bearer(revoked)), 401, "api_key_required")
    assert (await closed_client.get("/events", headers=bearer(other))).status_code == 200


async def test_buyers_need_no_key(closed_client: httpx.AsyncClient, conninfo: str) -> None:
    answer = await closed_client.post("/events", json=event_body(), headers=bearer(await make_key(conninfo)))
    event_id = answer.json()["id"]
    booking = await new_booking(closed_client, event_id, 2)
    assert (await closed_client.get(f"/bookings/{booking['id']}")).json() == booking
    assert (await closed_client.patch(f"/bookings/{booking['id']}/cancel")).status_code == 200
    assert await left(closed_client, event_id) == 12
    assert len((await closed_client.get("/events")).json()) == 1


async def test_a_closed_server_answers_to_any_name_and_address(closed_client: httpx.AsyncClient) -> None:
    elsewhere = {"host": "tickets.example", "origin": "https://shop.example", "x-forwarded-for": "192.0.2.1"}
    async with from_address(closed_client, "192.0.2.7") as visitor:
        assert (await visitor.get("/events", headers=elsewhere)).status_code == 200


FOREIGN_HOSTS = [
    *("tickets.example", "tickets.example:8000", "127.0.0.1.evil.example:8000", "localhost.evil.example", "127.1", ""),
    *("evil.example:80:127.0.0.1", "localhost@evil.example", "0.0.0.0:8000", "[::]:8000", "192.0.2.7:8000"),
]
FOREIGN_ORIGINS = [
    *("http://evil.example", "http://evil.example:8000", "https://127.0.0.1:8000", "http://127.0.0.1:9000", "null", ""),
    *("http://127.0.0.1", "http://localhost:8000", "http://127.0.0.1:8000.evil.example", "file://"),
]
FORWARDED = [
    *("x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port", "x-forwarded-server", "via"),
    *("forwarded", "x-real-ip"),
]


async def test_the_playground_refuses_what_comes_from_elsewhere(client: httpx.AsyncClient, conninfo: str) -> None:
    before = everything(conninfo)
    body = {"event_id": NOBODY, "num_seats": 1}
    foreign = [{"host": host} for host in FOREIGN_HOSTS] + [{"origin": origin} for origin in FOREIGN_ORIGINS]
    foreign += [{name: "127.0.0.1"} for name in FORWARDED]
    let_in = []
    for headers in foreign:
        answers = [
            await client.post("/events", json=event_body(), headers=headers),
            await client.post("/bookings", json=body, headers=headers),
            await client.get("/events", headers=headers),
            await client.get(f"/events/{NOBODY}/availability", headers=headers),
            await client.get("/", headers={**headers, "accept": "application/json"}),
        ]
        page = await client.get("/", headers={**headers, "accept": "text/html"})
        if {answer.status_code for answer in (*answers, page)} != {403}:
            let_in.append(headers)
            continue
        assert page.headers["x-refusal"] == "playground_is_local"
        for answer in answers:
            assert_problem(answer, 403, "playground_is_local")
            assert not [name for name in answer.headers if name.startswith("access-control")]
    assert let_in == []
    assert everything(conninfo) == before


async def test_the_playground_refuses_other_addresses(client: httpx.AsyncClient) -> None:
    for address in ("192.0.2.7", "10.0.0.1", "::ffff:192.0.2.7", "fe80::1", "127.0.0.1.evil", "", "testclient"):
        async with from_address(client, address) as visitor:
            assert_problem(await visitor.get("/events"), 403, "playground_is_local")


async def test_the_playground_is_the_owners_on_this_machine(client: httpx.AsyncClient) -> None:
    hosts = ["localhost", "localhost:9999", "LocalHost:9999", "127.0.0.1", "[::1]", "[::1]:8000"]
    good = [{}, {"authorization": "Bearer nobody asks for it here"}, *({"host": host} for host in hosts)]
    good += [{"host": host, "origin": f"http://{host}"} for host in hosts]
    for headers in good:
        answer = await client.post("/events", json=event_body(), headers=headers)
        assert answer.status_code == 201, headers
        for address in ("::1", "127.0.0.1"):
            async with from_address(client, address) as visitor:
                assert (await visitor.get("/events", headers=headers)).status_code == 200, headers


async def test_the_playground_asks_nobody_for_a_key(client: httpx.AsyncClient) -> None:
    event = await new_event(client)
    assert (await new_booking(client, event["id"]))["status"] == "confirmed"
