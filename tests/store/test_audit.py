"""The audit finds every way in which the database can contradict itself."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from fullhouse.rules.allocation import Remembered
from fullhouse.rules.booking import Booked, Booking
from fullhouse.rules.house import HouseChange
from fullhouse.store import audit, booking, house, idempotency
from fullhouse.store.audit import AuditReport, Difference
from fullhouse.store.db import Database, WriteConn
from fullhouse.store.embedded import Embedded
from tests.store.rows import NOW, OnSale, Rows, batch, database_made, new_id, put_on_sale, sell

HOUSE, OVERSOLD, NUMBERED, NO_HOUSE, OWN_ID, EVERY, KEY = audit.RULES
OTHER = "0196ffff-ffff-7fff-8fff-ffffffffffff"


class Sold(NamedTuple):
    """An event of 100 places with bookings of 2, 3 and 4, of which the second is cancelled, and one under a key."""

    event: OnSale
    bookings: list[Booking]
    key_id: str


@pytest.fixture
def conninfo(embedded: Embedded, template: str) -> Iterator[str]:
    """A database to break, schema and all."""
    with database_made(embedded, "fullhouse_audited", template) as made:
        yield made


@pytest.fixture
async def sold(database: Database, conn: WriteConn) -> Sold:
    event = await put_on_sale(database)
    await put_on_sale(database)
    bookings = await sell(conn, event, 2, 3, 4)
    key_id = new_id().replace("-", "")
    async with batch(conn) as pipeline:
        booking.cancel(pipeline, [bookings[1]], NOW)
        house.change(pipeline, {event.id: HouseChange(3, -3)})
        idempotency.remember(pipeline, {key_id: Remembered(key_id, Booked(bookings[0]))}, NOW)
        await pipeline.commit()
    return Sold(event, bookings, key_id)


async def report(database: Database) -> AuditReport:
    async with database.read() as conn:
        return await audit.run(conn)


async def test_an_empty_house_agrees_with_itself(database: Database) -> None:
    assert await report(database) == AuditReport(0, 0, 0, [])


async def test_a_house_that_sold_and_cancelled_agrees_with_itself(database: Database, sold: Sold) -> None:
    assert await report(database) == AuditReport(2, 3, 6, [])


VANISHED = """
    DELETE FROM bookings WHERE id = '{first}';
    UPDATE houses SET taken = 4, bookings_made = 2 WHERE event_id = '{event}';
    UPDATE bookings SET number = 1 WHERE id = '{second}';
    UPDATE bookings SET number = 2 WHERE id = '{third}'
"""
BROKEN: list[tuple[str, str, set[str]]] = [
    ("a place was counted twice", "UPDATE houses SET taken = taken + 1 WHERE event_id = '{event}'", {HOUSE}),
    ("a place was lost", "UPDATE houses SET taken = taken - 1 WHERE event_id = '{event}'", {HOUSE}),
    ("a place of an event without bookings", "UPDATE houses SET taken = 1 WHERE taken = 0", {HOUSE}),
    (
        "a cancellation gave nothing back",
        "UPDATE bookings SET status = 'cancelled', cancelled_at = now() WHERE id = '{first}'",
        {HOUSE},
    ),
    (
        "a booking came back to life",
        "UPDATE bookings SET status = 'confirmed', cancelled_at = NULL WHERE id = '{second}'",
        {HOUSE},
    ),
    ("a booking has more than was counted", "UPDATE bookings SET places = 9 WHERE id = '{third}'", {HOUSE}),
    (
        "oversold",
        "ALTER TABLE houses DROP CONSTRAINT houses_never_oversold; UPDATE houses SET capacity = 5 WHERE taken > 5",
        {OVERSOLD},
    ),
    (
        "fewer than none taken",
        "ALTER TABLE houses DROP CONSTRAINT houses_never_oversold; UPDATE houses SET taken = -1 WHERE taken = 0",
        {OVERSOLD, HOUSE},
    ),
    ("a booking is not counted", "UPDATE houses SET bookings_made = 2 WHERE event_id = '{event}'", {NUMBERED}),
    ("a number was skipped", "UPDATE bookings SET number = 7 WHERE id = '{third}'", {NUMBERED}),
    (
        "a counter of an event without bookings",
        "UPDATE houses SET bookings_made = 1 WHERE bookings_made = 0",
        {NUMBERED},
    ),
    ("a whole booking vanished", "DELETE FROM bookings WHERE id = '{third}'", {HOUSE, NUMBERED}),
    (
        "a booking of no event",
        "INSERT INTO bookings VALUES ('{other}', 1, '{other}', 1, 'confirmed', now())",
        {NO_HOUSE},
    ),
    ("two bookings with one id", "UPDATE bookings SET id = '{first}' WHERE id = '{second}'", {OWN_ID}),
    ("an event lost its house", "DELETE FROM houses WHERE bookings_made = 0", {EVERY}),
    (
        "a house closes at another time than its event begins",
        "UPDATE houses SET closes_at = now() WHERE event_id = '{event}'",
        {EVERY},
    ),
    ("an answered booking is gone", VANISHED, {KEY}),
]


@pytest.mark.parametrize(("statements", "rules"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
async def test_what_was_broken_is_named(
    database: Database, rows: Rows, sold: Sold, statements: str, rules: set[str]
) -> None:
    first, second, third = [one.id for one in sold.bookings]
    for statement in statements.split(";"):
        await rows.run(statement.format(event=sold.event.id, first=first, second=second, third=third, other=OTHER))
    found = (await report(database)).differences
    assert {difference.rule for difference in found} == rules
    assert all(re.fullmatch("[0-9a-f-]{36}", difference.event_id) for difference in found)


def test_every_rule_is_broken_by_a_test() -> None:
    assert set().union(*[rules for _, _, rules in BROKEN]) == set(audit.RULES)


async def test_a_difference_says_where_and_what(database: Database, rows: Rows, sold: Sold) -> None:
    await rows.run("UPDATE houses SET taken = 8 WHERE event_id = %s", sold.event.id)
    assert (await report(database)).differences == [Difference(HOUSE, sold.event.id, "taken", "8", "6")]


async def test_the_audit_waits_for_no_lock_of_a_running_sale(database: Database, conn: WriteConn, sold: Sold) -> None:
    async with conn.transaction():
        await conn.execute("SELECT 1 FROM houses FOR UPDATE")
        await conn.execute("UPDATE houses SET taken = taken + 1")
        assert (await report(database)).differences == [], "it sees one moment, from before the sale"
