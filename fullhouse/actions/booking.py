"""Booking, confirming and looking up bookings."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from fullhouse.actions import acting
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import (
    BasketRequest,
    Booked,
    Booking,
    BookRequest,
    ConfirmRequest,
    ExpireRequest,
    IdempotencyKey,
    Outcome,
    PaymentWay,
    Released,
    Ticket,
)
from fullhouse.rules.offer import Wanted
from fullhouse.rules.refusals import BookingNotFound, ValidationFailed
from fullhouse.store import house, idempotency, ticket

EVENTS_PER_RELEASE = 100
"""Events whose holds are released at once: a small part of a waiting line."""


async def book(deps: Deps, event_id: str, places: int, key: IdempotencyKey | None) -> Outcome:
    """Book places of an event through the engine; what needs no database is refused here.

    Raises ValidationFailed, Busy or OutcomeUnknown; the other refusals are outcomes.
    """
    if places > deps.num_seats_max:
        raise ValidationFailed(
            f"At most {deps.num_seats_max} seats can be booked at once.", field="num_seats", maximum=deps.num_seats_max
        )
    return await deps.engine.submit(BookRequest(event_id, places, key))


async def book_basket(deps: Deps, request: BasketRequest) -> Outcome:
    """Book tickets by lines through the engine: confirmed if free or paid already, held otherwise.

    Raises ValidationFailed, Busy or OutcomeUnknown; the other refusals are outcomes.
    """
    require_tickets_max(deps, request.lines)
    if request.paid_by is not None:
        request = request._replace(who=acting.staff())
    outcome = await deps.engine.submit(request)
    if isinstance(outcome, Booked):
        # A hold will be paid soon, most likely here.
        deps.event_memory.remember(outcome.booking.id, outcome.booking.event_id)
    return outcome


async def is_answered(deps: Deps, key: IdempotencyKey) -> bool:
    """Tell whether anything was answered under a key: who asks again is told the same. Raises Busy."""
    async with deps.reading() as conn:
        return await idempotency.is_remembered(conn, key)


def require_tickets_max(deps: Deps, lines: Iterable[Wanted]) -> None:
    """Raises ValidationFailed for more tickets than can be booked at once."""
    if sum(line.quantity for line in lines) > deps.num_seats_max:
        raise ValidationFailed(
            f"At most {deps.num_seats_max} tickets can be booked at once.", field="lines", maximum=deps.num_seats_max
        )


async def confirm(deps: Deps, booking_id: str, paid_by: PaymentWay, key: IdempotencyKey | None) -> Outcome:
    """Confirm a hold that was paid, through the engine; its tickets are issued.

    Raises BookingNotFound, Busy or OutcomeUnknown.
    """
    asked = ConfirmRequest(await event_of(deps, booking_id), booking_id, paid_by, key, who=acting.staff())
    return await deps.engine.submit(asked)


async def event_of(deps: Deps, booking_id: str) -> str:
    """The event of a booking. Raises BookingNotFound."""
    event_id = deps.event_memory.find(booking_id)
    if event_id is None:
        event_id = await deps.booking_events.find(booking_id)
        if event_id is None:
            raise BookingNotFound("There is no such booking.")
        deps.event_memory.remember(booking_id, event_id)
    return event_id


async def find(deps: Deps, booking_id: str) -> Booking:
    """Look a booking up by its id. Raises BookingNotFound."""
    booking = await deps.bookings.find(booking_id)
    if booking is None:
        raise BookingNotFound("There is no such booking.")
    return booking


async def tickets(deps: Deps, booking_id: str) -> list[Ticket]:
    """The tickets of a booking; none while it is held. Raises BookingNotFound."""
    booking = await find(deps, booking_id)
    async with deps.database.read() as conn:
        return await ticket.of_booking(conn, booking)


async def release_due(deps: Deps) -> AsyncIterator[int]:
    """Release all holds that have run out, some at a time; yields how many. Selling does that by itself, too."""
    while True:
        async with deps.database.read() as conn:
            event_ids = await house.with_due_holds(conn, deps.clock(), EVENTS_PER_RELEASE)
        if not event_ids:
            return
        outcomes = await asyncio.gather(*(deps.engine.submit(ExpireRequest(event_id)) for event_id in event_ids))
        yield sum(outcome.holds for outcome in outcomes if isinstance(outcome, Released))
