"""The history of a booking over HTTP: what happened, in order of time, for whoever knows its id."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import psycopg
import pytest

from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Booking
from tests.cast import running_deps
from tests.till import Till
from tests.web.asking import NOBODY, Json, assert_problem, new_booking
from tests.web.basket_office import assert_documented, confirm, new_hold, new_offering
from tests.web.conftest import serving
from tests.web.test_bank_transfers import BANK, begin, upload

GROSS = 5_200
MONEY = {"amount_minor": GROSS, "currency": "EUR"}


@pytest.fixture
async def deps(conninfo: str) -> AsyncIterator[Deps]:
    async with running_deps(conninfo, **BANK) as running:
        yield running


async def history(client: httpx.AsyncClient, booking_id: str) -> list[Json]:
    """What is told, in the shape that is documented, in order of time, and without the code of any ticket."""
    answer = await client.get(f"/bookings/{booking_id}/history")
    await assert_documented(client, answer)
    told: list[Json] = answer.json()
    moments = [datetime.fromisoformat(entry["at"]) for entry in told]
    assert moments == sorted(moments)
    assert moments[-1] <= datetime.now(UTC)
    for ticket in (await client.get(f"/bookings/{booking_id}/tickets")).json():
        assert ticket["code"] not in answer.text
    return told


def words(told: list[Json]) -> list[tuple[str, str | None]]:
    return [(entry["what"], entry["by"]) for entry in told]


def details(told: list[Json], what: str) -> list[Any]:
    return [entry["details"] for entry in told if entry["what"] == what]


async def test_a_plain_booking_was_made_and_cancelled(client: httpx.AsyncClient, event: Json) -> None:
    booking = await new_booking(client, event["id"], 2)
    made = {"at": booking["created_at"], "what": "made", "by": "buyer", "details": {"status": "confirmed"}}
    assert await history(client, booking["id"].upper()) == [made]
    cancelled = (await client.patch(f"/bookings/{booking['id']}/cancel")).json()
    told = await history(client, booking["id"])
    assert words(told) == [("made", "buyer"), ("cancelled", "staff")]
    assert told[1]["at"] == cancelled["cancelled_at"]


async def test_what_is_paid_at_the_desk_is_received_confirmed_and_goes_back(
    client: httpx.AsyncClient, till: Till
) -> None:
    held = await till.hold()
    payment = (await client.post(f"/bookings/{held.id}/payments", json={"provider": "cash"})).json()
    await client.patch(f"/bookings/{held.id}/cancel")
    refund = {"payment_id": payment["id"], "amount_minor": 1_000}
    made = (await client.post(f"/bookings/{held.id}/refunds", json=refund)).json()
    told = await history(client, held.id)
    assert words(told) == [
        ("made", "buyer"),
        ("money_received", "staff"),
        ("confirmed", "staff"),
        ("cancelled", "staff"),
        ("refund_asked", "staff"),
        ("refund_done", None),
    ]
    named = {"payment_id": payment["id"], "provider": "cash"}
    assert details(told, "made") == [{"status": "held"}]
    assert details(told, "money_received") == [{**named, **MONEY}]
    assert details(told, "confirmed") == [{"paid_by": "cash", **MONEY}]
    back = {**named, "refund_id": made["id"], "reason": "asked_by_staff", "amount_minor": 1_000, "currency": "EUR"}
    assert details(told, "refund_asked") == details(told, "refund_done") == [back]
    # Money and confirmation are of one batch.
    assert told[1]["at"] == told[2]["at"] == payment["created_at"]


async def test_what_was_sold_or_given_at_the_desk_was_so_by_staff(client: httpx.AsyncClient, till: Till) -> None:
    sold = await history(client, (await till.hold(1, paid_by="card_terminal")).id)
    assert words(sold) == [("made", "staff"), ("money_received", "staff")]
    given = await history(client, (await till.hold(1, paid_by="comp")).id)
    assert given[0]["details"] == {"status": "confirmed", "paid_by": "comp", "amount_minor": 0, "currency": "EUR"}
    assert words(given) == [("made", "staff")]


async def test_a_hold_that_ran_out_and_was_confirmed_late_shows_both(
    client: httpx.AsyncClient, conninfo: str, till: Till
) -> None:
    held = await till.hold()
    assert words(await history(client, held.id)) == [("made", "buyer")]
    let_run_out_now(conninfo, held)
    assert words(await history(client, held.id)) == [("made", "buyer"), ("expired", None)]
    assert (await confirm(client, held.id, "comp")).status_code == 200
    told = await history(client, held.id)
    assert words(told) == [("made", "buyer"), ("expired", None), ("confirmed", "staff")]
    assert details(told, "confirmed") == [{"paid_by": "comp", "amount_minor": 0, "currency": "EUR"}]
    assert told[1]["at"] < told[2]["at"]


def let_run_out_now(conninfo: str, held: Booking) -> None:
    """A hold runs out now, which is after it was made."""
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE bookings SET expires_at = clock_timestamp() WHERE id = %s", [held.id])
        conn.execute("UPDATE houses SET next_expiry_at = clock_timestamp()")


async def test_transfers_are_told_part_by_part_and_never_who_sent_them(conninfo: str, till: Till) -> None:
    async with serving(conninfo, **BANK) as url, httpx.AsyncClient(base_url=url, timeout=30) as visitor:
        begun = await begin(visitor, held := await till.hold())
        for amount in ("50.00", "2.00"):
            await upload(visitor, (amount, f"{begun['reference']} secret words"))
        told = await history(visitor, held.id)
        answer = (await visitor.get(f"/bookings/{held.id}/history")).text
    assert words(told) == [
        ("made", "buyer"),
        ("payment_begun", "buyer"),
        ("money_received", "buyer"),
        ("money_received", "buyer"),
        ("confirmed", "buyer"),
    ]
    named = {"payment_id": begun["id"], "provider": "bank_transfer", "currency": "EUR"}
    assert details(told, "payment_begun") == [{**named, "amount_minor": GROSS}]
    assert details(told, "money_received") == [{**named, "amount_minor": 5_000}, {**named, "amount_minor": 200}]
    assert details(told, "confirmed") == [{"paid_by": "bank_transfer", **MONEY}]
    for secret in ("Ada", "secret", begun["reference"], BANK["bank_iban"]):
        assert secret not in answer


async def test_money_that_came_too_late_is_told_with_where_it_went(conninfo: str, till: Till) -> None:
    async with serving(conninfo, **BANK) as url, httpx.AsyncClient(base_url=url, timeout=30) as visitor:
        begun = await begin(visitor, held := await till.hold())
        let_run_out_now(conninfo, held)
        await till.hold(paid_by="cash")
        await upload(visitor, ("52.00", begun["reference"]))
        told = await history(visitor, held.id)
        assert words(told) == [
            ("made", "buyer"),
            ("payment_begun", "buyer"),
            ("expired", None),
            ("money_received", "buyer"),
            ("refund_asked", None),
        ]
        assert details(told, "refund_asked")[0]["reason"] == "hold_expired"
        await visitor.post(f"/bookings/{held.id}/refunds/{details(told, 'refund_asked')[0]['refund_id']}/completion")
        told = await history(visitor, held.id)
    assert words(told)[-1] == ("refund_done", None)
    assert details(told, "refund_done") == details(told, "refund_asked")


async def test_who_chooses_another_way_of_paying_leaves_the_first(conninfo: str, till: Till) -> None:
    async with serving(conninfo, **BANK) as url, httpx.AsyncClient(base_url=url, timeout=30) as visitor:
        begun = await begin(visitor, held := await till.hold())
        await visitor.post(f"/bookings/{held.id}/payments", json={"provider": "card_terminal"})
        told = await history(visitor, held.id)
    assert words(told) == [
        ("made", "buyer"),
        ("payment_begun", "buyer"),
        ("money_received", "staff"),
        ("confirmed", "staff"),
        ("payment_cancelled", None),
    ]
    assert details(told, "payment_cancelled")[0]["payment_id"] == begun["id"]


async def test_what_others_do_to_the_booking_is_told_by_its_row(
    client: httpx.AsyncClient, conninfo: str, event: Json
) -> None:
    """Changes that the engine writes, in the form in which it writes them."""
    held = await new_hold(client, await new_offering(client, conninfo))
    line = {"ticket_type_id": NOBODY, "quantity": 1}
    with psycopg.connect(conninfo) as conn:
        for what, by, body in (
            ("lines", "buyer", {"lines_before": [line], "lines_after": [line, line]}),
            ("cancellation", "event_cancellation", {"tickets": [2], "refund_minor": 500}),
        ):
            conn.execute(
                "INSERT INTO booking_changes SELECT event_id, number, gen_random_uuid(), clock_timestamp(), %s, %s, %s"
                " FROM bookings WHERE id = %s",
                [what, by, psycopg.types.json.Jsonb(body), held["id"]],
            )
    told = await history(client, held["id"])
    assert words(told)[1:] == [("lines_changed", "buyer"), ("tickets_cancelled", "event_cancellation")]
    assert details(told, "lines_changed") == [{"lines_before": [line], "lines_after": [line, line]}]
    assert details(told, "tickets_cancelled") == [{"tickets": [2], "refund_minor": 500, "currency": "EUR"}]
    other = await new_booking(client, event["id"])
    assert words(await history(client, other["id"])) == [("made", "buyer")], "others know nothing of it"


async def test_a_stranger_who_does_not_know_the_id_learns_nothing(closed_client: httpx.AsyncClient, till: Till) -> None:
    held = await till.hold()
    for unknown in (NOBODY, held.event_id, "1", "x" * 3_000):
        assert_problem(await closed_client.get(f"/bookings/{unknown}/history"), 404, "booking_not_found")
    assert words(await history(closed_client, held.id)) == [("made", "buyer")]
