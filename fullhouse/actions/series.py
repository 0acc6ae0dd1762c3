"""Copies of events: one for another date, or one for each date of a series."""

import os
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from fullhouse.actions.deps import Deps
from fullhouse.actions.event_change import Change, changing
from fullhouse.rules.event import Event, WholeEvent, check_changeable, check_date
from fullhouse.rules.ids import RANDOM_BYTES_PER_ID, uuid7s
from fullhouse.rules.refusals import EventNotChangeable, SeriesNotFound, ValidationFailed, busy
from fullhouse.rules.series import dates_of
from fullhouse.store import copying, event
from fullhouse.store.db import TRANSIENT


async def copy(deps: Deps, event_id: str, starts_at: datetime, name: str | None) -> WholeEvent:
    """Make a draft with everything of an event, for another date.

    Raises EventNotFound, ValidationFailed, Busy, and OutcomeUnknown.
    """
    now = deps.clock()
    check_date(starts_at, now)
    async with changing(deps, event_id) as change:
        (copy_id,) = await _copy(change, [starts_at], name, None, now, field="date")
        made = await event.find_whole(change.conn, copy_id)
        if made is None:
            raise RuntimeError(f"the copy {copy_id} is not there")
        return made


async def repeat(deps: Deps, event_id: str, rule: str) -> tuple[str, list[Event]]:
    """Make an event the first of a series, and a draft for each further date; returns the series' id and its events.

    Raises EventNotFound, ValidationFailed, EventNotChangeable, Busy, and OutcomeUnknown.
    """
    now = deps.clock()
    async with changing(deps, event_id) as change:
        whole = change.event
        check_changeable(whole, now)
        if whole.event.starts_at <= now:
            raise EventNotChangeable("The event has begun, so it can't become the first of a series.")
        if whole.series_id is not None:
            raise EventNotChangeable("The event belongs to a series already.")
        dates = dates_of(rule, whole.event.starts_at, whole.details.time_zone)
        (series_id,) = _new_ids(now, 1)
        await event.change(change.conn, whole._replace(series_id=series_id))
        await _copy(change, dates[1:], None, series_id, now, field="rule")
        return series_id, await event.in_series(change.conn, series_id, drafts=True)


async def find(deps: Deps, series_id: str, *, drafts: bool) -> list[Event]:
    """The events of a series, drafts only for who may see them. Raises SeriesNotFound and Busy."""
    try:
        async with deps.database.read() as conn:
            found = await event.in_series(conn, series_id, drafts=drafts)
    except TRANSIENT as error:
        raise busy("The database can't be reached at the moment. Try again.") from error
    if not found:
        raise SeriesNotFound("There is no such series.")
    return found


async def _copy(
    change: Change, dates: Sequence[datetime], name: str | None, series_id: str | None, now: datetime, *, field: str
) -> list[str]:
    """Copy the event that is being changed; returns the ids of the copies."""
    source = change.event.event
    earliest, latest = await copying.span(change.conn, source.id)
    for starts_at in dates:
        try:
            _ = (earliest + (starts_at - source.starts_at), latest + (starts_at - source.starts_at))
        except OverflowError as error:
            raise ValidationFailed(
                f"{field}: all times of the copy must be in the years 1 to 9999.", field=field
            ) from error
    ids = _new_ids(now, len(dates))
    copies = [copying.Copy(one, name or source.name, starts_at) for one, starts_at in zip(ids, dates, strict=True)]
    await copying.copy(change.conn, source.id, copies, series_id, partial(_new_ids, now), now)
    return ids


def _new_ids(now: datetime, count: int) -> list[str]:
    """So many new ids, in ascending order."""
    return sorted(uuid7s(now, os.urandom(count * RANDOM_BYTES_PER_ID)))
