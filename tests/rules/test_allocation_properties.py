"""What holds for every batch that Hypothesis can think of."""

from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.allocation import Decision, Known, decide
from fullhouse.rules.booking import Booked, Booking, Cancelled, Outcome, Refused
from fullhouse.rules.house import House, HouseChange
from tests.rules.ledger import Ledger, said
from tests.rules.scenes import IDS, NOW, Scene, scenes


def houses_after(known: Known, decision: Decision) -> dict[str, House]:
    """The houses when the decision is written."""
    unchanged = {event_id: HouseChange(house.bookings_made, 0) for event_id, house in known.houses.items()}
    changes = unchanged | decision.changes
    return {
        event_id: house._replace(
            bookings_made=changes[event_id].bookings_made, taken=house.taken + changes[event_id].places
        )
        for event_id, house in known.houses.items()
    }


def rows_after(known: Known, decision: Decision) -> dict[str, Booking]:
    """All bookings when the decision is written, in the order of the engine's statements."""
    rows = dict(known.bookings)
    rows |= {booking.id: booking for booking in decision.booked}
    return rows | {booking.id: booking for booking in decision.cancelled}


def held(bookings: Iterable[Booking], event_id: str) -> int:
    return sum(b.places for b in bookings if b.status == "confirmed" and b.event_id == event_id)


def known_after(known: Known, decision: Decision) -> Known:
    """What the database would say to the next batch."""
    return Known(houses_after(known, decision), rows_after(known, decision), {**known.keys, **decision.keys})


def is_plain_refusal(outcome: Outcome) -> bool:
    return isinstance(outcome, Refused) and not outcome.replayed


@given(scenes())
def test_the_engine_answers_as_a_clerk_who_adds_everything_up_each_time(scene: Scene) -> None:
    clerk = Ledger(scene.known)
    assert [said(outcome) for outcome in scene.decide().outcomes] == [clerk.answer(r) for r in scene.requests]


@given(scenes())
def test_places_out_never_exceed_places_in_after_any_request(scene: Scene) -> None:
    for end in range(len(scene.requests) + 1):
        for house in houses_after(scene.known, scene.decide(scene.requests[:end])).values():
            assert 0 <= house.taken <= house.capacity


@given(scenes())
def test_the_counts_change_by_the_places_of_the_bookings(scene: Scene) -> None:
    decision = scene.decide()
    after = rows_after(scene.known, decision)
    for event_id, house in houses_after(scene.known, decision).items():
        before = scene.known.houses[event_id]
        change = held(after.values(), event_id) - held(scene.known.bookings.values(), event_id)
        assert house.taken - before.taken == change
        assert (event_id in decision.changes) is (house != before), "only what has changed is written"


@given(scenes(), st.data())
def test_what_comes_later_never_changes_what_was_answered_before(scene: Scene, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(scene.requests)))
    others = data.draw(st.permutations(scene.requests[cut:]))
    whole = scene.decide().outcomes
    assert scene.decide(scene.requests[:cut]).outcomes == whole[:cut]
    assert scene.decide([*scene.requests[:cut], *others, *others]).outcomes[:cut] == whole[:cut]


@given(scenes(), st.data())
def test_one_large_batch_is_two_smaller_ones_in_a_row(scene: Scene, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(scene.requests)))
    whole, first = scene.decide(), scene.decide(scene.requests[:cut])
    second = Scene(scene.requests[cut:], known_after(scene.known, first))
    rest = decide(second.requests, second.known, NOW, IDS[len(first.booked) :])
    assert first.outcomes + rest.outcomes == whole.outcomes
    assert houses_after(second.known, rest) == houses_after(scene.known, whole)
    assert rows_after(second.known, rest) == rows_after(scene.known, whole)


@given(scenes())
def test_a_refused_request_changes_nothing(scene: Scene) -> None:
    outcomes = scene.decide().outcomes
    kept = [
        number
        for number, (request, outcome) in enumerate(zip(scene.requests, outcomes, strict=True))
        # A refusal under a key is remembered, so it is not as if it had never been asked.
        if not (is_plain_refusal(outcome) and request.key is None)
    ]
    without = scene.decide([scene.requests[number] for number in kept])
    assert without.outcomes == [outcomes[number] for number in kept]
    assert without[1:] == scene.decide()[1:], "the same is written"


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
    for event_id, house in houses_after(scene.known, decision).items():
        before = scene.known.houses[event_id].bookings_made
        numbers = [booking.number for booking in decision.booked if booking.event_id == event_id]
        assert numbers == list(range(before + 1, house.bookings_made + 1))
    assert [booking.id for booking in decision.booked] == IDS[: len(decision.booked)]


@given(scenes())
def test_what_is_written_is_what_was_answered(scene: Scene) -> None:
    decision = scene.decide()
    fresh = [outcome for outcome in decision.outcomes if not outcome.replayed]
    assert decision.booked == [outcome.booking for outcome in fresh if isinstance(outcome, Booked)]
    told = [outcome.booking for outcome in fresh if isinstance(outcome, Cancelled)]
    before = {b.id for b in scene.known.bookings.values() if b.status == "cancelled"}
    assert {b.id for b in decision.cancelled} == {b.id for b in told} - before
    assert len({b.id for b in decision.cancelled}) == len(decision.cancelled), "each is given back once"


@given(scenes())
def test_every_new_key_is_remembered_and_no_old_one_is_written_again(scene: Scene) -> None:
    decision = scene.decide()
    asked = {request.key.id for request in scene.requests if request.key}
    assert set(decision.keys) == asked - set(scene.known.keys)
    assert not any(remembered.outcome.replayed for remembered in decision.keys.values())
