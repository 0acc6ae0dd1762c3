"""Stripe: however its answers and notices come, there is one payment, and money has its ticket or goes back."""

import asyncio
import json
import random
from datetime import timedelta

import psycopg
import pytest

from fullhouse.actions import booking, cancellation, payment, refund, statement
from fullhouse.actions.deps import Deps
from fullhouse.outside.payments.provider import ProviderUnavailable
from fullhouse.rules.booking import Booking, CancelRequest
from fullhouse.rules.payment import Payment
from fullhouse.rules.refusals import BookingNotHeld, HoldExpired, SignatureInvalid
from tests.cast import running_deps
from tests.outside.stripe_desk import BAD_CARD, Fault, StripeDesk, settings_for, signed
from tests.till import Till, open_till, told

GROSS = 5_200


async def begin(deps: Deps, held: Booking) -> Payment:
    return await payment.begin(deps, held.id, "stripe")


async def tell(deps: Deps, body: bytes) -> Payment | None:
    return await payment.hear(deps, "stripe", body, signed(body)["stripe-signature"])


async def payments(deps: Deps, held: Booking) -> list[Payment]:
    return (await payment.of_booking(deps, held.id))[0]


def reference(one: Payment) -> str:
    assert one.reference is not None
    return one.reference


def leave(conninfo: str) -> None:
    """Whoever was at the payments went away a minute ago."""
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE payments SET changed_at = now() - interval '1 minute'")


async def test_a_paid_hold_is_confirmed_by_the_notice(deps: Deps, till: Till, desk: StripeDesk) -> None:
    held = await till.hold()
    begun = await begin(deps, held)
    assert begun.state == "open"
    assert begun.instructions["client_secret"].startswith(reference(begun))
    await desk.pay(reference(begun))
    heard = await tell(deps, await desk.notice(reference(begun)))
    assert heard is not None
    assert (heard.state, heard.received_minor) == ("paid", GROSS)
    assert (await till.now(held)).paid_by == "stripe"
    assert await till.balances(held) == {"stripe": GROSS, "sales": -4_202, "tax": -798, "fees": -200}
    assert till.unequal() == []


async def test_a_hold_lasts_while_it_is_paid_but_not_for_ever(deps: Deps, till: Till, conninfo: str) -> None:
    held = await till.hold()
    await begin(deps, held)
    until = (await till.now(held)).expires_at
    assert until is not None
    assert held.expires_at is not None
    assert held.expires_at < until <= held.created_at + timedelta(minutes=30)
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE bookings SET created_at = now() - interval '29 minutes'")
        conn.execute("UPDATE payments SET state = 'cancelled'")
    before = (await till.now(held)).created_at
    again = await begin(deps, held)
    assert again.expires_at is not None
    assert (await till.now(held)).expires_at == until, "a hold is never made shorter"
    assert before + timedelta(minutes=30) < until


async def test_who_begins_again_gets_the_same_payment(deps: Deps, till: Till, desk: StripeDesk) -> None:
    held = await till.hold()
    begun = await asyncio.gather(*(begin(deps, held) for _ in range(5)))
    assert len({one.id for one in begun}) == 1
    assert len({one.reference for one in begun}) == 1
    assert len(await desk.intents()) == 1


@pytest.mark.parametrize("fault", [Fault.LOST, Fault.ANSWER_LOST, Fault.NONSENSE, Fault.EMPTY, Fault.SLOW])
async def test_when_the_provider_fails_the_hold_lives_and_trying_again_charges_once(
    deps: Deps, till: Till, desk: StripeDesk, fault: Fault
) -> None:
    held = await till.hold()
    desk.faults.append(fault)
    with pytest.raises(ProviderUnavailable):
        await begin(deps, held)
    assert (await till.now(held)).status == "held"
    begun = await begin(deps, held)
    assert len(await desk.intents()) == 1
    await desk.pay(reference(begun))
    notice = await desk.notice(reference(begun))
    desk.faults.append(fault)
    with pytest.raises(ProviderUnavailable):
        await tell(deps, notice)
    await tell(deps, notice)
    assert (await till.now(held)).status == "confirmed"
    assert (await till.balances(held))["stripe"] == GROSS


