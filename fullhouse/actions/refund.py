"""Money going back: asked for by staff, or because nothing was sold for it."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from fullhouse.actions import acting, answer, payment_act
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.actions.payment_provider import provider_of
from fullhouse.outside.payments.provider import ProviderUnavailable, Returned
from fullhouse.rules import ledger as money
from fullhouse.rules.allocation import key_reused
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Booking, IdempotencyKey
from fullhouse.rules.ledger import ACCOUNTS, Moved
from fullhouse.rules.payment import (
    WITH_MONEY,
    Payment,
    Refund,
    going_back_minor,
    reason_for,
    state_after_refund,
)
from fullhouse.rules.refusals import PaymentNotFound, RefundNotPossible
from fullhouse.store import booking, event_cancellation, house, ledger, notice, payment, refund
from fullhouse.store.db import WriteConn


async def ask(
    deps: Deps, found: Booking, payment_id: str, amount_minor: int | None, refund_id: str | None = None
) -> tuple[Payment, Refund]:
    """Send money back, all that is left of the payment if no amount is said. The same `refund_id` sends it once.

    Raises PaymentNotFound, RefundNotPossible, ProviderUnavailable: then it is asked for, and will be asked again.
    """
    async with deps.database.write() as conn:
        one = _named(await payment.lock(conn, found.event_id, found.number), payment_id)
        before = await refund.of_booking(conn, found.event_id, found.number)
        asked = next((made for made in before if made.id == refund_id), None)
        if asked is None:
            wanted = one.refundable_minor if amount_minor is None else amount_minor
            if one.state not in WITH_MONEY or not 0 < wanted <= one.refundable_minor:
                left = one.refundable_minor if one.state in WITH_MONEY else 0
                raise RefundNotPossible("So much can't go back.", refundable_minor=left)
            asked = await _asked(deps, conn, one, len(before) + 1, wanted, "asked_by_staff", refund_id)
        elif asked.payment_number != one.number or amount_minor not in {None, asked.amount_minor}:
            raise key_reused()
    settled = await settle(deps, found, one.number)
    async with deps.database.read() as reader:
        made = await refund.of_booking(reader, found.event_id, found.number)
    return settled, made[asked.number - 1]


async def complete(
    deps: Deps,
    found: Booking,
    refund_id: str,
    key: IdempotencyKey | None,
    told: Callable[[Payment, Refund], Answered],
) -> Answered:
    """Say that money has gone back that somebody had to transfer by hand. Again: the same answer.

    Raises RefundNotPossible when there is no such refund, or its provider sends it by itself, and what `answer.once`
    raises.
    """

    async def work(conn: WriteConn, _now: datetime) -> Answered:
        before = await refund.of_booking(conn, found.event_id, found.number)
        payments = {one.number: one for one in await payment.of_booking(conn, found.event_id, found.number)}
        made = next((one for one in before if one.id == refund_id), None)
        if made is None or payments[made.payment_number].provider != "bank_transfer":
            raise RefundNotPossible("The booking has no refund that is made by hand and has this id.")
        acting.about(found.event_id, found.number)
        acting.before(told(payments[made.payment_number], made).body)
        await _returned(deps, conn, found, made, Returned("done"))
        # What was transferred in the meantime is owed as well.
        one, _ = await _what_goes_back(deps, conn, found, made.payment_number)
        after = await refund.of_booking(conn, found.event_id, found.number)
        return told(one, after[made.number - 1])

    return await answer.once(deps, key, work)


def _named(payments: list[Payment], payment_id: str) -> Payment:
    for one in payments:
        if one.id == payment_id:
            return one
    raise PaymentNotFound("The booking has no such payment.")


async def _asked(
    deps: Deps, conn: WriteConn, one: Payment, number: int, amount_minor: int, reason: str, refund_id: str | None = None
) -> Refund:
    """Write down that money is to go back, before anybody is asked for it."""
    now = deps.clock()
    made_id = refund_id or new_id(now)
    made = Refund(
        *(one.event_id, one.booking_number, number, one.number, made_id, amount_minor),
        *("asked", None, reason, now, now),
    )
    await refund.add(conn, made)
    refunding = one._replace(state="refunding", reason=reason, changed_at=now)
    await payment.change(conn, refunding, WITH_MONEY)
    await payment_act.record(conn, "refund.asked", one, refunding, made)
    return made


async def settle(deps: Deps, found: Booking, number: int) -> Payment:
    """Bring a payment with money to its end: what nothing was sold for goes back, and what is asked for is sent.

    Raises ProviderUnavailable; what is asked for stays so.
    """
    while True:
        async with deps.database.write() as conn:
            one, asked = await _what_goes_back(deps, conn, found, number)
        if asked is None:
            return one
        returned = await provider_of(deps, one).refund(one, asked)
        async with deps.database.write() as conn:
            one = await _returned(deps, conn, found, asked, returned)
        if returned.state != "done":
            return one


async def write_down(deps: Deps, found: Booking, number: int) -> None:
    """Do the first half of `settle`: what goes back is asked for, and the worker sends it if nobody else does."""
    async with deps.database.write() as conn:
        await _what_goes_back(deps, conn, found, number)


async def settle_all(deps: Deps, found: Booking) -> None:
    """Send back what is owed for a cancelled booking. When its provider gives no answer, the worker asks again."""
    async with deps.database.read() as conn:
        payments = await payment.of_booking(conn, found.event_id, found.number)
    for one in payments:
        if one.state in WITH_MONEY:
            with suppress(ProviderUnavailable):
                await settle(deps, found, one.number)


async def _what_goes_back(deps: Deps, conn: WriteConn, found: Booking, number: int) -> tuple[Payment, Refund | None]:
    """The refund that is under way, or a new one of what the ledger owes; a payment without either is paid.

    The lock on the booking's payments comes first: of two that look at once, the second sees what the first asked for.
    """
    one = await _locked(conn, found, number)
    before = await refund.of_booking(conn, found.event_id, found.number)
    mine = next((made for made in before if made.state == "asked" and made.payment_number == number), None)
    if mine is not None or one.state not in ("received", "paid"):
        return one, mine
    postings = await ledger.of_booking(conn, found.event_id, found.number)
    now_it_is = (await booking.find(conn, [found.id]))[found.id]
    amount_minor = going_back_minor(one, now_it_is, postings, before)
    if amount_minor:
        cancelled = await event_cancellation.find(conn, found.event_id)
        reason = reason_for(now_it_is, cancelled and cancelled.created_at, one.provider)
        made = await _asked(deps, conn, one, len(before) + 1, amount_minor, reason)
        return one._replace(state="refunding", reason=made.reason), made
    if one.state == "received":
        one = one._replace(state="paid", changed_at=deps.clock())
        await payment.change(conn, one, ("received",))
    return one, None


async def _locked(conn: WriteConn, found: Booking, number: int) -> Payment:
    payments = await payment.lock(conn, found.event_id, found.number)
    return next(one for one in payments if one.number == number)


async def _returned(deps: Deps, conn: WriteConn, found: Booking, asked: Refund, returned: Returned) -> Payment:
    """Write down what the provider says of a refund, and post it when the money has gone."""
    if returned.state == "done":
        # It is told as a notice of the event, so its house comes first, as in a batch.
        await house.hold(conn, found.event_id)
    one = before = await _locked(conn, found, asked.payment_number)
    now = deps.clock()
    if returned.state == "asked":
        await payment.change(conn, one._replace(changed_at=now), ("refunding",))
        return one
    ended = asked._replace(state=returned.state, reference=returned.reference, changed_at=now)
    if not await refund.change(conn, ended):
        return one
    if returned.state == "failed":
        one = one._replace(state="refund_failed", reason=returned.reason, changed_at=now)
    else:
        state = state_after_refund(one, asked.amount_minor)
        one = one._replace(state=state, refunded_minor=one.refunded_minor + asked.amount_minor, changed_at=now)
        postings = await ledger.of_booking(conn, found.event_id, found.number)
        moved = Moved(asked.number, ACCOUNTS[one.provider], asked.amount_minor, one.id)
        owed = money.owed_minor(postings)
        await ledger.add(conn, money.refund(found, one.currency, moved, owed), now)
        details = {"amount_minor": asked.amount_minor, "currency": one.currency}
        await notice.add(conn, [found.event_id], "refund.paid", now, found.number, details)
    await payment.change(conn, one, ("refunding",))
    await payment_act.record(conn, f"refund.{returned.state}", before, one, ended)
    return one
