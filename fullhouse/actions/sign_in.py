"""Signing in with a mail address and a password."""

from fullhouse.actions import attempt, second_factor
from fullhouse.actions import session as sessions
from fullhouse.actions.answer import transaction
from fullhouse.actions.attempt import subject
from fullhouse.actions.deps import Deps
from fullhouse.actions.session import Begun
from fullhouse.rules.attempt import network_of
from fullhouse.rules.people_refusals import SignInRefused
from fullhouse.rules.person import Account, email_key
from fullhouse.rules.session import Visit
from fullhouse.store import person, session
from fullhouse.store.db import ReadConn


async def sign_in(deps: Deps, email: str, password: str, visit: Visit) -> Begun:
    """Begin a session for who knows the password; it waits for a second factor when the person has one.

    Whether there is such an account shows neither in the answer nor in what is done for it. Raises SignInRefused,
    TooManyAttempts, Busy and OutcomeUnknown.
    """
    address = subject("address", network_of(visit.address))
    async with transaction(deps.database) as conn:
        account = await person.by_email(conn, email)
        tried = await _tried(conn, email, account, visit)
        patience = {tried: deps.people.account_patience, address: deps.people.address_patience}
        await attempt.count(conn, patience, deps.clock())
    is_right = await deps.passwords.is_right(account.password_hash if account else None, password)
    if account is None or account.password_hash is None or not is_right:
        raise _refused()
    is_dated = deps.passwords.is_dated(account.password_hash)
    fresh = await deps.passwords.of(password) if is_dated else account.password_hash
    async with transaction(deps.database) as conn:
        # A reset may have ended all sessions meanwhile: what was compared has to count still.
        locked = await person.lock(conn, account.person.id)
        if locked is None or locked.password_hash != account.password_hash:
            raise _refused()
        now = deps.clock()
        if is_dated:
            await person.change_password(conn, account.person.id, fresh)
        await attempt.succeed(conn, tried, address, now)
        factors = await second_factor.factors_of(conn, account.person.id)
        return await sessions.begin(conn, account.person, visit, deps.people.session, now, factors)


async def _tried(conn: ReadConn, email: str, account: Account | None, visit: Visit) -> bytes:
    """What the attempt is counted on: the account as all the world sees it, or as it is seen from a place known before.

    So the attempts of strangers don't keep out who comes from where he was signed in before (after OWASP, "Slow Down
    Online Guessing Attacks with Device Cookies").
    """
    is_known = await session.is_known_place(conn, account.person.id if account else None, visit)
    return account_subject(email, is_known=is_known)


def account_subject(email: str, *, is_known: bool) -> bytes:
    """What attempts on an account are counted on, from places known before or from anywhere."""
    return subject("account from a known place" if is_known else "account", email_key(email))


def _refused() -> SignInRefused:
    return SignInRefused("Mail address or password is wrong.")
