"""Booking by lines, in plain examples: what is sold to whom, what fits, and the booking that it becomes."""

from datetime import datetime
from typing import Any

import pytest

from fullhouse.rules import basket as rules
from fullhouse.rules.basket import Fitting, Span, refusal_of, terms_of
from fullhouse.rules.booking import BasketRequest, Booking, PaymentWay
from fullhouse.rules.offer import Fee, Offer, Wanted
from fullhouse.rules.price import price_of
from fullhouse.rules.refusals import NotEnoughSeats, NotOnSale, QuantityNotAllowed, TicketTypeNotFound
from fullhouse.rules.selling import OpenEvent, demand_of
from tests.rules.scenes import (
    ANN,
    GENERAL,
    HOLD_TIME,
    IDS,
    MICROSECOND,
    NOW,
    TOMORROW,
    UNTAXED,
    house_of,
    offer_of,
    ticket_type,
)


def basket(*lines: tuple[str, int], **terms: Any) -> BasketRequest:
    return BasketRequest("e", tuple(Wanted(*line) for line in lines), **terms)


def selling(*lines: tuple[str, int], paid_by: PaymentWay | None = None, **terms: Any) -> str | None:
    """Why a basket of "adult" and "child" tickets is refused, when adults have these terms."""
    offer = offer_of("e", ticket_type("adult", 100, **terms), ticket_type("child", 50))
    refusal = refusal_of(offer, basket(*lines, paid_by=paid_by), None, NOW)
    return None if refusal is None else refusal.code


def what_fits(event: OpenEvent, request: BasketRequest) -> Fitting:
    """All of it, or what of it can be had."""
    if event.fits(demand_of(event.offer, request.lines)):
        return Fitting(request.lines)
    return rules.what_fits(event, request)


def booking_of(event: OpenEvent, request: BasketRequest) -> Booking:
    """The booking of what fits."""
    request = request._replace(lines=what_fits(event, request).lines)
    terms = terms_of(event.offer, request, None, NOW)
    return rules.booking_of(event, request, terms, IDS[0], Span(NOW, NOW + HOLD_TIME))


def fitting(offer: Offer, capacity: int, request: BasketRequest, **pools: int | None) -> dict[str, int] | list[Any]:
    """The lines that are kept, or what the refusal says of each line."""
    found = what_fits(OpenEvent(house_of("e", capacity), offer, pools, None, NOW), request)
    if found.refusal is None:
        return list(found.lines)
    assert found.lines == ()
    lines = found.refusal.facts["lines"]
    assert isinstance(lines, list)
    return {str(line["ticket_type_id"]): int(line["possible"]) for line in lines}


def booked(request: BasketRequest, *prices: int, fees: tuple[Fee, ...] = ()) -> Booking:
    """The booking of a request for ticket types "a", "b", ... with these prices."""
    types = [ticket_type("abc"[n], price) for n, price in enumerate(prices)]
    event = OpenEvent(house_of("e", 50, made=7), offer_of("e", *types, fees=fees), {}, None, NOW)
    event.bookings_made += 1
    return booking_of(event, request)


# ------------------------------------------------------------------------------------------ whether it is sold


def test_a_ticket_type_that_is_not_there_is_named() -> None:
    refusal = refusal_of(offer_of("e", GENERAL), basket(("general", 1), ("vip", 1)), None, NOW)
    assert refusal == TicketTypeNotFound("The event has no such ticket type.", ticket_type_id="vip")


@pytest.mark.parametrize("paid_by", [None, "cash", "card_terminal", "comp"])
def test_what_is_for_the_box_office_is_not_there_for_others(paid_by: PaymentWay | None) -> None:
    at_the_box_office = None if paid_by else "ticket_type_not_found"
    assert selling(("adult", 1), visibility="box_office", paid_by=paid_by) == at_the_box_office
    assert selling(("adult", 1), visibility="public", paid_by=paid_by) is None
    assert selling(("adult", 1), visibility="archived", paid_by=paid_by) == "ticket_type_not_found"


