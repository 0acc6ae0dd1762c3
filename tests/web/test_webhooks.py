"""Webhooks over HTTP: made with a secret that is shown once, tested, rotated, replayed; and closed to strangers."""

import uuid
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest
from standardwebhooks.webhooks import WebhookVerificationError

from fullhouse.rules.webhook import WEBHOOKS_MAX
from fullhouse.store import organizer
from tests import receiver as receivers
from tests.hooking import INNER, later, tell
from tests.people import Office, open_office
from tests.receiver import Receiver, receiving
from tests.web.asking import NOBODY, Json, assert_problem, event_body, new_booking, new_event
from tests.web.conftest import serving

WEBHOOKS = f"/organizers/{organizer.DEFAULT_ID}/webhooks"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as opened:
        yield opened


@pytest.fixture
async def office(conninfo: str) -> AsyncIterator[Office]:
    async with open_office(conninfo, **INNER) as opened:
        yield opened


@pytest.fixture
async def owner(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The owner, signed in."""
    await office.owner()
    async with await office.signed_in() as visitor:
        yield visitor


async def make(client: httpx.AsyncClient, url: str, **rest: Any) -> Json:
    answer = await client.post(WEBHOOKS, json={"url": url, **rest})
    assert answer.status_code == 201, answer.text
    made: Json = answer.json()
    return made


def at(hook: Json, tail: str = "") -> str:
    return f"{WEBHOOKS}/{hook['id']}{tail}"


async def test_a_webhook_is_made_with_a_secret_that_is_shown_only_then(
    owner: httpx.AsyncClient, receiver: Receiver
) -> None:
    answer = await owner.post(
        WEBHOOKS, json={"url": receiver.url(), "types": ["refund.paid", "booking.held"], "description": "Till"}
    )
    made = answer.json()
    assert answer.headers["location"] == at(made)
    assert made["secret"].startswith("whsec_")
    assert (made["types"], made["state"], made["failing_since"]) == (["booking.held", "refund.paid"], "on", None)
    shown = (await owner.get(at(made))).json()
    assert shown == {name: value for name, value in made.items() if name != "secret"}
    assert (await owner.get(WEBHOOKS)).json() == [shown]


async def test_the_same_key_makes_it_once_with_the_same_secret(owner: httpx.AsyncClient, receiver: Receiver) -> None:
    key = {"idempotency-key": "k"}
    first, second = [await owner.post(WEBHOOKS, json={"url": receiver.url()}, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert len((await owner.get(WEBHOOKS)).json()) == 1
    other = await owner.post(WEBHOOKS, json={"url": receiver.url("/other")}, headers=key)
    assert_problem(other, 422, "idempotency_key_reused")


async def test_it_is_changed_switched_off_and_deleted(owner: httpx.AsyncClient, receiver: Receiver) -> None:
    made = await make(owner, receiver.url(), types=["refund.paid"])
    answer = await owner.patch(at(made), json={"types": None, "state": "off", "description": "a\nb"})
    assert answer.status_code == 200
    assert (answer.json()["types"], answer.json()["state"], answer.json()["description"]) == (None, "off", "a\nb")
    assert answer.json()["url"] == made["url"]
    assert (await owner.patch(at(made), json={"url": receiver.url("/b")})).json()["url"] == receiver.url("/b")
    answer = await owner.delete(at(made))
    assert (answer.status_code, answer.content) == (204, b"")
    assert_problem(await owner.get(at(made)), 404, "webhook_not_found")
    assert_problem(await owner.delete(at(made)), 404, "webhook_not_found")


WRONG: list[tuple[Json, str]] = [
    ({}, "url"),
    ({"url": 5}, "url"),
    ({"url": ""}, "url"),
    ({"url": "ftp://example.com/"}, "url"),
    ({"url": "http://169.254.169.254/latest/meta-data"}, "url"),
    ({"url": "http://user:secret@example.com/"}, "url"),
    ({"url": "http://example.com/\x00"}, "url"),
    ({"url": "http://example.com/" + "a" * 2_000}, "url"),
    ({"url": "http://example.com/", "types": []}, "types"),
    ({"url": "http://example.com/", "types": ["nonsense"]}, "types.0"),
    ({"url": "http://example.com/", "state": "switched_off"}, "state"),
    ({"url": "http://example.com/", "description": "a\x00b"}, "description"),
    ({"url": "http://example.com/", "description": "a" * 501}, "description"),
    ({"url": "http://example.com/", "secret": "mine"}, "secret"),
]


async def test_what_makes_no_webhook_is_told_by_its_field(owner: httpx.AsyncClient) -> None:
    for body, field in WRONG:
        assert_problem(await owner.post(WEBHOOKS, json=body), 422, "validation_failed", field)
    assert (await owner.get(WEBHOOKS)).json() == []


async def test_a_change_is_looked_at_like_a_new_one(owner: httpx.AsyncClient, receiver: Receiver) -> None:
    made = await make(owner, receiver.url())
    for body, field in (({"url": "http://0.0.0.0/"}, "url"), ({"state": "gone"}, "state"), ({"id": "x"}, "id")):
        assert_problem(await owner.patch(at(made), json=body), 422, "validation_failed", field)
    assert_problem(await owner.post(at(made, "/secrets"), json={"overlap_hours": 169}), 422, "validation_failed")
    assert_problem(await owner.post(at(made, "/test"), json={}), 422, "validation_failed", "body")


async def test_without_the_operators_leave_only_public_https_is_taken(conninfo: str) -> None:
    async with open_office(conninfo) as office:
        await office.owner()
        async with await office.signed_in() as owner:
            for url in ("http://example.com/", "https://127.0.0.1/", "https://example.com:6379/", "https://[fd00::1]/"):
                assert_problem(await owner.post(WEBHOOKS, json={"url": url}), 422, "validation_failed", "url")
            await make(owner, "https://example.com/hook")


async def test_an_organizer_has_only_so_many(owner: httpx.AsyncClient, receiver: Receiver) -> None:
    for _ in range(WEBHOOKS_MAX):
        await make(owner, receiver.url())
    problem = assert_problem(await owner.post(WEBHOOKS, json={"url": receiver.url()}), 409, "limit_reached")
    assert problem["limit"] == WEBHOOKS_MAX


async def test_a_test_shows_what_came_of_it(owner: httpx.AsyncClient, office: Office, receiver: Receiver) -> None:
    made = await make(owner, receiver.url())
    receiver.answering = receivers.status(500, "x-why: tired", body="<b>no</b>")
    answer = await owner.post(at(made, "/test"))
    assert answer.status_code == 202
    assert (answer.json()["state"], answer.json()["type"], answer.json()["sequence"]) == (
        "waiting",
        "webhook.test",
        None,
    )
    await tell(office.deps)
    shown = (await owner.get(answer.headers["location"])).json()
    assert shown["id"] == receiver.got[0].id
    assert shown["body"] == receiver.got[0].body
    (attempt,) = shown["answers"]
    assert (attempt["status"], attempt["body"], attempt["headers"]["x-why"]) == (500, "<b>no</b>", "tired")
    assert attempt["request_headers"]["webhook-id"] == shown["id"]
    assert made["secret"] not in (await owner.get(answer.headers["location"])).text
    assert (await owner.get(at(made))).json()["failing_since"] is not None


async def test_after_a_rotation_both_signatures_are_sent_until_the_old_secret_ends(
    owner: httpx.AsyncClient, office: Office, receiver: Receiver
) -> None:
    made = await make(owner, receiver.url())
    answer = await owner.post(at(made, "/secrets"), json={"overlap_hours": 1})
    assert answer.status_code == 201
    rotated = answer.json()
    assert rotated["secret"] != made["secret"]
    assert rotated["previous_secret_until"] is not None
    await owner.post(at(made, "/test"))
    await tell(office.deps)
    (got,) = receiver.got
    assert len(got.headers["webhook-signature"].split(" ")) == 2
    assert got.verified(made["secret"]) == got.verified(rotated["secret"])
    await owner.post(at(made, "/test"))
    office.clock.move(hours=1)
    await tell(office.deps)
    assert len(receiver.got[1].headers["webhook-signature"].split(" ")) == 1
    with pytest.raises(WebhookVerificationError):
        receiver.got[1].verified(made["secret"])


async def test_the_log_is_listed_by_pages_and_by_state(
    owner: httpx.AsyncClient, office: Office, receiver: Receiver
) -> None:
    made = await make(owner, receiver.url())
    for _ in range(5):
        await owner.post(at(made, "/test"))
    await tell(office.deps)
    receiver.answering = receivers.status(500)
    late = (await owner.post(at(made, "/test"))).json()
    await tell(office.deps)
    url, seen = at(made, "/deliveries?limit=2"), []
    while url:
        page = await owner.get(url)
        seen += [one["id"] for one in page.json()]
        url = page.links["next"]["url"] if "next" in page.links else ""
    assert len(seen) == len(set(seen)) == 6
    assert seen == sorted(seen, reverse=True)
    waiting = (await owner.get(at(made, "/deliveries?state=waiting&limit=1"))).json()
    assert [one["id"] for one in waiting] == [late["id"]]
    assert waiting[0]["next_try_at"] is not None
    delivered = await owner.get(at(made, "/deliveries?state=delivered&limit=4"))
    assert [one["state"] for one in delivered.json()] == ["delivered"] * 4
    rest = await owner.get(delivered.links["next"]["url"])
    assert [one["state"] for one in rest.json()] == ["delivered"]
    for wrong in ("state=gone", "limit=0", "limit=201", "cursor=nonsense"):
        assert_problem(await owner.get(at(made, f"/deliveries?{wrong}")), 422, "validation_failed")


async def test_a_replay_sends_the_same_again(owner: httpx.AsyncClient, office: Office, receiver: Receiver) -> None:
    made = await make(owner, receiver.url(), types=["booking.confirmed"])
    event = await new_event(owner)
    booking = await new_booking(owner, event["id"])
    await tell(office.deps)
    (delivery,) = (await owner.get(at(made, "/deliveries"))).json()
    assert (delivery["event_id"], delivery["booking_number"]) == (event["id"], 1)
    for _ in range(2):
        answer = await owner.post(at(made, f"/deliveries/{delivery['id']}/replay"), headers={"idempotency-key": "k"})
        assert (answer.status_code, answer.json()["state"]) == (202, "waiting")
    await tell(office.deps)
    first, second = receiver.got
    assert (first.id, first.body) == (second.id, second.body)
    assert second.verified(made["secret"])["data"]["id"] == booking["id"]
    shown = (await owner.get(at(made, f"/deliveries/{delivery['id']}"))).json()
    assert [one["status"] for one in shown["answers"]] == [200, 200]
    assert_problem(await owner.post(at(made, f"/deliveries/{NOBODY}/replay")), 404, "delivery_not_found")
    assert_problem(await owner.get(at(made, f"/deliveries/{NOBODY}")), 404, "delivery_not_found")
    assert_problem(await owner.get(at(made, "/deliveries/x")), 404, "delivery_not_found")


async def test_to_a_webhook_that_is_off_nothing_is_sent(
    owner: httpx.AsyncClient, office: Office, receiver: Receiver
) -> None:
    made = await make(owner, receiver.url())
    await owner.post(at(made, "/test"))
    await tell(office.deps)
    (delivery,) = (await owner.get(at(made, "/deliveries"))).json()
    await owner.patch(at(made), json={"state": "off"})
    assert_problem(await owner.post(at(made, "/test")), 409, "webhook_off")
    assert_problem(await owner.post(at(made, f"/deliveries/{delivery['id']}/replay")), 409, "webhook_off")
    await tell(later(office.deps, timedelta(days=1)))
    assert len(receiver.got) == 1
    assert (await owner.get(at(made, f"/deliveries/{delivery['id']}"))).json()["state"] == "delivered"


# --------------------------------------------------------------------------------------------------- who may do it


async def calls(client: httpx.AsyncClient, hook: Json, delivery_id: str, organizer_id: str) -> list[httpx.Response]:
    """Every call there is on webhooks."""
    webhooks = f"/organizers/{organizer_id}/webhooks"
    one, body = f"{webhooks}/{hook['id']}", {"url": "http://example.com/"}
    return [
        await client.get(webhooks),
        await client.get(one),
        await client.get(f"{one}/deliveries"),
        await client.get(f"{one}/deliveries/{delivery_id}"),
        await client.post(webhooks, json=body),
        await client.patch(one, json=body),
        await client.post(f"{one}/secrets", json={}),
        await client.post(f"{one}/test"),
        await client.post(f"{one}/deliveries/{delivery_id}/replay"),
        await client.delete(one),
    ]


def unchanged(conninfo: str) -> list[Any]:
    with psycopg.connect(conninfo) as conn:
        return conn.execute(
            "SELECT url, secret, state, (SELECT count(*) FROM webhook_deliveries) FROM webhooks"
        ).fetchall()


async def test_a_stranger_finds_nothing_and_nobody_has_to_sign_in(
    owner: httpx.AsyncClient, office: Office, receiver: Receiver, conninfo: str
) -> None:
    made = await make(owner, receiver.url())
    delivery = (await owner.post(at(made, "/test"))).json()
    before = unchanged(conninfo)
    his_own = await office.rival()
    await office.owner("sam@stranger.example", his_own)
    async with await office.signed_in("sam@stranger.example") as stranger, office.visitor() as nobody:
        for answer in await calls(stranger, made, delivery["id"], organizer.DEFAULT_ID):
            assert_problem(answer, 404, "organizer_not_found")
        for answer in await calls(nobody, made, delivery["id"], organizer.DEFAULT_ID):
            assert_problem(answer, 401, "api_key_required")
        # By way of his own organizer he does not get at it either.
        first, *rest = await calls(stranger, made, delivery["id"], his_own)
        assert first.json() == []
        assert rest.pop(3).status_code == 201
        for answer in rest:
            assert_problem(answer, 404, "webhook_not_found")
    assert [row for row in unchanged(conninfo) if row[0] == receiver.url()] == before


async def test_the_box_office_may_look_and_the_door_may_not(
    owner: httpx.AsyncClient, office: Office, receiver: Receiver
) -> None:
    made = await make(owner, receiver.url())
    delivery = (await owner.post(at(made, "/test"))).json()
    await office.member("bo@house.example", "box_office")
    await office.member("dora@house.example", "door")
    async with await office.signed_in("bo@house.example") as box_office:
        answers = await calls(box_office, made, delivery["id"], organizer.DEFAULT_ID)
        assert [answer.status_code for answer in answers] == [200] * 4 + [403] * 6
    async with await office.signed_in("dora@house.example") as door:
        for answer in await calls(door, made, delivery["id"], organizer.DEFAULT_ID):
            assert_problem(answer, 403, "not_permitted")


async def test_ids_that_are_none_are_ids_of_nothing(owner: httpx.AsyncClient) -> None:
    assert_problem(await owner.get("/organizers/x/webhooks"), 404, "organizer_not_found")
    assert_problem(await owner.get(f"{WEBHOOKS}/x"), 404, "webhook_not_found")


async def test_the_playground_finds_no_organizer_that_there_is_not(client: httpx.AsyncClient) -> None:
    for call in (client.get(f"/organizers/{NOBODY}/webhooks"), client.get("/organizers/x/webhooks")):
        assert_problem(await call, 404, "organizer_not_found")
    answer = await client.post(f"/organizers/{NOBODY}/webhooks", json={"url": "https://example.com/"})
    assert_problem(answer, 404, "organizer_not_found")
    assert_problem(await client.get(f"/organizers/{NOBODY}/webhooks/{NOBODY}"), 404, "webhook_not_found")


async def test_a_served_booking_is_told_by_the_jobs_of_the_server(conninfo: str, receiver: Receiver) -> None:
    async with serving(conninfo, **INNER) as url, httpx.AsyncClient(base_url=url) as client:
        made = await make(client, receiver.url(), types=["booking.confirmed"])
        event = (await client.post("/events", json=event_body())).json()
        booking = await new_booking(client, event["id"], 2)
        (got,) = await receiver.until(1)
        assert got.verified(made["secret"])["data"] == (await client.get(f"/bookings/{booking['id']}")).json()
        assert uuid.UUID(got.id).version == 7
