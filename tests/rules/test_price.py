"""What a basket comes to: sums that add up, honest rounding, and free stays free."""

import itertools
import json
import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.offer import Fee, Offer, Tax, Wanted
from fullhouse.rules.price import Amount, Price, PricedFee, PricedLine, price_from, price_of, record_of, shares
from tests.rules.baskets import (
    UNTAXED,
    basis_points,
    minors,
    offer_of,
    offers,
    per_booking,
    per_ticket,
    percent,
    quantities,
    scenes,
    ticket_type,
)


def all_amounts(price: Price) -> list[Amount]:
    """Every amount that was rounded by itself."""
    of_lines = [amount for line in price.lines for amount in (line.face, *(fee.amount for fee in line.fees))]
    return [*of_lines, *(fee.amount for fee in price.fees)]


def all_taxes(offer: Offer, price: Price) -> list[Tax]:
    """The tax of every amount, in the same order."""
    of_types = {one.id: one.tax for one in offer.ticket_types.values()}
    of_fees = {fee.id: fee.tax for fee in offer.fees}
    of_lines = [(of_types[line.ticket_type_id], *(of_fees[fee.fee_id] for fee in line.fees)) for line in price.lines]
    return [*itertools.chain.from_iterable(of_lines), *(of_fees[fee.fee_id] for fee in price.fees)]


# ------------------------------------------------------------------------------- the same again, in exact fractions


def half_up(exact: Fraction) -> int:
    """The nearest whole number; of two that are as near, the larger."""
    whole = math.floor(exact) if exact - math.floor(exact) < Fraction(1, 2) else math.ceil(exact)
    assert abs(exact - whole) <= Fraction(1, 2)
    return whole


def taxed(stated: Fraction, tax: Tax) -> Amount:
    whole, rate = half_up(stated), Fraction(tax.basis_points, 10_000)
    if tax.is_included:
        part = half_up(whole - whole / (1 + rate))
        return Amount(whole - part, part)
    return Amount(whole, half_up(whole * rate))


def stated(fee: Fee, face: int, count: int) -> Fraction:
    return Fraction(fee.amount * count) if fee.kind == "fixed" else Fraction(face * fee.amount, 10_000)


@given(scenes())
def test_every_amount_is_rounded_once_and_half_up(scene: tuple[Offer, list[Wanted]]) -> None:
    offer, basket = scene
    price = price_of(offer, basket)
    faces = [offer.ticket_types[wanted.ticket_type_id].price_minor * wanted.quantity for wanted in basket]
    for wanted, line, face in zip(basket, price.lines, faces, strict=True):
        assert line.face == taxed(Fraction(face), offer.ticket_types[wanted.ticket_type_id].tax)
        asked = [fee for fee in offer.fees if fee.per == "ticket" and face]
        expected = [PricedFee(fee.id, fee.name, taxed(stated(fee, face, wanted.quantity), fee.tax)) for fee in asked]
        assert list(line.fees) == expected
    asked = [fee for fee in offer.fees if fee.per == "booking" and any(faces)]
    expected = [PricedFee(fee.id, fee.name, taxed(stated(fee, sum(faces), 1), fee.tax)) for fee in asked]
    assert list(price.fees) == expected
    assert all(type(part) is int for amount in all_amounts(price) for part in amount)


@pytest.mark.parametrize(
    ("price_minor", "tax", "amount"),
    [
        (150, Tax(1_000, is_included=False), (150, 15)),
        (5, Tax(1_000, is_included=False), (5, 1)),  # 0.5
        (15, Tax(1_000, is_included=False), (15, 2)),  # 1.5
        (25, Tax(1_000, is_included=False), (25, 3)),  # 2.5, which rounding to even would make 2
        (4, Tax(1_000, is_included=False), (4, 0)),  # 0.4
        (119, Tax(1_900, is_included=True), (100, 19)),
        (1, Tax(10_000, is_included=True), (0, 1)),  # 0.5
        (5, Tax(10_000, is_included=True), (2, 3)),  # 2.5
    ],
)
def test_half_a_minor_unit_goes_up(price_minor: int, tax: Tax, amount: tuple[int, int]) -> None:
    price = price_of(offer_of(ticket_type("Adult", price_minor, tax)), [Wanted("adult", 1)])
    assert price.total == price.lines[0].face == amount


def test_the_largest_line_is_exact_to_the_minor_unit() -> None:
    # The tax is 159,663,865,546,218.487; in floating point there would be a half at the end, and it would go up.
    offer = offer_of(ticket_type("Adult", 10**11, Tax(1_900, is_included=True)))
    assert price_of(offer, [Wanted("adult", 10_000)]).total == (840_336_134_453_782, 159_663_865_546_218)


