"""What is left, live: at once and with each change, on real connections."""

import asyncio
import re
import socket

import httpx
import pytest
from jsonschema_rs import Draft202012Validator

from fullhouse import wiring
from tests.offers import add_ticket_type
from tests.web.asking import NOBODY, assert_problem, new_booking, new_event
from tests.web.basket_office import new_hold, new_offering
from tests.web.conftest import Served
from tests.web.streaming import until, watching
from tests.web.test_auth import bearer, make_key


def client_of(url: str, **options: object) -> httpx.AsyncClient:
    """A visitor who may have many connections."""
    return httpx.AsyncClient(base_url=url, timeout=20, limits=httpx.Limits(max_connections=None), **options)  # type: ignore[arg-type] # options by name


async def test_what_is_left_is_shown_at_once_as_availability_has_it(served: Served) -> None:
    async with served() as url, client_of(url) as client:
        event = await new_event(client)
        await new_booking(client, event["id"], 5)
        async with watching(client, event["id"]) as stream:
            shown = await stream.soon()
        known = (await client.get(f"/events/{event['id']}/availability")).json()
        document = (await client.get("/openapi.json")).json()
    assert shown.kind == "availability"
    assert known.items() <= shown.data.items()
    assert shown.data["state"] == "on_sale"
    (general,) = shown.data["ticket_types"]
    assert (general["state"], general["tickets_left"]) == ("few", 7)
    assert 2_000 <= (stream.retry_ms or 0) < 10_000
    headers = stream.answer.headers
    assert headers["content-type"].startswith("text/event-stream")
    assert headers["cache-control"] == "no-store"
    assert headers["x-request-id"]
    described = document["paths"]["/events/{event_id}/live"]["get"]["responses"]["200"]["content"]
    schema = described["text/event-stream"]["schema"]["contentSchema"]
    Draft202012Validator(schema).validate(shown.data)


async def test_a_change_is_shown_and_nothing_without_one(served: Served) -> None:
    async with served() as url, client_of(url) as client:
        event, other = await new_event(client), await new_event(client)
        async with watching(client, event["id"]) as stream:
            assert await stream.left() == 12
            booking = await new_booking(client, event["id"], 4)
            assert await stream.left() == 8
            await client.patch(f"/bookings/{booking['id']}/cancel")
            assert await stream.left() == 12
            await new_booking(client, other["id"])
            coming = asyncio.create_task(stream.next())
            await asyncio.sleep(4 * wiring.LIVE_PAUSE_SECONDS)
            assert not coming.done()
            await new_booking(client, event["id"], 1)
            shown = await coming
            assert shown is not None
            assert shown.data["available_seats"] == 11


async def test_ticket_types_tell_how_many_are_left_when_they_are_few(served: Served, conninfo: str) -> None:
    async with served() as url, client_of(url) as client:
        offering = await new_offering(client, conninfo)
        await add_ticket_type(conninfo, offering.event_id, 0, name="Staff", visibility="box_office")
        async with watching(client, offering.event_id) as stream:
            first = {one["ticket_type_id"]: one for one in (await stream.soon()).data["ticket_types"]}
            assert len(first) == 3
            assert first[offering.adult] == {"ticket_type_id": offering.adult, "state": "few", "tickets_left": 6}
            assert first[offering.child] == {
                "ticket_type_id": offering.child,
                "state": "available",
                "tickets_left": None,
            }
            await new_hold(client, offering, 6)
            then = {one["ticket_type_id"]: one for one in (await stream.soon()).data["ticket_types"]}
            assert then[offering.adult]["state"] == "sold_out"
            assert then[offering.child]["tickets_left"] == 6
            changed = {"sales_until": "2031-01-01T00:00:00Z", "sales_from": "2030-01-01T00:00:00Z"}
            await client.patch(f"/events/{offering.event_id}/ticket-types/{offering.child}", json=changed)
            then = {one["ticket_type_id"]: one for one in (await stream.soon()).data["ticket_types"]}
            assert then[offering.child]["state"] == "not_on_sale"


