"""Lanes: batches that are interrupted at any step, tried again, and answered in every case."""

import asyncio
import os
import signal
from collections.abc import Sequence
from datetime import datetime

import pytest
from psycopg.conninfo import conninfo_to_dict

from fullhouse.engine import batch
from fullhouse.engine.lane import BatchFailedError
from fullhouse.rules.allocation import decide
from fullhouse.rules.booking import BookRequest, CancelRequest, ConfirmRequest, Request
from fullhouse.rules.decision import Decision, Given, Known
from fullhouse.rules.refusals import Busy, OutcomeUnknown
from tests.cast import assert_clean, basket, book, key, new_event, running_deps
from tests.engine.stage import (
    QUICK,
    booked,
    bookings,
    confirmed,
    lanes,
    locked,
    rows,
    settled,
    taken,
    tickets,
    until,
    until_waiting_for_lock,
    visitor,
)
from tests.engine.wire import Fault, Wire
from tests.offers import add_pool, add_ticket_type

HARMLESS = [Fault.BEFORE_LOCK, Fault.AFTER_LOCK, Fault.AFTER_DECIDE, Fault.AFTER_WRITE]
IN_COMMIT = [Fault.SYNC_LATE, Fault.ANSWER_LOST, Fault.ANSWER_FATAL]


@pytest.mark.parametrize("fault", [*HARMLESS, *IN_COMMIT])
async def test_a_batch_that_loses_its_connection_is_tried_again_and_done_once(wire: Wire, fault: Fault) -> None:
    async with running_deps(wire.conninfo, **QUICK) as deps:
        event = await new_event(deps)
        booked(await book(deps, event.id))
        wire.strike(fault)
        outcomes = await settled(book(deps, event.id, places) for places in (1, 2, 3))
        assert wire.struck.is_set()
    made = {outcome.id: outcome for outcome in map(booked, outcomes)}
    assert len(made) == 3
    assert made.items() <= (await bookings(wire.conninfo)).items()
    assert await taken(wire.conninfo, event.id) == 7
    await assert_clean(wire.conninfo)


@pytest.mark.parametrize("fault", IN_COMMIT)
async def test_a_cancellation_whose_commit_was_lost_gives_its_places_back_once(wire: Wire, fault: Fault) -> None:
    async with running_deps(wire.conninfo, **QUICK) as deps:
        event = await new_event(deps)
        gone, stays = booked(await book(deps, event.id, 4)), booked(await book(deps, event.id, 2))
        wire.strike(fault)
        (outcome,) = await settled([deps.engine.submit(CancelRequest(event.id, gone.id, key("cancel")))])
    assert (await bookings(wire.conninfo))[gone.id] == outcome.booking  # type: ignore[union-attr] # or it fails here
    assert await taken(wire.conninfo, event.id) == stays.places
    await assert_clean(wire.conninfo)


@pytest.mark.parametrize("fault", [*HARMLESS, *IN_COMMIT])
async def test_holds_and_payments_that_lose_their_connection_are_done_once(wire: Wire, fault: Fault) -> None:
    async with running_deps(wire.conninfo, **QUICK) as deps:
        event = await new_event(deps)
        dear = await add_ticket_type(wire.conninfo, event.id, 2_500)
        await add_pool(wire.conninfo, event.id, 10, dear)
        paid, gone = [booked(await deps.engine.submit(basket(event.id, (dear, 2)))) for _ in range(2)]
        requests: list[Request] = [ConfirmRequest(event.id, paid.id, "cash", key("pay"))]
        if fault in IN_COMMIT:
            # A payment alone, for which no new booking can tell that it was committed.
            wire.strike(fault)
            confirmed((await settled([deps.engine.submit(requests[0])]))[0])
        wire.strike(fault)
        requests += [basket(event.id, (dear, 1)), CancelRequest(event.id, gone.id)]
        outcomes = await settled(deps.engine.submit(request) for request in requests)
        assert wire.struck.is_set()
    found = await bookings(wire.conninfo)
    assert found[paid.id] == confirmed(outcomes[0])
    assert found[booked(outcomes[1]).id] == booked(outcomes[1])
    assert len(found) == 3
    assert await tickets(wire.conninfo) == {paid.id: 2}
    assert await taken(wire.conninfo, event.id) == 3
    await assert_clean(wire.conninfo)


