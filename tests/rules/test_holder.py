"""Who attends: a first name leaves the ticket's code, a transfer makes a new one, and some tickets change no more."""

from datetime import UTC, datetime, timedelta

import pytest

from fullhouse.rules.booking import Ticket
from fullhouse.rules.event import NO_DETAILS, Event, WholeEvent
from fullhouse.rules.holder import change_of, held_by, require_issued, require_to_come
from fullhouse.rules.refusals import EventCancelled, EventOver, TicketNotFound, TicketNotValid, TicketsNotIssued

NOW = datetime(2030, 5, 1, 19, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
TICKET = Ticket("event", 7, 1, "adult", "old")
EVENT = WholeEvent(Event("event", "Concert", NOW, "Small house", 9, 9, NOW), NO_DETAILS, "published", None, 1)


def test_the_first_name_leaves_the_code_and_another_one_changes_it() -> None:
    named = held_by(TICKET, "Ann", "new")
    assert named == TICKET._replace(holder_name="Ann")
    assert held_by(named, "Ann", "new") == named
    assert held_by(named, "Ben", "new") == TICKET._replace(holder_name="Ben", code="new")


@pytest.mark.parametrize("name", ["Ann", "Ben"])
def test_a_cancelled_ticket_changes_no_more(name: str) -> None:
    with pytest.raises(TicketNotValid):
        held_by(TICKET._replace(state="cancelled", holder_name="Ann"), name, "new")


def test_there_has_to_be_a_ticket_of_that_number() -> None:
    require_issued([TICKET], 1, "confirmed")
    with pytest.raises(TicketNotFound):
        require_issued([TICKET], 2, "confirmed")
    with pytest.raises(TicketsNotIssued) as refused:
        require_issued([], 1, "held")
    assert refused.value.facts == {"booking_status": "held"}


def test_an_event_is_over_at_its_end_or_its_date_when_that_is_not_known() -> None:
    with_end = EVENT._replace(details=NO_DETAILS._replace(ends_at=NOW + HOUR))
    for event, ends_at in ((EVENT, NOW), (with_end, NOW + HOUR)):
        require_to_come(event, ends_at - timedelta(microseconds=1))
        with pytest.raises(EventOver):
            require_to_come(event, ends_at)
    with pytest.raises(EventCancelled):
        require_to_come(EVENT._replace(state="cancelled"), NOW - HOUR)


def test_what_is_written_down_has_the_names_and_never_a_code() -> None:
    before = TICKET._replace(holder_name="Ann")
    change = change_of(before, held_by(before, "Ben", "new"), "id", NOW, "buyer")
    assert change[:-1] == ("event", 7, "id", NOW, "holder", "buyer")
    assert change.details == {"ticket": 1, "name_before": "Ann", "name_after": "Ben"}
