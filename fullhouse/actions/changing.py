"""How an event's offer is changed: one transaction that locks the house, and an idempotency key that counts once."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TypeAlias

from fullhouse.actions.deps import Deps
from fullhouse.engine.lane import outcome_unknown
from fullhouse.rules.allocation import key_reused
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.refusals import EventNotFound, busy
from fullhouse.store import answer, offer
from fullhouse.store.db import TRANSIENT, Database, WriteConn

Work: TypeAlias = Callable[[WriteConn, datetime], Awaitable[Answered]]


async def change_offer(deps: Deps, event_id: str, key: IdempotencyKey | None, work: Work) -> Answered:
    """Do `work` while nothing else changes or sells what the event offers, or answer as the key was answered before.

    A refusal of the work undoes everything and is not remembered. Raises EventNotFound, IdempotencyKeyReused, Busy
    and OutcomeUnknown.
    """
    now = deps.clock()
    try:
        async with transaction(deps.database) as conn:
            if not await offer.lock_to_change(conn, event_id):
                raise EventNotFound("There is no such event.")
            if key is None:
                return await work(conn, now)
            # Who sends the same key waits for the same house, so nobody else writes it between this look and the end.
            await _require_new(conn, key)
            answered = await work(conn, now)
            await answer.add(conn, key, answered, now)
            return answered
    except _AnsweredBefore as before:
        return before.answered._replace(replayed=True)


class _AnsweredBefore(Exception):
    """Leaves the transaction, so that nothing is changed again, not even the version."""

    def __init__(self, answered: Answered) -> None:
        super().__init__()
        self.answered = answered


async def _require_new(conn: WriteConn, key: IdempotencyKey) -> None:
    found = await answer.find(conn, key.id)
    if found is None:
        return
    fingerprint, answered = found
    if fingerprint != key.fingerprint:
        raise key_reused()
    raise _AnsweredBefore(answered)


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
