"""The routes of tickets and their codes, with their description."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response, params

from fullhouse.actions.deps import Deps
from fullhouse.printing.apple_pass import MEDIA_TYPE as PKPASS
from fullhouse.rules.mail import Language
from fullhouse.rules.printed import Paper
from fullhouse.web.api import calendars, printed_tickets, receipts, ticket_codes, wallets
from fullhouse.web.api.documents import MANAGEMENT, problems
from fullhouse.web.api.history_routes import TicketNumber
from fullhouse.web.api.parameters import BookingId, CurrentCall, EventId
from fullhouse.web.api.ticket_shapes import ScannedCodeShape, TicketKeysShape
from fullhouse.web.respond import response_of

TicketCode = Annotated[str, Path(description="What the scanner has read: 178 characters of base 32.")]

InLanguage = Annotated[Language | None, Query(alias="language", description="Without it, the organizer's.")]
OnPaper = Annotated[Paper, Query(alias="paper", description="A4, or a page as wide as a phone.")]

CALENDAR = "text/calendar"
NOT_PRINTED = ("booking_not_found", "tickets_not_issued", "ticket_not_valid", "event_cancelled")


def file_of(media_type: str) -> dict[int | str, dict[str, Any]]:
    """The answer of a call that gives a file."""
    schema = {"type": "string", "format": "binary"}
    return {200: {"description": "The file.", "content": {media_type: {"schema": schema}}}}


def add(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    """Add them all; `key` documents that a call needs an API key."""
    _add_codes(router, deps, key)
    _add_pdfs(router, deps)
    _add_receipts(router, deps)
    _add_calendars(router, deps)
    _add_wallets(router, deps)
    _add_qr_codes(router, deps)


def _add_codes(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.get("/ticket-keys", tags=["tickets"], response_model=TicketKeysShape, responses=problems())
    async def list_ticket_keys() -> Response:
        """List the public keys that the codes of tickets are verified with, as a JSON Web Key Set.

        A scanner that has them needs no network to tell a forged code from a real one; docs/tickets.md says how.
        """
        return response_of(await ticket_codes.keys(deps))

    @router.get(
        "/events/{event_id}/tickets/by-code/{ticket_code}",
        tags=["tickets"],
        dependencies=key,
        response_model=ScannedCodeShape,
        responses=problems("event_not_found", *MANAGEMENT),
    )
    async def show_scanned_code(event_id: EventId, ticket_code: TicketCode) -> Response:
        """Tell how a scanned code stands at this event: whether it was transferred, cancelled or forged. Admits nobody.

        Needs the permission `scan`.
        """
        return response_of(await ticket_codes.look(deps, event_id, ticket_code))


def _add_pdfs(router: APIRouter, deps: Deps) -> None:
    @router.get(
        "/bookings/{booking_id}/tickets.pdf",
        tags=["tickets"],
        response_class=Response,
        responses={**file_of(printed_tickets.PDF), **problems(*NOT_PRINTED, "too_much_at_once")},
    )
    async def print_tickets(
        booking_id: BookingId, call: CurrentCall, language: InLanguage = None, paper: OnPaper = "a4"
    ) -> Response:
        """Print all valid tickets of a booking as a PDF, one a page. Whoever knows the booking's id may have them."""
        return response_of(await printed_tickets.tickets_pdf(deps, call, booking_id, language, paper))

    @router.get(
        "/bookings/{booking_id}/tickets/{number}/ticket.pdf",
        tags=["tickets"],
        response_class=Response,
        responses={**file_of(printed_tickets.PDF), **problems(*NOT_PRINTED, "ticket_not_found", "too_much_at_once")},
    )
    async def print_ticket(
        booking_id: BookingId,
        number: TicketNumber,
        call: CurrentCall,
        language: InLanguage = None,
        paper: OnPaper = "a4",
    ) -> Response:
        """Print one ticket of a booking as a PDF."""
        return response_of(await printed_tickets.ticket_pdf(deps, call, booking_id, number, language, paper))


