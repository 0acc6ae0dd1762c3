"""Receipts of bookings."""

from fullhouse.actions import receipt
from fullhouse.actions.deps import Deps
from fullhouse.rules.mail import Language
from fullhouse.rules.reference import reference_of
from fullhouse.web.api.bookings import id_of
from fullhouse.web.api.printed_tickets import PDF, file
from fullhouse.web.call import Call
from fullhouse.web.http import Answer


async def show(deps: Deps, call: Call, booking_id: str, language: Language | None) -> Answer:
    """`GET /bookings/{id}/receipt.pdf`."""
    made, written = await receipt.pdf(deps, call.address, id_of(booking_id), language)
    return file(written, PDF, f"receipt-{reference_of(made.booking.event_id, made.booking.number)}.pdf")
