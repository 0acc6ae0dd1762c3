"""Passwords: changed by who knows the old one, and made anew with a link in a mail."""

from fullhouse.actions import password, password_reset
from fullhouse.actions.deps import Deps
from fullhouse.web.api.session_shapes import PasswordChange, ResetCompletion, ResetRequest
from fullhouse.web.auth import require_person
from fullhouse.web.call import Call
from fullhouse.web.http import Answer, parse
from fullhouse.web.visits import visit_of


async def change(deps: Deps, call: Call) -> Answer:
    """`PUT /me/password`."""
    person_id = require_person(call.caller)
    request = parse(PasswordChange, call.headers, call.body)
    await password.change(deps, person_id, call.caller.session_id or "", request.old_password, request.new_password)
    return Answer(204, [], b"")


async def ask_for_reset(deps: Deps, call: Call) -> Answer:
    """`POST /password-resets`."""
    request = parse(ResetRequest, call.headers, call.body)
    await password_reset.request(deps, request.email, visit_of(call))
    return Answer(202, [], b"")


async def complete_reset(deps: Deps, call: Call) -> Answer:
    """`POST /password-resets/completion`."""
    request = parse(ResetCompletion, call.headers, call.body)
    await password_reset.complete(deps, request.token, request.password, visit_of(call))
    return Answer(204, [], b"")
