"""Booking, cancelling and looking up bookings."""

from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Booking, BookRequest, CancelRequest, IdempotencyKey, Outcome
from fullhouse.rules.refusals import BookingNotFound, ValidationFailed


async def book(deps: Deps, event_id: str, places: int, key: IdempotencyKey | None) -> Outcome:
    """Book places of an event through the engine; what needs no database is refused here.

    Raises ValidationFailed, Busy or OutcomeUnknown; the other refusals are outcomes.
    """
    if places > deps.num_seats_max:
        raise ValidationFailed(
            f"At most {deps.num_seats_max} seats can be booked at once.", field="num_seats", maximum=deps.num_seats_max
        )
    return await deps.engine.submit(BookRequest(event_id, places, key))


async def cancel(deps: Deps, booking_id: str, key: IdempotencyKey | None) -> Outcome:
    """Cancel a booking through the engine; its places are back at once.

    Raises BookingNotFound, Busy or OutcomeUnknown.
    """
    booking = await find(deps, booking_id)
    return await deps.engine.submit(CancelRequest(booking.event_id, booking_id, key))


async def find(deps: Deps, booking_id: str) -> Booking:
    """Look a booking up by its id. Raises BookingNotFound."""
    booking = await deps.bookings.find(booking_id)
    if booking is None:
        raise BookingNotFound("There is no such booking.")
    return booking
