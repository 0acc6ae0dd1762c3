"""The life of a hold, in plain examples: made, confirmed in time or late, cancelled, run out, released."""

from datetime import datetime
from typing import Any

import pytest

from fullhouse.rules.booking import (
    BasketRequest,
    Booked,
    Booking,
    BookRequest,
    Cancelled,
    CancelRequest,
    Confirmed,
    ConfirmRequest,
    ExpireRequest,
    IdempotencyKey,
    Refused,
    Released,
)
from fullhouse.rules.decision import Decision, Remembered
from fullhouse.rules.house import HouseChange
from fullhouse.rules.offer import Wanted
from fullhouse.rules.refusals import BookingNotHeld, HoldExpired
from tests.rules.scenes import (
    ANN,
    GENERAL,
    HOLD_TIME,
    LONG_AGO,
    MICROSECOND,
    NOW,
    TOMORROW,
    decided,
    due_of,
    held_before,
    house_of,
    kinds,
    known,
    offer_of,
    refusal_in,
    ticket_type,
)

BEFORE, AFTER = NOW - MICROSECOND, NOW + MICROSECOND
ADULT = ticket_type("adult", 100, pool_ids=("balcony",))
CHILD = ticket_type("child", 50)
OFFER = offer_of("e", ADULT, CHILD)
HOLD = held_before(OFFER, 1, AFTER, ("adult", 2), ("child", 1))
ONE = BasketRequest("e", (Wanted("adult", 1),), ANN)
CONFIRM, CANCEL = ConfirmRequest("e", HOLD.id, "cash"), CancelRequest("e", HOLD.id)
GONE = Refused(HoldExpired("The hold has run out, and its places are sold to somebody else."))


def ended(hold: Booking, **terms: Any) -> Decision:
    """What becomes of a hold that is confirmed, when the event has these terms."""
    offer = OFFER._replace(**terms)
    scene = known(house_of("e", 9), offers=[offer], pools={"e": {"balcony": 9}}, bookings=[hold])
    return decided([CONFIRM], scene)


# --------------------------------------------------------------------------------------- held and confirmed


def test_a_basket_with_a_price_is_held_and_takes_its_places() -> None:
    request = BasketRequest("e", (Wanted("adult", 2), Wanted("child", 1)), ANN)
    scene = known(house_of("e", 9, made=4), offers=[OFFER], pools={"e": {"balcony": 2}})
    decision = decided([request, ONE], scene)
    assert kinds(decision) == [Booked, Refused]
    (booking,) = decision.reserved
    assert (booking.status, booking.number, booking.expires_at) == ("held", 5, NOW + HOLD_TIME)
    assert decision.changes == {"e": HouseChange(5, 3)}
    assert decision.drawn == {("e", "balcony"): 2}
    assert decision.expiries == {"e": NOW + HOLD_TIME}
    assert (decision.booked, decision.confirmed, decision.tickets) == ([], [], [])
    assert refusal_in(decision.outcomes[1]).facts["lines"] == [
        {"ticket_type_id": "adult", "quantity": 1, "possible": 0}
    ]


def test_a_basket_for_an_event_that_is_not_there_or_does_not_sell_is_refused() -> None:
    scene = known(house_of("e", 9), offers=[OFFER._replace(sales_from=AFTER)])
    decision = decided([ONE, ONE._replace(event_id="nowhere")], scene)
    assert [refusal_in(outcome).code for outcome in decision.outcomes] == ["not_on_sale", "event_not_found"]
    assert decision[1:] == decided([], scene)[1:], "nothing is written"


def test_a_house_that_expects_a_hold_earlier_goes_on_expecting_it() -> None:
    scene = known(house_of("e", 9, next_expiry_at=AFTER), offers=[OFFER], pools={"e": {"balcony": 9}})
    assert decided([ONE], scene).expiries == {}


def test_a_free_basket_is_confirmed_and_has_its_tickets_in_order_of_its_lines() -> None:
    offer = offer_of("e", ADULT._replace(price_minor=0), CHILD._replace(price_minor=0))
    request = BasketRequest("e", (Wanted("child", 1), Wanted("adult", 2), Wanted("child", 1)))
    decision = decided([request], known(house_of("e", 9), offers=[offer], pools={"e": {"balcony": 9}}))
    assert [(t.number, t.ticket_type_id) for t in decision.tickets] == [
        (1, "child"),
        (2, "adult"),
        (3, "adult"),
        (4, "child"),
    ]
    assert decision.expiries == {}


