"""What the tests of races share: many who ask at once over two engines, and the lock that may be taken away."""

import asyncio
from collections.abc import Sequence

import pytest

from fullhouse.actions import pool
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Booking, Outcome, Request
from fullhouse.store import house
from tests.engine.stage import booked, held_up, settled, visitor

GUARDS = {
    "houses": "houses_never_oversold",
    "pools": "pools_never_oversold",
    "promo_codes": "promo_codes_never_exceeded",
    "bookings": "bookings_pkey",
    "tickets": "tickets_pkey",
    "notices": "notices_pkey",
    "ledger_postings": "ledger_postings_pkey",
}
"""The constraints that stand behind the lock."""


async def take_the_lock_away(monkeypatch: pytest.MonkeyPatch, conninfo: str, *, but: str | None = None) -> None:
    """For a check of the harness: houses are read without being locked, and no constraint stands behind that.

    `but` names the table whose constraint stays.
    """
    for statement in ("_LOCK", "_LOCK_OR_SKIP"):
        locking = getattr(house, statement)
        assert "FOR NO KEY UPDATE" in locking
        monkeypatch.setattr(house, statement, locking[: locking.index("FOR NO KEY UPDATE")])
    async with visitor(conninfo) as conn:
        for table in GUARDS.keys() - {but}:
            await conn.execute(f"ALTER TABLE {table} DROP CONSTRAINT {GUARDS[table]}".encode())


async def all_at_once(
    conninfo: str, offices: Sequence[Deps], event_id: str, requests: Sequence[Request]
) -> list[Outcome | BaseException]:
    """Ask over all offices in turn; nothing is decided before a batch of each of two waits for the event."""
    async with held_up(conninfo, event_id):
        answers = [
            asyncio.ensure_future(offices[n % len(offices)].engine.submit(request))
            for n, request in enumerate(requests)
        ]
    return await settled(answers)


async def holds(deps: Deps, requests: Sequence[Request]) -> list[Booking]:
    """What somebody holds before a race begins."""
    return [booked(outcome) for outcome in await settled(deps.engine.submit(request) for request in requests)]


async def resize(deps: Deps, event_id: str, pool_id: str, capacity: int) -> Answered:
    """Give a pool, or the house, another number of places."""
    return await pool.change(deps, event_id, pool_id, {"capacity": capacity}, None, seen)


def seen(_: object) -> Answered:
    """An answer that nobody reads."""
    return Answered(200, {"done": True})
