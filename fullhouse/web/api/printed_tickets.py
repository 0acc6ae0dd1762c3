"""Tickets as files: PDFs and QR codes, for whoever knows the booking's id."""

from fullhouse.actions import printed_ticket
from fullhouse.actions.deps import Deps
from fullhouse.rules.mail import Language
from fullhouse.rules.printed import Paper
from fullhouse.rules.reference import reference_of
from fullhouse.web.api.bookings import id_of
from fullhouse.web.api.holders import number_of
from fullhouse.web.call import Call
from fullhouse.web.http import Answer

PDF = "application/pdf"
SVG = "image/svg+xml"
PNG = "image/png"


async def tickets_pdf(deps: Deps, call: Call, booking_id: str, language: Language | None, paper: Paper) -> Answer:
    """`GET /bookings/{id}/tickets.pdf`."""
    found, written = await printed_ticket.pdf(deps, call.address, id_of(booking_id), None, language, paper)
    return file(written, PDF, f"tickets-{reference_of(found.event.id, found.booking.number)}.pdf")


async def ticket_pdf(
    deps: Deps, call: Call, booking_id: str, number: str, language: Language | None, paper: Paper
) -> Answer:
    """`GET /bookings/{id}/tickets/{number}/ticket.pdf`."""
    canonical, n = id_of(booking_id), number_of(number)
    found, written = await printed_ticket.pdf(deps, call.address, canonical, n, language, paper)
    return file(written, PDF, f"ticket-{reference_of(found.event.id, found.booking.number)}-{n}.pdf")


async def qr_svg(deps: Deps, booking_id: str, number: str) -> Answer:
    """`GET /bookings/{id}/tickets/{number}/qr.svg`."""
    n = number_of(number)
    return file(await printed_ticket.qr_picture(deps, id_of(booking_id), n, as_png=False), SVG, f"qr-{n}.svg")


async def qr_png(deps: Deps, booking_id: str, number: str) -> Answer:
    """`GET /bookings/{id}/tickets/{number}/qr.png`."""
    n = number_of(number)
    return file(await printed_ticket.qr_picture(deps, id_of(booking_id), n, as_png=True), PNG, f"qr-{n}.png")


def file(content: bytes, media_type: str, name: str) -> Answer:
    """A file that lets somebody in or names people: it is shown in the browser, and nobody in between keeps a copy."""
    headers = [
        (b"content-type", media_type.encode()),
        (b"content-disposition", f'inline; filename="{name}"'.encode()),
        (b"cache-control", b"private, no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    return Answer(200, headers, content)
