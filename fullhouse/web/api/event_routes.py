"""The routes of an organizer's work with events, with their description."""

from typing import Annotated

from fastapi import APIRouter, Path, Response, params

from fullhouse.actions.deps import Deps
from fullhouse.web.api import event_cancellations, event_details, series
from fullhouse.web.api.documents import CHANGE, KEYED, MANAGEMENT, body_of, changing, made, making, problems
from fullhouse.web.api.event_cancellation_shapes import EventCancellationRequest, EventCancellationShape
from fullhouse.web.api.event_shapes import CopyRequest, DetailsShape, EventPatch, SeriesRequest
from fullhouse.web.api.parameters import CurrentCall, EventId
from fullhouse.web.api.shapes import EventShape
from fullhouse.web.respond import response_of

SeriesId = Annotated[str, Path(description="The series' id.")]


def add(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    """Add them all; `key` documents that a call needs an API key."""
    _add_details(router, deps, key)
    _add_publication(router, deps, key)
    _add_cancellation(router, deps, key)
    _add_series(router, deps, key)


def _add_details(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.get(
        "/events/{event_id}/details",
        tags=["events"],
        response_model=DetailsShape,
        responses=problems("event_not_found"),
    )
    async def show_details(event_id: EventId, call: CurrentCall) -> Response:
        """Show all that is known of an event. Drafts need an API key, except in the open playground."""
        return response_of(await event_details.show(deps, call, event_id))

    @router.patch(
        "/events/{event_id}",
        tags=["events"],
        dependencies=key,
        **changing(EventPatch, DetailsShape, "event_not_changeable", "event_in_use", "slug_taken"),
    )
    async def change_event(event_id: EventId, call: CurrentCall) -> Response:
        """Change some fields of an event; those that are not sent stay as they are."""
        return response_of(await event_details.change(deps, call, event_id))


def _add_publication(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.post(
        "/events/{event_id}/publication",
        tags=["events"],
        dependencies=key,
        status_code=201,
        response_model=DetailsShape,
        responses={
            **made(DetailsShape),
            200: {"model": DetailsShape, "description": "It was published before; nothing has changed."},
            **problems(*CHANGE, "event_not_changeable"),
        },
        openapi_extra=KEYED,
    )
    async def publish_event(event_id: EventId, call: CurrentCall) -> Response:
        """Publish a draft: from now on everybody sees it, and can book it."""
        return response_of(await event_details.publish(deps, call, event_id))

    @router.delete(
        "/events/{event_id}/publication",
        tags=["events"],
        dependencies=key,
        response_model=DetailsShape,
        responses=problems(*CHANGE, "event_not_changeable", "event_in_use"),
        openapi_extra=KEYED,
    )
    async def withdraw_event(event_id: EventId, call: CurrentCall) -> Response:
        """Make a published event a draft again, as long as nothing of it is booked or held."""
        return response_of(await event_details.withdraw(deps, call, event_id))


def _add_cancellation(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.post(
        "/events/{event_id}/cancellation",
        tags=["events"],
        dependencies=key,
        status_code=202,
        response_model=EventCancellationShape,
        responses=problems(*CHANGE, "event_not_changeable", body=True),
        openapi_extra={**KEYED, "requestBody": {**body_of(EventCancellationRequest), "required": False}},
    )
    async def cancel_event(event_id: EventId, call: CurrentCall) -> Response:
        """Cancel a whole event. It sells nothing from now on, and all its bookings are cancelled and refunded.

        That goes on after the answer, which says how far it has come. Again: nothing is done twice.
        """
        return response_of(await event_cancellations.begin(deps, call, event_id))

    @router.get(
        "/events/{event_id}/cancellation",
        tags=["events"],
        dependencies=key,
        response_model=EventCancellationShape,
        responses=problems("event_not_found", "event_not_cancelled", *MANAGEMENT),
    )
    async def show_cancellation(event_id: EventId) -> Response:
        """Show how far the cancellation of an event has come, and what people still have to give back."""
        return response_of(await event_cancellations.show(deps, event_id))


def _add_series(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.post(
        "/events/{event_id}/copies",
        tags=["events"],
        dependencies=key,
        **making(CopyRequest, DetailsShape),
    )
    async def copy_event(event_id: EventId, call: CurrentCall) -> Response:
        """Make a draft with everything of an event but its slug and its bookings, for another date."""
        return response_of(await series.copy(deps, call, event_id))

    @router.post(
        "/events/{event_id}/series",
        tags=["series"],
        dependencies=key,
        status_code=201,
        response_model=list[EventShape],
        responses={**made(EventShape), **problems(*CHANGE, "event_not_changeable", body=True)},
        openapi_extra={**KEYED, "requestBody": body_of(SeriesRequest)},
    )
    async def repeat_event(event_id: EventId, call: CurrentCall) -> Response:
        """Make a series of an event, which is its first, and a draft for each further date of the rule.

        The time of day stays what it is in the event's time zone. The answer has all events of the series.
        """
        return response_of(await series.repeat(deps, call, event_id))

    @router.get(
        "/series/{series_id}",
        tags=["series"],
        response_model=list[EventShape],
        responses=problems("series_not_found"),
    )
    async def show_series(series_id: SeriesId, call: CurrentCall) -> Response:
        """List the events of a series in order of date. Drafts need an API key, except in the open playground."""
        return response_of(await series.show(deps, call, series_id))
