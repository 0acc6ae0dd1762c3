"""How a write beside the engine is answered: once for an idempotency key, and honestly when the database goes away."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeAlias

from fullhouse.actions import acting
from fullhouse.actions.deps import Deps
from fullhouse.engine.lane import outcome_unknown
from fullhouse.rules.allocation import key_reused
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.refusals import busy
from fullhouse.store import answer
from fullhouse.store.db import TRANSIENT, Database, WriteConn

Work: TypeAlias = Callable[[WriteConn, datetime], Awaitable[Answered]]


async def once(deps: Deps, key: IdempotencyKey | None, work: Work) -> Answered:
    """Do `work` in one transaction, or answer as the key was answered before.

    Who sends the same key at the same moment waits until it is answered. A refusal of the work undoes everything and
    is not remembered. What is done is in the audit log, once. Raises IdempotencyKeyReused, Busy and OutcomeUnknown.
    """
    now = deps.clock()
    async with transaction(deps.database) as conn:
        if key is None:
            return await _done(conn, work, now)
        told = await _claimed(conn, key, now)
        if told is not None:
            return told
        answered = await _done(conn, work, now)
        await answer.keep(conn, key, answered)
        return answered


async def _done(conn: WriteConn, work: Work, now: datetime) -> Answered:
    """Do the work and write it into the audit log."""
    acting.begin()
    answered = await work(conn, now)
    await acting.write_down(conn, answered.body, now)
    return answered


async def before(deps: Deps, key: IdempotencyKey | None) -> Answered | None:
    """What a key was answered with before; from now on it is good for no other request, even if this one is refused.

    Comes first where several steps lead to the answer, and others are asked in between: `once` is the last of them.
    Raises IdempotencyKeyReused, Busy and OutcomeUnknown.
    """
    if key is None:
        return None
    async with transaction(deps.database) as conn:
        return await _claimed(conn, key, deps.clock())


async def _claimed(conn: WriteConn, key: IdempotencyKey, now: datetime) -> Answered | None:
    fingerprint, answered = await answer.claim(conn, key, now)
    if fingerprint != key.fingerprint:
        raise key_reused()
    return None if answered is None else answered._replace(replayed=True)


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[WriteConn]:
    """A transaction whose faults that pass are refusals: Busy when nothing was done, else OutcomeUnknown."""
    is_written = False
    try:
        async with database.write() as conn:
            yield conn
            is_written = True
    except TRANSIENT as error:
        # Lost in the commit, it may be done or not; before that nothing was.
        raise (outcome_unknown() if is_written else busy()) from error
