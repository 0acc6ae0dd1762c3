"""Entries of calendars."""

from datetime import timedelta

import pytest

from fullhouse.rules.booking import Booking
from fullhouse.rules.calendar import of_booking, of_event
from tests.printing.tickets import EVENT, EVENT_ID
from tests.rules.scenes import NOW

BOOKING = Booking("0196a1b2-0000-7000-8000-00000000beef", EVENT_ID, 1, 2, "confirmed", NOW, None)


def test_an_entry_keeps_its_uid_and_its_sequence_rises_with_the_event() -> None:
    first = of_event(EVENT)
    moved = of_event(EVENT._replace(version=4, venue="Elsewhere"))
    cancelled = of_event(EVENT._replace(version=5, state="cancelled"))
    assert first.uid == moved.uid == cancelled.uid == f"event-{EVENT_ID}"
    assert first.sequence < moved.sequence < cancelled.sequence
    assert [one.status for one in (first, moved, cancelled)] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]


@pytest.mark.parametrize(
    ("booking", "status"),
    [
        (BOOKING, "CONFIRMED"),
        (BOOKING._replace(status="held", expires_at=NOW + timedelta(seconds=1)), "TENTATIVE"),
        (BOOKING._replace(status="held", expires_at=NOW), "CANCELLED"),
        (BOOKING._replace(status="expired"), "CANCELLED"),
        (BOOKING._replace(status="cancelled", cancelled_at=NOW), "CANCELLED"),
    ],
)
def test_an_entry_stands_as_its_booking_does(booking: Booking, status: str) -> None:
    assert of_booking(EVENT, booking, NOW).status == status
    assert of_booking(EVENT._replace(state="cancelled"), booking, NOW).status == "CANCELLED"


def test_a_cancelled_booking_replaces_what_it_was() -> None:
    before, after = (of_booking(EVENT, one, NOW) for one in (BOOKING, BOOKING._replace(status="cancelled")))
    assert before.uid == after.uid
    assert before.sequence < after.sequence < of_booking(EVENT._replace(version=4), BOOKING, NOW).sequence


def test_an_entry_tells_nobody_what_opens_the_booking() -> None:
    entry = of_booking(EVENT, BOOKING, NOW)
    assert BOOKING.id not in repr(entry)
    assert (entry.reference, entry.tickets) == ("WAS2GK", 2)
    assert entry.uid != of_booking(EVENT, BOOKING._replace(number=2), NOW).uid
