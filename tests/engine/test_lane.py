"""Lanes: batches that are interrupted at any step, tried again, and answered in every case."""

import asyncio

import pytest

from fullhouse.rules.booking import BookRequest
from fullhouse.rules.refusals import Busy, OutcomeUnknown
from tests.cast import assert_clean, book, new_event, running_deps
from tests.engine.stage import (
    QUICK,
    booked,
    bookings,
    lanes,
    locked,
    settled,
    taken,
    until,
)
from tests.engine.wire import Fault, Wire

HARMLESS = [Fault.BEFORE_LOCK, Fault.AFTER_LOCK, Fault.AFTER_DECIDE, Fault.AFTER_WRITE]
IN_COMMIT = [Fault.SYNC_LATE, Fault.ANSWER_LOST]


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


async def test_a_commit_whose_end_nobody_can_tell_is_answered_as_unknown(wire: Wire) -> None:
    async with running_deps(wire.conninfo, **QUICK, batch_retries_max=2) as deps:
        event = await new_event(deps)
        wire.strike(Fault.ANSWER_LOST)
        answers = [deps.engine.submit(BookRequest(event.id, 1)) for _ in range(3)]
        await wire.struck.wait()
        wire.go_down()
        outcomes = await settled(answers)
        assert [type(outcome) for outcome in outcomes] == [OutcomeUnknown] * 3
        wire.is_down = False
