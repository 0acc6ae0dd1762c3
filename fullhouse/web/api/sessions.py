"""Sessions: signed in, looked at, ended. Answers with a token are in no cache and under no idempotency key."""

import json

from fullhouse.actions import person, session, setup, sign_in
from fullhouse.actions.deps import Deps
from fullhouse.actions.session import Begun
from fullhouse.rules.people_refusals import SessionNotFound
from fullhouse.web import cookies
from fullhouse.web.api.answers import shown
from fullhouse.web.api.ids import id_of
from fullhouse.web.api.session_shapes import SetupRequest, SignInRequest, begun_fields, me_fields, session_fields
from fullhouse.web.auth import require_person
from fullhouse.web.call import Call
from fullhouse.web.http import JSON, Answer, parse
from fullhouse.web.visits import visit_of

NOT_STORED = (b"cache-control", b"no-store")


async def create(deps: Deps, call: Call) -> Answer:
    """`POST /sessions`."""
    request = parse(SignInRequest, call.headers, call.body)
    return begun(deps, call, await sign_in.sign_in(deps, request.email, request.password, visit_of(call)))


async def set_up(deps: Deps, call: Call) -> Answer:
    """`POST /setup`."""
    request = parse(SetupRequest, call.headers, call.body)
    who = (request.email, request.name)
    visit = visit_of(call)
    return begun(
        deps, call, await setup.complete(deps, request.token, who, request.password, request.organizer_name, visit)
    )


def begun(deps: Deps, call: Call, new: Begun) -> Answer:
    """The answer with a new session. Its cookie is given once nothing more has to be shown."""
    headers = [JSON, NOT_STORED]
    if not new.session.awaits_factor:
        headers.append(cookies.given(call.headers, new.token, int(deps.people.session.life.total_seconds())))
    return Answer(201, headers, json.dumps(begun_fields(new)).encode())


async def show_me(deps: Deps, call: Call) -> Answer:
    """`GET /me`."""
    found, memberships = await person.with_memberships(deps, require_person(call.caller))
    return shown(me_fields(found, memberships, call.caller.session_id))


async def index(deps: Deps, call: Call) -> Answer:
    """`GET /me/sessions`."""
    found = await session.of_person(deps, require_person(call.caller))
    return shown([session_fields(one, call.caller.session_id) for one in found])


async def end(deps: Deps, call: Call, session_id: str) -> Answer:
    """`DELETE /me/sessions/{id}`."""
    person_id = require_person(call.caller)
    canonical = id_of(session_id, SessionNotFound("You have no such session, or it has ended."))
    await session.end(deps, person_id, canonical)
    return _ended(call, is_current=canonical == call.caller.session_id)


async def end_current(deps: Deps, call: Call) -> Answer:
    """`DELETE /sessions/current`."""
    person_id = require_person(call.caller)
    await session.end(deps, person_id, call.caller.session_id or "")
    return _ended(call, is_current=True)


async def end_all(deps: Deps, call: Call) -> Answer:
    """`DELETE /me/sessions`."""
    await session.end_all(deps, require_person(call.caller))
    return _ended(call, is_current=True)


def _ended(call: Call, *, is_current: bool) -> Answer:
    return Answer(204, [cookies.taken(call.headers)] if is_current else [], b"")
