"""Events as everybody sees them."""

from datetime import UTC, datetime

from fullhouse.rules.event import Availability, Event, EventDraft, EventFilter, EventPosition

NOW = datetime(2030, 5, 1, 19, 30, tzinfo=UTC)


def test_a_new_event_has_all_its_places_left() -> None:
    draft = EventDraft("Concert", NOW, "Small house", 100)
    event = Event("id", draft.name, draft.starts_at, draft.venue, draft.total_seats, draft.total_seats, NOW)
    assert event.available_seats == event.total_seats == 100
    assert Availability(event.id, event.total_seats, event.available_seats) == ("id", 100, 100)


def test_a_filter_leaves_nothing_out_unless_it_is_told_to() -> None:
    assert EventFilter() == (None, None, None)


def test_positions_in_the_list_are_in_order_of_date_then_id() -> None:
    later = NOW.replace(year=2031)
    places = [EventPosition(later, "a"), EventPosition(NOW, "b"), EventPosition(NOW, "a")]
    assert sorted(places) == [EventPosition(NOW, "a"), EventPosition(NOW, "b"), EventPosition(later, "a")]
