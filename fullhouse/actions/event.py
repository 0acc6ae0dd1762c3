"""Creating and looking up events."""

import os
from datetime import datetime

from psycopg import errors

from fullhouse.actions.deps import Deps
from fullhouse.engine.lane import outcome_unknown
from fullhouse.rules.allocation import Remembered, key_reused
from fullhouse.rules.booking import EventCreated, IdempotencyKey, Outcome
from fullhouse.rules.event import Availability, Event, EventDraft
from fullhouse.rules.ids import RANDOM_BYTES_PER_ID, uuid7s
from fullhouse.rules.refusals import EventNotFound, ValidationFailed, busy
from fullhouse.store import event, house, idempotency, organizer
from fullhouse.store.db import TRANSIENT, WriteConn


async def create(deps: Deps, draft: EventDraft, key: IdempotencyKey | None) -> Outcome:
    """Put an event on sale.

    Raises ValidationFailed when it is not in the future, IdempotencyKeyReused, Busy, and OutcomeUnknown.
    """
    now = deps.clock()
    is_written = False
    try:
        async with deps.database.write() as conn:
            if key is not None:
                before = await idempotency.find(conn, key.id)
                if before is not None:
                    return _again(before, key)
            outcome = await _create(conn, draft, key, now)
            is_written = True
        return outcome
    except TRANSIENT as error:
        # Lost in the commit, it may be done or not; before that nothing was.
        raise (outcome_unknown() if is_written else busy("The database can't be reached. Try again.")) from error
    except errors.UniqueViolation:
        # The same key was committed by another request after we had looked.
        if key is None:
            raise
        async with deps.database.read() as reader:
            before = await idempotency.find(reader, key.id)
        if before is None:
            raise
        return _again(before, key)


def _again(before: Remembered, key: IdempotencyKey) -> Outcome:
    if before.fingerprint != key.fingerprint:
        raise key_reused()
    return before.outcome._replace(replayed=True)


async def _create(conn: WriteConn, draft: EventDraft, key: IdempotencyKey | None, now: datetime) -> Outcome:
    if draft.starts_at <= now:
        raise ValidationFailed("The date must be in the future.", field="date")
    (event_id,) = uuid7s(now, os.urandom(RANDOM_BYTES_PER_ID))
    made = Event(event_id, draft.name, draft.starts_at, draft.venue, draft.total_seats, draft.total_seats, now)
    outcome = EventCreated(made)
    if key is not None:
        await idempotency.add(conn, key.id, Remembered(key.fingerprint, outcome), now)
    await event.create(conn, event_id, organizer.DEFAULT_ID, draft, now)
    await house.create(conn, event_id, draft.starts_at, draft.total_seats)
    return outcome


async def find(deps: Deps, event_id: str) -> Event:
    """Look an event up. Raises EventNotFound."""
    found = await deps.events.find(event_id)
    if found is None:
        raise EventNotFound("There is no such event.")
    return found


async def availability(deps: Deps, event_id: str) -> Availability:
    """Tell what is left of an event. Raises EventNotFound."""
    found = await deps.availability.find(event_id)
    if found is None:
        raise EventNotFound("There is no such event.")
    return found
