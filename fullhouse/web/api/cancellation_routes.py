"""The routes of giving tickets back, and of changing what is held, with their description."""

from fastapi import APIRouter, Response

from fullhouse.actions.deps import Deps
from fullhouse.web.api import bookings, cancellations
from fullhouse.web.api.basket_shapes import LinesRequest, ReservedShape
from fullhouse.web.api.booking_routes import NOT_LEFT, NOT_SOLD
from fullhouse.web.api.cancellation_shapes import (
    CancellationRequest,
    CancellationShape,
    RefundQuoteRequest,
    RefundQuoteShape,
)
from fullhouse.web.api.documents import IN_DOUBT, KEYED, MANAGEMENT, body_of, problems
from fullhouse.web.api.parameters import BookingId, CurrentCall
from fullhouse.web.respond import response_of

NO_TICKETS = ("booking_not_found", "booking_not_held", "ticket_not_found")


def add(router: APIRouter, deps: Deps) -> None:
    """Add the calls of buyers who think again; staff may decide more freely."""

    @router.post(
        "/bookings/{booking_id}/refund-quotes",
        tags=["bookings"],
        response_model=RefundQuoteShape,
        responses=problems(*NO_TICKETS, body=True),
        openapi_extra={"requestBody": body_of(RefundQuoteRequest)},
    )
    async def quote_refund(booking_id: BookingId, call: CurrentCall) -> Response:
        """Tell what would go back for tickets if the buyer cancelled them now, without doing it."""
        return response_of(await cancellations.quote(deps, call, booking_id))

    @router.post(
        "/bookings/{booking_id}/cancellations",
        tags=["bookings"],
        status_code=201,
        response_model=CancellationShape,
        responses=problems(
            *NO_TICKETS, "cancellation_not_allowed", "refund_changed", *IN_DOUBT, *MANAGEMENT, body=True
        ),
        openapi_extra={**KEYED, "requestBody": body_of(CancellationRequest)},
    )
    async def cancel_tickets(booking_id: BookingId, call: CurrentCall) -> Response:
        """Cancel single tickets of a booking, or all of it. The places are free at once, and the money goes back.

        Buyers get back what was agreed when they booked; staff, by their API key, say how much. Again: the same answer.
        """
        return response_of(await cancellations.create(deps, call, booking_id))

    @router.put(
        "/bookings/{booking_id}/lines",
        tags=["bookings"],
        response_model=ReservedShape,
        responses=problems(
            *("booking_not_found", "booking_not_held", "provider_down"), *NOT_LEFT, *NOT_SOLD, *IN_DOUBT, body=True
        ),
        openapi_extra={**KEYED, "requestBody": body_of(LinesRequest)},
    )
    async def change_lines(booking_id: BookingId, call: CurrentCall) -> Response:
        """Let a held booking have other lines, at the prices of now; if they can't be had, it keeps its own.

        It runs out when it would have. What has become free is confirmed. An open payment is closed first.
        """
        return response_of(await bookings.change_lines(deps, call, booking_id))
