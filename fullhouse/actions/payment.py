"""Paying for bookings: begun, looked at, and brought to an end, however often and in whatever order it is told."""

import logging
from contextlib import suppress
from datetime import datetime, timedelta

from psycopg import errors

from fullhouse.actions import acting, answer, booking, event, organizer, payment_act, refund
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.actions.payment_mail import tell_how_to_pay
from fullhouse.actions.payment_provider import provider_of
from fullhouse.engine.lane import outcome_unknown
from fullhouse.outside.payments.provider import ProviderUnavailable, Seen, SignatureWrong
from fullhouse.rules import ledger as money
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Booking, ConfirmRequest, ExtendRequest, IdempotencyKey, Refused, to_pay_minor
from fullhouse.rules.ledger import ACCOUNTS, AT_THE_DESK, ONCE, Moved
from fullhouse.rules.payment import BEFORE_MONEY, Payment, ProviderName, Refund
from fullhouse.rules.refusals import BookingNotHeld, Busy, PaymentNotPossible, Refusal, SignatureInvalid
from fullhouse.store import ledger, payment
from fullhouse.store import refund as refunds
from fullhouse.store.db import WriteConn

log = logging.getLogger(__name__)

LEFT_AFTER = timedelta(seconds=20)
"""A payment that is in between for so long was left by who was at it."""

SWEEP_MAX = 50

WITHOUT_A_PROVIDER: tuple[ProviderName, ...] = ("cash", "card_terminal", "bank_transfer")
"""Ways to pay that ask nobody outside for money, so that tests may use them."""


async def begin(deps: Deps, booking_id: str, provider: ProviderName, key: IdempotencyKey | None = None) -> Payment:
    """Pay for a hold. Again gives the same payment, as long as it is open; at the desk it is done at once.

    A key gives the same payment for good, as it stands then. Raises BookingNotFound, BookingNotHeld, HoldExpired,
    PaymentNotPossible, IdempotencyKeyReused, Busy or OutcomeUnknown, and ProviderUnavailable: the hold lives, and the
    buyer may ask again.
    """
    found = await booking.find(deps, booking_id)
    before = await answer.before(deps, key)
    if before is not None:
        made = await _named(deps, found, before)
    elif provider not in deps.providers or to_pay_minor(found) == 0:
        raise _not_possible(deps, found)
    elif provider not in WITHOUT_A_PROVIDER and await organizer.is_for_tests(deps, found.event_id):
        raise _no_real_money(deps)
    elif provider in AT_THE_DESK:
        made = await _pay_at_desk(deps, found, provider, key)
    else:
        until = await _extended(deps, found, provider)
        made = await _opened(deps, found, provider, until, key)
    if made.reference is not None or made.state != "open":
        return made
    begun = await deps.providers[provider].begin(made)
    made = made._replace(reference=begun.reference, instructions=begun.instructions)
    async with deps.database.write() as conn:
        if await payment.refer(conn, made):
            await tell_how_to_pay(deps, conn, found, made, deps.clock())
    return made


def _not_possible(deps: Deps, found: Booking) -> Refusal:
    """Why a booking can't be paid, or not in this way."""
    if found.status == "cancelled":
        return BookingNotHeld("The booking was cancelled; book anew.", booking_status=found.status)
    if to_pay_minor(found) == 0:
        return PaymentNotPossible("There is nothing to pay for this booking.")
    return PaymentNotPossible("This can't be paid in this way here.", providers=", ".join(sorted(deps.providers)))


def _no_real_money(deps: Deps) -> PaymentNotPossible:
    return PaymentNotPossible(
        "This is a booking of a test, so nobody can be asked for real money.",
        providers=", ".join(sorted(set(WITHOUT_A_PROVIDER).intersection(deps.providers))),
    )


async def _named(deps: Deps, found: Booking, answered: Answered) -> Payment:
    """The payment that a key was answered with: the key has its id, and how it stands is looked up."""
    async with deps.database.read() as conn:
        payments = await payment.of_booking(conn, found.event_id, found.number)
    return next(one for one in payments if one.id == answered.body["id"])


async def _pay_at_desk(deps: Deps, found: Booking, provider: ProviderName, key: IdempotencyKey | None) -> Payment:
    """The engine confirms the booking and writes down the payment in one transaction."""
    outcome = await deps.engine.submit(ConfirmRequest(found.event_id, found.id, provider, who=acting.staff()))
    if isinstance(outcome, Refused):
        raise outcome.refusal
    async with deps.database.read() as conn:
        payments = await payment.of_booking(conn, found.event_id, found.number)
    for one in payments:
        if one.state == "open":
            # When this is not heard, the worker cancels it at the end of its time.
            with suppress(ProviderUnavailable):
                await _close(deps, one)
    for one in payments:
        if one.provider == provider and one.number == ONCE:
            try:
                return await _kept(deps, found, one, key)
            except Busy as error:
                # The money is taken; only its key could not be answered.
                raise outcome_unknown() from error
    raise BookingNotHeld("The booking is paid already.", booking_status="confirmed")


