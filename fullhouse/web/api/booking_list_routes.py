"""The routes of the lists of bookings and tickets, with their description."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, params

from fullhouse.actions.deps import Deps
from fullhouse.rules.booking_filter import BookingFilter, TicketState
from fullhouse.web.api import booking_lists
from fullhouse.web.api.booking_list_shapes import ListedBookingShape, ListedTicketShape, booking_filter
from fullhouse.web.api.booking_lists import Wanted
from fullhouse.web.api.documents import MANAGEMENT, NEXT_LINK, problems
from fullhouse.web.api.parameters import Cursor, EventId, OrganizerId
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.respond import response_of

Chosen = Annotated[BookingFilter, Depends(booking_filter)]
ListLimit = Annotated[int, Query(ge=1, le=200, description="Entries on a page, at most.")]
ChosenState = Annotated[TicketState | None, Query(description="Whether the ticket is good.")]


def add(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    """Add them; `key` documents that a call needs an API key."""
    _add_bookings(router, deps, key)
    _add_tickets(router, deps, key)


def _add_bookings(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.get(
        "/events/{event_id}/bookings",
        tags=["bookings"],
        dependencies=key,
        response_model=list[ListedBookingShape],
        responses={200: {"headers": NEXT_LINK}, **problems("event_not_found", *MANAGEMENT)},
    )
    async def list_bookings(
        event_id: EventId, chosen: Chosen, limit: ListLimit = 50, cursor: Cursor = None
    ) -> Response:
        """List the bookings of an event, the newest first.

        A page may have fewer entries than `limit`, or none, while there are more: go on as long as there is a `Link`.
        """
        return response_of(await booking_lists.bookings(deps, event_id, Wanted(chosen, limit, cursor)))

    @router.get(
        "/organizers/{organizer_id}/bookings",
        tags=["bookings"],
        dependencies=key,
        response_model=list[ListedBookingShape],
        responses={200: {"headers": NEXT_LINK}, **problems("organizer_not_found", *MANAGEMENT)},
    )
    async def list_all_bookings(
        organizer_id: OrganizerId, chosen: Chosen, limit: ListLimit = 50, cursor: Cursor = None
    ) -> Response:
        """List the bookings of all events of an organizer, the newest first, or find one by whatever is known of it.

        A page may have fewer entries than `limit`, or none, while there are more: go on as long as there is a `Link`.
        """
        canonical = organizer_id_of(organizer_id)
        return response_of(await booking_lists.all_bookings(deps, canonical, Wanted(chosen, limit, cursor)))


def _add_tickets(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.get(
        "/events/{event_id}/tickets",
        tags=["bookings"],
        dependencies=key,
        response_model=list[ListedTicketShape],
        responses={200: {"headers": NEXT_LINK}, **problems("event_not_found", *MANAGEMENT)},
    )
    async def list_tickets(
        event_id: EventId,
        chosen: Chosen,
        ticket_state: ChosenState = None,
        limit: ListLimit = 50,
        cursor: Cursor = None,
    ) -> Response:
        """List the tickets of an event, those of the newest booking first; never with their codes.

        A page may have fewer entries than `limit`, or none, while there are more: go on as long as there is a `Link`.
        """
        narrowed = chosen._replace(ticket_state=ticket_state)
        return response_of(await booking_lists.tickets(deps, event_id, narrowed, limit, cursor))
