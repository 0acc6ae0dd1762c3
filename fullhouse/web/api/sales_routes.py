"""The routes of sales in numbers, with their description."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response, params

from fullhouse.actions.deps import Deps
from fullhouse.actions.sales import Asked
from fullhouse.rules.sales import Bucket
from fullhouse.web.api import sales
from fullhouse.web.api.documents import MANAGEMENT, problems
from fullhouse.web.api.parameters import CurrentCall, EventId, OrganizerId
from fullhouse.web.api.sales_shapes import EventSalesShape, OrganizerSalesShape
from fullhouse.web.api.shapes import Id, Moment
from fullhouse.web.respond import response_of


def asked_of(
    bucket: Annotated[Bucket, Query(description="How long each part of `over_time` is.")] = "day",
    since: Annotated[
        Moment | None,
        Query(alias="from", description="From when on; by default 90 days ago, 7 for hours, 1 for quarters."),
    ] = None,
    until: Annotated[Moment | None, Query(alias="to", description="Until when; by default until now.")] = None,
) -> Asked:
    """Which part of a chart is wanted."""
    return Asked(bucket, since, until)


Chart = Annotated[Asked, Depends(asked_of)]
CompareTo = Annotated[Id | None, Query(description="Another event of the same organizer.")]


def add(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    """Add them; `key` documents that a call needs an API key."""

    @router.get(
        "/events/{event_id}/sales",
        tags=["sales"],
        dependencies=key,
        response_model=EventSalesShape,
        responses=problems("event_not_found", *MANAGEMENT),
    )
    async def event_sales(call: CurrentCall, event_id: EventId, asked: Chart, compare_to: CompareTo = None) -> Response:
        """Show an event in numbers: tickets and money by ticket type and over time, and what is taken of its pools.

        `days` has what was sold up to so many days before the event, and the same of the event in `compare_to`.
        """
        return response_of(await sales.of_event(deps, call.caller, event_id, asked, compare_to))

    @router.get(
        "/organizers/{organizer_id}/sales",
        tags=["sales"],
        dependencies=key,
        response_model=OrganizerSalesShape,
        responses=problems("organizer_not_found", *MANAGEMENT),
    )
    async def organizer_sales(organizer_id: OrganizerId, asked: Chart) -> Response:
        """Show all events of an organizer in numbers, and by currency what they sold over time."""
        return response_of(await sales.of_organizer(deps, organizer_id, asked))
