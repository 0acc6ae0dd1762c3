"""Payments: their states, and what becomes of money that has come in.

open ─→ received ─→ paid ─→ refunding ─→ refunded
 ├→ failed    └────→ refunding    ├→ paid (a part went back)
 └→ cancelled                     └→ refund_failed ─→ refunding

`open` ends at `expires_at`; `received` and `refunding` are taken up again by the worker until they are settled. Money
that comes in for a payment that failed or was cancelled is received all the same.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.booking import Booking
from fullhouse.rules.ledger import AT_THE_DESK, Posting, owed_minor

ProviderName: TypeAlias = Literal["cash", "card_terminal", "bank_transfer", "stripe"]
State: TypeAlias = Literal["open", "received", "paid", "failed", "cancelled", "refunding", "refunded", "refund_failed"]
RefundState: TypeAlias = Literal["asked", "done", "failed"]

BEFORE_MONEY: tuple[State, ...] = ("open", "failed", "cancelled")
TICKETS_CANCELLED = "tickets_cancelled"
"""The reason of a refund for some tickets of a booking that stands."""

WITH_MONEY: tuple[State, ...] = ("received", "paid", "refund_failed")
"""States from which money can be sent back."""


class Payment(NamedTuple):
    """One try to pay for a booking; `number` counts those of the booking from 1."""

    event_id: str
    booking_number: int
    number: int
    id: str
    booking_id: str
    provider: ProviderName
    state: State
    amount_minor: int
    received_minor: int
    refunded_minor: int
    currency: str
    reference: str | None
    instructions: dict[str, str]
    reason: str | None
    created_at: datetime
    changed_at: datetime
    expires_at: datetime | None

    @property
    def refundable_minor(self) -> int:
        """What of it has not gone back."""
        return self.received_minor - self.refunded_minor


class Refund(NamedTuple):
    """Money on its way back; `number` counts the refunds of a booking from 1."""

    event_id: str
    booking_number: int
    number: int
    payment_number: int
    id: str
    amount_minor: int
    state: RefundState
    reference: str | None
    reason: str
    created_at: datetime
    changed_at: datetime


def going_back_minor(payment: Payment, booking: Booking, postings: Sequence[Posting], refunds: Sequence[Refund]) -> int:
    """What of a payment goes back unasked: what the ledger owes to the buyer, and is not on its way to him already.

    What was paid at the desk goes back when staff say so: nobody else can hand it over. And when more was transferred
    than a booking costs, what to do is for people to decide, but for what its cancelled tickets cost.
    """
    if payment.provider in AT_THE_DESK:
        return 0
    under_way_minor = sum(one.amount_minor for one in refunds if one.state == "asked")
    surplus = min(payment.refundable_minor, owed_minor(postings) - under_way_minor)
    if payment.provider == booking.paid_by == "bank_transfer" and booking.status == "confirmed":
        cancelled_minor = -sum(one.buyer_minor for one in postings if one.what == "cancellation")
        for_them = (one for one in refunds if one.reason == TICKETS_CANCELLED and one.state != "failed")
        surplus = min(surplus, cancelled_minor - sum(one.amount_minor for one in for_them))
    return max(0, surplus)


def after_transfer(payment: Payment, amount_minor: int) -> Payment:
    """A payment to which so much more has come in: a part leaves it open, and what comes after its end goes back."""
    received_minor = payment.received_minor + amount_minor
    state = payment.state
    if state in ("failed", "cancelled", "refunded", "refund_failed") or (
        state == "open" and received_minor >= payment.amount_minor
    ):
        state = "received"
    return payment._replace(received_minor=received_minor, state=state)


def reason_for(
    booking: Booking, event_cancelled_at: datetime | None = None, provider: ProviderName | None = None
) -> str:
    """Why money of a provider goes back that nothing was sold for.

    What was cancelled before its event was, has its own reason.
    """
    if booking.status == "confirmed":
        return TICKETS_CANCELLED if booking.cancelled_tickets and provider == booking.paid_by else "paid_twice"
    if event_cancelled_at is not None and (booking.cancelled_at or event_cancelled_at) >= event_cancelled_at:
        return "event_cancelled"
    return "booking_cancelled" if booking.status == "cancelled" else "hold_expired"


def state_after_refund(payment: Payment, amount_minor: int) -> State:
    """What a payment is when so much more of it has gone back."""
    return "refunded" if payment.refunded_minor + amount_minor >= payment.received_minor else "paid"
