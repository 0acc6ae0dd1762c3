"""The receipt of a booking, made when somebody asks."""

from fullhouse.actions import booking as bookings
from fullhouse.actions.deps import Deps
from fullhouse.actions.printed_ticket import printing
from fullhouse.printing.receipt import document_of
from fullhouse.rules import ledger as money
from fullhouse.rules.mail import Language
from fullhouse.rules.printed import PrintedEvent
from fullhouse.rules.receipt import Receipt, receipt_of
from fullhouse.store import ledger, printed, receipt, ticket


async def find(deps: Deps, booking_id: str) -> tuple[PrintedEvent, Receipt]:
    """What is on the receipt of a booking now. Raises BookingNotFound, TicketsNotIssued and Busy."""
    found = await bookings.find(deps, booking_id)
    async with deps.reading() as conn:
        event = await printed.event(conn, found.event_id)
        tickets = await ticket.of_booking(conn, found)
        moved = await receipt.movements(conn, found)
        names = await printed.type_names(conn, found.event_id)
        rates = await receipt.tax_rates(conn, found.event_id)
        owed_minor = money.owed_minor(await ledger.of_booking(conn, found.event_id, found.number))
    return event, receipt_of(found, tickets, moved, names, rates, owed_minor)


async def pdf(deps: Deps, address: str, booking_id: str, language: Language | None) -> tuple[Receipt, bytes]:
    """The same as a PDF for who comes from `address`, in this language or else the organizer's.

    Raises as `find` and `printing` do.
    """
    event, made = await find(deps, booking_id)
    now = deps.clock()
    with printing(deps, address, booking_id):
        written = await deps.press.pdf(
            "receipt", lambda: document_of(event, made, now, language or event.language, event.look)
        )
    return made, written
