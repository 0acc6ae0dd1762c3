"""Second factors: which of them a person has, a sign-in that waits for one, and who may change them."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from fullhouse.actions import attempt, passkey, recovery_code, session, totp
from fullhouse.actions.answer import transaction
from fullhouse.actions.attempt import subject
from fullhouse.actions.deps import Deps
from fullhouse.actions.session import Begun
from fullhouse.rules.attempt import network_of
from fullhouse.rules.factor_refusals import PasskeyNotValid, SecondFactorRefused, SignInAgain
from fullhouse.rules.session import Factor, Known, Visit
from fullhouse.store import person, second_factor
from fullhouse.store import session as sessions
from fullhouse.store.db import ReadConn, WriteConn

RECENT = timedelta(minutes=10)
"""So young a session has to be for what changes how its person signs in."""


class Proof(NamedTuple):
    """What somebody shows as the second factor: one of these."""

    totp: str | None = None
    recovery_code: str | None = None
    passkey: dict[str, Any] | None = None


async def factors_of(conn: ReadConn, person_id: str) -> list[Factor]:
    """The factors of a person, one of which he has to show beside the password; none if the password is enough."""
    return await second_factor.of_person(conn, person_id)


async def finish(deps: Deps, token: str, proof: Proof, visit: Visit) -> Begun:
    """Make a whole session of one that waits for the second factor.

    Raises SignInRequired when it does not wait any more, SecondFactorRefused, TooManyAttempts, Busy, OutcomeUnknown.
    """
    half = await session.find_half(deps, token)
    address = subject("address", network_of(visit.address))
    async with transaction(deps.database) as conn:
        tried = await _tried(conn, half, visit)
        patience = {tried: deps.people.account_patience, address: deps.people.address_patience}
        await attempt.count(conn, patience, deps.clock())
    challenge = await _challenge(deps, half, proof)
    async with transaction(deps.database) as conn:
        await person.lock(conn, half.person.id)
        now = deps.clock()
        if not await _is_shown(deps, conn, half, proof, challenge, now):
            raise SecondFactorRefused("This does not finish the sign-in. Try again, or with another factor.")
        await attempt.succeed(conn, tried, address, now)
        return await session.finish(conn, half, visit, deps.people.session, now)


async def _tried(conn: ReadConn, half: Known, visit: Visit) -> bytes:
    """What the attempt is counted on: who has stolen a password can't keep its person out from where he always is."""
    is_known = await sessions.is_known_place(conn, half.person.id, visit)
    return subject("second factor from a known place" if is_known else "second factor", half.person.id)


async def _challenge(deps: Deps, half: Known, proof: Proof) -> bytes | None:
    """The challenge that a passkey answers, used up whatever comes of it."""
    if proof.passkey is None:
        return None
    try:
        return await passkey.taken(deps, proof.passkey, "second_factor", half.person.id)
    except PasskeyNotValid:
        return None


async def _is_shown(
    deps: Deps, conn: WriteConn, half: Known, proof: Proof, challenge: bytes | None, now: datetime
) -> bool:
    if proof.totp is not None:
        return await totp.use(conn, half.person.id, proof.totp, now)
    if proof.recovery_code is not None:
        return await recovery_code.use(conn, half.person.id, proof.recovery_code, now)
    if proof.passkey is None or challenge is None:
        return False
    try:
        owner = await passkey.use(deps, conn, proof.passkey, challenge, now)
    except PasskeyNotValid:
        return False
    return owner == half.person.id


async def require_recent(conn: ReadConn, person_id: str, session_id: str | None, now: datetime) -> None:
    """Raises SignInAgain unless the session was begun a short while ago.

    A browser that was left open, or a token that was stolen, is not to change how its person signs in.
    """
    for one in await sessions.of_person(conn, person_id, now):
        if one.id == session_id and now - one.created_at <= RECENT:
            return
    raise SignInAgain("This needs a session that is no older than ten minutes. Sign in again.")
