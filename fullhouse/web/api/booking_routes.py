"""The routes of quotes, bookings and tickets, with their description for the OpenAPI document."""

from fastapi import APIRouter, Response, params

from fullhouse.actions.deps import Deps
from fullhouse.web.api import bookings, explanations, quotes
from fullhouse.web.api.basket_shapes import (
    BasketShape,
    ConfirmationRequest,
    PriceShape,
    QuoteRequest,
    ReservedShape,
    TicketShape,
)
from fullhouse.web.api.documents import IN_DOUBT, KEYED, MANAGEMENT, body_of, either_of, made, problems
from fullhouse.web.api.explanation_shapes import ExplanationShape
from fullhouse.web.api.parameters import BookingId, CurrentCall, EventId
from fullhouse.web.api.shapes import BookingRequest, BookingShape
from fullhouse.web.respond import response_of

NOT_SOLD = (
    *("event_not_found", "event_over", "event_cancelled", "not_on_sale"),
    *("ticket_type_not_found", "quantity_not_allowed", "promo_code_not_valid"),
)
NOT_LEFT = (
    *("not_enough_seats", "ticket_types_required", "promo_code_used_up"),
    *("buyer_required", "buyer_limit_reached"),
)


def add(router: APIRouter, deps: Deps, key: list[params.Depends], num_seats_max: int) -> None:
    """Add the calls of buyers, and that of the box office."""
    _add_selling(router, deps, num_seats_max)
    _add_looking(router, deps)

    @router.get(
        "/events/{event_id}/explanation",
        tags=["events"],
        dependencies=key,
        response_model=list[ExplanationShape],
        responses=problems("event_not_found", *MANAGEMENT),
    )
    async def explain(event_id: EventId) -> Response:
        """Explain for each ticket type which limit binds now, who has the places, and what would free them."""
        return response_of(await explanations.show(deps, event_id))

    @router.post(
        "/bookings/{booking_id}/confirmation",
        tags=["bookings"],
        dependencies=key,
        response_model=BookingShape | ReservedShape,
        responses=problems(
            *("booking_not_found", "booking_not_held", "hold_expired", "event_cancelled"),
            *IN_DOUBT,
            *MANAGEMENT,
            body=True,
        ),
        openapi_extra={**KEYED, "requestBody": body_of(ConfirmationRequest)},
    )
    async def confirm_booking(booking_id: BookingId, call: CurrentCall) -> Response:
        """Confirm a held booking that was paid at the box office. Needs an API key. Again: the same answer.

        A hold that has run out is confirmed too, while its places are still free.
        """
        return response_of(await bookings.confirm(deps, call, booking_id))

    @router.patch(
        "/bookings/{booking_id}/cancel",
        tags=["bookings"],
        response_model=BookingShape | ReservedShape,
        responses=problems("booking_not_found", "cancellation_not_allowed", *IN_DOUBT),
        openapi_extra=KEYED,
    )
    async def cancel_booking(booking_id: BookingId, call: CurrentCall) -> Response:
        """Cancel a booking; its places are free at once. Again: the same answer, nothing is given back twice.

        What was paid goes back: as was agreed when it was booked, or all of it when staff cancel who may decide that.
        """
        return response_of(await bookings.cancel(deps, call, booking_id))


def _add_selling(router: APIRouter, deps: Deps, num_seats_max: int) -> None:
    seats = body_of(BookingRequest, num_seats={"maximum": num_seats_max})

    @router.post(
        "/quotes",
        tags=["bookings"],
        response_model=PriceShape,
        responses=problems(*NOT_SOLD, body=True),
        openapi_extra={"requestBody": body_of(QuoteRequest)},
    )
    async def quote(call: CurrentCall) -> Response:
        """Price a basket, all-in, without taking anything. A booking of the same lines costs the same."""
        return response_of(await quotes.create(deps, call))

    @router.post(
        "/bookings",
        tags=["bookings"],
        status_code=201,
        response_model=BookingShape | ReservedShape,
        responses={
            **made(BookingShape),
            **problems(*NOT_LEFT, *NOT_SOLD, *IN_DOUBT, *MANAGEMENT, body=True),
        },
        openapi_extra={**KEYED, "requestBody": either_of(seats, body_of(BasketShape))},
    )
    async def book(call: CurrentCall) -> Response:
        """Book seats of an event, or tickets by lines. First come, first served; a 409 says what is left.

        What is free is confirmed; what has a price is held until `expires_at`.
        """
        return response_of(await bookings.book(deps, call))


def _add_looking(router: APIRouter, deps: Deps) -> None:
    @router.get(
        "/bookings/{booking_id}",
        tags=["bookings"],
        response_model=BookingShape | ReservedShape,
        responses=problems("booking_not_found"),
    )
    async def show_booking(booking_id: BookingId) -> Response:
        """Show a booking. Whoever knows its id may see it.

        Beneath it are `tickets.pdf`, `receipt.pdf` and `calendar.ics`, and `qr.svg` and `ticket.pdf` of each ticket.
        Its `apple.pkpass` and `google-wallet` are there where the operator has set certificates; elsewhere they are
        refused with `wallet_not_offered`.
        """
        return response_of(await bookings.show(deps, booking_id))

    @router.get(
        "/bookings/{booking_id}/tickets",
        tags=["bookings"],
        response_model=list[TicketShape],
        responses=problems("booking_not_found"),
    )
    async def show_tickets(booking_id: BookingId) -> Response:
        """Show the tickets of a booking; a held one has none yet. Whoever knows the booking's id may see them."""
        return response_of(await bookings.tickets(deps, booking_id))
