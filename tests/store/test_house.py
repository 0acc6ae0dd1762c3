"""What a batch reads and writes: houses with their locks, and bookings, each in one statement for all."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from psycopg import errors

from fullhouse.rules.house import House, HouseChange
from fullhouse.store import booking, house
from fullhouse.store.db import Database, WriteConn, connect_engine
from fullhouse.store.pipeline import Pipeline
from tests.store.rows import NOW, OnSale, Rows, batch, cancelled, new_id, put_on_sale, sell


async def locked(conn: WriteConn, *event_ids: str, wait: bool = True) -> dict[str, House]:
    async with batch(conn) as pipeline:
        found = await house.lock(pipeline, event_ids, wait=wait).read()
        await pipeline.commit()
    return found


async def write(conn: WriteConn, send: Callable[[Pipeline], None]) -> None:
    async with batch(conn) as pipeline:
        send(pipeline)
        await pipeline.commit()


async def while_locked(conninfo: str, event_id: str, then: Callable[[], Awaitable[None]]) -> None:
    """Do something while another lane holds the event."""
    other = await connect_engine(conninfo, 2_000, 20_000)
    async with batch(other) as pipeline:
        assert await house.lock(pipeline, [event_id], wait=True).read()
        await then()
        await pipeline.commit()
    await other.close()


async def test_a_house_is_loaded_as_it_is(database: Database, conn: WriteConn) -> None:
    one, two = await put_on_sale(database, 10), await put_on_sale(database, 20)
    await sell(conn, one, 2, 3)
    assert await locked(conn, two.id, new_id(), one.id) == {
        one.id: House(one.id, 1, None, 2, 0, 10, 0, 5),
        two.id: House(two.id, 1, None, 0, 0, 20, 0, 0),
    }


async def test_an_event_locked_elsewhere_is_left_out_by_who_does_not_wait(
    database: Database, conn: WriteConn, conninfo: str
) -> None:
    hot, quiet = await put_on_sale(database), await put_on_sale(database)

    async def then() -> None:
        assert set(await locked(conn, hot.id, quiet.id, new_id(), wait=False)) == {quiet.id}

    await while_locked(conninfo, hot.id, then)
    assert set(await locked(conn, hot.id, quiet.id, wait=False)) == {hot.id, quiet.id}


async def test_who_waits_for_a_lock_sees_what_the_other_sold_meanwhile(
    database: Database, conn: WriteConn, conninfo: str, rows: Rows
) -> None:
    event = await put_on_sale(database, 10)
    other = await connect_engine(conninfo, 2_000, 20_000)
    async with batch(other) as pipeline:
        await house.lock(pipeline, [event.id], wait=True).read()
        waiting = asyncio.create_task(locked(conn, event.id))
        await rows.until("SELECT 1 FROM pg_locks WHERE NOT granted AND pid = %s", conn.info.backend_pid)
        sold = event.booking(1, 4)
        booking.insert(pipeline, [sold], event.tickets(sold), {event.id: HouseChange(1, 4)}, [])
        await pipeline.commit()
    found = (await waiting)[event.id]
    assert (found.bookings_made, found.taken) == (1, 4)
    await other.close()


async def test_who_waits_too_long_for_a_lock_is_told_so(database: Database, conninfo: str) -> None:
    event = await put_on_sale(database)
    impatient = await connect_engine(conninfo, 50, 20_000)

    async def then() -> None:
        with pytest.raises(errors.LockNotAvailable):
            await locked(impatient, event.id)

    await while_locked(conninfo, event.id, then)


async def test_events_that_exist_are_told_from_those_that_do_not(database: Database, conn: WriteConn) -> None:
    event = await put_on_sale(database)
    async with batch(conn) as pipeline:
        assert await house.existing(pipeline, [event.id, new_id()]).read() == {event.id}
        await pipeline.commit()


async def test_bookings_come_back_as_they_were_written(database: Database, conn: WriteConn) -> None:
    one, two = await put_on_sale(database), await put_on_sale(database)
    first, second, other = one.booking(1, 2), one.booking(2, 4), two.booking(1, 1)
    changes = {one.id: HouseChange(2, 6), two.id: HouseChange(1, 1)}
    tickets = [*one.tickets(first, second), *two.tickets(other)]
    await write(conn, lambda pipeline: booking.insert(pipeline, [first, second, other], tickets, changes, []))
    async with batch(conn) as pipeline:
        assert await booking.load(pipeline, [first.id, other.id, new_id()]).read() == {first.id: first, other.id: other}
        assert await booking.exists(pipeline, second).read()
        assert not await booking.exists(pipeline, second._replace(event_id=two.id)).read()
        assert not await booking.exists(pipeline, second._replace(id=first.id)).read(), "another one has its number"
        await pipeline.commit()
    async with database.read() as reader:
        assert await booking.find(reader, [second.id, first.id, new_id()]) == {first.id: first, second.id: second}
    assert [h.taken for h in (await locked(conn, one.id, two.id)).values()] == [6, 1]


async def test_cancelling_marks_the_confirmed_ones_and_keeps_the_moment_of_the_others(
    database: Database, conn: WriteConn
) -> None:
    event = await put_on_sale(database)
    first, second, third = await sell(conn, event, 1, 2, 3)
    later = NOW + timedelta(hours=1)
    await write(conn, lambda pipeline: booking.cancel(pipeline, [cancelled(first, NOW)]))
    await write(conn, lambda pipeline: booking.cancel(pipeline, [cancelled(each, later) for each in (first, second)]))
    async with database.read() as reader:
        found = await booking.find(reader, [first.id, second.id, third.id])
    assert [found[b.id].cancelled_at for b in (first, second, third)] == [NOW, later, None]
    assert [found[b.id].status for b in (first, second, third)] == ["cancelled", "cancelled", "confirmed"]


async def taken(rows: Rows, event: OnSale) -> object:
    return await rows.one("SELECT taken FROM houses WHERE event_id = %s", event.id)


async def test_an_insert_that_would_oversell_a_house_writes_nothing(
    database: Database, conn: WriteConn, rows: Rows
) -> None:
    event = await put_on_sale(database, 10)
    with pytest.raises(errors.CheckViolation) as raised:
        await sell(conn, event, 6, 5)
    assert raised.value.diag.constraint_name == "houses_never_oversold"
    assert await rows.one("SELECT count(*) FROM bookings") == 0
    assert await taken(rows, event) == 0


@pytest.mark.parametrize("change", [-6, 6])
async def test_a_house_gives_back_what_was_taken_and_no_more(
    database: Database, conn: WriteConn, rows: Rows, change: int
) -> None:
    event = await put_on_sale(database, 10)
    await sell(conn, event, 5)
    await write(conn, lambda pipeline: house.change(pipeline, {event.id: HouseChange(1, -2)}, []))
    assert await taken(rows, event) == 3
    with pytest.raises(errors.CheckViolation):
        await write(conn, lambda p: house.change(p, {event.id: HouseChange(1, change + change // 3)}, []))
    assert await taken(rows, event) == 3


async def test_a_number_is_given_once(database: Database, conn: WriteConn) -> None:
    event = await put_on_sale(database)
    await sell(conn, event, 1)
    with pytest.raises(errors.UniqueViolation) as raised:
        await sell(conn, event, 1)
    assert raised.value.diag.constraint_name == "bookings_pkey"


async def test_a_booking_is_found_without_looking_at_all_others_of_its_event(
    database: Database, conn: WriteConn, rows: Rows
) -> None:
    event = await put_on_sale(database, 3_000)
    made = await sell(conn, event, *[1] * 2_000)
    read = "SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname = 'bookings'"
    before = await rows.one(read)
    async with batch(conn) as pipeline:
        assert await booking.load(pipeline, [made[7].id]).read() == {made[7].id: made[7]}
        await pipeline.commit()
    await conn.execute("SELECT pg_stat_force_next_flush()")
    await conn.commit()
    assert await rows.one(read) - before < 10
