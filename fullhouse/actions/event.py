"""Creating, looking up and changing events."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from psycopg import errors

from fullhouse.actions import acting, answer
from fullhouse.actions.changing import change_offer, unchanged, whole_event
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_ids
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.event import (
    NO_DETAILS,
    Availability,
    Event,
    EventDetails,
    EventDraft,
    WholeEvent,
    changed,
    changed_fields,
    check_date,
    check_times,
)
from fullhouse.rules.offer import EventState
from fullhouse.rules.refusals import EventNotFound, SlugTaken
from fullhouse.store import event, house, notice, organizer, ticket_type
from fullhouse.store.db import WriteConn


async def create(
    deps: Deps,
    draft: EventDraft,
    key: IdempotencyKey | None,
    told: Callable[[Event], Answered],
    details: EventDetails = NO_DETAILS,
    state: EventState = "published",
    organizer_id: str = organizer.DEFAULT_ID,
    price_minor: int = 0,
) -> Answered:
    """Put an event of an organizer on sale at one price, or keep it as a draft.

    Raises ValidationFailed when it is not in the future or its times contradict each other, SlugTaken, and what
    `answer.once` raises.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        check_date(draft.starts_at, now)
        check_times(draft.starts_at, details)
        event_id, type_id = new_ids(now, 2)
        acting.about(event_id)
        made = Event(event_id, draft.name, draft.starts_at, draft.venue, draft.total_seats, draft.total_seats, now)
        async with _free_slug():
            await event.create(conn, event_id, organizer_id, draft, now, details, state)
        await house.create(conn, event_id, draft.total_seats)
        await ticket_type.create_general_admission(conn, event_id, type_id, now, price_minor)
        await notice.add(conn, [event_id], "event.created", now)
        if state == "published":
            await notice.add(conn, [event_id], "event.published", now)
        return told(made)

    return await answer.once(deps, key, work)


async def change(
    deps: Deps,
    event_id: str,
    wanted: Mapping[str, Any],
    key: IdempotencyKey | None,
    told: Callable[[WholeEvent], Answered],
) -> Answered:
    """Give some fields of an event, named as in `Event` and `EventDetails`, other values; the rest stays as it is.

    Raises ValidationFailed, EventNotChangeable, EventInUse, SlugTaken, and what `change_offer` raises.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        before = await whole_event(conn, event_id)
        acting.before(told(before).body)
        after = changed(before, wanted, await event.use(conn, event_id), now)
        if after == before:
            return told(await unchanged(conn, before))
        async with _free_slug():
            await event.change(conn, after)
        await notice.add(conn, [event_id], "event.changed", now, details={"fields": changed_fields(before, after)})
        return told(after)

    return await change_offer(deps, event_id, key, work)


@asynccontextmanager
async def _free_slug() -> AsyncIterator[None]:
    """The unique index has the last word on who has a slug. Raises SlugTaken."""
    try:
        yield
    except errors.UniqueViolation as error:
        if not event.is_slug_taken(error):
            raise
        raise SlugTaken("Another event has this slug. Choose another one.", field="slug") from error


async def find(deps: Deps, event_id: str, *, drafts: bool = False) -> Event:
    """Look an event up; a draft only for who may see `drafts`. Raises EventNotFound and Busy."""
    found = await deps.events.find(event_id)
    if found is not None:
        return found
    if not drafts:
        raise EventNotFound("There is no such event.")
    return (await details(deps, event_id, drafts=True)).event


async def details(deps: Deps, event_id: str, *, drafts: bool) -> WholeEvent:
    """Look up all that is known of an event, as `find` does. Raises EventNotFound and Busy."""
    async with deps.reading() as conn:
        found = await event.find_whole(conn, event_id)
    if found is None or (found.state == "draft" and not drafts):
        raise EventNotFound("There is no such event.")
    return found


async def availability(deps: Deps, event_id: str, *, drafts: bool = False) -> Availability:
    """Tell what is left of an event, as `find` does. Raises EventNotFound and Busy."""
    found = await deps.availability.find(event_id)
    if found is None:
        event = await find(deps, event_id, drafts=drafts)
        found = Availability(event.id, event.total_seats, event.available_seats)
    return found
