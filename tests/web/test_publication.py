"""Drafts, which nobody sees but who manages events, and how they become public and drafts again."""

import asyncio

import httpx
import pytest

from tests.web.asking import NOBODY, Json, assert_problem, event_body, new_booking, new_event, post_booking
from tests.web.organizing import details, let_begin, rows, run, set_state, take
from tests.web.test_auth import bearer, make_key


@pytest.fixture
async def draft(client: httpx.AsyncClient) -> Json:
    """An event that nobody knows of yet."""
    return await new_event(client, state="draft")


def url(event: Json) -> str:
    return f"/events/{event['id']}/publication"


async def listed(client: httpx.AsyncClient, query: str = "") -> list[str]:
    answer = await client.get(f"/events{query}")
    assert answer.status_code == 200, answer.text
    return [event["id"] for event in answer.json()]


async def test_a_published_draft_is_an_event_like_any_other(client: httpx.AsyncClient, draft: Json) -> None:
    assert (await details(client, draft["id"]))["state"] == "draft"
    answer = await client.post(url(draft))
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/events/{draft['id']}"
    assert answer.json()["state"] == "published"
    assert answer.json() == await details(client, draft["id"])
    assert await listed(client) == [draft["id"]]
    assert (await client.get(f"/events/{draft['id']}/availability")).json()["available_seats"] == 12


async def test_what_is_left_of_a_draft_is_for_those_who_may_see_it(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, draft: Json
) -> None:
    assert (await client.get(f"/events/{draft['id']}/availability")).json()["available_seats"] == 12
    assert_problem(await closed_client.get(f"/events/{draft['id']}/availability"), 404, "event_not_found")


async def test_publishing_again_changes_nothing(client: httpx.AsyncClient, draft: Json) -> None:
    first = await client.post(url(draft))
    again = await client.post(url(draft))
    assert (again.status_code, again.json()) == (200, first.json())
    assert "location" not in again.headers
    assert await details(client, draft["id"]) == first.json()


async def test_of_many_that_publish_at_once_one_does_it(client: httpx.AsyncClient, draft: Json) -> None:
    answers = await asyncio.gather(*[client.post(url(draft)) for _ in range(8)])
    assert sorted(answer.status_code for answer in answers) == [*[200] * 7, 201]
    assert (await details(client, draft["id"]))["version"] == 2


async def test_an_event_that_nobody_booked_can_be_taken_back(client: httpx.AsyncClient, event: Json) -> None:
    answer = await client.delete(url(event))
    assert (answer.status_code, answer.json()["state"], answer.json()["version"]) == (200, "draft", 2)
    again = await client.delete(url(event))
    assert (again.status_code, again.json()) == (200, answer.json())
    assert await listed(client) == []
    assert (await client.post(url(event))).status_code == 201


async def test_what_is_booked_or_held_stays_published(client: httpx.AsyncClient, conninfo: str, event: Json) -> None:
    take(conninfo, event["id"])
    assert_problem(await client.delete(url(event)), 409, "event_in_use")
    assert (await details(client, event["id"]))["state"] == "published"
    take(conninfo, event["id"], 0)
    for status, count in {"held": 409, "confirmed": 409, "cancelled": 200, "expired": 200}.items():
        await client.post(url(event))
        run(
            conninfo,
            """
            INSERT INTO bookings (event_id, number, id, places, status, created_at, cancelled_at, expires_at)
            VALUES (%s, 1, gen_random_uuid(), 1, %s, now(),
                    CASE %s WHEN 'cancelled' THEN now() END, CASE %s WHEN 'held' THEN now() END)
            """,
            *(event["id"], status, status, status),
        )
        assert (await client.delete(url(event))).status_code == count, status
        run(conninfo, "DELETE FROM bookings")


async def test_a_booking_keeps_an_event_published_until_it_is_cancelled(client: httpx.AsyncClient, event: Json) -> None:
    booking = await new_booking(client, event["id"])
    assert_problem(await client.delete(url(event)), 409, "event_in_use")
    assert (await client.patch(f"/bookings/{booking['id']}/cancel")).status_code == 200
    assert (await client.delete(url(event))).status_code == 200
    assert_problem(await post_booking(client, event["id"]), 404, "event_not_found")
    assert_problem(await client.patch(f"/events/{event['id']}", json={"currency": "CHF"}), 409, "event_in_use")


async def test_a_draft_can_not_be_booked_before_it_is_published(client: httpx.AsyncClient, draft: Json) -> None:
    assert_problem(await post_booking(client, draft["id"]), 404, "event_not_found")
    await client.post(url(draft))
    assert (await post_booking(client, draft["id"])).status_code == 201


