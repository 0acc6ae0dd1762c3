"""Counting attempts: before they are decided, so that many at one moment are no more than one after another."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import sha256

from fullhouse.actions.deps import Deps
from fullhouse.rules import attempt as rules
from fullhouse.rules.attempt import Patience
from fullhouse.store import attempt, session
from fullhouse.store.db import WriteConn

KNOWN_FOR = timedelta(days=90)
"""A place that somebody was signed in from is known that long after the end of the session."""


def subject(kind: str, *what: str) -> bytes:
    """What is counted, as a digest: who reads the table learns no addresses from it."""
    # NUL can't occur in any part, so no two subjects run together.
    return sha256("\0".join((kind, *what)).encode("utf-8", "surrogateescape")).digest()


async def count(conn: WriteConn, subjects: Mapping[bytes, Patience], now: datetime) -> None:
    """Count one attempt on each subject. Raises TooManyAttempts; then the transaction has to be rolled back."""
    locked = await attempt.lock(conn, list(subjects), now)
    await attempt.keep(conn, {one: rules.tried(known, subjects[one], now) for one, known in locked.items()})


async def succeed(conn: WriteConn, account: bytes, address: bytes, now: datetime) -> None:
    """Count anew for the account, and take one attempt back for the address, from which others may come too."""
    locked = await attempt.lock(conn, [account, address], now)
    await attempt.keep(conn, {address: rules.forgiven(locked[address])})
    await attempt.forget(conn, [account])


async def forget_old(deps: Deps) -> None:
    """Delete what counts no more: attempts, and sessions that ended long ago."""
    now = deps.clock()
    async with deps.database.write() as conn:
        await attempt.forget_old(conn, now - rules.FORGOTTEN_AFTER)
        await session.forget_old(conn, now - KNOWN_FOR)
