"""The routes of passwords, with their description. They take no `Idempotency-Key`: no digest of a password is kept."""

from fastapi import APIRouter, Response

from fullhouse.actions.deps import Deps
from fullhouse.web.api import passwords
from fullhouse.web.api.documents import body_of, problems
from fullhouse.web.api.parameters import CurrentCall
from fullhouse.web.api.session_routes import SIGNED_IN
from fullhouse.web.api.session_shapes import PasswordChange, ResetCompletion, ResetRequest
from fullhouse.web.respond import response_of


def build(deps: Deps) -> APIRouter:
    """All calls on passwords."""
    router = APIRouter(tags=["sessions"])

    @router.put(
        "/me/password",
        dependencies=SIGNED_IN,
        status_code=204,
        response_model=None,
        responses=problems(
            *("password_wrong", "password_not_allowed", "too_many_attempts", "not_permitted", "outcome_unknown"),
            body=True,
        ),
        openapi_extra={"requestBody": body_of(PasswordChange)},
    )
    async def change_password(call: CurrentCall) -> Response:
        """Give yourself another password. All your sessions end but this one."""
        return response_of(await passwords.change(deps, call))

    @router.post(
        "/password-resets",
        status_code=202,
        response_class=Response,
        responses=problems("too_many_attempts", "outcome_unknown", body=True),
        openapi_extra={"requestBody": body_of(ResetRequest)},
    )
    async def ask_for_password_reset(call: CurrentCall) -> Response:
        """Ask for a mail with a link to a new password. The answer is the same whether there is such an account or not.

        There is one mail in five minutes at the most.
        """
        return response_of(await passwords.ask_for_reset(deps, call))

    @router.post(
        "/password-resets/completion",
        status_code=204,
        response_model=None,
        responses=problems("link_not_valid", "password_not_allowed", "outcome_unknown", body=True),
        openapi_extra={"requestBody": body_of(ResetCompletion)},
    )
    async def complete_password_reset(call: CurrentCall) -> Response:
        """Choose a new password with the token of the link. All sessions end; then sign in with it."""
        return response_of(await passwords.complete_reset(deps, call))

    return router
