"""Remembered answers: written once, found again, and forgotten when they are old."""

from datetime import timedelta

import pytest
from psycopg import errors

from fullhouse.actions import installation
from fullhouse.rules.booking import Booked, Cancelled, Confirmed, Outcome, Refused, Released
from fullhouse.rules.decision import Remembered
from fullhouse.rules.idempotency import key_for
from fullhouse.rules.refusals import NotEnoughSeats
from fullhouse.store import booking, idempotency
from fullhouse.store.db import Database, WriteConn, connect_engine
from tests.store.rows import NOW, OnSale, Rows, batch, cancelled, new_id

ON_SALE = OnSale(new_id(), new_id())
BOOKING, GONE = ON_SALE.booking(1, 2), ON_SALE.booking(2, 3)._replace(status="cancelled", cancelled_at=NOW)
PAID = ON_SALE.reserved(3, ON_SALE.type_id, 2, new_id(), "confirmed")._replace(paid_by="cash")
OUTCOMES: list[Outcome] = [
    Booked(BOOKING),
    Booked(GONE._replace(status="confirmed", cancelled_at=None)),
    Cancelled(GONE),
    Booked(PAID._replace(status="held", paid_by=None)),
    Confirmed(PAID),
    Refused(NotEnoughSeats("“Été”: only 2 seats are left, {C:\\, 100%}.", available_seats=2)),
    Refused(NotEnoughSeats("Sold out.", available_seats=0, lines=[{"ticket_type_id": new_id(), "possible": 0}])),
]


def remembered() -> dict[str, Remembered]:
    keys = [key_for("buyer", "POST /bookings", f"key {number}", "asked") for number in range(len(OUTCOMES))]
    return {key.id: Remembered(key.fingerprint, outcome) for key, outcome in zip(keys, OUTCOMES, strict=True)}


async def remember(conn: WriteConn, keys: dict[str, Remembered]) -> None:
    async with batch(conn) as pipeline:
        idempotency.remember(pipeline, keys, NOW)
        await pipeline.commit()


async def write_bookings(conn: WriteConn) -> None:
    async with batch(conn) as pipeline:
        booking.insert(pipeline, [BOOKING, GONE], [], {}, [])
        booking.insert_reserved(pipeline, [PAID])
        booking.cancel(pipeline, [cancelled(GONE, NOW)])
        await pipeline.commit()


async def recall(conn: WriteConn, *key_ids: str) -> dict[str, Remembered]:
    async with batch(conn) as pipeline:
        found = await idempotency.recall(pipeline, key_ids).read()
        await pipeline.commit()
    return found


async def test_every_kind_of_answer_is_recalled_as_it_was(conn: WriteConn) -> None:
    keys = remembered()
    await write_bookings(conn)
    await remember(conn, keys)
    unknown = key_for("rival", "POST /bookings", "key 0", "asked").id
    assert await recall(conn, *keys, unknown) == keys


async def test_a_key_is_written_once_and_the_first_answer_stays(conn: WriteConn, conninfo: str) -> None:
    keys = remembered()
    first = next(iter(keys))
    await write_bookings(conn)
    await remember(conn, {first: keys[first]})
    with pytest.raises(errors.UniqueViolation) as raised:
        await remember(conn, {key_id: Remembered("0" * 32, OUTCOMES[-1]) for key_id in keys})
    assert raised.value.diag.constraint_name == "idempotency_keys_pkey"
    later = await connect_engine(conninfo, 2_000, 20_000)
    assert await recall(later, *keys) == {first: keys[first]}, "the whole batch was rolled back"
    await later.close()


async def test_a_release_has_no_key(conn: WriteConn) -> None:
    with pytest.raises(TypeError):
        await remember(conn, {"0" * 32: Remembered("0" * 32, Released(0, is_more=False))})


async def put(rows: Rows, count: int, days_old: float) -> None:
    await rows.run(
        "INSERT INTO idempotency_keys SELECT gen_random_uuid(), gen_random_uuid(), '{}', %s "
        "FROM generate_series(1, %s)",
        NOW - timedelta(days=days_old),
        count,
    )


async def test_old_keys_are_forgotten_a_few_at_a_time(database: Database, rows: Rows) -> None:
    await put(rows, 5, days_old=8)
    await put(rows, 3, days_old=6)
    counts = []
    for _ in range(4):
        async with database.write() as conn:
            counts.append(await idempotency.forget(conn, NOW - timedelta(days=7), 2))
    assert counts == [2, 2, 1, 0]
    assert await rows.one("SELECT count(*) FROM idempotency_keys") == 3


async def test_a_key_of_exactly_that_age_is_kept(database: Database, rows: Rows) -> None:
    await put(rows, 1, days_old=7)
    assert await installation.forget_old_keys(database, NOW, 7) == 0


async def test_a_key_that_is_locked_elsewhere_is_left_for_the_next_time(database: Database, rows: Rows) -> None:
    await put(rows, 2, days_old=8)
    async with rows.conn.transaction():
        await rows.run("SELECT 1 FROM idempotency_keys LIMIT 1 FOR UPDATE")
        assert await installation.forget_old_keys(database, NOW, 7) == 1
    assert await installation.forget_old_keys(database, NOW, 7) == 1
