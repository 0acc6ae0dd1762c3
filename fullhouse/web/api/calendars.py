"""Calendar files of events and bookings."""

from fullhouse.actions import calendar
from fullhouse.actions.deps import Deps
from fullhouse.printing.calendar import MEDIA_TYPE
from fullhouse.rules.mail import Language
from fullhouse.web.api.bookings import id_of
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.api.printed_tickets import file
from fullhouse.web.call import Call
from fullhouse.web.http import Answer


async def of_event(deps: Deps, call: Call, event_id: str, language: Language | None) -> Answer:
    """`GET /events/{id}/calendar.ics`."""
    drafts = call.caller.may("read")
    written = await calendar.of_an_event(deps, event_id_of(event_id), language, drafts=drafts)
    return file(written, MEDIA_TYPE, "event.ics")


async def of_booking(deps: Deps, booking_id: str, language: Language | None) -> Answer:
    """`GET /bookings/{id}/calendar.ics`."""
    return file(await calendar.of_a_booking(deps, id_of(booking_id), language), MEDIA_TYPE, "booking.ics")
