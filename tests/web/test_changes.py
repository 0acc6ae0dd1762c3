"""What happened, over HTTP: everything once and in order, from any cursor on, and at once for who waits."""

import asyncio
import time
from typing import Any

import httpx
import pytest
from jsonschema_rs import Draft202012Validator

from tests.offers import let_run_out
from tests.web.asking import NOBODY, Json, assert_problem, new_booking, new_event
from tests.web.basket_office import BUYER, assert_documented, confirm, new_hold, new_offering, post_basket
from tests.web.conftest import Served
from tests.web.organizing import patch, rows, run
from tests.web.test_auth import bearer, make_key

MINE = "00000000-0000-7000-8000-000000000001"


async def follow(client: httpx.AsyncClient, cursor: str | None = None, **query: Any) -> Json:
    """Ask for changes."""
    params = query if cursor is None else {"cursor": cursor, **query}
    answer = await client.get("/changes", params=params)
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def everything(client: httpx.AsyncClient, cursor: str | None = None, **query: Any) -> list[Json]:
    """All changes, however many answers it takes, as soon as all that has happened has its position."""
    told: list[Json] = []
    while True:
        found = await follow(client, cursor, wait=2, **query)
        if not found["changes"]:
            return told
        told += found["changes"]
        cursor = found["next_cursor"]


def short(changes: list[Json]) -> list[tuple[str, Any]]:
    return [(one["type"], one["details"] or (one["booking"] and one["booking"]["id"])) for one in changes]


async def test_what_happens_to_an_event_and_its_bookings_is_told_in_order(
    client: httpx.AsyncClient, conninfo: str
) -> None:
    offering = await new_offering(client, conninfo)
    await patch(client, offering.event_id, name="Other concert", date="2041-06-01T20:00:00+02:00")
    await patch(client, offering.event_id, name="Other concert")
    held, lost = await new_hold(client, offering, 2), await new_hold(client, offering, 1)
    await confirm(client, held["id"])
    await let_run_out(conninfo, offering.event_id, lost["id"])
    child = (await post_basket(client, offering.event_id, (offering.child, 1), buyer=BUYER)).json()
    await client.put(f"/bookings/{held['id']}/tickets/2/holder", json={"name": "Ann"})
    await client.put(f"/bookings/{held['id']}/tickets/2/holder", json={"name": "Ben"})
    await client.post(f"/bookings/{held['id']}/cancellations", json={"tickets": [1]})
    (payment,) = (await client.get(f"/bookings/{held['id']}/payments")).json()
    back = {"payment_id": payment["id"], "amount_minor": 500}
    assert (await client.post(f"/bookings/{held['id']}/refunds", json=back)).status_code == 201
    await client.patch(f"/bookings/{child['id']}/cancel")
    await client.post(f"/events/{offering.event_id}/cancellation", json={})
    told = await everything(client)
    assert short(told)[:13] == [
        ("event.created", None),
        ("event.published", None),
        ("event.changed", {"fields": ["name", "date"]}),
        ("booking.held", held["id"]),
        ("booking.held", lost["id"]),
        ("booking.confirmed", held["id"]),
        ("booking.expired", lost["id"]),
        ("booking.confirmed", child["id"]),
        ("ticket.transferred", {"ticket": 2}),
        ("tickets.cancelled", {"tickets": [1]}),
        ("refund.paid", {"amount_minor": 500, "currency": "EUR"}),
        ("booking.cancelled", child["id"]),
        ("event.cancelled", None),
    ]
    assert {one["event_id"] for one in told} == {offering.event_id}
    assert [one["sequence"] for one in told] == sorted({one["sequence"] for one in told})
    assert told[3]["booking"] == {"id": held["id"], "reference": held["reference"]}
    assert told[8]["booking"] == told[9]["booking"] == told[10]["booking"] == told[3]["booking"]


async def test_drafts_copies_and_series_are_told_as_well(client: httpx.AsyncClient) -> None:
    event = await new_event(client, state="draft")
    await client.post(f"/events/{event['id']}/publication")
    await client.post(f"/events/{event['id']}/publication")
    await client.delete(f"/events/{event['id']}/publication")
    await client.post(f"/events/{event['id']}/copies", json={"date": "2042-05-01T20:00:00Z"})
    await client.post(f"/events/{event['id']}/series", json={"rule": "FREQ=WEEKLY;COUNT=3"})
    told = await everything(client)
    assert short([one for one in told if one["event_id"] == event["id"]]) == [
        ("event.created", None),
        ("event.published", None),
        ("event.withdrawn", None),
        ("event.changed", {"fields": ["series_id"]}),
    ]
    others = [one for one in told if one["event_id"] != event["id"]]
    assert short(others) == [("event.created", None)] * 3
    assert len({one["event_id"] for one in others}) == 3


async def test_a_cursor_goes_on_within_a_batch_and_tells_the_same_again(
    client: httpx.AsyncClient, conninfo: str
) -> None:
    event = await new_event(client, total_seats=100)
    made = await asyncio.gather(*(new_booking(client, event["id"]) for _ in range(20)))
    whole = await everything(client)
    assert {one["booking"]["id"] for one in whole[2:]} == {one["id"] for one in made}
    assert rows(conninfo, "SELECT FROM notices WHERE cardinality(booking_numbers) > 1"), "some bookings share a notice"
    for limit in (1, 3, 7):
        assert await everything(client, limit=limit) == whole
    cursor = (await follow(client, limit=5))["next_cursor"]
    again = [await follow(client, cursor, limit=6) for _ in range(2)]
    assert again[0] == again[1]
    assert again[0]["changes"] == whole[5:11]


