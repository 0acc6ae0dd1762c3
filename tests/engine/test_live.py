"""Showing what is left: one query for all who watch, none for nobody, and always the newest."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from fullhouse.actions.deps import Deps
from fullhouse.engine.live import BEAT, Frame, Live, LiveLimits, Stream
from fullhouse.rules.live import Left
from fullhouse.rules.refusals import Busy, EventNotFound
from fullhouse.store.db import Reader
from tests.cast import book, new_event
from tests.engine.stage import end_backends, until
from tests.offers import change_event

NO_EVENT = "01900000-0000-7000-8000-000000000000"
LIMITS = LiveLimits(1_000, 0.02, 10, 30, 5)


class Showing:
    """How often what was encoded, and which time it is."""

    def __init__(self) -> None:
        self.shown: list[Left] = []
        self.ahead = timedelta(0)

    def encode(self, left: Left) -> Frame:
        self.shown.append(left)
        return Frame(str(len(self.shown)), f"{left.state} {left.available_seats}".encode())

    def clock(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture
def showing() -> Showing:
    return Showing()


@asynccontextmanager
async def opened(conninfo: str, showing: Showing, limits: LiveLimits = LIMITS) -> AsyncIterator[Live]:
    """A board that is closed in the end."""
    live = Live(Reader(conninfo), showing.encode, showing.clock, limits)
    try:
        yield live
    finally:
        await live.close()


@pytest.fixture
async def live(conninfo: str, showing: Showing) -> AsyncIterator[Live]:
    async with opened(conninfo, showing) as made:
        yield made


async def joined(live: Live, event_id: str, *, sees_drafts: bool = False) -> Stream:
    """A stream that has begun."""
    stream = Stream(event_id, sees_drafts=sees_drafts)
    async with asyncio.timeout(10):
        await live.join(stream)
    return stream


async def said(stream: Stream) -> str | None:
    """What comes next."""
    async with asyncio.timeout(10):
        frame = await stream.next()
    return None if frame is None else frame.encoded.decode()


async def queries(conninfo: str) -> int:
    """How many statements of what is left were ever begun, as far as the time of the last one tells."""
    async with await psycopg.AsyncConnection.connect(conninfo) as conn:
        cursor = await conn.execute(
            """
            SELECT coalesce(max(extract(epoch FROM query_start) * 1000000), 0)::bigint FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE '%FROM houses h%' AND pid <> pg_backend_pid()
            """
        )
        ((last,),) = await cursor.fetchall()
    return int(last)


async def test_a_change_is_encoded_once_and_told_to_all_who_watch_the_event(
    deps: Deps, live: Live, showing: Showing
) -> None:
    event, other = await new_event(deps), await new_event(deps, 7)
    streams = await asyncio.gather(*(joined(live, event.id) for _ in range(200)))
    beside = await joined(live, other.id)
    assert {await said(one) for one in streams} == {"on_sale 100"}
    assert await said(beside) == "on_sale 7"
    await book(deps, event.id, 3)
    assert {await said(one) for one in streams} == {"on_sale 97"}
    assert len(showing.shown) == 3
    coming = asyncio.create_task(beside.next())
    await asyncio.sleep(0.2)
    assert not coming.done()
    coming.cancel()


async def test_who_has_no_time_gets_the_newest_alone(deps: Deps, live: Live) -> None:
    event = await new_event(deps)
    stream, witness = await joined(live, event.id), await joined(live, event.id)
    assert await said(witness) == "on_sale 100"
    for left in (99, 98, 97):
        await book(deps, event.id)
        assert await said(witness) == f"on_sale {left}"
    assert await said(stream) == "on_sale 97"
    coming = asyncio.create_task(stream.next())
    await asyncio.sleep(0.1)
    assert not coming.done()
    coming.cancel()


async def test_nothing_is_asked_when_nobody_watches_any_more(deps: Deps, live: Live, conninfo: str) -> None:
    event = await new_event(deps)
    assert await queries(conninfo) == 0
    stream = await joined(live, event.id)
    first = await queries(conninfo)

    async def is_asked_again() -> bool:
        return await queries(conninfo) > first

    async def is_at_rest() -> bool:
        # A question that was under way when the last one left is still answered.
        last = await queries(conninfo)
        await asyncio.sleep(10 * LIMITS.pause_seconds)
        return await queries(conninfo) == last

    await until(is_asked_again)
    live.leave(stream)
    live.leave(stream)
    await until(is_at_rest)
    last = await queries(conninfo)
    await joined(live, event.id)
    assert await queries(conninfo) > last


async def test_a_sale_begins_and_ends_by_time_alone(deps: Deps, live: Live, conninfo: str, showing: Showing) -> None:
    event = await new_event(deps, days=30)
    begins = datetime.now(UTC) + timedelta(days=10)
    await change_event(conninfo, event.id, sales_from=begins)
    stream = await joined(live, event.id)
    assert await said(stream) == "not_on_sale 100"
    showing.ahead = timedelta(days=11)
    assert await said(stream) == "on_sale 100"
    showing.ahead = timedelta(days=31)
    assert await said(stream) == "over 100"


async def test_who_looks_for_nothing_or_for_a_draft_is_told_that_there_is_none(
    deps: Deps, live: Live, conninfo: str
) -> None:
    event = await new_event(deps)
    with pytest.raises(EventNotFound):
        await joined(live, NO_EVENT)
    await change_event(conninfo, event.id, state="draft")
    own = await joined(live, event.id, sees_drafts=True)
    assert await said(own) == "draft 100"
    with pytest.raises(EventNotFound):
        await joined(live, event.id)
    await change_event(conninfo, event.id, state="published")
    assert await said(own) == "on_sale 100"
    stranger = await joined(live, event.id)
    assert await said(stranger) == "on_sale 100"
    await change_event(conninfo, event.id, state="draft")
    assert await said(stranger) is None
    assert await said(own) == "draft 100"


async def test_only_so_many_may_watch(deps: Deps, conninfo: str, showing: Showing) -> None:
    event = await new_event(deps)
    async with opened(conninfo, showing, LIMITS._replace(streams_max=1)) as live:
        first = await joined(live, event.id)
        with pytest.raises(Busy):
            await joined(live, event.id)
        live.leave(first)
        await joined(live, event.id)


async def test_a_lost_connection_is_made_again(deps: Deps, live: Live, conninfo: str) -> None:
    event = await new_event(deps)
    stream = await joined(live, event.id)
    assert await said(stream) == "on_sale 100"
    await end_backends(conninfo)
    await book(deps, event.id)
    assert await said(stream) == "on_sale 99"


async def test_who_comes_while_the_database_is_away_is_told_so(showing: Showing) -> None:
    async with opened("host=/nowhere", showing) as live:
        for _ in range(2):
            with pytest.raises(Busy):
                await joined(live, NO_EVENT)


async def test_a_defect_of_one_event_does_not_keep_others_from_being_shown(
    deps: Deps, conninfo: str, showing: Showing, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = await new_event(deps), await new_event(deps, 666)

    def encode(left: Left) -> Frame:
        if left.total_seats == 666:
            raise ZeroDivisionError
        return showing.encode(left)

    live = Live(Reader(conninfo), encode, showing.clock, LIMITS)
    stream = await joined(live, good.id)
    with pytest.raises(ZeroDivisionError):
        await joined(live, bad.id)
    assert "defect" in caplog.text
    await said(stream)
    await book(deps, good.id)
    assert await said(stream) == "on_sale 99"
    await live.close()


async def test_a_defect_of_the_query_is_told_to_who_waits(deps: Deps, live: Live, conninfo: str) -> None:
    event = await new_event(deps)
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as conn:
        await conn.execute("ALTER TABLE pools RENAME TO ponds")
        with pytest.raises(psycopg.errors.UndefinedTable):
            await joined(live, event.id)
        await conn.execute("ALTER TABLE ponds RENAME TO pools")
    assert await said(await joined(live, event.id)) == "on_sale 100"


class Cut:
    """Whether a connection was cut off."""

    def __init__(self, stream: Stream) -> None:
        self.is_done = False
        stream.cut_off = self._cut

    def _cut(self) -> None:
        self.is_done = True


async def test_signs_of_life_come_and_who_takes_nothing_in_is_cut_off(
    deps: Deps, conninfo: str, showing: Showing
) -> None:
    event = await new_event(deps)
    async with opened(conninfo, showing, LIMITS._replace(beat_seconds=0.05, stalled_seconds=0.3)) as live:
        reading, stalled = await joined(live, event.id), await joined(live, event.id)
        cut, spared = Cut(stalled), Cut(reading)
        await stalled.next()
        assert await said(reading) == "on_sale 100"
        while not cut.is_done:
            async with asyncio.timeout(10):
                assert await reading.next() is BEAT
        assert not spared.is_done


async def test_at_the_end_all_streams_end_and_nobody_joins_any_more(deps: Deps, live: Live) -> None:
    event = await new_event(deps)
    idle, blocked = await joined(live, event.id), await joined(live, event.id)
    cuts = [Cut(idle), Cut(blocked)]
    await idle.next()
    waiting = asyncio.create_task(idle.next())
    await blocked.next()
    await asyncio.sleep(0)
    live.end()
    async with asyncio.timeout(5):
        assert await waiting is None
    assert await blocked.next() is None
    assert [one.is_done for one in cuts] == [False, True]
    with pytest.raises(Busy):
        await joined(live, event.id)


async def test_who_hangs_up_before_the_first_look_is_forgotten(deps: Deps, live: Live) -> None:
    event = await new_event(deps)
    coming = asyncio.create_task(live.join(Stream(event.id)))
    await asyncio.sleep(0)
    coming.cancel()
    with pytest.raises(asyncio.CancelledError):
        await coming
    await asyncio.sleep(0.1)
    assert await said(await joined(live, event.id)) == "on_sale 100"