async def test_what_is_over_or_cancelled_is_neither_published_nor_taken_back(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    for state in ("cancelled", "published"):
        set_state(conninfo, event["id"], state)
        let_begin(conninfo, event["id"])
        before = await details(client, event["id"])
        assert_problem(await client.post(url(event)), 409, "event_not_changeable")
        assert_problem(await client.delete(url(event)), 409, "event_not_changeable")
        assert await details(client, event["id"]) == before


async def test_a_draft_of_the_past_gets_a_new_date_before_it_is_published(
    client: httpx.AsyncClient, conninfo: str, draft: Json
) -> None:
    let_begin(conninfo, draft["id"])
    assert (await details(client, draft["id"]))["state"] == "draft"
    assert_problem(await client.post(url(draft)), 409, "event_not_changeable")
    answer = await client.patch(f"/events/{draft['id']}", json={"date": draft["date"]})
    assert answer.status_code == 200
    assert (await client.post(url(draft))).status_code == 201


async def test_lists_show_the_state_that_is_asked_for(client: httpx.AsyncClient, conninfo: str, draft: Json) -> None:
    published = await new_event(client, date="2042-01-01T00:00:00Z")
    cancelled = await new_event(client, date="2043-01-01T00:00:00Z")
    set_state(conninfo, cancelled["id"], "cancelled")
    states = {"draft": draft, "published": published, "cancelled": cancelled}
    for state, event in states.items():
        assert await listed(client, f"?state={state}") == [event["id"]]
    assert await listed(client, "?state=all") == [event["id"] for event in states.values()]
    assert await listed(client) == [published["id"]]
    assert await listed(client, "?state=all&q=concert&from=2042-06-01T00:00:00Z") == [cancelled["id"]]
    for wrong in ("over", "", "ALL", "all,draft", "%00"):
        assert_problem(await client.get(f"/events?state={wrong}"), 422, "validation_failed", "state")


async def test_the_next_page_is_of_the_same_state(client: httpx.AsyncClient) -> None:
    drafts = [(await new_event(client, state="draft"))["id"] for _ in range(3)]
    published = [(await new_event(client))["id"] for _ in range(2)]
    for query, expected in {"state=draft": drafts, "state=all": drafts + published, "": published}.items():
        seen: list[str] = []
        path: str | None = f"/events?limit=1&{query}"
        while path is not None:
            answer = await client.get(path)
            seen += [event["id"] for event in answer.json()]
            path = answer.links["next"]["url"] if "next" in answer.links else None
        assert sorted(seen) == sorted(expected)


async def test_nobody_but_the_organizer_sees_a_draft(closed_client: httpx.AsyncClient, conninfo: str) -> None:
    key = bearer(await make_key(conninfo))
    body = event_body(state="draft", slug="secret")
    draft = (await closed_client.post("/events", json=body, headers=key)).json()
    path = f"/events/{draft['id']}"
    for tail in ("", "/details", "/availability", "/ticket-types", f"/ticket-types/{NOBODY}"):
        problem = assert_problem(await closed_client.get(path + tail), 404, "event_not_found")
        unknown = assert_problem(await closed_client.get(f"/events/{NOBODY}{tail}"), 404, "event_not_found")
        assert problem == unknown, "a draft can't be told from what is not there"
    assert (await closed_client.get("/events")).json() == []
    assert (await closed_client.get("/events?q=Concert")).json() == []
    assert (await closed_client.get("/events?state=cancelled")).json() == []
    for state in ("draft", "all"):
        assert_problem(await closed_client.get(f"/events?state={state}"), 401, "api_key_required")
        assert (await closed_client.get(f"/events?state={state}", headers=key)).json() == [draft]
    assert (await closed_client.get(path, headers=key)).json() == draft
    assert (await closed_client.get(f"{path}/details", headers=key)).json()["slug"] == "secret"


async def test_events_are_published_and_taken_back_with_a_key_alone(
    closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    key = bearer(await make_key(conninfo))
    draft = (await closed_client.post("/events", json=event_body(state="draft"), headers=key)).json()
    event = (await closed_client.post("/events", json=event_body(), headers=key)).json()
    before = rows(conninfo, "SELECT * FROM events JOIN houses ON event_id = id ORDER BY id")
    for event_id in (draft["id"], event["id"], NOBODY):
        for method in ("POST", "DELETE"):
            answer = await closed_client.request(method, f"/events/{event_id}/publication")
            assert_problem(answer, 401, "api_key_required")
    assert rows(conninfo, "SELECT * FROM events JOIN houses ON event_id = id ORDER BY id") == before
    assert (await closed_client.post(url(draft), headers=key)).status_code == 201
    assert (await closed_client.get(f"/events/{draft['id']}")).status_code == 200


async def test_an_event_that_is_not_there_is_not_found(client: httpx.AsyncClient) -> None:
    for unknown in (NOBODY, "1", "%00", "é"):
        for method in ("POST", "DELETE"):
            answer = await client.request(method, f"/events/{unknown}/publication")
            assert_problem(answer, 404, "event_not_found")