async def test_notices_come_twice_late_and_out_of_order_and_have_one_effect(
    deps: Deps, till: Till, desk: StripeDesk
) -> None:
    held = await till.hold()
    begun = await begin(deps, held)
    created = await desk.notice(reference(begun), "payment_intent.created")
    await desk.pay(reference(begun))
    succeeded = await desk.notice(reference(begun))
    notices = [succeeded, created, succeeded, created, succeeded]
    random.Random(3).shuffle(notices)
    await asyncio.gather(*(tell(deps, notice) for notice in notices))
    for notice in notices:
        await tell(deps, notice)
    (one,) = await payments(deps, held)
    assert one.state == "paid"
    assert len([one for one in await till.postings(held) if one.money_account == "stripe"]) == 1
    assert await desk.refunds() == []
    assert till.unequal() == []


async def test_a_notice_that_comes_before_the_answer_finds_its_payment(
    deps: Deps, till: Till, desk: StripeDesk
) -> None:
    held = await till.hold()
    desk.faults.append(Fault.ANSWER_LOST)
    with pytest.raises(ProviderUnavailable):
        await begin(deps, held)
    (intent,) = await desk.intents()
    assert (await payments(deps, held))[0].reference is None
    await desk.pay(intent["id"])
    heard = await tell(deps, await desk.notice(intent["id"]))
    assert heard is not None
    assert heard.state == "paid"
    assert (await till.now(held)).status == "confirmed"


async def test_a_late_payment_gets_its_places_while_they_are_free(deps: Deps, till: Till, desk: StripeDesk) -> None:
    held = await till.hold()
    begun = await begin(deps, held)
    till.run_out(held)
    assert [count async for count in booking.release_due(deps)] == [1]
    await desk.pay(reference(begun))
    await tell(deps, await desk.notice(reference(begun)))
    assert (await till.now(held)).status == "confirmed"


async def test_a_payment_that_is_too_late_goes_back_by_itself_and_says_so(
    deps: Deps, till: Till, desk: StripeDesk
) -> None:
    held = await till.hold()
    begun = await begin(deps, held)
    till.run_out(held)
    await till.hold(paid_by="cash")
    await desk.pay(reference(begun))
    notice = await desk.notice(reference(begun))
    await asyncio.gather(*(tell(deps, notice) for _ in range(4)))
    (one,) = await payments(deps, held)
    assert (one.state, one.reason, one.refunded_minor) == ("refunded", "hold_expired", GROSS)
    assert [made["amount"] for made in await desk.refunds()] == [GROSS]
    assert await till.balances(held) == {}
    assert till.unequal() == []


async def test_a_refund_whose_answer_is_lost_is_taken_up_again_and_made_once(
    deps: Deps, till: Till, desk: StripeDesk, conninfo: str
) -> None:
    held = await till.hold()
    begun = await begin(deps, held)
    await desk.pay(reference(begun))
    await tell(deps, await desk.notice(reference(begun)))
    original = desk._passed_on

    async def failing(scope: object, path: str, headers: dict[bytes, bytes], body: bytes) -> tuple[int, bytes]:
        answer = await original(scope, path, headers, body)
        return (502, b"<html>") if path == "/v1/refunds" and body else answer

    desk._passed_on = failing  # type: ignore[method-assign] # a fault at one call alone
    await cancellation.cancel(deps, CancelRequest("", held.id))
    assert (await payments(deps, held))[0].state == "refunding"
    assert await till.balances(held) == {"stripe": GROSS, "buyer": -GROSS}
    desk._passed_on = original  # type: ignore[method-assign] # it is over
    leave(conninfo)
    desk._kept.clear()
    assert await payment.sweep(deps) == 1
    assert (await payments(deps, held))[0].state == "refunded"
    assert len(await desk.refunds()) == 1
    assert await till.balances(held) == {}


