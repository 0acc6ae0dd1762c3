"""The audit finds every way in which the database can contradict itself."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import pytest

from fullhouse.rules.booking import Booked, Booking
from fullhouse.rules.decision import Remembered
from fullhouse.rules.house import HouseChange
from fullhouse.store import audit, booking, drawing, house, idempotency, ticket
from fullhouse.store.audit import AuditReport, Difference
from fullhouse.store.db import Database, WriteConn
from fullhouse.store.embedded import Embedded
from tests.offers import add_pool, add_ticket_type
from tests.store.rows import NOW, OnSale, Rows, batch, cancelled, database_made, new_id, put_on_sale, sell

RULES = [rule for rule in audit.RULES if "promo code" not in rule and "buyer" not in rule]
"""Those of codes and of buyers are broken in test_audit_promo.py and in tests/engine/test_buyers.py."""
HOUSE, OVERSOLD, POOL, POOL_OVERSOLD, NUMBERED, NO_HOUSE, OWN_ID, *_OTHERS = RULES
EVERY, EXPIRY, TICKETS, TICKET_TYPES, TICKET, KEY = _OTHERS
OTHER = "0196ffff-ffff-7fff-8fff-ffffffffffff"


class Sold(NamedTuple):
    """An event of 100 places with bookings of 2, 3 and 4, of which the second is cancelled, and one under a key.

    And by lines: 2 places confirmed, 3 held, 1 expired, each of its own ticket type, all drawn from one pool.
    """

    event: OnSale
    bookings: list[Booking]
    reserved: list[Booking]
    key_id: str
    pool_id: str


@pytest.fixture
def conninfo(embedded: Embedded, template: str) -> Iterator[str]:
    """A database to break, schema and all."""
    with database_made(embedded, "fullhouse_audited", template) as made:
        yield made


@pytest.fixture
async def sold(database: Database, conn: WriteConn, conninfo: str) -> Sold:
    event = await put_on_sale(database)
    await put_on_sale(database)
    bookings = await sell(conn, event, 2, 3, 4)
    key_id = new_id().replace("-", "")
    dear = await add_ticket_type(conninfo, event.id, 2_500)
    pool_id = await add_pool(conninfo, event.id, 50, dear)
    confirmed = event.reserved(4, dear, 2, pool_id, "confirmed")
    held = event.reserved(5, dear, 3, pool_id)
    expired = event.reserved(6, dear, 1, pool_id, "expired")
    async with batch(conn) as pipeline:
        booking.insert_reserved(pipeline, [confirmed, held, expired])
        ticket.insert(pipeline, event.tickets(confirmed, type_id=dear))
        drawing.change(pipeline, {(event.id, pool_id): 5})
        house.expect(pipeline, {event.id: held.expires_at})
        booking.cancel(pipeline, [cancelled(bookings[1], NOW)])
        house.change(pipeline, {event.id: HouseChange(6, 2)}, [])
        idempotency.remember(pipeline, {key_id: Remembered(key_id, Booked(bookings[0]))}, NOW)
        await pipeline.commit()
    return Sold(event, bookings, [confirmed, held, expired], key_id, pool_id)


async def report(database: Database) -> AuditReport:
    async with database.read() as conn:
        return await audit.run(conn)


async def test_an_empty_house_agrees_with_itself(database: Database) -> None:
    assert await report(database) == AuditReport(0, 0, 0, [])


async def test_a_house_that_sold_and_cancelled_agrees_with_itself(database: Database, sold: Sold) -> None:
    assert await report(database) == AuditReport(2, 6, 11, [])


VANISHED = """
    DELETE FROM bookings WHERE id = '{first}';
    DELETE FROM tickets WHERE booking_number = 1;
    UPDATE houses SET taken = 9, bookings_made = 5 WHERE event_id = '{event}';
    UPDATE bookings SET number = 1 WHERE id = '{expired}'
