"""What everybody may see of what is left: exact when it is few, and when it turns by time alone."""

from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest

from fullhouse.rules.live import FEW, Left, PlacesLeft, TypeLeft, left_of, next_turn
from fullhouse.rules.offer import Offer, Tax, TicketType, Visibility

NOW = datetime(2041, 5, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ADULT = TicketType("adult", "Adult", 2_500, Tax(0, True), 1, 1, None, None, None, "public", ())
OFFER = Offer("event", "organizer", 1, "published", NOW + 9 * DAY, None, None, "EUR", {}, ())


def offer_of(*types: TicketType, **changes: Any) -> Offer:
    return OFFER._replace(ticket_types={one.id: one for one in types}, **changes)


def shown(offer: Offer, available: int = 100, **pools: int | None) -> Left:
    return left_of(offer, PlacesLeft("event", 1, 300, available, pools), NOW)


def only_type(ticket_type: TicketType, available: int = 100, **pools: int | None) -> tuple[str, int | None]:
    (found,) = shown(offer_of(ticket_type), available, **pools).ticket_types
    return found.state, found.tickets_left


@pytest.mark.parametrize(
    ("available", "state", "tickets_left"),
    [(100, "available", None), (FEW + 1, "available", None), (FEW, "few", FEW), (1, "few", 1), (0, "sold_out", 0)],
)
def test_of_few_it_is_told_how_many(available: int, state: str, tickets_left: int | None) -> None:
    assert only_type(ADULT, available) == (state, tickets_left)
    assert only_type(ADULT._replace(pool_ids=("balcony", "all")), balcony=available, all=None) == (state, tickets_left)


def test_a_pool_that_is_gone_limits_nothing() -> None:
    assert only_type(ADULT._replace(pool_ids=("gone",))) == ("available", None)


def test_a_ticket_of_several_places_is_counted_as_one() -> None:
    assert only_type(ADULT._replace(places=4), 11) == ("few", 2)
    assert only_type(ADULT._replace(places=4), 3) == ("sold_out", 0)
    assert only_type(ADULT._replace(places=0), 0) == ("available", None)


def test_fewer_than_can_be_bought_are_none() -> None:
    assert only_type(ADULT._replace(tickets_min=4), 4) == ("few", 4)
    assert only_type(ADULT._replace(tickets_min=4), 3) == ("sold_out", 0)


def test_only_what_is_public_is_shown_in_the_order_of_the_offer() -> None:
    types = [ADULT._replace(id=str(n), visibility=v) for n, v in enumerate(get_args(Visibility))]
    left = shown(offer_of(*types, ADULT._replace(id="last")))
    assert left == Left(
        "event", "on_sale", 300, 100, (TypeLeft("0", "available", None), TypeLeft("last", "available", None))
    )


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({"state": "draft"}, "draft"),
        ({"state": "cancelled"}, "cancelled"),
        ({"starts_at": NOW}, "over"),
        ({"sales_from": NOW + DAY}, "not_on_sale"),
        ({"sales_until": NOW}, "not_on_sale"),
    ],
)
def test_an_event_that_sells_nothing_says_why(changes: dict[str, object], state: str) -> None:
    left = shown(offer_of(ADULT, **changes), 5)
    assert (left.state, left.available_seats) == (state, 5)
    assert left.ticket_types == (TypeLeft("adult", "not_on_sale", None),)


def test_a_ticket_type_has_its_own_window() -> None:
    assert only_type(ADULT._replace(sales_from=NOW + DAY)) == ("not_on_sale", None)
    assert only_type(ADULT._replace(sales_from=NOW, sales_until=NOW + DAY)) == ("available", None)


def test_it_turns_when_the_next_thing_begins_or_ceases_to_sell() -> None:
    later = ADULT._replace(sales_from=NOW + 2 * DAY, sales_until=NOW + 3 * DAY)
    offer = offer_of(later, sales_from=NOW + DAY, sales_until=NOW + 8 * DAY)
    turns = []
    now: datetime | None = NOW
    while now is not None and (now := next_turn(offer, now)) is not None:
        turns.append((now - NOW).days)
    assert turns == [1, 2, 3, 8, 9]
