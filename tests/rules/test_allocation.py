"""What a batch becomes, in plain examples."""

from datetime import timedelta
from hashlib import shake_256

import pytest

from fullhouse.rules.allocation import decide
from fullhouse.rules.booking import Booked, BookRequest, Cancelled, CancelRequest, IdempotencyKey, Refused
from fullhouse.rules.decision import Given, Remembered
from fullhouse.rules.house import HouseChange
from fullhouse.rules.offer import Offer
from fullhouse.rules.refusals import NotEnoughSeats
from tests.rules.scenes import (
    GENERAL,
    GIVEN,
    HOLD_TIME,
    IDS,
    NOW,
    booked_before,
    decided,
    house_of,
    kinds,
    known,
    offer_of,
    refusal_in,
    ticket_type,
)

THIS = IdempotencyKey("key", "this")
THAT = IdempotencyKey("key", "that")


def test_five_parties_of_three_for_ten_places_leave_one_seat() -> None:
    decision = decided([BookRequest("e", 3)] * 5, known(house_of("e", 10)))
    assert kinds(decision) == [Booked, Booked, Booked, Refused, Refused]
    assert decision.outcomes[3] == Refused(NotEnoughSeats("Only 1 seats are left.", available_seats=1))
    assert decision.changes == {"e": HouseChange(bookings_made=3, places=9)}


def test_a_smaller_party_behind_one_that_does_not_fit_still_gets_in() -> None:
    decision = decided([BookRequest("e", 4), BookRequest("e", 2), BookRequest("e", 1)], known(house_of("e", 3)))
    assert kinds(decision) == [Refused, Booked, Booked]


def test_a_sold_out_event_says_so() -> None:
    decision = decided([BookRequest("e", 1)], known(house_of("e", 3, taken=3)))
    assert decision.outcomes == [Refused(NotEnoughSeats("The event is sold out.", available_seats=0))]


def test_the_last_seat_goes_to_the_first_request() -> None:
    decision = decided([BookRequest("e", 1)] * 3, known(house_of("e", 8, taken=7, made=41)))
    assert kinds(decision) == [Booked, Refused, Refused]
    booking = decision.booked[0]
    assert (booking.id, booking.number, booking.created_at, booking.cancelled_at) == (IDS[0], 42, NOW, None)
    assert booking.places == 1


@pytest.mark.parametrize(
    ("ahead", "answer"),
    [(timedelta(microseconds=1), Booked), (timedelta(0), Refused), (timedelta(days=-1), Refused)],
)
def test_an_event_is_over_at_the_very_moment_it_begins(ahead: timedelta, answer: type) -> None:
    decision = decided(
        [BookRequest("e", 1)], known(house_of("e", 3), offers=[offer_of("e", GENERAL, starts_at=NOW + ahead)])
    )
    assert type(decision.outcomes[0]) is answer
    if answer is Refused:
        assert refusal_in(decision.outcomes[0]).code == "event_over"


def test_a_booking_can_be_cancelled_after_the_event_has_begun() -> None:
    house = house_of("e", 3, taken=2)
    over = offer_of("e", GENERAL, starts_at=NOW)
    decision = decided(
        [CancelRequest("e", "e-booking-1")], known(house, offers=[over], bookings=[booked_before(house, 1, 2)])
    )
    assert isinstance(decision.outcomes[0], Cancelled)
    assert decision.changes == {"e": HouseChange(0, -2)}


def test_an_event_that_is_not_there_is_not_found() -> None:
    decision = decided([BookRequest("nowhere", 1)], known(house_of("e", 3)))
    assert refusal_in(decision.outcomes[0]).code == "event_not_found"


def test_cancelling_twice_says_the_same_and_gives_nothing_back_twice() -> None:
    house = house_of("e", 5, taken=4)
    request = CancelRequest("e", "e-booking-1")
    decision = decided([request, request], known(house, bookings=[booked_before(house, 1, 3)]))
    first, second = decision.outcomes
    assert first == second
    assert isinstance(first, Cancelled)
    assert (first.booking.status, first.booking.cancelled_at) == ("cancelled", NOW)
    assert decision.changes == {"e": HouseChange(0, -3)}


def test_a_booking_cancelled_long_ago_keeps_its_moment_and_gives_nothing_back() -> None:
    house = house_of("e", 5)
    before = booked_before(house, 1, 3, is_live=False)
    decision = decided([CancelRequest("e", before.id)], known(house, bookings=[before]))
    assert decision.outcomes == [Cancelled(before)]
    assert (decision.cancelled, decision.changes) == ([], {})


