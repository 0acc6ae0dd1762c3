"""Paying at the desk, over HTTP: one payment, one sale, and money back once."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.cast import running_deps
from tests.till import Till, open_till
from tests.web.asking import NOBODY, Json, assert_problem

GROSS = 5_200


@pytest.fixture
async def till(conninfo: str) -> AsyncIterator[Till]:
    async with running_deps(conninfo) as deps:
        yield await open_till(deps, conninfo)


async def pay(client: httpx.AsyncClient, booking_id: str, provider: str = "cash") -> httpx.Response:
    return await client.post(f"/bookings/{booking_id}/payments", json={"provider": provider})


async def payments(client: httpx.AsyncClient, booking_id: str) -> list[Json]:
    answer = await client.get(f"/bookings/{booking_id}/payments")
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()
    return found


async def test_cash_confirms_the_booking_at_once(client: httpx.AsyncClient, till: Till) -> None:
    held = await till.hold()
    answer = await pay(client, held.id)
    assert answer.status_code == 201, answer.text
    paid = answer.json()
    assert (paid["state"], paid["provider"], paid["amount_minor"], paid["received_minor"]) == (
        "paid",
        "cash",
        GROSS,
        GROSS,
    )
    assert (await till.now(held)).status == "confirmed"
    assert (await till.balances(held))["cash"] == GROSS
    assert await payments(client, held.id) == [paid]


async def test_who_pays_again_at_the_same_moment_pays_once(client: httpx.AsyncClient, till: Till) -> None:
    held = await till.hold()
    answers = await asyncio.gather(*(pay(client, held.id) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await payments(client, held.id)) == 1
    assert (await till.balances(held))["cash"] == GROSS
    assert till.unequal() == []


async def test_what_is_paid_in_one_way_is_not_paid_in_another(client: httpx.AsyncClient, till: Till) -> None:
    held = await till.hold()
    await pay(client, held.id, "card_terminal")
    body = assert_problem(await pay(client, held.id, "cash"), 409, "booking_not_held")
    assert body["booking_status"] == "confirmed"
    assert (await till.balances(held))["card_terminal"] == GROSS


async def test_a_late_payment_at_the_desk_is_taken_while_the_places_are_free(
    client: httpx.AsyncClient, conninfo: str
) -> None:
    async with running_deps(conninfo) as deps:
        till = await open_till(deps, conninfo, total_seats=2)
        first = await till.hold()
        till.run_out(first)
        assert (await pay(client, first.id)).json()["state"] == "paid"
        till = await open_till(deps, conninfo, total_seats=2)
        late = await till.hold()
        till.run_out(late)
        await till.hold(paid_by="cash")
        assert_problem(await pay(client, late.id), 409, "hold_expired")
        assert await payments(client, late.id) == []
        assert await till.postings(late) == []


async def test_what_was_sold_at_the_desk_has_its_payment(client: httpx.AsyncClient, till: Till) -> None:
    sold = await till.hold(paid_by="card_terminal")
    (paid,) = await payments(client, sold.id)
    assert (paid["provider"], paid["state"], paid["received_minor"]) == ("card_terminal", "paid", GROSS)


async def test_there_is_nothing_to_pay_for_what_is_free_or_cancelled_or_not_there(
    client: httpx.AsyncClient, till: Till
) -> None:
    given, held = await till.hold(paid_by="comp"), await till.hold()
    await client.patch(f"/bookings/{held.id}/cancel")
    assert_problem(await pay(client, given.id), 409, "payment_not_possible")
    assert_problem(await pay(client, held.id), 409, "booking_not_held")
    assert_problem(await pay(client, NOBODY), 404, "booking_not_found")
    assert_problem(await client.get(f"/bookings/{NOBODY}/payments"), 404, "booking_not_found")
    assert_problem(await pay(client, (await till.hold()).id, "stripe"), 409, "payment_not_possible")
    assert_problem(await pay(client, (await till.hold()).id, "shells"), 422, "validation_failed", "provider")


async def test_a_stranger_takes_no_money_at_the_desk(closed_client: httpx.AsyncClient, till: Till) -> None:
    held = await till.hold()
    assert_problem(await pay(closed_client, held.id), 401, "api_key_required")
    refund = {"payment_id": held.id}
    assert_problem(await closed_client.post(f"/bookings/{held.id}/refunds", json=refund), 401, "api_key_required")
    assert (await till.now(held)).status == "held"


async def test_a_part_goes_back_and_then_the_rest_and_never_more(client: httpx.AsyncClient, till: Till) -> None:
    sold = await till.hold(paid_by="cash")
    (paid,) = await payments(client, sold.id)

    async def send_back(amount_minor: int | None, key: str | None = None) -> httpx.Response:
        body = {"payment_id": paid["id"], "amount_minor": amount_minor}
        headers = {} if key is None else {"idempotency-key": key}
        return await client.post(f"/bookings/{sold.id}/refunds", json=body, headers=headers)

    answers = await asyncio.gather(*(send_back(1_000, "part") for _ in range(4)))
    assert {(answer.status_code, answer.json()["state"]) for answer in answers} == {(201, "done")}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert_problem(await send_back(1_001, "part"), 422, "idempotency_key_reused")
    body = assert_problem(await send_back(GROSS), 409, "refund_not_possible")
    assert body["refundable_minor"] == GROSS - 1_000
    assert (await send_back(None)).json()["amount_minor"] == GROSS - 1_000
    assert_problem(await send_back(1), 409, "refund_not_possible")
    (after,) = await payments(client, sold.id)
    assert (after["state"], after["refunded_minor"], len(after["refunds"])) == ("refunded", GROSS, 2)
    balances = await till.balances(sold)
    assert (balances.get("cash", 0), balances["refunds"]) == (0, GROSS)
    assert till.unequal() == []


async def test_what_was_paid_in_cash_goes_back_when_staff_say_so(client: httpx.AsyncClient, till: Till) -> None:
    sold = await till.hold(paid_by="cash")
    await client.patch(f"/bookings/{sold.id}/cancel")
    (paid,) = await payments(client, sold.id)
    assert paid["state"] == "paid"
    assert await till.balances(sold) == {"cash": GROSS, "buyer": -GROSS}
    refund = {"payment_id": paid["id"]}
    assert (await client.post(f"/bookings/{sold.id}/refunds", json=refund)).status_code == 201
    assert await till.balances(sold) == {}
    unknown = {"payment_id": NOBODY}
    assert_problem(await client.post(f"/bookings/{sold.id}/refunds", json=unknown), 404, "payment_not_found")