async def test_a_cancelled_event_says_so(served: Served) -> None:
    async with served() as url, client_of(url) as client, client_of(url) as stranger:
        event = await new_event(client)
        async with watching(stranger, event["id"]) as stream:
            await stream.soon()
            await client.post(f"/events/{event['id']}/cancellation", json={})
            assert (await stream.soon()).data["state"] == "cancelled"


async def test_a_draft_is_there_for_staff_alone(served: Served, conninfo: str) -> None:
    key = bearer(await make_key(conninfo))
    async with served(is_open=False) as url, client_of(url) as stranger, client_of(url, headers=key) as staff:
        event = await new_event(staff, state="draft")
        assert_problem(await stranger.get(f"/events/{event['id']}/live"), 404, "event_not_found")
        async with watching(staff, event["id"]) as own:
            assert (await own.soon()).data["state"] == "draft"
            await staff.post(f"/events/{event['id']}/publication")
            assert (await own.soon()).data["state"] == "on_sale"
            async with watching(stranger, event["id"]) as stream:
                await stream.soon()
                await staff.delete(f"/events/{event['id']}/publication")
                await stream.until_ended()
            assert (await own.soon()).data["state"] == "draft"
        assert_problem(await stranger.get(f"/events/{event['id']}/live"), 404, "event_not_found")


@pytest.mark.parametrize("event_id", [NOBODY, "nothing", "%00", "\u00fc", "x" * 5_000])
async def test_there_is_no_stream_of_what_there_is_not(client: httpx.AsyncClient, event_id: str) -> None:
    assert_problem(await client.get(f"/events/{event_id}/live"), 404, "event_not_found")


async def test_who_comes_back_is_not_sent_again_what_he_has_seen(served: Served) -> None:
    async with served() as url, client_of(url) as client:
        event = await new_event(client)
        async with watching(client, event["id"]) as stream:
            seen = (await stream.soon()).id
        async with watching(client, event["id"], last_event_id=seen) as stream:
            await asyncio.sleep(2 * wiring.LIVE_PAUSE_SECONDS)
            await new_booking(client, event["id"])
            assert await stream.left() == 11
        async with watching(client, event["id"], last_event_id=seen) as stream:
            assert await stream.left() == 11
        async with watching(client, event["id"], last_event_id="x" * 3_000) as stream:
            assert await stream.left() == 11


async def test_too_many_are_told_so_and_there_is_room_when_one_leaves(served: Served) -> None:
    async with served(streams_max=2) as url, client_of(url) as client:
        event = await new_event(client)
        async with watching(client, event["id"]) as first, watching(client, event["id"]):
            await first.soon()
            answer = await client.get(f"/events/{event['id']}/live")
            assert_problem(answer, 503, "busy")
            assert int(answer.headers["retry-after"]) > 0
            assert "fullhouse_live_streams 2.0" in (await client.get("/metrics")).text
        await until(client, "/metrics", "fullhouse_live_streams 0.0")
        async with watching(client, event["id"]) as stream:
            assert await stream.left() == 12


async def test_one_address_has_its_share_of_the_streams_and_others_have_theirs(served: Served, conninfo: str) -> None:
    changes = {"is_open": False, "streams_of_address_max": 2, "proxy_addresses": "127.0.0.1"}
    async with served(**changes) as url, client_of(url) as client:
        event = await new_event(client, bearer(await make_key(conninfo)))
        crowd, other = {"x-forwarded-for": "2001:db8::1"}, {"x-forwarded-for": "2001:db8:0:1::1"}
        # With IPv6, a visitor has all addresses of his network.
        neighbour = {"x-forwarded-for": "2001:db8::2"}
        async with watching(client, event["id"], **crowd) as first, watching(client, event["id"], **neighbour):
            await first.soon()
            refused = await client.get(f"/events/{event['id']}/live", headers=crowd)
            assert_problem(refused, 429, "too_much_at_once")
            assert int(refused.headers["retry-after"]) > 0
            assert "availability" in refused.json()["detail"]
            async with watching(client, event["id"], **other) as stream:
                assert await stream.left() == 12
        await until(client, "/metrics", "fullhouse_live_streams 0.0")
        for _ in range(3):
            assert_problem(await client.get(f"/events/{NOBODY}/live", headers=crowd), 404, "event_not_found")
        async with watching(client, event["id"], **crowd) as first, watching(client, event["id"], **crowd) as second:
            assert (await first.left(), await second.left()) == (12, 12)


