"""The routes of signing in and out, and of who is signed in, with their description."""

from typing import Annotated

from fastapi import APIRouter, Path, Response, Security
from fastapi.security import HTTPBearer

from fullhouse.actions.deps import Deps
from fullhouse.web.api import sessions
from fullhouse.web.api.documents import body_of, problems
from fullhouse.web.api.parameters import CurrentCall
from fullhouse.web.api.session_shapes import BegunShape, MeShape, SessionShape, SetupRequest, SignInRequest
from fullhouse.web.respond import response_of

# Only for the document: the front door has read the token. Here it is asked for even in the open playground.
SESSION = HTTPBearer(
    scheme_name="Session",
    description="The token from POST /sessions; browsers send it as the cookie fullhouse_session.",
    auto_error=False,
)
SIGNED_IN = [Security(SESSION)]

SessionId = Annotated[str, Path(description="The session's id, not its token.")]


def build(deps: Deps) -> APIRouter:
    """All calls on sessions."""
    router = APIRouter(tags=["sessions"])
    _add_signing(router, deps)
    _add_mine(router, deps)
    return router


def _add_signing(router: APIRouter, deps: Deps) -> None:
    @router.post(
        "/sessions",
        status_code=201,
        response_model=BegunShape,
        responses=problems("sign_in_refused", "too_many_attempts", "outcome_unknown", body=True),
        openapi_extra={"requestBody": body_of(SignInRequest)},
    )
    async def sign_in(call: CurrentCall) -> Response:
        """Sign in with mail address and password.

        The answer is the same whether there is such an account or not. It takes no `Idempotency-Key`, because it holds
        a token; asked again, it begins another session. The session that the cookie names ends.
        """
        return response_of(await sessions.create(deps, call))

    @router.post(
        "/setup",
        status_code=201,
        response_model=BegunShape,
        responses=problems("link_not_valid", "password_not_allowed", "outcome_unknown", body=True),
        openapi_extra={"requestBody": body_of(SetupRequest)},
    )
    async def set_up(call: CurrentCall) -> Response:
        """Become the first owner of this installation, with the token that its first start printed, and be signed in.

        It works once, so it takes no `Idempotency-Key`.
        """
        return response_of(await sessions.set_up(deps, call))

    @router.delete(
        "/sessions/current",
        dependencies=SIGNED_IN,
        status_code=204,
        response_model=None,
        responses=problems("session_not_found", "not_permitted", "outcome_unknown"),
    )
    async def sign_out(call: CurrentCall) -> Response:
        """Sign out: the session of this call ends."""
        return response_of(await sessions.end_current(deps, call))


def _add_mine(router: APIRouter, deps: Deps) -> None:
    @router.get("/me", dependencies=SIGNED_IN, response_model=MeShape, responses=problems("not_permitted"))
    async def show_me(call: CurrentCall) -> Response:
        """Show who is signed in, and for which organizers he works as what."""
        return response_of(await sessions.show_me(deps, call))

    @router.get(
        "/me/sessions", dependencies=SIGNED_IN, response_model=list[SessionShape], responses=problems("not_permitted")
    )
    async def list_sessions(call: CurrentCall) -> Response:
        """List your sessions that have not ended, the newest first."""
        return response_of(await sessions.index(deps, call))

    @router.delete(
        "/me/sessions",
        dependencies=SIGNED_IN,
        status_code=204,
        response_model=None,
        responses=problems("not_permitted", "outcome_unknown"),
    )
    async def sign_out_everywhere(call: CurrentCall) -> Response:
        """Sign out everywhere, here too."""
        return response_of(await sessions.end_all(deps, call))

    @router.delete(
        "/me/sessions/{session_id}",
        dependencies=SIGNED_IN,
        status_code=204,
        response_model=None,
        responses=problems("session_not_found", "not_permitted", "outcome_unknown"),
    )
    async def end_session(session_id: SessionId, call: CurrentCall) -> Response:
        """End one of your sessions."""
        return response_of(await sessions.end(deps, call, session_id))