def test_general_admission_can_be_booked_by_lines_too() -> None:
    request = BasketRequest("e", (Wanted("general", 2),), ANN)
    decision = decided([request, BookRequest("e", 1)], known(house_of("e", 3)))
    assert kinds(decision) == [Booked, Booked]
    assert [b.number for b in (*decision.reserved, *decision.booked)] == [1, 2]
    assert decision.reserved[0].drawn is None
    assert len({(t.booking_number, t.number) for t in decision.tickets}) == 3


@pytest.mark.parametrize("terms", [{}, {"starts_at": NOW}, {"sales_until": NOW}])
def test_who_pays_in_time_is_confirmed_though_the_event_sells_no_more(terms: dict[str, Any]) -> None:
    decision = ended(HOLD, **terms)
    confirmed = HOLD._replace(status="confirmed", paid_by="cash")
    assert decision.outcomes == [Confirmed(confirmed)]
    assert (decision.confirmed, decision.changes, decision.drawn) == ([confirmed], {}, {})
    assert [(t.booking_number, t.number, t.ticket_type_id) for t in decision.tickets] == [
        (1, 1, "adult"),
        (1, 2, "adult"),
        (1, 3, "child"),
    ]


def test_confirming_twice_says_the_same_and_issues_no_ticket_twice() -> None:
    scene = known(house_of("e", 9, taken=3), offers=[OFFER], pools={"e": {"balcony": 9}}, bookings=[HOLD])
    decision = decided([CONFIRM, CONFIRM._replace(paid_by="card_terminal")], scene)
    confirmed = HOLD._replace(status="confirmed", paid_by="cash")
    assert decision.outcomes == [Confirmed(confirmed)] * 2, "how it was paid first, counts"
    assert len(decision.confirmed) == 1
    assert len(decision.tickets) == 3


def test_a_cancelled_booking_can_not_be_confirmed() -> None:
    decision = ended(HOLD._replace(status="cancelled", cancelled_at=LONG_AGO))
    refusal = BookingNotHeld("The booking was cancelled; book anew.", booking_status="cancelled")
    assert decision.outcomes == [Refused(refusal)]
    assert (decision.confirmed, decision.tickets) == ([], [])


@pytest.mark.parametrize("request_", [ConfirmRequest("e", "unknown", "cash"), ConfirmRequest("other", HOLD.id, "cash")])
def test_a_hold_is_found_only_with_its_own_event(request_: ConfirmRequest) -> None:
    scene = known(house_of("e", 9, taken=3), house_of("other", 9), bookings=[HOLD])
    decision = decided([request_], scene)
    assert refusal_in(decision.outcomes[0]).code == "booking_not_found"


def test_a_confirmation_is_answered_again_under_its_key() -> None:
    key = IdempotencyKey("key", "this")
    scene = known(house_of("e", 9, taken=3), offers=[OFFER], pools={"e": {"balcony": 2}}, bookings=[HOLD])
    decision = decided([CONFIRM._replace(key=key)] * 2, scene)
    first = Confirmed(HOLD._replace(status="confirmed", paid_by="cash"))
    assert decision.outcomes == [first, first._replace(replayed=True)]
    assert decision.keys == {"key": Remembered("this", first)}


@pytest.mark.parametrize(("pools", "drawn"), [({"balcony": None}, HOLD.drawn), ({"stalls": 9}, None), ({}, None)])
def test_a_confirmed_booking_draws_no_more_on_a_pool_that_was_deleted_since(
    pools: dict[str, int | None], drawn: dict[str, int] | None
) -> None:
    scene = known(house_of("e", 9, taken=3), offers=[OFFER], pools={"e": pools}, bookings=[HOLD])
    assert [one.drawn for one in decided([CONFIRM], scene).confirmed] == [drawn]


# --------------------------------------------------------------------------------------------- cancelled


def test_cancelling_a_hold_gives_its_places_back_to_house_and_pools() -> None:
    scene = known(house_of("e", 3, taken=3), offers=[OFFER], pools={"e": {"balcony": 0}}, bookings=[HOLD])
    decision = decided([CANCEL, ONE], scene)
    assert kinds(decision) == [Cancelled, Booked]
    assert decision.changes == {"e": HouseChange(1, -2)}
    assert decision.drawn == {("e", "balcony"): -1}


def test_a_pool_whose_places_went_back_and_were_taken_again_is_not_written() -> None:
    scene = known(house_of("e", 3, taken=3), offers=[OFFER], pools={"e": {"balcony": 0}}, bookings=[HOLD])
    two = BasketRequest("e", (Wanted("adult", 2),))
    decision = decided([CANCEL, two], scene)
    assert kinds(decision) == [Cancelled, Booked]
    assert decision.drawn == {}


