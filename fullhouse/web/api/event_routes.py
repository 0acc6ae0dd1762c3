"""The routes of an organizer's work with events, with their description."""

from typing import Annotated

from fastapi import APIRouter, Path, Response, params

from fullhouse.actions.deps import Deps
from fullhouse.web.api import event_details, series
from fullhouse.web.api.documents import MANAGEMENT, body_of, made, problems
from fullhouse.web.api.event_shapes import CopyRequest, DetailsShape, EventPatch, SeriesRequest
from fullhouse.web.api.parameters import CurrentCall, EventId
from fullhouse.web.api.shapes import EventShape
from fullhouse.web.respond import response_of

SeriesId = Annotated[str, Path(description="The series' id.")]

CHANGE = ("event_not_found", "outcome_unknown", *MANAGEMENT)
"""What any change of an event may answer with."""


def add(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    """Add them all; `key` documents that a call needs an API key."""
    _add_details(router, deps, key)
    _add_publication(router, deps, key)
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
        response_model=DetailsShape,
        responses=problems(*CHANGE, "event_not_changeable", "event_in_use", "slug_taken", body=True),
        openapi_extra={"requestBody": body_of(EventPatch)},
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
    )
    async def withdraw_event(event_id: EventId, call: CurrentCall) -> Response:
        """Make a published event a draft again, as long as nothing of it is booked or held."""
        return response_of(await event_details.withdraw(deps, call, event_id))


def _add_series(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.post(
        "/events/{event_id}/copies",
        tags=["events"],
        dependencies=key,
        status_code=201,
        response_model=DetailsShape,
        responses={**made(DetailsShape), **problems(*CHANGE, body=True)},
        openapi_extra={"requestBody": body_of(CopyRequest)},
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
        openapi_extra={"requestBody": body_of(SeriesRequest)},
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