@pytest.mark.parametrize(
    ("window", "refusal"),
    [
        ({"sales_from": NOW, "sales_until": NOW + MICROSECOND}, None),
        (
            {"sales_from": NOW + MICROSECOND},
            NotOnSale("Sales have not begun yet.", sales_from=(NOW + MICROSECOND).isoformat(), ticket_type_id="adult"),
        ),
        (
            {"sales_until": NOW},
            NotOnSale("Sales have ended.", sales_until=NOW.isoformat(), ticket_type_id="adult"),
        ),
    ],
)
def test_each_ticket_type_has_a_window_of_its_own(window: dict[str, datetime], refusal: NotOnSale | None) -> None:
    offer = offer_of("e", ticket_type("adult", 100, **window), ticket_type("child", 50))
    assert refusal_of(offer, basket(("child", 1), ("adult", 1)), None, NOW) == refusal
    assert refusal_of(offer, basket(("child", 1)), None, NOW) is None


@pytest.mark.parametrize(
    ("quantity", "code"), [(1, "quantity_not_allowed"), (2, None), (4, None), (5, "quantity_not_allowed")]
)
def test_a_ticket_type_is_sold_from_its_least_to_its_most(quantity: int, code: str | None) -> None:
    assert selling(("adult", quantity), tickets_min=2, tickets_max=4) == code


def test_two_lines_of_one_ticket_type_count_together() -> None:
    assert selling(("adult", 2), ("child", 9), ("adult", 2), tickets_max=4) is None
    assert selling(("adult", 2), ("child", 9), ("adult", 3), tickets_max=4) == "quantity_not_allowed"
    assert selling(("adult", 1), ("adult", 1), tickets_min=2) is None


def test_the_refusal_of_a_quantity_says_which_would_do() -> None:
    offer = offer_of("e", ticket_type("adult", tickets_min=2, tickets_max=4), ticket_type("group", tickets_min=10))
    assert refusal_of(offer, basket(("adult", 5)), None, NOW) == QuantityNotAllowed(
        "Adult is sold in 2 to 4 tickets at once.", ticket_type_id="adult", tickets_min=2, tickets_max=4
    )
    assert refusal_of(offer, basket(("group", 9)), None, NOW) == QuantityNotAllowed(
        "Group is sold from 10 tickets on.", ticket_type_id="group", tickets_min=10
    )
    assert refusal_of(offer, basket(("group", 10_000)), None, NOW) is None


# ------------------------------------------------------------------------------------------------ what fits

ADULT, CHILD, FAMILY = ticket_type("adult", 100), ticket_type("child", 50), ticket_type("family", 200, places=4)


def test_all_lines_together_fit_exactly_or_nothing_is_sold() -> None:
    offer = offer_of("e", ADULT, FAMILY)
    request = basket(("adult", 3), ("family", 2))
    assert fitting(offer, 11, request) == [("adult", 3), ("family", 2)]
    assert fitting(offer, 10, request) == {"adult": 3, "family": 2}


def test_a_refusal_says_for_each_line_what_could_be_had_of_it_alone() -> None:
    offer = offer_of("e", ADULT._replace(pool_ids=("balcony",)), CHILD, FAMILY, ticket_type("group", tickets_min=4))
    event = OpenEvent(house_of("e", 9, taken=6), offer, {"balcony": 2}, None, NOW)
    request = basket(("adult", 3), ("child", 2), ("family", 1), ("group", 4))
    assert what_fits(event, request).refusal == NotEnoughSeats(
        "Not all of that is left; the lines say what is.",
        available_seats=3,
        lines=[
            {"ticket_type_id": "adult", "quantity": 3, "possible": 2},
            {"ticket_type_id": "child", "quantity": 2, "possible": 2},
            {"ticket_type_id": "family", "quantity": 1, "possible": 0},
            {"ticket_type_id": "group", "quantity": 4, "possible": 0},
        ],
    )


@pytest.mark.parametrize("terms", [{"accept_fewer": False}, {"accept_fewer": True}])
def test_when_nothing_of_any_line_is_left_it_is_sold_out(terms: dict[str, bool]) -> None:
    offer = offer_of("e", ADULT._replace(pool_ids=("balcony",)), FAMILY)
    event = OpenEvent(house_of("e", 9, taken=6), offer, {"balcony": 0}, None, NOW)
    refusal = what_fits(event, basket(("adult", 1), ("family", 1), **terms)).refusal
    assert refusal is not None
    assert (refusal.detail, refusal.facts["available_seats"]) == ("Sold out.", 3)


