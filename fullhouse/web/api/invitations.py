"""Invitations: listed, sent, taken back, accepted."""

from fullhouse.actions import acceptance, invitation
from fullhouse.actions.acceptance import Accepting
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.invitation import Invitation
from fullhouse.rules.people_refusals import InvitationNotFound
from fullhouse.web.api import sessions
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.ids import id_of
from fullhouse.web.api.member_shapes import AcceptanceRequest, InvitationRequest, invitation_fields
from fullhouse.web.api.offer import asked_to_delete
from fullhouse.web.call import Call
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.http import Answer, parse
from fullhouse.web.idempotency import key_of
from fullhouse.web.visits import visit_of

NO_INVITATION = InvitationNotFound("The organizer has no such invitation that is still open.")


async def index(deps: Deps, organizer_id: str) -> Answer:
    """`GET /organizers/{id}/invitations`."""
    found = await invitation.opened(deps, organizer_id_of(organizer_id))
    return shown([invitation_fields(one) for one in found])


async def create(deps: Deps, call: Call, organizer_id: str) -> Answer:
    """`POST /organizers/{id}/invitations`."""
    organizer_id = organizer_id_of(organizer_id)
    request = parse(InvitationRequest, call.headers, call.body)
    path = f"POST /organizers/{organizer_id}/invitations"
    key = key_of(call.headers, call.caller, path, request.model_dump_json())
    caller = call.caller
    inviter = None if caller.person_id is None else (caller.person_id, caller.name)
    return told(await invitation.send(deps, organizer_id, (request.email, request.role), inviter, key, _sent))


def _sent(sent: Invitation) -> Answered:
    return Answered(201, invitation_fields(sent))


async def revoke(deps: Deps, call: Call, organizer_id: str, invitation_id: str) -> Answer:
    """`DELETE /organizers/{id}/invitations/{id}`."""
    organizer_id, invitation_id = organizer_id_of(organizer_id), id_of(invitation_id, NO_INVITATION)
    key = asked_to_delete(call, f"/organizers/{organizer_id}/invitations/{invitation_id}")
    return told(await invitation.revoke(deps, organizer_id, invitation_id, key))


async def accept(deps: Deps, call: Call) -> Answer:
    """`POST /invitations/acceptance`."""
    request = parse(AcceptanceRequest, call.headers, call.body)
    caller = call.caller
    signed_in = (caller.person_id, caller.session_id) if caller.person_id and caller.session_id else None
    who = Accepting(signed_in, request.name, request.password)
    return sessions.begun(deps, call, await acceptance.accept(deps, request.token, who, visit_of(call)))
