"""Paying by bank transfer, over HTTP: matched by reference alone, parts and surpluses shown, nothing counted twice."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import psycopg
import pytest

from fullhouse.actions import payment
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Booking
from tests.cast import running_deps
from tests.till import Till
from tests.web.asking import NOBODY, Json, assert_problem
from tests.web.conftest import serving

GROSS = 5_200
BANK: dict[str, Any] = {"bank_iban": "DE02120300000000202051", "bank_holder": "Box office"}
STATEMENTS = "/payments/bank_transfer/statements"


@pytest.fixture
async def deps(conninfo: str) -> AsyncIterator[Deps]:
    async with running_deps(conninfo, **BANK) as running:
        yield running


@pytest.fixture
async def visitor(conninfo: str) -> AsyncIterator[httpx.AsyncClient]:
    async with serving(conninfo, **BANK) as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
        yield client


async def begin(client: httpx.AsyncClient, held: Booking) -> Json:
    answer = await client.post(f"/bookings/{held.id}/payments", json={"provider": "bank_transfer"})
    assert answer.status_code == 201, answer.text
    begun: Json = answer.json()
    return begun


async def upload(client: httpx.AsyncClient, *lines: tuple[str, str]) -> list[Json]:
    body = "date;amount;currency;payer;text\n" + "".join(
        f"2030-05-01;{amount};EUR;Ada;{text}\n" for amount, text in lines
    )
    answer = await client.post(STATEMENTS, content=body.encode())
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json()
    return found


async def shown(client: httpx.AsyncClient, held: Booking) -> Json:
    (one,) = (await client.get(f"/bookings/{held.id}/payments")).json()
    found: Json = one
    return found


async def test_a_transfer_with_the_reference_confirms_the_booking(visitor: httpx.AsyncClient, till: Till) -> None:
    held = await till.hold()
    begun = await begin(visitor, held)
    assert begun["instructions"] == {"iban": BANK["bank_iban"], "holder": "Box office", "reference": begun["reference"]}
    assert (await till.now(held)).expires_at == held.created_at + timedelta(days=7)
    (one,) = await upload(visitor, ("52,00", f"thank you {begun['reference'].lower()}"))
    assert (one["result"], one["difference_minor"], one["booking_id"]) == ("paid", 0, held.id)
    assert (await till.now(held)).paid_by == "bank_transfer"
    assert (await till.balances(held))["bank"] == GROSS
    assert till.unequal() == []


async def test_a_statement_that_is_read_again_changes_nothing(visitor: httpx.AsyncClient, till: Till) -> None:
    begun = await begin(visitor, held := await till.hold())
    lines = [("20.00", begun["reference"]), ("20.00", begun["reference"]), ("12.00", begun["reference"])]
    await asyncio.gather(*(upload(visitor, *lines) for _ in range(3)))
    assert [one["result"] for one in await upload(visitor, *lines)] == ["seen_before"] * 3
    assert (await till.balances(held))["bank"] == GROSS
    assert (await shown(visitor, held))["state"] == "paid"
    assert till.unequal() == []


async def test_a_part_leaves_the_payment_open_and_too_much_is_shown(visitor: httpx.AsyncClient, till: Till) -> None:
    begun = await begin(visitor, held := await till.hold())
    (part,) = await upload(visitor, ("50.00", begun["reference"]))
    assert (part["result"], part["difference_minor"]) == ("part", 200)
    assert (await till.now(held)).status == "held"
    (over,) = await upload(visitor, ("5.00", begun["reference"]))
    assert (over["result"], over["difference_minor"]) == ("over", 300)
    one = await shown(visitor, held)
    assert (one["state"], one["received_minor"], one["refunds"]) == ("paid", GROSS + 300, [])
    assert (await till.balances(held))["buyer"] == -300


async def test_nothing_is_guessed(visitor: httpx.AsyncClient, till: Till) -> None:
    one, other = await begin(visitor, await till.hold(1)), await begin(visitor, await till.hold(1))
    wrong = one["reference"][:-1] + ("1" if one["reference"][-1] != "1" else "2")
    results = await upload(
        visitor,
        ("26.00", "Concert"),
        ("26.00", wrong),
        ("26.00", f"{one['reference']} {other['reference']}"),
        ("-26.00", one["reference"]),
    )
    assert [found["result"] for found in results] == ["unmatched", "unmatched", "unmatched", "outgoing"]


async def test_what_comes_too_late_has_to_go_back_and_staff_say_when_it_has(
    visitor: httpx.AsyncClient, till: Till
) -> None:
    begun = await begin(visitor, held := await till.hold())
    till.run_out(held)
    await till.hold(paid_by="cash")
    (late,) = await upload(visitor, ("52.00", begun["reference"]))
    assert late["result"] == "goes_back"
    one = await shown(visitor, held)
    assert (one["state"], one["reason"]) == ("refunding", "hold_expired")
    (refund,) = one["refunds"]
    assert (refund["state"], refund["amount_minor"]) == ("asked", GROSS)
    path = f"/bookings/{held.id}/refunds/{refund['id']}/completion"
    for _ in range(2):
        assert (await visitor.post(path)).json()["state"] == "done"
    assert (await shown(visitor, held))["state"] == "refunded"
    assert await till.balances(held) == {}
    assert_problem(await visitor.post(f"/bookings/{held.id}/refunds/{NOBODY}/completion"), 409, "refund_not_possible")


async def test_of_tickets_given_back_so_much_is_to_be_transferred_and_a_surplus_is_left_to_people(
    visitor: httpx.AsyncClient, till: Till
) -> None:
    begun = await begin(visitor, held := await till.hold())
    await upload(visitor, ("62.00", begun["reference"]))
    for number, amounts in (1, [2_600]), (2, [2_600, 3_600]):
        answer = await visitor.post(f"/bookings/{held.id}/cancellations", json={"tickets": [number]})
        assert answer.json()["refund_minor"] == 2_600
        refunds = (await shown(visitor, held))["refunds"]
        assert [one["amount_minor"] for one in refunds] == amounts
        await visitor.post(f"/bookings/{held.id}/refunds/{refunds[-1]['id']}/completion")


async def test_what_comes_while_money_goes_back_goes_back_as_well(visitor: httpx.AsyncClient, till: Till) -> None:
    begun = await begin(visitor, held := await till.hold())
    till.run_out(held)
    await till.hold(paid_by="cash")
    for amount in ("52.00", "10.00", "5.00"):
        await upload(visitor, (amount, begun["reference"]))
    for amounts in ([GROSS], [GROSS, 1_500]):
        refunds = (await shown(visitor, held))["refunds"]
        assert [one["amount_minor"] for one in refunds] == amounts
        path = f"/bookings/{held.id}/refunds/{refunds[-1]['id']}/completion"
        for _ in range(2):
            assert (await visitor.post(path)).json()["state"] == "done"
    assert (await shown(visitor, held))["state"] == "refunded"
    assert await till.balances(held) == {}
    assert till.unequal() == []


async def test_what_went_back_before_does_not_lessen_what_goes_back_for_tickets(
    visitor: httpx.AsyncClient, till: Till
) -> None:
    held = await till.hold()
    part = await begin(visitor, held)
    await upload(visitor, ("3.00", part["reference"]))
    lines = {"lines": [{"ticket_type_id": till.type_id, "quantity": 2}]}
    changed = await visitor.put(f"/bookings/{held.id}/lines", json=lines)
    assert changed.status_code == 200, changed.text
    whole = await begin(visitor, held)
    await upload(visitor, ("52.00", whole["reference"]))
    await visitor.post(f"/bookings/{held.id}/cancellations", json={"tickets": [1]})
    payments = (await visitor.get(f"/bookings/{held.id}/payments")).json()
    assert [[one["amount_minor"] for one in paid["refunds"]] for paid in payments] == [[300], [2_600]]
    assert till.unequal() == []


async def test_a_part_goes_back_at_the_end_of_the_time_for_it(
    visitor: httpx.AsyncClient, till: Till, deps: Deps, conninfo: str
) -> None:
    begun = await begin(visitor, held := await till.hold())
    await upload(visitor, ("20.00", begun["reference"]))
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE payments SET expires_at = now()")
    await payment.sweep(deps)
    one = await shown(visitor, held)
    assert (one["state"], one["refunds"][0]["amount_minor"]) == ("refunding", 2_000)
    assert await till.balances(held) == {"bank": 2_000, "buyer": -2_000}
    assert till.unequal() == []


async def test_a_transfer_ends_also_where_none_is_offered_any_more(
    till: Till, deps: Deps, conninfo: str, caplog: pytest.LogCaptureFixture
) -> None:
    held = await till.hold()
    await payment.begin(deps, held.id, "bank_transfer")
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE payments SET expires_at = now()")
    async with running_deps(conninfo) as without_an_account:
        assert await payment.sweep(without_an_account) == 1
    assert [one.state for one in (await payment.of_booking(deps, held.id))[0]] == ["cancelled"]
    assert "payment not settled" not in caplog.text


@pytest.mark.parametrize("parts_before", [0, 1])
async def test_a_part_that_comes_in_while_its_payment_is_closed_goes_back_with_the_others(
    visitor: httpx.AsyncClient, till: Till, deps: Deps, parts_before: int
) -> None:
    begun = await begin(visitor, held := await till.hold())
    for _ in range(parts_before):
        await upload(visitor, ("20.00", begun["reference"]))
    (looked_at,), _ = await payment.of_booking(deps, held.id)
    await upload(visitor, ("10.00", begun["reference"]))
    await payment._close(deps, looked_at)
    one = await shown(visitor, held)
    received_minor = 1_000 + 2_000 * parts_before
    assert (one["state"], one["refunds"][0]["amount_minor"]) == ("refunding", received_minor)
    assert await till.balances(held) == {"bank": received_minor, "buyer": -received_minor}


async def test_only_who_may_sell_uploads_statements(
    closed_client: httpx.AsyncClient, client: httpx.AsyncClient
) -> None:
    assert_problem(await closed_client.post(STATEMENTS, content=b"x"), 401, "api_key_required")
    path = f"/bookings/{NOBODY}/refunds/{NOBODY}/completion"
    assert_problem(await closed_client.post(path), 401, "api_key_required")
    assert_problem(await client.post(STATEMENTS, content=b"nonsense"), 422, "validation_failed", "body")
