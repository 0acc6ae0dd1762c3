"""Single tickets given back, and lines changed, where a provider has the money: so much goes back, once."""

import asyncio

import pytest

from fullhouse.actions import cancellation, lines, payment
from fullhouse.actions.deps import Deps
from fullhouse.outside.payments.provider import ProviderUnavailable
from fullhouse.rules.booking import Booking, Cancelled, CancelRequest, Changed, ChangeRequest
from fullhouse.rules.offer import Wanted
from fullhouse.rules.payment import Payment
from fullhouse.rules.refusals import BookingNotHeld
from tests.cast import key
from tests.outside.stripe_desk import Fault, StripeDesk
from tests.outside.test_stripe import begin, leave, payments, reference, tell
from tests.till import Till

EACH = 2_600
"""What a ticket costs with its fee."""


async def bought(deps: Deps, till: Till, desk: StripeDesk) -> Booking:
    held = await till.hold()
    begun = await begin(deps, held)
    await desk.pay(reference(begun))
    await tell(deps, await desk.notice(reference(begun)))
    return await till.now(held)


async def give_back(deps: Deps, booking: Booking, *tickets: int) -> None:
    asked = CancelRequest("", booking.id, tickets=tickets or None)
    assert isinstance(await cancellation.cancel(deps, asked), Cancelled)


async def money(deps: Deps, booking: Booking) -> tuple[Payment, list[int]]:
    (one,), refunds = await payment.of_booking(deps, booking.id)
    return one, [made.amount_minor for made in refunds]


async def test_each_ticket_that_is_given_back_sends_its_own_money_back(
    deps: Deps, till: Till, desk: StripeDesk
) -> None:
    sold = await bought(deps, till, desk)
    await give_back(deps, sold, 2)
    one, refunds = await money(deps, sold)
    assert (one.state, one.refunded_minor, one.reason, refunds) == ("paid", EACH, "tickets_cancelled", [EACH])
    await give_back(deps, sold, 2)
    await give_back(deps, sold)
    one, refunds = await money(deps, sold)
    assert (one.state, one.reason, refunds) == ("refunded", "booking_cancelled", [EACH, EACH])
    assert await till.balances(sold) == {}
    assert sorted(made["amount"] for made in await desk.refunds()) == [EACH, EACH]
    assert till.unequal() == []


async def test_two_tickets_given_back_at_once_while_stripe_is_away_go_back_when_it_is_there(
    deps: Deps, till: Till, desk: StripeDesk, conninfo: str
) -> None:
    sold = await bought(deps, till, desk)
    desk.faults += [Fault.LOST] * 4
    await asyncio.gather(give_back(deps, sold, 1), give_back(deps, sold, 2))
    desk.faults.clear()
    assert (await till.now(sold)).status == "cancelled"
    for _ in range(3):
        leave(conninfo)
        await payment.sweep(deps)
    one, refunds = await money(deps, sold)
    assert (one.state, sum(refunds)) == ("refunded", 2 * EACH)
    assert sum(made["amount"] for made in await desk.refunds()) == 2 * EACH
    assert till.unequal() == []


async def test_other_lines_close_the_payment_for_those_of_before(deps: Deps, till: Till, desk: StripeDesk) -> None:
    held = await till.hold(1)
    begun = await begin(deps, held)
    outcome = await lines.change(deps, ChangeRequest("", held.id, (Wanted(till.type_id, 2),)))
    assert isinstance(outcome, Changed)
    assert [one.state for one in await payments(deps, held)] == ["cancelled"]
    again = await begin(deps, held)
    assert (again.number, again.amount_minor) == (begun.number + 1, 2 * EACH)
    await desk.pay(reference(again))
    await tell(deps, await desk.notice(reference(again)))
    assert (await till.now(held)).status == "confirmed"
    assert till.unequal() == []


async def test_a_change_that_is_told_again_leaves_the_payment_that_was_begun_since(
    deps: Deps, till: Till, desk: StripeDesk
) -> None:
    held = await till.hold(1)
    more = ChangeRequest("", held.id, (Wanted(till.type_id, 2),), key=key("more"))
    first = await lines.change(deps, more)
    begun = await begin(deps, held)
    assert isinstance(first, Changed)
    assert await lines.change(deps, more) == first._replace(booking=await till.now(held), replayed=True)
    assert [one.state for one in await payments(deps, held)] == ["open"]
    await desk.pay(reference(begun))
    await tell(deps, await desk.notice(reference(begun)))
    assert (await till.now(held)).status == "confirmed"


async def test_lines_do_not_change_once_they_are_paid_or_while_stripe_does_not_say(
    deps: Deps, till: Till, desk: StripeDesk
) -> None:
    held = await till.hold(1)
    await begin(deps, held)
    more = ChangeRequest("", held.id, (Wanted(till.type_id, 2),))
    desk.faults.append(Fault.NONSENSE)
    with pytest.raises(ProviderUnavailable):
        await lines.change(deps, more)
    assert (await till.now(held)).places == 1
    await deps.engine.submit(CancelRequest(held.event_id, held.id))
    held = await till.hold(1)
    begun = await begin(deps, held)
    await desk.pay(reference(begun))
    with pytest.raises(BookingNotHeld):
        await lines.change(deps, more._replace(booking_id=held.id))
    await tell(deps, await desk.notice(reference(begun)))
    now = await till.now(held)
    assert (now.status, now.places) == ("confirmed", 1)
    assert till.unequal() == []


async def test_money_for_less_than_the_lines_cost_by_now_buys_nothing_and_goes_back(
    deps: Deps, till: Till, desk: StripeDesk
) -> None:
    held = await till.hold(1)
    begun = await begin(deps, held)
    # Past the action that closes payments: as if both had happened at one moment.
    more = ChangeRequest(held.event_id, held.id, (Wanted(till.type_id, 2),))
    assert isinstance(await deps.engine.submit(more), Changed)
    await desk.pay(reference(begun))
    await tell(deps, await desk.notice(reference(begun)))
    assert (await till.now(held)).status == "held"
    one, refunds = await money(deps, held)
    assert (one.state, refunds) == ("refunded", [EACH])
    assert till.unequal() == []