async def test_a_connection_that_is_lost_before_it_is_ready_is_made_again(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK) as deps:
        event = await new_event(deps)
        wire.strike(Fault.IN_GREETING)
        booked(await book(deps, event.id))
        assert wire.struck.is_set()


async def test_a_connection_that_is_not_ready_when_the_drain_ends_is_closed(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK | {"drain_seconds_max": 0}) as deps:
        event = await new_event(deps)
        wire.strike(Fault.GREETING_HELD)
        answer = deps.engine.submit(BookRequest(event.id, 1))
        await wire.struck.wait()
        closing = asyncio.create_task(deps.engine.close())
        await asyncio.sleep(0.1)
        wire.released.set()
        await closing
        assert type(answer.exception()) is Busy

        async def is_gone() -> bool:
            greeting = "query LIKE '%%transaction_timeout%%' AND application_name = 'fullhouse'"
            return not await rows(wire.conninfo, f"SELECT FROM pg_stat_activity WHERE {greeting}")

        await until(is_gone)


async def test_a_batch_that_waits_too_long_for_a_key_is_refused_and_was_surely_not_done(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK, batch_retries_max=1) as deps:
        event = await new_event(deps)
        async with visitor(conninfo) as conn, conn.transaction():
            await conn.execute(
                "INSERT INTO idempotency_keys VALUES (%s, %s, '{}', now())", [key("mine").id, key("mine").fingerprint]
            )
            (outcome,) = await settled([book(deps, event.id, 1, key("mine"))])
            assert type(outcome) is Busy
            await conn.execute("DELETE FROM idempotency_keys")
        booked(await book(deps, event.id, 1, key("mine")))
    assert len(await bookings(conninfo)) == 1


async def test_a_commit_that_nobody_can_look_up_is_answered_as_unknown_and_its_key_tells(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK, batch_retries_max=2) as deps:
        event = await new_event(deps)
        wire.strike(Fault.ANSWER_LOST)
        answers = [deps.engine.submit(BookRequest(event.id, n, key(str(n)))) for n in (1, 2, 3)]
        await wire.struck.wait()
        wire.go_down()
        outcomes = await settled(answers)
        assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown] * 3
        wire.is_down = False
        again = [await book(deps, event.id, n, key(str(n))) for n in (1, 2, 3)]
    assert all(outcome.replayed for outcome in again)
    assert {outcome.id: outcome for outcome in map(booked, again)} == await bookings(wire.conninfo)


async def test_a_lost_try_that_commits_late_is_waited_for_and_its_outcome_stands(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK | {"batch_seconds_max": 0.4}) as deps:
        event, other = await new_event(deps, total_seats=3), await new_event(deps)
        wire.strike(Fault.SYNC_HELD)
        answers = [deps.engine.submit(BookRequest(event_id, 3)) for event_id in (event.id, other.id)]
        await wire.struck.wait()
        # The lane has given up on the first try, and now waits behind the locks that it still holds.
        await until_waiting_for_lock(wire.conninfo)
        wire.released.set()
        outcomes = await settled(answers)
    assert {outcome.id: outcome for outcome in map(booked, outcomes)} == await bookings(wire.conninfo)
    await assert_clean(wire.conninfo)


async def test_a_lost_try_that_still_holds_its_locks_is_never_booked_again_beside_it(wire: Wire) -> None:
    settings = QUICK | {"batch_seconds_max": 0.5, "batch_retries_max": 1}
    async with running_deps(wire.conninfo, **settings) as deps:
        event = await new_event(deps, total_seats=3)
        wire.strike(Fault.SYNC_HELD)
        (outcome,) = await settled([book(deps, event.id, 3, key("mine"))])
        assert type(outcome) is OutcomeUnknown
        wire.released.set()
        again = booked(await book(deps, event.id, 3, key("mine")))
    assert list(await bookings(wire.conninfo)) == [again.id]
    await assert_clean(wire.conninfo)


async def test_who_is_in_a_commit_when_the_drain_ends_is_told_that_it_is_unknown(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK | {"drain_seconds_max": 0}) as deps:
        event = await new_event(deps)
        wire.strike(Fault.SYNC_HELD)
        answer = deps.engine.submit(BookRequest(event.id, 1))
        await wire.struck.wait()
        await deps.engine.close()
        assert type(answer.exception()) is OutcomeUnknown
        wire.released.set()


