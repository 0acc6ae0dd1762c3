"""Histories of bookings."""

from fullhouse.actions.deps import Deps
from fullhouse.rules.history import history_of
from fullhouse.rules.refusals import BookingNotFound
from fullhouse.store import history
from fullhouse.web.api.answers import shown
from fullhouse.web.api.bookings import id_of
from fullhouse.web.api.history_shapes import entry_fields
from fullhouse.web.http import Answer


async def show(deps: Deps, booking_id: str) -> Answer:
    """`GET /bookings/{id}/history`."""
    async with deps.reading() as conn:
        past = await history.of_booking(conn, id_of(booking_id))
    if past is None:
        raise BookingNotFound("There is no such booking.")
    return shown([entry_fields(entry) for entry in history_of(past, deps.clock())])