def test_cancelling_in_front_of_a_party_makes_room_for_it_in_the_same_batch() -> None:
    house = house_of("e", 4, taken=4)
    cancel, book = CancelRequest("e", "e-booking-1"), BookRequest("e", 3)
    scene = known(house, bookings=[booked_before(house, 1, 3)])
    assert kinds(decided([cancel, book], scene)) == [Cancelled, Booked]
    assert kinds(decided([book, cancel], scene)) == [Refused, Cancelled]
    # Three places given back and three taken again.
    assert decided([cancel, book], scene).changes == {"e": HouseChange(1, 0)}


@pytest.mark.parametrize("request_", [CancelRequest("e", "unknown"), CancelRequest("other", "e-booking-1")])
def test_a_booking_is_found_only_with_its_own_event(request_: CancelRequest) -> None:
    house = house_of("e", 5, taken=3)
    scene = known(house, house_of("other", 5), bookings=[booked_before(house, 1, 3)])
    decision = decided([request_], scene)
    assert refusal_in(decision.outcomes[0]).code == "booking_not_found"
    assert decision.changes == {}


def test_events_do_not_take_each_others_places() -> None:
    requests = [BookRequest("a", 2), BookRequest("b", 2), BookRequest("a", 1), BookRequest("b", 2)]
    decision = decided(requests, known(house_of("a", 2, made=5), house_of("b", 4)))
    assert kinds(decision) == [Booked, Booked, Refused, Booked]
    assert decision.changes == {"a": HouseChange(6, 2), "b": HouseChange(2, 4)}


def test_the_same_key_in_one_batch_books_once() -> None:
    decision = decided([BookRequest("e", 2, THIS)] * 3, known(house_of("e", 9)))
    first, *again = decision.outcomes
    assert first == Booked(decision.booked[0])
    assert again == [Booked(decision.booked[0], replayed=True)] * 2
    assert decision.keys == {"key": Remembered("this", first)}
    assert decision.changes == {"e": HouseChange(1, 2)}


def test_a_key_used_for_another_request_is_refused_and_that_is_not_remembered() -> None:
    decision = decided([BookRequest("e", 2, THIS), BookRequest("e", 3, THAT)], known(house_of("e", 9)))
    assert refusal_in(decision.outcomes[1]).code == "idempotency_key_reused"
    assert decision.keys["key"].fingerprint == "this"
    assert len(decision.booked) == 1


def test_a_refusal_is_answered_again_under_its_key_though_there_is_room_by_now() -> None:
    no = Refused(NotEnoughSeats("The event is sold out.", available_seats=0))
    decision = decided([BookRequest("e", 1, THIS)], known(house_of("e", 9), keys={"key": Remembered("this", no)}))
    assert decision.outcomes == [no._replace(replayed=True)]
    assert (decision.keys, decision.booked) == ({}, [])


def test_an_empty_batch_changes_nothing() -> None:
    given = Given(NOW, [], b"", HOLD_TIME)
    decision = decide([], known(house_of("e", 9)), given)
    assert not any(decision)


@pytest.mark.parametrize("offer", [offer_of("e", ticket_type("adult", 100)), offer_of("e", GENERAL, state="draft")])
def test_seats_without_lines_are_sold_where_there_is_nothing_to_choose(offer: Offer) -> None:
    decision = decided([BookRequest("e", 1)], known(house_of("e", 9), offers=[offer]))
    code = "event_not_found" if offer.general else "ticket_types_required"
    assert refusal_in(decision.outcomes[0]).code == code
    assert decision[1:] == decided([], known(house_of("e", 9)))[1:], "nothing is written"


def test_what_is_held_back_is_not_sold() -> None:
    decision = decided([BookRequest("e", 4)] * 2, known(house_of("e", 9, held_back=3, taken=2)))
    assert kinds(decision) == [Booked, Refused]
    assert refusal_in(decision.outcomes[1]).facts == {"available_seats": 0}


def test_a_plain_booking_has_a_ticket_for_each_seat_at_once() -> None:
    decision = decided([BookRequest("e", 2), BookRequest("e", 1)], known(house_of("e", 9, made=4)))
    numbered = [(t.booking_number, t.number, t.ticket_type_id) for t in decision.tickets]
    assert numbered == [(5, 1, "general"), (5, 2, "general"), (6, 1, "general")]
    assert [(t.state, t.holder_name) for t in decision.tickets] == [("valid", None)] * 3


def test_ticket_codes_are_of_the_secret_of_the_batch() -> None:
    scene = known(house_of("e", 9))
    codes = [ticket.code for ticket in decided([BookRequest("e", 3)], scene).tickets]
    assert codes == [ticket.code for ticket in decided([BookRequest("e", 3)], scene).tickets]
    others = [t.code for t in decide([BookRequest("e", 3)], scene, GIVEN._replace(secret=b"another")).tickets]
    assert len({*codes, *others}) == 6
    # SHAKE256 of the secret, cut into pieces of 128 bits.
    assert "".join(codes) == shake_256(b"secret").hexdigest(48)