async def test_what_was_received_but_not_finished_is_taken_up_again(
    deps: Deps, till: Till, desk: StripeDesk, conninfo: str
) -> None:
    held = await till.hold()
    begun = await begin(deps, held)
    await desk.pay(reference(begun))
    seen = await deps.providers["stripe"].look(begun)
    await payment._received(deps, begun, seen.received_minor)
    assert await payment.sweep(deps) == 0, "whoever is at it has some time"
    leave(conninfo)
    assert await payment.sweep(deps) == 1
    assert (await payments(deps, held))[0].state == "paid"
    assert (await till.now(held)).status == "confirmed"


async def test_an_open_payment_is_closed_at_the_end_of_its_time_unless_it_was_paid(
    deps: Deps, till: Till, desk: StripeDesk, conninfo: str
) -> None:
    slow, quick = await till.hold(1), await till.hold(1)
    await begin(deps, slow)
    paid = await begin(deps, quick)
    await desk.pay(reference(paid))
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE payments SET expires_at = now()")
    assert await payment.sweep(deps) == 2
    assert [one.state for one in await payments(deps, slow)] == ["cancelled"]
    assert [one.state for one in await payments(deps, quick)] == ["paid"]
    assert (await till.now(quick)).status == "confirmed"


async def test_who_pays_at_the_desk_meanwhile_pays_once(deps: Deps, till: Till, desk: StripeDesk) -> None:
    held = await till.hold()
    begun = await begin(deps, held)
    await payment.begin(deps, held.id, "cash")
    assert [one.state for one in await payments(deps, held)] == ["paid", "cancelled"]
    assert (await desk.intents())[0]["status"] == "canceled"
    assert reference(begun)


async def test_money_that_comes_twice_goes_back_once(deps: Deps, till: Till, desk: StripeDesk) -> None:
    held = await till.hold()
    begun = await begin(deps, held)
    await desk.pay(reference(begun))
    await till.confirm(held, "cash")
    await tell(deps, await desk.notice(reference(begun)))
    desk_payment, one = await payments(deps, held)
    assert desk_payment.state == "paid"
    assert (one.state, one.reason) == ("refunded", "paid_twice")
    assert (await till.balances(held))["cash"] == GROSS
    assert "buyer" not in await till.balances(held)
    assert till.unequal() == []


async def test_a_card_that_is_declined_leaves_the_payment_open_for_another(
    deps: Deps, till: Till, desk: StripeDesk
) -> None:
    held = await till.hold()
    begun = await begin(deps, held)
    await desk.pay(reference(begun), BAD_CARD)
    heard = await tell(deps, await desk.notice(reference(begun), "payment_intent.payment_failed"))
    assert heard is not None
    assert (heard.state, heard.reason) == ("open", "card_declined")


async def test_a_part_goes_back_and_cancelling_sends_the_rest(deps: Deps, till: Till, desk: StripeDesk) -> None:
    held = await till.hold()
    begun = await begin(deps, held)
    await desk.pay(reference(begun))
    await tell(deps, await desk.notice(reference(begun)))
    one, made = await refund.ask(deps, await till.now(held), begun.id, 1_000)
    assert (one.state, one.refunded_minor, made.state) == ("paid", 1_000, "done")
    await cancellation.cancel(deps, CancelRequest("", held.id))
    (one,) = await payments(deps, held)
    assert (one.state, one.refunded_minor) == ("refunded", GROSS)
    assert sorted(made["amount"] for made in await desk.refunds()) == [1_000, GROSS - 1_000]
    assert till.unequal() == []


async def test_a_hold_that_has_run_out_is_not_paid_any_more(deps: Deps, till: Till, desk: StripeDesk) -> None:
    held = await till.hold()
    till.run_out(held)
    with pytest.raises(HoldExpired):
        await begin(deps, held)
    assert await desk.intents() == []