"""
TOO_MANY = "INSERT INTO tickets VALUES ('{{event}}', {number}, 99, '{{general}}', '{{other}}', '{status}')"
CANCEL_ONE = "UPDATE tickets SET state = 'cancelled' WHERE booking_number = {number} AND number = 2"
CANCELLED = """
    UPDATE bookings SET status = 'cancelled', cancelled_at = now() WHERE id = '{first}';
    UPDATE tickets SET state = 'cancelled' WHERE booking_number = 1
"""
REVIVED = """
    UPDATE bookings SET status = 'confirmed', cancelled_at = NULL WHERE id = '{second}';
    UPDATE tickets SET state = 'valid'
"""
RENUMBERED = """
    UPDATE bookings SET number = 7 WHERE id = '{third}';
    UPDATE tickets SET booking_number = 7 WHERE booking_number = 3
"""
BROKEN: list[tuple[str, str, set[str]]] = [
    ("a place was counted twice", "UPDATE houses SET taken = taken + 1 WHERE event_id = '{event}'", {HOUSE}),
    ("a place was lost", "UPDATE houses SET taken = taken - 1 WHERE event_id = '{event}'", {HOUSE}),
    ("a place of an event without bookings", "UPDATE houses SET taken = 1 WHERE taken = 0", {HOUSE}),
    (
        "a cancellation gave nothing back",
        CANCELLED,
        {HOUSE},
    ),
    (
        "a hold ran out and gave nothing back",
        "UPDATE bookings SET status = 'expired' WHERE id = '{held}'",
        {HOUSE, POOL},
    ),
    (
        "a booking came back to life",
        REVIVED,
        {HOUSE},
    ),
    ("a hold came back to life", "UPDATE bookings SET status = 'held' WHERE id = '{expired}'", {HOUSE, POOL}),
    (
        "a booking has more than was counted",
        "UPDATE bookings SET places = 9 WHERE id = '{third}'",
        {HOUSE, TICKETS},
    ),
    (
        "oversold",
        "ALTER TABLE houses DROP CONSTRAINT houses_never_oversold; UPDATE houses SET capacity = 10 WHERE taken > 0",
        {OVERSOLD},
    ),
    (
        "what is held back was sold",
        "ALTER TABLE houses DROP CONSTRAINT houses_never_oversold; UPDATE houses SET held_back = 90 WHERE taken > 0",
        {OVERSOLD},
    ),
    (
        "fewer than none taken",
        "ALTER TABLE houses DROP CONSTRAINT houses_never_oversold; UPDATE houses SET taken = -1 WHERE taken = 0",
        {OVERSOLD, HOUSE},
    ),
    ("a place of a pool was counted twice", "UPDATE pools SET taken = taken + 1", {POOL}),
    ("a place of a pool was lost", "UPDATE pools SET taken = taken - 1", {POOL}),
    ("a booking drew less than was counted", "UPDATE bookings SET drawn = NULL WHERE id = '{held}'", {POOL}),
    ("a pool vanished", "DELETE FROM ticket_type_pools; DELETE FROM pools", {POOL}),
    (
        "a pool is oversold",
        "ALTER TABLE pools DROP CONSTRAINT pools_never_oversold; UPDATE pools SET capacity = 4",
        {POOL_OVERSOLD},
    ),
    (
        "what is held back of a pool was sold",
        "ALTER TABLE pools DROP CONSTRAINT pools_never_oversold; UPDATE pools SET held_back = 46",
        {POOL_OVERSOLD},
    ),
    (
        "fewer than none taken of a pool without limit",
        "ALTER TABLE pools DROP CONSTRAINT pools_never_oversold; UPDATE pools SET taken = -1, capacity = NULL",
        {POOL_OVERSOLD, POOL},
    ),
    ("a booking is not counted", "UPDATE houses SET bookings_made = 5 WHERE event_id = '{event}'", {NUMBERED}),
    (
        "a number was skipped",
        RENUMBERED,
        {NUMBERED},
    ),
    (
        "a counter of an event without bookings",
        "UPDATE houses SET bookings_made = 1 WHERE bookings_made = 0",
        {NUMBERED},
    ),
    ("a whole booking vanished", "DELETE FROM bookings WHERE id = '{third}'", {HOUSE, NUMBERED, TICKET}),
    (
        "a booking of no event",
        "INSERT INTO bookings VALUES ('{other}', 1, '{other}', 0, 'confirmed', now())",
        {NO_HOUSE},
    ),
    ("two bookings with one id", "UPDATE bookings SET id = '{first}' WHERE id = '{second}'", {OWN_ID}),
    (
        "an event lost its house",
        "DELETE FROM ticket_types WHERE event_id <> '{event}'; DELETE FROM houses WHERE bookings_made = 0",
        {EVERY},
    ),
    ("a house expects a hold too late", "UPDATE bookings SET expires_at = now() WHERE id = '{held}'", {EXPIRY}),
    ("a house expects no hold", "UPDATE houses SET next_expiry_at = NULL", {EXPIRY}),
    ("a ticket was lost", "DELETE FROM tickets WHERE booking_number = 3 AND number = 4", {TICKETS}),
    ("a ticket too many", TOO_MANY.format(number=3, status="valid"), {TICKETS}),
    ("a ticket of a confirmed booking is cancelled", CANCEL_ONE.format(number=3), {TICKETS}),
    ("a ticket of a cancelled booking is valid", "UPDATE tickets SET state = 'valid' WHERE number = 3", {TICKETS}),
    ("a hold has a ticket", TOO_MANY.format(number=5, status="valid"), {TICKETS}),
    ("a hold that ran out has a ticket", TOO_MANY.format(number=6, status="cancelled"), {TICKETS}),
    (
        "a line lost a ticket",
        "DELETE FROM tickets WHERE booking_number = 4 AND number = 2",
        {TICKETS, TICKET_TYPES},
    ),
    (
        "a ticket of another type than was bought",
        "UPDATE tickets SET ticket_type_id = '{general}' WHERE booking_number = 4 AND number = 2",
        {TICKET_TYPES},
    ),
    ("a ticket of no booking", TOO_MANY.format(number=7, status="valid"), {TICKET}),
    ("a ticket of no type", "UPDATE tickets SET ticket_type_id = '{other}' WHERE booking_number = 1", {TICKET}),
    ("an answered booking is gone", VANISHED, {KEY}),
]


@pytest.mark.parametrize(("statements", "rules"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
async def test_what_was_broken_is_named(
    database: Database, rows: Rows, sold: Sold, statements: str, rules: set[str]
) -> None:
    names = ("first", "second", "third", "confirmed", "held", "expired")
    ids = dict(zip(names, [one.id for one in (*sold.bookings, *sold.reserved)], strict=True))
    for statement in statements.split(";"):
        await rows.run(statement.format(**ids, event=sold.event.id, general=sold.event.type_id, other=OTHER))
    found = (await report(database)).differences
    assert {difference.rule for difference in found} == rules
    assert all(re.fullmatch("[0-9a-f-]{36}", difference.event_id) for difference in found)


def test_every_rule_is_broken_by_a_test() -> None:
    assert set().union(*[rules for _, _, rules in BROKEN]) == set(RULES)


async def test_a_difference_says_where_and_what(database: Database, rows: Rows, sold: Sold) -> None:
    await rows.run("UPDATE houses SET taken = 13 WHERE event_id = %s", sold.event.id)
    assert (await report(database)).differences == [Difference(HOUSE, sold.event.id, "taken", "13", "11")]


async def test_the_audit_waits_for_no_lock_of_a_running_sale(database: Database, conn: WriteConn, sold: Sold) -> None:
    async with conn.transaction():
        await conn.execute("SELECT 1 FROM houses FOR UPDATE")
        await conn.execute("UPDATE houses SET taken = taken + 1")
        assert (await report(database)).differences == [], "it sees one moment, from before the sale"
