"""A hold that is being paid lasts longer: never shorter, and only while it is one."""

from datetime import UTC, datetime, timedelta

import pytest

from fullhouse.rules.allocation import decide
from fullhouse.rules.booking import (
    Booking,
    CancelRequest,
    ConfirmRequest,
    ExpireRequest,
    Extended,
    ExtendRequest,
    Refused,
)
from fullhouse.rules.decision import Decision, Given, Known
from fullhouse.rules.house import House
from fullhouse.rules.offer import Offer
from fullhouse.rules.refusals import BookingNotFound, BookingNotHeld, HoldExpired
from fullhouse.rules.selling import Due

NOW = datetime(2030, 5, 1, 19, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HELD = Booking("held", "event", 1, 2, "held", NOW - 9 * MINUTE, None, NOW + MINUTE)
OFFER = Offer("event", "organizer", 1, "published", NOW + timedelta(days=9), None, None, "EUR", {}, ())
Requests = list[ExtendRequest | ExpireRequest | ConfirmRequest | CancelRequest]


def decided(requests: Requests, held: Booking = HELD, asked_at: list[datetime] | None = None) -> Decision:
    house = House("event", 1, held.expires_at, 1, 0, 10, 0, 2)
    is_due = held.status == "held" and held.expires_at is not None and held.expires_at <= NOW
    due = {"event": Due([held], None, is_more=False)} if is_due else {}
    known = Known({"event": house}, {"event": OFFER}, {}, due, {held.id: held}, {})
    return decide(requests, known, Given(NOW, ["fresh"], b"", 10 * MINUTE), asked_at)


def extension(minutes: int = 15) -> ExtendRequest:
    return ExtendRequest("event", "held", NOW + minutes * MINUTE)


def test_a_hold_lasts_as_long_as_its_payment_may_be_open() -> None:
    decision = decided([extension(15), extension(10)])
    longer = HELD._replace(expires_at=NOW + 15 * MINUTE)
    assert decision.outcomes == [Extended(longer), Extended(longer)]
    assert decision.extended == [longer]
    assert decision.changes == {}


def test_a_hold_is_never_made_shorter() -> None:
    decision = decided([extension(0)])
    assert decision.outcomes == [Extended(HELD)]
    assert decision.extended == []


def test_who_asked_in_time_keeps_the_hold_though_it_is_decided_late() -> None:
    held = HELD._replace(expires_at=NOW - SECOND)
    decision = decided([extension(), ExpireRequest("event")], held, [NOW - 2 * SECOND, NOW])
    assert isinstance(decision.outcomes[0], Extended)
    assert decision.expired == []
    assert [one.expires_at for one in decision.extended] == [NOW + 15 * MINUTE]
    assert decision.changes == {}


def test_a_hold_that_has_run_out_stays_so() -> None:
    held = HELD._replace(expires_at=NOW - SECOND)
    decision = decided([extension()], held, [NOW])
    assert isinstance(decision.outcomes[0], Refused)
    assert type(decision.outcomes[0].refusal) is HoldExpired
    assert [one.id for one in decision.expired] == ["held"]
    assert decision.extended == []


def test_a_longer_hold_may_be_confirmed_or_cancelled_in_the_same_batch() -> None:
    confirmed = decided([extension(), ConfirmRequest("event", "held", "stripe")])
    assert [one.status for one in confirmed.confirmed] == ["confirmed"]
    cancelled = decided([extension(), CancelRequest("event", "held")])
    assert [one.booking.status for one in cancelled.cancelled] == ["cancelled"]


@pytest.mark.parametrize(
    ("request_", "held", "refusal"),
    [
        (ExtendRequest("event", "other", NOW + MINUTE), HELD, BookingNotFound),
        (extension(), HELD._replace(status="confirmed"), BookingNotHeld),
        (extension(), HELD._replace(status="cancelled"), BookingNotHeld),
        (extension(), HELD._replace(status="expired"), HoldExpired),
    ],
)
def test_only_a_hold_lasts_longer(request_: ExtendRequest, held: Booking, refusal: type) -> None:
    (outcome,) = decided([request_], held).outcomes
    assert isinstance(outcome, Refused)
    assert type(outcome.refusal) is refusal
