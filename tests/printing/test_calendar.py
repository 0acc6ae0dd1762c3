"""Calendar files, read back as another program would."""

from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest

from fullhouse.printing.calendar import calendar_of
from fullhouse.rules.booking import Booking
from fullhouse.rules.calendar import CalendarEntry, of_booking, of_event
from fullhouse.rules.mail import Language
from tests.printing.tickets import EVENT, EVENT_ID

NOW = datetime(2040, 1, 2, 3, 4, 5, 678, tzinfo=UTC)
URL = "https://tickets.example/shop/events/1"


def written(entry: CalendarEntry, language: Language = "en") -> bytes:
    return calendar_of(entry, NOW, "tickets.example", URL, language)


def read(content: bytes) -> Any:
    (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
    return event


def test_an_event_is_in_its_own_time_zone_which_the_file_explains() -> None:
    content = written(of_event(EVENT._replace(ends_at=EVENT.starts_at + timedelta(hours=2))))
    assert b"DTSTART;TZID=Europe/Berlin:20410501T200000\r\n" in content
    assert b"DTEND;TZID=Europe/Berlin:20410501T220000\r\n" in content
    (zone,) = icalendar.Calendar.from_ical(content).walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/Berlin"
    assert b"20410331T0" in content, "the change to summer time of that year"
    assert read(content).start == EVENT.starts_at


def test_an_event_in_utc_needs_no_zone() -> None:
    for name in ("UTC", "Etc/UTC"):
        content = written(of_event(EVENT._replace(time_zone=name)))
        assert b"DTSTART:20410501T180000Z\r\n" in content
        assert b"VTIMEZONE" not in content


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "Europe/Berlin", "America/New_York", "UTC"])
@pytest.mark.parametrize("at", [datetime(1, 1, 1, 0, 30, tzinfo=UTC), datetime(9999, 12, 31, 23, 30, tzinfo=UTC)])
def test_the_first_and_the_last_moment_can_be_entered(at: datetime, zone: str) -> None:
    event = EVENT._replace(starts_at=at, doors_at=at, ends_at=at, time_zone=zone)
    assert abs(read(written(of_event(event))).start - at) < timedelta(hours=2)


def test_a_file_says_what_there_is_to_know() -> None:
    event = read(written(of_event(EVENT._replace(version=7))))
    assert event["UID"] == f"event-{EVENT_ID}@tickets.example"
    assert event["SEQUENCE"] == 14
    assert event["STATUS"] == "CONFIRMED"
    assert event["SUMMARY"] == "Night of Music"
    assert event["LOCATION"] == "Great hall"
    assert event["URL"] == URL
    assert event["DTSTAMP"].dt == NOW.replace(microsecond=0)
    assert event["DESCRIPTION"].replace("\u202f", " ") == "Market Hall\nDoors: 7:00 PM"
    assert "DTEND" not in event


def test_a_booking_has_its_reference_in_words_of_a_language() -> None:
    booking = Booking("secret-id", EVENT_ID, 1, 2, "cancelled", NOW, NOW)
    content = written(of_booking(EVENT, booking, NOW), "de")
    event = read(content)
    assert event["DESCRIPTION"] == "Market Hall\nEinlass: 19:00\nBuchung WAS2GK\nTickets: 2"
    assert event["STATUS"] == "CANCELLED"
    assert b"secret-id" not in content


@pytest.mark.parametrize("name", ["a,b;c\\d", "x" * 200, "ليلة 音乐 🎻" * 15, "BEGIN:VEVENT", 'He said "no": END'])
def test_any_name_comes_back_as_it_was(name: str) -> None:
    content = written(of_event(EVENT._replace(name=name, venue=name, doors_at=None)))
    event = read(content)
    assert event["SUMMARY"] == event["LOCATION"] == name
    # RFC 5545, section 3.1: lines of at most 75 octets.
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
