"""The notices of a batch: one for all bookings to which the same happened, in the order of what happened."""

from datetime import timedelta

from fullhouse.rules.booking import (
    BasketRequest,
    BookRequest,
    CancelRequest,
    ChangeRequest,
    ConfirmRequest,
    ExpireRequest,
    ExtendRequest,
    Request,
)
from fullhouse.rules.notice import Notice
from fullhouse.rules.offer import Wanted
from tests.rules.scenes import (
    ANN,
    GENERAL,
    NOW,
    TOMORROW,
    booked_before,
    decided,
    due_of,
    held_before,
    house_of,
    known,
    offer_of,
    ticket_type,
)

SOON = NOW + timedelta(minutes=5)
DEAR = ticket_type("dear", 2_500)
OFFER = offer_of("e", DEAR, ticket_type("free"))


def test_all_that_book_the_same_event_share_a_notice() -> None:
    scene = known(house_of("a", 10, made=5, taken=5, notices_made=7), house_of("b", 10))
    decision = decided([BookRequest("a", 1), BookRequest("b", 1), BookRequest("a", 2), BookRequest("a", 9)], scene)
    assert decision.notices == [
        Notice("a", 8, "organizer", "booking.confirmed", NOW, (6, 7)),
        Notice("b", 1, "organizer", "booking.confirmed", NOW, (1,)),
    ]
    assert [one.size for one in decision.notices] == [2, 1]


def test_what_changes_nothing_has_no_notice() -> None:
    house = house_of("e", 10, made=1, taken=1)
    mine = booked_before(house, 1, 1)
    gone = booked_before(house, 2, 1, is_live=False)
    held = held_before(OFFER, 3, SOON, ("dear", 1))
    requests: list[Request] = [
        *(BookRequest("e", 50), ConfirmRequest("e", mine.id, "cash"), CancelRequest("e", gone.id)),
        *(ExtendRequest("e", held.id, TOMORROW), ExpireRequest("e")),
    ]
    assert decided(requests, known(house, offers=[OFFER], bookings=[mine, gone, held])).notices == []


def test_notices_of_an_event_come_in_the_order_of_what_can_happen_to_a_booking() -> None:
    house = house_of("e", 100, made=5, taken=10)
    out, second, third = (held_before(OFFER, n, SOON, ("dear", 2)) for n in (1, 2, 3))
    out = out._replace(expires_at=NOW)
    scene = known(house, offers=[OFFER], bookings=[second, third], due={"e": due_of(out)})
    requests: list[Request] = [
        CancelRequest("e", second.id),
        ConfirmRequest("e", third.id, "cash"),
        CancelRequest("e", third.id, tickets=(2,)),
        BasketRequest("e", (Wanted("dear", 1),), ANN),
        BasketRequest("e", (Wanted("free", 1),), ANN),
    ]
    assert [(one.number, one.kind, one.booking_numbers, one.details) for one in decided(requests, scene).notices] == [
        (1, "booking.held", (6,), None),
        (2, "booking.expired", (1,), None),
        (3, "booking.confirmed", (7, 3), None),
        (4, "tickets.cancelled", (3,), {"tickets": (2,)}),
        (5, "booking.cancelled", (2,), None),
    ]


def test_a_hold_that_becomes_free_is_changed_and_then_confirmed() -> None:
    held = held_before(OFFER, 1, SOON, ("dear", 2))
    scene = known(house_of("e", 10, made=1, taken=2), offers=[OFFER], bookings=[held])
    decision = decided([ChangeRequest("e", held.id, (Wanted("free", 2),))], scene)
    assert [(one.kind, one.booking_numbers) for one in decision.notices] == [
        ("booking.changed", (1,)),
        ("booking.confirmed", (1,)),
    ]


def test_tickets_that_are_cancelled_bit_by_bit_are_told_bit_by_bit() -> None:
    house = house_of("e", 10, made=1, taken=3)
    mine = booked_before(house, 1, 3)
    requests = [CancelRequest("e", mine.id, tickets=(n,)) for n in (1, 3, 2)]
    decision = decided(requests, known(house, offers=[offer_of("e", GENERAL)], bookings=[mine]))
    assert [(one.kind, one.details) for one in decision.notices] == [
        ("tickets.cancelled", {"tickets": (1,)}),
        ("tickets.cancelled", {"tickets": (3,)}),
        ("booking.cancelled", None),
    ]


def test_whatever_changes_a_house_has_a_notice() -> None:
    house = house_of("e", 10, made=1, taken=1)
    decision = decided([BookRequest("e", 2), CancelRequest("e", booked_before(house, 1, 1).id)], known(house))
    assert set(decision.changes) == {one.event_id for one in decision.notices} == {"e"}
