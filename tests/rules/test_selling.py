"""Whether an event sells, to the microsecond, and what is left of its house and pools."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from fullhouse.rules.house import HouseChange
from fullhouse.rules.offer import Offer, Wanted
from fullhouse.rules.refusals import EventCancelled, EventNotFound, EventOver, NotOnSale, Refusal
from fullhouse.rules.selling import TICKETS_MAX, Demand, Due, OpenEvent, demand_of, refusal_of, window_refusal
from tests.rules.scenes import (
    GENERAL,
    MICROSECOND,
    NOW,
    TOMORROW,
    booked_before,
    due_of,
    held_before,
    house_of,
    offer_of,
    ticket_type,
)

BEFORE, AFTER = NOW - MICROSECOND, NOW + MICROSECOND
OFFER = offer_of("e", ticket_type("adult", pool_ids=("balcony",)), ticket_type("family", places=4))


def opened(
    capacity: int = 10, pools: Mapping[str, int | None] | None = None, offer: Offer = OFFER, **house: Any
) -> OpenEvent:
    return OpenEvent(house_of("e", capacity, **house), offer, pools or {}, None, NOW)


def test_a_draft_is_not_found_even_if_it_is_over() -> None:
    offer = OFFER._replace(state="draft", starts_at=BEFORE)
    assert refusal_of(offer, NOW) == EventNotFound("There is no such event.")


def test_a_cancelled_event_says_so_even_if_it_is_over() -> None:
    offer = OFFER._replace(state="cancelled", starts_at=BEFORE)
    assert refusal_of(offer, NOW) == EventCancelled("The event is cancelled; it sells no more places.")


@pytest.mark.parametrize(
    ("starts_at", "code"), [(BEFORE, "event_over"), (NOW, "event_over"), (AFTER, None), (TOMORROW, None)]
)
def test_an_event_sells_until_the_very_moment_it_begins(starts_at: datetime, code: str | None) -> None:
    refusal = refusal_of(OFFER._replace(starts_at=starts_at), NOW)
    assert (refusal and refusal.code) == code


def test_that_an_event_is_over_comes_before_its_window() -> None:
    offer = OFFER._replace(starts_at=NOW, sales_from=AFTER)
    assert refusal_of(offer, NOW) == EventOver("The event has begun; it sells no more places.")


@pytest.mark.parametrize(
    ("sales_from", "sales_until", "refusal"),
    [
        (None, None, None),
        (BEFORE, AFTER, None),
        (NOW, None, None),
        (NOW, AFTER, None),
        (None, AFTER, None),
        (AFTER, None, NotOnSale("Sales have not begun yet.", sales_from=AFTER.isoformat())),
        (AFTER, TOMORROW, NotOnSale("Sales have not begun yet.", sales_from=AFTER.isoformat())),
        (None, NOW, NotOnSale("Sales have ended.", sales_until=NOW.isoformat())),
        (BEFORE, BEFORE, NotOnSale("Sales have ended.", sales_until=BEFORE.isoformat())),
    ],
)
def test_a_window_is_open_from_its_beginning_and_closed_at_its_end(
    sales_from: datetime | None, sales_until: datetime | None, refusal: Refusal | None
) -> None:
    assert window_refusal(sales_from, sales_until, NOW) == refusal
    assert refusal_of(OFFER._replace(sales_from=sales_from, sales_until=sales_until), NOW) == refusal


def test_tickets_take_their_places_of_the_house_and_of_every_pool_of_their_type() -> None:
    adult = ticket_type("adult", pool_ids=("early",))
    family = ticket_type("family", places=4, pool_ids=("early", "balcony"))
    parking = ticket_type("parking", places=0, pool_ids=("counted",))
    offer = offer_of("e", adult, family, parking)
    lines = [Wanted("adult", 3), Wanted("family", 2), Wanted("parking", 5), Wanted("adult", 1)]
    assert demand_of(offer, lines) == Demand(12, {"early": 12, "balcony": 8, "counted": 0})
    assert demand_of(offer, []) == Demand(0, {})


def test_what_fits_has_to_fit_into_the_house_and_into_every_pool() -> None:
    event = opened(10, {"balcony": 3, "early": 5, "counted": None}, taken=2, held_back=2)
    assert event.fits(Demand(6, {}))
    assert not event.fits(Demand(7, {}))
    assert event.fits(Demand(3, {"balcony": 3, "early": 3}))
    assert not event.fits(Demand(4, {"balcony": 4, "early": 4}))
    assert not event.fits(Demand(6, {"early": 6}))
    assert event.fits(Demand(6, {"counted": 6}))
    assert event.fits(Demand(6, {"a pool that was deleted": 6}))


def test_what_is_taken_and_put_back_changes_the_counts_by_just_that() -> None:
    event = opened(10, {"balcony": 6, "counted": None})
    event.take(Demand(4, {"balcony": 4, "counted": 4}))
    assert (event.available, event.pools) == (6, {"balcony": 2, "counted": None})
    assert event.drawn_change == {"balcony": 4, "counted": 4}
    event.put_back(booked_before(event.house, 1, 3)._replace(drawn={"balcony": 3}))
    assert (event.available, event.pools) == (9, {"balcony": 5, "counted": None})
    assert event.drawn_change == {"balcony": 1, "counted": 4}
    assert event.change == HouseChange(0, 1)


def test_the_places_of_a_booking_go_back_to_a_pool_that_nothing_draws_on_any_more() -> None:
    event = opened(10, {}, taken=3)
    event.put_back(booked_before(event.house, 1, 3)._replace(drawn={"early": 3}))
    assert (event.available, event.drawn_change) == (10, {"early": -3})


def test_the_pools_that_were_given_in_are_left_alone() -> None:
    given: dict[str, int | None] = {"balcony": 6}
    opened(10, given).take(Demand(4, {"balcony": 4}))
    assert given == {"balcony": 6}


def test_a_house_is_written_only_if_something_changed() -> None:
    event = opened(10, made=4)
    assert event.change is None
    event.bookings_made += 1
    assert event.change == HouseChange(5, 0), "a booking without places is numbered, too"


@pytest.mark.parametrize(
    ("terms", "pools", "possible"),
    [
        ({}, {}, 10),
        ({"tickets_max": 4}, {}, 4),
        ({"tickets_max": 40}, {}, 10),
        ({"places": 4}, {}, 2),
        ({"places": 0}, {}, TICKETS_MAX),
        ({"places": 0, "tickets_max": 7}, {}, 7),
        ({"pool_ids": ("balcony",)}, {"balcony": 3}, 3),
        ({"pool_ids": ("balcony",)}, {"balcony": 30}, 10),
        ({"pool_ids": ("balcony",)}, {"balcony": None}, 10),
        ({"pool_ids": ("balcony", "early"), "places": 2}, {"balcony": 9, "early": 5}, 2),
        ({"pool_ids": ("balcony",)}, {"balcony": 0}, 0),
        ({"pool_ids": ("balcony",)}, {"balcony": -2}, 0),
        ({"tickets_min": 10}, {}, 10),
        ({"tickets_min": 11}, {}, 0),
    ],
)
def test_so_many_tickets_of_a_type_are_possible_as_its_tightest_limit_lets_through(
    terms: dict[str, Any], pools: dict[str, int | None], possible: int
) -> None:
    assert opened(10, pools).tickets_possible(ticket_type("adult", **terms)) == possible


def test_the_first_hold_to_run_out_is_expected() -> None:
    event = opened()
    event.expect(None)
    assert event.expiry is None
    event.expect(TOMORROW)
    assert event.expiry == TOMORROW
    event.expect(AFTER)
    assert event.expiry == AFTER
    event.expect(TOMORROW)
    assert event.expiry == AFTER


def test_a_house_without_due_holds_expects_what_it_expected() -> None:
    assert opened(next_expiry_at=TOMORROW).expiry == TOMORROW


def test_a_hold_that_has_run_out_but_is_not_released_is_still_expected() -> None:
    offer = offer_of("e", ticket_type("adult", 100))
    first, second = held_before(offer, 1, BEFORE, ("adult", 1)), held_before(offer, 2, NOW, ("adult", 1))
    house = house_of("e", 9, taken=2, next_expiry_at=BEFORE)
    event = OpenEvent(house, offer, {}, due_of(first, second, next_expiry_at=TOMORROW), NOW)
    assert event.expiry == BEFORE
    event = OpenEvent(house, offer, {}, due_of(next_expiry_at=TOMORROW), NOW)
    assert event.expiry == TOMORROW, "what is read counts, not what was expected"


@pytest.mark.parametrize(
    ("due", "answer"),
    [
        (due_of(next_expiry_at=BEFORE, is_more=True), True),
        (due_of(next_expiry_at=NOW, is_more=True), True),
        (due_of(next_expiry_at=AFTER, is_more=True), False),
        (due_of(next_expiry_at=TOMORROW), False),
        (due_of(), False),
        (None, False),
    ],
)
def test_more_is_due_from_the_moment_when_the_next_hold_runs_out(due: Due | None, *, answer: bool) -> None:
    assert OpenEvent(house_of("e", 9), OFFER, {}, due, NOW).is_more_due(NOW) is answer


def test_general_admission_is_an_offer_like_others() -> None:
    assert opened(offer=offer_of("e", GENERAL)).tickets_possible(GENERAL) == 10
