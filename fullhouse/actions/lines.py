"""Other lines for a hold."""

from fullhouse.actions import acting, booking, payment
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import ChangeRequest, Outcome


async def change(deps: Deps, asked: ChangeRequest) -> Outcome:
    """Change the lines through the engine, after closing a payment that is open for those of before.

    The event of `asked` is looked up. Raises ValidationFailed, BookingNotFound, BookingNotHeld when it is paid by now,
    Busy, OutcomeUnknown and ProviderUnavailable; the other refusals are outcomes.
    """
    booking.require_tickets_max(deps, asked.lines)
    found = await booking.find(deps, asked.booking_id)
    # Answered before: then a payment may be open for the lines of now.
    if asked.key is None or not await booking.is_answered(deps, asked.key):
        await payment.close_open(deps, found)
    return await deps.engine.submit(asked._replace(event_id=found.event_id, who=acting.staff()))
