"""Explanations: which limit binds, who has the places, and what would free them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.explanation import Explanation, Places, explain
from fullhouse.rules.offer import Offer, Tax, TicketType

NOW = datetime(2030, 5, 1, 19, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
HOUSE = Places("e", "House", 100, 10, 5, 65)
ADULT = TicketType("t", "Adult", 2_500, Tax(0, is_included=True), 1, 1, None, None, None, "public", ())


def offer_of(*types: TicketType) -> Offer:
    by_id = {one.id: one for one in types}
    return Offer("e", "organizer", 1, "published", NOW + timedelta(days=9), None, None, "EUR", by_id, ())


def explained(offer: Offer, house: Places = HOUSE, *pools: Places) -> Explanation:
    (one,) = explain(offer, house, {pool.id: pool for pool in pools}, NOW)
    return one


def binding(one: Explanation) -> list[str]:
    return [limit.kind for limit in one.limits if limit.binds]


def test_what_is_left_of_the_house_can_be_had() -> None:
    one = explained(offer_of(ADULT))
    assert (one.is_on_sale, one.tickets_possible, binding(one)) == (True, 20, ["house"])
    (limit,) = one.limits
    assert limit.places == HOUSE
    assert limit.says == "House: of 100 places 65 are sold, 5 held, 10 held back, 20 left."
    assert limit.frees == (
        "A larger capacity, holds that run out, releasing what is held back or cancellations would free some."
    )


def test_the_smallest_pool_binds_and_all_of_them_are_told() -> None:
    balcony = Places("b", "Balcony", 8, 0, 0, 5)
    early = Places("y", "Early birds", None, 0, 1, 4)
    one = explained(offer_of(ADULT._replace(pool_ids=("b", "y"))), HOUSE, balcony, early)
    assert (one.tickets_possible, binding(one)) == (3, ["pool"])
    assert [(limit.kind, limit.tickets) for limit in one.limits] == [("house", 20), ("pool", 3), ("pool", None)]
    assert one.limits[2].says == "Early birds has no limit."


def test_a_family_ticket_needs_all_its_places() -> None:
    family = ADULT._replace(places=4)
    assert explained(offer_of(family), HOUSE._replace(sold=82)).tickets_possible == 0
    assert explained(offer_of(family), HOUSE._replace(sold=78)).tickets_possible == 1


def test_a_full_house_is_not_on_sale() -> None:
    full = explained(offer_of(ADULT), HOUSE._replace(sold=85))
    assert (full.is_on_sale, full.tickets_possible, binding(full)) == (False, 0, ["house"])


def test_fewer_than_the_minimum_can_not_be_had_at_all() -> None:
    one = explained(offer_of(ADULT._replace(tickets_min=4)), HOUSE._replace(sold=82))
    assert (one.is_on_sale, one.tickets_possible) == (False, 0)


def test_the_most_of_one_booking_is_told_though_more_are_left() -> None:
    assert explained(offer_of(ADULT._replace(tickets_max=6))).tickets_possible == 6


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"state": "draft"}, "The event is a draft."),
        ({"state": "cancelled"}, "The event is cancelled; it sells no more places."),
        ({"starts_at": NOW}, "The event has begun; it sells no more places."),
        ({"sales_from": LATER}, "Sales have not begun yet."),
        ({"sales_until": NOW}, "Sales have ended."),
    ],
)
def test_an_event_that_does_not_sell_binds_all_its_ticket_types(change: dict[str, Any], says: str) -> None:
    one = explained(offer_of(ADULT)._replace(**change))
    assert (one.is_on_sale, binding(one)) == (False, ["event"])
    assert one.limits[0].says == says
    assert one.limits[0].frees


@pytest.mark.parametrize("visibility", ["code", "box_office", "archived"])
def test_what_the_public_can_not_buy_says_so(visibility: str) -> None:
    one = explained(offer_of(ADULT._replace(visibility=visibility)))  # type: ignore[arg-type] # one of them
    assert (one.is_on_sale, binding(one)) == (False, ["visibility"])


def test_a_window_of_a_ticket_type_binds_it_alone() -> None:
    offer = offer_of(ADULT._replace(sales_from=LATER), ADULT._replace(id="now"))
    first, second = explain(offer, HOUSE, {}, NOW)
    assert (binding(first), binding(second)) == (["window"], ["house"])


def test_what_one_buyer_may_have_is_told() -> None:
    offer = offer_of(ADULT._replace(buyer_tickets_max=4))._replace(buyer_tickets_max=2)
    one = explained(offer)
    assert [(limit.kind, limit.tickets, limit.binds) for limit in one.limits] == [
        ("house", 20, False),
        ("buyer", 2, True),
        ("buyer", 4, False),
    ]


@given(st.integers(0, 50), st.integers(0, 20), st.integers(0, 20), st.integers(0, 20))
def test_places_are_never_fewer_than_none(capacity: int, held_back: int, held: int, sold: int) -> None:
    places = Places("e", "House", capacity, held_back, held, sold)
    assert places.available == max(0, capacity - held_back - held - sold)
    assert explained(offer_of(ADULT), places).tickets_possible == places.available


def test_a_type_that_takes_no_places_is_limited_by_nothing() -> None:
    one = explained(offer_of(ADULT._replace(places=0)), HOUSE._replace(sold=85))
    assert (one.is_on_sale, one.tickets_possible, binding(one)) == (True, None, [])
