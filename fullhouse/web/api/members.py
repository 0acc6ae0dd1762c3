"""Members of an organizer: listed, given other roles, let go; and leaving by oneself."""

from fullhouse.actions import member
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.member import Member
from fullhouse.rules.people_refusals import MemberNotFound
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.ids import id_of
from fullhouse.web.api.member_shapes import MemberChanges, member_fields
from fullhouse.web.api.offer import asked_to_delete
from fullhouse.web.auth import require_person
from fullhouse.web.call import Call
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.http import Answer, parse
from fullhouse.web.idempotency import key_of

NO_MEMBER = MemberNotFound("The organizer has no such member.")


async def index(deps: Deps, organizer_id: str) -> Answer:
    """`GET /organizers/{id}/members`."""
    return shown([member_fields(one) for one in await member.of_organizer(deps, organizer_id_of(organizer_id))])


async def change(deps: Deps, call: Call, organizer_id: str, person_id: str) -> Answer:
    """`PATCH /organizers/{id}/members/{id}`."""
    organizer_id, person_id = organizer_id_of(organizer_id), id_of(person_id, NO_MEMBER)
    request = parse(MemberChanges, call.headers, call.body)
    path = f"PATCH /organizers/{organizer_id}/members/{person_id}"
    key = key_of(call.headers, call.caller, path, request.role)
    return told(await member.change_role(deps, organizer_id, person_id, request.role, key, _changed))


def _changed(changed: Member) -> Answered:
    return Answered(200, member_fields(changed))


async def remove(deps: Deps, call: Call, organizer_id: str, person_id: str) -> Answer:
    """`DELETE /organizers/{id}/members/{id}`."""
    organizer_id, person_id = organizer_id_of(organizer_id), id_of(person_id, NO_MEMBER)
    key = asked_to_delete(call, f"/organizers/{organizer_id}/members/{person_id}")
    return told(await member.remove(deps, organizer_id, person_id, key))


async def leave(deps: Deps, call: Call, organizer_id: str) -> Answer:
    """`DELETE /me/memberships/{id}`."""
    person_id = require_person(call.caller)
    organizer_id = id_of(organizer_id, NO_MEMBER)
    key = asked_to_delete(call, f"/me/memberships/{organizer_id}")
    return told(await member.remove(deps, organizer_id, person_id, key))