def test_a_line_is_rounded_as_a_whole_and_not_ticket_by_ticket() -> None:
    offer = offer_of(ticket_type("Adult", 5, Tax(1_000, is_included=False)), fees=[percent(per_ticket(500))])
    line = price_of(offer, [Wanted("adult", 10)]).lines[0]
    assert line.face == (50, 5)
    assert line.fees[0].amount == (3, 0)
    assert line.each_minor == 6, "one alone: 5, half a unit of tax goes up, and a quarter of one of fee goes down"


# -------------------------------------------------------------------------------------------------------------- sums


@given(scenes())
def test_net_and_tax_and_gross_add_up_at_every_level(scene: tuple[Offer, list[Wanted]]) -> None:
    price = price_of(*scene)
    for line in price.lines:
        parts = [line.face, *(fee.amount for fee in line.fees)]
        assert line.total.net_minor == sum(part.net_minor for part in parts)
        assert line.total.tax_minor == sum(part.tax_minor for part in parts)
    every = all_amounts(price)
    assert price.total.net_minor == sum(amount.net_minor for amount in every)
    assert price.total.tax_minor == sum(amount.tax_minor for amount in every)
    booking_minor = sum(fee.amount.gross_minor for fee in price.fees)
    assert price.total.gross_minor == sum(line.total.gross_minor for line in price.lines) + booking_minor
    for amount in (*every, *(line.total for line in price.lines), price.total):
        assert amount.gross_minor == amount.net_minor + amount.tax_minor
        assert amount.net_minor >= 0 <= amount.tax_minor


@given(scenes())
def test_each_line_says_what_it_is_for_in_the_order_of_the_basket(scene: tuple[Offer, list[Wanted]]) -> None:
    offer, basket = scene
    price = price_of(offer, basket)
    assert price.currency == offer.currency
    assert [Wanted(line.ticket_type_id, line.quantity) for line in price.lines] == basket
    assert all(line.name == offer.ticket_types[line.ticket_type_id].name for line in price.lines)


@given(scenes())
def test_each_is_what_one_ticket_alone_comes_to_without_fees_per_booking(scene: tuple[Offer, list[Wanted]]) -> None:
    offer, basket = scene
    for line in price_of(offer, basket).lines:
        alone = price_of(offer, [Wanted(line.ticket_type_id, 1)])
        assert line.each_minor == alone.lines[0].total.gross_minor


@given(scenes())
def test_tax_that_is_included_leaves_what_is_paid_and_tax_that_is_added_leaves_the_net(
    scene: tuple[Offer, list[Wanted]],
) -> None:
    offer, basket = scene
    untaxed = offer._replace(
        ticket_types={name: one._replace(tax=UNTAXED) for name, one in offer.ticket_types.items()},
        fees=tuple(fee._replace(tax=UNTAXED) for fee in offer.fees),
    )
    price, plain = price_of(offer, basket), price_of(untaxed, basket)
    for tax, amount, stated in zip(all_taxes(offer, price), all_amounts(price), all_amounts(plain), strict=True):
        assert (amount.gross_minor if tax.is_included else amount.net_minor) == stated.gross_minor


# ------------------------------------------------------------------------------------------------- free stays free


@given(offers(), quantities)
def test_what_is_free_stays_free(offer: Offer, quantity: int) -> None:
    free = offer._replace(ticket_types={one.id: one._replace(price_minor=0) for one in offer.ticket_types.values()})
    price = price_of(free, [Wanted(type_id, quantity) for type_id in free.ticket_types])
    assert price.total == (0, 0)
    assert price.fees == ()
    assert all((line.fees, line.each_minor) == ((), 0) for line in price.lines)


def test_a_free_ticket_beside_a_paid_one_adds_nothing() -> None:
    offer = offer_of(ticket_type("Adult", 1_000), ticket_type("Child", 0), fees=[per_ticket(150), per_booking(200)])
    paid = price_of(offer, [Wanted("adult", 1)])
    both = price_of(offer, [Wanted("child", 3), Wanted("adult", 1)])
    assert paid.total == both.total == (1_350, 0)
    assert both.lines[0].fees == ()


def test_an_empty_basket_comes_to_nothing() -> None:
    offer = offer_of(ticket_type("Adult", 1_000), fees=[per_booking(200)])
    assert price_of(offer, []) == Price("EUR", (), ())
    assert price_of(offer, []).total.gross_minor == 0


# ----------------------------------------------------------------------------------------------- baskets side by side


@given(scenes(), st.data())
def test_the_order_of_the_lines_does_not_change_what_is_paid(
    scene: tuple[Offer, list[Wanted]], data: st.DataObject
) -> None:
    offer, basket = scene
    price, again = price_of(offer, basket), price_of(offer, data.draw(st.permutations(basket)))
    assert price.total == again.total
    assert price.fees == again.fees
    assert sorted(price.lines) == sorted(again.lines)