def test_what_is_confirmed_and_cancelled_in_one_batch_is_written_as_both() -> None:
    scene = known(house_of("e", 9, taken=3), offers=[OFFER], pools={"e": {"balcony": 9}}, bookings=[HOLD])
    decision = decided([CONFIRM, CANCEL, CONFIRM], scene)
    assert kinds(decision) == [Confirmed, Cancelled, Refused]
    assert [b.status for b in decision.confirmed] == ["confirmed"]
    (cancelled,) = decision.cancelled
    assert (cancelled.booking.status, cancelled.booking.cancelled_at) == ("cancelled", NOW)
    assert (cancelled.booking.paid_by, cancelled.tickets) == ("cash", (1, 2, 3))
    assert len(decision.tickets) == 3
    assert decision.changes == {"e": HouseChange(0, -3)}


def test_cancelling_what_has_run_out_gives_nothing_back() -> None:
    expired = HOLD._replace(status="expired", expires_at=BEFORE)
    decision = decided([CANCEL], known(house_of("e", 9), offers=[OFFER], bookings=[expired]))
    assert decision.outcomes == [Cancelled(expired._replace(status="cancelled", cancelled_at=NOW))]
    assert (decision.changes, decision.drawn, decision.expired) == ({}, {}, [])


# ------------------------------------------------------------------------------------------ run out in time

DUE = held_before(OFFER, 1, NOW, ("adult", 2), ("child", 1))
CROWDED = known(
    house_of("e", 3, taken=3, made=1, next_expiry_at=NOW),
    offers=[OFFER],
    pools={"e": {"balcony": 0}},
    due={"e": due_of(DUE._replace(buyer=None, price=None))},
    bookings=[DUE],
)


@pytest.mark.parametrize(("asked_at", "answer"), [(BEFORE, Refused), (NOW, Booked)])
def test_a_hold_runs_out_for_those_who_asked_at_its_moment_or_later(asked_at: datetime, answer: type) -> None:
    decision = decided([ONE], CROWDED, [asked_at])
    assert kinds(decision) == [answer]
    if answer is Booked:
        assert [(b.id, b.status) for b in decision.expired] == [(DUE.id, "expired")]
        assert decision.changes == {"e": HouseChange(2, -2)}
        assert decision.drawn == {("e", "balcony"): -1}
        assert decision.expiries == {"e": NOW + HOLD_TIME}
    else:
        assert (decision.expired, decision.changes, decision.drawn, decision.expiries) == ([], {}, {}, {})


def test_without_moments_all_have_asked_now() -> None:
    assert kinds(decided([ONE], CROWDED)) == [Booked]


@pytest.mark.parametrize(("asked_at", "answers"), [(BEFORE, [Confirmed, Refused]), (NOW, [Confirmed, Refused])])
def test_who_asks_to_confirm_first_has_his_places_in_time_or_late(asked_at: datetime, answers: list[type]) -> None:
    decision = decided([CONFIRM, ONE], CROWDED, [asked_at, NOW])
    assert kinds(decision) == answers
    assert (decision.expired, decision.changes, decision.drawn) == ([], {}, {})
    assert decision.confirmed == [DUE._replace(status="confirmed", paid_by="cash")]
    assert len(decision.tickets) == 3


def test_a_hold_that_was_confirmed_in_time_is_not_released_any_more() -> None:
    decision = decided([CONFIRM, ExpireRequest("e")], CROWDED, [BEFORE, NOW])
    assert decision.outcomes[1] == Released(0, is_more=False)
    assert (decision.expired, decision.changes) == ([], {})


def test_a_hold_that_was_cancelled_before_it_ran_out_gives_its_places_back_once() -> None:
    decision = decided([CANCEL, ExpireRequest("e")], CROWDED, [BEFORE, NOW])
    assert kinds(decision) == [Cancelled, Released]
    assert decision.changes == {"e": HouseChange(1, -3)}
    assert (decision.expired, decision.drawn) == ([], {("e", "balcony"): -2})


def test_cancelling_just_after_it_ran_out_cancels_it_and_gives_its_places_back_once() -> None:
    decision = decided([CANCEL, ExpireRequest("e")], CROWDED)
    assert kinds(decision) == [Cancelled, Released]
    assert decision.changes == {"e": HouseChange(1, -3)}
    assert (decision.expired, [one.booking.status for one in decision.cancelled]) == ([], ["cancelled"])