async def test_types_are_chosen_by_how_they_begin(client: httpx.AsyncClient, event: Json) -> None:
    booking = await new_booking(client, event["id"])
    await client.patch(f"/bookings/{booking['id']}/cancel")
    whole = await everything(client)
    kinds = ["event.created", "event.published", "booking.confirmed", "booking.cancelled"]
    assert [one["type"] for one in whole] == kinds
    for types, chosen in (
        ("booking.", kinds[2:]),
        ("event.created,booking.ca", [kinds[0], kinds[3]]),
        ("refund.paid", []),
        ("e,b,e", kinds),
    ):
        found = await follow(client, types=types)
        assert [one["type"] for one in found["changes"]] == chosen
        assert (await follow(client, found["next_cursor"]))["changes"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"types": "seat."}, "types"),
        ({"types": "booking.,"}, "types"),
        ({"types": "boo\0king"}, "types"),
        ({"types": "b" * 301}, "types"),
        ({"cursor": "7"}, "cursor"),
        ({"cursor": "c-1"}, "cursor"),
        ({"cursor": "c9"}, "cursor"),
        ({"cursor": "c9999999999999999999"}, "cursor"),
        ({"wait": "26"}, "wait"),
        ({"wait": "-1"}, "wait"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
    ],
)
async def test_what_is_asked_wrongly_is_refused_by_field(
    client: httpx.AsyncClient, query: dict[str, str], field: str
) -> None:
    assert_problem(await client.get("/changes", params=query), 422, "validation_failed", field)


async def test_an_organizer_is_asked_for_by_its_id(client: httpx.AsyncClient, event: Json) -> None:
    await everything(client)
    answer = await client.get(f"/organizers/{MINE}/changes", params={"limit": 1})
    assert answer.json()["changes"][0]["event_id"] == event["id"]
    for unknown in (NOBODY, "nobody"):
        assert_problem(await client.get(f"/organizers/{unknown}/changes"), 404, "organizer_not_found")
    for path in ("/changes", f"/organizers/{MINE}/changes"):
        await assert_documented_at(client, path, await client.get(path))


async def assert_documented_at(client: httpx.AsyncClient, path: str, answer: httpx.Response) -> None:
    """As `assert_documented`, which takes any id in a path for a booking's."""
    template = path.replace(MINE, "{organizer_id}")
    document = (await client.get("/openapi.json")).json()
    schema = document["paths"][template]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": document["components"]}).validate(answer.json())


async def test_changes_are_told_with_a_key_alone(closed_client: httpx.AsyncClient, conninfo: str) -> None:
    good = bearer(await make_key(conninfo))
    for path in ("/changes", f"/organizers/{MINE}/changes"):
        assert_problem(await closed_client.get(path), 401, "api_key_required")
        assert (await closed_client.get(path, headers=good)).status_code == 200


async def test_who_waits_is_told_as_soon_as_something_happens(client: httpx.AsyncClient, event: Json) -> None:
    cursor = (await everything_and_cursor(client))[1]
    waiting = [asyncio.create_task(follow(client, cursor, wait=20)) for _ in range(5)]
    waiting.append(asyncio.create_task(follow(client, cursor, wait=20, types="booking.cancelled")))
    await asyncio.sleep(0.6)
    assert not any(one.done() for one in waiting)
    booking = await new_booking(client, event["id"])
    for one in waiting[:5]:
        assert short((await one)["changes"]) == [("booking.confirmed", booking["id"])]
    assert not waiting[5].done(), "it waits for something else"
    await client.patch(f"/bookings/{booking['id']}/cancel")
    assert short((await waiting[5])["changes"]) == [("booking.cancelled", booking["id"])]


async def everything_and_cursor(client: httpx.AsyncClient) -> tuple[list[Json], str]:
    told = await everything(client)
    return told, (await follow(client))["next_cursor"]


async def test_who_waits_in_vain_gets_an_empty_answer_to_go_on_from(client: httpx.AsyncClient, event: Json) -> None:
    cursor = (await everything_and_cursor(client))[1]
    begun = time.monotonic()
    assert await follow(client, cursor, wait=1) == {"changes": [], "next_cursor": cursor}
    assert time.monotonic() - begun >= 1
    assert event["id"]


async def test_a_cursor_behind_which_something_was_forgotten_is_refused(
    client: httpx.AsyncClient, event: Json, conninfo: str
) -> None:
    booking = await new_booking(client, event["id"])
    await everything(client)
    cursors = [f"c{position}" for position in range(4)]
    run(conninfo, "UPDATE notice_readers SET position = 2 WHERE name = 'forgotten'")
    run(conninfo, "DELETE FROM notices WHERE position <= 2")
    for cursor in cursors[:2]:
        answer = await client.get("/changes", params={"cursor": cursor})
        assert_problem(answer, 410, "cursor_too_old")
        await assert_documented(client, answer)
    for kept in (cursors[2], None):
        assert short((await follow(client, kept))["changes"]) == [("booking.confirmed", booking["id"])]


async def test_more_than_may_wait_are_sent_away_and_who_hangs_up_makes_room(served: Served) -> None:
    async with served(watchers_max=1) as url, httpx.AsyncClient(base_url=url) as client:
        await new_event(client)
        cursor = (await everything_and_cursor(client))[1]
        asking = [client.get("/changes", params={"cursor": cursor, "wait": 20}) for _ in range(2)]
        done, left = await asyncio.wait(map(asyncio.ensure_future, asking), return_when=asyncio.FIRST_COMPLETED)
        (refused,), (waiting,) = done, left
        assert_problem(refused.result(), 503, "busy")
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        async with asyncio.timeout(19):
            while (answer := await client.get("/changes", params={"cursor": cursor, "wait": 1})).status_code == 503:  # noqa: ASYNC110 - the server has to notice
                await asyncio.sleep(0.05)
        assert answer.json() == {"changes": [], "next_cursor": cursor}
