"""The shapes of an event's cancellation: why, and how far it has come."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from fullhouse.rules.event_cancellation import Progress
from fullhouse.rules.payment import ProviderName, State
from fullhouse.web.api.shapes import TEXT_PATTERN, Id, Shape, has_control_characters, moment_text

REASON_LENGTH_MAX = 500


def _reason(value: str) -> str:
    if has_control_characters(value):
        raise ValueError("must not hold control characters")
    return value


Reason = Annotated[
    str,
    StringConstraints(min_length=1, max_length=REASON_LENGTH_MAX, strict=True),
    AfterValidator(_reason),
    Field(description="For the buyers.", json_schema_extra={"pattern": f"^{TEXT_PATTERN}*$"}),
]


class EventCancellationRequest(Shape):
    """Why the event is cancelled, if that is to be said."""

    reason: Reason | None = None


class PaymentSumShape(Shape):
    """The payments of the event with one provider in one state: how many, what came in, what went back."""

    provider: ProviderName
    state: State
    payments: int
    received_minor: int
    refunded_minor: int


class DueShape(Shape):
    """Money that people have to give back: of how many payments, and how much."""

    payments: int
    amount_minor: int


class EventCancellationShape(Shape):
    """How far a cancellation has come. When it is `done`, no booking is left; refunds may be under way longer.

    `bookings_cancelled` counts those that were cancelled before, too. `owed_minor` is what the buyers have not got back
    yet, by the ledger; `to_hand_over` (at the desk) and `to_transfer` (by hand) are parts of it that wait for people.
    """

    event_id: Id
    state: Literal["running", "done"]
    reason: str | None
    created_at: datetime
    done_at: datetime | None
    bookings_made: int
    bookings_looked_at: int
    bookings_cancelled: int
    currency: str
    payments: list[PaymentSumShape]
    owed_minor: int
    to_hand_over: DueShape
    to_transfer: DueShape


def progress_fields(progress: Progress) -> dict[str, Any]:
    """How far a cancellation has come, as JSON-ready data."""
    cancellation, currency, bookings, payments, owed, to_transfer = progress
    return {
        "event_id": cancellation.event_id,
        "state": cancellation.state,
        "reason": cancellation.reason,
        "created_at": moment_text(cancellation.created_at),
        "done_at": cancellation.done_at and moment_text(cancellation.done_at),
        "bookings_made": bookings.made,
        "bookings_looked_at": cancellation.looked_to,
        "bookings_cancelled": bookings.cancelled,
        "currency": currency,
        "payments": [one._asdict() for one in payments],
        "owed_minor": owed.amount_minor,
        "to_hand_over": owed.to_hand_over._asdict(),
        "to_transfer": to_transfer._asdict(),
    }
