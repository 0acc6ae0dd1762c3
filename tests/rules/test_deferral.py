"""When more holds have run out than a batch releases: who needs them waits, in his place in the line."""

from datetime import datetime

import pytest

from fullhouse.rules.booking import (
    BasketRequest,
    Booked,
    BookRequest,
    Cancelled,
    CancelRequest,
    Confirmed,
    ConfirmRequest,
    ExpireRequest,
    IdempotencyKey,
    Refused,
    Released,
    Request,
)
from fullhouse.rules.decision import Deferred, Known
from fullhouse.rules.offer import Wanted
from tests.rules.scenes import (
    GENERAL,
    MICROSECOND,
    NOW,
    decided,
    due_of,
    held_before,
    house_of,
    kinds,
    known,
    offer_of,
    ticket_type,
)

BEFORE, LONG_BEFORE = NOW - MICROSECOND, NOW - 3 * MICROSECOND
OFFER = offer_of("e", ticket_type("adult", 100))
FIRST = held_before(OFFER, 1, LONG_BEFORE, ("adult", 2))
LATE = held_before(OFFER, 9, LONG_BEFORE, ("adult", 4))._replace(status="expired")


def crowded(next_expiry_at: datetime = BEFORE) -> Known:
    """A full house of 6: 2 places are released now, and others run out at `next_expiry_at`."""
    return known(
        house_of("e", 6, taken=6, next_expiry_at=LONG_BEFORE),
        house_of("general", 6, taken=6, next_expiry_at=LONG_BEFORE),
        offers=[OFFER, offer_of("general", GENERAL)],
        due={
            "e": due_of(FIRST, next_expiry_at=next_expiry_at, is_more=True),
            "general": due_of(next_expiry_at=next_expiry_at, is_more=True),
        },
        bookings=[FIRST, LATE],
    )


def adults(quantity: int, *, accept_fewer: bool = False) -> BasketRequest:
    return BasketRequest("e", (Wanted("adult", quantity),), None, accept_fewer)


def test_who_fits_into_what_is_released_now_need_not_wait() -> None:
    assert kinds(decided([adults(2)], crowded())) == [Booked]
    assert kinds(decided([adults(2, accept_fewer=True)], crowded())) == [Booked]


@pytest.mark.parametrize(
    "request_",
    [adults(3), adults(3, accept_fewer=True), ConfirmRequest("e", LATE.id, "cash"), BookRequest("general", 1)],
)
def test_who_needs_more_than_is_released_now_is_deferred(request_: Request) -> None:
    decision = decided([request_], crowded())
    assert decision.outcomes == [Deferred()]
    assert (decision.booked, decision.reserved, decision.confirmed, decision.tickets) == ([], [], [], [])


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (adults(3), Refused),
        (adults(3, accept_fewer=True), Booked),
        (ConfirmRequest("e", LATE.id, "cash"), Refused),
        (BookRequest("general", 1), Refused),
    ],
)
def test_nobody_waits_for_holds_that_ran_out_after_he_had_asked(request_: Request, answer: type) -> None:
    assert kinds(decided([request_], crowded(NOW), [BEFORE])) == [answer]
    assert kinds(decided([request_], crowded(NOW), [NOW])) == [Deferred]


def test_a_late_confirmation_does_not_wait_where_nothing_is_sold_any_more() -> None:
    scene = crowded()
    over = scene._replace(offers={**scene.offers, "e": OFFER._replace(starts_at=NOW)})
    assert kinds(decided([ConfirmRequest("e", LATE.id, "cash")], over)) == [Refused]


def test_nobody_overtakes_who_is_deferred_but_other_events_go_on() -> None:
    requests: list[Request] = [
        adults(3),
        adults(1),
        BookRequest("other", 1),
        ConfirmRequest("e", FIRST.id, "cash"),
        CancelRequest("e", FIRST.id),
        ExpireRequest("e"),
    ]
    scene = crowded()
    scene = scene._replace(
        houses={**scene.houses, "other": house_of("other", 1)},
        offers={**scene.offers, "other": offer_of("other", GENERAL)},
    )
    assert kinds(decided(requests, scene)) == [Deferred, Deferred, Booked, Deferred, Deferred, Deferred]


def test_who_is_in_front_of_the_one_who_is_deferred_is_served() -> None:
    requests: list[Request] = [CancelRequest("e", LATE.id), adults(1), adults(2)]
    assert kinds(decided(requests, crowded())) == [Cancelled, Booked, Deferred]


def test_the_holds_that_are_released_for_who_is_deferred_are_written() -> None:
    decision = decided([adults(3)], crowded())
    assert [b.id for b in decision.expired] == [FIRST.id]
    assert decision.changes["e"].places == -2
    assert decision.expiries["e"] == BEFORE


def test_who_is_deferred_under_a_key_may_be_answered_otherwise_later() -> None:
    request = BasketRequest("e", (Wanted("adult", 3),), key=IdempotencyKey("key", "this"))
    decision = decided([request, request], crowded())
    assert decision.outcomes == [Deferred()] * 2
    assert decision.keys == {}


def test_the_sweep_says_that_there_is_more() -> None:
    assert decided([ExpireRequest("e")], crowded()).outcomes == [Released(1, is_more=True)]
    assert decided([ExpireRequest("e")], crowded(NOW), [BEFORE]).outcomes == [Released(1, is_more=False)]


def test_a_hold_that_ran_out_but_still_has_its_places_is_confirmed() -> None:
    beyond = held_before(OFFER, 2, BEFORE, ("adult", 4))
    scene = crowded()
    scene = scene._replace(bookings={**scene.bookings, beyond.id: beyond})
    decision = decided([ConfirmRequest("e", beyond.id, "cash"), adults(2)], scene)
    assert kinds(decision) == [Confirmed, Booked]
    assert (decision.changes["e"].places, decision.expired) == (0, [FIRST._replace(status="expired")])