def test_a_full_house_has_no_seats_available() -> None:
    event = OpenEvent(house_of("e", 9, taken=7, held_back=2), offer_of("e", ADULT), {}, None, NOW)
    refusal = what_fits(event, basket(("adult", 1))).refusal
    assert refusal == NotEnoughSeats(
        "Sold out.", available_seats=0, lines=[{"ticket_type_id": "adult", "quantity": 1, "possible": 0}]
    )


def test_who_accepts_fewer_gets_as_much_of_each_line_as_those_before_it_leave() -> None:
    offer = offer_of("e", ADULT, CHILD, FAMILY)
    assert fitting(offer, 5, basket(("adult", 3), ("child", 4), accept_fewer=True)) == [("adult", 3), ("child", 2)]
    assert fitting(offer, 5, basket(("child", 4), ("adult", 3), accept_fewer=True)) == [("child", 4), ("adult", 1)]
    # A line that gets nothing is left out, and what is behind it may still fit.
    assert fitting(offer, 5, basket(("adult", 3), ("family", 1), ("child", 9), accept_fewer=True)) == [
        ("adult", 3),
        ("child", 2),
    ]
    assert fitting(offer, 9, basket(("family", 4), accept_fewer=True)) == [("family", 2)]


def test_who_accepts_fewer_gets_all_of_it_when_all_of_it_is_left() -> None:
    assert fitting(offer_of("e", ADULT), 5, basket(("adult", 5), accept_fewer=True)) == [("adult", 5)]


def test_lines_share_the_pools_that_they_draw_on() -> None:
    offer = offer_of(
        "e", ADULT._replace(pool_ids=("balcony", "early")), FAMILY._replace(pool_ids=("balcony", "counted"))
    )
    request = basket(("adult", 4), ("family", 2), accept_fewer=True)
    assert fitting(offer, 50, request, balcony=12, early=4, counted=None) == [("adult", 4), ("family", 2)]
    assert fitting(offer, 50, request, balcony=11, early=4, counted=None) == [("adult", 4), ("family", 1)]
    assert fitting(offer, 50, request, balcony=11, early=2, counted=None) == [("adult", 2), ("family", 2)]
    assert fitting(offer, 50, request, balcony=3, early=9, counted=None) == [("adult", 3)]
    refused = fitting(offer, 50, request._replace(accept_fewer=False), balcony=11, early=3, counted=None)
    assert refused == {"adult": 3, "family": 2}


def test_a_ticket_type_that_is_left_with_fewer_than_its_least_is_left_out() -> None:
    group = ticket_type("group", tickets_min=4)
    offer = offer_of("e", ADULT, group)
    assert fitting(offer, 6, basket(("adult", 2), ("group", 5), accept_fewer=True)) == [("adult", 2), ("group", 4)]
    assert fitting(offer, 5, basket(("adult", 2), ("group", 5), accept_fewer=True)) == [("adult", 2)]
    # Two lines count together.
    lines = ("group", 2), ("adult", 1), ("group", 4)
    assert fitting(offer, 5, basket(*lines, accept_fewer=True)) == [("group", 2), ("adult", 1), ("group", 2)]
    assert fitting(offer, 4, basket(*lines, accept_fewer=True)) == [("adult", 1)]
    assert fitting(offer, 3, basket(("group", 4), accept_fewer=True)) == {"group": 0}


def test_the_same_ticket_type_in_two_lines_shares_what_is_left() -> None:
    offer = offer_of("e", ADULT)
    lines = ("adult", 2), ("adult", 2)
    assert fitting(offer, 4, basket(*lines)) == [("adult", 2), ("adult", 2)]
    assert fitting(offer, 3, basket(*lines, accept_fewer=True)) == [("adult", 2), ("adult", 1)]
    assert fitting(offer, 2, basket(*lines, accept_fewer=True)) == [("adult", 2)]
    event = OpenEvent(house_of("e", 3), offer, {}, None, NOW)
    refusal = what_fits(event, basket(*lines)).refusal
    assert refusal is not None
    assert refusal.facts["lines"] == [{"ticket_type_id": "adult", "quantity": 2, "possible": 2}] * 2


