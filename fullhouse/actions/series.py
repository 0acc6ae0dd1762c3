"""Copies of events: one for another date, or one for each date of a series."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from fullhouse.actions.changing import change_offer, whole_event
from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id, new_ids
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.rules.event import Event, WholeEvent, check_changeable, check_date
from fullhouse.rules.refusals import EventNotChangeable, SeriesNotFound, ValidationFailed
from fullhouse.rules.series import dates_of
from fullhouse.store import copying, event, notice
from fullhouse.store.db import WriteConn


async def copy(
    deps: Deps,
    event_id: str,
    starts_at: datetime,
    name: str | None,
    key: IdempotencyKey | None,
    told: Callable[[WholeEvent], Answered],
) -> Answered:
    """Make a draft with everything of an event, for another date.

    Raises ValidationFailed, and what `change_offer` raises.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        check_date(starts_at, now)
        source = (await whole_event(conn, event_id)).event
        (copy_id,) = await _copy(conn, source, [starts_at], name, None, now, field="date")
        return told(await whole_event(conn, copy_id))

    return await change_offer(deps, event_id, key, work)


async def repeat(
    deps: Deps,
    event_id: str,
    rule: str,
    key: IdempotencyKey | None,
    told: Callable[[str, list[Event]], Answered],
) -> Answered:
    """Make an event the first of a series, and a draft for each further date; `told` is given its id and its events.

    Raises ValidationFailed, EventNotChangeable, and what `change_offer` raises.
    """

    async def work(conn: WriteConn, now: datetime) -> Answered:
        whole = await whole_event(conn, event_id)
        check_changeable(whole, now)
        if whole.event.starts_at <= now:
            raise EventNotChangeable("The event has begun, so it can't become the first of a series.")
        if whole.series_id is not None:
            raise EventNotChangeable("The event belongs to a series already.")
        dates = dates_of(rule, whole.event.starts_at, whole.details.time_zone)
        series_id = new_id(now)
        await event.change(conn, whole._replace(series_id=series_id))
        await notice.add(conn, [event_id], "event.changed", now, details={"fields": ["series_id"]})
        await _copy(conn, whole.event, dates[1:], None, series_id, now, field="rule")
        return told(series_id, await event.in_series(conn, series_id, drafts=True))

    return await change_offer(deps, event_id, key, work)


async def find(deps: Deps, series_id: str, *, drafts: bool) -> list[Event]:
    """The events of a series, drafts only for who may see them. Raises SeriesNotFound and Busy."""
    async with deps.reading() as conn:
        found = await event.in_series(conn, series_id, drafts=drafts)
    if not found:
        raise SeriesNotFound("There is no such series.")
    return found


async def _copy(
    conn: WriteConn,
    source: Event,
    dates: Sequence[datetime],
    name: str | None,
    series_id: str | None,
    now: datetime,
    *,
    field: str,
) -> list[str]:
    """Copy an event that is locked; returns the ids of the copies."""
    earliest, latest = await copying.span(conn, source.id)
    for starts_at in dates:
        try:
            _ = (earliest + (starts_at - source.starts_at), latest + (starts_at - source.starts_at))
        except OverflowError as error:
            raise ValidationFailed(
                f"{field}: all times of the copy must be in the years 1 to 9999.", field=field
            ) from error
    ids = new_ids(now, len(dates))
    copies = [copying.Copy(one, name or source.name, starts_at) for one, starts_at in zip(ids, dates, strict=True)]
    await copying.copy(conn, source.id, copies, series_id, partial(new_ids, now), now)
    await notice.add(conn, ids, "event.created", now)
    return ids