@given(scenes())
def test_a_line_has_the_same_price_in_a_larger_basket(scene: tuple[Offer, list[Wanted]]) -> None:
    offer, basket = scene
    assert price_of(offer, basket).lines == tuple(price_of(offer, [wanted]).lines[0] for wanted in basket)


def test_two_lines_of_one_ticket_type_stay_two_lines() -> None:
    offer = offer_of(ticket_type("Adult", 5, Tax(1_000, is_included=False)), fees=[per_booking(7)])
    price = price_of(offer, [Wanted("adult", 1), Wanted("adult", 1)])
    assert [line.face for line in price.lines] == [(5, 1), (5, 1)]
    assert price.total == (17, 2)
    assert price_of(offer, [Wanted("adult", 2)]).total == (17, 1)


@given(scenes(), st.data())
def test_more_tickets_never_cost_less(scene: tuple[Offer, list[Wanted]], data: st.DataObject) -> None:
    offer, basket = scene
    type_ids = st.sampled_from(list(offer.ticket_types))
    more = [wanted._replace(quantity=wanted.quantity + data.draw(st.integers(0, 3))) for wanted in basket]
    more += data.draw(st.lists(st.builds(Wanted, type_ids, quantities), max_size=2))
    fewer, larger = price_of(offer, basket).total, price_of(offer, more).total
    assert fewer.net_minor <= larger.net_minor
    assert fewer.tax_minor <= larger.tax_minor


# ------------------------------------------------------------------------------------------------- shares and records


@given(st.builds(Amount, minors, minors), st.integers(1, 40) | st.integers(1, 2_000))
def test_shares_sum_exactly_and_are_nearly_equal(amount: Amount, count: int) -> None:
    parts = shares(amount, count)
    assert len(parts) == count
    nets, taxes_, grosses = zip(*((part.net_minor, part.tax_minor, part.gross_minor) for part in parts), strict=True)
    assert (sum(nets), sum(taxes_), sum(grosses)) == (*amount, amount.gross_minor)
    assert all(max(some) - min(some) <= 1 for some in (nets, taxes_, grosses))
    assert all(list(some) == sorted(some, reverse=True) for some in (nets, grosses)), "the larger come first"


def test_the_odd_units_of_the_tax_begin_where_those_of_the_net_end() -> None:
    assert shares(Amount(10, 3), 3) == [(4, 1), (3, 1), (3, 1)]
    assert shares(Amount(10, 4), 3) == [(4, 1), (3, 2), (3, 1)]
    assert shares(Amount(11, 2), 3) == [(4, 1), (4, 0), (3, 1)]
    assert shares(Amount(0, 0), 2) == [(0, 0), (0, 0)]


@given(minors, basis_points, st.integers(1, 50))
def test_tickets_with_their_tax_included_all_show_the_price_that_was_stated(
    price_minor: int, basis_points: int, count: int
) -> None:
    offer = offer_of(ticket_type("Adult", price_minor, Tax(basis_points, is_included=True)))
    line = price_of(offer, [Wanted("adult", count)]).lines[0]
    assert {part.gross_minor for part in shares(line.total, count)} == {price_minor}


@given(scenes())
def test_a_price_comes_back_from_json_as_it_was(scene: tuple[Offer, list[Wanted]]) -> None:
    price = price_of(*scene)
    again = price_from(json.loads(json.dumps(record_of(price))))
    assert again == price
    assert again.total == price.total
    assert [type(line) for line in again.lines] == [PricedLine] * len(price.lines)
    assert {type(amount) for amount in all_amounts(again)} <= {Amount}


def test_a_record_names_all_that_it_holds() -> None:
    offer = offer_of(
        ticket_type("Adult", 107, Tax(700, is_included=True)), fees=[per_ticket(10), percent(per_booking(1_000))]
    )
    assert record_of(price_of(offer, [Wanted("adult", 2)])) == {
        "currency": "EUR",
        "lines": [
            {
                "ticket_type_id": "adult",
                "name": "Adult",
                "quantity": 2,
                "face": {"net_minor": 200, "tax_minor": 14},
                "fees": [{"fee_id": "service", "name": "Service", "amount": {"net_minor": 20, "tax_minor": 0}}],
                "each_minor": 117,
                "places": 1,
                "pool_ids": (),
                "off_minor": None,
                "buyer_tickets_max": None,
            }
        ],
        "fees": [{"fee_id": "handling", "name": "Handling", "amount": {"net_minor": 21, "tax_minor": 0}}],
        "refunds": None,
        "buyer_tickets_max": None,
    }
