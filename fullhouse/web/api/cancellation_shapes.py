"""The shapes of giving tickets back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from fullhouse.rules.booking import Booking, Refunding
from fullhouse.rules.booking_change import BookingChange
from fullhouse.rules.refund_quote import RefundQuote
from fullhouse.web.api.shapes import Id, Shape, moment_text

TICKETS_MAX = 10_000


def _each_once(numbers: list[int]) -> list[int]:
    if len(set(numbers)) < len(numbers):
        raise ValueError("must have each number once")
    return sorted(numbers)


TicketNumbers = Annotated[
    list[Annotated[int, Field(strict=True, ge=1, le=TICKETS_MAX)]],
    Field(
        min_length=1,
        max_length=TICKETS_MAX,
        description="Numbers of tickets within their booking; all that are valid if none are said.",
        json_schema_extra={"uniqueItems": True},
    ),
    AfterValidator(_each_once),
]


class RefundQuoteRequest(Shape):
    """Tickets that may be given back."""

    tickets: TicketNumbers | None = None

    def numbers(self) -> tuple[int, ...] | None:
        """The tickets, for the program."""
        return None if self.tickets is None else tuple(self.tickets)


class CancellationRequest(RefundQuoteRequest):
    """Tickets to be given back. `refund_minor`, if it is said, is what the buyer expects: otherwise nothing is done.

    `refunding` is for staff: `full` unless they say otherwise. Buyers get back what was agreed, `by_policy`.
    """

    refund_minor: int | None = Field(default=None, strict=True, ge=0, le=10**15)
    refunding: Refunding | None = None


class TicketBackShape(Shape):
    """What goes back for a ticket, of what it was sold for."""

    number: int
    ticket_type_id: Id | None
    paid_minor: int
    refund_minor: int


class RefundQuoteShape(Shape):
    """What goes back if these tickets are cancelled now: `percent` of their price, until that changes."""

    tickets: list[TicketBackShape]
    refund_minor: int = Field(description="With the fees of the whole booking, if they go back.")
    currency: str | None
    percent: int
    until: datetime | None
    is_allowed: bool = Field(description="Whether the buyer may cancel these tickets without the organizer.")


class CancellationShape(Shape):
    """Tickets of a booking that are cancelled, and what goes back for them."""

    booking_id: Id
    tickets: list[int]
    refund_minor: int
    currency: str | None
    at: datetime


def quote_fields(quote: RefundQuote) -> dict[str, Any]:
    """A quote as JSON-ready data."""
    return {
        **quote._asdict(),
        "tickets": [one._asdict() for one in quote.tickets],
        "until": quote.until and moment_text(quote.until),
    }


def cancellation_fields(booking: Booking, changes: Sequence[BookingChange]) -> dict[str, Any]:
    """What became of tickets that were cancelled, at once or one after the other, as JSON-ready data."""
    at = max((one.at for one in changes), default=booking.cancelled_at)
    return {
        "booking_id": booking.id,
        "tickets": sorted(number for one in changes for number in one.details["tickets"]),
        "refund_minor": sum(one.details["refund_minor"] for one in changes),
        "currency": booking.price and booking.price.currency,
        "at": at and moment_text(at),
    }
