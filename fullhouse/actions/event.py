"""Creating, looking up and changing events."""

import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import errors

from fullhouse.actions.deps import Deps
from fullhouse.actions.event_change import changing, slug_taken
from fullhouse.engine.lane import outcome_unknown
from fullhouse.rules.allocation import Remembered, key_reused
from fullhouse.rules.booking import EventCreated, IdempotencyKey, Outcome
from fullhouse.rules.event import (
    NO_DETAILS,
    Availability,
    Event,
    EventDetails,
    EventDraft,
    WholeEvent,
    changed,
    check_date,
    check_times,
)
from fullhouse.rules.ids import RANDOM_BYTES_PER_ID, uuid7s
from fullhouse.rules.offer import EventState
from fullhouse.rules.refusals import EventNotFound, busy
from fullhouse.store import event, house, idempotency, organizer, ticket_type
from fullhouse.store.db import TRANSIENT, WriteConn


async def create(
    deps: Deps,
    draft: EventDraft,
    key: IdempotencyKey | None,
    details: EventDetails = NO_DETAILS,
    state: EventState = "published",
) -> Outcome:
    """Put an event on sale, or keep it as a draft.

    Raises ValidationFailed when it is not in the future or its times contradict each other, SlugTaken,
    IdempotencyKeyReused, Busy, and OutcomeUnknown.
    """
    now = deps.clock()
    is_written = False
    try:
        async with deps.database.write() as conn:
            if key is not None:
                before = await idempotency.find(conn, key.id)
                if before is not None:
                    return _again(before, key)
            outcome = await _create(conn, draft, key, now, details, state)
            is_written = True
        return outcome
    except TRANSIENT as error:
        # Lost in the commit, it may be done or not; before that nothing was.
        raise (outcome_unknown() if is_written else busy("The database can't be reached. Try again.")) from error
    except errors.UniqueViolation as error:
        if key is None or event.is_slug_taken(error):
            raise slug_taken(error) from error
        # The same key was committed by another request after we had looked.
        async with deps.database.read() as reader:
            before = await idempotency.find(reader, key.id)
        if before is None:
            raise
        return _again(before, key)


def _again(before: Remembered, key: IdempotencyKey) -> Outcome:
    if before.fingerprint != key.fingerprint:
        raise key_reused()
    return before.outcome._replace(replayed=True)


async def _create(
    conn: WriteConn,
    draft: EventDraft,
    key: IdempotencyKey | None,
    now: datetime,
    details: EventDetails,
    state: EventState,
) -> Outcome:
    check_date(draft.starts_at, now)
    check_times(draft.starts_at, details)
    event_id, type_id = uuid7s(now, os.urandom(2 * RANDOM_BYTES_PER_ID))
    made = Event(event_id, draft.name, draft.starts_at, draft.venue, draft.total_seats, draft.total_seats, now)
    outcome = EventCreated(made)
    if key is not None:
        await idempotency.add(conn, key.id, Remembered(key.fingerprint, outcome), now)
    await event.create(conn, event_id, organizer.DEFAULT_ID, draft, now, details, state)
    await house.create(conn, event_id, draft.total_seats)
    await ticket_type.create_general_admission(conn, event_id, type_id, now)
    return outcome


async def change(deps: Deps, event_id: str, wanted: Mapping[str, Any]) -> WholeEvent:
    """Give some fields of an event, named as in `Event` and `EventDetails`, other values; the rest stays as it is.

    Raises EventNotFound, ValidationFailed, EventNotChangeable, EventInUse, SlugTaken, Busy, and OutcomeUnknown.
    """
    now = deps.clock()
    async with changing(deps, event_id) as under_way:
        conn, before = under_way.conn, under_way.event
        after = changed(before, wanted, await event.use(conn, event_id), now)
        if after == before:
            return under_way.drop()
        await event.change(conn, after)
        return after


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
    try:
        async with deps.database.read() as conn:
            found = await event.find_whole(conn, event_id)
    except TRANSIENT as error:
        raise busy("The database can't be reached at the moment. Try again.") from error
    if found is None or (found.state == "draft" and not drafts):
        raise EventNotFound("There is no such event.")
    return found


async def availability(deps: Deps, event_id: str) -> Availability:
    """Tell what is left of an event that is no draft. Raises EventNotFound."""
    found = await deps.availability.find(event_id)
    if found is None:
        raise EventNotFound("There is no such event.")
    return found
