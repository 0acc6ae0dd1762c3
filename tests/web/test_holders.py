"""Holders of tickets over HTTP: named once, transferred with a new code, and never on what is cancelled or over."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from tests.cast import assert_clean
from tests.offers import change_event
from tests.store.rows import Rows
from tests.web.asking import NOBODY, Json, assert_problem, new_booking, new_event
from tests.web.basket_office import assert_documented, new_hold, new_offering
from tests.web.test_auth import bearer, make_key
from tests.web.test_idempotency import REPLAYED, same


@pytest.fixture
async def booking(client: httpx.AsyncClient, event: Json) -> Json:
    """A booking of three tickets."""
    return await new_booking(client, event["id"], 3)


async def name_holder(
    client: httpx.AsyncClient, booking_id: str, number: object, name: object, key: str | None = None
) -> httpx.Response:
    headers = {} if key is None else {"idempotency-key": key}
    url = f"/bookings/{booking_id}/tickets/{number}/holder"
    return await client.put(url, json={"name": name}, headers=headers)


async def tickets(client: httpx.AsyncClient, booking_id: str) -> list[Json]:
    found: list[Json] = (await client.get(f"/bookings/{booking_id}/tickets")).json()
    return found


async def changes(client: httpx.AsyncClient, booking_id: str) -> list[tuple[str, Any]]:
    """The changes of holders: by whom, and what."""
    history = (await client.get(f"/bookings/{booking_id}/history")).json()
    return [(entry["by"], entry["details"]) for entry in history if entry["what"] == "holder_changed"]


def renamed(number: int, before: str | None, after: str) -> Json:
    return {"ticket": number, "name_before": before, "name_after": after}


def everything(conninfo: str) -> list[Any]:
    """All that a change of a holder could write."""
    with psycopg.connect(conninfo) as conn:
        return [
            conn.execute(
                "SELECT booking_number, number, code, state, holder_name FROM tickets ORDER BY 1, 2"
            ).fetchall(),
            conn.execute("SELECT id FROM booking_changes ORDER BY 1").fetchall(),
            conn.execute("SELECT count(*) FROM idempotency_keys").fetchall(),
        ]


async def until_somebody_waits(conninfo: str) -> None:
    """Somebody waits for a row that is locked in this database."""
    rows = await Rows.opened(conninfo)
    await rows.until("SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
    await rows.close()


async def test_the_first_name_leaves_the_code_as_it_is(client: httpx.AsyncClient, booking: Json) -> None:
    before = await tickets(client, booking["id"])
    answer = await name_holder(client, booking["id"].upper(), 2, "  Zoë Quinn ")
    await assert_documented(client, answer)
    assert answer.status_code == 200
    assert answer.json() == {**before[1], "holder_name": "Zoë Quinn"}
    assert await tickets(client, booking["id"]) == [before[0], answer.json(), before[2]]
    assert await changes(client, booking["id"]) == [("staff", renamed(2, None, "Zoë Quinn"))]


async def test_a_transferred_ticket_has_a_new_code_and_the_old_one_is_no_tickets_any_more(
    client: httpx.AsyncClient, conninfo: str, booking: Json
) -> None:
    before = await tickets(client, booking["id"])
    codes = [before[0]["code"]]
    await name_holder(client, booking["id"], 1, "Ann")
    for name in ("Ben", "Ann", "Cem"):
        answer = await name_holder(client, booking["id"], 1, name)
        codes.append(answer.json()["code"])
    assert len({*codes, *(one["code"] for one in before)}) == 6
    assert {len(code) for code in codes} == {32}
    now = await tickets(client, booking["id"])
    assert [(one["code"], one["holder_name"]) for one in now] == [
        (codes[-1], "Cem"),
        (before[1]["code"], None),
        (before[2]["code"], None),
    ]
    with psycopg.connect(conninfo) as conn:
        old = conn.execute("SELECT FROM tickets WHERE code = ANY (%s::uuid[])", [codes[:-1]]).fetchall()
    assert old == []
    assert [details for _, details in await changes(client, booking["id"])] == [
        renamed(1, None, "Ann"),
        renamed(1, "Ann", "Ben"),
        renamed(1, "Ben", "Ann"),
        renamed(1, "Ann", "Cem"),
    ]
    await assert_clean(conninfo)


async def test_the_same_name_again_changes_nothing(client: httpx.AsyncClient, conninfo: str, booking: Json) -> None:
    first = await name_holder(client, booking["id"], 1, "Ann")
    before = everything(conninfo)
    for name in ("Ann", " Ann "):
        assert (await name_holder(client, booking["id"], 1, name)).json() == first.json()
    assert everything(conninfo) == before


async def test_a_buyer_needs_no_key_and_staff_are_known_by_theirs(
    closed_client: httpx.AsyncClient, conninfo: str
) -> None:
    headers = bearer(await make_key(conninfo))
    event = await new_event(closed_client, headers=headers)
    booking = await new_booking(closed_client, event["id"])
    url = f"/bookings/{booking['id']}/tickets/1/holder"
    assert (await closed_client.put(url, json={"name": "Ann"})).status_code == 200
    assert (await closed_client.put(url, json={"name": "Ben"}, headers=headers)).status_code == 200
    assert await changes(closed_client, booking["id"]) == [
        ("buyer", renamed(1, None, "Ann")),
        ("staff", renamed(1, "Ann", "Ben")),
    ]


async def test_what_has_no_tickets_and_what_is_not_there_is_refused(
    client: httpx.AsyncClient, conninfo: str, booking: Json
) -> None:
    held = await new_hold(client, await new_offering(client, conninfo))
    before = everything(conninfo)
    refused = await name_holder(client, held["id"], 1, "Ann")
    await assert_documented(client, refused)
    assert assert_problem(refused, 409, "tickets_not_issued")["booking_status"] == "held"
    for number in (0, 4, 32_768, 99_999, 100_000, 10**30, "-1", "01", "1.0", "x", "%D9%A1"):
        refused = await name_holder(client, booking["id"], number, "Ann")
        assert_problem(refused, 404, "ticket_not_found")
    await assert_documented(client, await name_holder(client, booking["id"], 4, "Ann"))
    for unknown in (NOBODY, booking["event_id"], "1"):
        assert_problem(await name_holder(client, unknown, 1, "Ann"), 404, "booking_not_found")
    assert everything(conninfo) == before


async def test_names_of_the_wrong_form_are_refused(client: httpx.AsyncClient, conninfo: str, booking: Json) -> None:
    before = everything(conninfo)
    for name in ("", "   ", "a" * 201, "a\nb", "a\x00b", 7, None, ["Ann"]):
        assert_problem(await name_holder(client, booking["id"], 1, name), 422, "validation_failed", "name")
    url = f"/bookings/{booking['id']}/tickets/1/holder"
    for body, field in (({}, "name"), ({"name": "Ann", "code": "1"}, "code")):
        assert_problem(await client.put(url, json=body), 422, "validation_failed", field)
    assert_problem(await client.put(url, content=b"{"), 415, "unsupported_media_type")
    assert_problem(
        await name_holder(client, booking["id"], 1, "Ann", "\t"), 422, "validation_failed", "Idempotency-Key"
    )
    assert everything(conninfo) == before


async def test_a_cancelled_ticket_has_the_holder_that_it_had(
    client: httpx.AsyncClient, conninfo: str, booking: Json
) -> None:
    await name_holder(client, booking["id"], 1, "Ann")
    await client.patch(f"/bookings/{booking['id']}/cancel")
    before = everything(conninfo)
    for name in ("Ann", "Ben"):
        refused = await name_holder(client, booking["id"], 1, name, "k")
        await assert_documented(client, refused)
        assert_problem(refused, 409, "ticket_not_valid")
    assert everything(conninfo) == before


async def test_nobody_attends_what_is_cancelled_or_over(
    client: httpx.AsyncClient, conninfo: str, booking: Json
) -> None:
    past, future = datetime.now(UTC) - timedelta(hours=1), datetime.now(UTC) + timedelta(hours=1)
    before = everything(conninfo)
    for changed, code in (
        ({"state": "cancelled"}, "event_cancelled"),
        ({"state": "published", "starts_at": past}, "event_over"),
        ({"ends_at": past}, "event_over"),
    ):
        await change_event(conninfo, booking["event_id"], **changed)
        refused = await name_holder(client, booking["id"], 1, "Ann", "k")
        await assert_documented(client, refused)
        assert_problem(refused, 409, code)
    assert everything(conninfo) == before
    # It has begun and goes on: who is late may still be somebody else.
    await change_event(conninfo, booking["event_id"], ends_at=future)
    assert (await name_holder(client, booking["id"], 1, "Ann", "k")).status_code == 200


async def test_a_change_asked_for_twice_is_made_once_and_told_again(
    client: httpx.AsyncClient, conninfo: str, booking: Json
) -> None:
    await name_holder(client, booking["id"], 1, "Ann")
    first = await name_holder(client, booking["id"], 1, "Ben", "k")
    before = everything(conninfo)
    assert same(first, await name_holder(client, booking["id"], 1, " Ben", "k"))
    assert_problem(await name_holder(client, booking["id"], 1, "Cem", "k"), 422, "idempotency_key_reused")
    assert everything(conninfo) == before
    assert REPLAYED not in (await name_holder(client, booking["id"], 2, "Ben", "k")).headers
    await client.patch(f"/bookings/{booking['id']}/cancel")
    await change_event(conninfo, booking["event_id"], state="cancelled")
    assert same(first, await name_holder(client, booking["id"], 1, "Ben", "k"))


async def test_the_same_key_at_the_same_moment_changes_once(
    client: httpx.AsyncClient, conninfo: str, booking: Json
) -> None:
    await name_holder(client, booking["id"], 1, "Ann")
    answers = await asyncio.gather(*(name_holder(client, booking["id"], 1, "Ben", "k") for _ in range(12)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert sum(REPLAYED not in answer.headers for answer in answers) == 1
    assert len(await changes(client, booking["id"])) == 2


async def test_of_many_who_name_a_holder_at_once_each_follows_the_other(
    client: httpx.AsyncClient, conninfo: str, booking: Json
) -> None:
    names = [f"Holder {n}" for n in range(12)]
    answers = await asyncio.gather(*(name_holder(client, booking["id"], 1, name) for name in names))
    assert {answer.status_code for answer in answers} == {200}
    told = [details for _, details in await changes(client, booking["id"])]
    assert sorted(one["name_after"] for one in told) == sorted(names)
    chain = [None, *(one["name_after"] for one in told)]
    assert [one["name_before"] for one in told] == chain[:-1]
    # Each got a code of its own but the first, who kept the ticket's; the last one's is the ticket's now.
    assert len({answer.json()["code"] for answer in answers}) == len(names)
    by_name = {answer.json()["holder_name"]: answer.json() for answer in answers}
    assert (await tickets(client, booking["id"]))[0] == by_name[chain[-1]]


async def test_a_cancelled_ticket_is_never_changed_however_close_the_two_are(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    refused = 0
    for n in range(8):
        booking = await new_booking(client, event["id"])
        naming = [name_holder(client, booking["id"], 1, f"Holder {m}") for m in range(4)]
        cancelling = client.patch(f"/bookings/{booking['id']}/cancel")
        answers = await asyncio.gather(*naming[: n % 4], cancelling, *naming[n % 4 :])
        assert {answer.status_code for answer in answers} <= {200, 409}
        for answer in answers:
            if answer.status_code == 409:
                assert_problem(answer, 409, "ticket_not_valid")
                refused += 1
        history = (await client.get(f"/bookings/{booking['id']}/history")).json()
        told = [entry["details"] for entry in history if entry["what"] == "holder_changed"]
        assert len(told) == sum(answer.status_code == 200 for answer in answers) - 1
        (ticket,) = await tickets(client, booking["id"])
        assert ticket["state"] == "cancelled"
        assert ticket["holder_name"] == (told[-1]["name_after"] if told else None)
    assert refused
    await assert_clean(conninfo)


async def test_who_waits_for_a_cancellation_is_refused_after_it(
    client: httpx.AsyncClient, conninfo: str, booking: Json
) -> None:
    async with await psycopg.AsyncConnection.connect(conninfo) as conn:
        await conn.execute("UPDATE tickets SET state = 'cancelled'")
        waiting = asyncio.create_task(name_holder(client, booking["id"], 1, "Ann"))
        await until_somebody_waits(conninfo)
        await conn.commit()
    assert_problem(await waiting, 409, "ticket_not_valid")
    assert (await tickets(client, booking["id"]))[0]["holder_name"] is None


async def test_a_holder_who_is_just_being_named_is_cancelled_with_the_ticket(
    client: httpx.AsyncClient, conninfo: str, booking: Json
) -> None:
    """The batch waits for the ticket, and for no more than that; then it cancels what it finds."""
    async with await psycopg.AsyncConnection.connect(conninfo) as conn:
        await conn.execute("UPDATE tickets SET holder_name = 'Ann' WHERE number = 1")
        cancelling = asyncio.create_task(client.patch(f"/bookings/{booking['id']}/cancel"))
        await until_somebody_waits(conninfo)
        await conn.commit()
    assert (await cancelling).status_code == 200
    assert [(one["state"], one["holder_name"]) for one in await tickets(client, booking["id"])] == [
        ("cancelled", "Ann"),
        ("cancelled", None),
        ("cancelled", None),
    ]
