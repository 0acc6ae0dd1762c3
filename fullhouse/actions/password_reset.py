"""A new password for who has lost his: asked for by mail address, made with the link in the mail."""

import asyncio
from datetime import datetime

from fullhouse.actions import acting, attempt
from fullhouse.actions import password as passwords
from fullhouse.actions.answer import transaction
from fullhouse.actions.attempt import subject
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.actions.secret import hash_of, new_token
from fullhouse.actions.sign_in import account_subject
from fullhouse.rules.attempt import network_of
from fullhouse.rules.mail import Mail
from fullhouse.rules.password_reset import PasswordReset, is_mailed_again, usable
from fullhouse.rules.people_refusals import LinkNotValid
from fullhouse.rules.person import Person
from fullhouse.rules.session import Visit
from fullhouse.store import attempt as attempts
from fullhouse.store import mail, password_reset, person, session
from fullhouse.store.db import WriteConn

PATH = "/console/password-reset/new"

ANSWERED_AFTER_SECONDS = 0.1
"""Every request takes that long, so that the mail that is written for an account does not show."""


async def request(deps: Deps, email: str, visit: Visit) -> None:
    """Send a mail with a link, if there is such an account; it shows in nothing here whether there is.

    Raises TooManyAttempts, by address alone: nobody can keep the mails from their reader. Raises Busy and
    OutcomeUnknown.
    """
    await asyncio.gather(_request(deps, email, visit), asyncio.sleep(ANSWERED_AFTER_SECONDS))


async def _request(deps: Deps, email: str, visit: Visit) -> None:
    async with transaction(deps.database) as conn:
        now = deps.clock()
        address = subject("reset from address", network_of(visit.address))
        await attempt.count(conn, {address: deps.people.address_patience}, now)
        account = await person.by_email(conn, email)
        if account and is_mailed_again(await _last_at(conn, account.person.id), now):
            await _send(deps, conn, account.person, now)


async def _last_at(conn: WriteConn, person_id: str) -> datetime | None:
    # Behind the lock two requests at one moment are one after the other.
    await person.lock(conn, person_id)
    return await password_reset.last_at(conn, person_id)


async def _send(deps: Deps, conn: WriteConn, whose: Person, now: datetime) -> None:
    token = new_token()
    await password_reset.add(conn, PasswordReset(whose.id, now, now + deps.people.reset_time), hash_of(token))
    # Behind the # it is in no log of a server and no Referer.
    context = {"url": f"{deps.mail_terms.public_url}{PATH}#{token}"}
    written = Mail(new_id(now), "password_reset", whose.language, whose.name, whose.email, context)
    await mail.add(conn, [written], deps.mail_terms.domain, now)


async def complete(deps: Deps, token: str, password: str, visit: Visit) -> None:
    """Give a person another password; all his sessions end, and what was counted against his account is forgotten.

    He is not signed in with it: a second factor is asked for as ever (OWASP, Forgot Password). Raises LinkNotValid,
    PasswordNotAllowed, Busy and OutcomeUnknown.
    """
    async with deps.reading() as conn:
        found = usable(await password_reset.of_token(conn, hash_of(token)), deps.clock())
        account = await person.find(conn, found.person_id)
    if account is None:
        raise LinkNotValid("There is no such person any more.")
    whose = account.person
    hash_ = await passwords.hash_of_new(deps, password, (whose.email, whose.name))
    async with transaction(deps.database) as conn:
        # Of two who use it at once, the second finds it used behind the lock.
        await person.lock(conn, whose.id)
        now = deps.clock()
        usable(await password_reset.of_token(conn, hash_of(token)), now)
        await password_reset.use(conn, hash_of(token), whose.id, visit.address, now)
        await person.change_password(conn, whose.id, hash_)
        await session.revoke_all(conn, whose.id, now)
        acting.known("member", whose.id, whose.name)
        await acting.record(conn, "password.reset", now)
        await attempts.forget(conn, [account_subject(whose.email, is_known=known) for known in (True, False)])
