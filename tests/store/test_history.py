"""What the history is told by in the database: all rows of one booking, of now and of before there was a history."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest

from fullhouse.actions import installation
from fullhouse.rules.booking import Booking
from fullhouse.rules.booking_change import BookingChange
from fullhouse.rules.history import Incoming, Past, history_of
from fullhouse.store import booking, booking_change, history, migrations
from fullhouse.store.db import Database, ReadConn, WriteConn
from fullhouse.store.embedded import Embedded
from tests.store.rows import EXPIRES_AT, NOW, Rows, batch, database_made, new_id, put_on_sale

MONEY = """
    INSERT INTO payments (event_id, booking_number, number, id, booking_id, provider, state, amount_minor,
                          received_minor, currency, created_at, changed_at)
    VALUES (%(event)s, 1, 1, %(payment)s, %(booking)s, 'bank_transfer', 'refunding', 2500, 2500, 'EUR', %(at)s, %(at)s);
"""
TRANSFERS = """
    INSERT INTO bank_transfers
        (id, payment_id, booked_on, amount_minor, currency, payer, remittance, created_at, organizer_id)
    VALUES (gen_random_uuid(), %(payment)s, '2030-05-02', 1500, 'EUR', 'Payer', 'Text', %(at)s + interval '1 minute',
            gen_random_uuid()),
           (gen_random_uuid(), %(payment)s, '2030-05-02', 1000, 'EUR', 'Payer', 'Text', %(at)s, gen_random_uuid()),
           (gen_random_uuid(), NULL, '2030-05-02', 9000, 'EUR', 'Stranger', 'Text', %(at)s, gen_random_uuid())
"""


async def past(database: Database, booking_id: str) -> Past | None:
    async with database.read() as conn:
        return await history.of_booking(conn, booking_id)


async def test_a_booking_that_there_is_not_has_no_history(database: Database) -> None:
    assert await past(database, new_id()) is None


async def test_a_plain_booking_has_nothing_beside_itself(database: Database, conn: WriteConn) -> None:
    event = await put_on_sale(database)
    one = event.booking(1, 2)
    async with batch(conn) as pipeline:
        booking.insert(pipeline, [one], [], {}, [])
        await pipeline.commit()
    assert await past(database, one.id) == Past(one, None, [], [], [], [], {})


async def test_a_hold_keeps_when_it_was_confirmed_and_its_changes_and_never_those_of_others(
    database: Database, conn: WriteConn
) -> None:
    event = await put_on_sale(database)
    one, other = event.reserved(1, event.type_id, 1), event.reserved(2, event.type_id, 1)
    change = BookingChange(event.id, 2, new_id(), NOW, "holder", "buyer", {"ticket": 1})
    paid = [one._replace(status="confirmed", paid_by="comp")]
    async with batch(conn) as pipeline:
        booking.insert_reserved(pipeline, [one, other])
        booking.confirm(pipeline, paid, EXPIRES_AT)
        # Only what was not confirmed yet is confirmed.
        booking.confirm(pipeline, paid, EXPIRES_AT + timedelta(days=1))
        booking_change.insert(pipeline, [change])
        await pipeline.commit()
    assert await past(database, one.id) == Past(paid[0], EXPIRES_AT, [], [], [], [], {})
    assert await past(database, other.id) == Past(other, None, [change], [], [], [], {})


async def test_the_transfers_of_a_payment_come_in_order_and_without_who_sent_them(
    database: Database, conn: WriteConn, rows: Rows
) -> None:
    event, payment_id = await put_on_sale(database), new_id()
    one = event.reserved(1, event.type_id, 1)
    async with batch(conn) as pipeline:
        booking.insert_reserved(pipeline, [one])
        await pipeline.commit()
    try:
        for statement in (MONEY, TRANSFERS):
            values = {"event": event.id, "booking": one.id, "payment": payment_id, "at": NOW}
            await rows.conn.execute(statement.encode(), values)
        found = await past(database, one.id)
    finally:
        await rows.run("DELETE FROM bank_transfers")
        await rows.run("DELETE FROM payments")
    assert found is not None
    assert [each.id for each in found.payments] == [payment_id]
    assert found.transfers == [
        Incoming(payment_id, 1_000, NOW),
        Incoming(payment_id, 1_500, NOW + timedelta(minutes=1)),
    ]


async def test_all_is_told_as_of_one_moment(
    database: Database, conn: WriteConn, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = await put_on_sale(database)
    one = event.booking(1, 1)
    async with batch(conn) as pipeline:
        booking.insert(pipeline, [one], [], {}, [])
        await pipeline.commit()
    change = BookingChange(event.id, 1, new_id(), NOW, "cancellation", "buyer", {"tickets": [1]})
    find = booking.find

    async def find_and_let_it_be_cancelled(reader: ReadConn, ids: Sequence[str]) -> dict[str, Booking]:
        found = await find(reader, ids)
        await rows.run("UPDATE bookings SET status = 'cancelled', cancelled_at = now() WHERE id = %s", one.id)
        async with database.write() as writer:
            await booking_change.add(writer, change)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(booking, "find", find_and_let_it_be_cancelled)
        assert await past(database, one.id) == Past(one, None, [], [], [], [], {})
    after = await past(database, one.id)
    assert after is not None
    assert after.changes == [change]


# --------------------------------------------------------------------------------------------- before 0008


@pytest.fixture
def before(embedded: Embedded) -> Iterator[str]:
    """A database with nothing in it."""
    with database_made(embedded, "fullhouse_before_history") as conninfo:
        yield conninfo


SOLD = """
    INSERT INTO bookings (event_id, number, id, places, status, created_at, cancelled_at, expires_at, paid_by)
    VALUES (%(event)s, 1, %(one)s, 1, 'cancelled', %(at)s, %(at)s + interval '1 day', NULL, NULL),
           (%(event)s, 2, %(two)s, 1, 'confirmed', %(at)s, NULL, %(at)s + interval '10 minutes', 'comp')
"""


async def test_what_was_sold_before_there_was_a_history_has_one(before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {"event": new_id(), "one": new_id(), "two": new_id()}
    known = migrations.known()
    async with Database.opened(before) as database:
        async with database.write() as conn:
            with monkeypatch.context() as patch:
                patch.setattr(migrations, "known", lambda: known[: known.index("0008_history.sql")])
                await migrations.apply(conn)
            await conn.execute(SOLD, {**ids, "at": NOW})
        assert "0008_history.sql" in await installation.migrate(database)
        told = {name: await past(database, ids[name]) for name in ("one", "two")}
    words = {
        name: [(entry.what, entry.at) for entry in history_of(found, NOW + timedelta(days=9))]
        for name, found in told.items()
        if found is not None
    }
    assert words == {
        "one": [("made", NOW), ("cancelled", NOW + timedelta(days=1))],
        "two": [("made", NOW), ("confirmed", NOW)],
    }
