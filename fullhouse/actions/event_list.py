"""The events of an organizer for who works on them, and what the next one may begin with."""

from typing import NamedTuple

from fullhouse.actions.deps import Deps
from fullhouse.rules.event import NO_DETAILS, WholeEvent
from fullhouse.store import event, event_list
from fullhouse.store.event_list import EventsWanted


class EventsPage(NamedTuple):
    """Some events in their order, and whether more come behind them."""

    events: list[WholeEvent]
    is_more: bool


class Beginning(NamedTuple):
    """What an organizer's next event has until he says something else: what his last one had."""

    venue: str
    total_seats: int | None
    time_zone: str
    currency: str


async def page(deps: Deps, wanted: EventsWanted, offset: int, limit: int) -> EventsPage:
    """A page of an organizer's events. Raises Busy."""
    async with deps.reading() as conn:
        ids = await event_list.page(conn, wanted, deps.clock(), offset, limit + 1)
        found = {one.event.id: one for one in await event.find_many_whole(conn, ids[:limit])}
    return EventsPage([found[one] for one in ids[:limit] if one in found], len(ids) > limit)


async def beginning(deps: Deps, organizer_id: str) -> Beginning:
    """What the next event may begin with. Raises Busy."""
    async with deps.reading() as conn:
        last_id = await event_list.latest(conn, organizer_id)
        last = None if last_id is None else await event.find_whole(conn, last_id)
    if last is None:
        return Beginning("", None, NO_DETAILS.time_zone, NO_DETAILS.currency)
    return Beginning(last.event.venue, last.event.total_seats, last.details.time_zone, last.details.currency)
