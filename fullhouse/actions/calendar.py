"""Calendar files of events and bookings, made when somebody asks."""

from fullhouse.actions import booking as bookings
from fullhouse.actions.deps import Deps
from fullhouse.printing.calendar import calendar_of
from fullhouse.rules.calendar import CalendarEntry, of_booking, of_event
from fullhouse.rules.mail import Language
from fullhouse.rules.refusals import EventNotFound
from fullhouse.store import event, printed


async def of_an_event(deps: Deps, event_id: str, language: Language | None, *, drafts: bool) -> bytes:
    """The calendar file of an event; of a draft only for who may see `drafts`. Raises EventNotFound and Busy."""
    async with deps.reading() as conn:
        whole = await event.find_whole(conn, event_id)
        if whole is None or (whole.state == "draft" and not drafts):
            raise EventNotFound("There is no such event.")
        found = await printed.event(conn, event_id)
    return _file(deps, of_event(found), language)


async def of_a_booking(deps: Deps, booking_id: str, language: Language | None) -> bytes:
    """The calendar file of a booking as it is now. Raises BookingNotFound and Busy."""
    booking = await bookings.find(deps, booking_id)
    async with deps.reading() as conn:
        found = await printed.event(conn, booking.event_id)
    return _file(deps, of_booking(found, booking, deps.clock()), language)


def _file(deps: Deps, entry: CalendarEntry, language: Language | None) -> bytes:
    url = f"{deps.mail_terms.public_url}/shop/events/{entry.event.id}"
    return calendar_of(entry, deps.clock(), deps.mail_terms.domain, url, language or entry.event.language)
