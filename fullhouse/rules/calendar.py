"""Entries of calendars (RFC 5545): what one says of an event, or of a booking of it, and how later ones replace it."""

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.booking import Booking, status_at
from fullhouse.rules.printed import PrintedEvent
from fullhouse.rules.reference import reference_of

EntryStatus: TypeAlias = Literal["TENTATIVE", "CONFIRMED", "CANCELLED"]


class CalendarEntry(NamedTuple):
    """An entry. Its `uid` never changes, and `sequence` rises with each change (RFC 5545, 3.8.4.7 and 3.8.7.4)."""

    uid: str
    sequence: int
    status: EntryStatus
    event: PrintedEvent
    reference: str | None = None
    tickets: int = 0


def of_event(event: PrintedEvent) -> CalendarEntry:
    """The entry of an event."""
    status: EntryStatus = "CANCELLED" if event.state == "cancelled" else "CONFIRMED"
    return CalendarEntry(f"event-{event.id}", 2 * event.version, status, event)


def of_booking(event: PrintedEvent, booking: Booking, now: datetime) -> CalendarEntry:
    """The entry of a booking. Its cancellation counts beside the event's changes, so that it replaces what was before.

    Its uid tells nobody the booking's id, which is the buyer's key: calendars are shared.
    """
    status_now = status_at(booking, now)
    is_off = status_now in {"cancelled", "expired"}
    status: EntryStatus = "TENTATIVE" if status_now == "held" else "CONFIRMED"
    reference = reference_of(event.id, booking.number)
    return CalendarEntry(
        f"booking-{event.id}-{reference}",
        2 * event.version + is_off,
        "CANCELLED" if is_off or event.state == "cancelled" else status,
        event,
        reference,
        booking.places,
    )
