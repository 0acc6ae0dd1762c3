"""When the doors of an event open, as it is printed."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_time

from fullhouse.printing.mail import moment
from fullhouse.rules.mail import Language
from fullhouse.rules.printed import PrintedEvent
from fullhouse.rules.time_zone import on_clocks


def doors(event: PrintedEvent, doors_at: datetime, language: Language) -> str:
    """The time alone on the day of the event, and the date with it on another."""
    zone = ZoneInfo(event.time_zone)
    at, starts_at = on_clocks(doors_at, zone), on_clocks(event.starts_at, zone)
    if at.date() != starts_at.date():
        return moment(doors_at, event.time_zone, language)
    return format_time(at, "short", locale=language)
