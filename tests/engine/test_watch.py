"""Waiting for changes: one query for all who wait, at once for whom it is about, and none when nobody waits."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from fullhouse.actions import notice
from fullhouse.actions.deps import Deps
from fullhouse.engine.watch import Watch, WatchLimits
from fullhouse.rules.refusals import Busy
from fullhouse.store import change, organizer
from fullhouse.store.db import ReadConn, Reader
from tests.cast import new_event
from tests.engine.stage import end_backends, until

MINE = organizer.DEFAULT_ID
RIVAL = "00000000-0000-7000-8000-000000000002"
LONG = 20


class Looks:
    """The query of a watch, and how often it was made."""

    def __init__(self) -> None:
        self.count = 0

    async def latest(self, conn: ReadConn, after: int) -> tuple[int, dict[str, int]]:
        self.count += 1
        return await change.latest(conn, after)


@pytest.fixture
def looks() -> Looks:
    return Looks()


@pytest.fixture
async def watch(conninfo: str, looks: Looks) -> AsyncIterator[Watch]:
    made = Watch(Reader(conninfo), looks.latest, WatchLimits(100, 0.02))
    yield made
    await made.close()


async def happens(deps: Deps) -> None:
    """Something happens to the organizer: two notices."""
    await new_event(deps)
    await notice.give_positions(deps)


async def test_many_wait_with_one_query_and_are_woken_together(deps: Deps, watch: Watch, looks: Looks) -> None:
    waiting = [asyncio.create_task(watch.wait(MINE, 0, LONG)) for _ in range(100)]
    await asyncio.sleep(0.3)
    assert not any(one.done() for one in waiting)
    assert looks.count <= 16
    await happens(deps)
    async with asyncio.timeout(LONG / 2):
        await asyncio.gather(*waiting)


async def test_nobody_is_woken_by_what_is_not_about_him_or_not_behind_him(deps: Deps, watch: Watch) -> None:
    await happens(deps)
    waiting = [asyncio.create_task(watch.wait(*about, LONG)) for about in ((RIVAL, 0), (MINE, 2), (MINE, 1))]
    await waiting[2]
    await asyncio.sleep(0.2)
    assert [one.done() for one in waiting] == [False, False, True]
    await happens(deps)
    await waiting[1]
    assert not waiting[0].done()
    waiting[0].cancel()


async def test_nothing_is_asked_when_nobody_waits_any_more(watch: Watch, looks: Looks) -> None:
    waiting = [asyncio.create_task(watch.wait(MINE, 0, LONG)) for _ in range(3)]
    await until(lambda: looks.count > 0)
    for one in waiting:
        one.cancel()
    await asyncio.sleep(0.1)
    count = looks.count
    await asyncio.sleep(0.2)
    assert looks.count == count


async def test_who_waits_in_vain_goes_on_after_his_time(watch: Watch) -> None:
    begun = time.monotonic()
    await watch.wait(MINE, 0, 0.1)
    assert 0.1 <= time.monotonic() - begun < LONG / 2


async def test_only_so_many_may_wait(conninfo: str) -> None:
    watch = Watch(Reader(conninfo), change.latest, WatchLimits(1, 0.02))
    waiting = asyncio.create_task(watch.wait(MINE, 0, LONG))
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await watch.wait(MINE, 0, LONG)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await watch.wait(MINE, 0, 0.05)
    await watch.close()


async def test_a_lost_connection_is_made_again(deps: Deps, conninfo: str, watch: Watch, looks: Looks) -> None:
    waiting = asyncio.create_task(watch.wait(MINE, 0, LONG))
    await until(lambda: looks.count > 0)
    await end_backends(conninfo)
    count = looks.count
    await until(lambda: looks.count > count + 1)
    await happens(deps)
    async with asyncio.timeout(LONG / 2):
        await waiting


async def test_a_database_that_is_away_is_looked_for_again() -> None:
    watch = Watch(Reader("host=/nowhere"), change.latest, WatchLimits(10, 0.02))
    begun = time.monotonic()
    await watch.wait(MINE, 0, 0.2)
    assert time.monotonic() - begun >= 0.2
    await watch.close()


async def test_at_the_end_all_are_woken_and_nobody_waits_any_more(watch: Watch, looks: Looks) -> None:
    waiting = [asyncio.create_task(watch.wait(MINE, 0, LONG)) for _ in range(3)]
    await until(lambda: looks.count > 0)
    watch.end()
    async with asyncio.timeout(LONG / 2):
        await asyncio.gather(*waiting)
        await watch.wait(MINE, 0, LONG)
    assert watch.is_ending
