"""Many at once, over several engines and processes: every place is sold once, and none is lost."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE

import pytest

from fullhouse.rules.booking import Booked, BookRequest, Cancelled, CancelRequest, Refused, Request
from fullhouse.rules.refusals import IdempotencyKeyReused, NotEnoughSeats
from tests.cast import assert_clean, key, new_event, running_deps
from tests.engine.racing import all_at_once, take_the_lock_away
from tests.engine.stage import (
    PATIENCE_SECONDS,
    booked,
    bookings,
    refusal,
    rows,
    settled,
    taken,
    two_offices,
)
from tests.tidy.sources import ROOT


async def sell_100_places_to_200_buyers(conninfo: str, batch_size_max: int = 8) -> None:
    """Over two engines, in many small batches or in few; exactly 100 are told yes, and the others no."""
    async with two_offices(conninfo, batch_size_max=batch_size_max) as offices:
        event = await new_event(offices[0], total_seats=100)
        outcomes = await all_at_once(conninfo, offices, event.id, [BookRequest(event.id, 1)] * 200)
    made = {outcome.booking.id: outcome.booking for outcome in outcomes if isinstance(outcome, Booked)}
    assert len(made) == 100
    assert [type(refusal(outcome)) for outcome in outcomes if not isinstance(outcome, Booked)] == [NotEnoughSeats] * 100
    assert await bookings(conninfo) == made
    assert await taken(conninfo, event.id) == 100
    await assert_clean(conninfo)


async def test_200_buyers_for_100_places_take_exactly_100(conninfo: str) -> None:
    await sell_100_places_to_200_buyers(conninfo)


async def test_without_the_lock_the_200_buyers_oversell_and_the_test_above_fails(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A check of the harness: both offices give the same 100 places to their 100 buyers."""
    await take_the_lock_away(monkeypatch, conninfo)
    with pytest.raises(AssertionError):
        await sell_100_places_to_200_buyers(conninfo, batch_size_max=128)
    assert await rows(conninfo, "SELECT sum(places) FROM bookings") == [(200,)]


async def test_five_parties_of_three_get_ten_places_three_times_and_one_is_left(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=2) as offices:
        event = await new_event(offices[0], total_seats=10)
        outcomes = await settled(offices[n % 2].engine.submit(BookRequest(event.id, 3)) for n in range(5))
        assert sum(isinstance(outcome, Booked) for outcome in outcomes) == 3
        assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 2
        booked(*await settled([offices[0].engine.submit(BookRequest(event.id, 1))]))
    await assert_clean(conninfo)


async def test_parties_of_all_sizes_fill_the_house_to_the_last_place(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=3) as offices:
        event = await new_event(offices[0], total_seats=50)
        parties = [n % 7 + 1 for n in range(60)]
        outcomes = await settled(
            offices[n % 2].engine.submit(BookRequest(event.id, places)) for n, places in enumerate(parties)
        )
    assert sum(outcome.booking.places for outcome in outcomes if isinstance(outcome, Booked)) == 50
    assert await taken(conninfo, event.id) == 50
    await assert_clean(conninfo)


