"""The shapes of sales in numbers. Amounts are minor units of the currency beside them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from fullhouse.actions.sales import EventSales, OrganizerSales
from fullhouse.rules.pool import Pool
from fullhouse.rules.sales import OF_WHOLE_BOOKINGS, Bucket, Figures, SoldUntil, summed
from fullhouse.rules.settlement import OF_BOOKINGS
from fullhouse.store.sales_list import EventSold
from fullhouse.web.api.settlement_shapes import EarnedShape, TicketCountsShape, earned_fields
from fullhouse.web.api.shapes import Id, Shape, moment_text


class FiguresShape(Shape):
    """Tickets that were sold, given away and cancelled; money that was earned, and what of it was taken back.

    They are the settlement's.
    """

    tickets: TicketCountsShape
    sold: EarnedShape
    taken_back: EarnedShape


class TypeFiguresShape(FiguresShape):
    """What belongs to a ticket type; without one, to whole bookings, as fees per booking do."""

    ticket_type_id: Id | None
    name: str


class TypeInTimeShape(FiguresShape):
    """The same within a bucket."""

    ticket_type_id: Id | None


class BucketShape(FiguresShape):
    """What happened from a moment on, or on a day of the event's time zone, as long as the bucket is."""

    begins: date | datetime
    by_ticket_type: list[TypeInTimeShape]


class PoolStateShape(Shape):
    """Places of a pool; the house is the one of the event's id. `held` is the part of `taken` that is not sold yet."""

    id: Id
    name: str
    capacity: int | None
    held_back: int
    taken: int
    held: int
    available: int | None


class SoldUntilShape(Shape):
    """What was sold, and not cancelled, up to so many days before an event; below zero it is after it."""

    days_before: int
    tickets: int
    gross_minor: int


class ComparedShape(Shape):
    """Another event, and what it had sold so many days before it."""

    event_id: Id
    name: str
    date: datetime
    currency: str
    days: list[SoldUntilShape]


class EventSalesShape(Shape):
    """An event in numbers, sales up to `as_of`. A bucket or a day in which nothing happened is left out."""

    as_of: datetime
    event_id: Id
    currency: str
    time_zone: str
    total: FiguresShape
    by_ticket_type: list[TypeFiguresShape]
    bucket: Literal["quarter_hour", "hour", "day"]
    over_time: list[BucketShape]
    pools: list[PoolStateShape]
    days: list[SoldUntilShape]
    compared_to: ComparedShape | None


class EventInListShape(FiguresShape):
    """An event of an organizer."""

    event_id: Id
    name: str
    date: datetime
    state: Literal["draft", "published", "cancelled"]
    currency: str
    capacity: int
    taken: int


class CurrencyFiguresShape(FiguresShape):
    """All that was sold in a currency."""

    currency: str


class OrganizerBucketShape(Shape):
    """What happened in a bucket, by currency."""

    begins: date | datetime
    by_currency: list[CurrencyFiguresShape]


class OrganizerSalesShape(Shape):
    """All events of an organizer in numbers, sales up to `as_of`: some seconds ago in a rush."""

    as_of: datetime
    by_currency: list[CurrencyFiguresShape]
    events: list[EventInListShape]
    bucket: Literal["quarter_hour", "hour", "day"]
    over_time: list[OrganizerBucketShape]


def event_sales_fields(found: EventSales, bucket: Bucket) -> dict[str, Any]:
    """An event in numbers as JSON-ready data."""
    names = {one.id: one.name for one in found.types}
    whole, compared = found.event, found.compared
    return {
        "as_of": moment_text(found.as_of),
        "event_id": whole.event.id,
        "currency": whole.details.currency,
        "time_zone": whole.details.time_zone,
        "total": figures_fields(summed(found.by_type.values())),
        "by_ticket_type": [
            {
                "ticket_type_id": _type_id(type_id),
                "name": OF_BOOKINGS if type_id == OF_WHOLE_BOOKINGS else names.get(type_id, ""),
                **figures_fields(found.by_type[type_id]),
            }
            for type_id in sorted(found.by_type, key=lambda one: (one not in names, [*names, one].index(one)))
        ],
        "bucket": bucket,
        "over_time": [
            {
                "begins": _begins(at, bucket),
                **figures_fields(summed(types.values())),
                "by_ticket_type": [
                    {"ticket_type_id": _type_id(one), **figures_fields(figures)} for one, figures in types.items()
                ],
            }
            for at, types in found.over_time.items()
        ],
        "pools": [_pool_fields(one, found.held.get(one.id, 0)) for one in found.pools],
        "days": _days(found.days),
        "compared_to": compared
        and {
            "event_id": compared.event.event.id,
            "name": compared.event.event.name,
            "date": moment_text(compared.event.event.starts_at),
            "currency": compared.event.details.currency,
            "days": _days(compared.days),
        },
    }


def organizer_sales_fields(found: OrganizerSales, bucket: Bucket) -> dict[str, Any]:
    """An organizer's events in numbers as JSON-ready data."""
    totals: dict[str, Figures] = {}
    for one in found.events:
        totals[one.currency] = totals.get(one.currency, Figures()).plus(one.figures)
    return {
        "as_of": moment_text(found.as_of),
        "by_currency": _by_currency(totals),
        "events": [_event_fields(one) for one in found.events],
        "bucket": bucket,
        "over_time": [
            {"begins": _begins(at, bucket), "by_currency": _by_currency(currencies)}
            for at, currencies in found.over_time.items()
        ],
    }


def figures_fields(figures: Figures) -> dict[str, Any]:
    """Figures as JSON-ready data."""
    return {
        "tickets": figures.tickets._asdict(),
        "sold": earned_fields(figures.earned),
        "taken_back": earned_fields(figures.back),
    }


def _event_fields(one: EventSold) -> dict[str, Any]:
    return {
        "event_id": one.event_id,
        "name": one.name,
        "date": moment_text(one.starts_at),
        "state": one.state,
        "currency": one.currency,
        "capacity": one.capacity,
        "taken": one.taken,
        **figures_fields(one.figures),
    }


def _by_currency(found: Mapping[str, Figures]) -> list[dict[str, Any]]:
    return [{"currency": currency, **figures_fields(found[currency])} for currency in sorted(found)]


def _pool_fields(pool: Pool, held: int) -> dict[str, Any]:
    return {
        "id": pool.id,
        "name": pool.name,
        "capacity": pool.capacity,
        "held_back": pool.held_back,
        "taken": pool.taken,
        "held": held,
        "available": pool.available,
    }


def _days(found: list[SoldUntil]) -> list[dict[str, int]]:
    return [one._asdict() for one in found]


def _type_id(type_id: str) -> str | None:
    return None if type_id == OF_WHOLE_BOOKINGS else type_id


def _begins(at: datetime, bucket: Bucket) -> str:
    return at.date().isoformat() if bucket == "day" else moment_text(at)
