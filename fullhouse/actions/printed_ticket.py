"""Tickets as they are shown and printed: with their signed codes, made when somebody asks and kept nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from fullhouse.actions import booking as bookings
from fullhouse.actions.deps import Deps
from fullhouse.printing import qr
from fullhouse.printing.press import PressBusyError
from fullhouse.printing.ticket import document_of
from fullhouse.rules.attempt import network_of
from fullhouse.rules.booking import Booking
from fullhouse.rules.mail import Language
from fullhouse.rules.printed import Paper, PrintedEvent, PrintedTicket, printed_tickets, require_printable
from fullhouse.rules.refusals import busy
from fullhouse.rules.ticket_code import SigningKey, signed_code
from fullhouse.store import printed, ticket, ticket_key


class Printable(NamedTuple):
    """The tickets of a booking that are to be shown, with all that is said of them and the key that signs them."""

    event: PrintedEvent
    booking: Booking
    tickets: list[PrintedTicket]
    key: SigningKey

    @property
    def with_codes(self) -> list[tuple[PrintedTicket, str]]:
        """The tickets beside their signed codes."""
        return [(one, signed_code(one.ticket, self.key)) for one in self.tickets]


async def find(deps: Deps, booking_id: str, number: int | None = None) -> Printable:
    """The valid tickets of a booking, or the one of that number, to be shown to whoever knows the booking's id.

    Raises BookingNotFound, TicketsNotIssued, TicketNotFound, TicketNotValid, EventCancelled and Busy.
    """
    found = await bookings.find(deps, booking_id)
    async with deps.reading() as conn:
        event = await printed.event(conn, found.event_id)
        issued = await ticket.of_booking(conn, found)
        require_printable(event, found, issued, number)
        names = await printed.type_names(conn, found.event_id)
        key = await ticket_key.signing(conn)
    return Printable(event, found, printed_tickets(found, issued, names, number), key)


async def pdf(
    deps: Deps, address: str, booking_id: str, number: int | None, language: Language | None, paper: Paper
) -> tuple[Printable, bytes]:
    """The same as a PDF for who comes from `address`, one ticket a page, in this language or else the organizer's.

    Raises as `find` and `printing` do.
    """
    found = await find(deps, booking_id, number)
    with printing(deps, address, booking_id):
        written = await deps.press.pdf(
            "ticket",
            lambda: document_of(
                found.event, found.with_codes, language or found.event.language, paper, found.event.look
            ),
        )
    return found, written


@contextmanager
def printing(deps: Deps, address: str, booking_id: str) -> Iterator[None]:
    """Raises Busy for a press that has too much to do, and TooMuchAtOnce when it would do it for one alone."""
    of = deps.crowds
    try:
        with of.documents_of_booking.one(booking_id), of.documents_of_address.one(network_of(address)):
            yield
    except PressBusyError as error:
        raise busy("Too many documents are being made at the moment. Try again.") from error


async def qr_picture(deps: Deps, booking_id: str, number: int, *, as_png: bool) -> bytes:
    """The QR of one ticket as SVG, or as PNG. Raises as `find` does."""
    ((_, code),) = (await find(deps, booking_id, number)).with_codes
    return qr.png(code) if as_png else qr.svg(code)
