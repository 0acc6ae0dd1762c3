"""Sales in numbers: what was sold and taken back when, by ticket type, as dashboards show it.

Money goes to ticket types as in settlements, so both come to the same sums.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal, NamedTuple, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

from fullhouse.rules.settlement import Earned, Sold, TakenBack, Tickets, back_parts, sold_parts
from fullhouse.rules.time_zone import on_clocks

K = TypeVar("K")
Bucket: TypeAlias = Literal["quarter_hour", "hour", "day"]
Grain: TypeAlias = Literal["quarter_hour", "day", "ever"]

OF_WHOLE_BOOKINGS = "00000000-0000-0000-0000-000000000000"
"""Stands for a ticket type where there is none."""
EVER = datetime(1970, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
SHOWN: dict[Bucket, timedelta] = {
    "quarter_hour": timedelta(days=1),
    "hour": timedelta(days=7),
    "day": timedelta(days=90),
}
"""How far back a chart goes when nobody says it."""
BUCKETS_MAX = 1_500


class Figures(NamedTuple):
    """Tickets, and the money for them: earned, and of that taken back."""

    tickets: Tickets = Tickets()
    earned: Earned = Earned()
    back: Earned = Earned()

    def plus(self, other: "Figures") -> "Figures":
        """Both together."""
        return Figures(self.tickets.plus(other.tickets), self.earned.plus(other.earned), self.back.plus(other.back))

    @property
    def kept_tickets(self) -> int:
        """Tickets that were not cancelled."""
        return self.tickets.sold + self.tickets.comp - self.tickets.cancelled

    @property
    def kept_minor(self) -> int:
        """Gross money that was not taken back."""
        return self.earned.gross_minor - self.back.gross_minor


class At(NamedTuple):
    """A part of an event's sales: from when on, as its grain has it, and of which ticket type."""

    grain: Grain
    moment: datetime
    ticket_type_id: str


class Counts(NamedTuple):
    """What was read of an event, each with the beginning of its quarter of an hour."""

    tickets: list[tuple[datetime, str, Tickets]]
    sold: list[tuple[datetime, Sold]]
    taken_back: list[tuple[datetime, TakenBack]]


class SoldUntil(NamedTuple):
    """How many tickets, for how much, were sold up to so many days before an event."""

    days_before: int
    tickets: int
    gross_minor: int


def counted(counts: Counts, zone: ZoneInfo) -> dict[At, Figures]:
    """Figures of an event in every grain."""
    found: dict[At, Figures] = {}

    def add(at: datetime, ticket_type_id: str | None, figures: Figures) -> None:
        for grain, moment in (("quarter_hour", at), ("day", day_of(at, zone)), ("ever", EVER)):
            key = At(grain, moment, ticket_type_id or OF_WHOLE_BOOKINGS)  # type: ignore[arg-type] # one of the three
            found[key] = found.get(key, Figures()).plus(figures)

    for at, ticket_type_id, tickets in counts.tickets:
        add(at, ticket_type_id, Figures(tickets))
    for at, sold in counts.sold:
        for type_id, part in sold_parts(sold.price):
            add(at, type_id, Figures(earned=Earned().plus(part, sold.times)))
    for at, given in counts.taken_back:
        for type_id, part in back_parts(given):
            add(at, type_id, Figures(back=Earned().plus(part, given.times)))
    return {at: figures for at, figures in found.items() if figures != Figures()}


def day_of(at: datetime, zone: tzinfo) -> datetime:
    """The day of a moment in a time zone, as its midnight in UTC."""
    return datetime.combine(on_clocks(at, zone).date(), time(), UTC)


def merged(*parts: Mapping[At, Figures]) -> dict[At, Figures]:
    """All of them together."""
    found: dict[At, Figures] = {}
    for part in parts:
        for at, figures in part.items():
            found[at] = found.get(at, Figures()).plus(figures)
    return found


def by_type(found: Mapping[At, Figures], grain: Grain = "ever") -> dict[str, Figures]:
    """What each ticket type comes to, of a grain."""
    return _gathered(found, grain, lambda at: at.ticket_type_id)


def over_time(found: Mapping[At, Figures], bucket: Bucket) -> dict[datetime, dict[str, Figures]]:
    """By the beginning of each bucket in which anything happened, in order, what each ticket type came to."""
    buckets: dict[datetime, dict[str, Figures]] = {}
    grain: Grain = "day" if bucket == "day" else "quarter_hour"
    for at, figures in sorted(found.items()):
        if at.grain == grain:
            begins = at.moment.replace(minute=0) if bucket == "hour" else at.moment
            types = buckets.setdefault(begins, {})
            types[at.ticket_type_id] = types.get(at.ticket_type_id, Figures()).plus(figures)
    return buckets


def summed(parts: Iterable[Figures]) -> Figures:
    """All of them together."""
    total = Figures()
    for one in parts:
        total = total.plus(one)
    return total


def up_to_the_event(found: Mapping[At, Figures], starts_on: date) -> list[SoldUntil]:
    """What was sold and kept up to each day before an event on which that changed, the earliest first."""
    days = _gathered(found, "day", lambda at: at.moment)
    told: list[SoldUntil] = []
    total = Figures()
    for day in sorted(days):
        total = total.plus(days[day])
        told.append(SoldUntil((starts_on - day.date()).days, total.kept_tickets, total.kept_minor))
    return told


def _gathered(found: Mapping[At, Figures], grain: Grain, key_of: Callable[[At], K]) -> dict[K, Figures]:
    gathered: dict[K, Figures] = {}
    for at, figures in found.items():
        if at.grain == grain:
            key = key_of(at)
            gathered[key] = gathered.get(key, Figures()).plus(figures)
    return gathered