async def test_who_waits_to_learn_how_a_lost_commit_ended_is_told_that_it_is_unknown_at_the_end(wire: Wire) -> None:
    settings = QUICK | {"drain_seconds_max": 0, "retry_pause_seconds": 20}
    async with running_deps(wire.conninfo, **settings) as deps:
        event = await new_event(deps)
        wire.strike(Fault.ANSWER_LOST)
        answer = deps.engine.submit(BookRequest(event.id, 1))
        lane = lanes(deps)[0]
        await until(lambda: lane._conn is not None and lane._conn.closed)
        await deps.engine.close()
        # It was committed, so "nothing was done" would be a lie.
        assert len(await bookings(wire.conninfo)) == 1
        assert type(answer.exception()) is OutcomeUnknown


async def test_who_waits_for_a_lock_when_the_drain_ends_is_refused_and_nothing_is_done(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK | {"drain_seconds_max": 0}) as deps:
        event = await new_event(deps)
        async with locked(conninfo, event.id):
            answer = deps.engine.submit(BookRequest(event.id, 1))
            await until_waiting_for_lock(conninfo)
            await deps.engine.close()
            assert type(answer.exception()) is Busy
    assert await bookings(conninfo) == {}


async def test_an_event_that_stays_locked_elsewhere_is_refused_as_busy(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK, batch_retries_max=1) as deps:
        event = await new_event(deps)
        async with locked(conninfo, event.id):
            (outcome,) = await settled([book(deps, event.id)])
        assert type(outcome) is Busy
        booked(await book(deps, event.id))
    await assert_clean(conninfo)


async def test_a_batch_is_not_tried_again_when_its_time_is_over(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK | {"wait_seconds_max": 0.1, "lock_wait_ms": 300}) as deps:
        event = await new_event(deps)
        async with locked(conninfo, event.id):
            (outcome,) = await settled([book(deps, event.id)])
        assert type(outcome) is Busy


async def test_a_database_that_is_away_makes_busy_and_the_lane_comes_back_by_itself(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK, batch_retries_max=1) as deps:
        event = await new_event(deps)
        wire.go_down()
        outcomes = await settled(book(deps, event.id) for _ in range(3))
        assert [type(outcome) for outcome in outcomes] == [Busy] * 3
        wire.is_down = False
        booked(await book(deps, event.id))
    assert len(await bookings(wire.conninfo)) == 1


async def test_a_defect_is_told_to_everyone_in_the_batch_and_the_lane_lives_on(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps)
        await _run(conninfo, "ALTER TABLE bookings RENAME TO lost_bookings")
        outcomes = await settled(book(deps, event.id) for _ in range(3))
        assert [type(outcome) for outcome in outcomes] == [BatchFailedError] * 3
        await _run(conninfo, "ALTER TABLE lost_bookings RENAME TO bookings")
        booked(await book(deps, event.id))
    assert len(await bookings(conninfo)) == 1
    await assert_clean(conninfo)


async def _run(conninfo: str, statement: str) -> None:
    async with visitor(conninfo) as conn:
        await conn.execute(statement.encode())


async def test_a_number_that_is_taken_already_fails_the_batch_instead_of_trying_for_ever(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps)
        booked(await book(deps, event.id))
        await _run(conninfo, "UPDATE houses SET bookings_made = 0")
        (outcome,) = await settled([book(deps, event.id)])
        assert type(outcome) is BatchFailedError
    assert len(await bookings(conninfo)) == 1


async def test_a_decision_that_would_oversell_is_refused_by_postgresql(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def oversell(
        requests: Sequence[Request], known: Known, given: Given, asked_at: Sequence[datetime] | None
    ) -> Decision:
        roomy = {event_id: house._replace(capacity=1_000) for event_id, house in known.houses.items()}
        return decide(requests, known._replace(houses=roomy), given, asked_at)

    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps, total_seats=3)
        monkeypatch.setattr(batch, "decide", oversell)
        outcomes = await settled(book(deps, event.id) for _ in range(4))
        assert [type(outcome) for outcome in outcomes] == [BatchFailedError] * 4
    assert await bookings(conninfo) == {}
    await assert_clean(conninfo)


