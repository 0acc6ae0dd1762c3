"""The routes of second factors, passkeys and OpenID Connect, with their description."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from fullhouse.actions.deps import Deps
from fullhouse.web.api import factor_sign_ins, factors
from fullhouse.web.api.documents import IN_DOUBT, KEYED, body_of, either_of, problems
from fullhouse.web.api.factor_shapes import (
    NewPasskeyShape,
    PasskeyOptionsRequest,
    PasskeyProof,
    PasskeyRequest,
    PasskeyShape,
    PasskeySignIn,
    RecoveryCodesShape,
    RecoveryProof,
    TotpConfirmation,
    TotpProof,
    TotpShape,
)
from fullhouse.web.api.parameters import CurrentCall
from fullhouse.web.api.session_routes import SIGNED_IN
from fullhouse.web.api.session_shapes import BegunShape
from fullhouse.web.respond import response_of

MINE = ("sign_in_required", "sign_in_again", "outcome_unknown")
SIGNING = ("too_many_attempts", "outcome_unknown")

PasskeyId = Annotated[str, Path(description="The passkey's id.")]
OpenidState = Annotated[str, Query(min_length=1, max_length=200, description="As we have given it to the provider.")]
VISIBLE = "^[ -~]*$"
"""What a provider may say, by RFC 6749, appendix A: any more would not fit into an address."""
OpenidCode = Annotated[str | None, Query(max_length=4000, pattern=VISIBLE, description="From the provider.")]
OpenidError = Annotated[
    str | None, Query(max_length=4000, pattern=VISIBLE, description="From the provider, instead of the code.")
]


def build(deps: Deps) -> APIRouter:
    """All calls on second factors, and the sign-ins that need more than a password, or none."""
    router = APIRouter(tags=["sessions"])
    _add_totp(router, deps)
    _add_recovery_codes(router, deps)
    _add_passkeys(router, deps)
    _add_sign_ins(router, deps)
    _add_openid(router, deps)
    return router


def _options(description: str) -> dict[int | str, dict[str, Any]]:
    """The answer that a browser's passkeys are asked with: its shape is the standard's."""
    return {200: {"description": description, "content": {"application/json": {"schema": {"type": "object"}}}}}


def _add_totp(router: APIRouter, deps: Deps) -> None:
    @router.post(
        "/me/totp",
        dependencies=SIGNED_IN,
        status_code=201,
        response_model=TotpShape,
        responses=problems("totp_active", *MINE),
    )
    async def begin_totp(call: CurrentCall) -> Response:
        """Begin with an authenticator app: the answer has its secret. It counts once it is confirmed.

        Needs a session that is no older than ten minutes. It takes no `Idempotency-Key`; asked again, there is another
        secret.
        """
        return response_of(await factors.begin_totp(deps, call))

    @router.post(
        "/me/totp/confirmation",
        dependencies=SIGNED_IN,
        status_code=201,
        response_model=RecoveryCodesShape,
        responses=problems(
            "code_not_valid", "totp_not_found", "too_many_attempts", "sign_in_required", "outcome_unknown", body=True
        ),
        openapi_extra={"requestBody": body_of(TotpConfirmation)},
    )
    async def confirm_totp(call: CurrentCall) -> Response:
        """Take an authenticator app into use by a code of it. The answer has ten recovery codes, shown this once.

        From now on a sign-in by password needs a second factor. It takes no `Idempotency-Key`.
        """
        return response_of(await factors.confirm_totp(deps, call))

    @router.delete(
        "/me/totp",
        dependencies=SIGNED_IN,
        status_code=204,
        response_model=None,
        responses=problems("totp_not_found", *MINE, *IN_DOUBT),
        openapi_extra=KEYED,
    )
    async def remove_totp(call: CurrentCall) -> Response:
        """Remove the authenticator app. Needs a session that is no older than ten minutes."""
        return response_of(await factors.remove_totp(deps, call))


def _add_recovery_codes(router: APIRouter, deps: Deps) -> None:
    @router.post(
        "/me/recovery-codes",
        dependencies=SIGNED_IN,
        status_code=201,
        response_model=RecoveryCodesShape,
        responses=problems("second_factor_required", *MINE),
    )
    async def renew_recovery_codes(call: CurrentCall) -> Response:
        """Make ten new recovery codes, shown this once; the old ones are good no more.

        Needs a session that is no older than ten minutes. It takes no `Idempotency-Key`.
        """
        return response_of(await factors.renew_recovery_codes(deps, call))


def _add_passkeys(router: APIRouter, deps: Deps) -> None:
    @router.post(
        "/me/passkey-options",
        dependencies=SIGNED_IN,
        responses={**_options("For `navigator.credentials.create()`."), **problems("too_many_passkeys", *MINE)},
    )
    async def show_passkey_options(call: CurrentCall) -> Response:
        """Ask what a new passkey has to be like. The answer is good for one passkey, within five minutes.

        Needs a session that is no older than ten minutes.
        """
        return response_of(await factors.passkey_options(deps, call))

    @router.post(
        "/me/passkeys",
        dependencies=SIGNED_IN,
        status_code=201,
        response_model=NewPasskeyShape,
        responses=problems("passkey_not_valid", "too_many_passkeys", *MINE, body=True),
        openapi_extra={"requestBody": body_of(PasskeyRequest)},
    )
    async def add_passkey(call: CurrentCall) -> Response:
        """Keep a new passkey. With the first second factor the answer has ten recovery codes, shown this once.

        Needs a session that is no older than ten minutes. It takes no `Idempotency-Key`: the challenge is good once.
        """
        return response_of(await factors.add_passkey(deps, call))

    @router.get(
        "/me/passkeys",
        dependencies=SIGNED_IN,
        response_model=list[PasskeyShape],
        responses=problems("sign_in_required"),
    )
    async def list_passkeys(call: CurrentCall) -> Response:
        """List your passkeys, the oldest first."""
        return response_of(await factors.passkeys(deps, call))

    @router.delete(
        "/me/passkeys/{passkey_id}",
        dependencies=SIGNED_IN,
        status_code=204,
        response_model=None,
        responses=problems("passkey_not_found", *MINE, *IN_DOUBT),
        openapi_extra=KEYED,
    )
    async def remove_passkey(passkey_id: PasskeyId, call: CurrentCall) -> Response:
        """Remove one of your passkeys. Needs a session that is no older than ten minutes."""
        return response_of(await factors.remove_passkey(deps, call, passkey_id))


def _add_sign_ins(router: APIRouter, deps: Deps) -> None:
    @router.post(
        "/sessions/second-factor",
        status_code=201,
        response_model=BegunShape,
        responses=problems("sign_in_required", "second_factor_refused", *SIGNING, body=True),
        openapi_extra={"requestBody": either_of(body_of(TotpProof), body_of(RecoveryProof), body_of(PasskeyProof))},
    )
    async def finish_sign_in(call: CurrentCall) -> Response:
        """Finish a sign-in that waits for the second factor, within five minutes. The session gets a token of its own.

        It takes no `Idempotency-Key`, because the answer holds a token.
        """
        return response_of(await factor_sign_ins.finish(deps, call))

    @router.post(
        "/sessions/passkey-options",
        responses={
            **_options("For `navigator.credentials.get()`."),
            **problems("sign_in_required", "outcome_unknown", body=True),
        },
        openapi_extra={"requestBody": body_of(PasskeyOptionsRequest)},
    )
    async def show_sign_in_options(call: CurrentCall) -> Response:
        """Ask what a passkey has to answer. The answer is good for one sign-in, within five minutes.

        With the token of a sign-in that waits, it is for the second factor; without, for a sign-in by passkey alone.
        """
        return response_of(await factor_sign_ins.passkey_options(deps, call))

    @router.post(
        "/sessions/passkey",
        status_code=201,
        response_model=BegunShape,
        responses=problems("passkey_refused", *SIGNING, body=True),
        openapi_extra={"requestBody": body_of(PasskeySignIn)},
    )
    async def sign_in_by_passkey(call: CurrentCall) -> Response:
        """Sign in by a passkey alone: it verifies the person, so it counts as both factors.

        It takes no `Idempotency-Key`, because the answer holds a token.
        """
        return response_of(await factor_sign_ins.by_passkey(deps, call))


def _add_openid(router: APIRouter, deps: Deps) -> None:
    @router.get(
        "/sessions/oidc",
        status_code=303,
        response_class=Response,
        responses={
            303: {"headers": {"Location": {"description": "The provider.", "schema": {"type": "string"}}}},
            **problems("openid_not_offered", "openid_down", "outcome_unknown"),
        },
    )
    async def go_to_openid(call: CurrentCall) -> Response:
        """Send a browser to the OpenID provider, to sign in there. Only where one is set up."""
        return response_of(await factor_sign_ins.to_openid(deps, call))

    @router.get(
        "/sessions/oidc/callback",
        response_model=BegunShape,
        responses=problems("openid_not_offered", "openid_refused", "openid_down", "outcome_unknown"),
    )
    async def come_from_openid(
        call: CurrentCall, state: OpenidState, code: OpenidCode = None, error: OpenidError = None
    ) -> Response:
        """Come back from the OpenID provider: whose mail address it has verified is signed in, if he is known here.

        Who has a second factor has to show it still.
        """
        return response_of(await factor_sign_ins.from_openid(deps, call, state, None if error else code))
