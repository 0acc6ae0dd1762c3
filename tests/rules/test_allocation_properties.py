"""What holds for every batch that Hypothesis can think of: what is answered, and what is written for it."""

import re
from collections import Counter
from typing import TypeVar

from hypothesis import given

from fullhouse.rules.allocation import decide
from fullhouse.rules.booking import (
    BasketRequest,
    Booked,
    Booking,
    BookRequest,
    Cancelled,
    Changed,
    Confirmed,
    ExpireRequest,
    Outcome,
    Refused,
)
from fullhouse.rules.decision import Decision, Deferred
from tests.rules.answers import said
from tests.rules.inventions import Scene, ids_taken, scenes
from tests.rules.scenes import GIVEN, IDS

T = TypeVar("T", Booked, Confirmed, Cancelled, Changed)


def fresh(decision: Decision, kind: type[T]) -> list[Booking]:
    """The bookings of all answers of a kind that are no repetitions."""
    return [o.booking for o in decision.outcomes if isinstance(o, kind) and not o.replayed]


def is_plain_refusal(outcome: Outcome | Deferred) -> bool:
    return isinstance(outcome, Refused) and not outcome.replayed


def without_refused(scene: Scene, decision: Decision) -> tuple[Scene, list[int]]:
    """The scene with somebody who only wants releases in place of each who was refused or deferred first.

    Who was deferred behind another of his event is left out. Says which numbers were not touched.
    """
    requests, asked_at, untouched = [], [], []
    deferred: set[str] = set()
    for n, (request, outcome) in enumerate(zip(scene.requests, decision.outcomes, strict=True)):
        is_deferred = isinstance(outcome, Deferred)
        if is_deferred and request.event_id in deferred:
            continue
        if is_deferred:
            deferred.add(request.event_id)
        # A refusal under a key is remembered, so it is not as if it had never been asked.
        is_nothing = is_deferred or (is_plain_refusal(outcome) and request.key is None)
        if not is_nothing:
            untouched.append(n)
        requests.append(ExpireRequest(request.event_id) if is_nothing else request)
        asked_at.append(scene.asked_at[n])
    return scene._replace(requests=requests, asked_at=asked_at), untouched


@given(scenes() | scenes(is_crowded=True))
def test_a_refused_or_deferred_request_changes_nothing(scene: Scene) -> None:
    for due_max in (1, 500):
        whole = scene.decide(due_max)
        others, untouched = without_refused(scene, whole)
        # All that was read stays read.
        known = scene.records.known(scene.requests, scene.now, due_max)
        without = decide(others.requests, known, GIVEN, others.asked_at)
        answers = [said(outcome) for outcome in without.outcomes]
        kept = [a for a, r in zip(answers, others.requests, strict=True) if not isinstance(r, ExpireRequest)]
        bought = [n for n in untouched if not isinstance(scene.requests[n], ExpireRequest)]
        assert kept == [said(whole.outcomes[n]) for n in bought]
        assert without[1:] == whole[1:], "the same is written"


@given(scenes())
def test_the_same_input_gives_the_same_decision(scene: Scene) -> None:
    assert scene.decide() == scene.decide()


@given(scenes())
def test_what_was_given_in_is_left_as_it_was(scene: Scene) -> None:
    before = repr(scene)
    scene.decide()
    assert repr(scene) == before


@given(scenes())
def test_bookings_are_numbered_on_without_a_gap(scene: Scene) -> None:
    decision = scene.decide()
    for event_id, house in scene.records.after(decision).houses.items():
        before = scene.records.houses[event_id].bookings_made
        numbers = [booking.number for booking in fresh(decision, Booked) if booking.event_id == event_id]
        assert numbers == list(range(before + 1, house.bookings_made + 1))
    ids = [booking.id for booking in fresh(decision, Booked)]
    assert sorted([*ids, *(one.id for one in decision.history)]) == sorted(IDS[: ids_taken(decision)])
    assert ids == [one for one in IDS if one in ids], "they are given in their order"


