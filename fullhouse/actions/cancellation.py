"""Cancelling bookings, or single tickets of them, and what goes back for that."""

from fullhouse.actions import acting, booking, refund
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Booking, Cancelled, CancelRequest, Outcome
from fullhouse.rules.booking_change import BookingChange
from fullhouse.rules.ledger import BY_ITSELF
from fullhouse.rules.refund_quote import RefundQuote, quote_of
from fullhouse.rules.refusals import Refusal
from fullhouse.store import booking_change


async def cancel(deps: Deps, asked: CancelRequest) -> Outcome:
    """Cancel through the engine; the places are back at once. The event of `asked` is looked up.

    What is owed to the buyer goes back, unless he paid at the desk: then staff hand it over. Raises BookingNotFound,
    Busy or OutcomeUnknown; the other refusals are outcomes.
    """
    event_id = await booking.event_of(deps, asked.booking_id)
    outcome = await deps.engine.submit(asked._replace(event_id=event_id, who=acting.staff()))
    if isinstance(outcome, Cancelled) and outcome.booking.paid_by in BY_ITSELF:
        await refund.settle_all(deps, outcome.booking)
    return outcome


async def quote(deps: Deps, booking_id: str, tickets: tuple[int, ...] | None) -> RefundQuote:
    """What would go back for tickets if the buyer cancelled them now. Raises BookingNotFound and TicketNotFound."""
    found = await booking.find(deps, booking_id)
    offer = await deps.offers.find(found.event_id)
    is_event_cancelled = offer is not None and offer.state == "cancelled"
    quoted = quote_of(found, tickets, deps.clock(), is_event_cancelled=is_event_cancelled)
    if isinstance(quoted, Refusal):
        raise quoted
    return quoted


async def done(deps: Deps, cancelled: Booking, tickets: tuple[int, ...] | None) -> list[BookingChange]:
    """How these tickets of a booking were cancelled, or all that were."""
    async with deps.database.read() as conn:
        changes = await booking_change.of_booking(conn, cancelled.event_id, cancelled.number)
    wanted = None if tickets is None else frozenset(tickets)
    return [
        one
        for one in changes
        if one.what == "cancellation" and (wanted is None or not wanted.isdisjoint(one.details["tickets"]))
    ]
