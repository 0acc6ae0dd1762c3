"""Pools and holds under many buyers, over several engines and processes: nothing is oversold, and nothing lost."""

import pytest

from fullhouse.rules.booking import (
    Booked,
    BookRequest,
    Cancelled,
    CancelRequest,
    Confirmed,
    ConfirmRequest,
    ExpireRequest,
    Refused,
    Request,
)
from fullhouse.rules.refusals import BookingNotHeld, HoldExpired, NotEnoughSeats
from tests.cast import assert_clean, basket, key, new_event, running_deps
from tests.engine.racing import all_at_once, take_the_lock_away
from tests.engine.stage import (
    booked,
    bookings,
    confirmed,
    refusal,
    rows,
    settled,
    taken,
    tickets,
    two_offices,
)
from tests.engine.test_concurrency import sell_in_processes
from tests.offers import add_pool, add_ticket_type, let_run_out


async def sell_the_last_places_of_a_pool_to_50_buyers(conninfo: str, count: int, batch_size_max: int = 4) -> None:
    """Over two engines, in many small batches or in one each; so many are told yes, and the others no."""
    async with two_offices(conninfo, batch_size_max=batch_size_max) as offices:
        event = await new_event(offices[0], total_seats=100)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        other = await add_ticket_type(conninfo, event.id, 3_000)
        await add_pool(conninfo, event.id, 10 + count, dear, other)
        for office in offices:
            booked(await office.engine.submit(basket(event.id, (dear, 5))))
        wishes = [basket(event.id, ((dear, other)[n // 2 % 2], 1)) for n in range(50)]
        outcomes = await all_at_once(conninfo, offices, event.id, wishes)
    assert sum(isinstance(outcome, Booked) for outcome in outcomes) == count
    refusals = [refusal(outcome) for outcome in outcomes if not isinstance(outcome, Booked)]
    assert {type(one) for one in refusals} == {NotEnoughSeats}
    assert {one.facts["available_seats"] for one in refusals} == {90 - count}
    assert await taken(conninfo, event.id) == 10 + count
    await assert_clean(conninfo)


async def test_the_last_place_of_a_pool_goes_to_one_of_50_buyers(conninfo: str) -> None:
    await sell_the_last_places_of_a_pool_to_50_buyers(conninfo, 1)


async def test_without_the_lock_the_pool_is_oversold_and_the_test_above_fails(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check of the harness: both offices give the same 20 places to their 25 buyers."""
    await take_the_lock_away(monkeypatch, conninfo)
    with pytest.raises(AssertionError):
        await sell_the_last_places_of_a_pool_to_50_buyers(conninfo, 20, batch_size_max=64)
    ((oversold,),) = await rows(conninfo, "SELECT taken FROM pools")
    assert oversold == 50


async def test_two_processes_sell_from_overlapping_pools_in_opposite_order(conninfo: str) -> None:
    async with running_deps(conninfo) as deps:
        events = [await new_event(deps, total_seats=100) for _ in range(3)]
    asked: list[str] = []
    for event in events:
        left, middle, right = [await add_ticket_type(conninfo, event.id, 1_000) for _ in range(3)]
        await add_pool(conninfo, event.id, 20, left, middle)
        await add_pool(conninfo, event.id, 20, middle, right)
        await add_pool(conninfo, event.id, 25, right, left)
        asked += [f"{event.id}:{type_id}" for type_id in (left, middle, right)]
    ours, theirs = await sell_in_processes(conninfo, 12, [asked, asked[::-1]])
    assert not set(ours) & set(theirs)
    assert set(await bookings(conninfo)) == {*ours, *theirs}
    # Each of the 24 buyers of every type wanted one place; whatever the order, no pool has a place to spare.
    for event in events:
        counts = await rows(conninfo, "SELECT capacity - taken FROM pools WHERE event_id = %s", event.id)
        assert sorted(left for (left,) in counts)[1] == 0
    await assert_clean(conninfo)


async def test_confirming_races_with_expiry_and_every_place_has_one_owner(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event = await new_event(offices[0], total_seats=30)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        await add_pool(conninfo, event.id, 30, dear)
        held = [
            booked(o) for o in await settled(offices[0].engine.submit(basket(event.id, (dear, 1))) for _ in range(30))
        ]
        await let_run_out(conninfo, event.id)
        requests: list[Request] = []
        for one in held:
            requests += [basket(event.id, (dear, 1)), ConfirmRequest(event.id, one.id, "cash"), ExpireRequest(event.id)]
        outcomes = await settled(offices[n % 5 % 2].engine.submit(request) for n, request in enumerate(requests))
    new = [outcome.booking for outcome in outcomes[::3] if isinstance(outcome, Booked)]
    paid = [outcome.booking for outcome in outcomes[1::3] if isinstance(outcome, Confirmed)]
    assert len(new) + len(paid) == 30
    assert new
    assert paid
    assert {type(refusal(o)) for o in outcomes[::3] if not isinstance(o, Booked)} <= {NotEnoughSeats}
    assert {type(refusal(o)) for o in outcomes[1::3] if not isinstance(o, Confirmed)} <= {HoldExpired}
    found = await bookings(conninfo)
    assert {found[one.id].status for one in new} == {"held"}
    assert await tickets(conninfo) == {one.id: 1 for one in paid}
    await assert_clean(conninfo)


async def test_confirming_races_with_cancelling_and_nothing_valid_is_left(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event = await new_event(offices[0], total_seats=100)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        await add_pool(conninfo, event.id, 100, dear)
        held = [
            booked(o) for o in await settled(offices[0].engine.submit(basket(event.id, (dear, 2))) for _ in range(30))
        ]
        requests: list[Request] = []
        for n, one in enumerate(held):
            both: list[Request] = [CancelRequest(event.id, one.id), ConfirmRequest(event.id, one.id, "cash")]
            requests += both if n % 2 else both[::-1]
        outcomes = await settled(offices[n % 2].engine.submit(request) for n, request in enumerate(requests))
    assert sum(isinstance(outcome, Cancelled) for outcome in outcomes) == 30
    paid = {outcome.booking.id for outcome in outcomes if isinstance(outcome, Confirmed)}
    refused = [outcome.refusal for outcome in outcomes if isinstance(outcome, Refused)]
    assert {type(one) for one in refused} <= {BookingNotHeld}
    assert len(paid) + len(refused) == 30
    assert await tickets(conninfo) == {}
    assert await tickets(conninfo, "cancelled") == dict.fromkeys(paid, 2)
    assert await taken(conninfo, event.id) == 0
    await assert_clean(conninfo)


async def test_one_booking_that_50_confirm_at_once_has_its_tickets_once(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event = await new_event(offices[0])
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        held = booked(await offices[0].engine.submit(basket(event.id, (dear, 3))))
        request = ConfirmRequest(event.id, held.id, "cash")
        outcomes = await settled(offices[n % 2].engine.submit(request) for n in range(50))
    assert {repr(confirmed(outcome)) for outcome in outcomes} == {
        repr(held._replace(status="confirmed", paid_by="cash"))
    }
    assert await tickets(conninfo) == {held.id: 3}
    await assert_clean(conninfo)


@pytest.mark.parametrize("runs_out", [False, True])
async def test_the_same_key_50_times_at_once_confirms_once_with_50_equal_answers(
    conninfo: str, *, runs_out: bool
) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event = await new_event(offices[0], total_seats=3)
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        held = booked(await offices[0].engine.submit(basket(event.id, (dear, 3))))
        if runs_out:
            await let_run_out(conninfo, event.id)
            booked(await offices[0].engine.submit(basket(event.id, (dear, 2))))
        request = ConfirmRequest(event.id, held.id, "cash", key("mine"))
        outcomes = await settled(offices[n % 2].engine.submit(request) for n in range(50))
        await offices[0].engine.submit(CancelRequest(event.id, held.id))
        outcomes.append(await offices[1].engine.submit(request))
    kind = Refused if runs_out else Confirmed
    answers = [outcome for outcome in outcomes if isinstance(outcome, kind)]
    assert len(answers) == 51
    assert len({repr(answer._replace(replayed=False)) for answer in answers}) == 1
    assert sum(not answer.replayed for answer in answers) == 1
    assert await tickets(conninfo, "cancelled") == ({} if runs_out else {held.id: 3})
    await assert_clean(conninfo)


async def test_one_key_for_a_basket_50_times_at_once_takes_its_places_once(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event = await new_event(offices[0])
        dear = await add_ticket_type(conninfo, event.id, 2_500)
        mine = basket(event.id, (dear, 2), key=key("mine"))
        outcomes = await settled(offices[n % 2].engine.submit(mine) for n in range(50))
    assert len({booked(outcome).id for outcome in outcomes}) == 1
    assert sum(not outcome.replayed for outcome in outcomes if isinstance(outcome, Booked)) == 1
    assert await taken(conninfo, event.id) == 2
    await assert_clean(conninfo)


async def test_seats_by_number_and_by_lines_share_one_house(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=8) as offices:
        event = await new_event(offices[0], total_seats=40)
        ((type_id,),) = await rows(conninfo, "SELECT id::text FROM ticket_types WHERE event_id = %s", event.id)
        wishes: list[Request] = [
            BookRequest(event.id, 1) if n // 2 % 2 else basket(event.id, (str(type_id), 1)) for n in range(80)
        ]
        outcomes = await settled(offices[n % 2].engine.submit(wish) for n, wish in enumerate(wishes))
    made = [outcome.booking for outcome in outcomes if isinstance(outcome, Booked)]
    assert sorted(one.number for one in made) == list(range(1, 41))
    assert {one.status for one in made} == {"confirmed"}
    assert await tickets(conninfo) == {one.id: 1 for one in made}
    await assert_clean(conninfo)
