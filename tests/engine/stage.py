"""What the tests of the engine do behind its back: hold locks, end backends, and look at the rows themselves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from fullhouse.actions.deps import Deps
from fullhouse.engine.lane import Lane
from fullhouse.rules.booking import Booked, Booking, Confirmed, Outcome, Refused
from fullhouse.rules.refusals import Refusal
from fullhouse.store.booking import COLUMNS, booking_from
from tests.cast import running_deps

PATIENCE_SECONDS = 20
QUICK: dict[str, Any] = {
    "lock_wait_ms": 150,
    "batch_seconds_max": 1,
    "retry_pause_seconds": 0.01,
    "wait_seconds_max": 3,
    "drain_seconds_max": 2,
}
"""Settings of an engine that gives up soon."""

Connection = psycopg.AsyncConnection[Any]


@asynccontextmanager
async def visitor(conninfo: str) -> AsyncIterator[Connection]:
    """A connection beside the engine, which the engine's own names don't count."""
    async with await psycopg.AsyncConnection.connect(
        make_conninfo(conninfo, application_name="visitor"), autocommit=True
    ) as conn:
        yield conn


@asynccontextmanager
async def locked(conninfo: str, *event_ids: str) -> AsyncIterator[Connection]:
    """Events are locked by an outside transaction."""
    async with visitor(conninfo) as conn, conn.transaction():
        await conn.execute("SELECT FROM houses WHERE event_id = ANY (%s::uuid[]) FOR UPDATE", [list(event_ids)])
        yield conn


async def rows(conninfo: str, sql: str, *params: Any) -> list[tuple[Any, ...]]:
    """What a query answers."""
    async with visitor(conninfo) as conn:
        cursor = await conn.execute(sql.encode(), params)
        return await cursor.fetchall()


async def bookings(conninfo: str) -> dict[str, Booking]:
    """All bookings as they are in the database, by id."""
    found = await rows(conninfo, f"SELECT {COLUMNS} FROM bookings b")  # noqa: S608 - of the store
    return {row[0]: booking_from(row) for row in found}


async def taken(conninfo: str, event_id: str) -> int:
    """Places that an event has sold."""
    ((places,),) = await rows(conninfo, "SELECT taken FROM houses WHERE event_id = %s", event_id)
    return int(places)


async def tickets(conninfo: str, state: str = "valid") -> dict[str, int]:
    """How many tickets each booking has, by its id."""
    found = await rows(
        conninfo,
        "SELECT b.id::text, count(*) FROM tickets t JOIN bookings b USING (event_id)"
        " WHERE b.number = t.booking_number AND t.state = %s GROUP BY b.id",
        state,
    )
    return dict(found)


async def end_backends(conninfo: str) -> None:
    """Let PostgreSQL end the connections of the program, whatever they are at."""
    await rows(
        conninfo,
        """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'fullhouse'
        """,
    )


async def until(is_so: Callable[[], bool | Awaitable[bool]]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            answer = is_so()
            if answer if isinstance(answer, bool) else await answer:
                return
            await asyncio.sleep(0.005)


async def until_waiting_for_lock(conninfo: str, count: int = 1) -> None:
    """Wait until a lane waits for somebody else's lock."""

    async def is_waiting() -> bool:
        found = await rows(
            conninfo,
            "SELECT FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'fullhouse' AND wait_event_type = 'Lock'",
        )
        return len(found) >= count

    await until(is_waiting)


async def settled(answers: Iterable[Awaitable[Outcome]]) -> list[Outcome | BaseException]:
    """Every answer, or what was raised instead; none may be missing."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return list(await asyncio.gather(*answers, return_exceptions=True))


@asynccontextmanager
async def two_offices(conninfo: str, **changes: Any) -> AsyncIterator[tuple[Deps, Deps]]:
    """Two engines on one database, as two processes have them."""
    async with running_deps(conninfo, **changes) as one, running_deps(conninfo, **changes) as other:
        yield one, other


@asynccontextmanager
async def held_up(conninfo: str, event_id: str) -> AsyncIterator[None]:
    """An event is locked by somebody else until two batches wait for it: what both of them read first is the same.

    That is so without the lock that they should take themselves; with it they read one after the other.
    """
    async with locked(conninfo, event_id):
        yield
        await until_waiting_for_lock(conninfo, 2)


def lanes(deps: Deps) -> list[Lane]:
    """The lanes of an engine; the first is the shared one."""
    return deps.engine._lanes


def booked(outcome: Outcome | BaseException) -> Booking:
    """The booking that a buyer got."""
    assert isinstance(outcome, Booked), repr(outcome)
    return outcome.booking


def confirmed(outcome: Outcome | BaseException) -> Booking:
    """The booking that was confirmed."""
    assert isinstance(outcome, Confirmed), repr(outcome)
    return outcome.booking


def refusal(outcome: Outcome | BaseException) -> Refusal:
    """Why a buyer got nothing."""
    assert isinstance(outcome, Refused), repr(outcome)
    return outcome.refusal
