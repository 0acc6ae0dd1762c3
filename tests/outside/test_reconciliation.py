"""Reconciling: what does not fit between tickets, ledger and Stripe is found, and mended where nobody has to judge."""

import psycopg

from fullhouse.actions import cancellation, payment, reconciliation, refund
from fullhouse.actions.deps import Deps
from fullhouse.actions.reconciliation import Report
from fullhouse.rules.booking import Booking, CancelRequest
from fullhouse.rules.payment import Payment
from tests.outside.stripe_desk import Fault, StripeDesk, signed
from tests.till import Till

GROSS = 5_200


async def run(deps: Deps, *, repair: bool = False) -> Report:
    return await reconciliation.run(deps, 35, repair=repair)


def kinds(report: Report) -> list[str]:
    return [finding.kind for finding in report.findings]


async def begun(deps: Deps, desk: StripeDesk, held: Booking) -> Payment:
    """A buyer has paid, and no notice of it has come."""
    one = await payment.begin(deps, held.id, "stripe")
    assert one.reference is not None
    await desk.pay(one.reference)
    return one


async def paid(deps: Deps, desk: StripeDesk, held: Booking) -> Payment:
    one = await begun(deps, desk, held)
    assert one.reference is not None
    body = await desk.notice(one.reference)
    heard = await payment.hear(deps, "stripe", body, signed(body)["stripe-signature"])
    assert heard is not None
    return heard


async def test_a_house_in_order_has_nothing_to_mend(deps: Deps, till: Till, desk: StripeDesk) -> None:
    await paid(deps, desk, await till.hold(1))
    await till.hold(1, paid_by="cash")
    assert await run(deps, repair=True) == Report(1, [], [], [])


async def test_what_was_paid_while_nobody_heard_gets_its_tickets(deps: Deps, till: Till, desk: StripeDesk) -> None:
    held = await till.hold()
    one = await begun(deps, desk, held)
    (finding,) = (await run(deps)).findings
    assert (finding.kind, finding.amount_minor, finding.payment_id) == ("paid_without_ticket", GROSS, one.id)
    report = await run(deps, repair=True)
    assert (report.findings, report.mended) == ([], [finding])
    assert (await till.now(held)).status == "confirmed"


async def test_a_booking_that_was_cancelled_without_its_refund_is_refunded(
    deps: Deps, till: Till, desk: StripeDesk
) -> None:
    held = await till.hold()
    await paid(deps, desk, held)
    # The engine alone, as when the process ended between the cancellation and the refund.
    await deps.engine.submit(CancelRequest(held.event_id, held.id))
    assert kinds(await run(deps)) == ["refund_missing"]
    assert kinds(await run(deps, repair=True)) == []
    assert [made["amount"] for made in await desk.refunds()] == [GROSS]
    assert await till.balances(held) == {}


async def test_money_that_came_twice_is_found_and_goes_back(deps: Deps, till: Till, desk: StripeDesk) -> None:
    held = await till.hold()
    one = await begun(deps, desk, held)
    await till.confirm(held, "cash")
    await payment._received(deps, one, GROSS)
    assert kinds(await run(deps)) == ["paid_twice"]
    assert kinds(await run(deps, repair=True)) == []
    assert len(await desk.refunds()) == 1


async def test_what_was_given_back_before_the_cancellation_is_not_owed_again(
    deps: Deps, till: Till, desk: StripeDesk
) -> None:
    one = await paid(deps, desk, held := await till.hold(1))
    await refund.ask(deps, held, one.id, 1_000)
    at_desk = await till.hold(1, paid_by="cash")
    await refund.ask(deps, at_desk, at_desk.id, None)
    assert kinds(await run(deps)) == []
    for each in (held, at_desk):
        await cancellation.cancel(deps, CancelRequest("", each.id))
    assert kinds(await run(deps)) == []
    partly = await till.hold(1, paid_by="cash")
    await refund.ask(deps, partly, partly.id, 600)
    await cancellation.cancel(deps, CancelRequest("", partly.id))
    (finding,) = (await run(deps)).findings
    assert (finding.kind, finding.booking_id, finding.amount_minor) == ("refund_missing", partly.id, 2_000)


async def test_a_ticket_without_payment_is_told_and_left_to_people(deps: Deps, till: Till, conninfo: str) -> None:
    held = await till.confirm(await till.hold(), "stripe")
    (finding,) = (await run(deps, repair=True)).findings
    assert (finding.kind, finding.amount_minor, finding.booking_id) == ("ticket_without_payment", GROSS, held.id)


async def test_what_was_sent_back_past_us_or_never_sent_is_told(
    deps: Deps, till: Till, desk: StripeDesk, conninfo: str
) -> None:
    one = await paid(deps, desk, await till.hold())
    assert one.reference is not None
    charge = (await desk.call("GET", f"/v1/payment_intents/{one.reference}"))["latest_charge"]
    await desk.call("POST", "/v1/refunds", charge=charge["id"], amount="100")
    assert kinds(await run(deps, repair=True)) == ["refund_not_in_ledger"]
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE payments SET refunded_minor = 200")
    (finding,) = (await run(deps)).findings
    assert (finding.kind, finding.amount_minor) == ("refund_missing", 100)


async def test_a_refund_that_is_under_way_is_no_difference(deps: Deps, till: Till, desk: StripeDesk) -> None:
    held = await till.hold()
    one = await paid(deps, desk, held)
    await deps.engine.submit(CancelRequest(held.event_id, held.id))
    async with deps.database.write() as conn:
        await refund._asked(deps, conn, one, 1, GROSS, "booking_cancelled")
    assert kinds(await run(deps)) == []


async def test_a_provider_that_does_not_answer_is_told(deps: Deps, till: Till, desk: StripeDesk) -> None:
    one = await paid(deps, desk, await till.hold())
    desk.faults.append(Fault.NONSENSE)
    assert await run(deps) == Report(1, [], [], [one.id])