async def test_signs_of_life_come_while_nothing_changes(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wiring, "BEAT_SECONDS", 0.05)
    async with served() as url, client_of(url) as client:
        event = await new_event(client)
        async with watching(client, event["id"]) as stream:
            await stream.soon()
            coming = asyncio.create_task(stream.next())
            await asyncio.sleep(0.5)
            assert stream.comments >= 3
            assert not coming.done()
            coming.cancel()


async def test_head_has_the_headers_alone(served: Served) -> None:
    async with served() as url, client_of(url) as client:
        event = await new_event(client)
        answer = await client.head(f"/events/{event['id']}/live")
    assert answer.status_code == 200
    assert re.match("text/event-stream", answer.headers["content-type"])
    assert answer.content == b""


class SlowReader:
    """A visitor who asks for a stream and then takes nothing in until he is told to."""

    def __init__(self, url: str, event_id: str) -> None:
        host, _, port = url.removeprefix("http://").partition(":")
        self._socket = socket.socket()
        # What the system keeps for him is as little as it can be.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_024)
        self._socket.settimeout(20)
        self._socket.connect((host, int(port)))
        self._socket.sendall(f"GET /events/{event_id}/live HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())

    def read_until(self, last: bytes) -> bytes:
        """Read all that comes up to some last words, or to the end of the connection."""
        found = b""
        while last not in found:
            part = self._socket.recv(65_536)
            if not part:
                break
            found += part
        return found

    def close(self) -> None:
        """Hang up."""
        self._socket.close()


async def change_event_seats(client: httpx.AsyncClient, event_id: str, capacity: int) -> None:
    """Give an event another number of places."""
    answer = await client.patch(f"/events/{event_id}/pools/{event_id}", json={"capacity": capacity})
    assert answer.status_code == 200, answer.text


async def test_a_slow_reader_misses_what_is_out_of_date_and_gets_the_newest(
    served: Served, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "LIVE_PAUSE_SECONDS", 0.001)
    async with served() as url, client_of(url) as client:
        event = await new_event(client, total_seats=1_000)
        for number in range(60):
            await add_ticket_type(conninfo, event["id"], 0, name=f"Type {number}")
        slow = SlowReader(url, event["id"])
        async with watching(client, event["id"]) as stream:
            assert await stream.left() == 1_000
            for number in range(1, 61):
                await change_event_seats(client, event["id"], 1_000 + number)
                while (await stream.soon()).data["total_seats"] != 1_000 + number:
                    pass
        read = (await asyncio.to_thread(slow.read_until, b'"total_seats":1060')).decode()
        slow.close()
    seen = [int(one) for one in re.findall(r'"total_seats":(\d+)', read)]
    assert seen == sorted(set(seen))
    assert seen[-1] == 1_060
    assert len(seen) < 50, "most of what he had no time for was left out"


async def test_who_takes_nothing_in_for_long_is_cut_off(
    served: Served, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "LIVE_PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(wiring, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(wiring, "STALLED_SECONDS", 0.5)
    async with served(streams_max=2) as url, client_of(url) as client:
        event = await new_event(client, total_seats=1_000)
        for number in range(60):
            await add_ticket_type(conninfo, event["id"], 0, name=f"Type {number}")
        slow = SlowReader(url, event["id"])
        async with watching(client, event["id"]) as stream:
            for number in range(1, 41):
                await change_event_seats(client, event["id"], 1_000 + number)
                await stream.soon()
            await until(client, "/metrics", "fullhouse_live_streams 1.0")
            await change_event_seats(client, event["id"], 2_000)
            while (await stream.soon()).data["total_seats"] != 2_000:
                pass
        slow.close()
