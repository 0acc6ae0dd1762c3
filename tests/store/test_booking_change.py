"""Changes of bookings in the database: added by batches and beside them, read in order of time."""

from datetime import timedelta

import pytest
from psycopg import errors

from fullhouse.rules.booking_change import BookingChange
from fullhouse.store import booking_change
from fullhouse.store.db import Database, WriteConn
from tests.store.rows import NOW, batch, new_id

EVENT = new_id()
OTHER = new_id()
CANCELLED = BookingChange(
    EVENT, 7, new_id(), NOW, "cancellation", "event_cancellation", {"tickets": [1, 2], "refund_minor": 500}
)
NAMED = BookingChange(
    EVENT,
    7,
    new_id(),
    NOW + timedelta(microseconds=2),
    "holder",
    "buyer",
    {"ticket": 1, "name_before": None, "name_after": 'Zoë {O\'Hara}, \\ "Z"\t✓'},
)
LINES = BookingChange(EVENT, 7, new_id(), NOW + timedelta(microseconds=1), "lines", "staff", {"lines_before": []})


async def found(database: Database, event_id: str = EVENT, number: int = 7) -> list[BookingChange]:
    async with database.read() as conn:
        return await booking_change.of_booking(conn, event_id, number)


async def test_what_a_batch_and_others_write_comes_back_in_order_of_time(database: Database, conn: WriteConn) -> None:
    elsewhere = [CANCELLED._replace(booking_number=8), CANCELLED._replace(event_id=OTHER)]
    async with database.write() as writer:
        await booking_change.add(writer, NAMED)
    async with batch(conn) as pipeline:
        booking_change.insert(pipeline, [LINES, CANCELLED, *elsewhere])
        await pipeline.commit()
    assert await found(database) == [CANCELLED, LINES, NAMED]
    assert await found(database, number=8) == elsewhere[:1]
    assert await found(database, OTHER) == elsewhere[1:]
    assert await found(database, number=9) == []


@pytest.mark.parametrize(
    "wrong",
    [
        NAMED._replace(what="code"),  # type: ignore[arg-type] # wrong on purpose
        NAMED._replace(by="stranger"),  # type: ignore[arg-type] # wrong on purpose
    ],
)
async def test_the_database_knows_what_can_change_and_who_can_change_it(
    database: Database, wrong: BookingChange
) -> None:
    with pytest.raises(errors.CheckViolation):
        async with database.write() as writer:
            await booking_change.add(writer, wrong)
    assert await found(database) == []


async def test_a_change_is_written_once(database: Database) -> None:
    async with database.write() as writer:
        await booking_change.add(writer, NAMED)
    with pytest.raises(errors.UniqueViolation):
        async with database.write() as writer:
            await booking_change.add(writer, NAMED)
    assert await found(database) == [NAMED]
