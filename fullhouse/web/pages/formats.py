"""How dates, money and numbers are written: by the visitor's locale, in the event's time zone."""

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from jinja2 import pass_context
from jinja2.runtime import Context

from fullhouse.rules.minor_units import decimal_of

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
    """A moment on the clocks of a zone; beyond the years 1 to 9999 as it is, since others are on the same page."""
    try:
        return moment.astimezone(ZoneInfo(zone))
    except OverflowError:
        return moment


def zone_name(zone: str, locale: Locale) -> str:
    """A time zone as people call it: Central European Time."""
    if zone in {"UTC", "Etc/UTC"}:
        # To the CLDR this one is of no region.
        return "UTC"
    return dates.get_timezone_name(ZoneInfo(zone), locale=locale)


@pass_context
def _money(context: Context, amount_minor: int, currency: str) -> str:
    return money(amount_minor, currency, context["locale"])


@pass_context
def _day(context: Context, moment: datetime, zone: str) -> str:
    return day(moment, zone, context["locale"])


@pass_context
def _short_day(context: Context, moment: datetime, zone: str) -> str:
    return short_day(moment, zone, context["locale"])


@pass_context
def _clock(context: Context, moment: datetime, zone: str) -> str:
    return clock(moment, zone, context["locale"])


@pass_context
def _day_and_clock(context: Context, moment: datetime, zone: str) -> str:
    return day_and_clock(moment, zone, context["locale"])


@pass_context
def _zone_name(context: Context, zone: str) -> str:
    return zone_name(zone, context["locale"])


@pass_context
def _number(context: Context, value: int) -> str:
    return numbers.format_decimal(value, locale=context["locale"])


@pass_context
def _month_name(context: Context, day: date) -> str:
    return dates.format_skeleton("yMMMM", day, locale=context["locale"])


@pass_context
def _short_month(context: Context, moment: datetime, zone: str) -> str:
    return dates.format_skeleton("MMM", local(moment, zone), locale=context["locale"])


@pass_context
def _weekday_name(context: Context, day: date) -> str:
    return dates.format_date(day, "EEE", locale=context["locale"])


def machine_moment(moment: datetime) -> str:
    """A moment for programs, as `<time datetime>` has it."""
    return moment.isoformat(timespec="seconds")


FILTERS = {
    "money": _money,
    "day": _day,
    "short_day": _short_day,
    "day_number": day_number,
    "short_month": _short_month,
    "clock": _clock,
    "day_and_clock": _day_and_clock,
    "zone_name": _zone_name,
    "number": _number,
    "month_name": _month_name,
    "weekday_name": _weekday_name,
    "machine_moment": machine_moment,
}
