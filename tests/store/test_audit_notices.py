"""The audit of notices: each contradiction between them, their events and the bookings that they tell of is found."""

import pytest

from fullhouse.rules.notice import Notice
from fullhouse.store import house, notice, organizer
from fullhouse.store.db import Database, WriteConn
from tests.store.rows import NOW, Rows, batch, put_on_sale, sell
from tests.store.test_audit import report

NUMBERED, ORDERED, UP_TO, TOLD = notice.RULES


async def tell(database: Database, conn: WriteConn) -> str:
    """An event with two bookings and three notices, of which the last has no position yet; returns its id."""
    event = await put_on_sale(database)
    await sell(conn, event, 1, 1)
    async with database.write() as beside:
        await notice.add(beside, [event.id], "event.created", NOW)
    for number, bookings in (2, (1,)), (3, (2,)):
        async with batch(conn) as pipeline:
            confirmed = Notice(event.id, number, organizer.DEFAULT_ID, "booking.confirmed", NOW, bookings)
            house.change(pipeline, {}, [confirmed])
            await pipeline.commit()
        if number == 2:
            async with database.write() as beside:
                await notice.number(beside, 0, 100)
    return event.id


async def test_what_was_told_agrees_with_what_was_sold(database: Database, conn: WriteConn, rows: Rows) -> None:
    await tell(database, conn)
    assert (await report(database)).differences == []
    await rows.run("DELETE FROM notices WHERE position = 1")
    await rows.run("UPDATE notice_readers SET position = 1 WHERE name = 'forgotten'")
    assert (await report(database)).differences == []
    await rows.run("DELETE FROM notices")
    assert (await report(database)).differences == []


BROKEN: list[tuple[str, str, set[str]]] = [
    ("a notice vanished", "DELETE FROM notices WHERE number = 2", {NUMBERED, UP_TO, TOLD}),
    ("the first vanished", "DELETE FROM notices WHERE number = 1", {NUMBERED}),
    ("all vanished", "DELETE FROM notices", {NUMBERED}),
    ("one was not counted", "UPDATE houses SET notices_made = 2", {NUMBERED}),
    (
        "an event was told of that there is not",
        "INSERT INTO notices SELECT gen_random_uuid(), 1, organizer_id, kind, at FROM notices WHERE number = 1",
        {NUMBERED},
    ),
    ("there is a gap", "UPDATE notices SET position = 3 WHERE number = 2", {ORDERED, UP_TO}),
    ("the order is another", "UPDATE notices SET position = 4 - position WHERE position > 0", {ORDERED, UP_TO}),
    (
        "one was overtaken",
        "UPDATE notices SET position = 3 WHERE number = 3; UPDATE notices SET position = NULL WHERE number = 2",
        {ORDERED, UP_TO},
    ),
    ("the reader is behind", "UPDATE notice_readers SET position = 1 WHERE name = 'numbered'", {UP_TO}),
    (
        "a booking was told of twice",
        "UPDATE notices SET booking_numbers = '{1,2}' WHERE number = 3",
        {TOLD},
    ),
]


@pytest.mark.parametrize(("statements", "rules"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
async def test_every_contradiction_is_found(
    database: Database, conn: WriteConn, rows: Rows, statements: str, rules: set[str]
) -> None:
    await tell(database, conn)
    for one in statements.split(";"):
        await rows.run(one)
    assert {difference.rule for difference in (await report(database)).differences} == rules
