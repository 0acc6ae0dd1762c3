"""Which bookings, or tickets of them, a list or an export is about."""

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.booking import PaymentWay, Status
from fullhouse.rules.reference import number_of

TicketState: TypeAlias = Literal["valid", "cancelled"]


class BookingFilter(NamedTuple):
    """What a booking has to be like; what is None does not matter.

    `text` is part of a name or a mail address, or a whole reference. `email` is the whole mail address of the buyer.
    `promo_code` is in its normal form. `ticket_state` is for tickets alone.
    """

    status: Status | None = None
    ticket_type_id: str | None = None
    text: str | None = None
    email: str | None = None
    made_from: datetime | None = None
    made_until: datetime | None = None
    promo_code: str | None = None
    paid_by: PaymentWay | None = None
    ticket_state: TicketState | None = None


ALL = BookingFilter()


class TicketPosition(NamedTuple):
    """A place in the list of an event's tickets: the last one that was looked at."""

    booking_number: int
    number: int


def number_meant(chosen: BookingFilter, event_id: str, bookings_made: int) -> int | None:
    """The number of the one booking that a text is the reference of; None when it is none of this event.

    A name of six letters could be one by chance: with a million bookings, one in a thousand is.
    """
    number = None if chosen.text is None else number_of(event_id, chosen.text)
    return number if number is not None and 1 <= number <= bookings_made else None
