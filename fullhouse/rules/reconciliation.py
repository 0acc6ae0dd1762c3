"""Where money and tickets do not fit together: the ledger against the bookings, and providers against the ledger."""

from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.booking import Status
from fullhouse.rules.payment import BEFORE_MONEY, Payment

Kind: TypeAlias = Literal[
    "paid_without_ticket", "ticket_without_payment", "paid_twice", "refund_missing", "refund_not_in_ledger"
]


class Balance(NamedTuple):
    """A booking that is not even: what is owed to its buyer (below zero: by him), beside what goes back already."""

    event_id: str
    booking_id: str
    status: Status
    owed_minor: int
    currency: str
    has_open_payment: bool


class Finding(NamedTuple):
    """Something that does not fit, and by how much; `provider` says who differs from the ledger, if it is one."""

    kind: Kind
    event_id: str
    booking_id: str
    amount_minor: int
    currency: str
    payment_id: str | None = None
    provider: str | None = None


def unlike_bookings(balance: Balance) -> Finding | None:
    """What is wrong with a booking by the ledger alone; a part that was paid of an open payment is not."""
    event_id, booking_id, status, owed_minor, currency, has_open_payment = balance
    if owed_minor < 0:
        return Finding("ticket_without_payment", event_id, booking_id, -owed_minor, currency)
    if owed_minor == 0 or (has_open_payment and status != "cancelled"):
        return None
    kinds: dict[Status, Kind] = {"confirmed": "paid_twice", "cancelled": "refund_missing"}
    return Finding(kinds.get(status, "paid_without_ticket"), event_id, booking_id, owed_minor, currency)


def unlike_provider(payment: Payment, received_minor: int, refunded_minor: int) -> Finding | None:
    """Where a provider tells of a payment otherwise than the ledger. What is under way is no difference yet."""
    if payment.state == "refunding":
        return None
    ours_minor = 0 if payment.state in BEFORE_MONEY else payment.received_minor
    if received_minor != ours_minor:
        kind: Kind = "paid_without_ticket" if received_minor > ours_minor else "ticket_without_payment"
        return _finding(kind, payment, abs(received_minor - ours_minor))
    if refunded_minor != payment.refunded_minor:
        kind = "refund_missing" if refunded_minor < payment.refunded_minor else "refund_not_in_ledger"
        return _finding(kind, payment, abs(refunded_minor - payment.refunded_minor))
    return None


def _finding(kind: Kind, payment: Payment, amount_minor: int) -> Finding:
    return Finding(
        *(kind, payment.event_id, payment.booking_id, amount_minor, payment.currency),
        *(payment.id, payment.provider),
    )
