"""How dates, money and numbers are written: by the visitor's locale, in the event's time zone."""

import re
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from jinja2 import pass_context
from jinja2.runtime import Context

from fullhouse.rules.minor_units import decimal_of
from fullhouse.rules.time_zone import on_clocks

_LETTER_BEFORE_DIGIT = re.compile(r"([^\W\d_])(\d)")
"""What CLDR's currencySpacing keeps apart, as in NOK 25.00; Babel leaves it out."""


def money(amount_minor: int, currency: str, locale: Locale) -> str:
    """An amount as it is written: €25.00, 25,00 €."""
    written = numbers.format_currency(decimal_of(amount_minor, currency), currency, locale=locale)
    return _LETTER_BEFORE_DIGIT.sub("\\1\N{NO-BREAK SPACE}\\2", written)


def day(moment: datetime, zone: str, locale: Locale) -> str:
    """A day with its weekday, without the time."""
    return dates.format_date(local(moment, zone).date(), "full", locale=locale)


def short_day(moment: datetime, zone: str, locale: Locale) -> str:
    """A day as briefly as it can be read at a glance: weekday, day, month and year."""
    return dates.format_skeleton("yMMMEd", local(moment, zone), locale=locale)


def day_number(moment: datetime, zone: str) -> str:
    """The day of the month alone."""
    return str(local(moment, zone).day)


def clock(moment: datetime, zone: str, locale: Locale) -> str:
    """A time of day."""
    return dates.format_time(local(moment, zone), "short", locale=locale)


def day_and_clock(moment: datetime, zone: str, locale: Locale) -> str:
    """A day with a time of day."""
    return f"{short_day(moment, zone, locale)}, {clock(moment, zone, locale)}"


def local(moment: datetime, zone: str) -> datetime:
    """A moment on the clocks of a zone."""
    return on_clocks(moment, ZoneInfo(zone))


def zone_name(zone: str, locale: Locale) -> str:
    """A time zone as people call it: Central European Time."""
    if zone in {"UTC", "Etc/UTC"}:
        # To the CLDR this one is of no region.
        return "UTC"
    return dates.get_timezone_name(ZoneInfo(zone), locale=locale)


def month_name(month: date, locale: Locale) -> str:
    """A month with its year."""
    return dates.format_skeleton("yMMMM", month, locale=locale)


def short_month(moment: datetime, zone: str, locale: Locale) -> str:
    """The name of a month as briefly as it is written."""
    return dates.format_skeleton("MMM", local(moment, zone), locale=locale)


def weekday_name(day: date, locale: Locale) -> str:
    """A day of the week as briefly as it is written."""
    return dates.format_date(day, "EEE", locale=locale)


def number(value: int, locale: Locale) -> str:
    """A number, its digits in groups."""
    return numbers.format_decimal(value, locale=locale)


def machine_moment(moment: datetime) -> str:
    """A moment for programs, as `<time datetime>` has it."""
    return moment.isoformat(timespec="seconds")


def _by_visitor(write: Callable[..., str]) -> Callable[..., str]:
    """As a filter of templates: the locale, which comes last, is that of the page's visitor."""

    @pass_context
    def written(context: Context, *values: object) -> str:
        return write(*values, context["locale"])

    return written


_LOCAL = (money, day, short_day, short_month, clock, day_and_clock, zone_name, number, month_name, weekday_name)
FILTERS = {
    "day_number": day_number,
    "machine_moment": machine_moment,
    **{write.__name__: _by_visitor(write) for write in _LOCAL},
}
