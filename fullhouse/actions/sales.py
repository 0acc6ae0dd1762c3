"""Sales in numbers: kept up by the worker, and shown to staff as of one moment."""

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

import psycopg

from fullhouse.actions.changing import whole_event
from fullhouse.actions.deps import Deps
from fullhouse.rules.event import WholeEvent
from fullhouse.rules.people_refusals import OrganizerNotFound
from fullhouse.rules.pool import Pool
from fullhouse.rules.refusals import EventNotFound, ValidationFailed
from fullhouse.rules.sales import (
    BUCKETS_MAX,
    QUARTER,
    SHOWN,
    At,
    Bucket,
    Figures,
    Grain,
    SoldUntil,
    by_type,
    counted,
    merged,
    over_time,
    summed,
    up_to_the_event,
)
from fullhouse.rules.ticket_type import TicketTypeEntry
from fullhouse.rules.time_zone import on_clocks
from fullhouse.store import organizer, pool, sales, sales_list, ticket_type
from fullhouse.store.db import ReadConn
from fullhouse.store.sales import Progress
from fullhouse.store.sales_list import EventSold

log = logging.getLogger(__name__)


class Asked(NamedTuple):
    """Which part of a chart is wanted: its buckets, and from when to when."""

    bucket: Bucket = "day"
    since: datetime | None = None
    until: datetime | None = None

    @property
    def grain(self) -> Grain:
        """What it is made of."""
        return "day" if self.bucket == "day" else "quarter_hour"


class Compared(NamedTuple):
    """Another event, and how it had sold so many days before it began."""

    event: WholeEvent
    days: list[SoldUntil]


class EventSales(NamedTuple):
    """An event in numbers. `held` has what of a pool is taken by holds, by the pool's id."""

    as_of: datetime
    event: WholeEvent
    types: list[TicketTypeEntry]
    by_type: dict[str, Figures]
    over_time: dict[datetime, dict[str, Figures]]
    pools: list[Pool]
    held: dict[str, int]
    days: list[SoldUntil]
    compared: Compared | None


class OrganizerSales(NamedTuple):
    """All events of an organizer in numbers, and by currency and moment what they sold."""

    as_of: datetime
    events: list[EventSold]
    over_time: dict[datetime, dict[str, Figures]]


async def keep_up(deps: Deps) -> AsyncIterator[str]:
    """Count what is new, page by page; yields the event of each page. Others may be at it, too."""
    async with deps.database.read() as reader:
        event_ids = await sales.behind(reader)
    for event_id in event_ids:
        try:
            async for _ in _count(deps, event_id):
                yield event_id
        except psycopg.errors.SerializationFailure:
            # Another process has counted it since.
            continue
        except Exception:
            # A defect in one must not keep the others from being counted.
            log.exception("sales not counted", extra={"event_id": event_id})


async def _count(deps: Deps, event_id: str) -> AsyncIterator[None]:
    """Count an event to its last notice, page by page, unless it is gone or another is at it."""
    is_more = True
    while is_more:
        async with deps.database.write() as conn:
            # What is counted anew has to be as of the same moment as the number of its last notice.
            await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            # What is written of an event that is being deleted would stay for ever.
            if not await sales.keep_event(conn, event_id):
                return
            (one,) = await sales.progress(conn, [event_id])
            if one.counted is not None and not await sales.lock(conn, one):
                return
            await sales.keep(conn, one, await _counted(conn, one))
            is_more = one.until < one.notices_made
        yield


async def _counted(conn: ReadConn, one: Progress) -> dict[At, Figures]:
    return counted(await sales.counts(conn, one), ZoneInfo(one.time_zone))


async def _new(conn: ReadConn, behind: Sequence[Progress]) -> tuple[dict[str, dict[At, Figures]], datetime | None]:
    """What is not counted yet, by event; and since when something is left out, as the worker has to count it."""
    found: dict[str, dict[At, Figures]] = {}
    left: dict[str, int] = {}
    room = sales.LOOK_MAX
    for one in sorted(behind, key=lambda each: each.work):
        if one.work <= room:
            room -= one.work
            found[one.event_id] = await _counted(conn, one)
            if one.until < one.notices_made:
                left[one.event_id] = one.until
        else:
            left[one.event_id] = one.counted or 0
    return found, await sales.uncounted_since(conn, left) if left else None


async def of_event(deps: Deps, event_id: str, asked: Asked, compare_to: str | None) -> EventSales:
    """An event in numbers, beside another one of the same organizer. Raises EventNotFound and ValidationFailed."""
    async with deps.reading() as conn, sales.one_moment(conn):
        whole = await whole_event(conn, event_id)
        now = deps.clock()
        since, until = _period(asked, now)
        found, left_since = await _of_event(conn, event_id, asked.grain, since, until)
        other = None if compare_to is None else await _compared(conn, event_id, compare_to)
        return EventSales(
            min(now, left_since or now),
            whole,
            await ticket_type.everything(conn, event_id),
            by_type(found),
            _within(over_time(found, asked.bucket), since, until),
            await pool.everything(conn, event_id),
            await sales_list.held(conn, event_id),
            up_to_the_event(found, _day_of(whole)),
            other,
        )


