"""Sessions: begun with a new token, known by it, finished by a second factor, listed, ended."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from fullhouse.actions import acting
from fullhouse.actions.answer import transaction
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.actions.secret import hash_of, new_token
from fullhouse.rules.people_refusals import SessionNotFound, SignInRequired
from fullhouse.rules.person import Person
from fullhouse.rules.session import HALF_TIME, SEEN_EVERY, Factor, Known, Session, SessionTerms, Visit, is_live
from fullhouse.store import session
from fullhouse.store.db import TRANSIENT, WriteConn

PREFIX = "fs_"


class Begun(NamedTuple):
    """A new session with its token, which is shown this once. With `factors`, one of them has to be shown first."""

    session: Session
    person: Person
    token: str
    factors: tuple[Factor, ...]


async def caller_of(deps: Deps, token: str) -> Known:
    """Who calls with this token, and what he may do now. Raises SignInRequired, also for a session half begun."""
    known = await find(deps, token)
    if known is None:
        raise SignInRequired("The session has ended, or never was. Sign in again.")
    return known


async def find(deps: Deps, token: str) -> Known | None:
    """The whole session with this token, as long as it counts. That it is used is written down once a minute."""
    known = await _live(deps, token)
    if known is None or known.session.awaits_factor:
        return None
    now = deps.clock()
    if now - known.session.last_seen_at >= SEEN_EVERY:
        # A database that can't be written to at the moment is no reason to refuse what only reads.
        with suppress(*TRANSIENT):
            async with deps.database.write() as conn:
                await session.see(conn, known.session.id, now, now - SEEN_EVERY)
    return known


async def find_half(deps: Deps, token: str) -> Known:
    """The session with this token that waits for the second factor. Raises SignInRequired."""
    known = await _live(deps, token)
    if known is None or not known.session.awaits_factor:
        raise SignInRequired("The time to finish signing in is over. Sign in again.")
    return known


async def _live(deps: Deps, token: str) -> Known | None:
    known = await deps.sessions.find(hash_of(token))
    return known if known and is_live(known.session, deps.people.session, deps.clock()) else None


async def begin(
    conn: WriteConn, person: Person, visit: Visit, terms: SessionTerms, now: datetime, factors: Sequence[Factor] = ()
) -> Begun:
    """Make a session, and end the one that the visitor came with: nobody keeps a token from before he signed in."""
    await session.revoke_token(conn, visit.token_hash, now)
    expires_at = now + (HALF_TIME if factors else terms.life)
    made = Session(
        new_id(now), person.id, now, now, expires_at, visit.address, visit.user_agent, awaits_factor=bool(factors)
    )
    token = new_token(PREFIX)
    await session.add(conn, made, hash_of(token))
    if not factors:
        acting.known("member", person.id, person.name)
        await acting.record(conn, "sign_in", now, after={"session_id": made.id})
    return Begun(made, person, token, tuple(factors))


async def finish(conn: WriteConn, half: Known, visit: Visit, terms: SessionTerms, now: datetime) -> Begun:
    """Make a whole session of one whose second factor was shown; it gets a token of its own.

    Raises SignInRequired when that was done already, or taken back, meanwhile.
    """
    if not await session.revoke(conn, half.person.id, half.session.id, now):
        raise SignInRequired("The time to finish signing in is over. Sign in again.")
    return await begin(conn, half.person, visit, terms, now)


async def of_person(deps: Deps, person_id: str) -> list[Session]:
    """The whole sessions of a person that still count, the newest first."""
    now = deps.clock()
    async with deps.reading() as conn:
        found = await session.of_person(conn, person_id, now)
    return [one for one in found if is_live(one, deps.people.session, now)]


async def end(deps: Deps, person_id: str, session_id: str) -> None:
    """End a session of a person. Raises SessionNotFound, Busy and OutcomeUnknown."""
    async with transaction(deps.database) as conn:
        now = deps.clock()
        if not await session.revoke(conn, person_id, session_id, now):
            raise SessionNotFound("You have no such session, or it has ended.")
        await acting.record(conn, "sign_out", now, before={"session_id": session_id})


async def end_all(deps: Deps, person_id: str) -> None:
    """Sign a person out everywhere. Raises Busy and OutcomeUnknown."""
    async with transaction(deps.database) as conn:
        now = deps.clock()
        await session.revoke_all(conn, person_id, now)
        await acting.record(conn, "sign_out.everywhere", now)
