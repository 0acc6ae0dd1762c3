"""What PostgreSQL itself refuses, whatever the program above it says."""

import pytest
from psycopg import errors

from fullhouse.store import organizer
from fullhouse.store.db import Database
from tests.store.rows import Rows, put_on_sale

POOL = "INSERT INTO pools VALUES ('{event}', '{event}', 'Balcony', "
FEE = "INSERT INTO fees VALUES ('{event}', '{event}', 'Fee', "
TICKET = "INSERT INTO tickets VALUES ('{event}', 1, "
BOOKING = "INSERT INTO bookings VALUES ('{event}', {number}, '{event}', {places}, '{status}', now(), {cancelled_at})"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE houses SET taken = 11",
        "UPDATE houses SET taken = -1",
        "UPDATE houses SET taken = 5; UPDATE houses SET capacity = 4",
        "UPDATE houses SET capacity = -1",
        "UPDATE houses SET bookings_made = -1",
        "UPDATE houses SET bookings_made = 1073741824",
        BOOKING.format(event="{event}", number=0, places=1, status="confirmed", cancelled_at="NULL"),
        BOOKING.format(event="{event}", number=1, places=1, status="lost", cancelled_at="NULL"),
        BOOKING.format(event="{event}", number=1, places=1, status="confirmed", cancelled_at="now()"),
        BOOKING.format(event="{event}", number=1, places=1, status="cancelled", cancelled_at="NULL"),
        BOOKING.format(event="{event}", number=1, places=-1, status="confirmed", cancelled_at="NULL"),
        BOOKING.format(event="{event}", number=1, places=1, status="held", cancelled_at="NULL"),
        BOOKING.format(event="{event}", number=1, places=1, status="expired", cancelled_at="now()"),
        "UPDATE houses SET held_back = 11",
        "UPDATE houses SET held_back = -1",
        "UPDATE houses SET taken = 5; UPDATE houses SET held_back = 6",
        POOL + "5, 0, 6, now())",
        POOL + "5, 3, 3, now())",
        POOL + "5, 0, -1, now())",
        POOL + "NULL, 0, -1, now())",
        POOL + "5, -1, 0, now())",
        POOL + "-1, 0, 0, now())",
        "UPDATE ticket_types SET price_minor = -1",
        "UPDATE ticket_types SET tax_basis_points = 10001",
        "UPDATE ticket_types SET places = -1",
        "UPDATE ticket_types SET tickets_min = 0",
        "UPDATE ticket_types SET tickets_min = 3, tickets_max = 2",
        "UPDATE ticket_types SET visibility = 'secret'",
        FEE + "'percent', 10001, 'ticket', 0, true, now())",
        FEE + "'fixed', -1, 'ticket', 0, true, now())",
        FEE + "'fixed', 1, 'seat', 0, true, now())",
        TICKET + "0, '{event}', '{event}', 'valid')",
        TICKET + "1, '{event}', '{event}', 'lost')",
        "UPDATE events SET state = 'lost'",
        "UPDATE events SET currency = 'Euro'",
        "INSERT INTO idempotency_keys VALUES ('{event}', '{event}', NULL, now())",
        "INSERT INTO idempotency_keys VALUES ('{event}', '{event}', NULL, now(), '{event}', NULL)",
        "INSERT INTO idempotency_keys VALUES ('{event}', '{event}', '{{}}', now(), '{event}', 'confirmed')",
        "UPDATE events SET name = ''",
        "UPDATE events SET venue = repeat('x', 201)",
        "UPDATE organizers SET name = ''",
        "INSERT INTO api_keys VALUES ('{event}', '{organizer}', '', '', now(), NULL, '{{read}}')",
        "INSERT INTO api_keys VALUES ('{event}', '{organizer}', 'Door', '', now(), NULL, '{{}}')",
        "INSERT INTO api_keys VALUES ('{event}', '{organizer}', 'Door', '', now(), NULL, '{{own}}')",
        "INSERT INTO api_keys VALUES ('{event}', '{organizer}', 'Door', '', now(), NULL, '{{read}}', '{{}}')",
        "UPDATE organizers SET test_of = id",
        "UPDATE organizers SET language = 'fr'",
        "UPDATE organizers SET reply_to = ''",
    ],
)
async def test_what_must_never_be_is_refused_by_the_database(database: Database, rows: Rows, statement: str) -> None:
    event = await put_on_sale(database, 10)
    *before, last = statement.format(event=event.id, organizer=organizer.DEFAULT_ID).split("; ")
    for one in before:
        await rows.run(one)
    with pytest.raises(errors.CheckViolation):
        await rows.run(last)


async def test_nothing_is_sold_of_an_event_that_does_not_exist(rows: Rows) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        await rows.run("INSERT INTO houses (event_id, capacity) VALUES (gen_random_uuid(), 1)")
