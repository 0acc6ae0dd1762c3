"""Passkeys: asked for by a challenge, answered once, and signed in with alone."""

import os
from datetime import datetime, timedelta
from typing import Any

from fullhouse.actions import attempt, session
from fullhouse.actions.answer import transaction
from fullhouse.actions.attempt import subject
from fullhouse.actions.deps import Deps
from fullhouse.actions.session import Begun
from fullhouse.rules import passkey as rules
from fullhouse.rules.attempt import network_of
from fullhouse.rules.factor_refusals import PasskeyNotValid, PasskeyRefused
from fullhouse.rules.passkey import RelyingParty
from fullhouse.rules.session import Visit
from fullhouse.store import challenge, passkey, person
from fullhouse.store.challenge import Purpose
from fullhouse.store.db import WriteConn


def party_of(deps: Deps) -> RelyingParty:
    """Who passkeys are for here."""
    return rules.relying_party_of(deps.mail_terms.public_url)


async def new_challenge(conn: WriteConn, purpose: Purpose, person_id: str | None, now: datetime) -> bytes:
    """A challenge for one answer within five minutes."""
    await challenge.forget(conn, now)
    made = os.urandom(rules.CHALLENGE_BYTES)
    await challenge.add(conn, made, purpose, person_id, now + timedelta(seconds=rules.CHALLENGE_SECONDS))
    return made


async def taken(deps: Deps, credential: dict[str, Any], purpose: Purpose, person_id: str | None) -> bytes:
    """The challenge that an answer is to, used up whatever comes of the answer.

    Raises PasskeyNotValid, Busy and OutcomeUnknown.
    """
    answered = rules.challenge_in(credential)
    async with transaction(deps.database) as conn:
        is_ours = await challenge.take(conn, answered, purpose, person_id, deps.clock())
    if not is_ours:
        raise rules.not_valid()
    return answered


async def use(deps: Deps, conn: WriteConn, credential: dict[str, Any], answered: bytes, now: datetime) -> str:
    """Whose passkey has answered the challenge. Raises PasskeyNotValid."""
    found = await passkey.find(conn, rules.credential_id_in(credential))
    if found is None:
        raise rules.not_valid()
    sign_count = rules.sign_count_of(party_of(deps), answered, found, credential)
    if not await passkey.use(conn, found.id, sign_count, now):
        raise rules.not_valid()
    return found.person_id


async def sign_in_options(deps: Deps, token: str | None) -> dict[str, Any]:
    """What the browser is asked for: any passkey of ours, or one of the person whose sign-in waits.

    Raises SignInRequired when it does not wait any more, Busy and OutcomeUnknown.
    """
    if token is None:
        async with transaction(deps.database) as conn:
            made = await new_challenge(conn, "sign_in", None, deps.clock())
        return rules.assertion_options(party_of(deps), made)
    half = await session.find_half(deps, token)
    async with transaction(deps.database) as conn:
        made = await new_challenge(conn, "second_factor", half.person.id, deps.clock())
        known = await passkey.of_person(conn, half.person.id)
    return rules.assertion_options(party_of(deps), made, known)


async def sign_in(deps: Deps, credential: dict[str, Any], visit: Visit) -> Begun:
    """Begin a session for whose passkey has answered: it is two factors at once, so nothing more has to be shown.

    Raises PasskeyRefused, TooManyAttempts, Busy and OutcomeUnknown.
    """
    address = subject("address", network_of(visit.address))
    async with transaction(deps.database) as conn:
        await attempt.count(conn, {address: deps.people.address_patience}, deps.clock())
    try:
        answered = await taken(deps, credential, "sign_in", None)
        async with transaction(deps.database) as conn:
            now = deps.clock()
            person_id = await use(deps, conn, credential, answered, now)
            account = await person.lock(conn, person_id)
            if account is None:
                raise rules.not_valid()
            await attempt.succeed(conn, subject("passkey", person_id), address, now)
            return await session.begin(conn, account.person, visit, deps.people.session, now)
    except PasskeyNotValid as error:
        raise PasskeyRefused("This passkey signs nobody in, or its answer came too late. Try again.") from error
