"""Other lines for a hold."""

from fullhouse.actions import acting, booking, payment
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import ChangeRequest, Outcome
from fullhouse.store import idempotency


async def change(deps: Deps, asked: ChangeRequest) -> Outcome:
    """Change the lines through the engine, after closing a payment that is open for those of before.

    The event of `asked` is looked up. Raises ValidationFailed, BookingNotFound, BookingNotHeld when it is paid by now,
    Busy, OutcomeUnknown and ProviderUnavailable; the other refusals are outcomes.
    """
    booking.require_tickets_max(deps, asked.lines)
    found = await booking.find(deps, asked.booking_id)
    if not await _was_asked(deps, asked):
        await payment.close_open(deps, found)
    return await deps.engine.submit(asked._replace(event_id=found.event_id, who=acting.staff()))


async def _was_asked(deps: Deps, asked: ChangeRequest) -> bool:
    """Tell whether the request's key was answered before: then a payment may be open for the lines of now."""
    if asked.key is None:
        return False
    async with deps.reading() as conn:
        return await idempotency.is_remembered(conn, asked.key)