def test_what_takes_no_places_is_never_sold_out() -> None:
    offer = offer_of("e", ticket_type("parking", 500, places=0, pool_ids=("balcony",)), ADULT)
    assert fitting(offer, 0, basket(("parking", 3)), balcony=0) == [("parking", 3)]
    both = basket(("adult", 1), ("parking", 3))
    assert fitting(offer, 0, both, balcony=0) == {"adult": 0, "parking": 3}
    assert fitting(offer, 0, both._replace(accept_fewer=True), balcony=0) == [("parking", 3)]


def test_a_pool_without_a_limit_only_counts() -> None:
    offer = offer_of("e", ADULT._replace(pool_ids=("counted",)))
    event = OpenEvent(house_of("e", 5), offer, {"counted": None}, None, NOW)
    found = what_fits(event, basket(("adult", 9), accept_fewer=True))
    assert found.lines == (("adult", 5),)


# ---------------------------------------------------------------------------------------------- the booking


def test_what_has_a_price_is_held_until_it_is_paid() -> None:
    booking = booked(basket(("a", 2), buyer=ANN), 100)
    assert (booking.id, booking.number, booking.places, booking.created_at) == (IDS[0], 8, 2, NOW)
    assert (booking.status, booking.expires_at, booking.cancelled_at) == ("held", NOW + HOLD_TIME, None)
    assert (booking.buyer, booking.paid_by, booking.drawn) == (ANN, None, None)
    assert booking.price is not None
    assert booking.price.total.gross_minor == 200


def test_what_is_free_is_confirmed_at_once_and_has_its_price_too() -> None:
    booking = booked(basket(("a", 2)), 0)
    assert (booking.status, booking.expires_at, booking.buyer) == ("confirmed", None, None)
    assert booking.price is not None
    assert booking.price.total.gross_minor == 0
    assert [(line.ticket_type_id, line.quantity) for line in booking.price.lines] == [("a", 2)]


def test_a_free_ticket_beside_one_that_is_not_is_held_with_it() -> None:
    assert booked(basket(("a", 2), ("b", 1)), 0, 100).status == "held"


@pytest.mark.parametrize(("paid_by", "total"), [("cash", 350), ("card_terminal", 350), ("comp", 0)])
def test_the_box_office_sells_at_once_and_a_comp_costs_nothing_not_even_a_fee(paid_by: PaymentWay, total: int) -> None:
    fee = Fee("service", "Service", "fixed", 25, "ticket", UNTAXED)
    booking = booked(basket(("a", 2), ("b", 1), paid_by=paid_by), 100, 75, fees=(fee,))
    assert (booking.status, booking.expires_at, booking.paid_by) == ("confirmed", None, paid_by)
    assert booking.price is not None
    assert booking.price.total.gross_minor == total
    assert [line.quantity for line in booking.price.lines] == [2, 1]


def test_a_comp_leaves_the_prices_of_the_offer_alone() -> None:
    offer = offer_of("e", ADULT)
    event = OpenEvent(house_of("e", 9), offer, {}, None, NOW)
    request = basket(("adult", 1), paid_by="comp")
    booking_of(event, request)
    assert offer.ticket_types["adult"].price_minor == 100


def test_the_price_is_of_what_is_sold_and_not_of_what_was_wanted() -> None:
    offer = offer_of("e", ADULT._replace(pool_ids=("balcony",)), CHILD)
    event = OpenEvent(house_of("e", 9), offer, {"balcony": 1}, None, NOW)
    request = basket(("adult", 3), ("child", 1), accept_fewer=True)
    booking = booking_of(event, request)
    assert booking.price == price_of(offer, [Wanted("adult", 1), Wanted("child", 1)])
    assert (booking.places, booking.drawn) == (2, {"balcony": 1})


def test_a_window_that_ends_tomorrow_does_not_end_today() -> None:
    assert selling(("adult", 1), sales_until=TOMORROW) is None
