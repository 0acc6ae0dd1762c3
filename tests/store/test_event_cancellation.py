"""Cancellations in the database: one lease at a time, a cursor that only moves on, and what the audit says."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from fullhouse.rules.event_cancellation import BookingCounts, Due, Owed
from fullhouse.store import audit
from fullhouse.store import event_cancellation as store
from fullhouse.store.db import Database, WriteConn
from fullhouse.store.embedded import Embedded
from tests.store.rows import NOW, OnSale, Rows, database_made, new_id, put_on_sale, sell

MINUTE = timedelta(minutes=1)
STAYS, DONE = store.RULES


@pytest.fixture
def conninfo(embedded: Embedded, template: str) -> Iterator[str]:
    """A database to break, schema and all."""
    with database_made(embedded, "fullhouse_cancelled", template) as made:
        yield made


@pytest.fixture
async def cancelled(database: Database, conn: WriteConn, rows: Rows) -> OnSale:
    """A cancelled event with three bookings that are there still."""
    event = await put_on_sale(database)
    await sell(conn, event, 2, 3, 4)
    await rows.run("UPDATE events SET state = 'cancelled' WHERE id = %s", event.id)
    async with database.write() as writer:
        await store.add(writer, event.id, "Fire.", NOW)
        await store.add(writer, event.id, "Flood.", NOW + MINUTE)
    return event


async def broken(database: Database) -> set[str]:
    async with database.read() as conn:
        return {difference.rule for difference in (await audit.run(conn)).differences} & store.RULES.keys()


async def test_the_first_reason_counts(database: Database, cancelled: OnSale) -> None:
    async with database.read() as conn:
        found = await store.find(conn, cancelled.id)
        assert await store.find(conn, new_id()) is None
    assert found is not None
    assert (found.reason, found.created_at, found.looked_to, found.state) == ("Fire.", NOW, 0, "running")


async def test_a_lease_is_had_by_one_until_it_moves_on_or_is_left(database: Database, cancelled: OnSale) -> None:
    async with database.write() as conn:
        assert await store.take(conn, NOW, NOW - MINUTE) is not None
        assert await store.take(conn, NOW, NOW - MINUTE) is None
        assert await store.take(conn, NOW + 2 * MINUTE, NOW + MINUTE) is not None, "it was left"
        await store.move_on(conn, cancelled.id, 2)
        taken = await store.take(conn, NOW, NOW - MINUTE)
    assert taken is not None
    assert taken.looked_to == 2


async def test_who_comes_late_moves_nothing_back(database: Database, cancelled: OnSale) -> None:
    async with database.write() as conn:
        await store.move_on(conn, cancelled.id, 3)
        await store.move_on(conn, cancelled.id, 1)
        found = await store.find(conn, cancelled.id)
    assert found is not None
    assert found.looked_to == 3


async def test_a_page_has_the_bookings_behind_a_number(database: Database, cancelled: OnSale) -> None:
    async with database.read() as conn:
        assert [one.number for one in await store.page(conn, cancelled.id, 0, 2)] == [1, 2]
        assert [(one.number, one.status) for one in await store.page(conn, cancelled.id, 2, 2)] == [(3, "confirmed")]
        assert await store.page(conn, cancelled.id, 3, 2) == []


async def test_it_is_done_when_nothing_is_left_and_not_before(
    database: Database, cancelled: OnSale, rows: Rows
) -> None:
    async with database.write() as conn:
        await store.move_on(conn, cancelled.id, 3)
        assert await store.finish(conn, cancelled.id, NOW) is False
        found = await store.find(conn, cancelled.id)
        assert found is not None
        assert (found.looked_to, found.done_at) == (0, None)
        assert await store.take(conn, NOW, NOW - MINUTE) is None, "only after a while"
    await rows.run("UPDATE bookings SET status = 'cancelled', cancelled_at = now() WHERE number < 3")
    await rows.run("UPDATE bookings SET status = 'expired' WHERE number = 3")
    async with database.write() as conn:
        assert await store.finish(conn, cancelled.id, NOW + MINUTE)
        assert await store.finish(conn, cancelled.id, NOW + 2 * MINUTE)
        assert not await store.finish(conn, new_id(), NOW), "what is not cancelled is not done"
        found = await store.find(conn, cancelled.id)
        assert await store.take(conn, NOW + 9 * MINUTE, NOW + 8 * MINUTE) is None
        assert await store.bookings(conn, cancelled.id) == BookingCounts(3, 2)
        assert await store.bookings(conn, new_id()) == BookingCounts(0, 0)
        assert await store.payments(conn, cancelled.id) == []
        assert await store.owed(conn, cancelled.id) == Owed(0, Due(0, 0))
        assert await store.to_transfer(conn, cancelled.id) == Due(0, 0)
    assert found is not None
    assert (found.state, found.done_at) == ("done", NOW + MINUTE)


async def test_the_audit_names_a_booking_that_was_left_and_an_event_that_came_back(
    database: Database, cancelled: OnSale, rows: Rows
) -> None:
    assert await broken(database) == set(), "it is running"
    await rows.run("UPDATE event_cancellations SET done_at = now()")
    assert await broken(database) == {DONE}
    await rows.run("UPDATE bookings SET status = 'held', expires_at = now()")
    assert await broken(database) == {DONE}
    await rows.run("UPDATE bookings SET status = 'cancelled', cancelled_at = now()")
    assert await broken(database) == set()
    await rows.run("UPDATE events SET state = 'published'")
    assert await broken(database) == {STAYS}
