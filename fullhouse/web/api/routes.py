"""The API's routes with their description, as the OpenAPI document shows it."""

from fastapi import APIRouter, Response, Security, params
from fastapi.security import HTTPBearer

from fullhouse.actions.deps import Deps
from fullhouse.rules.event import EventFilter
from fullhouse.web.api import (
    audit_log_routes,
    booking_list_routes,
    booking_routes,
    cancellation_routes,
    change_routes,
    event_routes,
    events,
    export_routes,
    history_routes,
    image_routes,
    live_routes,
    organizer_routes,
    payment_routes,
    privacy_routes,
    sales_routes,
    settlement_routes,
    ticket_routes,
)
from fullhouse.web.api.documents import (
    AT_ONES_OWN,
    IDEMPOTENCY_KEY,
    IN_DOUBT,
    MANAGEMENT,
    NEXT_LINK,
    ORGANIZER,
    body_of,
    made,
    problems,
)
from fullhouse.web.api.event_shapes import EventRequest
from fullhouse.web.api.parameters import CurrentCall, Cursor, EventId, Limit, Since, State, Text, Until
from fullhouse.web.api.shapes import AvailabilityShape, EventShape
from fullhouse.web.respond import response_of

# Only for the document: the front door has read the key, and refuses a wrong one on any call.
API_KEY = HTTPBearer(scheme_name="ApiKey", description="From 'fullhouse key create NAME'.", auto_error=False)


def build(deps: Deps, *, num_seats_max: int, is_open: bool) -> APIRouter:
    """All calls of the API. In the open playground none of them asks for a key, and the document says so."""
    router = APIRouter()
    security = [] if is_open else [Security(API_KEY)]
    _add_events(router, deps, security)
    live_routes.add(router, deps)
    event_routes.add(router, deps, security)
    booking_routes.add(router, deps, security, num_seats_max)
    cancellation_routes.add(router, deps)
    image_routes.add(router, deps, security)
    payment_routes.add(router, deps, security)
    history_routes.add(router, deps)
    audit_log_routes.add(router, deps, security)
    organizer_routes.add(router, deps, security)
    change_routes.add(router, deps, security)
    booking_list_routes.add(router, deps, security)
    export_routes.add(router, deps, security)
    sales_routes.add(router, deps, security)
    settlement_routes.add(router, deps, security)
    privacy_routes.add(router, deps, security)
    ticket_routes.add(router, deps, security)
    return router


def _add_events(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    refusals = ("slug_taken", *AT_ONES_OWN, *IN_DOUBT, *MANAGEMENT)

    @router.post(
        "/events",
        tags=["events"],
        dependencies=key,
        status_code=201,
        response_model=EventShape,
        responses={**made(EventShape), **problems(*refusals, body=True)},
        openapi_extra={"parameters": [IDEMPOTENCY_KEY, ORGANIZER], "requestBody": body_of(EventRequest)},
    )
    async def create_event(call: CurrentCall) -> Response:
        """Put an event on sale, or keep it as a draft. Needs an API key, except in the open playground."""
        return response_of(await events.create(deps, call))

    @router.get(
        "/events",
        tags=["events"],
        response_model=list[EventShape],
        responses={200: {"headers": NEXT_LINK}, **problems("not_permitted")},
    )
    async def list_events(
        call: CurrentCall,
        since: Since = None,
        until: Until = None,
        text: Text = None,
        state: State = "published",
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response:
        """List events in order of date, then id."""
        chosen = EventFilter(since, until, text, None if state == "all" else state)
        return response_of(await events.index(deps, call, chosen, limit, cursor))

    @router.get("/events/{event_id}", tags=["events"], response_model=EventShape, responses=problems("event_not_found"))
    async def show_event(event_id: EventId, call: CurrentCall) -> Response:
        """Show an event with what is left of it. Drafts need an API key, except in the open playground."""
        return response_of(await events.show(deps, call, event_id))

    @router.get(
        "/events/{event_id}/availability",
        tags=["events"],
        response_model=AvailabilityShape,
        responses=problems("event_not_found"),
    )
    async def show_availability(event_id: EventId, call: CurrentCall) -> Response:
        """Tell what is left of an event, as of now."""
        return response_of(await events.availability(deps, call, event_id))
