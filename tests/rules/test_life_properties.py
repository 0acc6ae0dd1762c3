"""The whole life of bookings, batch after batch: what the engine answers and writes is what a plain clerk would."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules.booking import Booked, ConfirmRequest, ExpireRequest
from fullhouse.rules.decision import Decision, Deferred
from fullhouse.rules.house import House
from tests.rules.answers import Answer, said
from tests.rules.inventions import Scene, all_records, batches, ids_taken, scenes
from tests.rules.ledger import Ledger
from tests.rules.records import Records
from tests.rules.refunds import Money
from tests.rules.scenes import HOLD_TIME, MICROSECOND, NOW

LATER = (timedelta(0), MICROSECOND, HOLD_TIME - MICROSECOND, HOLD_TIME, HOLD_TIME + 2 * MICROSECOND)
"""How long after a batch the next one may be: around the moment when its holds run out."""


def counted(house: House) -> House:
    """A house apart from what it expects, which may be earlier than it has to be, and from how its news is put."""
    return house._replace(next_expiry_at=None, notices_made=0)


def same_rows(one: Records, other: Records) -> None:
    assert one.bookings == other.bookings
    assert {e: counted(house) for e, house in one.houses.items()} == {
        e: counted(house) for e, house in other.houses.items()
    }
    assert one.pools == other.pools
    assert one.keys == other.keys
    assert {t._replace(code="") for t in one.tickets} == {t._replace(code="") for t in other.tickets}


def given_back(decision: Decision) -> list[tuple[str, tuple[int, ...], Money]]:
    return [(one.booking.id, one.tickets, one.back) for one in decision.cancelled]


@given(scenes())
def test_the_engine_answers_as_a_clerk_who_adds_everything_up_each_time(scene: Scene) -> None:
    clerk = Ledger(scene.records)
    answers = clerk.answers_to(scene.requests, scene.asked_at, scene.now)
    decision = scene.decide()
    assert [said(outcome) for outcome in decision.outcomes] == answers
    assert given_back(decision) == clerk.given_back


@given(st.data())
def test_the_engine_answers_as_the_clerk_from_the_first_hold_of_a_booking_to_its_end(data: st.DataObject) -> None:
    records = data.draw(all_records(1))
    clerk, now, made = Ledger(records), NOW, 0
    for _ in range(3):
        scene = data.draw(batches(records, now, made))
        decision = scene.decide()
        assert [said(o) for o in decision.outcomes] == clerk.answers_to(scene.requests, scene.asked_at, now)
        assert given_back(decision) == clerk.given_back
        records = records.after(decision)
        made += ids_taken(decision)
        now += data.draw(st.sampled_from(LATER))


@given(scenes())
def test_places_out_never_exceed_places_in_after_any_request(scene: Scene) -> None:
    for end in range(len(scene.requests) + 1):
        # The rows fail as PostgreSQL would when a house or a pool is oversold.
        scene.records.after(scene.split(end)[0].decide())


@given(scenes())
def test_the_counts_change_by_the_places_of_the_bookings(scene: Scene) -> None:
    before, decision = scene.records, scene.decide()
    after = before.after(decision)
    for event_id, house in after.houses.items():
        assert house.taken - before.houses[event_id].taken == after.places(event_id) - before.places(event_id)
        is_changed = counted(house) != counted(before.houses[event_id])
        assert (event_id in decision.changes) is is_changed, "only what has changed is written"
        is_expected_anew = house.next_expiry_at != before.houses[event_id].next_expiry_at
        assert (event_id in decision.expiries) is is_expected_anew
    for (event_id, pool_id), pool in after.pools.items():
        change = pool.taken - before.pools[event_id, pool_id].taken
        assert change == after.places(event_id, pool_id) - before.places(event_id, pool_id)
        assert ((event_id, pool_id) in decision.drawn) is bool(change)


@given(scenes(), st.data())
def test_what_comes_later_never_changes_what_was_answered_before(scene: Scene, data: st.DataObject) -> None:
    cut = data.draw(st.integers(0, len(scene.requests)))
    numbers = list(range(len(scene.requests)))
    others = data.draw(st.permutations(numbers[cut:]))
    whole = scene.decide().outcomes
    # All that is read is read for the whole batch, so only the order changes.
    reordered = scene.only([*numbers[:cut], *others, *others])._replace(
        asked_at=[*scene.asked_at[:cut], *[scene.now] * (2 * len(others))]
    )
    assert reordered.decide().outcomes[:cut] == whole[:cut]


def told(scene: Scene) -> list[Answer]:
    """The answers without the counts of releases, which are per batch."""
    answers = [said(outcome) for outcome in scene.decide().outcomes]
    return [answer[:1] if answer[0] == "released" else answer for answer in answers]


@given(scenes(), st.data())
def test_one_large_batch_is_two_smaller_ones_in_a_row(scene: Scene, data: st.DataObject) -> None:
    one, other = scene.split(data.draw(st.integers(0, len(scene.requests))))
    first = one.decide()
    second = other._replace(**one.following(first)._asdict() | {"requests": other.requests, "asked_at": other.asked_at})
    assert told(one) + told(second) == told(scene)
    same_rows(second.records.after(second.decide()), scene.records.after(scene.decide()))


@given(scenes() | scenes(is_crowded=True))
def test_a_hold_that_is_confirmed_in_time_never_loses_its_places(scene: Scene) -> None:
    for due_max in (1, 500):
        decision = scene.decide(due_max)
        ended = {cancellation.booking.id for cancellation in decision.cancelled}
        for request, moment, outcome in zip(scene.requests, scene.asked_at, decision.outcomes, strict=True):
            if not isinstance(request, ConfirmRequest) or request.key or isinstance(outcome, Deferred):
                continue
            hold = scene.records.bookings.get(request.booking_id)
            if hold is None or hold.event_id != request.event_id or hold.status != "held" or hold.id in ended:
                continue
            assert hold.expires_at is not None
            if moment < hold.expires_at and request.paid_minor is None:
                assert said(outcome)[0] == "confirmed"


def served(scene: Scene, due_max: int) -> tuple[list[Answer], Records]:
    """Decide batch after batch until nobody is deferred any more; fails when somebody waits for ever."""
    answers: dict[int, Answer] = {}
    waiting = list(range(len(scene.requests)))
    # Every batch that defers somebody releases at least one hold.
    for _ in range(len(scene.records.bookings) + 1):
        batch = scene.only(waiting)
        decision = batch.decide(due_max)
        outcomes = dict(zip(waiting, decision.outcomes, strict=True))
        answers |= {n: said(outcome) for n, outcome in outcomes.items() if not isinstance(outcome, Deferred)}
        waiting = [n for n, outcome in outcomes.items() if isinstance(outcome, Deferred)]
        scene = scene.following(decision)
        if not waiting:
            return [answers[n] for n in sorted(answers)], scene.records
    raise AssertionError("somebody is put back in line for ever")


@pytest.mark.parametrize("due_max", [1, 2])
@given(scenes(1, is_crowded=True))
def test_who_waits_until_enough_holds_are_released_is_answered_as_if_all_had_been_at_once(
    due_max: int, scene: Scene
) -> None:
    # Who asks for another event need not wait, and would be first with a key that both have.
    scene = scene.only([n for n, request in enumerate(scene.requests) if request.event_id in scene.records.houses])
    answers, records = served(scene, due_max)
    at_once = [said(outcome) for outcome in scene.decide().outcomes]
    sold = [n for n, request in enumerate(scene.requests) if not isinstance(request, ExpireRequest)]
    assert [answers[n] for n in sold] == [at_once[n] for n in sold]
    fresh = {b.number for b in scene.records.after(scene.decide()).bookings.values()}
    assert {b.number for b in records.bookings.values()} == fresh


@given(scenes(is_crowded=True))
def test_who_is_deferred_is_behind_nobody_of_his_event_who_is_not(scene: Scene) -> None:
    deferred: set[str] = set()
    for request, outcome in zip(scene.requests, scene.decide(due_max=1).outcomes, strict=True):
        if isinstance(outcome, Deferred):
            deferred.add(request.event_id)
        else:
            assert request.event_id not in deferred, "nobody overtakes"


@given(scenes(is_crowded=True))
def test_nobody_waits_for_a_release_that_could_not_help_him(scene: Scene) -> None:
    decision = scene.decide(due_max=1)
    released = {booking.id for booking in decision.expired}
    for request, moment, outcome in zip(scene.requests, scene.asked_at, decision.outcomes, strict=True):
        if isinstance(outcome, Deferred):
            left = [b for b in scene.records.held(request.event_id) if b.id not in released]
            assert any(b.expires_at is not None and b.expires_at <= moment for b in left)


@given(scenes())
def test_asking_again_under_a_key_is_answered_as_before_whatever_happened_since(scene: Scene) -> None:
    decision = scene.decide()
    after = scene.following(decision)
    for n, (request, outcome) in enumerate(zip(scene.requests, decision.outcomes, strict=True)):
        if request.key is not None and isinstance(outcome, Booked):
            (again,) = after.only([n]).decide().outcomes
            # Who asked under this key before may have cancelled tickets in this batch.
            assert said(again) == said(outcome._replace(replayed=True))