def test_the_sweep_tells_how_many_holds_it_released() -> None:
    other = held_before(OFFER, 2, NOW, ("child", 1))
    due = due_of(DUE, other, next_expiry_at=TOMORROW)
    scene = CROWDED._replace(due={"e": due}, houses={"e": house_of("e", 9, taken=4, next_expiry_at=NOW)})
    decision = decided([ExpireRequest("e")], scene)
    assert decision.outcomes == [Released(2, is_more=False)]
    assert decision.changes == {"e": HouseChange(0, -4)}
    assert decision.expiries == {"e": TOMORROW}


def test_the_sweep_of_one_event_does_not_count_the_holds_of_another() -> None:
    scene = CROWDED._replace(
        houses={**CROWDED.houses, "other": house_of("other", 1)}, offers={"e": OFFER, "other": OFFER}
    )
    decision = decided([ExpireRequest("e"), ExpireRequest("other")], scene)
    assert decision.outcomes == [Released(1, is_more=False), Released(0, is_more=False)]


def test_there_is_nothing_to_release_where_nothing_has_run_out() -> None:
    scene = known(house_of("e", 9, next_expiry_at=AFTER), offers=[OFFER])
    decision = decided([ExpireRequest("e"), ExpireRequest("nowhere")], scene)
    assert decision.outcomes == [Released(0, is_more=False)] * 2
    assert decision[1:] == decided([], scene)[1:], "nothing is written"


def test_an_expectation_that_was_too_early_is_put_right() -> None:
    scene = CROWDED._replace(due={"e": due_of(next_expiry_at=TOMORROW)})
    assert decided([ExpireRequest("e")], scene).expiries == {"e": TOMORROW}
    scene = CROWDED._replace(due={"e": due_of()})
    assert decided([ExpireRequest("e")], scene).expiries == {"e": None}


def test_a_hold_of_one_event_does_not_run_out_for_the_sake_of_another() -> None:
    scene = CROWDED._replace(
        houses={**CROWDED.houses, "other": house_of("other", 1)},
        offers={**CROWDED.offers, "other": offer_of("other", GENERAL)},
    )
    decision = decided([BookRequest("other", 1), BookRequest("nowhere", 1)], scene)
    assert kinds(decision) == [Booked, Refused]
    assert (decision.expired, set(decision.changes), decision.expiries) == ([], {"other"}, {})


# ----------------------------------------------------------------------------------------------- late

EXPIRED = HOLD._replace(status="expired", expires_at=BEFORE)


def test_a_late_confirmation_takes_its_places_again_while_they_are_free() -> None:
    scene = known(house_of("e", 3), offers=[OFFER], pools={"e": {"balcony": 2}}, bookings=[EXPIRED])
    decision = decided([CONFIRM, ONE], scene)
    assert kinds(decision) == [Confirmed, Refused]
    assert decision.changes == {"e": HouseChange(0, 3)}
    assert decision.drawn == {("e", "balcony"): 2}
    assert len(decision.tickets) == 3


@pytest.mark.parametrize(("left", "balcony"), [(2, 9), (9, 1)])
def test_a_late_confirmation_whose_places_are_gone_is_refused(left: int, balcony: int) -> None:
    scene = known(house_of("e", left), offers=[OFFER], pools={"e": {"balcony": balcony}}, bookings=[EXPIRED])
    decision = decided([CONFIRM], scene)
    assert decision.outcomes == [GONE]
    assert decision[1:] == decided([], scene)[1:], "nothing is written"


@pytest.mark.parametrize("terms", [{"starts_at": NOW}, {"sales_until": NOW}])
def test_a_late_confirmation_is_refused_when_the_event_sells_no_more(terms: dict[str, Any]) -> None:
    assert ended(EXPIRED, **terms).outcomes == [GONE]


def test_a_late_confirmation_does_not_mind_a_pool_that_was_deleted_since() -> None:
    scene = known(house_of("e", 3), offers=[offer_of("e", CHILD)], pools={"e": {}}, bookings=[EXPIRED])
    assert kinds(decided([CONFIRM], scene)) == [Confirmed]


def test_a_late_confirmation_minds_a_pool_that_nothing_else_draws_on_any_more() -> None:
    scene = known(house_of("e", 3), offers=[offer_of("e", CHILD)], pools={"e": {"balcony": 1}}, bookings=[EXPIRED])
    assert decided([CONFIRM], scene).outcomes == [GONE]


def test_who_asked_in_front_of_a_late_confirmation_has_the_places() -> None:
    decision = decided([ONE, CONFIRM], CROWDED)
    assert kinds(decision) == [Booked, Refused]
    assert decision.outcomes[1] == GONE
    assert [b.status for b in decision.expired] == ["expired"]
