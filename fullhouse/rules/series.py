"""Series: the dates that a recurrence rule (RFC 5545, section 3.3.10) gives to an event, on the clock of its venue."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from fullhouse.rules.refusals import ValidationFailed

DATES_MAX = 200

_NUMBERS = r"[+-]?\d{1,3}(,[+-]?\d{1,3}){0,99}"
_WEEKDAY = "(MO|TU|WE|TH|FR|SA|SU)"
_PARTS = {
    "FREQ": re.compile("DAILY|WEEKLY|MONTHLY|YEARLY"),
    "INTERVAL": re.compile(r"[1-9]\d{0,3}", re.ASCII),
    "COUNT": re.compile(r"[1-9]\d{0,8}", re.ASCII),
    "UNTIL": re.compile(r"\d{8}(T\d{6}Z?)?", re.ASCII),
    "BYDAY": re.compile(rf"([+-]?\d{{1,2}})?{_WEEKDAY}(,([+-]?\d{{1,2}})?{_WEEKDAY}){{0,99}}", re.ASCII),
    "BYMONTHDAY": re.compile(_NUMBERS, re.ASCII),
    "BYYEARDAY": re.compile(_NUMBERS, re.ASCII),
    "BYWEEKNO": re.compile(_NUMBERS, re.ASCII),
    "BYMONTH": re.compile(r"(0?[1-9]|1[0-2])(,(0?[1-9]|1[0-2])){0,11}", re.ASCII),
    "BYSETPOS": re.compile(_NUMBERS, re.ASCII),
    "WKST": re.compile(_WEEKDAY),
}

_CYCLE_YEARS = 400
_CYCLE = timedelta(days=146_097)
"""The Gregorian calendar repeats after 400 years to the day, weekdays and week numbers too."""

_SEARCH_YEAR_MIN = 9_500


def dates_of(rule: str, starts_at: datetime, time_zone: str) -> list[datetime]:
    """The dates of a series in UTC; the first is the event's own, whether the rule gives it or not.

    The time of day stays what it is in the time zone. A day on which the clock leaves that time out is left out, and
    not counted, as the RFC wants it. Raises ValidationFailed.
    """
    parts = _parts(rule)
    count = int(parts.pop("COUNT", "0"))
    zone = ZoneInfo(time_zone)
    is_late = _end(parts.pop("UNTIL", None), zone)
    if count > DATES_MAX:
        raise _too_many()
    try:
        found = _dates(parts, starts_at, zone, count or DATES_MAX + 1, is_late)
    except (ValueError, OverflowError) as error:
        raise _wrong(f"{error}".rstrip(".")) from error
    if len(found) > DATES_MAX:
        raise _too_many()
    if len(found) < count:
        raise _wrong("there are not as many dates as COUNT asks for")
    return found


def _parts(rule: str) -> dict[str, str]:
    """What the rule says, by name."""
    parts: dict[str, str] = {}
    for part in rule.strip().upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if name == "FREQ" and value in {"HOURLY", "MINUTELY", "SECONDLY"}:
            raise _wrong("events can repeat daily at most")
        if name in {"BYHOUR", "BYMINUTE", "BYSECOND"}:
            raise _wrong("the time of day is that of the event")
        if name not in _PARTS or name in parts or not _PARTS[name].fullmatch(value):
            raise _wrong("must be a recurrence rule as in RFC 5545, FREQ=WEEKLY;COUNT=8 for instance")
        parts[name] = value
    if "FREQ" not in parts:
        raise _wrong("FREQ is missing")
    if ("COUNT" in parts) == ("UNTIL" in parts):
        raise _wrong("must say either COUNT or UNTIL")
    return parts


def _end(until: str | None, zone: ZoneInfo) -> Callable[[datetime], bool]:
    """Tell which dates are too late: after a day or a local time, which are the venue's, or after a moment in UTC."""
    if until is None:
        return lambda _: False
    try:
        if "T" not in until:
            last_day = datetime.strptime(until, "%Y%m%d").date()  # noqa: DTZ007 - a day of the venue's calendar
            return lambda moment: moment.astimezone(zone).date() > last_day
        last = datetime.strptime(until.rstrip("Z"), "%Y%m%dT%H%M%S").replace(
            tzinfo=UTC if until.endswith("Z") else zone
        )
    except ValueError as error:
        raise _wrong("UNTIL is no date that there is") from error
    return lambda moment: moment > last


def _dates(
    parts: dict[str, str], starts_at: datetime, zone: ZoneInfo, most: int, is_late: Callable[[datetime], bool]
) -> list[datetime]:
    if is_late(starts_at):
        raise _wrong("UNTIL lies before the event")
    start = starts_at.astimezone(zone)
    found = [starts_at]
    for day in _days(";".join(f"{name}={value}" for name, value in parts.items()), start.date()):
        if len(found) == most:
            break
        local = datetime.combine(day, start.time())
        moment = local.replace(tzinfo=zone).astimezone(UTC)
        if is_late(moment):
            break
        is_on_the_clock = moment.astimezone(zone).replace(tzinfo=None) == local
        if is_on_the_clock and day != start.date():
            found.append(moment)
    return found


def _days(rule: str, first: date) -> Iterator[date]:
    """The days of a rule without an end, from the first on.

    A rule that fits no day is searched to the end of the year 9999, for seconds. So the search begins whole cycles of
    the calendar later, and is over after 100 to 500 years.
    """
    shift = max(0, -((first.year - _SEARCH_YEAR_MIN) // _CYCLE_YEARS)) * _CYCLE
    start = datetime.combine(first + shift, datetime.min.time())
    for moment in rrulestr(rule, dtstart=start):
        yield moment.date() - shift


def _too_many() -> ValidationFailed:
    return _wrong(f"at most {DATES_MAX} dates can be made at once")


def _wrong(why: str) -> ValidationFailed:
    return ValidationFailed(f"rule: {why}.", field="rule")
