"""The routes of exports, with their description."""

from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Path, Response, params

from fullhouse.actions.deps import Deps
from fullhouse.actions.export import MEDIA_TYPES, Format
from fullhouse.rules.export import ExportKind
from fullhouse.web.api import exports
from fullhouse.web.api.booking_list_routes import Chosen, ChosenState
from fullhouse.web.api.documents import MANAGEMENT, problems
from fullhouse.web.api.parameters import EventId

ExportFile = Annotated[
    Literal[
        "bookings.csv",
        "bookings.xlsx",
        "tickets.csv",
        "tickets.xlsx",
        "holders.csv",
        "holders.xlsx",
        "money.csv",
        "money.xlsx",
    ],
    Path(description="What of it, and as which kind of file."),
]
OrganizerId = Annotated[str, Path(description="The organizer's id.")]

FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file. One that was broken off ends without the last chunk of its transfer encoding.",
        "content": {media: {"schema": {"type": "string"}} for media in MEDIA_TYPES.values()},
    }
}


def add(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    """Add them; `key` documents that a call needs an API key."""

    @router.get(
        "/events/{event_id}/exports/{file}",
        tags=["exports"],
        dependencies=key,
        response_class=Response,
        responses={**FILE, **problems("event_not_found", *MANAGEMENT)},
    )
    async def export_event(
        event_id: EventId, file: ExportFile, chosen: Chosen, ticket_state: ChosenState = None
    ) -> Response:
        """Export the bookings, tickets, holders or money of an event, as all was at one moment, filtered as the lists.

        Money is a decimal beside its currency, moments are in the event's time zone.
        """
        return exports.of_event(deps, event_id, *_parts(file), chosen._replace(ticket_state=ticket_state))

    @router.get(
        "/organizers/{organizer_id}/exports/{file}",
        tags=["exports"],
        dependencies=key,
        response_class=Response,
        responses={**FILE, **problems("organizer_not_found", *MANAGEMENT)},
    )
    async def export_organizer(
        organizer_id: OrganizerId, file: ExportFile, chosen: Chosen, ticket_state: ChosenState = None
    ) -> Response:
        """The same over all events of an organizer, in order of their dates."""
        narrowed = chosen._replace(ticket_state=ticket_state)
        return exports.of_organizer(deps, organizer_id, *_parts(file), narrowed)


def _parts(file: str) -> tuple[ExportKind, Format]:
    kind, _, file_format = file.partition(".")
    return cast("ExportKind", kind), cast("Format", file_format)
