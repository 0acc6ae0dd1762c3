"""How a lane tells a large batch: some at a time."""

import asyncio
from collections import Counter

from fullhouse.rules.booking import BookRequest
from tests.cast import new_event, running_deps
from tests.engine.stage import QUICK, booked, settled


async def test_a_large_batch_is_told_in_turns_that_leave_room_for_the_next_batch(conninfo: str) -> None:
    turn, told = 0, Counter[int]()
    loop = asyncio.get_running_loop()

    def turns() -> None:
        nonlocal turn
        turn += 1
        loop.call_soon(turns)

    def note(_: object) -> None:
        told[turn] += 1

    async with running_deps(conninfo, **QUICK) as deps:
        event = await new_event(deps)
        answers = [deps.engine.submit(BookRequest(event.id, 1)) for _ in range(40)]
        for answer in answers:
            answer.add_done_callback(note)
        turns()
        for outcome in await settled(answers):
            booked(outcome)
    assert list(told.values()) == [16, 16, 8]
