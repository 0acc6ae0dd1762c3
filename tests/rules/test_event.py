"""Events as everybody sees them, and what an organizer may change of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fullhouse.rules.event import (
    NO_DETAILS,
    Availability,
    Event,
    EventDetails,
    EventDraft,
    EventFilter,
    EventPosition,
    EventUse,
    WholeEvent,
    changed,
    check_date,
    check_times,
    state_at,
)
from fullhouse.rules.offer import EventState
from fullhouse.rules.refusals import EventInUse, EventNotChangeable, ValidationFailed

NOW = datetime(2030, 5, 1, 19, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
DATE = NOW + 24 * HOUR
UNUSED = EventUse(is_taken=False, was_taken=False)


def whole(state: EventState = "published", starts_at: datetime = DATE, **details: Any) -> WholeEvent:
    event = Event("id", "Concert", starts_at, "Small house", 100, 100, NOW)
    return WholeEvent(event, EventDetails(**details), state, None, 7)


def test_a_new_event_has_all_its_places_left() -> None:
    draft = EventDraft("Concert", NOW, "Small house", 100)
    event = Event("id", draft.name, draft.starts_at, draft.venue, draft.total_seats, draft.total_seats, NOW)
    assert event.available_seats == event.total_seats == 100
    assert Availability(event.id, event.total_seats, event.available_seats) == ("id", 100, 100)


def test_a_filter_leaves_out_what_is_not_published_unless_it_is_told_to() -> None:
    assert EventFilter() == (None, None, None, "published")


def test_positions_in_the_list_are_in_order_of_date_then_id() -> None:
    later = NOW.replace(year=2031)
    places = [EventPosition(later, "a"), EventPosition(NOW, "b"), EventPosition(NOW, "a")]
    assert sorted(places) == [EventPosition(NOW, "a"), EventPosition(NOW, "b"), EventPosition(later, "a")]


def test_the_date_must_still_come() -> None:
    check_date(NOW + timedelta(microseconds=1), NOW)
    for past in (NOW, NOW - HOUR):
        with pytest.raises(ValidationFailed) as refused:
            check_date(past, NOW)
        assert refused.value.facts == {"field": "date"}


@pytest.mark.parametrize(
    "details",
    [
        {},
        {"doors_at": DATE},
        {"doors_at": DATE - HOUR, "ends_at": DATE + HOUR},
        {"ends_at": DATE + timedelta(microseconds=1)},
        {"sales_from": DATE - HOUR, "sales_until": DATE},
        {"sales_until": DATE + HOUR, "ends_at": DATE + HOUR},
        {"sales_from": DATE + HOUR},
    ],
)
def test_times_that_follow_one_another_are_allowed(details: dict[str, Any]) -> None:
    check_times(DATE, EventDetails(**details))


@pytest.mark.parametrize(
    ("field", "details"),
    [
        ("doors_at", {"doors_at": DATE + timedelta(microseconds=1)}),
        ("ends_at", {"ends_at": DATE}),
        ("ends_at", {"ends_at": DATE - HOUR}),
        ("sales_until", {"sales_from": DATE - HOUR, "sales_until": DATE - HOUR}),
        ("sales_until", {"sales_from": DATE - HOUR, "sales_until": DATE - 2 * HOUR}),
        ("sales_until", {"sales_until": DATE + timedelta(microseconds=1)}),
        ("sales_until", {"sales_until": DATE + 2 * HOUR, "ends_at": DATE + HOUR}),
    ],
)
def test_times_that_contradict_each_other_are_refused_by_field(field: str, details: dict[str, Any]) -> None:
    with pytest.raises(ValidationFailed) as refused:
        check_times(DATE, EventDetails(**details))
    assert refused.value.facts == {"field": field}
    assert refused.value.detail.startswith(f"{field}: ")


def test_a_published_event_is_over_from_its_end_on_or_from_its_date() -> None:
    assert state_at(whole(), DATE - timedelta(microseconds=1)) == "published"
    assert state_at(whole(), DATE) == "over"
    long = whole(ends_at=DATE + HOUR)
    assert (state_at(long, DATE), state_at(long, DATE + HOUR)) == ("published", "over")


def test_what_was_never_published_or_was_cancelled_is_not_over() -> None:
    assert state_at(whole("draft"), DATE + HOUR) == "draft"
    assert state_at(whole("cancelled"), DATE + HOUR) == "cancelled"


def test_only_what_is_wanted_changes() -> None:
    before = whole(description="old", doors_at=DATE - HOUR, slug="a")
    after = changed(before, {"name": "Opera", "slug": None, "description": "new"}, UNUSED, NOW)
    assert after.event == before.event._replace(name="Opera")
    assert after.details == before.details._replace(slug=None, description="new")
    assert after._replace(event=before.event, details=before.details) == before
    assert changed(before, {}, UNUSED, NOW) == before


def test_a_new_date_must_come_and_fit_the_other_times() -> None:
    before = whole(doors_at=DATE - HOUR)
    assert changed(before, {"starts_at": DATE + HOUR}, UNUSED, NOW).event.starts_at == DATE + HOUR
    for date, field in ((NOW, "date"), (DATE - 2 * HOUR, "doors_at")):
        with pytest.raises(ValidationFailed) as refused:
            changed(before, {"starts_at": date}, UNUSED, NOW)
        assert refused.value.facts == {"field": field}


def test_what_has_begun_and_not_ended_can_be_changed_but_for_a_past_date() -> None:
    under_way = whole(starts_at=NOW - HOUR, ends_at=NOW + HOUR)
    assert changed(under_way, {"name": "Opera"}, UNUSED, NOW).event.name == "Opera"
    with pytest.raises(ValidationFailed):
        changed(under_way, {"starts_at": NOW - HOUR}, UNUSED, NOW)


@pytest.mark.parametrize("event", [whole("cancelled"), whole(starts_at=NOW), whole(starts_at=NOW - HOUR, ends_at=NOW)])
def test_what_is_over_or_cancelled_stays_as_it_is(event: WholeEvent) -> None:
    with pytest.raises(EventNotChangeable):
        changed(event, {"name": "Opera"}, UNUSED, NOW)


def test_the_currency_stays_when_anything_was_ever_booked() -> None:
    assert changed(whole(), {"currency": "CHF"}, UNUSED, NOW).details.currency == "CHF"
    sold = EventUse(is_taken=False, was_taken=True)
    with pytest.raises(EventInUse):
        changed(whole(), {"currency": "CHF"}, sold, NOW)
    assert changed(whole(), {"currency": "EUR", "name": "Opera"}, sold, NOW).event.name == "Opera"


def test_without_details_an_event_is_sold_in_euros_at_once_and_in_utc() -> None:
    assert NO_DETAILS == ("", None, None, "UTC", "EUR", None, None, None, "", None)
