"""Payments: their states, and what becomes of money that has come in.

open ─→ received ─→ paid ─→ refunding ─→ refunded
 ├→ failed    └────→ refunding    ├→ paid (a part went back)
 └→ cancelled                     └→ refund_failed ─→ refunding

`open` ends at `expires_at`; `received` and `refunding` are taken up again by the worker until they are settled. Money
that comes in for a payment that failed or was cancelled is received all the same.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.booking import Booking
from fullhouse.rules.ledger import Entry, owed_minor

ProviderName: TypeAlias = Literal["cash", "card_terminal", "bank_transfer", "stripe"]
State: TypeAlias = Literal["open", "received", "paid", "failed", "cancelled", "refunding", "refunded", "refund_failed"]
RefundState: TypeAlias = Literal["asked", "done", "failed"]

BEFORE_MONEY: tuple[State, ...] = ("open", "failed", "cancelled")
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


def to_pay_minor(booking: Booking) -> int:
    """What a held booking costs; 0 when there is nothing to pay for."""
    return booking.price.total.gross_minor if booking.price is not None and booking.status != "cancelled" else 0


def surplus_minor(payment: Payment, entries: Iterable[Entry], under_way_minor: int) -> int:
    """What of a payment has to go back: what the ledger owes to the buyer, and is not on its way to him already."""
    return max(0, min(payment.refundable_minor, owed_minor(entries) - under_way_minor))


def after_transfer(payment: Payment, amount_minor: int) -> Payment:
    """A payment to which so much more has come in: a part leaves it open, and what comes after its end goes back."""
    received_minor = payment.received_minor + amount_minor
    state = payment.state
    if state in ("failed", "cancelled", "refunded", "refund_failed") or (
        state == "open" and received_minor >= payment.amount_minor
    ):
        state = "received"
    return payment._replace(received_minor=received_minor, state=state)


def goes_back_by_itself(payment: Payment, booking: Booking) -> bool:
    """Tell whether what is owed goes back unasked.

    What was paid at the desk goes back when staff say so: nobody else can hand it over. And when more was transferred
    than a booking costs, what to do is for people to decide.
    """
    if payment.provider == "bank_transfer":
        return not (booking.status == "confirmed" and booking.paid_by == "bank_transfer")
    return payment.provider == "stripe"


def reason_for(booking: Booking) -> str:
    """Why money goes back that nothing was sold for."""
    if booking.status == "cancelled":
        return "booking_cancelled"
    return "paid_twice" if booking.status == "confirmed" else "hold_expired"


def state_after_refund(payment: Payment, amount_minor: int) -> State:
    """What a payment is when so much more of it has gone back."""
    return "refunded" if payment.refunded_minor + amount_minor >= payment.received_minor else "paid"