def _add_receipts(router: APIRouter, deps: Deps) -> None:
    @router.get(
        "/bookings/{booking_id}/receipt.pdf",
        tags=["bookings"],
        response_class=Response,
        responses={
            **file_of(printed_tickets.PDF),
            **problems("booking_not_found", "tickets_not_issued", "too_much_at_once"),
        },
    )
    async def print_receipt(booking_id: BookingId, call: CurrentCall, language: InLanguage = None) -> Response:
        """Print the receipt of a booking as a PDF: what was sold, its tax by rates, what was paid and went back.

        It is no invoice, as the organizer's address and tax number are not known.
        """
        return response_of(await receipts.show(deps, call, booking_id, language))


def _add_calendars(router: APIRouter, deps: Deps) -> None:
    @router.get(
        "/events/{event_id}/calendar.ics",
        tags=["events"],
        response_class=Response,
        responses={**file_of(CALENDAR), **problems("event_not_found")},
    )
    async def show_event_calendar(event_id: EventId, call: CurrentCall, language: InLanguage = None) -> Response:
        """Give an event as a calendar file (RFC 5545). A later one replaces it, also when the event is cancelled."""
        return response_of(await calendars.of_event(deps, call, event_id, language))

    @router.get(
        "/bookings/{booking_id}/calendar.ics",
        tags=["bookings"],
        response_class=Response,
        responses={**file_of(CALENDAR), **problems("booking_not_found")},
    )
    async def show_booking_calendar(booking_id: BookingId, language: InLanguage = None) -> Response:
        """Give a booking as a calendar file. It has the reference in it, and nothing that opens the booking."""
        return response_of(await calendars.of_booking(deps, booking_id, language))


def _add_wallets(router: APIRouter, deps: Deps) -> None:
    refusals = problems(*NOT_PRINTED, "ticket_not_found", "wallet_not_offered")

    @router.get(
        "/bookings/{booking_id}/tickets/{number}/apple.pkpass",
        tags=["tickets"],
        response_class=Response,
        responses={**file_of(PKPASS), **refusals},
    )
    async def show_apple_pass(booking_id: BookingId, number: TicketNumber, language: InLanguage = None) -> Response:
        """Give a ticket as a pass for Apple Wallet, where that is set up."""
        return response_of(await wallets.apple(deps, booking_id, number, language))

    @router.get(
        "/bookings/{booking_id}/tickets/{number}/google-wallet",
        tags=["tickets"],
        status_code=303,
        response_class=Response,
        responses={303: {"description": "`Location` puts the ticket into Google Wallet."}, **refusals},
    )
    async def show_google_wallet(booking_id: BookingId, number: TicketNumber, language: InLanguage = None) -> Response:
        """Send the browser to where a ticket is put into Google Wallet, where that is set up."""
        return response_of(await wallets.google(deps, booking_id, number, language))


def _add_qr_codes(router: APIRouter, deps: Deps) -> None:
    refusals = problems(*NOT_PRINTED, "ticket_not_found")

    @router.get(
        "/bookings/{booking_id}/tickets/{number}/qr.svg",
        tags=["tickets"],
        response_class=Response,
        responses={**file_of(printed_tickets.SVG), **refusals},
    )
    async def show_qr_svg(booking_id: BookingId, number: TicketNumber) -> Response:
        """Show the QR code of a ticket, which holds its `ticket_code`, as SVG."""
        return response_of(await printed_tickets.qr_svg(deps, booking_id, number))

    @router.get(
        "/bookings/{booking_id}/tickets/{number}/qr.png",
        tags=["tickets"],
        response_class=Response,
        responses={**file_of(printed_tickets.PNG), **refusals},
    )
    async def show_qr_png(booking_id: BookingId, number: TicketNumber) -> Response:
        """Show the QR code of a ticket as PNG."""
        return response_of(await printed_tickets.qr_png(deps, booking_id, number))
