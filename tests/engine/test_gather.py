"""Gathered reads: one query for many, never older than the question, and always an answer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from fullhouse.engine.gather import Gather, GatherLimits
from fullhouse.rules.event import Availability
from fullhouse.rules.refusals import Busy
from fullhouse.store import event
from fullhouse.store.db import ReadConn, Reader
from tests.cast import book, new_event, running_deps
from tests.engine.stage import QUICK, booked, end_backends, until
from tests.engine.wire import Wire

NOBODY = "00000000-0000-7000-8000-000000000000"
LIMITS = GatherLimits(waiting_max=100, seconds_max=5)


class Counted:
    """The query of the availability, which keeps what it was asked and can be held up."""

    def __init__(self) -> None:
        self.asked: list[Sequence[Any]] = []
        self.may_go_on = asyncio.Event()
        self.may_go_on.set()

    async def __call__(self, conn: ReadConn, keys: Sequence[Any]) -> dict[Any, Availability]:
        self.asked.append(keys)
        found = await event.availability(conn, keys)
        await self.may_go_on.wait()
        return found


@asynccontextmanager
async def gathering(
    conninfo: str, query: Counted, limits: GatherLimits = LIMITS
) -> AsyncIterator[Gather[Availability]]:
    """A gather that is closed at the end."""
    gather = Gather(Reader(conninfo), query, limits)
    try:
        yield gather
    finally:
        await gather.close()


async def test_all_who_wait_share_one_query(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        events = [await new_event(deps, total_seats) for total_seats in (1, 2, 3)]
    query = Counted()
    async with gathering(conninfo, query) as gather:
        found = await asyncio.gather(*(gather.find(events[n % 3].id) for n in range(60)))
    assert [len(keys) for keys in query.asked] == [3]
    assert [one.total_seats for one in found if one] == [1, 2, 3] * 20


async def test_what_does_not_exist_is_none(conninfo: str) -> None:
    async with running_deps(conninfo, **QUICK) as deps:
        made = await new_event(deps)
    async with gathering(conninfo, Counted()) as gather:
        found, missing = await asyncio.gather(gather.find(made.id), gather.find(NOBODY))
    assert found
    assert missing is None


async def test_an_answer_is_never_older_than_its_question(conninfo: str) -> None:
    query = Counted()
    async with running_deps(conninfo, **QUICK) as deps, gathering(conninfo, query) as gather:
        made = await new_event(deps, total_seats=10)
        query.may_go_on.clear()
        early = gather.find(made.id)
        await until(lambda: len(query.asked) == 1)
        booked(await book(deps, made.id, 4))
        # The query that is under way may have looked before the booking, so it doesn't answer this question.
        late = gather.find(made.id)
        query.may_go_on.set()
        found = await asyncio.gather(early, late)
    assert [one.available_seats for one in found if one] == [10, 6]


async def test_too_many_who_wait_are_refused_at_once(conninfo: str) -> None:
    async with gathering(conninfo, Counted(), GatherLimits(waiting_max=2, seconds_max=5)) as gather:
        waiting = [gather.find(NOBODY) for _ in range(2)]
        with pytest.raises(Busy, match="Too many"):
            gather.find(NOBODY)
        assert await asyncio.gather(*waiting) == [None, None]


async def test_a_database_that_is_away_makes_busy_until_it_is_back(wire: Wire) -> None:
    async with gathering(wire.conninfo, Counted()) as gather:
        wire.go_down()
        found = await asyncio.gather(*(gather.find(NOBODY) for _ in range(3)), return_exceptions=True)
        assert [type(one) for one in found] == [Busy] * 3
        wire.is_down = False
        assert await gather.find(NOBODY) is None


async def test_a_connection_that_was_ended_meanwhile_is_made_again(conninfo: str) -> None:
    async with gathering(conninfo, Counted()) as gather:
        await gather.find(NOBODY)
        await end_backends(conninfo)
        assert await gather.find(NOBODY) is None


async def test_an_answer_that_takes_too_long_is_busy(conninfo: str) -> None:
    query = Counted()
    query.may_go_on.clear()
    async with gathering(conninfo, query, GatherLimits(waiting_max=10, seconds_max=0.1)) as gather:
        with pytest.raises(Busy):
            await gather.find(NOBODY)


async def test_a_defect_reaches_all_who_wait_and_the_next_is_served(conninfo: str) -> None:
    async with gathering(conninfo, Counted()) as gather:
        waiting = [gather.find("no id") for _ in range(3)]
        waiting[0].cancel()
        found = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(one).__name__ for one in found[1:]] == ["InvalidTextRepresentation"] * 2
        assert await gather.find(NOBODY) is None


async def test_closing_lets_who_waits_have_an_answer(conninfo: str) -> None:
    async with gathering(conninfo, Counted()) as gather:
        answer = gather.find(NOBODY)
    assert answer.done()
    assert answer.result() is None


async def test_who_has_gone_is_left_out_and_the_others_get_theirs(conninfo: str) -> None:
    async with gathering(conninfo, Counted()) as gather:
        gone, stays = (gather.find(NOBODY) for _ in range(2))
        gone.cancel()
        assert await stays is None