async def _kept(
    deps: Deps, found: Booking, made: Payment, key: IdempotencyKey | None, *, is_new: bool = False
) -> Payment:
    """Write a payment that is new, and that the key was answered with it, at once; returns which it was answered with.

    Raises UniqueViolation as `payment.add` does.
    """
    if key is None and not is_new:
        return made

    async def work(conn: WriteConn, _: datetime) -> Answered:
        if is_new:
            await payment.add(conn, made)
        acting.about(found.event_id, found.number)
        acting.after(payment_act.fields(made))
        return Answered(201, {"id": made.id})

    answered = await answer.once(deps, key, work)
    return await _named(deps, found, answered) if answered.replayed else made


async def _extended(deps: Deps, found: Booking, provider: ProviderName) -> datetime:
    """Let the hold last as long as its payment may be open, and not beyond the event; returns until when."""
    terms = deps.payment_terms
    until = min(deps.clock() + terms.open_time, found.created_at + terms.hold_time_max)
    if provider == "bank_transfer":
        until = found.created_at + terms.transfer_time
    until = min(until, (await event.find(deps, found.event_id)).starts_at)
    outcome = await deps.engine.submit(ExtendRequest(found.event_id, found.id, until))
    if isinstance(outcome, Refused):
        raise outcome.refusal
    return max(until, found.expires_at or until)


async def _opened(
    deps: Deps, found: Booking, provider: ProviderName, until: datetime, key: IdempotencyKey | None
) -> Payment:
    """The open payment of a booking in this way, a new one if need be. Another way is closed first."""
    while True:
        now = deps.clock()
        async with deps.database.read() as conn:
            before = await payment.of_booking(conn, found.event_id, found.number)
        standing = next((one for one in before if one.state == "open"), None)
        if standing is not None and standing.provider == provider and (standing.expires_at or now) >= now:
            return await _kept(deps, found, standing, key)
        if standing is not None:
            await _close_unpaid(deps, standing)
        number = max([ONCE, *(one.number for one in before)]) + 1
        made = _new(found, provider, number, now, until)
        # Somebody else may have opened one since we looked; then there is that one.
        with suppress(errors.UniqueViolation):
            return await _kept(deps, found, made, key, is_new=True)


def _new(found: Booking, provider: ProviderName, number: int, now: datetime, until: datetime) -> Payment:
    """A payment of all that a booking costs."""
    payment_id = new_id(now)
    currency = found.price.currency if found.price else ""
    amount_minor = to_pay_minor(found)
    return Payment(
        *(found.event_id, found.number, number, payment_id, found.id, provider, "open", amount_minor, 0, 0, currency),
        *(None, {}, None, now, now, until),
    )


async def close_open(deps: Deps, found: Booking) -> None:
    """Let no payment of a booking be open. Raises BookingNotHeld when it was paid meanwhile, ProviderUnavailable."""
    async with deps.database.read() as conn:
        payments = await payment.of_booking(conn, found.event_id, found.number)
    for one in payments:
        if one.state == "open":
            await _close_unpaid(deps, one)


async def _close_unpaid(deps: Deps, one: Payment) -> None:
    """Close a payment that is open. Who has paid only a part of it gets that back, and may pay anew."""
    closed = await _close(deps, one)
    status = (await booking.find(deps, one.booking_id)).status
    if closed.state not in BEFORE_MONEY and status != "held":
        raise BookingNotHeld(f"The booking is {status} already.", booking_status=status)


async def _close(deps: Deps, one: Payment) -> Payment:
    """Let an open payment not be paid any more, unless it was at this very moment. Raises ProviderUnavailable."""
    return await saw(deps, one, await provider_of(deps, one).cancel(one))


async def hear(deps: Deps, provider: ProviderName, body: bytes, signature: str) -> Payment | None:
    """Take a provider's notice: it says which payment to look at, and no more. None when it is none of ours.

    Raises SignatureInvalid and ProviderUnavailable.
    """
    acting.known("provider", None, provider)
    if provider not in deps.providers:
        raise SignatureInvalid("Nothing is expected from this provider.")
    try:
        heard = deps.providers[provider].hear(body, signature)
    except SignatureWrong as error:
        raise SignatureInvalid("The notice is not signed as it should be.") from error
    async with deps.database.read() as conn:
        one = await payment.find(conn, provider, heard.payment_id, heard.reference)
    return None if one is None else await look(deps, one)


