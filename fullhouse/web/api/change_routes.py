"""The routes of what happened, for other systems to follow."""

from typing import Any

from fastapi import APIRouter, Request, Response, params

from fullhouse.actions.deps import Deps
from fullhouse.web.api import changes
from fullhouse.web.api.change_shapes import ChangesShape
from fullhouse.web.api.documents import MANAGEMENT, problems
from fullhouse.web.api.parameters import ChangesQuery, ChangesWanted, CurrentCall, OrganizerId
from fullhouse.web.call import Call
from fullhouse.web.http import ClientGoneError
from fullhouse.web.respond import response_of

DESCRIBED: dict[str, Any] = {
    "tags": ["changes"],
    "response_model": ChangesShape,
    "responses": problems("organizer_not_found", "cursor_too_old", *MANAGEMENT),
}


def add(router: APIRouter, deps: Deps, key: list[params.Security]) -> None:
    """Add the calls that other systems of an organizer make."""

    @router.get("/organizers/{organizer_id}/changes", dependencies=key, **DESCRIBED)
    async def follow_changes_of_organizer(
        organizer_id: OrganizerId,  # noqa: ARG001 - the gate has looked at it
        call: CurrentCall,
        request: Request,
        wanted: ChangesQuery,
    ) -> Response:
        """Tell what happened to an organizer's events, bookings and tickets, in order, each thing once.

        Begin without a cursor, and go on with `next_cursor` for ever: nothing is skipped, and an answer can be asked
        for again. Everything that happened to an event or a booking is told in its order. With `wait` the answer comes
        as soon as there is something new. Needs an API key, except in the open playground.
        """
        return await _answer(deps, call, wanted, request)

    @router.get("/changes", dependencies=key, **DESCRIBED)
    async def follow_changes(call: CurrentCall, request: Request, wanted: ChangesQuery) -> Response:
        """Tell the same of the organizer that the caller works for. Needs an API key, except in the open playground."""
        return await _answer(deps, call, wanted, request)


async def _answer(deps: Deps, call: Call, wanted: ChangesWanted, request: Request) -> Response:
    try:
        return response_of(await changes.index(deps, call, wanted, request.receive))
    except ClientGoneError:
        # There is nobody to answer; the log has this status.
        return Response(status_code=204)
