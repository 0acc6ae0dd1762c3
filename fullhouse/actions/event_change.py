"""Changing an event itself, or making others of it: one transaction, one change at a time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import Rollback, errors

from fullhouse.actions.changing import transaction
from fullhouse.actions.deps import Deps
from fullhouse.rules.event import WholeEvent
from fullhouse.rules.refusals import EventNotFound, SlugTaken
from fullhouse.store import event, offer
from fullhouse.store.db import WriteConn


class Change:
    """A change under way: `event` is locked, as it was, but for its version, which is already the next one."""

    def __init__(self, conn: WriteConn, event: WholeEvent) -> None:
        """Begin it."""
        self.conn = conn
        self.event = event
        self.is_dropped = False

    def drop(self) -> WholeEvent:
        """Let the event be as it was, the version too."""
        self.is_dropped = True
        return self.event._replace(version=self.event.version - 1)


@asynccontextmanager
async def changing(deps: Deps, event_id: str) -> AsyncIterator[Change]:
    """Lock an event and raise its version; committed at the end.

    Raises EventNotFound, SlugTaken, Busy, and OutcomeUnknown.
    """
    try:
        async with transaction(deps.database) as conn:
            is_there = await offer.lock_to_change(conn, event_id)
            found = await event.find_whole(conn, event_id) if is_there else None
            if found is None:
                raise EventNotFound("There is no such event.")
            change = Change(conn, found)
            yield change
            if change.is_dropped:
                raise Rollback
    except errors.UniqueViolation as error:
        raise slug_taken(error) from error


def slug_taken(error: errors.UniqueViolation) -> SlugTaken:
    """The refusal that a unique index stands for. Raises the error itself when it is a defect."""
    if not event.is_slug_taken(error):
        raise error
    return SlugTaken("Another event has this slug. Choose another one.", field="slug")