async def test_a_defect_after_a_lost_commit_does_not_say_that_nothing_was_written(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK) as deps:
        event = await new_event(deps)
        booked(await book(deps, event.id))
        # As after a failover: the next connection meets a server that is read only.
        name = conninfo_to_dict(wire.conninfo)["dbname"]
        await _run(wire.conninfo, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
        wire.strike(Fault.ANSWER_LOST)
        (outcome,) = await settled([book(deps, event.id)])
        assert len(await bookings(wire.conninfo)) == 2
        assert type(outcome) is OutcomeUnknown


async def test_an_error_in_the_commit_itself_is_never_a_success(conninfo: str) -> None:
    await _run(
        conninfo,
        """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not today'; END $$;
        CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON bookings DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION refuse()
        """,
    )
    async with running_deps(conninfo, **QUICK, batch_retries_max=1) as deps:
        event = await new_event(deps)
        (outcome,) = await settled([book(deps, event.id)])
        assert type(outcome) in {OutcomeUnknown, BatchFailedError}
    assert await bookings(conninfo) == {}
    await assert_clean(conninfo)


async def test_a_frozen_server_process_is_left_behind_and_the_batch_done_on_another(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK | {"batch_seconds_max": 0.3}) as deps:
        event = await new_event(deps)
        booked(await book(deps, event.id))
        conn = lanes(deps)[0]._conn
        assert conn is not None
        pid = conn.info.backend_pid
        os.kill(pid, signal.SIGSTOP)
        try:
            booked(await book(deps, event.id))
        finally:
            os.kill(pid, signal.SIGCONT)
    assert len(await bookings(conninfo)) == 2
    await assert_clean(conninfo)


async def test_a_server_process_that_is_frozen_in_the_commit_makes_unknown_and_the_key_tells(wire: Wire) -> None:
    settings = QUICK | {"batch_seconds_max": 0.4, "batch_retries_max": 1}
    async with running_deps(wire.conninfo, **settings) as deps:
        event = await new_event(deps, total_seats=1)
        wire.strike(Fault.SYNC_HELD)
        answer = deps.engine.submit(BookRequest(event.id, 1, key("mine")))
        await wire.struck.wait()
        ((pid,),) = await rows(wire.conninfo, "SELECT pid FROM pg_locks WHERE locktype = 'transactionid' AND granted")
        os.kill(pid, signal.SIGSTOP)
        try:
            wire.released.set()
            (outcome,) = await settled([answer])
            assert type(outcome) is OutcomeUnknown
        finally:
            os.kill(pid, signal.SIGCONT)
        again = booked(await book(deps, event.id, 1, key("mine")))
    assert list(await bookings(wire.conninfo)) == [again.id]
    await assert_clean(wire.conninfo)


async def test_a_batch_that_never_gets_the_word_to_commit_does_not_keep_its_locks_for_ever(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK | {"batch_seconds_max": 0.3}) as deps:
        event = await new_event(deps)
        wire.strike(Fault.SYNC_HELD)
        (outcome,) = await settled([book(deps, event.id)])
        assert wire.struck.is_set()
        # PostgreSQL ended the first try, so the next one could do it.
        booking = booked(outcome)
    assert list(await bookings(wire.conninfo)) == [booking.id]


async def test_who_has_gone_before_the_batch_begins_is_left_out(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps, total_seats=2)
        answers = [deps.engine.submit(BookRequest(event.id, 1)) for _ in range(3)]
        answers[0].cancel()
        outcomes = await settled(answers[1:])
    assert len([booked(outcome) for outcome in outcomes]) == 2


async def test_who_goes_while_the_batch_is_under_way_leaves_the_others_their_answers(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK) as deps:
        event = await new_event(deps)
        wire.strike(Fault.SYNC_HELD)
        answers = [deps.engine.submit(BookRequest(event.id, 1)) for _ in range(3)]
        await wire.struck.wait()
        answers[1].cancel()
        wire.released.set()
        outcomes = await settled(answers[::2])
    assert {booked(outcome).id for outcome in outcomes} < set(await bookings(wire.conninfo))
    await assert_clean(wire.conninfo)
