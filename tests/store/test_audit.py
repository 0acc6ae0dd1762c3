"""The audit finds every way in which the database can contradict itself."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from fullhouse.rules.allocation import Remembered
from fullhouse.rules.booking import Booked, Booking
from fullhouse.store import audit, booking, idempotency, pool
from fullhouse.store.audit import AuditReport, Difference
from fullhouse.store.db import Database, WriteConn
from fullhouse.store.embedded import Embedded
from tests.store.rows import NOW, OnSale, Rows, batch, database_made, new_id, put_on_sale, sell

POOL, OVERSOLD, NUMBERED, EVENT, LINES, LINE, EVERY, KEY = audit.RULES
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
        pool.change_taken(pipeline, {(event.id, event.pool_id): -3})
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
    DELETE FROM booking_lines WHERE booking_id = '{first}';
    UPDATE pools SET taken = 4 WHERE id = '{pool}';
    UPDATE bookings SET number = 1 WHERE id = '{second}';
    UPDATE bookings SET number = 2 WHERE id = '{third}';
    UPDATE event_counters SET bookings_made = 2 WHERE event_id = '{event}'
"""
BROKEN: list[tuple[str, str, set[str]]] = [
    ("a place was counted twice", "UPDATE pools SET taken = taken + 1 WHERE id = '{pool}'", {POOL}),
    ("a place was lost", "UPDATE pools SET taken = taken - 1 WHERE id = '{pool}'", {POOL}),
    ("a place of an event without bookings", "UPDATE pools SET taken = 1 WHERE taken = 0", {POOL}),
    (
        "a cancellation gave nothing back",
        "UPDATE bookings SET status = 'cancelled', cancelled_at = now() WHERE id = '{first}'",
        {POOL},
    ),
    (
        "a booking came back to life",
        "UPDATE bookings SET status = 'confirmed', cancelled_at = NULL WHERE id = '{second}'",
        {POOL},
    ),
    ("a line says more than was booked", "UPDATE booking_lines SET quantity = 9 WHERE booking_id = '{third}'", {POOL}),
    (
        "oversold",
        "ALTER TABLE pools DROP CONSTRAINT pools_never_oversold; UPDATE pools SET capacity = 5 WHERE id = '{pool}'",
        {OVERSOLD},
    ),
    (
        "fewer than none taken",
        "ALTER TABLE pools DROP CONSTRAINT pools_never_oversold; UPDATE pools SET taken = -1 WHERE taken = 0",
        {OVERSOLD, POOL},
    ),
    ("a booking is not counted", "UPDATE event_counters SET bookings_made = 2 WHERE event_id = '{event}'", {NUMBERED}),
    ("a number was skipped", "UPDATE bookings SET number = 7 WHERE id = '{third}'", {NUMBERED}),
    (
        "a counter of an event without bookings",
        "UPDATE event_counters SET bookings_made = 1 WHERE bookings_made = 0",
        {NUMBERED},
    ),
    (
        "a whole booking vanished",
        "DELETE FROM bookings WHERE id = '{third}'; DELETE FROM booking_lines WHERE booking_id = '{third}'",
        {POOL, NUMBERED},
    ),
    (
        "a booking of nothing",
        "INSERT INTO bookings VALUES ('{other}', '{other}', 1, 'confirmed', now())",
        {EVENT, LINES},
    ),
    ("a booking lost its lines", "DELETE FROM booking_lines WHERE booking_id = '{second}'", {LINES}),
    (
        "a line of no booking",
        "INSERT INTO booking_lines VALUES ('{event}', '{other}', 1, '{pool}', 1)",
        {LINE},
    ),
    (
        "a line draws on no pool",
        "UPDATE booking_lines SET pool_id = '{other}' WHERE booking_id = '{second}'",
        {LINE},
    ),
    ("an event lost its pool", "DELETE FROM pools WHERE taken = 0", {EVERY}),
    ("an event lost its counter", "DELETE FROM event_counters WHERE bookings_made = 0", {EVERY}),
    (
        "an answered booking is gone",
        VANISHED,
        {KEY},
    ),
]


@pytest.mark.parametrize(("statements", "rules"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
async def test_what_was_broken_is_named(
    database: Database, rows: Rows, sold: Sold, statements: str, rules: set[str]
) -> None:
    first, second, third = [one.id for one in sold.bookings]
    for statement in statements.split(";"):
        await rows.run(
            statement.format(
                event=sold.event.id, pool=sold.event.pool_id, first=first, second=second, third=third, other=OTHER
            )
        )
    found = (await report(database)).differences
    assert {difference.rule for difference in found} == rules
    assert all(re.fullmatch("[0-9a-f-]{36}", difference.event_id) for difference in found)


def test_every_rule_is_broken_by_a_test() -> None:
    assert set().union(*[rules for _, _, rules in BROKEN]) == set(audit.RULES)


async def test_a_difference_says_where_and_what(database: Database, rows: Rows, sold: Sold) -> None:
    await rows.run("UPDATE pools SET taken = 8 WHERE id = %s", sold.event.pool_id)
    assert (await report(database)).differences == [Difference(POOL, sold.event.id, sold.event.pool_id, "8", "6")]


async def test_the_audit_waits_for_no_lock_of_a_running_sale(database: Database, conn: WriteConn, sold: Sold) -> None:
    async with conn.transaction():
        await conn.execute("SELECT 1 FROM event_counters FOR UPDATE")
        await conn.execute("UPDATE pools SET taken = taken + 1")
        assert (await report(database)).differences == [], "it sees one moment, from before the sale"
