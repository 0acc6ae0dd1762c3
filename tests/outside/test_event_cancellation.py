"""Cancelling a whole event that was paid by Stripe: each charge goes back once, also when Stripe is away."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from fullhouse.actions import event_cancellation, payment, reconciliation
from fullhouse.actions.deps import Deps
from fullhouse.outside.payments.provider import ProviderUnavailable
from fullhouse.rules.booking import Booking
from fullhouse.rules.event_cancellation import Due, Owed, PaymentSum
from fullhouse.rules.payment import Payment
from fullhouse.rules.refusals import EventCancelled
from tests.cancelling import cancel_event, leave, progress, statuses, work
from tests.cast import assert_clean, running_deps
from tests.outside.stripe_desk import SECRET_KEY, WEBHOOK_SECRET, Fault, StripeDesk, signed
from tests.till import Till, open_till

GROSS = 2_600


@pytest.fixture
async def till(deps: Deps, conninfo: str) -> Till:
    return await open_till(deps, conninfo)


async def begun(deps: Deps, desk: StripeDesk, held: Booking) -> Payment:
    """A buyer has paid, and no notice of it has come."""
    one = await payment.begin(deps, held.id, "stripe")
    assert one.reference is not None
    await desk.pay(one.reference)
    return one


async def tell(deps: Deps, desk: StripeDesk, one: Payment) -> Payment | None:
    assert one.reference is not None
    body = await desk.notice(one.reference)
    return await payment.hear(deps, "stripe", body, signed(body)["stripe-signature"])


async def paid(deps: Deps, desk: StripeDesk, till: Till) -> Booking:
    held = await till.hold(1)
    await tell(deps, desk, await begun(deps, desk, held))
    return held


async def sent_back(desk: StripeDesk) -> Counter[str]:
    """How often each charge was sent back; always all of it."""
    made = await desk.refunds()
    assert {one["amount"] for one in made} <= {GROSS}
    return Counter(one["charge"] for one in made)


async def test_all_charges_go_back_and_the_house_is_in_order(
    deps: Deps, till: Till, desk: StripeDesk, conninfo: str
) -> None:
    sold = [await paid(deps, desk, till) for _ in range(4)]
    cash = await till.hold(1, paid_by="cash")
    await cancel_event(deps, till.event_id)
    await asyncio.gather(work(deps), work(deps))
    done = await progress(deps, till.event_id)
    assert done.cancellation.state == "done"
    assert done.payments == [
        PaymentSum("cash", "paid", 1, GROSS, 0),
        PaymentSum("stripe", "refunded", 4, 4 * GROSS, 4 * GROSS),
    ]
    assert done.owed == Owed(GROSS, Due(1, GROSS))
    assert sorted((await sent_back(desk)).values()) == [1] * 4
    for one in sold:
        ((each,), _) = await payment.of_booking(deps, one.id)
        assert (each.state, each.reason) == ("refunded", "event_cancelled")
    report = await reconciliation.run(deps, 35, repair=True)
    assert [(one.kind, one.booking_id) for one in report.findings] == [("refund_missing", cash.id)]
    assert till.unequal() == []
    await assert_clean(conninfo)


async def test_when_the_provider_goes_away_the_job_goes_on_and_the_worker_sends_the_rest(
    deps: Deps, till: Till, desk: StripeDesk, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_cancellation, "PAGE", 2)
    for _ in range(6):
        await paid(deps, desk, till)
    await cancel_event(deps, till.event_id)
    job = event_cancellation.carry_on(deps)
    await anext(job)
    assert len(await sent_back(desk)) == 2
    desk.faults.extend([Fault.LOST] * 50)
    assert [event_id async for event_id in job] == [till.event_id] * 3
    done = await progress(deps, till.event_id)
    assert (done.cancellation.state, statuses(conninfo, till.event_id)) == ("done", {"cancelled": 6})
    assert [(one.state, one.payments) for one in done.payments] == [("refunded", 2), ("refunding", 4)]
    assert done.owed == Owed(4 * GROSS, Due(0, 0))
    desk.faults.clear()
    assert (await reconciliation.run(deps, 35, repair=False)).findings == [], "what is under way is no difference"
    leave(conninfo)
    assert await payment.sweep(deps) == 4
    assert sorted((await sent_back(desk)).values()) == [1] * 6
    assert (await progress(deps, till.event_id)).owed == Owed(0, Due(0, 0))
    assert till.unequal() == []


async def test_refunds_that_get_no_answer_keep_no_others_waiting(
    deps: Deps, till: Till, desk: StripeDesk, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(payment, "SWEEP_MAX", 2)
    monkeypatch.setattr(payment, "LEFT_AFTER", timedelta(0))
    sold = [await paid(deps, desk, till) for _ in range(4)]
    unlucky = [(await payment.of_booking(deps, one.id))[0][0].id.encode() for one in sold[:2]]
    await cancel_event(deps, till.event_id)
    desk.faults.extend([Fault.LOST] * 50)
    await work(deps)
    desk.faults.clear()
    original = desk._passed_on

    async def failing(scope: object, path: str, headers: dict[bytes, bytes], body: bytes) -> tuple[int, bytes]:
        if path == "/v1/refunds" and any(one in body for one in unlucky):
            return 502, b"<html>"
        return await original(scope, path, headers, body)

    desk._passed_on = failing  # type: ignore[method-assign] # a fault of some refunds alone
    assert [await payment.sweep(deps) for _ in range(3)] == [2, 2, 2]
    assert (await progress(deps, till.event_id)).owed == Owed(2 * GROSS, Due(0, 0))


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.NONSENSE, Fault.SLOW])
async def test_however_the_provider_answers_nothing_goes_back_twice(
    deps: Deps, till: Till, desk: StripeDesk, conninfo: str, fault: Fault
) -> None:
    for _ in range(3):
        await paid(deps, desk, till)
    await cancel_event(deps, till.event_id)
    original = desk._passed_on

    async def failing(scope: object, path: str, headers: dict[bytes, bytes], body: bytes) -> tuple[int, bytes]:
        answer = await original(scope, path, headers, body)
        if path == "/v1/refunds" and body:
            desk.faults.clear()
            if fault is Fault.SLOW:
                await asyncio.sleep(1.5)
            return (200, b"<html>") if fault is Fault.NONSENSE else (502, b"<html>")
        return answer

    desk._passed_on = failing  # type: ignore[method-assign] # a fault at one call alone
    await work(deps)
    assert (await progress(deps, till.event_id)).cancellation.state == "done"
    desk._passed_on = original  # type: ignore[method-assign] # it is over
    leave(conninfo)
    # As when so long a time has passed that the keys are forgotten.
    desk._kept.clear()
    await payment.sweep(deps)
    assert sorted((await sent_back(desk)).values()) == [1] * 3
    assert till.unequal() == []


async def test_two_processes_at_the_same_page_send_each_charge_back_once(
    deps: Deps, till: Till, desk: StripeDesk, conninfo: str
) -> None:
    for _ in range(5):
        await paid(deps, desk, till)
    await cancel_event(deps, till.event_id)
    stripe = {"stripe_secret_key": SECRET_KEY, "stripe_webhook_secret": WEBHOOK_SECRET, "stripe_url": desk.url}
    async with running_deps(conninfo, **stripe) as other:
        await asyncio.gather(*(event_cancellation._do_page(one, till.event_id, 0) for one in (deps, other)))
    assert sorted((await sent_back(desk)).values()) == [1] * 5
    assert (await progress(deps, till.event_id)).owed == Owed(0, Due(0, 0))
    assert till.unequal() == []


async def test_who_was_about_to_pay_can_not_pay_any_more(deps: Deps, till: Till, desk: StripeDesk) -> None:
    held = await till.hold(1)
    await payment.begin(deps, held.id, "stripe")
    await cancel_event(deps, till.event_id)
    with pytest.raises(EventCancelled):
        await payment.begin(deps, held.id, "stripe")
    await work(deps)
    assert [one["status"] for one in await desk.intents()] == ["canceled"]
    ((one,), _) = await payment.of_booking(deps, held.id)
    assert one.state == "cancelled"


@pytest.mark.parametrize("is_worked_on", [False, True])
async def test_who_paid_at_the_last_moment_gets_his_money_back_and_is_told_why(
    deps: Deps, till: Till, desk: StripeDesk, conninfo: str, *, is_worked_on: bool
) -> None:
    held = await till.hold(1)
    one = await begun(deps, desk, held)
    await cancel_event(deps, till.event_id)
    if is_worked_on:
        await work(deps)
    await asyncio.gather(*(tell(deps, desk, one) for _ in range(3)))
    await work(deps)
    ((after,), _) = await payment.of_booking(deps, held.id)
    assert (after.state, after.reason, after.refunded_minor) == ("refunded", "event_cancelled", GROSS)
    assert (await till.now(held)).status == "cancelled"
    assert sorted((await sent_back(desk)).values()) == [1]
    assert await till.balances(held) == {}
    assert till.unequal() == []
    await assert_clean(conninfo)


async def test_an_open_payment_of_a_provider_that_is_away_is_closed_later(
    deps: Deps, till: Till, desk: StripeDesk, conninfo: str
) -> None:
    held = await till.hold(1)
    one = await begun(deps, desk, held)
    await cancel_event(deps, till.event_id)
    desk.faults.extend([Fault.LOST] * 5)
    await work(deps)
    ((still,), _) = await payment.of_booking(deps, held.id)
    assert still.state == "open"
    with pytest.raises(ProviderUnavailable):
        await tell(deps, desk, one)
    desk.faults.clear()
    await tell(deps, desk, one)
    ((after,), _) = await payment.of_booking(deps, held.id)
    assert (after.state, after.reason) == ("refunded", "event_cancelled")
