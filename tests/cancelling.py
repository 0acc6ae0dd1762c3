"""How the tests cancel a whole event, work through its bookings, and look how far that has come."""

import psycopg

from fullhouse.actions import event_cancellation
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.event_cancellation import Progress


def _told(_: Progress) -> Answered:
    return Answered(202, None)


async def cancel_event(deps: Deps, event_id: str, reason: str | None = None) -> Progress:
    """The organizer cancels an event; nobody has worked on it yet."""
    await event_cancellation.begin(deps, event_id, reason, None, _told)
    return await progress(deps, event_id)


async def work(deps: Deps) -> list[str]:
    """What the worker of a process does until nothing is left for it; the event of each page."""
    return [event_id async for event_id in event_cancellation.carry_on(deps)]


async def progress(deps: Deps, event_id: str) -> Progress:
    """How far the cancellation has come."""
    async with deps.database.read() as conn:
        return await event_cancellation.progress(conn, event_id)


def leave(conninfo: str) -> None:
    """Whoever was at a page, or at a payment, went away a minute ago."""
    with psycopg.connect(conninfo) as conn:
        conn.execute("UPDATE event_cancellations SET worked_at = now() - interval '1 minute' WHERE done_at IS NULL")
        conn.execute("UPDATE payments SET changed_at = now() - interval '1 minute'")


def statuses(conninfo: str, event_id: str) -> dict[str, int]:
    """How many bookings of an event are in which state."""
    with psycopg.connect(conninfo) as conn:
        found = conn.execute("SELECT status, count(*) FROM bookings WHERE event_id = %s GROUP BY status", [event_id])
        return dict(found.fetchall())
