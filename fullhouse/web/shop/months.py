"""A month as a calendar shows it: weeks of days, each with its events, in the time zone of each event."""

import calendar
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from fullhouse.actions.shop import ListedEvent
from fullhouse.web.pages.formats import local

_NAMED = re.compile(r"(\d{4})-(\d\d)", re.ASCII)
YEARS = range(1970, 9_999)
NUMBERS = range(1, 13)


class Month(NamedTuple):
    """One month of a year."""

    year: int
    number: int

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, self.number, 1)

    @property
    def begins_at(self) -> datetime:
        """Its first moment, in UTC."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        """The first moment of the next month, in UTC."""
        return datetime(*_moved(self, 1), 1, tzinfo=UTC)

    @property
    def name(self) -> str:
        """How addresses name it."""
        return f"{self.year:04}-{self.number:02}"


class Day(NamedTuple):
    """A day of the calendar with its events."""

    date: date
    is_in_month: bool
    events: list[ListedEvent]


class ShownMonth(NamedTuple):
    """A month as it is shown, and the names of those beside it."""

    first: date
    before: str
    after: str
    weeks: list[list[Day]]


def named(text: str, now: datetime) -> Month | None:
    """The month of an address; this one for a name that is none, and None where no month is asked for."""
    if not text:
        return None
    found = _NAMED.fullmatch(text)
    if found and int(found[1]) in YEARS and int(found[2]) in NUMBERS:
        return Month(int(found[1]), int(found[2]))
    return Month(now.year, now.month)


def month_of(month: Month, found: Iterable[ListedEvent]) -> ShownMonth:
    """The weeks of a month, each from Monday (ISO 8601), with the events on their days."""
    by_day: dict[date, list[ListedEvent]] = {}
    for one in found:
        day = local(one.listed.starts_at, one.listed.time_zone).date()
        by_day.setdefault(day, []).append(one)
    weeks = [
        [Day(day, day.month == month.number, by_day.get(day, []) if day.month == month.number else []) for day in week]
        for week in calendar.Calendar().monthdatescalendar(*month)
    ]
    before, after = Month(*_moved(month, -1)), Month(*_moved(month, 1))
    return ShownMonth(month.first, before.name, after.name, weeks)


def _moved(month: Month, by: int) -> tuple[int, int]:
    """The month so many later."""
    near = month.first + timedelta(days=31 if by > 0 else -1)
    return near.year, near.month
