"""How a person changes what he signs in with beside the password: an authenticator app, passkeys, recovery codes.

All of it needs a session that was begun lately, and locks the person. Answers with secrets are under no idempotency
key, for they are not to be kept.
"""

import os
from datetime import datetime
from typing import Any, NamedTuple

from fullhouse.actions import acting, answer, attempt, recovery_code
from fullhouse.actions.answer import transaction
from fullhouse.actions.attempt import subject
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.actions.passkey import new_challenge, party_of, taken
from fullhouse.actions.second_factor import require_recent
from fullhouse.rules import passkey as passkey_rules
from fullhouse.rules import totp as totp_rules
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.factor_refusals import (
    CodeNotValid,
    PasskeyNotFound,
    PersonNotFound,
    SecondFactorRequired,
    TooManyPasskeys,
    TotpActive,
    TotpNotFound,
)
from fullhouse.rules.passkey import PASSKEYS_MAX, Passkey
from fullhouse.rules.people_refusals import SignInRequired
from fullhouse.rules.person import Person
from fullhouse.rules.session import Factor
from fullhouse.store import attempt as attempts
from fullhouse.store import passkey, person, second_factor, session, totp
from fullhouse.store import recovery_code as recovery_codes
from fullhouse.store.db import WriteConn


class Signed(NamedTuple):
    """Who is signed in, and by which session."""

    person_id: str
    session_id: str | None


class NewTotp(NamedTuple):
    """What an app is set up with."""

    secret: str
    uri: str


class NewPasskey(NamedTuple):
    """A new passkey; with recovery codes, shown this once, when it is the first second factor."""

    passkey: Passkey
    recovery_codes: list[str]


async def begin_totp(deps: Deps, signed: Signed) -> NewTotp:
    """Make a secret for an app; it counts once a code of it is shown. A secret that still waits is forgotten.

    Raises SignInAgain, TotpActive, Busy and OutcomeUnknown.
    """
    secret = totp_rules.secret_of(os.urandom(totp_rules.SECRET_BYTES))
    async with transaction(deps.database) as conn:
        now = deps.clock()
        one = await _locked(conn, signed, now)
        if not await totp.begin(conn, one.id, secret, now):
            raise TotpActive("An authenticator app is in use. Remove it first.")
    return NewTotp(secret, totp_rules.uri_of(secret, one.email))


async def waiting_totp(deps: Deps, person_id: str) -> NewTotp | None:
    """The secret that still waits for a code, if there is one, to be shown to its person again. Raises Busy."""
    async with deps.reading() as conn:
        found, account = await totp.find(conn, person_id), await person.find(conn, person_id)
    if found is None or found.confirmed_at is not None or account is None:
        return None
    return NewTotp(found.secret, totp_rules.uri_of(found.secret, account.person.email))


async def factors(deps: Deps, person_id: str) -> list[Factor]:
    """What a person can finish a sign-in with. Raises Busy."""
    async with deps.reading() as conn:
        return await second_factor.of_person(conn, person_id)


async def confirm_totp(deps: Deps, person_id: str, code: str) -> list[str]:
    """Take an app into use by a code of it; returns the recovery codes, which are shown this once.

    Raises TotpNotFound, CodeNotValid, TooManyAttempts, Busy and OutcomeUnknown.
    """
    tried = subject("authenticator app", person_id)
    async with transaction(deps.database) as conn:
        await attempt.count(conn, {tried: deps.people.account_patience}, deps.clock())
    async with transaction(deps.database) as conn:
        await person.lock(conn, person_id)
        now = deps.clock()
        found = await totp.find(conn, person_id)
        if found is None or found.confirmed_at is not None:
            raise TotpNotFound("No authenticator app waits to be confirmed.")
        step = totp_rules.step_of(found.secret, code, now, found.last_used_step)
        if step is None:
            raise CodeNotValid("The code is wrong or too old. Is the clock of the device right?")
        await totp.confirm(conn, person_id, found.secret, step, now)
        await attempts.forget(conn, [tried])
        await acting.record(conn, "totp.confirmation", now, after={"factors": ["totp", "recovery_code"]})
        return await recovery_code.renew(conn, person_id)


async def remove_totp(deps: Deps, signed: Signed, key: IdempotencyKey | None) -> Answered:
    """Remove the app. Raises SignInAgain, TotpNotFound, and as `answer.once` does."""

    async def work(conn: WriteConn, now: datetime) -> Answered:
        await _locked(conn, signed, now)
        if not await totp.delete(conn, signed.person_id):
            raise TotpNotFound("There is no authenticator app.")
        await _drop_codes_of_nothing(conn, signed.person_id)
        return Answered(204, None)

    return await answer.once(deps, key, work)


