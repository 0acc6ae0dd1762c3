"""Counting sales beside a rush: the work grows with what was sold since, whatever PostgreSQL knows of the tables."""

import asyncio
from typing import Any

import psycopg
import pytest

from fullhouse.actions import sales
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Booked, Cancelled, CancelRequest
from fullhouse.store import sales as rows
from tests.cast import basket, new_event
from tests.offers import add_ticket_type, change

SOLD, GIVEN_BACK = 900, 200
LOOKED_AT_EACH_MAX = 40
"""Rows of all steps of all plans, for each booking that is told of."""


class Watched:
    """A connection that lets PostgreSQL count, for each statement, the rows that all steps of its plan look at."""

    def __init__(self, conn: psycopg.AsyncConnection[Any]) -> None:
        self._conn = conn
        self.looked_at = 0.0

    async def execute(self, statement: str, params: Any = None, **how: Any) -> Any:
        explained = await self._conn.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}".encode(), params, **how)
        row = await explained.fetchone()
        assert row is not None
        self.looked_at += looked_at(row[0][0]["Plan"])
        return await self._conn.execute(statement.encode(), params, **how)


def looked_at(step: dict[str, Any]) -> float:
    removed = sum(value for name, value in step.items() if name.startswith("Rows Removed"))
    here = (step["Actual Rows"] + removed) * step["Actual Loops"]
    return float(here) + sum(map(looked_at, step.get("Plans", [])))


@pytest.fixture
async def event_id(deps: Deps, conninfo: str) -> str:
    """An event that sold much, and took some back, before PostgreSQL has looked at how much there is."""
    for table in ("bookings", "tickets", "ledger_postings", "booking_changes", "notices"):
        await change(conninfo, f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
    event = await new_event(deps, SOLD)
    adult = await add_ticket_type(conninfo, event.id, 2_500)
    asked = [basket(event.id, (adult, 1), paid_by="cash") for _ in range(SOLD)]
    sold = await asyncio.gather(*map(deps.engine.submit, asked))
    ids = [one.booking.id for one in sold if isinstance(one, Booked)]
    back = [CancelRequest(event.id, one) for one in ids[:GIVEN_BACK]]
    assert all(isinstance(one, Cancelled) for one in await asyncio.gather(*map(deps.engine.submit, back)))
    return event.id


@pytest.mark.parametrize("is_anew", [False, True], ids=["from_notices", "anew"])
async def test_each_booking_is_looked_up_and_not_compared_with_all(
    deps: Deps, conninfo: str, event_id: str, *, is_anew: bool
) -> None:
    if not is_anew:
        await change(conninfo, "INSERT INTO sales_counts SELECT id, 0, time_zone FROM events WHERE id = %s", event_id)
    async with deps.database.read() as conn:
        (one,) = await rows.progress(conn, [event_id])
        assert one.is_anew is is_anew
    async with await psycopg.AsyncConnection.connect(conninfo) as conn:
        watched = Watched(conn)
        found = await rows.counts(watched, one)  # type: ignore[arg-type] # it does what is asked of one
    assert sum(each.times for _, each in found.sold) == SOLD
    assert sum(each.times for _, each in found.taken_back) == GIVEN_BACK
    assert watched.looked_at < (SOLD + GIVEN_BACK) * LOOKED_AT_EACH_MAX
    counted = [at async for at in sales.keep_up(deps)]
    assert counted == [event_id]
