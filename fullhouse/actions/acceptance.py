"""Accepting an invitation: by who is signed in, or by somebody new, who gets an account with it."""

from typing import NamedTuple

from fullhouse.actions import acting
from fullhouse.actions import password as passwords
from fullhouse.actions import session as sessions
from fullhouse.actions.answer import transaction
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.actions.secret import hash_of
from fullhouse.actions.session import Begun
from fullhouse.rules.invitation import Invitation, opened
from fullhouse.rules.people_refusals import AlreadyMember, SignInRequired
from fullhouse.rules.person import Person
from fullhouse.rules.refusals import ValidationFailed
from fullhouse.rules.session import Visit
from fullhouse.store import invitation, member, person, session
from fullhouse.store.db import WriteConn


class Accepting(NamedTuple):
    """Who accepts: a person with his session, or somebody new with name and password."""

    signed_in: tuple[str, str] | None
    name: str | None
    password: str | None


async def accept(deps: Deps, token: str, who: Accepting, visit: Visit) -> Begun:
    """Make somebody a member, in a session of its own, because what he may do is another than before.

    Raises LinkNotValid, AlreadyMember, SignInRequired when the invited address has an account, ValidationFailed,
    PasswordNotAllowed, Busy and OutcomeUnknown.
    """
    async with deps.reading() as conn:
        found = opened(await invitation.of_token(conn, hash_of(token)), deps.clock())
        has_account = await person.by_email(conn, found.email) is not None
    hash_ = None if who.signed_in else await _hash_of_new(deps, found, who, has_account=has_account)
    async with transaction(deps.database) as conn:
        now = deps.clock()
        # Of two who accept at once, the second finds it accepted behind the lock.
        found = opened(await invitation.lock(conn, hash_of(token)), now)
        if who.signed_in:
            joining = await _signed_in(deps, conn, *who.signed_in)
        else:
            joining = Person(new_id(now), found.email, who.name or "", "en")
            if not await person.add(conn, joining, hash_, now):
                raise _sign_in_first()
        if await member.find(conn, found.organizer_id, joining.id):
            raise AlreadyMember("You work for this organizer already.")
        await member.put(conn, found.organizer_id, joining.id, found.role, now)
        await invitation.accept(conn, found.id, joining.id, now)
        acting.known("member", joining.id, joining.name)
        told = {"person_id": joining.id, "role": found.role}
        await acting.record(conn, "invitation.acceptance", now, after=told, organizer_id=found.organizer_id)
        return await sessions.begin(conn, joining, visit, deps.people.session, now)


async def _hash_of_new(deps: Deps, found: Invitation, who: Accepting, *, has_account: bool) -> str:
    if has_account:
        raise _sign_in_first()
    for field, value in (("name", who.name), ("password", who.password)):
        if value is None:
            raise ValidationFailed(f"{field}: say it, as you are not signed in.", field=field)
    return await passwords.hash_of_new(deps, who.password or "", (found.email, who.name or ""))


async def _signed_in(deps: Deps, conn: WriteConn, person_id: str, session_id: str) -> Person:
    """The person of a session, which ends. Raises SignInRequired when it has ended already."""
    account = await person.find(conn, person_id)
    if account is None or not await session.revoke(conn, person_id, session_id, deps.clock()):
        raise SignInRequired("The session has ended. Sign in again.")
    return account.person


def _sign_in_first() -> SignInRequired:
    return SignInRequired("The invited mail address has an account. Sign in with it, then accept.")