@given(scenes())
def test_what_is_written_is_what_was_answered(scene: Scene) -> None:
    decision = scene.decide()
    made = {kind: [] for kind in (BookRequest, BasketRequest)}  # type: dict[type, list[Booking]]
    for request, outcome in zip(scene.requests, decision.outcomes, strict=True):
        if isinstance(outcome, Booked) and not outcome.replayed:
            made[type(request)].append(outcome.booking)
    assert decision.booked == made[BookRequest]
    assert decision.reserved == made[BasketRequest]
    rows = scene.records.bookings
    was_cancelled = {b.id for b in rows.values() if b.status == "cancelled"}
    was_confirmed = {b.id for b in rows.values() if b.status == "confirmed"}
    assert {one.booking.id for one in decision.cancelled} == {b.id for b in fresh(decision, Cancelled)} - was_cancelled
    became_free = {b.id for b in fresh(decision, Changed) if b.status == "confirmed"}
    paid = {b.id for b in fresh(decision, Confirmed)} - was_confirmed
    assert {b.id for b in decision.confirmed} == paid | became_free
    assert {b.id for b in decision.changed} == {b.id for b in fresh(decision, Changed)}
    for ended in (decision.changed, decision.confirmed, decision.expired):
        assert not [b for b, times in Counter(b.id for b in ended).items() if times > 1], "each is written once"
    voided = Counter((one.booking.id, number) for one in decision.cancelled for number in one.tickets)
    assert set(voided.values()) <= {1}, "a ticket is cancelled once"


@given(scenes())
def test_the_holds_that_expire_are_those_that_ran_out_for_somebody_who_asked(scene: Scene) -> None:
    decision = scene.decide()
    latest = dict(zip((request.event_id for request in scene.requests), scene.asked_at, strict=True))
    after = scene.records.after(decision).bookings
    for before in scene.records.bookings.values():
        if before.status == "held" and after[before.id].status in {"held", "expired"}:
            assert before.expires_at is not None
            ran_out = before.event_id in latest and before.expires_at <= latest[before.event_id]
            assert after[before.id].status == ("expired" if ran_out else "held")
    assert {b.id for b in decision.expired} == {
        b.id for b in after.values() if b.status == "expired" and scene.records.bookings[b.id].status == "held"
    }


@given(scenes())
def test_every_new_key_is_remembered_and_no_old_one_is_written_again(scene: Scene) -> None:
    decision = scene.decide()
    asked = {request.key.id for request in scene.requests if request.key}
    assert set(decision.keys) == asked - set(scene.records.keys)
    assert not any(remembered.outcome.replayed for remembered in decision.keys.values())


@given(scenes(is_crowded=True))
def test_who_is_deferred_is_not_remembered(scene: Scene) -> None:
    decision = scene.decide(due_max=1)
    answered = {
        request.key.id
        for request, outcome in zip(scene.requests, decision.outcomes, strict=True)
        if request.key and not isinstance(outcome, Deferred)
    }
    assert set(decision.keys) == answered - set(scene.records.keys)


@given(scenes())
def test_the_tickets_are_those_of_the_bookings_that_became_confirmed(scene: Scene) -> None:
    decision = scene.decide()
    became = [b for b in (*decision.booked, *decision.reserved, *decision.confirmed) if b.status == "confirmed"]
    expected = []
    for b in became:
        lines = b.price.lines if b.price else ()
        types = [line.ticket_type_id for line in lines for _ in range(line.quantity)]
        if b in decision.booked:
            types = ["general"] * b.places
        expected += [(b.event_id, b.number, n, type_id) for n, type_id in enumerate(types, 1)]
    assert sorted(ticket[:4] for ticket in decision.tickets) == sorted(expected)
    assert {ticket.state for ticket in decision.tickets} <= {"valid"}


@given(scenes())
def test_ticket_codes_are_all_different(scene: Scene) -> None:
    codes = [ticket.code for ticket in scene.decide().tickets]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[0-9a-f]{32}", code) for code in codes)
