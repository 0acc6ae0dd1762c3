"""The routes of privacy, with their description."""

from typing import Annotated

from fastapi import APIRouter, Query, Response, params

from fullhouse.actions.deps import Deps
from fullhouse.rules.privacy import RETENTION_DAYS_MIN
from fullhouse.web.api import privacy
from fullhouse.web.api.booking_list_shapes import SoughtAddress
from fullhouse.web.api.documents import IN_DOUBT, KEYED, MANAGEMENT, body_of, problems
from fullhouse.web.api.export_routes import OrganizerId
from fullhouse.web.api.parameters import CurrentCall
from fullhouse.web.api.privacy_shapes import (
    ErasureRequest,
    ErasureShape,
    PersonShape,
    RetentionPreviewShape,
    RetentionShape,
)
from fullhouse.web.respond import response_of

Email = Annotated[SoughtAddress, Query(description="The mail address that the person booked with.")]
Days = Annotated[
    int | None, Query(ge=RETENTION_DAYS_MIN, le=36_500, description="Try so many days instead of those that are set.")
]
NOT_FOUND = ("organizer_not_found", *MANAGEMENT)


def add(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    """Add them; `key` documents that a call needs an API key."""
    _add_people(router, deps, key)
    _add_retention(router, deps, key)


def _add_people(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.get(
        "/organizers/{organizer_id}/people",
        tags=["privacy"],
        dependencies=key,
        response_model=PersonShape,
        responses=problems(*NOT_FOUND),
    )
    async def show_person(organizer_id: OrganizerId, email: Email) -> Response:
        """Tell everything about the person who booked with a mail address (GDPR, article 15).

        Addresses that differ in large letters, or behind a plus sign, are of the same person.
        """
        return response_of(await privacy.show_person(deps, organizer_id, email))

    @router.post(
        "/organizers/{organizer_id}/erasures",
        tags=["privacy"],
        dependencies=key,
        response_model=ErasureShape,
        responses=problems(*NOT_FOUND, *IN_DOUBT, body=True),
        openapi_extra={**KEYED, "requestBody": body_of(ErasureRequest)},
    )
    async def erase_person(organizer_id: OrganizerId, call: CurrentCall) -> Response:
        """Erase a person (GDPR, article 17), or tell what that would do: `dry_run` is true unless it is said.

        Bookings stay as numbers, and the ledger stays. Bookings of events that are still to come, or with money under
        way, are not erased, and named in `kept`: cancel them first.
        """
        return response_of(await privacy.erase(deps, call, organizer_id))


def _add_retention(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.get(
        "/organizers/{organizer_id}/retention",
        tags=["privacy"],
        dependencies=key,
        response_model=RetentionShape,
        responses=problems(*NOT_FOUND),
    )
    async def show_retention(organizer_id: OrganizerId) -> Response:
        """Tell how long the names of people are kept after an event."""
        return response_of(await privacy.show_retention(deps, organizer_id))

    @router.put(
        "/organizers/{organizer_id}/retention",
        tags=["privacy"],
        dependencies=key,
        response_model=RetentionShape,
        responses=problems(*NOT_FOUND, *IN_DOUBT, body=True),
        openapi_extra={**KEYED, "requestBody": body_of(RetentionShape)},
    )
    async def change_retention(organizer_id: OrganizerId, call: CurrentCall) -> Response:
        """Say how long the names of people are kept after an event. What is erased does not come back."""
        return response_of(await privacy.change_retention(deps, call, organizer_id))

    @router.get(
        "/organizers/{organizer_id}/retention/preview",
        tags=["privacy"],
        dependencies=key,
        response_model=list[RetentionPreviewShape],
        responses=problems(*NOT_FOUND),
    )
    async def preview_retention(organizer_id: OrganizerId, days: Days = None) -> Response:
        """Tell whose names would be removed next, changing nothing: up to 200 events, the oldest first."""
        return response_of(await privacy.preview_retention(deps, organizer_id, days))
