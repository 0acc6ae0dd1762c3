"""Calendar files (RFC 5545): an entry in the time zone of its event, in words of a language."""

from datetime import MAXYEAR, MINYEAR, UTC, date, datetime
from zoneinfo import ZoneInfo

import icalendar

from fullhouse.printing.doors import doors
from fullhouse.rules.calendar import CalendarEntry
from fullhouse.rules.mail import Language
from fullhouse.rules.time_zone import on_clocks

MEDIA_TYPE = "text/calendar; charset=utf-8"
_PRODUCT = "-//Full House//Tickets//EN"

WORDS: dict[Language, dict[str, str]] = {
    "en": {"doors": "Doors: {doors}", "booking": "Booking {reference}", "tickets": "Tickets: {count}"},
    "de": {"doors": "Einlass: {doors}", "booking": "Buchung {reference}", "tickets": "Tickets: {count}"},
}


def calendar_of(entry: CalendarEntry, now: datetime, domain: str, url: str, language: Language) -> bytes:
    """A file with one entry; `domain` makes its uid unique in the world, `url` leads to the event's page."""
    event = entry.event
    zone = ZoneInfo(event.time_zone)
    made = icalendar.Event()
    made.add("uid", f"{entry.uid}@{domain}")
    made.add("sequence", entry.sequence)
    made.add("dtstamp", now.astimezone(UTC).replace(microsecond=0))
    made.add("dtstart", _in_zone(event.starts_at, zone))
    if event.ends_at is not None:
        made.add("dtend", _in_zone(event.ends_at, zone))
    made.add("status", entry.status)
    made.add("summary", event.name)
    made.add("location", event.venue)
    made.add("description", "\n".join(_said(entry, language)))
    made.add("url", url)
    whole = icalendar.Calendar()
    whole.add("prodid", _PRODUCT)
    whole.add("version", "2.0")
    whole.add_component(made)
    # Only the years that are needed: clients without a table of zones would have to read decades of them.
    # The library looks a day further, so it can't go to the end of the last year that there is.
    first, last = event.starts_at.year - 1, (event.ends_at or event.starts_at).year
    whole.add_missing_timezones(
        first_date=date(max(first, MINYEAR), 1, 1), last_date=date(min(last, MAXYEAR - 1), 12, 31)
    )
    return bytes(whole.to_ical())


def _said(entry: CalendarEntry, language: Language) -> list[str]:
    event, words = entry.event, WORDS[language]
    said = [event.organizer_name]
    if event.doors_at is not None:
        said.append(words["doors"].format(doors=doors(event, event.doors_at, language)))
    if entry.reference is not None:
        said += [words["booking"].format(reference=entry.reference), words["tickets"].format(count=entry.tickets)]
    return said


def _in_zone(at: datetime, zone: ZoneInfo) -> datetime:
    """A moment as clocks there show it, to the second."""
    return (at.astimezone(UTC) if zone.key in {"UTC", "Etc/UTC"} else on_clocks(at, zone)).replace(microsecond=0)
