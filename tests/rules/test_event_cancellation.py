"""A cancelled event takes no more money: what comes in all the same goes back, and it is said why."""

from datetime import datetime, timedelta

import pytest

from fullhouse.rules.booking import (
    Booking,
    Cancelled,
    CancelRequest,
    Confirmed,
    ConfirmRequest,
    ExpireRequest,
    ExtendRequest,
    Refused,
    Released,
    Request,
)
from fullhouse.rules.decision import Decision
from fullhouse.rules.event import NO_DETAILS, Event, WholeEvent
from fullhouse.rules.event_cancellation import EventCancellation, check_cancellable
from fullhouse.rules.offer import EventState
from fullhouse.rules.payment import reason_for
from fullhouse.rules.refusals import EventNotChangeable
from tests.rules import scenes
from tests.rules.scenes import LONG_AGO, NOW, TOMORROW, due_of, held_before, house_of, kinds, known, refusal_in

SECOND = timedelta(seconds=1)
OFFER = scenes.offer_of("e", scenes.GENERAL._replace(price_minor=2_500), state="cancelled")
HOLD = held_before(OFFER, 1, TOMORROW, ("general", 2))
EXPIRED = HOLD._replace(status="expired", expires_at=NOW - SECOND)
PAID = HOLD._replace(status="confirmed", paid_by="stripe")
GONE = HOLD._replace(status="cancelled", cancelled_at=NOW)
CONFIRM = ConfirmRequest("e", HOLD.id, "cash")
EXTEND = ExtendRequest("e", HOLD.id, TOMORROW + SECOND)
CANCEL = CancelRequest("e", HOLD.id)


def decided(one: Booking, *requests: Request) -> Decision:
    taken = one.places if one.status in {"held", "confirmed"} else 0
    return scenes.decided(requests, known(house_of("e", 9, taken=taken), offers=[OFFER], bookings=[one]))


@pytest.mark.parametrize("one", [HOLD, EXPIRED])
def test_nothing_of_a_cancelled_event_is_confirmed_any_more(one: Booking) -> None:
    decision = decided(one, CONFIRM)
    assert refusal_in(decision.outcomes[0]).code == "event_cancelled"
    assert decision[1:] == decided(one)[1:], "nothing is written"


def test_a_hold_of_a_cancelled_event_is_made_no_longer() -> None:
    decision = decided(HOLD, EXTEND)
    assert refusal_in(decision.outcomes[0]).code == "event_cancelled"
    assert decision.extended == []


@pytest.mark.parametrize("one", [EXPIRED, PAID, GONE])
def test_what_is_no_hold_is_made_no_longer_for_its_own_reason(one: Booking) -> None:
    assert refusal_in(decided(one, EXTEND).outcomes[0]).code in {"hold_expired", "booking_not_held"}


def test_what_was_confirmed_before_says_so_again() -> None:
    decision = decided(PAID, CONFIRM)
    assert decision.outcomes == [Confirmed(PAID)]
    assert decision.confirmed == []


def test_what_was_cancelled_before_says_that() -> None:
    assert refusal_in(decided(GONE, CONFIRM).outcomes[0]).code == "booking_not_held"


@pytest.mark.parametrize("one", [HOLD, PAID])
def test_bookings_of_a_cancelled_event_are_cancelled_once_and_give_their_places_back(one: Booking) -> None:
    gone = one._replace(status="cancelled", cancelled_at=NOW)
    decision = decided(one, CANCEL, CANCEL, CONFIRM)
    assert decision.outcomes[:2] == [Cancelled(gone), Cancelled(gone)]
    assert [done.booking for done in decision.cancelled] == [gone]
    assert decision.changes["e"].places == -2
    assert isinstance(decision.outcomes[2], Refused)


def test_holds_of_a_cancelled_event_run_out_as_others_do() -> None:
    late = HOLD._replace(expires_at=NOW - SECOND)
    scene = known(house_of("e", 9, taken=2), offers=[OFFER], due={"e": due_of(late)}, bookings=[late])
    decision = scenes.decided([ExpireRequest("e"), CONFIRM], scene)
    assert kinds(decision) == [Released, Refused]
    assert refusal_in(decision.outcomes[1]).code == "event_cancelled"
    assert decision.changes["e"].places == -2


@pytest.mark.parametrize(
    ("one", "event_cancelled_at", "reason"),
    [
        (HOLD, LONG_AGO, "event_cancelled"),
        (EXPIRED, LONG_AGO, "event_cancelled"),
        (GONE, LONG_AGO, "event_cancelled"),
        (GONE, NOW, "event_cancelled"),
        (GONE, NOW + SECOND, "booking_cancelled"),
        (GONE, None, "booking_cancelled"),
        (EXPIRED, None, "hold_expired"),
        (PAID, LONG_AGO, "paid_twice"),
        (PAID, None, "paid_twice"),
    ],
)
def test_money_that_goes_back_says_why(one: Booking, event_cancelled_at: datetime | None, reason: str) -> None:
    assert reason_for(one, event_cancelled_at) == reason


@pytest.mark.parametrize("state", ["published", "cancelled"])
def test_what_was_published_may_be_cancelled_also_when_it_is_over_and_again(state: EventState) -> None:
    check_cancellable(WholeEvent(Event("e", "Concert", LONG_AGO, "House", 9, 9, LONG_AGO), NO_DETAILS, state, None, 1))


def test_a_draft_has_nothing_to_cancel() -> None:
    draft = WholeEvent(Event("e", "Concert", TOMORROW, "House", 9, 9, LONG_AGO), NO_DETAILS, "draft", None, 1)
    with pytest.raises(EventNotChangeable, match="draft"):
        check_cancellable(draft)


def test_a_cancellation_runs_until_it_is_done() -> None:
    running = EventCancellation("e", None, LONG_AGO, 0, None)
    assert (running.state, running._replace(done_at=NOW).state) == ("running", "done")
