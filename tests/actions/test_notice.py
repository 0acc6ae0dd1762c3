"""Notices get their positions: each once, in the order of its event, while others sell and number meanwhile."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from fullhouse.actions import notice
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import CancelRequest
from fullhouse.store import notice as store
from tests.cast import assert_clean, book, new_event
from tests.engine.stage import booked, locked, rows, settled, two_offices

NOTICES = (
    "SELECT event_id::text, number, position, greatest(1, cardinality(booking_numbers)) FROM notices ORDER BY 3, 1, 2"
)


async def assert_in_order(conninfo: str) -> int:
    """All notices have positions, one behind the other, in the order of their numbers; returns how many there are."""
    found = await rows(conninfo, NOTICES)
    following = 1
    numbers: dict[str, int] = {}
    for event_id, number, position, size in found:
        assert position == following
        following += size
        assert number == numbers.get(event_id, 0) + 1
        numbers[event_id] = number
    assert await rows(conninfo, "SELECT position FROM notice_readers WHERE name = 'numbered'") == [(following - 1,)]
    return len(found)


async def number_beside(deps: Deps, is_over: asyncio.Event) -> int:
    """What the worker of a process does all the time; returns how many notices it has numbered."""
    total = 0
    while not is_over.is_set():
        total += await notice.give_positions(deps)
        await asyncio.sleep(0.002)
    return total


async def test_two_offices_sell_and_number_and_nothing_is_skipped_or_doubled(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice, "ROUND", 3)
    async with two_offices(conninfo) as offices:
        events = [await new_event(offices[0], 1_000) for _ in range(4)]
        is_over = asyncio.Event()
        numbering = [asyncio.create_task(number_beside(office, is_over)) for office in offices]
        for turn in range(15):
            asked = [book(offices[(n + turn) % 2], event.id) for n, event in enumerate(events * 3)]
            made = [booked(outcome) for outcome in await settled(asked)]
            cancelling = [CancelRequest(one.event_id, one.id) for one in made[::3]]
            await settled(offices[turn % 2].engine.submit(request) for request in cancelling)
        is_over.set()
        counts = await asyncio.gather(*numbering)
        rest = await notice.give_positions(offices[0])
    assert await assert_in_order(conninfo) == sum(counts) + rest
    ((told,),) = await rows(conninfo, "SELECT sum(cardinality(booking_numbers)) FROM notices")
    assert told == 15 * 12 + 15 * 4
    await assert_clean(conninfo)


async def test_a_sale_that_is_held_up_is_told_after_those_that_overtook_it(conninfo: str) -> None:
    async with two_offices(conninfo) as (one, other):
        slow, quick = await new_event(one), await new_event(one)
        await notice.give_positions(one)
        async with locked(conninfo, slow.id):
            waiting = asyncio.create_task(book(one, slow.id))
            for _ in range(3):
                booked(await book(other, quick.id))
                await notice.give_positions(other)
        booked(await waiting)
        await notice.give_positions(other)
        assert await assert_in_order(conninfo) == 8
    ((last,),) = await rows(conninfo, "SELECT event_id::text FROM notices ORDER BY position DESC LIMIT 1")
    assert last == slow.id


async def test_who_finds_another_at_it_leaves_it_to_him(deps: Deps, conninfo: str) -> None:
    await new_event(deps)
    async with deps.database.write() as conn:
        await store.lock_reader(conn, "numbered")
        await store.lock_reader(conn, "forgotten")
        assert await notice.give_positions(deps) == 0
        await notice.forget_old(deps, 1)
    assert await notice.give_positions(deps) == 2
    assert await assert_in_order(conninfo) == 2


async def test_old_notices_are_forgotten_in_rounds_and_the_others_stay(
    deps: Deps, conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notice, "FORGET_BATCH", 3)
    event = await new_event(deps)
    for _ in range(8):
        booked(await book(deps, event.id))
    await notice.give_positions(deps)
    old = datetime.now(UTC) - timedelta(days=31)
    await rows(conninfo, "UPDATE notices SET at = %s WHERE position <= 7 RETURNING 1", old)
    await rows(conninfo, "UPDATE notice_readers SET position = 9 WHERE name IN ('mail', 'webhooks') RETURNING 1")
    await notice.forget_old(deps, 32)
    assert len(await rows(conninfo, "SELECT FROM notices")) == 10
    await notice.forget_old(deps, 30)
    assert await rows(conninfo, "SELECT position FROM notices ORDER BY 1") == [(8,), (9,), (10,)]
    assert await rows(conninfo, "SELECT position FROM notice_readers WHERE name = 'forgotten'") == [(7,)]
    await assert_clean(conninfo)
