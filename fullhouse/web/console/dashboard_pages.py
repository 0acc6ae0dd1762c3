"""The dashboards: an organizer's and an event's sales in numbers and pictures, kept up to date while one looks."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated
from zoneinfo import ZoneInfo

from babel import dates
from fastapi import APIRouter, Query, Response

from fullhouse.actions import sales
from fullhouse.actions.deps import Deps
from fullhouse.actions.sales import Asked, EventSales, OrganizerSales
from fullhouse.rules.sales import OF_WHOLE_BOOKINGS, Bucket, Figures, day_of, summed
from fullhouse.store import event as events
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.api.shapes import uuid_or_none
from fullhouse.web.console import navigation
from fullhouse.web.console.chart import Chart, stacked, stepped
from fullhouse.web.console.house import house_page
from fullhouse.web.gate import NO_EVENT, organizer_id_of
from fullhouse.web.pages.language import N_
from fullhouse.web.pages.page import page
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

DAYS_SHOWN = 60
STEPS: dict[Bucket, tuple[timedelta, int]] = {
    "day": (timedelta(days=1), DAYS_SHOWN),
    "hour": (timedelta(hours=1), 72),
    "quarter_hour": (timedelta(minutes=15), 96),
}
"""How long a bucket of a chart is, and how many there are."""
BUCKETS = (("day", N_("by day")), ("hour", N_("by hour")), ("quarter_hour", N_("by quarter of an hour")))

ShownBucket = Annotated[Bucket, Query()]
CompareTo = Annotated[str, Query(max_length=36)]


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get(navigation.ORGANIZER)
    async def show_organizer(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await _organizer(deps, visitor, organizer_id_of(organizer_id))

    @router.get(navigation.EVENT)
    async def show_event(
        event_id: str, visitor: CurrentVisitor, bucket: ShownBucket = "day", compare_to: CompareTo = ""
    ) -> Response:
        return await _event(deps, visitor, event_id_of(event_id), bucket, compare_to)


async def _organizer(deps: Deps, visitor: Visitor, organizer_id: str) -> Response:
    since = deps.clock() - timedelta(days=DAYS_SHOWN)
    found = await sales.of_organizer(deps, organizer_id, Asked("day", since, None))
    totals: dict[str, Figures] = {}
    for one in found.events:
        totals[one.currency] = totals.get(one.currency, Figures()).plus(one.figures)
    counted = {at: [summed(currencies.values()).kept_tickets] for at, currencies in found.over_time.items()}
    now = found.as_of
    return await house_page(
        *(deps, visitor, organizer_id, "console/dashboard.html"),
        path=visitor.path,
        totals=[(currency, totals[currency]) for currency in sorted(totals) if totals[currency] != Figures()],
        coming=[one for one in found.events if one.starts_at > now],
        past=[one for one in reversed(found.events) if one.starts_at <= now][:20],
        chart=stacked([visitor.language.text("tickets")], _rows(visitor, counted, "day", _today(found), UTC, 1)),
        as_of=now,
    )


def _today(found: OrganizerSales) -> datetime:
    """The day that it is with one of the events, the latest of them: each counts the days of its own time zone."""
    zones = {one.time_zone for one in found.events} or {"UTC"}
    return max(day_of(found.as_of, ZoneInfo(zone)) for zone in zones)


async def _event(deps: Deps, visitor: Visitor, event_id: str, bucket: Bucket, compare_to: str) -> Response:
    length, count = STEPS[bucket]
    # One more than is shown, as the first begins before the moment so long ago, and by the clocks of its place.
    since = deps.clock() - count * length
    other_id, own = uuid_or_none(compare_to), visitor.call.caller.event_ids
    if own is not None and other_id is not None and other_id not in own:
        # A key that is good for some events alone sees no others beside them.
        raise NO_EVENT
    found = await sales.of_event(deps, event_id, Asked(bucket, since, None), other_id)
    async with deps.reading() as conn:
        others = [one for one in await events.beside(conn, event_id) if own is None or one[0] in own]
    details = found.event.details
    return page(
        visitor,
        "console/event_dashboard.html",
        navigation=navigation.of_event(visitor, event_id),
        path=visitor.path,
        event=found.event.event,
        details=details,
        state=found.event.state,
        total=summed(found.by_type.values()),
        types=[(one, found.by_type.get(one.id, Figures())) for one in found.types],
        whole_bookings=found.by_type.get(OF_WHOLE_BOOKINGS),
        pools=[(one, found.held.get(one.id, 0)) for one in found.pools],
        chart=_over_time(visitor, found, bucket),
        growth=_growth(visitor, found),
        bucket=bucket,
        buckets=BUCKETS,
        compare_to=compare_to,
        others=others,
        as_of=found.as_of,
    )


def _over_time(visitor: Visitor, found: EventSales, bucket: Bucket) -> Chart:
    """Tickets by type in each bucket, those in which nothing was sold among them."""
    types = [one for one in found.types if one.id in found.by_type]
    counted = {
        at: [of_types.get(one.id, Figures()).kept_tickets for one in types] for at, of_types in found.over_time.items()
    }
    zone = ZoneInfo(found.event.details.time_zone)
    return stacked([one.name for one in types], _rows(visitor, counted, bucket, found.as_of, zone, len(types)))


def _rows(
    visitor: Visitor,
    counted: Mapping[datetime, Sequence[int]],
    bucket: Bucket,
    now: datetime,
    zone: tzinfo,
    width: int,
) -> list[tuple[str, Sequence[int]]]:
    length, count = STEPS[bucket]
    if bucket == "day":
        last = day_of(now, zone)
    else:
        minutes = int(length.total_seconds()) // 60
        last = now.replace(minute=now.minute - now.minute % minutes, second=0, microsecond=0)
    moments = [last - n * length for n in reversed(range(count))]
    nothing = [0] * width
    return [(_label(visitor, at, bucket, zone), counted.get(at, nothing)) for at in moments]


def _label(visitor: Visitor, at: datetime, bucket: Bucket, zone: tzinfo) -> str:
    locale = visitor.language.locale
    if bucket == "day":
        return str(dates.format_skeleton("MMMd", at, locale=locale))
    return str(dates.format_time(at, "short", tzinfo=zone, locale=locale))


def _growth(visitor: Visitor, found: EventSales) -> Chart:
    """How many tickets were sold so many days before, beside another event if one is chosen."""
    names, lines = [found.event.event.name], [{one.days_before: one.tickets for one in found.days}]
    if found.compared is not None:
        names.append(found.compared.event.event.name)
        lines.append({one.days_before: one.tickets for one in found.compared.days})
    return stepped(names, lines, visitor.language.text(N_("%(days)s days before")))
