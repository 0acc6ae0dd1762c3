"""The engine of a process: events don't wait for one another, and the end leaves nobody without an answer."""

import asyncio

import pytest

from fullhouse.rules.booking import BookRequest
from fullhouse.rules.refusals import Busy
from tests.cast import assert_clean, book, new_event, running_deps
from tests.engine.stage import QUICK, booked, bookings, lanes, locked, settled, until, until_waiting_for_lock
from tests.engine.wire import Fault, Wire


async def test_a_quiet_event_is_not_held_up_by_one_that_is_locked_elsewhere(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK | {"lock_wait_ms": 5_000}) as deps:
        stuck, quiet = await new_event(deps), await new_event(deps)
        async with locked(conninfo, stuck.id):
            # In one batch with the quiet one, and again when a lane waits for the lock already.
            waiting = [deps.engine.submit(BookRequest(stuck.id, n)) for n in (1, 2)]
            booked(await book(deps, quiet.id))
            await until_waiting_for_lock(conninfo)
            waiting.append(deps.engine.submit(BookRequest(stuck.id, 3)))
            booked(await book(deps, quiet.id))
            assert not any(answer.done() for answer in waiting)
        outcomes = await settled(waiting)
    assert [booked(outcome).number for outcome in outcomes] == [1, 2, 3]
    assert [booked(outcome).places for outcome in outcomes] == [1, 2, 3]
    await assert_clean(conninfo)


async def test_a_quiet_event_is_not_held_up_by_a_hot_one(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK | {"lock_wait_ms": 5_000}, hot_line_length=2) as deps:
        hot, quiet = await new_event(deps), await new_event(deps)
        async with locked(conninfo, hot.id):
            waiting = [deps.engine.submit(BookRequest(hot.id, 1)) for _ in range(10)]
            await until_waiting_for_lock(conninfo)
            booked(await book(deps, quiet.id))
            assert not any(answer.done() for answer in waiting)
        outcomes = await settled(waiting)
    assert [booked(outcome).number for outcome in outcomes] == list(range(1, 11))


async def test_hot_events_are_sold_side_by_side(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK | {"lock_wait_ms": 5_000}, hot_line_length=2) as deps:
        stuck, other = await new_event(deps), await new_event(deps)
        async with locked(conninfo, stuck.id):
            waiting = [deps.engine.submit(BookRequest(stuck.id, 1)) for _ in range(4)]
            await until_waiting_for_lock(conninfo)
            for outcome in await settled(deps.engine.submit(BookRequest(other.id, 1)) for _ in range(4)):
                booked(outcome)
            assert not any(answer.done() for answer in waiting)
        await settled(waiting)


async def test_a_hot_event_that_is_free_waits_for_no_lock_of_however_many_others(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK | {"lock_wait_ms": 5_000}, hot_line_length=2) as deps:
        stuck, free = [await new_event(deps) for _ in range(4)], await new_event(deps)
        async with locked(conninfo, *(event.id for event in stuck)):
            waiting = [deps.engine.submit(BookRequest(event.id, 1)) for event in stuck for _ in range(3)]
            await until_waiting_for_lock(conninfo, 2)
            for outcome in await settled(deps.engine.submit(BookRequest(free.id, 1)) for _ in range(4)):
                booked(outcome)
            assert not any(answer.done() for answer in waiting)
        await settled(waiting)


async def test_what_waits_while_a_batch_commits_becomes_the_next_batch(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK) as deps:
        event = await new_event(deps)
        wire.strike(Fault.SYNC_HELD)
        first = deps.engine.submit(BookRequest(event.id, 1))
        await wire.struck.wait()
        others = [deps.engine.submit(BookRequest(event.id, 1)) for _ in range(9)]
        wire.released.set()
        outcomes = await settled([first, *others])
    assert [booked(outcome).number for outcome in outcomes] == list(range(1, 11))
    assert len(wire.batches) == 2


async def test_a_full_line_refuses_at_once_and_what_is_in_it_is_served(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK, line_length_max=3) as deps:
        event = await new_event(deps)
        answers = [deps.engine.submit(BookRequest(event.id, 1)) for _ in range(3)]
        with pytest.raises(Busy):
            deps.engine.submit(BookRequest(event.id, 1))
        for outcome in await settled(answers):
            booked(outcome)
    assert len(await bookings(conninfo)) == 3


async def test_who_waits_longer_than_allowed_is_refused_while_the_lanes_are_held_up(wire: Wire) -> None:
    settings = QUICK | {"wait_seconds_max": 0.3, "batch_seconds_max": 5}
    async with running_deps(wire.conninfo, **settings) as deps:
        event = await new_event(deps)
        wire.strike(Fault.SYNC_HELD)
        first = deps.engine.submit(BookRequest(event.id, 1))
        await wire.struck.wait()
        (behind,) = await settled([book(deps, event.id)])
        assert type(behind) is Busy
        wire.released.set()
        (outcome,) = await settled([first])
    assert list(await bookings(wire.conninfo)) == [booked(outcome).id]


async def test_the_end_serves_who_is_in_line(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK, batch_size_max=2) as deps:
        events = [await new_event(deps) for _ in range(3)]
        answers = [deps.engine.submit(BookRequest(event.id, 1)) for event in events for _ in range(5)]
        await deps.engine.close()
        assert all(answer.done() for answer in answers)
        for outcome in await settled(answers):
            booked(outcome)
        with pytest.raises(Busy, match="shutting down"):
            deps.engine.submit(BookRequest(events[0].id, 1))
    assert len(await bookings(conninfo)) == 15


async def test_the_end_refuses_who_could_not_be_served_in_time(conninfo: str) -> None:
    settings = QUICK | {"drain_seconds_max": 0.1, "lock_wait_ms": 5_000, "batch_seconds_max": 10}
    async with running_deps(conninfo, **settings, batch_size_max=2) as deps:
        event = await new_event(deps)
        async with locked(conninfo, event.id):
            answers = [deps.engine.submit(BookRequest(event.id, 1)) for _ in range(5)]
            await until_waiting_for_lock(conninfo)
            await deps.engine.close()
        assert [type(answer.exception()) for answer in answers] == [Busy] * 5
    assert await bookings(conninfo) == {}


async def test_the_end_gives_all_connections_back(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps)
        booked(await book(deps, event.id))
        conns = [lane._conn for lane in lanes(deps) if lane._conn is not None]
        assert conns
        await deps.engine.close()
        assert all(conn.closed for conn in conns)


async def test_requests_of_one_process_are_served_in_order_of_arrival_through_all_detours(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK, batch_size_max=3, hot_line_length=5) as deps:
        event, other = await new_event(deps), await new_event(deps)
        answers = []
        for _ in range(8):
            async with locked(conninfo, event.id):
                answers += [deps.engine.submit(BookRequest(event.id, 1)) for _ in range(4)]
                await asyncio.gather(*(deps.engine.submit(BookRequest(other.id, 1)) for _ in range(2)))
        outcomes = await settled(answers)
        assert [booked(outcome).number for outcome in outcomes] == list(range(1, 33))
        await until(lambda: deps.engine._intake.waiting == 0)
    await assert_clean(conninfo)
