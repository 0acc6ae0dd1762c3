"""The routes of members and invitations, with their description."""

from typing import Annotated

from fastapi import APIRouter, Path, Response, params

from fullhouse.actions.deps import Deps
from fullhouse.web.api import invitations, members
from fullhouse.web.api.documents import IN_DOUBT, KEYED, MANAGEMENT, body_of, problems
from fullhouse.web.api.member_shapes import (
    AcceptanceRequest,
    InvitationRequest,
    InvitationShape,
    MemberChanges,
    MemberShape,
)
from fullhouse.web.api.parameters import CurrentCall, OrganizerId
from fullhouse.web.api.session_routes import SIGNED_IN
from fullhouse.web.api.session_shapes import BegunShape
from fullhouse.web.respond import response_of

PersonId = Annotated[str, Path(description="The person's id.")]
InvitationId = Annotated[str, Path(description="The invitation's id, not its token.")]

READ = ("organizer_not_found", *MANAGEMENT)
CHANGE = (*READ, *IN_DOUBT)

MEMBERS = "/organizers/{organizer_id}/members"
MEMBER = MEMBERS + "/{person_id}"
INVITATIONS = "/organizers/{organizer_id}/invitations"


def build(deps: Deps, *, is_open: bool) -> APIRouter:
    """All calls on members and invitations."""
    router = APIRouter(tags=["members"])
    signed_in = [] if is_open else SIGNED_IN
    _add_members(router, deps, signed_in)
    _add_invitations(router, deps, signed_in)
    _add_own(router, deps)
    return router


def _add_members(router: APIRouter, deps: Deps, signed_in: list[params.Security]) -> None:
    @router.get(MEMBERS, dependencies=signed_in, response_model=list[MemberShape], responses=problems(*READ))
    async def list_members(organizer_id: OrganizerId) -> Response:
        """List who works for the organizer, the oldest first. For owners."""
        return response_of(await members.index(deps, organizer_id))

    @router.patch(
        MEMBER,
        dependencies=signed_in,
        response_model=MemberShape,
        responses=problems(*CHANGE, "member_not_found", "last_owner", body=True),
        openapi_extra={**KEYED, "requestBody": body_of(MemberChanges)},
    )
    async def change_member(organizer_id: OrganizerId, person_id: PersonId, call: CurrentCall) -> Response:
        """Give a member another role, which counts at once. The last owner stays one."""
        return response_of(await members.change(deps, call, organizer_id, person_id))

    @router.delete(
        MEMBER,
        dependencies=signed_in,
        status_code=204,
        response_model=None,
        responses=problems(*CHANGE, "member_not_found", "last_owner"),
        openapi_extra=KEYED,
    )
    async def remove_member(organizer_id: OrganizerId, person_id: PersonId, call: CurrentCall) -> Response:
        """Let a member go. The account stays; the last owner does, too."""
        return response_of(await members.remove(deps, call, organizer_id, person_id))


def _add_invitations(router: APIRouter, deps: Deps, signed_in: list[params.Security]) -> None:
    @router.get(INVITATIONS, dependencies=signed_in, response_model=list[InvitationShape], responses=problems(*READ))
    async def list_invitations(organizer_id: OrganizerId) -> Response:
        """List the invitations that can still be accepted, the newest first. For owners."""
        return response_of(await invitations.index(deps, organizer_id))

    @router.post(
        INVITATIONS,
        dependencies=signed_in,
        status_code=201,
        response_model=InvitationShape,
        responses=problems(*CHANGE, "already_member", "limit_reached", "too_many_attempts", body=True),
        openapi_extra={**KEYED, "requestBody": body_of(InvitationRequest)},
    )
    async def invite(organizer_id: OrganizerId, call: CurrentCall) -> Response:
        """Invite somebody by mail. An earlier invitation of the same address ends. For owners."""
        return response_of(await invitations.create(deps, call, organizer_id))

    @router.delete(
        INVITATIONS + "/{invitation_id}",
        dependencies=signed_in,
        status_code=204,
        response_model=None,
        responses=problems(*CHANGE, "invitation_not_found"),
        openapi_extra=KEYED,
    )
    async def revoke_invitation(organizer_id: OrganizerId, invitation_id: InvitationId, call: CurrentCall) -> Response:
        """Take an invitation back; its link stops working. For owners."""
        return response_of(await invitations.revoke(deps, call, organizer_id, invitation_id))


def _add_own(router: APIRouter, deps: Deps) -> None:
    @router.post(
        "/invitations/acceptance",
        status_code=201,
        response_model=BegunShape,
        responses=problems("link_not_valid", "already_member", "password_not_allowed", "outcome_unknown", body=True),
        openapi_extra={"requestBody": body_of(AcceptanceRequest)},
    )
    async def accept_invitation(call: CurrentCall) -> Response:
        """Accept an invitation with the token of its link.

        Who is signed in accepts as himself; somebody new says a name and a password, and gets an account. Either way
        the answer is a new session. It works once, so it takes no `Idempotency-Key`.
        """
        return response_of(await invitations.accept(deps, call))

    @router.delete(
        "/me/memberships/{organizer_id}",
        dependencies=SIGNED_IN,
        status_code=204,
        response_model=None,
        responses=problems("member_not_found", "last_owner", "not_permitted", *IN_DOUBT),
        openapi_extra=KEYED,
    )
    async def leave_organizer(organizer_id: OrganizerId, call: CurrentCall) -> Response:
        """Leave an organizer. Its last owner can't."""
        return response_of(await members.leave(deps, call, organizer_id))