async def _compared(conn: ReadConn, event_id: str, other_id: str) -> Compared:
    whole = await whole_event(conn, other_id)
    if len(set((await organizer.of_events(conn, [event_id, other_id])).values())) > 1:
        raise EventNotFound("There is no such event.")
    found, _ = await _of_event(conn, other_id, "day", None, None)
    return Compared(whole, up_to_the_event(found, _day_of(whole)))


async def _of_event(
    conn: ReadConn, event_id: str, grain: Grain, since: datetime | None, until: datetime | None
) -> tuple[dict[At, Figures], datetime | None]:
    """An event by all its days, and by a grain in a time; and since when something is left out."""
    behind = await sales.progress(conn, [event_id])
    new, left_since = await _new(conn, [one for one in behind if one.counted != one.notices_made])
    if any(one.is_anew for one in behind):
        return merged(*new.values()), left_since
    kept = await sales.kept(conn, event_id, "day", None, None)
    if grain != "day":
        kept |= await sales.kept(conn, event_id, grain, since, until)
    return merged(kept, *new.values()), left_since


def _day_of(whole: WholeEvent) -> date:
    return on_clocks(whole.event.starts_at, ZoneInfo(whole.details.time_zone)).date()


def _period(asked: Asked, now: datetime) -> tuple[datetime, datetime | None]:
    """From when to when a chart goes. Raises ValidationFailed."""
    end = asked.until or now
    try:
        since = asked.since or end - SHOWN[asked.bucket]
    except OverflowError as error:
        raise ValidationFailed("to: there are no sales so early.", field="to") from error
    buckets = (end - since) / {"quarter_hour": QUARTER, "hour": 4 * QUARTER, "day": 96 * QUARTER}[asked.bucket]
    if buckets > BUCKETS_MAX:
        raise ValidationFailed(f"from: a chart has at most {BUCKETS_MAX} buckets; take longer ones.", field="from")
    if asked.bucket == "day":
        # Days are told whole: the one that this moment is in, too.
        since = datetime.combine(since.date(), time(), UTC)
    return since, asked.until


def _within(
    found: dict[datetime, dict[str, Figures]], since: datetime, until: datetime | None
) -> dict[datetime, dict[str, Figures]]:
    """What is not counted yet is not asked for by time."""
    return {at: types for at, types in found.items() if at >= since and (until is None or at < until)}


async def of_organizer(deps: Deps, organizer_id: str, asked: Asked) -> OrganizerSales:
    """All events of an organizer in numbers. Raises OrganizerNotFound and ValidationFailed."""
    async with deps.reading() as conn, sales.one_moment(conn):
        if not await organizer.exists(conn, organizer_id):
            raise OrganizerNotFound("There is no such organizer.")
        now = deps.clock()
        since, until = _period(asked, now)
        behind = await sales.progress(conn, await sales.behind(conn, organizer_id))
        new, left_since = await _new(conn, behind)
        anew = [one.event_id for one in behind if one.is_anew]
        events = [_with(one, new) for one in await sales_list.events(conn, organizer_id, anew)]
        times: dict[datetime, dict[str, Figures]] = {}
        for currency, at, figures in await sales_list.over_time(conn, organizer_id, asked.grain, since, until, anew):
            _add(times, at, currency, figures, asked)
        _add_new(times, events, new, asked)
    return OrganizerSales(min(now, left_since or now), events, dict(sorted(_within(times, since, until).items())))


def _with(one: EventSold, new: Mapping[str, Mapping[At, Figures]]) -> EventSold:
    return one._replace(figures=summed([one.figures, *by_type(new.get(one.event_id, {})).values()]))


def _add_new(
    times: dict[datetime, dict[str, Figures]],
    events: Sequence[EventSold],
    new: Mapping[str, Mapping[At, Figures]],
    asked: Asked,
) -> None:
    for one in events:
        for at, figures in new.get(one.event_id, {}).items():
            if at.grain == asked.grain:
                _add(times, at.moment, one.currency, figures, asked)


def _add(
    times: dict[datetime, dict[str, Figures]], at: datetime, currency: str, figures: Figures, asked: Asked
) -> None:
    begins = at.replace(minute=0) if asked.bucket == "hour" else at
    bucket = times.setdefault(begins, {})
    bucket[currency] = bucket.get(currency, Figures()).plus(figures)
