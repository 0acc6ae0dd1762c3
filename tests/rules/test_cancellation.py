"""Tickets given back one by one: what goes back for them, what they free, and what is refused."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.booking import (
    BasketRequest,
    Booked,
    Booking,
    BookRequest,
    Cancelled,
    CancelRequest,
    Confirmed,
    ConfirmRequest,
    Promo,
    PromoUse,
    Refunding,
    Request,
)
from fullhouse.rules.cancellation import (
    NOTHING,
    Back,
    Cancellation,
    back_for,
    lines_left,
    of,
    percent_at,
    tickets_count,
    valid_tickets,
)
from fullhouse.rules.decision import Decision
from fullhouse.rules.house import HouseChange
from fullhouse.rules.offer import Fee, Offer, RefundPolicy, RefundStep, Tax, Wanted
from fullhouse.rules.price import Amount, Price, price_from, price_of, record_of, refund_terms
from fullhouse.rules.promo import PromoCode
from fullhouse.rules.refusals import Refusal
from tests.rules import baskets
from tests.rules.scenes import (
    ANN,
    LONG_AGO,
    MICROSECOND,
    NOW,
    TOMORROW,
    UNTAXED,
    booked_before,
    decided,
    held_before,
    house_of,
    kinds,
    known,
    offer_of,
    refusal_in,
    ticket_type,
)

VAT = Tax(1900, is_included=True)
POLICY = RefundPolicy((RefundStep(48, 100), RefundStep(24, 50), RefundStep(2, 10)), with_fees=True)
ADULT = ticket_type("adult", 1000, tax=VAT, pool_ids=("balcony", "early"))
TABLE = ticket_type("table", 3333, places=4, pool_ids=("balcony",))
BABY = ticket_type("baby", 0, places=0, pool_ids=("early",))
SERVICE = Fee("service", "Service", "fixed", 25, "ticket", UNTAXED)
POST = Fee("post", "Postage", "fixed", 301, "booking", VAT)
OFFER = offer_of("e", ADULT, TABLE, BABY, fees=(SERVICE, POST), refund_policy=POLICY, starts_at=NOW + timedelta(days=9))
LINES = (("adult", 2), ("table", 1), ("baby", 1))


def sold(offer: Offer = OFFER, *lines: tuple[str, int], **changes: Any) -> Booking:
    """A booking that was paid: two adults are the tickets 1 and 2, a table is 3, a baby 4."""
    paid = {"status": "confirmed", "paid_by": "stripe", **changes}
    return held_before(offer, 1, LONG_AGO, *(lines or LINES))._replace(**paid)


def ask(*tickets: int, **rest: Any) -> CancelRequest:
    """Give tickets back, or without any the whole booking."""
    return CancelRequest("e", "e-booking-1", None, tickets or None, **rest)


def done(booking: Booking, request: CancelRequest, now: datetime = NOW) -> Cancellation:
    cancellation = of(booking, request, now)
    assert isinstance(cancellation, Cancellation)
    return cancellation


def refused(booking: Booking, request: CancelRequest, now: datetime = NOW) -> tuple[str, dict[str, Any]]:
    refusal = of(booking, request, now)
    assert isinstance(refusal, Refusal)
    return refusal.code, dict(refusal.facts)


until_the_event = st.builds(RefundStep, st.just(0), st.integers(0, 100))
policies = st.builds(RefundPolicy, st.tuples(until_the_event), st.booleans())


def batch(*requests: Any, booking: Booking | None = None, **pools: int | None) -> Decision:
    booking = booking or sold()
    left = pools or {"balcony": 0, "early": 0}
    scene = known(house_of("e", 6, taken=6, made=1), offers=[OFFER], pools={"e": left}, bookings=[booking])
    return decided(requests, scene)


# ------------------------------------------------------------------------------------------------- money


def test_a_ticket_given_back_in_full_is_its_share_of_the_line() -> None:
    # 20.00 with 3.19 tax in them are parted into 10.00 twice; each has a service fee of 0.25.
    assert done(sold(), ask(1)).back == Back(841, 25, 159)
    assert done(sold(), ask(2)).back == Back(840, 25, 160)
    assert done(sold(), ask(1, 2)).back == Back(1681, 50, 319)


def test_the_fees_of_the_booking_go_back_with_its_last_ticket() -> None:
    booking = sold()
    without = [done(booking, ask(3)).back, done(booking, ask(1, 2)).back]
    assert [back.fees_minor for back in without] == [25, 50]
    last = done(sold(cancelled_tickets=(1, 2, 3)), ask(4))
    assert last.back == Back(0, 253, 48)
    assert last.booking.status == "cancelled"


@given(baskets.scenes(), st.sampled_from(["full", "by_policy"]), st.data())
def test_in_any_order_all_tickets_one_by_one_give_back_exactly_what_was_paid(
    scene: tuple[Offer, list[Wanted]], refunding: Refunding, data: st.DataObject
) -> None:
    offer, wanted = scene
    basket = [Wanted(type_id, min(quantity, 7)) for type_id, quantity in wanted] or [Wanted("type-0", 3)]
    policy = RefundPolicy((RefundStep(0, 100),), with_fees=True)
    price = price_of(offer._replace(refund_policy=policy, starts_at=TOMORROW), basket)
    booking = Booking("e-booking-1", "e", 1, 0, "confirmed", LONG_AGO, None, price=price, paid_by="cash")
    booking = booking._replace(places=sum(line.quantity for line in price.lines))
    given_back = []
    for number in data.draw(st.permutations(valid_tickets(booking))):
        cancellation = done(booking, ask(number, refunding=refunding))
        given_back.append(cancellation.back)
        booking = cancellation.booking
    assert booking.status == "cancelled"
    fees = [fee.amount for line in price.lines for fee in line.fees] + [fee.amount for fee in price.fees]
    paid = Back(
        sum(line.face.net_minor for line in price.lines), sum(fee.net_minor for fee in fees), price.total.tax_minor
    )
    assert Back(*(sum(parts) for parts in zip(*given_back, strict=True))) == paid


@given(baskets.scenes(), policies, st.data())
def test_no_part_is_ever_below_zero_nor_above_what_was_sold(
    scene: tuple[Offer, list[Wanted]], policy: RefundPolicy, data: st.DataObject
) -> None:
    offer, wanted = scene
    basket = [Wanted(type_id, min(quantity, 5)) for type_id, quantity in wanted] or [Wanted("type-0", 3)]
    percent, with_fees = policy.steps[0].percent, policy.with_fees
    price = price_of(offer._replace(refund_policy=policy, starts_at=TOMORROW), basket)
    booking = Booking("e-booking-1", "e", 1, 9, "confirmed", LONG_AGO, None, price=price, paid_by="cash")
    tickets = data.draw(st.sets(st.sampled_from(valid_tickets(booking)), min_size=1).map(sorted))
    some, whole = back_for(booking, tickets, "by_policy", NOW), back_for(booking, tickets, "full", NOW)
    assert all(0 <= part <= most for part, most in zip(some, whole, strict=True))
    assert with_fees or not some.fees_minor
    assert percent < 100 or not with_fees or some == whole
    # Each ticket's face value and each of its fees is rounded once: half a unit at most for each.
    assert not with_fees or abs(some.total_minor - whole.total_minor * percent / 100) <= 3 * len(tickets) + 2


@pytest.mark.parametrize(
    ("net", "tax", "percent", "back"),
    [
        (5, 0, 50, Back(3, 0, 0)),
        (5, 0, 49, Back(2, 0, 0)),
        (1, 1, 50, Back(0, 0, 1)),
        (0, 1, 50, Back(0, 0, 1)),
        (1, 0, 1, NOTHING),
        (10**11, 10**10, 33, Back(33 * 10**9, 0, 33 * 10**8)),
    ],
)
def test_half_a_unit_goes_to_the_buyer(net: int, tax: int, percent: int, back: Back) -> None:
    price = sold(OFFER, ("adult", 1)).price
    assert price is not None
    terms = refund_terms(RefundPolicy((RefundStep(0, percent),), with_fees=True), TOMORROW)
    line = price.lines[0]._replace(face=Amount(net, tax), fees=())
    one = sold()._replace(price=price._replace(lines=(line,), fees=(), refunds=terms))
    assert done(one, ask(1, refunding="by_policy")).back == back


@pytest.mark.parametrize(
    ("until_event", "percent"),
    [
        (timedelta(hours=48) + MICROSECOND, 100),
        (timedelta(hours=48), 50),
        (timedelta(hours=24) + MICROSECOND, 50),
        (timedelta(hours=24), 10),
        (timedelta(hours=2) + MICROSECOND, 10),
        (timedelta(hours=2), 0),
        (timedelta(0), 0),
        (-timedelta(hours=1), 0),
    ],
)
def test_each_step_of_a_policy_ends_at_its_moment(until_event: timedelta, percent: int) -> None:
    assert percent_at(refund_terms(POLICY, NOW), NOW - until_event) == percent


def test_a_step_reaches_back_to_the_first_moment_there_is_at_most() -> None:
    first = datetime(1, 1, 1, 1, tzinfo=UTC)
    assert [step.until for step in refund_terms(POLICY, first).steps] == [first - timedelta(hours=1)] * 3


def test_without_a_policy_nothing_goes_back_by_it() -> None:
    assert percent_at(None, NOW) == 0


def test_what_was_agreed_on_stays_whatever_the_event_agrees_on_later() -> None:
    price = price_of(OFFER, [Wanted("adult", 1)])
    assert price_from(record_of(price)) == price
    assert price.refunds == refund_terms(POLICY, OFFER.starts_at)
    record = {name: value for name, value in record_of(price).items() if name != "refunds"}
    assert price_from(record).refunds is None, "as it was written before there were terms"


def test_fees_stay_with_the_organizer_when_the_policy_says_so() -> None:
    offer = OFFER._replace(refund_policy=POLICY._replace(with_fees=False))
    back = done(sold(offer), ask(refunding="by_policy")).back
    assert back == Back(1681 + 3333, 0, 319)
    assert done(sold(offer), ask()).back.fees_minor == 75 + 253, "who gives all back, gives fees back too"


@pytest.mark.parametrize("refunding", ["full", "by_policy"])
@pytest.mark.parametrize("paid_by", ["comp", None])
def test_what_was_given_away_or_free_gives_nothing_back(paid_by: Any, refunding: Refunding) -> None:
    booking = sold(paid_by=paid_by)
    assert done(booking, ask(1, refunding=refunding), TOMORROW + timedelta(days=30)).back == NOTHING
    assert done(booking, ask(refunding=refunding)).back == NOTHING


def test_staff_may_cancel_without_a_refund() -> None:
    assert done(sold(), ask(1, refunding="none")).back == NOTHING


# ------------------------------------------------------------------------------------------------ refused


@pytest.mark.parametrize("number", [0, 5, -1])
def test_a_ticket_that_there_is_not_can_not_be_cancelled_nor_others_beside_it(number: int) -> None:
    assert refused(sold(), ask(1, number)) == ("ticket_not_found", {"number": number})


@pytest.mark.parametrize("status", ["held", "expired"])
def test_a_hold_has_no_single_tickets(status: Any) -> None:
    hold = sold(status=status, paid_by=None)
    assert refused(hold, ask(1)) == ("booking_not_held", {"booking_status": status})
    assert done(hold, ask()) == Cancellation(hold._replace(status="cancelled", cancelled_at=NOW), (), NOTHING, "staff")


def test_what_is_cancelled_already_is_cancelled_once() -> None:
    booking = sold(cancelled_tickets=(1, 3))
    assert of(booking, ask(1, 3), NOW) is None
    assert of(sold(status="cancelled", cancelled_at=LONG_AGO), ask(9), NOW) is None
    again = done(booking, ask(3, 2, 2, 1))
    assert again.tickets == (2,)
    assert again.booking.cancelled_tickets == (1, 2, 3)


def test_the_whole_after_a_part_is_what_is_left() -> None:
    booking = sold()
    part = done(booking, ask(2, 3))
    rest = done(part.booking, ask())
    assert rest.tickets == (1, 4)
    assert rest.booking.status == "cancelled"
    assert part.back.total_minor + rest.back.total_minor == booking.price.total.gross_minor  # type: ignore[union-attr] # it has one


def test_what_the_buyer_was_told_is_what_he_gets_or_nothing_is_done() -> None:
    total = done(sold(), ask(1)).back.total_minor
    assert refused(sold(), ask(1, expected_minor=total + 1)) == ("refund_changed", {"refund_minor": total})
    assert done(sold(), ask(1, expected_minor=total)).back.total_minor == total
    late = OFFER.starts_at - timedelta(hours=25)
    asked = ask(1, refunding="by_policy", expected_minor=total)
    assert refused(sold(), asked, late) == ("refund_changed", {"refund_minor": 513})


@pytest.mark.parametrize("offer", [OFFER, OFFER._replace(refund_policy=None)])
def test_what_the_policy_gives_nothing_for_stays_sold_but_what_is_worth_nothing_may_go(offer: Offer) -> None:
    asked = ask(1, refunding="by_policy")
    assert refused(sold(offer), asked, OFFER.starts_at) == ("cancellation_not_allowed", {})
    assert refused(sold(offer), ask(refunding="by_policy"), OFFER.starts_at) == ("cancellation_not_allowed", {})
    baby = done(sold(offer, ("adult", 1), ("baby", 2)), ask(2, refunding="by_policy"), OFFER.starts_at)
    assert (baby.tickets, baby.back) == ((2,), NOTHING)


# ------------------------------------------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("tickets", "places", "drawn"),
    [
        ((1,), 5, {"balcony": 5, "early": 1}),
        ((3,), 2, {"balcony": 2, "early": 2}),
        ((4,), 6, {"balcony": 6, "early": 2}),
        ((1, 2), 4, {"balcony": 4, "early": 0}),
        ((2, 3, 4), 1, {"balcony": 1, "early": 1}),
    ],
)
def test_a_ticket_gives_back_what_it_took(tickets: tuple[int, ...], places: int, drawn: dict[str, int]) -> None:
    decision = batch(ask(*tickets))
    after = decision.cancelled[0].booking
    assert (after.places, after.drawn, after.status) == (places, drawn, "confirmed")
    assert decision.changes == ({"e": HouseChange(1, places - 6)} if places < 6 else {})
    changes = {("e", pool_id): drawn[pool_id] - most for pool_id, most in (("balcony", 6), ("early", 2))}
    assert decision.drawn == {at: change for at, change in changes.items() if change}


def test_places_that_were_given_back_are_sold_in_the_same_batch() -> None:
    table = BasketRequest("e", (Wanted("table", 1),), ANN)
    assert kinds(batch(table)) != [Booked]
    assert kinds(batch(ask(3), table)) == [Cancelled, Booked]


def test_a_pool_that_was_deleted_since_gets_nothing_back() -> None:
    late = sold(status="expired", drawn={"balcony": 6, "early": 2}, paid_by=None)
    scene = known(house_of("e", 6, made=1), offers=[OFFER], pools={"e": {"balcony": 6}}, bookings=[late])
    decision = decided([ConfirmRequest("e", late.id, "cash"), ask(1)], scene)
    assert kinds(decision) == [Confirmed, Cancelled]
    assert decision.cancelled[0].booking.drawn == {"balcony": 5}
    assert done(sold(drawn={"balcony": 6}), ask(1)).booking.drawn == {"balcony": 5}


def test_a_booking_that_only_counts_seats_gives_back_seat_by_seat() -> None:
    house = house_of("e", 3, taken=3, made=1)
    plain = booked_before(house, 1, 3)
    requests: list[Request] = [ask(2, refunding="by_policy"), BookRequest("e", 1), ask(2), ask(4), ask()]
    decision = decided(requests, known(house, bookings=[plain]))
    assert kinds(decision)[:3] == [Cancelled, Booked, Cancelled]
    assert refusal_in(decision.outcomes[3]).code == "ticket_not_found"
    assert [(one.tickets, one.booking.places, one.back) for one in decision.cancelled] == [
        ((2,), 2, NOTHING),
        ((1, 3), 2, NOTHING),
    ]
    assert tickets_count(decision.cancelled[0].booking) == 3
    assert decision.changes == {"e": HouseChange(2, -2)}


# ---------------------------------------------------------------------------------------- codes and buyers

CODE = PromoCode(
    *("code", "SUMMER", "fixed", 100, frozenset({"adult"}), None, None), *(2, 1, 200), used=PromoUse(2, 1, 200)
)


def with_code() -> tuple[Offer, Booking]:
    """One who has all that may be had of the code, and of the tickets that a buyer may have."""
    offer = OFFER._replace(buyer_tickets_max=3)
    hold = sold(offer, ("adult", 2), ("baby", 1), buyer=ANN)
    price: Price = hold.price  # type: ignore[assignment] # it has one
    adults = price.lines[0]._replace(off_minor=200)
    price = price._replace(lines=(adults, price.lines[1]))
    return offer, hold._replace(price=price, promo=Promo("code", PromoUse(2, 1, 200)))


def test_a_ticket_gives_back_its_use_of_the_code_but_the_booking_its_own_with_the_last() -> None:
    _, booking = with_code()
    for tickets, use in (((1,), (1, 1, 100)), ((3,), (2, 1, 200)), ((1, 2), (0, 1, 0))):
        promo = done(booking, ask(*tickets)).booking.promo
        assert promo is not None
        assert promo.use == use
    offer, booking = with_code()
    scene = known(house_of("e", 9, taken=2, made=1), offers=[offer], bookings=[booking])
    scene = scene._replace(pools={"e": {"balcony": 1, "early": 1}}, codes={("e", "SUMMER"): CODE})
    for requests, uses in (
        ([ask(1)], {("e", "code"): (-1, 0, -100)}),
        ([ask(3)], {}),
        ([ask(1), ask()], {("e", "code"): (-2, -1, -200)}),
    ):
        assert decided(requests, scene).promo_uses == uses


def test_the_code_of_a_comp_is_given_back_by_the_ticket_too() -> None:
    offer = OFFER._replace(buyer_tickets_max=None)
    code = CODE._replace(tickets_max=None, bookings_max=None, money_max_minor=None)
    scene = known(house_of("e", 9, taken=0), offers=[offer], pools={"e": {"balcony": 9, "early": 9}})
    given = BasketRequest("e", (Wanted("adult", 2),), ANN, paid_by="comp", promo_code="SUMMER")
    (comp,) = decided([given], scene._replace(codes={("e", "SUMMER"): code})).reserved
    assert comp.promo == Promo("code", PromoUse(2, 1, 200))
    assert done(comp, ask(2)).booking.promo == Promo("code", PromoUse(1, 1, 100))


def test_a_buyer_may_have_a_ticket_more_for_each_that_is_given_back() -> None:
    offer, booking = with_code()
    scene = known(house_of("e", 9, taken=2, made=1), offers=[offer], bookings=[booking])
    scene = scene._replace(
        pools={"e": {"balcony": 9, "early": 9}}, buyers={("e", "ann@example.com"): {"adult": 2, "baby": 1}}
    )
    more = BasketRequest("e", (Wanted("adult", 1),), ANN)
    decision = decided([more, ask(1), more, more], scene)
    assert [kind.__name__ for kind in kinds(decision)] == ["Refused", "Cancelled", "Booked", "Refused"]
    assert refusal_in(decision.outcomes[3]).code == "buyer_limit_reached"


def test_the_lines_that_are_left_are_without_what_was_cancelled() -> None:
    assert lines_left(sold()) == tuple(Wanted(*line) for line in LINES)
    assert lines_left(sold(cancelled_tickets=(2, 3))) == (Wanted("adult", 1), Wanted("baby", 1))
    assert lines_left(booked_before(house_of("e", 3), 1, 3)) == ()
