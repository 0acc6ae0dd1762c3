"""Notices after they were written: they get their positions, and are forgotten when they are old."""

from datetime import timedelta

from fullhouse.actions.deps import Deps
from fullhouse.store import notice

ROUND = 2_000
"""Notices that get their positions together, so that no transaction is long."""

FORGET_BATCH = 5_000
"""Positions whose notices are deleted together."""


async def give_positions(deps: Deps) -> int:
    """Give positions to all notices that have none, in rounds; returns to how many. Ends when another is at it.

    That it happens after the commit is what makes the order hold: a transaction that began earlier may commit later.
    """
    total = 0
    while True:
        # Most of the time there is nothing to do, and then nothing is locked or written.
        async with deps.database.read() as reader:
            if not await notice.is_any_new(reader):
                return total
        async with deps.database.write() as conn:
            position = await notice.lock_reader(conn, "numbered")
            if position is None:
                return total
            numbered = await notice.number(conn, position, ROUND)
        total += numbered.notices
        if numbered.notices < ROUND:
            return total


async def forget_old(deps: Deps, days_kept: int) -> None:
    """Delete notices that are older and that all readers have passed. Ends when another is at it."""
    old = deps.clock() - timedelta(days=days_kept)
    while True:
        async with deps.database.write() as conn:
            position = await notice.lock_reader(conn, "forgotten")
            if position is None:
                return
            until = min(position + FORGET_BATCH, await notice.last_to_forget(conn, old))
            if until <= position:
                return
            await notice.forget(conn, until)
            await notice.move_reader(conn, "forgotten", until)
