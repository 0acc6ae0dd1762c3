"""API keys over HTTP: made with scopes, limits and an end, shown once, listed, revoked, and noted when used."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from tests.web.asking import NOBODY, Json, assert_problem, event_body, new_event
from tests.web.test_auth import bearer
from tests.web.two_houses import House, make_key, new_house

KEY = {"idempotency-key": "k"}


def url_of(house: House) -> str:
    """Where its keys are."""
    return f"/organizers/{house.organizer_id}/keys"


async def new_key(client: httpx.AsyncClient, house: House, **body: Any) -> Json:
    """Make a key."""
    answer = await client.post(url_of(house), json={"name": "Web shop", "scopes": ["read"], **body})
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


async def listed(client: httpx.AsyncClient, house: House, key_id: str) -> Json:
    """A key as the list shows it."""
    (found,) = [one for one in (await client.get(f"{url_of(house)}?limit=200")).json() if one["id"] == key_id]
    one: Json = found
    return one


async def test_a_key_is_shown_once_and_opens_what_its_scopes_say(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, house: House
) -> None:
    made = await new_key(client, house, scopes=["sell", "door", "sell"])
    text = made.pop("key")
    assert text.startswith("fh_")
    assert made["scopes"] == ["door", "sell"]
    assert (made["organizer_id"], made["is_test"], made["event_ids"]) == (house.organizer_id, False, None)
    assert await listed(client, house, made["id"]) == made
    path = f"/events/{house.event_id}/pools"
    assert (await closed_client.get(path, headers=bearer(text))).status_code == 200
    refused = await closed_client.post(path, json={"name": "x", "capacity": 1}, headers=bearer(text))
    assert_problem(refused, 403, "not_permitted")


async def test_under_the_same_idempotency_key_there_is_one_key_and_no_second_look_at_it(
    client: httpx.AsyncClient, house: House, conninfo: str
) -> None:
    body = {"name": "Web shop", "scopes": ["read"]}
    first = await client.post(url_of(house), json=body, headers=KEY)
    again = await client.post(url_of(house), json=body, headers=KEY)
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == {name: value for name, value in first.json().items() if name != "key"}
    with psycopg.connect(conninfo) as conn:
        rows = conn.execute(
            "SELECT i::text FROM idempotency_keys i UNION ALL SELECT k::text FROM api_keys k"
        ).fetchall()
    assert first.json()["key"].removeprefix("fh_") not in str(rows)
    assert_problem(
        await client.post(url_of(house), json={**body, "name": "x"}, headers=KEY), 422, "idempotency_key_reused"
    )


async def test_a_revoked_key_opens_nothing_from_then_on(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, house: House
) -> None:
    made = await new_key(client, house)
    url = f"{url_of(house)}/{made['id']}"
    assert (await closed_client.get("/events", headers=bearer(made["key"]))).status_code == 200
    assert (
        await client.delete(url.upper().replace("/ORGANIZERS", "/organizers").replace("/KEYS", "/keys"))
    ).status_code == 204
    assert_problem(await closed_client.get("/events", headers=bearer(made["key"])), 401, "api_key_required")
    assert_problem(await client.delete(url), 404, "key_not_found")
    assert (await listed(client, house, made["id"]))["revoked_at"] is not None


async def test_the_key_of_another_organizer_can_neither_be_seen_nor_revoked(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, conninfo: str, house: House
) -> None:
    rival = await new_house(client, conninfo, "Rival")
    made = await new_key(client, rival)
    assert_problem(await client.delete(f"{url_of(house)}/{made['id']}"), 404, "key_not_found")
    assert_problem(await client.delete(f"{url_of(house)}/nonsense"), 404, "key_not_found")
    assert made["id"] not in {one["id"] for one in (await client.get(f"{url_of(house)}?limit=200")).json()}
    assert (await closed_client.get("/events", headers=bearer(made["key"]))).status_code == 200


async def test_a_key_that_has_expired_opens_nothing(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, house: House, conninfo: str
) -> None:
    made = await new_key(client, house, expires_at="2099-01-01T01:00:00+01:00")
    assert made["expires_at"] == "2099-01-01T00:00:00Z"
    assert (await closed_client.get("/events", headers=bearer(made["key"]))).status_code == 200
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE api_keys SET expires_at = now() WHERE id = %s", [made["id"]])
    assert_problem(await closed_client.get("/events", headers=bearer(made["key"])), 401, "api_key_required")


async def test_a_key_can_be_limited_to_events_of_its_organizer(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, house: House, conninfo: str
) -> None:
    other = await new_event(client, headers={"fullhouse-organizer": house.organizer_id})
    made = await new_key(client, house, scopes=["manage"], event_ids=[house.event_id, house.event_id])
    assert made["event_ids"] == [house.event_id]
    headers = bearer(made["key"])
    assert (await closed_client.get(f"/events/{house.event_id}/pools", headers=headers)).status_code == 200
    assert_problem(await closed_client.get(f"/events/{other['id']}/pools", headers=headers), 404, "event_not_found")
    for path in ("/events", "/payments/bank_transfer/statements"):
        beyond = await closed_client.post(path, json=event_body(), headers=headers)
        assert_problem(beyond, 403, "not_permitted")
    rival = await new_house(client, conninfo, "Rival")
    for event_id in (rival.event_id, NOBODY):
        body = {"name": "x", "scopes": ["read"], "event_ids": [house.event_id, event_id]}
        assert_problem(await client.post(url_of(house), json=body), 422, "validation_failed", "event_ids")


WRONG: dict[str, tuple[Json, str]] = {
    "no scope": ({"scopes": []}, "scopes"),
    "a scope that there is not": ({"scopes": ["own"]}, "scopes.0"),
    "no events": ({"event_ids": []}, "event_ids"),
    "the past": ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
    "an end without an offset": ({"expires_at": "2099-01-01T00:00:00"}, "expires_at"),
    "no name": ({"name": " "}, "name"),
    "a name that can't be written": ({"name": "a\0b"}, "name"),
    "a test that is no yes": ({"test": "yes"}, "test"),
    "more": ({"organizer_id": NOBODY}, "organizer_id"),
}


@pytest.mark.parametrize("wrong", WRONG)
async def test_a_wrong_key_is_refused_with_its_field(client: httpx.AsyncClient, house: House, wrong: str) -> None:
    changes, field = WRONG[wrong]
    body = {"name": "Web shop", "scopes": ["read"], **changes}
    assert_problem(await client.post(url_of(house), json=body), 422, "validation_failed", field)


async def test_the_keys_of_an_organizer_come_in_pages(client: httpx.AsyncClient, house: House) -> None:
    everything = (await client.get(f"{url_of(house)}?limit=200")).json()
    assert len(everything) == len(house.keys)
    found, url = [], f"{url_of(house)}?limit=2"
    while url:
        page = await client.get(url)
        found += page.json()
        url = page.headers["link"].partition("<")[2].partition(">")[0] if "link" in page.headers else ""
    assert found == everything
    assert_problem(await client.get(f"{url_of(house)}?cursor=x"), 422, "validation_failed", "cursor")


async def test_of_an_organizer_that_there_is_not_there_are_no_keys(client: httpx.AsyncClient) -> None:
    body = {"name": "x", "scopes": ["read"]}
    for one in (NOBODY, "nonsense"):
        url = f"/organizers/{one}"
        for answer in (
            await client.get(url),
            await client.patch(url, json={"name": "x"}),
            await client.get(f"{url}/keys"),
            await client.post(f"{url}/keys", json=body),
            await client.post(f"{url}/keys", json={**body, "test": True}),
            await client.delete(f"{url}/test-data"),
        ):
            assert_problem(answer, 404, "organizer_not_found")


async def last_use(client: httpx.AsyncClient, house: House, key_id: str) -> Any:
    """When a key was used, as soon as that is written down."""
    async with asyncio.timeout(10):
        while True:
            used = (await listed(client, house, key_id))["last_used_at"]
            if used is not None:
                return used
            await asyncio.sleep(0.01)


async def test_the_list_tells_when_a_key_was_last_used_to_a_minute(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, house: House, conninfo: str
) -> None:
    made = await new_key(client, house)
    assert made["last_used_at"] is None
    before = datetime.now(UTC)
    await closed_client.get("/events", headers=bearer(made["key"]))
    used = await last_use(client, house, made["id"])
    assert before <= datetime.fromisoformat(used) <= datetime.now(UTC)
    await closed_client.get("/events", headers=bearer(made["key"]))
    await closed_client.get("/events", headers=bearer(made["key"]))
    assert await last_use(client, house, made["id"]) == used, "not so soon again"
    assert datetime.fromisoformat(used) - before < timedelta(minutes=1)


async def test_a_key_that_was_made_before_there_were_scopes_does_what_it_could(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient, house: House, conninfo: str
) -> None:
    old = await make_key(conninfo, house.organizer_id, "read", "sell", "manage")
    path = f"/events/{house.event_id}"
    assert (await closed_client.patch(path, json={"name": "Opera"}, headers=old)).status_code == 200
    assert_problem(await closed_client.get(url_of(house), headers=old), 403, "not_permitted")


async def test_an_organizer_is_made_shown_and_changed(
    client: httpx.AsyncClient, closed_client: httpx.AsyncClient
) -> None:
    body = {"name": " Ada's ", "language": "de", "reply_to": "ada@example.org"}
    answer = await client.post("/organizers", json=body, headers=KEY)
    assert answer.status_code == 201
    made = answer.json()
    assert made == {
        "id": made["id"],
        "name": "Ada's",
        "language": "de",
        "reply_to": "ada@example.org",
        "test_of": None,
        "created_at": made["created_at"],
        "colour": None,
        "description": "",
        "description_html": "",
        "website": None,
        "embed_origins": None,
        "logo_url": None,
        "logo": None,
    }
    url = answer.headers["location"]
    assert (await client.post("/organizers", json=body, headers=KEY)).json() == made
    assert (await client.get(url)).json() == made
    changed = await client.patch(url, json={"reply_to": None})
    assert changed.json() == {**made, "reply_to": None}
    assert (await client.patch(url, json={"name": "B", "language": "en"})).json()["name"] == "B"
    assert (await client.get(url)).json() == {**made, "name": "B", "language": "en", "reply_to": None}
    for wrong, field in (({"name": None}, "name"), ({"language": "fr"}, "language"), ({"reply_to": "x"}, "reply_to")):
        assert_problem(await client.patch(url, json=wrong), 422, "validation_failed", field)
        assert_problem(await client.post("/organizers", json={**body, **wrong}), 422, "validation_failed", field)
    assert_problem(await closed_client.post("/organizers", json=body), 401, "sign_in_required")
