"""Explaining what of an event is on sale, and why the rest is not."""

from fullhouse.actions.deps import Deps
from fullhouse.rules.explanation import Explanation, explain
from fullhouse.rules.refusals import EventNotFound
from fullhouse.store import explanation


async def of_event(deps: Deps, event_id: str) -> list[Explanation]:
    """Explain every ticket type of an event, as of now, from one moment of the database.

    Raises EventNotFound and Busy.
    """
    now = deps.clock()
    async with deps.reading() as conn:
        found = await explanation.look(conn, event_id, now)
    if found is None:
        raise EventNotFound("There is no such event.")
    offer, house, pools = found
    return explain(offer, house, pools, now)
