"""Refund quotes: what would go back for tickets if the buyer cancelled them now, before he does."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fullhouse.rules.booking import Booking, CancelRequest
from fullhouse.rules.cancellation import back_for, of, policy_refusal, step_at, tickets_back, type_of
from fullhouse.rules.refusals import Refusal


class TicketBack(NamedTuple):
    """What goes back for a ticket, of what it was sold for; without what is for the whole booking."""

    number: int
    ticket_type_id: str | None
    paid_minor: int
    refund_minor: int


class RefundQuote(NamedTuple):
    """What goes back for tickets: `percent` of their price by what was agreed, until that changes.

    `refund_minor` has the fees of the booking too, if they go back. `is_allowed` says whether the buyer may cancel the
    tickets by himself.
    """

    tickets: tuple[TicketBack, ...]
    refund_minor: int
    currency: str | None
    percent: int
    until: datetime | None
    is_allowed: bool


def quote_of(
    booking: Booking, tickets: tuple[int, ...] | None, now: datetime, *, is_event_cancelled: bool = False
) -> RefundQuote | Refusal:
    """What would go back for these tickets, or for all that are valid; a hold has none, and nothing goes back.

    Of a cancelled event all goes back, whatever was agreed.
    """
    done = of(booking, CancelRequest(booking.event_id, booking.id, tickets=tickets), now)
    if isinstance(done, Refusal):
        return done
    chosen = done.tickets if done is not None else ()
    percent, until, with_fees = (100, None, True) if is_event_cancelled else _agreed(booking, now)
    return RefundQuote(
        _each(booking, chosen, percent, with_fees=with_fees),
        back_for(booking, chosen, "full" if is_event_cancelled else "by_policy", now).total_minor,
        booking.price.currency if booking.price else None,
        percent,
        until,
        is_event_cancelled or policy_refusal(booking, chosen, now) is None,
    )


def _agreed(booking: Booking, now: datetime) -> tuple[int, datetime | None, bool]:
    """How many percent go back by what was agreed, until when, and whether of the fees, too."""
    terms = booking.price.refunds if booking.price else None
    step = step_at(terms, now)
    return step.percent if step else 0, step and step.until, terms is not None and terms.with_fees


def _each(booking: Booking, tickets: Sequence[int], percent: int, *, with_fees: bool) -> tuple[TicketBack, ...]:
    return tuple(
        TicketBack(
            number,
            type_of(booking, number),
            tickets_back(booking, [number], 100, with_fees=True).total_minor,
            tickets_back(booking, [number], percent, with_fees=with_fees).total_minor,
        )
        for number in tickets
    )
