"""Sign-in by an OpenID provider: begun by a redirect, and ended by what comes back from it, once."""

import hmac
import logging
from datetime import timedelta

from fullhouse.actions import second_factor, session
from fullhouse.actions.answer import transaction
from fullhouse.actions.deps import Deps
from fullhouse.actions.secret import hash_of, new_token
from fullhouse.actions.session import Begun
from fullhouse.outside import openid
from fullhouse.outside.openid import OpenidProvider, OpenidUnavailable, OpenidWrong
from fullhouse.rules.factor_refusals import OpenidDown, OpenidNotOffered, OpenidRefused
from fullhouse.rules.session import Visit
from fullhouse.store import openid_sign_in, person
from fullhouse.store.openid_sign_in import OpenidSignIn

log = logging.getLogger(__name__)

CALLBACK = "/sessions/oidc/callback"
TIME = timedelta(minutes=10)
"""How long somebody may take to sign in at the provider."""


async def begin(deps: Deps) -> tuple[str, str]:
    """Where the browser has to go, and the state that it has to bring back.

    Raises OpenidNotOffered, OpenidDown, Busy and OutcomeUnknown.
    """
    provider = _provider(deps)
    now = deps.clock()
    begun = openid.Begun(new_token(), new_token(), new_token(), _callback(deps))
    try:
        url = await provider.url_of(begun, now)
    except OpenidUnavailable as error:
        raise _down(error) from error
    async with transaction(deps.database) as conn:
        await openid_sign_in.forget(conn, now)
        kept = OpenidSignIn(begun.nonce, begun.code_verifier)
        await openid_sign_in.add(conn, hash_of(begun.state), kept, now + TIME)
    return url, begun.state


async def finish(deps: Deps, state: str, own_state: str | None, code: str | None, visit: Visit) -> Begun:
    """Begin a session for whose mail address the provider has verified, if he is known here.

    `own_state` is what the browser itself has kept: so nobody is signed in as somebody else by a link that was sent to
    him. A second factor of the person has to be shown still. Raises OpenidNotOffered, OpenidRefused, OpenidDown, Busy
    and OutcomeUnknown.
    """
    provider = _provider(deps)
    if own_state is None or not hmac.compare_digest(state.encode("utf-8", "replace"), own_state.encode()):
        raise _refused("the state is not the browser's")
    async with transaction(deps.database) as conn:
        kept = await openid_sign_in.take(conn, hash_of(state), deps.clock())
    if kept is None:
        raise _refused("the state is unknown, used or too old")
    if code is None:
        raise _refused("the provider has signed nobody in")
    try:
        email = await provider.email_of(code, openid.Begun(state, *kept, _callback(deps)), deps.clock())
    except OpenidUnavailable as error:
        raise _down(error) from error
    except OpenidWrong as error:
        raise _refused(str(error)) from error
    async with transaction(deps.database) as conn:
        account = await person.by_email(conn, email)
        if account is None:
            raise OpenidRefused("Nobody is known here by the mail address of that account. Ask to be invited.")
        factors = await second_factor.factors_of(conn, account.person.id)
        return await session.begin(conn, account.person, visit, deps.people.session, deps.clock(), factors)


def _provider(deps: Deps) -> OpenidProvider:
    if deps.openid is None:
        raise OpenidNotOffered("Sign-in with OpenID Connect is not set up here.")
    return deps.openid


def _callback(deps: Deps) -> str:
    return deps.mail_terms.public_url + CALLBACK


def _refused(why: str) -> OpenidRefused:
    # Why is for the operator alone, who may have to change something at the provider.
    log.info("OpenID sign-in refused", extra={"reason": why})
    return OpenidRefused("You were not signed in there, or it took too long. Try again.")


def _down(error: OpenidUnavailable) -> OpenidDown:
    log.warning("OpenID provider unavailable", extra={"reason": str(error)})
    return OpenidDown("The OpenID provider gave no answer. Try again.", retry_after_seconds=5)
