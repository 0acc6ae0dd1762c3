"""Messages over HTTP: first whom they would reach, then sent and watched; and one click to get no more."""

import asyncio

import httpx
import pytest

from fullhouse.actions import mailing
from fullhouse.actions.deps import Deps
from tests.posting import ANN, BOB, book_for, logged, new_offer
from tests.web.asking import NOBODY, Json, assert_problem
from tests.web.organizing import rows
from tests.web.pages.browsing import BROWSER, GERMAN, words_of

MESSAGE = {"subject": "Doors", "text": "Dear {{ buyer_name }},\n\nthey open late.", "per_minute": 6_000}


@pytest.fixture
async def path(deps: Deps, client: httpx.AsyncClient, conninfo: str) -> str:
    """Where to send a message to Ann and Bob."""
    event, type_id = await new_offer(deps, conninfo)
    for buyer in (ANN, BOB, ANN):
        await book_for(deps, event.id, type_id, buyer)
    return f"/events/{event.id}/messages"


async def written(client: httpx.AsyncClient, deps: Deps, location: str) -> Json:
    """The message when all of its mails are written, by whoever writes them."""
    async with asyncio.timeout(30):
        while (found := (await client.get(location)).json())["written_at"] is None:
            await mailing.write_due(deps)
    answer: Json = found
    return answer


async def test_a_dry_run_says_who_and_how_many_and_sends_nothing(
    client: httpx.AsyncClient, conninfo: str, path: str
) -> None:
    answer = await client.post(path, json={**MESSAGE, "dry_run": True})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    sample = told.pop("sample")
    assert told == {"addresses": 2, "bookings": 3, "without_address": 0, "unsubscribed": 0}
    assert sample["subject"] == "Doors"
    assert "Dear Ann Example,\n\nthey open late." in sample["text"]
    assert (await client.get(path)).json() == []
    assert rows(conninfo, "SELECT FROM mailings WHERE kind = 'message'") == []


async def test_a_message_is_sent_once_for_a_key_and_tells_how_far_it_is(
    client: httpx.AsyncClient, deps: Deps, path: str
) -> None:
    answers = [await client.post(path, json=MESSAGE, headers={"idempotency-key": "doors"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    location = answers[0].headers["location"]
    assert location == f"{path}/{answers[0].json()['id']}"
    found = await written(client, deps, location)
    assert found["waiting"] + found["kept"] == 2
    assert (found["sent"], found["failed"], found["subject"]) == (0, 0, "Doors")
    assert [one["id"] for one in (await client.get(path)).json()] == [found["id"]]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": "{{ nobody }}"}, "subject"),
        ({"text": "{% if %}"}, "text"),
        ({"text": ""}, "text"),
        ({"per_minute": 0}, "per_minute"),
        ({"per_minute": 60_001}, "per_minute"),
        ({"dry_run": "yes"}, "dry_run"),
        ({"to": "all"}, "to"),
    ],
)
async def test_a_wrong_message_is_refused(client: httpx.AsyncClient, path: str, changes: Json, field: str) -> None:
    assert_problem(await client.post(path, json={**MESSAGE, **changes}), 422, "validation_failed", field)


async def test_a_message_needs_an_event_and_a_ticket_type_that_there_are(client: httpx.AsyncClient, path: str) -> None:
    wrong = {**MESSAGE, "ticket_type_id": NOBODY}
    for dry_run in (True, False):
        answer = await client.post(path, json={**wrong, "dry_run": dry_run})
        assert_problem(answer, 404, "ticket_type_not_found")
    for event_id in (NOBODY, "none"):
        assert_problem(await client.post(f"/events/{event_id}/messages", json=MESSAGE), 404, "event_not_found")
        assert_problem(await client.get(f"/events/{event_id}/messages"), 404, "event_not_found")
    for message_id in (NOBODY, "none"):
        assert_problem(await client.get(f"{path}/{message_id}"), 404, "mail_not_found")


async def test_only_who_manages_writes_to_buyers(closed_client: httpx.AsyncClient) -> None:
    path = f"/events/{NOBODY}/messages"
    assert_problem(await closed_client.post(path, json=MESSAGE), 401, "api_key_required")
    for one in (path, f"{path}/{NOBODY}"):
        assert_problem(await closed_client.get(one), 401, "api_key_required")


async def test_one_click_and_nobody_writes_any_more(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, deps: Deps, path: str
) -> None:
    await written(client, deps, (await client.post(path, json=MESSAGE)).headers["location"])
    mail = next(one.mail for one in await logged(deps) if one.mail.to_email == ANN.email and one.mail.token)
    link = f"/unsubscriptions/{mail.token}"
    looked = await closed_client.get(link)
    assert looked.headers["content-type"].startswith("text/html")
    assert '<form method="post">' in looked.text
    told = (await client.post(path, json={**MESSAGE, "dry_run": True})).json()
    assert told["unsubscribed"] == 0, "looking changes nothing"
    form = {"content-type": "application/x-www-form-urlencoded"}
    for _ in range(2):
        answer = await closed_client.post(link, content="List-Unsubscribe=One-Click", headers=form)
        assert (answer.status_code, answer.json()) == (200, {"organizer_name": "Box office"})
    page = await closed_client.post(link, headers={"accept": "text/html"})
    assert "Box office sends you no more messages" in page.text
    for visited in (looked, page):
        assert "style=" not in visited.text
        assert visited.headers["cache-control"] == "no-store"
    german = await closed_client.get(link, headers={**BROWSER, **GERMAN})
    assert "Keine Nachrichten mehr?" in words_of(german)
    told = (await client.post(path, json={**MESSAGE, "dry_run": True})).json()
    assert (told["addresses"], told["unsubscribed"]) == (1, 2)


@pytest.mark.parametrize("token", [NOBODY, "x", "0"])
async def test_a_link_that_leads_nowhere_changes_nothing(closed_client: httpx.AsyncClient, token: str) -> None:
    assert_problem(await closed_client.post(f"/unsubscriptions/{token}"), 404, "mail_not_found")
    looked = await closed_client.get(f"/unsubscriptions/{token}")
    assert looked.status_code == (200 if token == NOBODY else 404)
    for visited in (
        await closed_client.get("/unsubscriptions/x", headers=BROWSER),
        await closed_client.post(f"/unsubscriptions/{token}", headers=BROWSER),
    ):
        assert visited.status_code == 404
        assert "This link leads nowhere any more." in words_of(visited)
