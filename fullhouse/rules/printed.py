"""What is printed of a booking: its event with the organizer, its tickets with their prices, and how it is to look."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.booking import Booking, Ticket
from fullhouse.rules.holder import require_issued
from fullhouse.rules.mail import Language
from fullhouse.rules.offer import EventState
from fullhouse.rules.price import shares
from fullhouse.rules.refusals import EventCancelled, TicketNotValid

Paper: TypeAlias = Literal["a4", "phone"]


class Look(NamedTuple):
    """How an organizer looks: a colour as `#rrggbb`, and a logo as the bytes of a PNG, JPEG or WebP file."""

    colour: str | None = None
    logo: bytes | None = None


PLAIN = Look()
"""An organizer who has said nothing of that."""


class PrintedEvent(NamedTuple):
    """An event as it is printed. The language, `reply_to` and the look are its organizer's."""

    id: str
    name: str
    venue: str
    starts_at: datetime
    doors_at: datetime | None
    ends_at: datetime | None
    time_zone: str
    currency: str
    state: EventState
    version: int
    created_at: datetime
    organizer_id: str
    organizer_name: str
    reply_to: str | None
    language: Language
    look: Look = PLAIN


class PrintedTicket(NamedTuple):
    """A ticket as it is printed. `price_minor` is its part of what its line costs all-in; 0 is free."""

    ticket: Ticket
    type_name: str
    price_minor: int
    currency: str
    is_comp: bool


def require_printable(event: PrintedEvent, booking: Booking, tickets: Sequence[Ticket], number: int | None) -> None:
    """Let only what still lets somebody in be printed; `number` is of one ticket, None of all that are valid.

    Raises TicketsNotIssued, TicketNotFound, TicketNotValid, and EventCancelled.
    """
    # Every booking with tickets has a first one.
    require_issued(tickets, 1 if number is None else number, booking.status)
    asked = [one for one in tickets if number in {None, one.number}]
    if event.state == "cancelled":
        raise EventCancelled("The event is cancelled, so nobody attends.")
    if all(one.state != "valid" for one in asked):
        raise TicketNotValid("The ticket is cancelled." if number else "All tickets of the booking are cancelled.")


def printed_tickets(
    booking: Booking, tickets: Sequence[Ticket], type_names: Mapping[str, str], number: int | None = None
) -> list[PrintedTicket]:
    """The valid tickets of a booking, or the one of that number, each with its part of the price."""
    prices = _prices(booking)
    currency = booking.price.currency if booking.price is not None else ""
    is_comp = booking.paid_by == "comp"
    return [
        PrintedTicket(one, type_names.get(one.ticket_type_id, ""), prices.get(one.number, 0), currency, is_comp)
        for one in tickets
        if one.state == "valid" and number in {None, one.number}
    ]


def _prices(booking: Booking) -> dict[int, int]:
    """What each ticket costs, by their numbers, which count through the lines."""
    lines = booking.price.lines if booking.price is not None else ()
    parts = (part.gross_minor for line in lines for part in shares(line.total, line.quantity))
    return dict(enumerate(parts, start=1))