async def look(deps: Deps, one: Payment) -> Payment:
    """Ask the provider how a payment stands, and act on it. Raises ProviderUnavailable."""
    return await saw(deps, one, await provider_of(deps, one).look(one))


async def saw(deps: Deps, one: Payment, seen: Seen) -> Payment:
    """Act on how a payment stands with its provider: once, however often it is seen."""
    if seen.state == "received":
        return await finish(deps, await _received(deps, one, seen.received_minor))
    async with deps.database.write() as conn:
        now_it_is = await _locked(conn, one)
        if now_it_is.state != "open":
            return now_it_is
        if seen.state == "open" or not now_it_is.received_minor:
            changed = now_it_is._replace(state=seen.state, reason=seen.reason, changed_at=deps.clock())
            await payment.change(conn, changed, ("open",))
            if changed.state != now_it_is.state:
                await payment_act.record(conn, f"payment.{changed.state}", now_it_is, changed)
            return changed
    # A part of a bank transfer came in since we looked.
    return await finish(deps, await _received(deps, one, now_it_is.received_minor))


async def _received(deps: Deps, one: Payment, received_minor: int) -> Payment:
    """Write down that money is here, and post it, in one transaction; the second time nothing is done."""
    found = await booking.find(deps, one.booking_id)
    now = deps.clock()
    async with deps.database.write() as conn:
        one = await _locked(conn, one)
        if one.state not in BEFORE_MONEY:
            return one
        # Parts of a bank transfer are posted as they come in, and another one may have come since we looked.
        received_minor = max(received_minor, one.received_minor)
        new_minor = received_minor - one.received_minor
        before = one
        one = one._replace(state="received", received_minor=received_minor, reason=None, changed_at=now)
        await payment.change(conn, one, BEFORE_MONEY)
        await payment_act.record(conn, "payment.received", before, one)
        if new_minor:
            moved = Moved(one.number, ACCOUNTS[one.provider], new_minor, one.id)
            await ledger.add(conn, money.receipt(found, one.currency, moved), now)
    return one


async def finish(deps: Deps, one: Payment) -> Payment:
    """Turn money that is here into tickets; where there are none any more, send it back.

    The engine decides whether the booking can be confirmed, and the ledger whether anything is owed then. Again changes
    nothing. Raises ProviderUnavailable when money has to go back and its provider does not answer.
    """
    found = await booking.find(deps, one.booking_id)
    if one.state == "received" and one.received_minor >= one.amount_minor:
        paid = ConfirmRequest(found.event_id, found.id, one.provider, paid_minor=one.received_minor)
        await deps.engine.submit(paid)
    return await refund.settle(deps, found, one.number)


async def _locked(conn: WriteConn, one: Payment) -> Payment:
    payments = await payment.lock(conn, one.event_id, one.booking_number)
    return next(found for found in payments if found.number == one.number)


async def of_booking(deps: Deps, booking_id: str) -> tuple[list[Payment], list[Refund]]:
    """The payments of a booking and what went back of them. Raises BookingNotFound."""
    found = await booking.find(deps, booking_id)
    async with deps.database.read() as conn:
        return (
            await payment.of_booking(conn, found.event_id, found.number),
            await refunds.of_booking(conn, found.event_id, found.number),
        )


async def sweep(deps: Deps) -> int:
    """Take up payments that were left in between, and close those whose time is over; returns how many."""
    now = deps.clock()
    async with deps.database.read() as conn:
        left = await payment.under_way(conn, now - LEFT_AFTER, now, SWEEP_MAX)
    for one in left:
        if not await take_up(deps, one):
            # Behind the others: many that get no answer must not keep those that would from their turn.
            async with deps.database.write() as conn:
                await payment.put_off(conn, one, deps.clock())
    return len(left)


async def take_up(deps: Deps, one: Payment) -> bool:
    """Close an open payment, or bring one with money to its end; False when its provider does not answer."""
    try:
        await (_close(deps, one) if one.state == "open" else finish(deps, one))
    except (ProviderUnavailable, Refusal) as error:
        log.warning("payment not settled yet", extra={"payment_id": one.id, "reason": str(error)})
        return isinstance(error, Refusal)
    except Exception:
        # A defect in one must not keep the others from their money.
        log.exception("payment not settled", extra={"payment_id": one.id})
    return True
