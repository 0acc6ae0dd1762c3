"""The API's routes with their description, as the OpenAPI document shows it."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response, Security, params
from fastapi.security import HTTPBearer

from fullhouse.actions.deps import Deps
from fullhouse.rules.event import EventFilter
from fullhouse.rules.refusals import ValidationFailed
from fullhouse.web.api import bookings, events
from fullhouse.web.api.documents import IDEMPOTENCY_KEY, MANAGEMENT, body_of, made, problems
from fullhouse.web.api.shapes import (
    TEXT_PATTERN,
    AvailabilityShape,
    BookingRequest,
    BookingShape,
    EventRequest,
    EventShape,
    Moment,
    has_control_characters,
)
from fullhouse.web.call import Call
from fullhouse.web.respond import response_of


def current_call(request: Request) -> Call:
    """The call as the front door has read it."""
    call: Call = request.scope["fullhouse.call"]
    return call


def one_line(
    q: Annotated[
        str | None,
        Query(
            max_length=200,
            description="Text in the name or the venue.",
            json_schema_extra={"pattern": f"^{TEXT_PATTERN}*$"},
        ),
    ] = None,
) -> str | None:
    """Refuse what PostgreSQL's text can't hold."""
    if q is not None and has_control_characters(q):
        raise ValidationFailed("q: must not hold control characters.", field="q")
    return q


CurrentCall = Annotated[Call, Depends(current_call)]
EventId = Annotated[str, Path(description="The event's id.")]
BookingId = Annotated[str, Path(description="The booking's id.")]
Text = Annotated[str | None, Depends(one_line)]
Since = Annotated[Moment | None, Query(alias="from", description="Events that begin at this moment or later.")]
Until = Annotated[Moment | None, Query(alias="to", description="Events that begin before this moment.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Events on a page.")]
Cursor = Annotated[str | None, Query(max_length=200, description="From the Link header of the page before.")]

# Only for the document: the front door has read the key, and refuses a wrong one on any call.
API_KEY = HTTPBearer(scheme_name="ApiKey", description="From 'fullhouse key create NAME'.", auto_error=False)

NEXT_LINK = {
    "Link": {"description": 'The next page, while there is more: `<…>; rel="next"`.', "schema": {"type": "string"}}
}


def build(deps: Deps, *, num_seats_max: int, is_open: bool) -> APIRouter:
    """All calls of the API. In the open playground none of them asks for a key, and the document says so."""
    router = APIRouter()
    _add_events(router, deps, [] if is_open else [Security(API_KEY)])
    _add_bookings(router, deps, num_seats_max)
    return router


def _add_events(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.post(
        "/events",
        tags=["events"],
        dependencies=key,
        status_code=201,
        response_model=EventShape,
        responses={**made(EventShape), **problems("idempotency_key_reused", "outcome_unknown", *MANAGEMENT, body=True)},
        openapi_extra={"parameters": [IDEMPOTENCY_KEY], "requestBody": body_of(EventRequest)},
    )
    async def create_event(call: CurrentCall) -> Response:
        """Put an event on sale. Needs an API key, except in the open playground."""
        return response_of(await events.create(deps, call))

    @router.get(
        "/events",
        tags=["events"],
        response_model=list[EventShape],
        responses={200: {"headers": NEXT_LINK}, **problems()},
    )
    async def list_events(
        since: Since = None, until: Until = None, text: Text = None, limit: Limit = 50, cursor: Cursor = None
    ) -> Response:
        """List events in order of date, then id."""
        return response_of(await events.index(deps, EventFilter(since, until, text), limit, cursor))

    @router.get("/events/{event_id}", tags=["events"], response_model=EventShape, responses=problems("event_not_found"))
    async def show_event(event_id: EventId) -> Response:
        """Show an event with what is left of it."""
        return response_of(await events.show(deps, event_id))

    @router.get(
        "/events/{event_id}/availability",
        tags=["events"],
        response_model=AvailabilityShape,
        responses=problems("event_not_found"),
    )
    async def show_availability(event_id: EventId) -> Response:
        """Tell what is left of an event, as of now."""
        return response_of(await events.availability(deps, event_id))


def _add_bookings(router: APIRouter, deps: Deps, num_seats_max: int) -> None:
    refusals = ("event_not_found", "not_enough_seats", "event_over", "idempotency_key_reused", "outcome_unknown")
    body = body_of(BookingRequest, num_seats={"maximum": num_seats_max})

    @router.post(
        "/bookings",
        tags=["bookings"],
        status_code=201,
        response_model=BookingShape,
        responses={**made(BookingShape), **problems(*refusals, body=True)},
        openapi_extra={"parameters": [IDEMPOTENCY_KEY], "requestBody": body},
    )
    async def book(call: CurrentCall) -> Response:
        """Book places. First come, first served; a 409 says how many seats are left."""
        return response_of(await bookings.book(deps, call))

    @router.get(
        "/bookings/{booking_id}",
        tags=["bookings"],
        response_model=BookingShape,
        responses=problems("booking_not_found"),
    )
    async def show_booking(booking_id: BookingId) -> Response:
        """Show a booking. Whoever knows its id may see it."""
        return response_of(await bookings.show(deps, booking_id))

    extra: dict[str, Any] = {"parameters": [IDEMPOTENCY_KEY]}

    @router.patch(
        "/bookings/{booking_id}/cancel",
        tags=["bookings"],
        response_model=BookingShape,
        responses=problems("booking_not_found", "idempotency_key_reused", "outcome_unknown"),
        openapi_extra=extra,
    )
    async def cancel_booking(booking_id: BookingId, call: CurrentCall) -> Response:
        """Cancel a booking; its places are free at once. Again: the same answer, nothing is given back twice."""
        return response_of(await bookings.cancel(deps, call, booking_id))
