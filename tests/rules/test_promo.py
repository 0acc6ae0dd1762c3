"""Promo codes: what they take off, when they are valid, and what is left of them."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.booking import PromoUse
from fullhouse.rules.offer import Offer, Tax, TicketType, Wanted
from fullhouse.rules.promo import (
    PromoCode,
    buyer_key_of,
    normal_code,
    not_valid_refusal,
    nothing_refusal,
    offer_with,
    price_with,
    use_of,
    used_up_refusal,
)

NOW = datetime(2030, 5, 1, 19, 30, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
HALF = PromoCode("c", "HALF", "percent", 5_000, None, None, None, None, None, None, PromoUse(0, 0, 0))
UNUSED = PromoUse(0, 0, 0)


def ticket_type(type_id: str, price_minor: int) -> TicketType:
    return TicketType(type_id, type_id, price_minor, Tax(0, is_included=True), 1, 1, None, None, None, "public", ())


def offer_of(*prices: int) -> Offer:
    types = {f"t{n}": ticket_type(f"t{n}", price) for n, price in enumerate(prices)}
    return Offer("e", "organizer", 1, "published", NOW + timedelta(days=9), None, None, "EUR", types, ())


@given(st.integers(0, 10**11), st.integers(0, 10_000))
def test_a_percentage_is_rounded_half_up_and_never_takes_more_than_all(price: int, basis_points: int) -> None:
    left = price_with(HALF._replace(amount=basis_points), price)
    exact = Fraction(price * basis_points, 10_000)
    assert 0 <= left <= price
    assert Fraction(-1, 2) < (price - left) - exact <= Fraction(1, 2)


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_fixed_amount_takes_at_most_the_price(price: int, amount: int) -> None:
    assert price_with(HALF._replace(kind="fixed", amount=amount), price) == max(price - amount, 0)


def test_a_code_that_only_unlocks_takes_nothing_off() -> None:
    assert price_with(HALF._replace(kind="unlock", amount=0), 2_500) == 2_500


def test_only_the_ticket_types_of_the_code_get_cheaper() -> None:
    code = HALF._replace(ticket_type_ids=frozenset({"t1"}))
    changed = offer_with(code, offer_of(1_000, 3_000))
    assert [one.price_minor for one in changed.ticket_types.values()] == [1_000, 1_500]


def test_what_counts_are_the_tickets_of_the_code_one_booking_and_the_money_taken_off() -> None:
    code = HALF._replace(ticket_type_ids=frozenset({"t1"}))
    lines = [Wanted("t0", 5), Wanted("t1", 2), Wanted("t1", 1)]
    assert use_of(code, offer_of(1_000, 3_000), lines) == PromoUse(3, 1, 4_500)


@given(
    st.tuples(*[st.none() | st.integers(1, 20)] * 3),
    st.builds(PromoUse, *[st.integers(0, 20)] * 3),
    st.builds(PromoUse, *[st.integers(0, 20)] * 3),
)
def test_a_code_is_used_up_exactly_when_a_limit_would_be_passed(
    limits: tuple[int | None, int | None, int | None], before: PromoUse, use: PromoUse
) -> None:
    code = HALF._replace(tickets_max=limits[0], bookings_max=limits[1], money_max_minor=limits[2])
    passed = any(most is not None and had + more > most for most, had, more in zip(limits, before, use, strict=True))
    refusal = used_up_refusal(code, before, use)
    assert (refusal is not None) is passed
    if refusal is not None:
        named = dict(
            zip(("tickets_left", "bookings_left", "money_left_minor"), zip(limits, before, strict=True), strict=True)
        )
        left = {name: max(0, most - had) for name, (most, had) in named.items() if most is not None}
        assert refusal.facts == left


@pytest.mark.parametrize(
    ("valid_from", "valid_until", "is_valid"),
    [(NOW, None, True), (NOW + MOMENT, None, False), (None, NOW, False), (None, NOW + MOMENT, True)],
)
def test_a_code_is_valid_from_its_first_moment_to_just_before_its_last(
    valid_from: datetime | None,
    valid_until: datetime | None,
    is_valid: bool,  # noqa: FBT001 - a case
) -> None:
    code = HALF._replace(valid_from=valid_from, valid_until=valid_until)
    refusal = not_valid_refusal(code, [Wanted("t0", 1)], NOW)
    assert (refusal is None) is is_valid
    if refusal is not None:
        assert refusal.code == "promo_code_not_valid"


def test_a_code_for_none_of_the_lines_is_refused_and_one_for_some_is_not() -> None:
    code = HALF._replace(ticket_type_ids=frozenset({"t1"}))
    assert not_valid_refusal(code, [Wanted("t0", 1)], NOW) is not None
    assert not_valid_refusal(code, [Wanted("t0", 1), Wanted("t1", 1)], NOW) is None
    assert not_valid_refusal(None, [Wanted("t0", 1)], NOW) is not None, "there is no such code"


def test_a_code_does_nothing_when_not_even_the_fewest_tickets_can_have_it() -> None:
    offer = offer_of(1_000, 3_000)
    assert nothing_refusal(HALF, offer, NOW) is None
    assert getattr(nothing_refusal(None, offer, NOW), "code", None) == "promo_code_not_valid"
    for_one = HALF._replace(money_max_minor=500)
    assert nothing_refusal(for_one, offer, NOW) is None, "the cheaper one can still be had"
    for_none = for_one._replace(ticket_type_ids=frozenset({"t1"}))
    assert getattr(nothing_refusal(for_none, offer, NOW), "code", None) == "promo_code_used_up"
    assert nothing_refusal(HALF._replace(ticket_type_ids=frozenset()), offer, NOW) is not None


def test_a_code_opens_only_what_needs_a_code_and_is_its_own() -> None:
    code = HALF._replace(kind="unlock", ticket_type_ids=frozenset({"t1"}))
    hidden = ticket_type("t1", 0)._replace(visibility="code")
    assert code.opens(hidden)
    assert not code.opens(hidden._replace(id="t2"))
    assert not code.opens(hidden._replace(visibility="box_office"))
    assert code._replace(ticket_type_ids=None).opens(hidden), "it unlocks all that needs a code"
    assert not HALF.opens(hidden), "a discount on everything opens nothing"


@pytest.mark.parametrize("text", ["summer", " Summer\t", "SUMMER"])
def test_a_code_is_the_same_in_small_and_capital_letters(text: str) -> None:
    assert normal_code(text) == "SUMMER"


@pytest.mark.parametrize(
    "email", ["ann@example.com", "Ann@Example.COM", " ann+tickets@example.com", "ann+@EXAMPLE.com"]
)
def test_a_buyer_is_the_same_with_other_letters_and_behind_a_plus(email: str) -> None:
    assert buyer_key_of(email) == "ann@example.com"


def test_dots_tell_buyers_apart() -> None:
    assert buyer_key_of("a.nn@example.com") != buyer_key_of("ann@example.com")