async def renew_recovery_codes(deps: Deps, signed: Signed) -> list[str]:
    """Make ten new codes, shown this once; the old ones are good no more.

    Raises SignInAgain, SecondFactorRequired, Busy and OutcomeUnknown.
    """
    async with transaction(deps.database) as conn:
        now = deps.clock()
        await _locked(conn, signed, now)
        if not await second_factor.of_person(conn, signed.person_id):
            raise SecondFactorRequired("Recovery codes stand in for an authenticator app or a passkey: add one first.")
        await acting.record(conn, "recovery_codes.renewal", now)
        return await recovery_code.renew(conn, signed.person_id)


async def passkey_options(deps: Deps, signed: Signed) -> dict[str, Any]:
    """What the browser is asked for to make a passkey. Raises SignInAgain, TooManyPasskeys, Busy and OutcomeUnknown."""
    async with transaction(deps.database) as conn:
        now = deps.clock()
        one = await _locked(conn, signed, now)
        known = await passkey.of_person(conn, one.id)
        _require_room(known)
        made = await new_challenge(conn, "registration", one.id, now)
    return passkey_rules.registration_options(party_of(deps), one.id, one.email, one.name, made, known)


async def add_passkey(deps: Deps, signed: Signed, name: str, credential: dict[str, Any]) -> NewPasskey:
    """Keep a new passkey. Raises SignInAgain, PasskeyNotValid, TooManyPasskeys, Busy and OutcomeUnknown."""
    answered = await taken(deps, credential, "registration", signed.person_id)
    found = passkey_rules.registered(party_of(deps), answered, credential)
    async with transaction(deps.database) as conn:
        now = deps.clock()
        await _locked(conn, signed, now)
        _require_room(await passkey.of_person(conn, signed.person_id))
        is_first = not await second_factor.of_person(conn, signed.person_id)
        made = Passkey(
            *(new_id(now), signed.person_id, found.credential_id, found.public_key, found.sign_count, name),
            *(found.transports, now, None),
        )
        if not await passkey.insert(conn, made):
            raise passkey_rules.not_valid()
        await acting.record(conn, "passkey.creation", now, after={"id": made.id, "name": name})
        return NewPasskey(made, await recovery_code.renew(conn, signed.person_id) if is_first else [])


def _require_room(known: list[Passkey]) -> None:
    if len(known) >= PASSKEYS_MAX:
        raise TooManyPasskeys(f"A person has at most {PASSKEYS_MAX} passkeys. Remove one first.", limit=PASSKEYS_MAX)


async def remove_passkey(deps: Deps, signed: Signed, passkey_id: str, key: IdempotencyKey | None) -> Answered:
    """Remove a passkey. Raises SignInAgain, PasskeyNotFound, and as `answer.once` does."""

    async def work(conn: WriteConn, now: datetime) -> Answered:
        await _locked(conn, signed, now)
        if not await passkey.delete(conn, signed.person_id, passkey_id):
            raise PasskeyNotFound("You have no such passkey.")
        await _drop_codes_of_nothing(conn, signed.person_id)
        return Answered(204, None)

    return await answer.once(deps, key, work)


async def forget_all(deps: Deps, email: str) -> int:
    """Remove all second factors of a person, for who runs the installation; returns how many there were.

    All his sessions end. Raises PersonNotFound, Busy and OutcomeUnknown.
    """
    async with transaction(deps.database) as conn:
        account = await person.by_email(conn, email)
        if account is None:
            raise PersonNotFound("There is no person with this mail address.")
        await person.lock(conn, account.person.id)
        now = deps.clock()
        count = await second_factor.delete_all(conn, account.person.id)
        await session.revoke_all(conn, account.person.id, now)
        await acting.record(conn, "second_factors.removal", now, before={"person_id": account.person.id})
        return count


async def passkeys(deps: Deps, person_id: str) -> list[Passkey]:
    """The passkeys of a person, the oldest first. Raises Busy."""
    async with deps.reading() as conn:
        return await passkey.of_person(conn, person_id)


async def _locked(conn: WriteConn, signed: Signed, now: datetime) -> Person:
    """The person, locked, whose session is young. Raises SignInAgain and SignInRequired."""
    account = await person.lock(conn, signed.person_id)
    if account is None:
        raise SignInRequired("There is no such person any more.")
    await require_recent(conn, signed.person_id, signed.session_id, now)
    return account.person


async def _drop_codes_of_nothing(conn: WriteConn, person_id: str) -> None:
    """Without another factor the recovery codes stand in for nothing."""
    if not {"totp", "passkey"} & set(await second_factor.of_person(conn, person_id)):
        await recovery_codes.delete(conn, person_id)