async def test_who_has_transferred_a_part_gets_it_back_and_pays_by_card(conninfo: str, desk: StripeDesk) -> None:
    bank = {"bank_iban": "DE02120300000000202051", "bank_holder": "Box office"}
    async with running_deps(conninfo, **settings_for(desk.url), **bank) as deps:
        till = await open_till(deps, conninfo, total_seats=2)
        held = await till.hold()
        transfer = await payment.begin(deps, held.id, "bank_transfer")
        line = f"2030-05-01;20.00;EUR;Ada;{transfer.reference}"
        await statement.read(deps, f"date;amount;currency;payer;text\n{line}\n".encode())
        begun = await begin(deps, held)
        await desk.pay(reference(begun))
        await tell(deps, await desk.notice(reference(begun)))
        assert [one.state for one in await payments(deps, held)] == ["refunding", "paid"]
        (_, (asked,)) = await payment.of_booking(deps, held.id)
        assert (asked.state, asked.amount_minor) == ("asked", 2_000)
        await refund.complete(deps, held, asked.id, None, told)
        assert (await till.now(held)).paid_by == "stripe"
        assert await till.balances(held) == {"stripe": GROSS, "sales": -4_202, "tax": -798, "fees": -200}


async def test_what_other_hands_sent_back_does_not_go_back_again(deps: Deps, till: Till, desk: StripeDesk) -> None:
    held = await till.hold()
    begun = await begin(deps, held)
    await desk.pay(reference(begun))
    await tell(deps, await desk.notice(reference(begun)))
    original = desk._passed_on

    async def refusing(scope: object, path: str, headers: dict[bytes, bytes], body: bytes) -> tuple[int, bytes]:
        if path == "/v1/refunds" and body:
            return 400, b'{"error": {"type": "invalid_request_error", "code": "charge_already_refunded"}}'
        return await original(scope, path, headers, body)

    desk._passed_on = refusing  # type: ignore[method-assign] # a refusal that the stand-in does not know
    one, made = await refund.ask(deps, await till.now(held), begun.id, None)
    assert (one.state, one.reason, made.state) == ("refund_failed", "charge_already_refunded", "failed")
    desk._passed_on = original  # type: ignore[method-assign] # it is over
    one, made = await refund.ask(deps, await till.now(held), begun.id, None)
    assert (one.state, made.state) == ("refunded", "done")


async def test_only_signed_notices_are_heard(deps: Deps, till: Till, desk: StripeDesk) -> None:
    begun = await begin(deps, await till.hold())
    body = await desk.notice(reference(begun))
    good = signed(body)["stripe-signature"]
    bad = [
        "",
        "t=1,v1=00",
        signed(body, "other")["stripe-signature"],
        signed(body, age_seconds=400)["stripe-signature"],
    ]
    for signature in bad:
        with pytest.raises(SignatureInvalid):
            await payment.hear(deps, "stripe", body, signature)
    for other in (body + b" ", b"\xff", b"[]", b"{}"):
        with pytest.raises(SignatureInvalid):
            await payment.hear(deps, "stripe", other, good)
    for nonsense in (b"[]", b"{}", b'{"data": {"object": 1}}'):
        with pytest.raises(SignatureInvalid):
            await payment.hear(deps, "stripe", nonsense, signed(nonsense)["stripe-signature"])


async def test_a_notice_of_something_else_is_passed_over(deps: Deps, till: Till) -> None:
    for found in ({"object": "customer", "id": "cus_1"}, {"object": "charge", "metadata": {"payment_id": "' OR 1=1"}}):
        assert await tell(deps, json.dumps({"data": {"object": found}}).encode()) is None


async def test_what_is_paid_can_not_be_paid_again(deps: Deps, till: Till, desk: StripeDesk) -> None:
    held = await till.hold()
    begun = await begin(deps, held)
    await desk.pay(reference(begun))
    await tell(deps, await desk.notice(reference(begun)))
    with pytest.raises(BookingNotHeld):
        await begin(deps, held)
