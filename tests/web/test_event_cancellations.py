"""Cancelling a whole event over HTTP: sales stop at once, the progress is shown, and nothing is done twice."""

from typing import Any

import httpx
import pytest

from fullhouse.worker import jobs
from tests.cancelling import work
from tests.cast import assert_clean, running_deps
from tests.web.asking import (
    FUTURE,
    JSON,
    NOBODY,
    Json,
    assert_problem,
    event_body,
    everything,
    left,
    new_booking,
    new_event,
    post_booking,
)
from tests.web.basket_office import confirm, new_hold, new_offering
from tests.web.organizing import details, let_begin, patch
from tests.web.test_auth import bearer, make_key


@pytest.fixture(autouse=True)
def _idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker of the server leaves it to the test when it works."""
    monkeypatch.setattr(jobs, "CANCEL_EVERY_SECONDS", 3_600.0)


def url(event: Json) -> str:
    return f"/events/{event['id']}/cancellation"


async def cancel(client: httpx.AsyncClient, event: Json, key: str | None = None, **body: Any) -> httpx.Response:
    headers = {} if key is None else {"idempotency-key": key}
    return await client.post(url(event), json=body, headers=headers)


async def worked(conninfo: str) -> None:
    """What the worker does."""
    async with running_deps(conninfo) as deps:
        await work(deps)


async def test_a_cancelled_event_sells_nothing_from_the_answer_on_and_its_bookings_are_cancelled(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    booking = await new_booking(client, event["id"], 2)
    answer = await cancel(client, event, reason="The singer is ill.")
    assert answer.status_code == 202, answer.text
    begun = answer.json()
    assert begun == {
        "event_id": event["id"],
        "state": "running",
        "reason": "The singer is ill.",
        "created_at": begun["created_at"],
        "done_at": None,
        "bookings_made": 1,
        "bookings_looked_at": 0,
        "bookings_cancelled": 0,
        "currency": "EUR",
        "payments": [],
        "owed_minor": 0,
        "to_hand_over": {"payments": 0, "amount_minor": 0},
        "to_transfer": {"payments": 0, "amount_minor": 0},
    }
    assert_problem(await post_booking(client, event["id"]), 409, "event_cancelled")
    await worked(conninfo)
    assert (await client.get(f"/bookings/{booking['id']}")).json()["status"] == "cancelled"
    shown = (await client.get(url(event))).json()
    assert shown["done_at"] is not None
    assert shown == {
        **begun,
        "state": "done",
        "done_at": shown["done_at"],
        "bookings_looked_at": 1,
        "bookings_cancelled": 1,
    }
    assert await left(client, event["id"]) == event["total_seats"]
    assert_problem(await post_booking(client, event["id"]), 409, "event_cancelled")
    await assert_clean(conninfo)


async def test_money_is_shown_by_provider_and_state_with_what_people_have_to_do(
    client: httpx.AsyncClient, conninfo: str
) -> None:
    offering = await new_offering(client, conninfo)
    event = {"id": offering.event_id}
    sold, held = await new_hold(client, offering, 1), await new_hold(client, offering, 1)
    await confirm(client, sold["id"], "card_terminal")
    gross_minor = sold["price"]["total"]["gross_minor"]
    await cancel(client, event)
    assert_problem(await confirm(client, held["id"]), 409, "event_cancelled")
    pay = await client.post(f"/bookings/{held['id']}/payments", json={"provider": "cash"})
    assert_problem(pay, 409, "event_cancelled")
    assert (await confirm(client, sold["id"])).json()["status"] == "confirmed", "it was before"
    await worked(conninfo)
    shown = (await client.get(url(event))).json()
    assert (shown["state"], shown["bookings_cancelled"], shown["owed_minor"]) == ("done", 2, gross_minor)
    paid = {"provider": "card_terminal", "state": "paid", "payments": 1, "received_minor": gross_minor}
    assert shown["payments"] == [{**paid, "refunded_minor": 0}]
    assert shown["to_hand_over"] == {"payments": 1, "amount_minor": gross_minor}
    (payment,) = (await client.get(f"/bookings/{sold['id']}/payments")).json()
    await client.post(f"/bookings/{sold['id']}/refunds", json={"payment_id": payment["id"]})
    shown = (await client.get(url(event))).json()
    assert (shown["owed_minor"], shown["to_hand_over"]["payments"]) == (0, 0)
    assert shown["payments"] == [{**paid, "state": "refunded", "refunded_minor": gross_minor}]
    await assert_clean(conninfo)


async def test_again_is_the_same_and_changes_nothing(client: httpx.AsyncClient, conninfo: str, event: Json) -> None:
    first = await cancel(client, event, "once", reason="Fire.")
    version = (await details(client, event["id"]))["version"]
    again = await cancel(client, event, "once", reason="Fire.")
    assert (again.status_code, again.json()) == (202, first.json())
    assert again.headers["idempotency-replayed"] == "true"
    assert_problem(await cancel(client, event, "once", reason="Flood."), 422, "idempotency_key_reused")
    other = await cancel(client, event, reason="Flood.")
    assert (other.status_code, other.json()) == (202, first.json()), "the first reason stands"
    assert (await details(client, event["id"]))["version"] == version
    another = await cancel(client, event, "twice", reason="Flood.")
    assert (another.status_code, another.json()) == (202, first.json())


@pytest.mark.parametrize("sent", [{}, {"headers": JSON, "content": b"{}"}, {"json": {"reason": None}}])
async def test_a_reason_need_not_be_given(client: httpx.AsyncClient, event: Json, sent: Any) -> None:
    answer = await client.post(url(event), **sent)
    assert (answer.status_code, answer.json()["reason"]) == (202, None)


@pytest.mark.parametrize("reason", ["", "x" * 501, 7, ["Fire."], "Fi\x00re", "Fi\nre"])
async def test_a_reason_is_a_line_of_up_to_500_characters(
    client: httpx.AsyncClient, conninfo: str, event: Json, reason: Any
) -> None:
    before = everything(conninfo)
    assert_problem(await cancel(client, event, reason=reason), 422, "validation_failed", "reason")
    assert_problem(await cancel(client, event, why="Fire."), 422, "validation_failed", "why")
    assert everything(conninfo) == before
    assert (await details(client, event["id"]))["state"] == "published"
    assert (await cancel(client, event, reason="é" * 500)).json()["reason"] == "é" * 500


async def test_a_cancelled_event_is_shown_by_its_id_but_not_listed_and_never_changed(
    client: httpx.AsyncClient, event: Json
) -> None:
    await cancel(client, event)
    assert (await client.get("/events")).json() == []
    assert [one["id"] for one in (await client.get("/events?state=cancelled")).json()] == [event["id"]]
    assert (await client.get(f"/events/{event['id']}")).status_code == 200
    before = await details(client, event["id"])
    assert before["state"] == "cancelled"
    for method, path in (("POST", "publication"), ("DELETE", "publication")):
        answer = await client.request(method, f"/events/{event['id']}/{path}")
        assert_problem(answer, 409, "event_not_changeable")
    assert_problem(await patch(client, event["id"], name="Other"), 409, "event_not_changeable")
    assert await details(client, event["id"]) == before
    copied = await client.post(f"/events/{event['id']}/copies", json={"date": FUTURE})
    assert copied.json()["state"] == "draft", "it may take place another time"


async def test_what_has_begun_or_is_over_can_be_cancelled_too(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    booking = await new_booking(client, event["id"])
    let_begin(conninfo, event["id"])
    assert (await details(client, event["id"]))["state"] == "over"
    assert (await cancel(client, event)).status_code == 202
    assert (await details(client, event["id"]))["state"] == "cancelled"
    await worked(conninfo)
    assert (await client.get(f"/bookings/{booking['id']}")).json()["status"] == "cancelled"


async def test_a_draft_is_not_cancelled_and_says_what_to_do(client: httpx.AsyncClient) -> None:
    draft = await new_event(client, state="draft")
    body = assert_problem(await cancel(client, draft), 409, "event_not_changeable")
    assert "draft" in body["detail"]
    assert (await details(client, draft["id"]))["state"] == "draft"


async def test_what_is_not_cancelled_or_not_there_has_no_progress(client: httpx.AsyncClient, event: Json) -> None:
    assert_problem(await client.get(url(event)), 409, "event_not_cancelled")
    for unknown in (NOBODY, "1", "%00", "é"):
        for method in ("GET", "POST"):
            answer = await client.request(method, f"/events/{unknown}/cancellation")
            assert_problem(answer, 404, "event_not_found")


async def test_only_who_manages_cancels_events_and_sees_how_far_it_is(
    closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    key = bearer(await make_key(conninfo))
    event = (await closed_client.post("/events", json=event_body(), headers=key)).json()
    for method in ("GET", "POST"):
        assert_problem(await closed_client.request(method, url(event)), 401, "api_key_required")
    assert (await closed_client.get("/events")).json() == [event]
    assert (await closed_client.post(url(event), headers=key)).status_code == 202
    assert_problem(await closed_client.get(url(event)), 401, "api_key_required")
    assert (await closed_client.get(url(event), headers=key)).status_code == 200
