"""Sign-ins by more than a password: finished by a second factor, by a passkey alone, by an OpenID provider."""

import json

from fullhouse.actions import openid, passkey, second_factor
from fullhouse.actions.deps import Deps
from fullhouse.actions.second_factor import Proof
from fullhouse.rules.refusals import Refusal
from fullhouse.web import cookies
from fullhouse.web.api.factor_shapes import (
    PasskeyOptionsRequest,
    PasskeyProof,
    PasskeySignIn,
    ProofRequest,
    RecoveryProof,
    TotpProof,
)
from fullhouse.web.api.sessions import NOT_STORED, begun
from fullhouse.web.call import Call
from fullhouse.web.errors import refused
from fullhouse.web.http import JSON, Answer, parse
from fullhouse.web.visits import visit_of


async def finish(deps: Deps, call: Call) -> Answer:
    """`POST /sessions/second-factor`."""
    request = parse(ProofRequest, call.headers, call.body).root
    made = await second_factor.finish(deps, request.token, _proof(request), visit_of(call))
    return begun(deps, call, made)


def _proof(request: TotpProof | RecoveryProof | PasskeyProof) -> Proof:
    if isinstance(request, TotpProof):
        return Proof(totp=request.totp)
    if isinstance(request, RecoveryProof):
        return Proof(recovery_code=request.recovery_code)
    return Proof(passkey=request.passkey.credential())


async def passkey_options(deps: Deps, call: Call) -> Answer:
    """`POST /sessions/passkey-options`."""
    request = parse(PasskeyOptionsRequest, call.headers, call.body)
    options = await passkey.sign_in_options(deps, request.token)
    return Answer(200, [JSON, NOT_STORED], json.dumps(options).encode())


async def by_passkey(deps: Deps, call: Call) -> Answer:
    """`POST /sessions/passkey`."""
    request = parse(PasskeySignIn, call.headers, call.body)
    return begun(deps, call, await passkey.sign_in(deps, request.credential.credential(), visit_of(call)))


async def to_openid(deps: Deps, call: Call) -> Answer:
    """`GET /sessions/oidc`."""
    url, state = await openid.begin(deps)
    cookie = cookies.state_given(call.headers, state, int(openid.TIME.total_seconds()))
    return Answer(303, [(b"location", url.encode()), NOT_STORED, cookie], b"")


async def from_openid(deps: Deps, call: Call, state: str, code: str | None) -> Answer:
    """`GET /sessions/oidc/callback`. Whatever comes of it, the browser forgets the state."""
    try:
        made = await openid.finish(deps, state, cookies.state_in(call.headers), code, visit_of(call))
        answer = begun(deps, call, made)._replace(status=200)
    except Refusal as refusal:
        answer = refused(refusal)
    answer.headers.append(cookies.state_taken(call.headers))
    return answer
