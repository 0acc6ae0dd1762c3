"""The shelf: what a buyer sees of an offer, at which price, and why the rest does not sell."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fullhouse.rules.booking import PromoUse
from fullhouse.rules.offer import Fee, Offer, Tax, TicketType
from fullhouse.rules.promo import PromoCode
from fullhouse.rules.shelf import EventSale, Shelf, shelf_of

NOW = datetime(2030, 5, 1, 19, 30, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
NO_TAX = Tax(0, is_included=True)
ADULT = TicketType("t", "Adult", 2_500, NO_TAX, 1, 1, None, None, None, "public", ())
PERCENT = Fee("p", "Booking fee", "percent", 1_000, "ticket", NO_TAX)
SENDING = Fee("s", "Sending", "fixed", 150, "booking", NO_TAX)
SHARE = Fee("r", "Share", "percent", 100, "booking", NO_TAX)


def offer_of(*types: TicketType, fees: tuple[Fee, ...] = (), **changes: Any) -> Offer:
    by_id = {one.id: one for one in types}
    offer = Offer("e", "organizer", 1, "published", NOW + timedelta(days=9), None, None, "EUR", by_id, fees)
    return offer._replace(**changes)


def code(kind: Any = "percent", amount: int = 5_000, types: frozenset[str] | None = None) -> PromoCode:
    return PromoCode("c", "HALF", kind, amount, types, None, None, None, None, None, PromoUse(0, 0, 0))


def filled(offer: Offer, left: int = 100, promo: PromoCode | None = None, **pools: int | None) -> Shelf:
    return shelf_of(offer, left, pools, promo, NOW)


def test_the_price_is_all_in_and_fees_of_a_booking_stand_beside_it() -> None:
    shelf = filled(offer_of(ADULT, fees=(PERCENT, SENDING, SHARE)))
    assert [row.line.each_minor for row in shelf.rows] == [2_750]
    assert [(fee.name, fee.amount.gross_minor) for fee in shelf.fees] == [("Sending", 150)]
    assert filled(offer_of(ADULT._replace(price_minor=0), fees=(SENDING,))).fees == ()


def test_what_is_left_is_the_least_of_house_and_pools() -> None:
    family = ADULT._replace(places=4, pool_ids=("a", "b", "gone"))
    (row,) = filled(offer_of(family), 100, a=None, b=43).rows
    assert (row.tickets_left, row.tickets_possible, row.is_few) == (10, 10, True)
    (many,) = filled(offer_of(ADULT._replace(tickets_max=6))).rows
    assert (many.tickets_left, many.tickets_possible, many.is_few) == (100, 6, False)
    (add_on,) = filled(offer_of(ADULT._replace(places=0)), 0).rows
    assert (add_on.state, add_on.tickets_left, add_on.is_few) == ("on_sale", None, False)


def test_fewer_than_the_least_number_are_none() -> None:
    (row,) = filled(offer_of(ADULT._replace(tickets_min=3)), 2).rows
    assert (row.state, row.tickets_possible) == ("sold_out", 0)


def test_each_ticket_type_says_when_it_sells() -> None:
    early = ADULT._replace(id="early", sales_until=NOW)
    late = ADULT._replace(id="late", sales_from=LATER)
    shelf = filled(offer_of(early, ADULT, late))
    assert [(row.state, row.tickets_possible) for row in shelf.rows] == [("ended", 0), ("on_sale", 100), ("not_yet", 0)]
    assert shelf.sale == "on_sale"
    assert filled(offer_of(early, late)).sale == "not_yet"
    assert filled(offer_of(early)).sale == "ended"
    assert filled(offer_of()).sale == "ended"
    assert filled(offer_of(early, ADULT), 0).sale == "sold_out"


@pytest.mark.parametrize(
    ("changes", "sale"),
    [
        ({"state": "draft"}, "draft"),
        ({"state": "cancelled"}, "cancelled"),
        ({"starts_at": NOW}, "begun"),
        ({"sales_from": LATER}, "not_yet"),
        ({"sales_until": NOW}, "ended"),
    ],
)
def test_an_event_that_sells_nothing_says_why(changes: dict[str, Any], sale: EventSale) -> None:
    assert filled(offer_of(ADULT, **changes)).sale == sale


def test_what_is_not_public_is_hidden_until_a_code_opens_it() -> None:
    friends = ADULT._replace(id="friends", visibility="code")
    desk = ADULT._replace(id="desk", visibility="box_office")
    offer = offer_of(ADULT, friends, desk)
    assert [row.ticket_type.id for row in filled(offer).rows] == ["t"]
    opened = filled(offer, promo=code("unlock", 0, frozenset({"friends"})))
    assert [row.ticket_type.id for row in opened.rows] == ["t", "friends"]


def test_a_code_shows_the_price_before_it() -> None:
    child = ADULT._replace(id="child", price_minor=0)
    rows = filled(offer_of(ADULT, child), promo=code()).rows
    assert [(row.line.each_minor, row.was_minor) for row in rows] == [(1_250, 2_500), (0, None)]
