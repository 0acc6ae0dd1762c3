"""A hold gets other lines, at once or not at all, beside all else that may happen to it in the same batch."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from fullhouse.rules.booking import (
    BasketRequest,
    Booked,
    Booking,
    Cancelled,
    CancelRequest,
    Changed,
    ChangeRequest,
    Confirmed,
    ConfirmRequest,
    ExpireRequest,
    IdempotencyKey,
    Promo,
    PromoUse,
    Refused,
    Released,
)
from fullhouse.rules.decision import Decision, Deferred, Known, Remembered
from fullhouse.rules.house import HouseChange
from fullhouse.rules.offer import Offer, Wanted
from fullhouse.rules.price import price_of
from fullhouse.rules.promo import PromoCode
from tests.rules.scenes import (
    ANN,
    HOLD_TIME,
    MICROSECOND,
    NOW,
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

ADULT = ticket_type("adult", 1000, pool_ids=("balcony",))
CHILD = ticket_type("child", 400, pool_ids=("balcony",))
STALL = ticket_type("stall", 1500, pool_ids=("stalls",))
LONGE = ticket_type("longe", 9000, places=4, pool_ids=("balcony", "stalls"), tickets_max=2)
FREE = ticket_type("free", 0, pool_ids=("balcony",))
OFFER = offer_of("e", ADULT, CHILD, STALL, LONGE, FREE)
UNTIL = NOW + timedelta(minutes=3)
HOLD = held_before(OFFER, 1, UNTIL, ("adult", 2))
FULL = {"balcony": 0, "stalls": 0}
CONFIRM = ConfirmRequest("e", HOLD.id, "cash")
CANCEL = CancelRequest("e", HOLD.id)
CODE = PromoCode(
    *("code", "SUMMER", "fixed", 100, frozenset({"adult", "child"}), None, None), *(2, 1, 200), used=PromoUse(2, 1, 200)
)
WITH_CODE = HOLD._replace(promo=Promo("code", PromoUse(2, 1, 200)))


def change(*lines: tuple[str, int], **rest: Any) -> ChangeRequest:
    """Let the hold be for these lines."""
    return ChangeRequest("e", HOLD.id, tuple(Wanted(*line) for line in lines), **rest)


def scene(
    hold: Booking = HOLD, left: int = 0, pools: dict[str, int | None] | None = None, offer: Offer = OFFER, **rest: Any
) -> Known:
    """The hold alone in a house with so many places left, and of its pools what is said or none."""
    house = house_of("e", hold.places + left, taken=hold.places, made=1, next_expiry_at=hold.expires_at)
    return known(house, offers=[offer], pools={"e": FULL if pools is None else pools}, bookings=[hold], **rest)


def coded(hold: Booking = WITH_CODE, **pools: int) -> Known:
    return scene(hold, 9, {"balcony": 9, "stalls": 9, **pools})._replace(codes={("e", "SUMMER"): CODE})


def assert_unchanged(decision: Decision) -> None:
    """Nothing is written."""
    assert decision[1:] == decided([], scene())[1:]


def test_a_type_that_draws_on_the_same_full_pool_can_be_had_instead() -> None:
    decision = decided([change(("child", 1), ("adult", 1))], scene())
    (after,) = decision.changed
    assert decision.outcomes == [Changed(after)]
    assert after == HOLD._replace(price=price_of(OFFER, [Wanted("child", 1), Wanted("adult", 1)]))
    assert (decision.changes, decision.drawn, decision.expiries) == ({}, {}, {})
    assert (decision.tickets, decision.confirmed, decision.reserved) == ([], [], [])


@pytest.mark.parametrize("wanted", [("stall", 2), ("stall", 1), ("adult", 3), ("longe", 1)])
def test_what_is_not_there_is_refused_and_the_hold_keeps_what_it_had(wanted: tuple[str, int]) -> None:
    decision = decided([change(wanted)], scene())
    refusal = refusal_in(decision.outcomes[0])
    assert refusal.code == "not_enough_seats"
    assert refusal.facts["available_seats"] == 2, "its own places are there for it"
    assert_unchanged(decision)
    others = decided([change(wanted), BasketRequest("e", (Wanted("adult", 1),))], scene())
    assert kinds(others) == [Refused, Refused], "nobody else gets them meanwhile"


def test_pools_and_house_change_by_the_difference() -> None:
    decision = decided([change(("stall", 1), ("longe", 1))], scene(left=3, pools={"balcony": 2, "stalls": 5}))
    assert decision.changes == {"e": HouseChange(1, 3)}
    assert decision.drawn == {("e", "balcony"): 2, ("e", "stalls"): 5}
    fewer = decided([change(("adult", 1)), BasketRequest("e", (Wanted("adult", 1),), ANN)], scene())
    assert kinds(fewer) == [Changed, Booked], "what is not wanted any more is sold at once"
    assert (fewer.changes, fewer.drawn) == ({"e": HouseChange(2, 0)}, {})


@pytest.mark.parametrize(
    ("wanted", "offer", "code"),
    [
        (("other", 1), OFFER, "ticket_type_not_found"),
        (("longe", 3), OFFER, "quantity_not_allowed"),
        (("adult", 1), OFFER._replace(starts_at=NOW), "event_over"),
        (("adult", 1), OFFER._replace(state="cancelled"), "event_cancelled"),
        (("adult", 1), OFFER._replace(sales_until=NOW), "not_on_sale"),
    ],
)
def test_what_is_not_sold_is_refused_before_anything_is_touched(
    wanted: tuple[str, int], offer: Offer, code: str
) -> None:
    decision = decided([change(wanted)], scene(offer=offer))
    assert refusal_in(decision.outcomes[0]).code == code
    assert_unchanged(decision)


@pytest.mark.parametrize("status", ["confirmed", "expired", "cancelled"])
def test_only_what_is_held_can_be_changed(status: Any) -> None:
    decision = decided([change(("child", 1))], scene(HOLD._replace(status=status)))
    refusal = refusal_in(decision.outcomes[0])
    assert (refusal.code, refusal.facts) == ("booking_not_held", {"booking_status": status})
    assert_unchanged(decision)


def test_there_must_be_such_a_hold() -> None:
    for unknown in (ChangeRequest("e", "other", HOLD.price.lines), ChangeRequest("x", HOLD.id, ())):  # type: ignore[union-attr, arg-type] # nobody looks at them
        assert refusal_in(decided([unknown], scene()).outcomes[0]).code == "booking_not_found"


def test_a_hold_that_costs_nothing_any_more_is_confirmed_with_its_tickets() -> None:
    decision = decided([change(("free", 2)), CONFIRM, change(("adult", 1))], scene())
    assert kinds(decision) == [Changed, Confirmed, Refused]
    (after,) = decision.confirmed
    assert decision.changed == [after]
    assert (after.status, after.paid_by, after.number, after.id) == ("confirmed", None, 1, HOLD.id)
    assert [(t.number, t.ticket_type_id) for t in decision.tickets] == [(1, "free"), (2, "free")]


def test_a_change_is_answered_again_under_its_key_and_done_once() -> None:
    asked = change(("child", 2), key=IdempotencyKey("key", "this"))
    decision = decided([asked, asked], scene())
    first = decision.outcomes[0]
    assert isinstance(first, Changed)
    assert decision.outcomes[1] == first._replace(replayed=True)
    assert decision.keys == {"key": Remembered("this", first)}


# ---------------------------------------------------------------------------------------- codes and buyers


def test_the_code_that_the_hold_has_can_be_kept_though_it_is_used_up() -> None:
    decision = decided([change(("child", 2), promo_code="SUMMER")], coded())
    (after,) = decision.changed
    assert after.promo == Promo("code", PromoUse(2, 1, 200))
    assert after.price is not None
    assert after.price.total.gross_minor == 600
    assert decision.promo_uses == {}


@pytest.mark.parametrize("lines", [[("adult", 3)], [("adult", 2), ("child", 1)]])
def test_more_than_is_left_of_the_code_is_refused_and_the_hold_keeps_its_own(lines: list[tuple[str, int]]) -> None:
    decision = decided([change(*lines, promo_code="SUMMER")], coded())
    refusal = refusal_in(decision.outcomes[0])
    assert (refusal.code, refusal.facts["tickets_left"]) == ("promo_code_used_up", 2)
    assert_unchanged(decision)


def test_the_code_that_is_not_said_again_is_given_back() -> None:
    other = BasketRequest("e", (Wanted("adult", 2),), ANN, promo_code="SUMMER")
    decision = decided([other, change(("adult", 2)), other], coded())
    assert kinds(decision) == [Refused, Changed, Booked]
    assert decision.changed[0].promo is None
    assert decision.promo_uses == {}, "one gave back what the other took"
    assert decided([change(("adult", 2))], coded()).promo_uses == {("e", "code"): (-2, -1, -200)}


def test_a_code_for_nothing_of_that_is_refused() -> None:
    decision = decided([change(("stall", 1), promo_code="SUMMER")], coded())
    assert refusal_in(decision.outcomes[0]).code == "promo_code_not_valid"
    assert_unchanged(decision)


def test_a_buyer_may_have_as_many_as_before_but_not_more_than_he_may() -> None:
    limited = OFFER._replace(buyer_tickets_max=3)
    told = scene(HOLD, 9, {"balcony": 9, "stalls": 9}, limited)
    told = told._replace(buyers={("e", "ann@example.com"): {"adult": 2}})
    decision = decided([change(("adult", 4)), change(("child", 3)), change(("adult", 3))], told)
    assert kinds(decision) == [Refused, Changed, Changed]
    assert refusal_in(decision.outcomes[0]).code == "buyer_limit_reached"


# -------------------------------------------------------------------------------------- beside other ends


def test_what_was_changed_is_confirmed_at_the_new_price() -> None:
    paid = CONFIRM._replace(paid_minor=2_000)
    decision = decided([change(("adult", 1), ("child", 1)), paid, change(("child", 1))], scene())
    assert kinds(decision) == [Changed, Confirmed, Refused]
    assert [t.ticket_type_id for t in decision.tickets] == ["adult", "child"]
    assert (decision.changed[0].status, decision.confirmed[0].status) == ("held", "confirmed")


def test_a_payment_of_the_old_price_does_not_confirm_what_costs_more_by_now() -> None:
    told = scene(left=9, pools={"balcony": 9, "stalls": 9})
    decision = decided([change(("stall", 2)), CONFIRM._replace(paid_minor=2_000), CONFIRM], told)
    assert kinds(decision) == [Changed, Refused, Confirmed]
    assert refusal_in(decision.outcomes[1]).code == "payment_not_possible"


def test_what_was_changed_and_cancelled_gives_the_new_places_back() -> None:
    told = scene(left=9, pools={"balcony": 9, "stalls": 9})
    decision = decided([change(("stall", 5)), CANCEL, change(("adult", 1))], told)
    assert kinds(decision) == [Changed, Cancelled, Refused]
    assert (decision.changes, decision.drawn) == ({"e": HouseChange(1, -2)}, {("e", "balcony"): -2})
    assert decision.cancelled[0].booking.places == 5


def test_what_was_changed_and_became_free_can_be_given_back_by_the_ticket() -> None:
    decision = decided([change(("free", 2)), CancelRequest("e", HOLD.id, tickets=(1,))], scene())
    assert kinds(decision) == [Changed, Cancelled]
    assert (decision.changes, decision.drawn) == ({"e": HouseChange(1, -1)}, {("e", "balcony"): -1})


def ran_out(requests: Sequence[Any], asked_at: list[datetime], **rest: Any) -> Decision:
    hold = HOLD._replace(expires_at=NOW)
    told = scene(hold, 9, {"balcony": 9, "stalls": 9}, due={"e": due_of(hold, **rest)})
    return decided(requests, told, asked_at)


def test_what_was_changed_in_time_runs_out_when_it_would_have() -> None:
    decision = ran_out([change(("stall", 3)), ExpireRequest("e")], [NOW - MICROSECOND, NOW])
    assert decision.outcomes[1] == Released(1, is_more=False)
    assert [(one.status, one.places) for one in decision.expired] == [("expired", 3)]
    assert (decision.changes, decision.drawn) == ({"e": HouseChange(1, -2)}, {("e", "balcony"): -2})


def test_what_has_run_out_is_not_changed_any_more() -> None:
    decision = ran_out([change(("stall", 3))], [NOW])
    assert refusal_in(decision.outcomes[0]).facts == {"booking_status": "expired"}
    assert (len(decision.expired), decision.changed) == (1, [])


def test_what_has_run_out_is_not_changed_though_it_is_not_released_yet() -> None:
    other = held_before(OFFER, 2, NOW - MICROSECOND, ("stall", 1))
    told = scene(HOLD._replace(expires_at=NOW), due={"e": due_of(other, next_expiry_at=NOW, is_more=True)})
    decision = decided([change(("free", 2)), CONFIRM], told)
    assert kinds(decision) == [Refused, Confirmed], "but as long as it has its places, it can be paid"
    assert refusal_in(decision.outcomes[0]).facts == {"booking_status": "expired"}


def test_who_may_get_what_others_have_held_waits_for_their_release_and_keeps_his_hold() -> None:
    other = held_before(OFFER, 2, NOW - MICROSECOND, ("stall", 1))
    later = due_of(other, next_expiry_at=NOW, is_more=True)
    decision = decided([change(("stall", 2)), CONFIRM], scene(due={"e": later}))
    assert kinds(decision) == [Deferred, Deferred]
    assert (decision.changed, [one.id for one in decision.expired]) == ([], [other.id])
    assert decision.changes == {"e": HouseChange(1, -1)}


def test_the_end_of_a_hold_stays_through_any_number_of_changes() -> None:
    decision = decided([change(("child", 2)), change(("adult", 1)), change(("child", 1))], scene())
    assert kinds(decision) == [Changed] * 3
    (after,) = decision.changed
    assert (after.expires_at, after.created_at, after.places) == (UNTIL, HOLD.created_at, 1)
    assert UNTIL < NOW + HOLD_TIME
