"""Notices: counted under the lock of the house, given their positions after the commit, and read in that order."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest

from fullhouse.rules.notice import Notice, NoticeKind
from fullhouse.store import house, notice, organizer
from fullhouse.store.db import Database, WriteConn
from tests.store.rows import NOW, OnSale, Rows, batch, new_id, put_on_sale

HOUR = timedelta(hours=1)


def told(event: OnSale, number: int, kind: NoticeKind, *bookings: int, at: datetime = NOW) -> Notice:
    return Notice(event.id, number, organizer.DEFAULT_ID, kind, at, bookings)


async def write(conn: WriteConn, *notices: Notice) -> None:
    """Write notices as a batch does."""
    async with batch(conn) as pipeline:
        house.change(pipeline, {}, notices)
        await pipeline.commit()


async def numbered(database: Database, most: int = 100) -> None:
    """Give positions to some notices."""
    async with database.write() as conn:
        position = await notice.lock_reader(conn, "numbered")
        assert position is not None
        await notice.number(conn, position, most)


async def read(database: Database, position: int = 0, most: int = 100) -> list[Notice]:
    async with database.read() as conn:
        return await notice.after(conn, position, most)


def places(notices: Sequence[Notice]) -> list[tuple[str, int, int | None]]:
    return [(one.event_id, one.number, one.position) for one in notices]


async def test_a_batch_writes_its_notices_and_counts_them(database: Database, conn: WriteConn, rows: Rows) -> None:
    event = await put_on_sale(database)
    part = told(event, 2, "tickets.cancelled", 7)._replace(details={"tickets": [1, 2]})
    await write(conn, told(event, 1, "booking.confirmed", 4, 5, 6), part)
    assert await rows.one("SELECT notices_made FROM houses WHERE event_id = %s", event.id) == 2
    assert await read(database) == []
    await numbered(database)
    first = told(event, 1, "booking.confirmed", 4, 5, 6)._replace(position=1)
    assert await read(database) == [first, part._replace(position=4)]
    assert await read(database, 1, 1) == [part._replace(position=4)]
    assert [await read(database, 0, most) for most in (1, 3)] == [[first], [first]], "three bookings are three places"


async def test_what_is_written_beside_the_engine_is_counted_with_the_rest(database: Database, conn: WriteConn) -> None:
    event, other = await put_on_sale(database), await put_on_sale(database)
    await write(conn, told(event, 1, "booking.confirmed", 1))
    async with database.write() as beside:
        await notice.add(beside, [event.id, other.id], "event.published", NOW)
        await notice.add(beside, [event.id], "ticket.transferred", NOW, 1, {"ticket": 3})
        await notice.add(beside, [new_id()], "event.published", NOW)
    await numbered(database)
    found = await read(database)
    assert [one.kind for one in found if one.event_id == event.id] == [
        "booking.confirmed",
        "event.published",
        "ticket.transferred",
    ]
    transfer = told(event, 3, "ticket.transferred", 1)._replace(details={"ticket": 3}, position=3)
    assert transfer in found
    assert sorted(one.position or 0 for one in found) == [1, 2, 3, 4]


async def test_the_order_is_that_of_time_across_events_and_that_of_numbers_within_one(
    database: Database, conn: WriteConn
) -> None:
    one, two = await put_on_sale(database), await put_on_sale(database)
    await write(
        conn,
        told(one, 1, "booking.held", 1, at=NOW),
        # The clock of the process that made this one is an hour behind.
        told(one, 2, "booking.held", 2, at=NOW - HOUR),
        told(one, 3, "booking.held", 3, 4, at=NOW + 2 * HOUR),
        told(two, 1, "booking.held", 1, at=NOW + HOUR),
    )
    await numbered(database)
    assert places(await read(database)) == [(one.id, 1, 1), (one.id, 2, 2), (two.id, 1, 3), (one.id, 3, 4)]


async def test_a_round_takes_the_first_of_each_event_and_the_next_one_goes_on(
    database: Database, conn: WriteConn
) -> None:
    event = await put_on_sale(database)
    await write(conn, *(told(event, n, "booking.held", n, n + 10, at=NOW - n * HOUR) for n in range(1, 6)))
    for count in (2, 4, 5, 5):
        await numbered(database, 2)
        assert places(await read(database)) == [(event.id, n, 2 * n - 1) for n in range(1, count + 1)]


async def test_what_commits_late_is_not_skipped(database: Database, office: Database, conn: WriteConn) -> None:
    slow, quick = await put_on_sale(database), await put_on_sale(database)
    async with office.write() as beside:
        await notice.add(beside, [slow.id], "event.changed", NOW - HOUR)
        await write(conn, told(quick, 1, "booking.held", 1))
        await numbered(database)
        assert places(await read(database)) == [(quick.id, 1, 1)]
    await write(conn, told(quick, 2, "booking.held", 2), told(slow, 2, "booking.held", 1))
    await numbered(database)
    assert places(await read(database, 1)) == [(slow.id, 1, 2), (slow.id, 2, 3), (quick.id, 2, 4)]


async def test_a_reader_is_worked_for_by_one_at_a_time(database: Database, office: Database) -> None:
    async with database.write() as one, office.write() as other:
        assert await notice.lock_reader(one, "mail") == 0
        assert await notice.lock_reader(other, "mail") is None
        assert await notice.lock_reader(other, "webhooks") == 0
        await notice.move_reader(one, "mail", 7)
    async with database.write() as one:
        assert await notice.lock_reader(one, "mail") == 7


async def test_who_numbers_beside_another_numbers_nothing_twice(
    database: Database, office: Database, conn: WriteConn
) -> None:
    events = [await put_on_sale(database) for _ in range(3)]

    async def number_often(of: Database) -> None:
        for _ in range(30):
            async with of.write() as beside:
                position = await notice.lock_reader(beside, "numbered")
                if position is not None:
                    await notice.number(beside, position, 2)

    async def sell() -> None:
        for n in range(1, 21):
            await write(conn, *(told(event, n, "booking.held", n) for event in events))

    await asyncio.gather(number_often(database), number_often(office), sell())
    await numbered(database, 1_000)
    found = await read(database)
    assert [one.position for one in found] == list(range(1, 61))
    for event in events:
        assert [one.number for one in found if one.event_id == event.id] == list(range(1, 21))


@pytest.mark.parametrize(("mail", "webhooks", "left"), [(4, 4, [3, 4]), (1, 4, [2, 3, 4]), (4, 0, [1, 2, 3, 4])])
async def test_what_is_old_is_forgotten_when_all_have_read_it(
    database: Database, conn: WriteConn, mail: int, webhooks: int, left: list[int]
) -> None:
    event = await put_on_sale(database)
    moments = [NOW - 2 * HOUR, NOW - HOUR, NOW, NOW - HOUR]
    await write(conn, *(told(event, n, "booking.held", n, at=at) for n, at in enumerate(moments, 1)))
    await numbered(database)
    async with database.write() as beside:
        await notice.move_reader(beside, "mail", mail)
        await notice.move_reader(beside, "webhooks", webhooks)
        await notice.forget(beside, await notice.last_to_forget(beside, NOW))
    assert [one.position for one in await read(database)] == left