async def test_cancelling_races_with_booking_and_no_place_is_lost(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event = await new_event(offices[0], total_seats=20)
        held = [booked(o) for o in await settled(offices[0].engine.submit(BookRequest(event.id, 1)) for _ in range(20))]
        requests: list[Request] = [
            request for one in held for request in (BookRequest(event.id, 1), CancelRequest(event.id, one.id))
        ]
        outcomes = await settled(offices[n // 2 % 2].engine.submit(request) for n, request in enumerate(requests))
        assert all(isinstance(outcome, Cancelled) for outcome in outcomes[1::2])
        rest = await settled(offices[0].engine.submit(BookRequest(event.id, 1)) for _ in range(20))
    assert sum(isinstance(outcome, Booked) for outcome in (*outcomes[::2], *rest)) == 20
    assert await taken(conninfo, event.id) == 20
    await assert_clean(conninfo)


async def test_one_booking_that_50_cancel_at_once_gives_its_places_back_once(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event = await new_event(offices[0], total_seats=20)
        mine, stays = (
            booked(outcome)
            for outcome in await settled(offices[0].engine.submit(BookRequest(event.id, n)) for n in (4, 3))
        )
        outcomes = await settled(offices[n % 2].engine.submit(CancelRequest(event.id, mine.id)) for n in range(50))
    assert isinstance(outcomes[0], Cancelled)
    assert outcomes == [outcomes[0]] * 50
    assert await taken(conninfo, event.id) == stays.places
    await assert_clean(conninfo)


async def test_the_same_key_50_times_at_once_makes_one_booking_and_50_equal_answers(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event = await new_event(offices[0])
        mine = BookRequest(event.id, 2, key("mine", "two"))
        outcomes = await settled(offices[n % 2].engine.submit(mine) for n in range(50))
    made = {booked(outcome) for outcome in outcomes}
    assert await bookings(conninfo) == {booking.id: booking for booking in made}
    assert len(made) == 1
    assert sum(not outcome.replayed for outcome in outcomes if isinstance(outcome, Booked)) == 1
    await assert_clean(conninfo)


async def test_one_key_for_different_requests_at_once_is_won_by_one_and_refused_to_the_others(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=4) as offices:
        event = await new_event(offices[0])
        outcomes = await settled(
            offices[n % 2].engine.submit(BookRequest(event.id, n, key("mine", str(n)))) for n in range(1, 21)
        )
    (winner,) = [outcome.booking for outcome in outcomes if isinstance(outcome, Booked)]
    refused = [type(outcome.refusal) for outcome in outcomes if isinstance(outcome, Refused)]
    assert refused == [IdempotencyKeyReused] * 19
    assert await bookings(conninfo) == {winner.id: winner}
    await assert_clean(conninfo)


async def test_one_key_for_different_events_at_once_is_won_by_one_and_refused_to_the_others(conninfo: str) -> None:
    # No event's lock keeps these apart, only the key itself.
    async with two_offices(conninfo, batch_size_max=1, hot_line_length=1) as offices:
        events = [await new_event(offices[0]) for _ in range(8)]
        outcomes = await settled(
            offices[n % 2].engine.submit(BookRequest(event.id, 1, key("mine", event.id)))
            for n, event in enumerate(events)
        )
    (winner,) = [outcome.booking for outcome in outcomes if isinstance(outcome, Booked)]
    refused = [type(outcome.refusal) for outcome in outcomes if isinstance(outcome, Refused)]
    assert refused == [IdempotencyKeyReused] * 7
    assert await bookings(conninfo) == {winner.id: winner}
    await assert_clean(conninfo)


async def test_many_keys_in_opposite_order_never_wait_for_each_other_in_a_circle(conninfo: str) -> None:
    async with two_offices(conninfo, batch_size_max=20, hot_line_length=1) as offices:
        events = [await new_event(offices[0]) for _ in range(2)]
        keys = [key(f"common {n}", "the same") for n in range(20)]
        answers = [offices[0].engine.submit(BookRequest(events[0].id, 1, one)) for one in keys]
        answers += [offices[1].engine.submit(BookRequest(events[1].id, 1, one)) for one in reversed(keys)]
        outcomes = await settled(answers)
    made = {booked(outcome).id: booked(outcome) for outcome in outcomes}
    assert len(made) == 20
    assert await bookings(conninfo) == made
    await assert_clean(conninfo)


async def sell_in_processes(conninfo: str, count: int, orders: list[list[str]]) -> list[list[str]]:
    """Let processes sell at the same time, one for each order of events; returns the ids that each one booked."""
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.engine.box_office",
            conninfo,
            str(count),
            *order,
            cwd=ROOT,
            stdin=PIPE,
            stdout=PIPE,
        )  # fmt: skip - a command line is read in lines
        for order in orders
    ]
    try:
        async with asyncio.timeout(3 * PATIENCE_SECONDS):
            for process in processes:
                assert process.stdout is not None
                assert await process.stdout.readline() == b"ready\n"
            said = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
                await process.wait()
    return [json.loads(stdout) for stdout, _ in said]


async def test_two_processes_sell_the_same_and_overlapping_events_in_opposite_order(conninfo: str) -> None:
    async with running_deps(conninfo) as deps:
        events = [await new_event(deps, total_seats=30) for _ in range(12)]
    ids = [event.id for event in events]
    ours, theirs = await sell_in_processes(conninfo, 25, [ids, ids[::-1]])
    assert len(ours) + len(theirs) == 12 * 30
    assert not set(ours) & set(theirs)
    assert set(await bookings(conninfo)) == {*ours, *theirs}
    assert {await taken(conninfo, event_id) for event_id in ids} == {30}
    await assert_clean(conninfo)
