"""Second factors of who is signed in: authenticator app, recovery codes, passkeys."""

import json
from typing import Any

from fullhouse.actions import factor_change
from fullhouse.actions.deps import Deps
from fullhouse.actions.factor_change import Signed
from fullhouse.rules.factor_refusals import PasskeyNotFound
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.factor_shapes import PasskeyRequest, TotpConfirmation, passkey_fields
from fullhouse.web.api.ids import id_of
from fullhouse.web.api.offer import asked_to_delete
from fullhouse.web.api.sessions import NOT_STORED
from fullhouse.web.auth import require_person
from fullhouse.web.call import Call
from fullhouse.web.http import JSON, Answer, parse


def _signed(call: Call) -> Signed:
    return Signed(require_person(call.caller), call.caller.session_id)


def _secret(status: int, body: dict[str, Any]) -> Answer:
    """An answer that is kept nowhere."""
    return Answer(status, [JSON, NOT_STORED], json.dumps(body).encode())


async def begin_totp(deps: Deps, call: Call) -> Answer:
    """`POST /me/totp`."""
    return _secret(201, (await factor_change.begin_totp(deps, _signed(call)))._asdict())


async def confirm_totp(deps: Deps, call: Call) -> Answer:
    """`POST /me/totp/confirmation`."""
    person_id = require_person(call.caller)
    request = parse(TotpConfirmation, call.headers, call.body)
    return _secret(201, {"recovery_codes": await factor_change.confirm_totp(deps, person_id, request.code)})


async def remove_totp(deps: Deps, call: Call) -> Answer:
    """`DELETE /me/totp`."""
    signed = _signed(call)
    return told(await factor_change.remove_totp(deps, signed, asked_to_delete(call, "/me/totp")))


async def renew_recovery_codes(deps: Deps, call: Call) -> Answer:
    """`POST /me/recovery-codes`."""
    return _secret(201, {"recovery_codes": await factor_change.renew_recovery_codes(deps, _signed(call))})


async def passkey_options(deps: Deps, call: Call) -> Answer:
    """`POST /me/passkey-options`."""
    return _secret(200, await factor_change.passkey_options(deps, _signed(call)))


async def add_passkey(deps: Deps, call: Call) -> Answer:
    """`POST /me/passkeys`."""
    signed = _signed(call)
    request = parse(PasskeyRequest, call.headers, call.body)
    made = await factor_change.add_passkey(deps, signed, request.name, request.credential.credential())
    return _secret(201, {**passkey_fields(made.passkey), "recovery_codes": made.recovery_codes})


async def passkeys(deps: Deps, call: Call) -> Answer:
    """`GET /me/passkeys`."""
    return shown([passkey_fields(one) for one in await factor_change.passkeys(deps, require_person(call.caller))])


async def remove_passkey(deps: Deps, call: Call, passkey_id: str) -> Answer:
    """`DELETE /me/passkeys/{id}`."""
    signed = _signed(call)
    passkey_id = id_of(passkey_id, PasskeyNotFound("You have no such passkey."))
    key = asked_to_delete(call, f"/me/passkeys/{passkey_id}")
    return told(await factor_change.remove_passkey(deps, signed, passkey_id, key))
