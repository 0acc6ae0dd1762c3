"""The routes of organizers and their API keys, with their description."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response, params

from fullhouse.actions.deps import Deps
from fullhouse.web.api import keys, organizers
from fullhouse.web.api.documents import IN_DOUBT, KEYED, MANAGEMENT, NEXT_LINK, body_of, made, problems
from fullhouse.web.api.organizer_shapes import (
    KeyRequest,
    KeyShape,
    MadeKeyShape,
    OrganizerChanges,
    OrganizerRequest,
    OrganizerShape,
    ProfileShape,
    WipedShape,
)
from fullhouse.web.api.parameters import CurrentCall, OrganizerId
from fullhouse.web.respond import response_of

KeyId = Annotated[str, Path(description="The API key's id, not the key itself.")]
Limit = Annotated[int, Query(ge=1, le=200, description="API keys on a page.")]
Cursor = Annotated[str | None, Query(max_length=200, description="From the Link header of the page before.")]

READ = ("organizer_not_found", *MANAGEMENT)
CHANGE = (*READ, *IN_DOUBT)


def add(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    """Add them all; `key` documents that a call needs to know who calls."""
    _add_organizers(router, deps, key)
    _add_profile(router, deps)
    _add_keys(router, deps, key)

    @router.delete(
        "/organizers/{organizer_id}/test-data",
        tags=["organizers"],
        dependencies=key,
        response_model=WipedShape,
        responses=problems(*READ),
    )
    async def wipe_test_data(organizer_id: OrganizerId) -> Response:
        """Delete the events of the organizer's tests with all that belongs to them, some at a time.

        Call again until `is_done`. The keys for tests stay.
        """
        return response_of(await organizers.wipe(deps, organizer_id))


def _add_organizers(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.post(
        "/organizers",
        tags=["organizers"],
        dependencies=key,
        status_code=201,
        response_model=OrganizerShape,
        responses={**made(OrganizerShape), **problems(*MANAGEMENT, *IN_DOUBT, body=True)},
        openapi_extra={**KEYED, "requestBody": body_of(OrganizerRequest)},
    )
    async def create_organizer(call: CurrentCall) -> Response:
        """Make an organizer. For people who are signed in, not for API keys."""
        return response_of(await organizers.create(deps, call))

    @router.get(
        "/organizers/{organizer_id}",
        tags=["organizers"],
        dependencies=key,
        response_model=OrganizerShape,
        responses=problems(*READ),
    )
    async def show_organizer(organizer_id: OrganizerId) -> Response:
        """Show an organizer to those who work for it."""
        return response_of(await organizers.show(deps, organizer_id))

    @router.patch(
        "/organizers/{organizer_id}",
        tags=["organizers"],
        dependencies=key,
        response_model=OrganizerShape,
        responses=problems(*CHANGE, body=True),
        openapi_extra={**KEYED, "requestBody": body_of(OrganizerChanges)},
    )
    async def change_organizer(organizer_id: OrganizerId, call: CurrentCall) -> Response:
        """Change some fields of an organizer; those that are not sent stay as they are."""
        return response_of(await organizers.change(deps, call, organizer_id))


def _add_profile(router: APIRouter, deps: Deps) -> None:
    @router.get(
        "/organizers/{organizer_id}/profile",
        tags=["organizers"],
        response_model=ProfileShape,
        responses=problems("organizer_not_found"),
    )
    async def show_profile(organizer_id: OrganizerId) -> Response:
        """Show what an organizer shows of itself to everybody: name, colour, logo, description, website."""
        return response_of(await organizers.profile(deps, organizer_id))


def _add_keys(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    @router.get(
        "/organizers/{organizer_id}/keys",
        tags=["organizers"],
        dependencies=key,
        response_model=list[KeyShape],
        responses={200: {"headers": NEXT_LINK}, **problems(*READ)},
    )
    async def list_keys(organizer_id: OrganizerId, limit: Limit = 50, cursor: Cursor = None) -> Response:
        """List the API keys of an organizer, also those for its tests and those that are revoked; the oldest first."""
        return response_of(await keys.index(deps, organizer_id, limit, cursor))

    @router.post(
        "/organizers/{organizer_id}/keys",
        tags=["organizers"],
        dependencies=key,
        status_code=201,
        response_model=MadeKeyShape,
        responses=problems(*CHANGE, body=True),
        openapi_extra={**KEYED, "requestBody": body_of(KeyRequest)},
    )
    async def create_key(organizer_id: OrganizerId, call: CurrentCall) -> Response:
        """Make an API key. It is shown in this answer alone; only a hash of it is kept."""
        return response_of(await keys.create(deps, call, organizer_id))

    @router.delete(
        "/organizers/{organizer_id}/keys/{key_id}",
        tags=["organizers"],
        dependencies=key,
        status_code=204,
        response_model=None,
        responses=problems("key_not_found", *CHANGE),
        openapi_extra=KEYED,
    )
    async def revoke_key(organizer_id: OrganizerId, key_id: KeyId, call: CurrentCall) -> Response:
        """Revoke an API key: from now on it opens nothing."""
        return response_of(await keys.revoke(deps, call, organizer_id, key_id))
