"""The shapes of payments and refunds."""

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from fullhouse.actions.statement import Matched
from fullhouse.rules.payment import Payment, ProviderName, Refund
from fullhouse.web.api.shapes import Id, Shape, moment_text


class PaymentRequest(Shape):
    """How a booking is to be paid. What is paid at the desk (`cash`, `card_terminal`) needs an API key."""

    provider: ProviderName


class RefundRequest(Shape):
    """Money that is to go back: of which payment, and how much of it if not all."""

    payment_id: Id
    amount_minor: int | None = Field(default=None, strict=True, ge=1, le=10**12)


class RefundShape(Shape):
    """Money on its way back, or gone."""

    id: Id
    payment_id: Id
    amount_minor: int
    state: Literal["asked", "done", "failed"]
    reason: str
    created_at: datetime


class PaymentShape(Shape):
    """One try to pay for a booking. An open one can be paid by its `instructions` until `expires_at`."""

    id: Id
    booking_id: Id
    provider: ProviderName
    state: Literal["open", "received", "paid", "failed", "cancelled", "refunding", "refunded", "refund_failed"]
    amount_minor: int
    received_minor: int
    refunded_minor: int
    currency: str
    reference: str | None
    instructions: dict[str, str]
    reason: str | None
    created_at: datetime
    expires_at: datetime | None
    refunds: list[RefundShape]


class TransferShape(Shape):
    """What became of an entry of a statement. `difference_minor` is what is missing of a part, or too much."""

    booked_on: date
    amount_minor: int
    currency: str
    payer: str
    text: str
    result: Literal["paid", "part", "over", "goes_back", "unmatched", "seen_before", "outgoing"]
    difference_minor: int
    payment_id: Id | None
    booking_id: Id | None


def transfer_fields(matched: Matched) -> dict[str, Any]:
    """What became of an entry of a statement as JSON-ready data."""
    transfer, result, payment, difference_minor = matched
    return {
        **{name: getattr(transfer, name) for name in ("amount_minor", "currency", "payer", "text")},
        "booked_on": transfer.booked_on.isoformat(),
        "result": result,
        "difference_minor": difference_minor,
        "payment_id": payment and payment.id,
        "booking_id": payment and payment.booking_id,
    }


def payment_fields(payment: Payment, refunds: list[Refund]) -> dict[str, Any]:
    """A payment as JSON-ready data; of the refunds of its booking those that are its own."""
    return {
        **{name: getattr(payment, name) for name in PaymentShape.model_fields if name != "refunds"},
        "created_at": moment_text(payment.created_at),
        "expires_at": payment.expires_at and moment_text(payment.expires_at),
        "refunds": [refund_fields(one, payment.id) for one in refunds if one.payment_number == payment.number],
    }


def refund_fields(refund: Refund, payment_id: str) -> dict[str, Any]:
    """A refund as JSON-ready data."""
    return {
        "id": refund.id,
        "payment_id": payment_id,
        "amount_minor": refund.amount_minor,
        "state": refund.state,
        "reason": refund.reason,
        "created_at": moment_text(refund.created_at),
    }
