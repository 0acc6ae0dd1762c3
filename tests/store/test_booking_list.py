"""Lists in the database: a page reads a few rows of a large event, whatever is asked for."""

from datetime import timedelta

import psycopg
import pytest

from fullhouse.rules.booking_filter import ALL, BookingFilter, TicketPosition
from fullhouse.rules.reference import reference_of
from fullhouse.store import booking_list
from fullhouse.store.db import Database
from tests.store.rows import NOW, OnSale, Rows, new_id, put_on_sale
from tests.web.manifest import fill

MANY = 60_000
READ = """
    SELECT (SELECT sum(idx_tup_read) + sum(idx_tup_fetch) FROM pg_stat_user_indexes
            WHERE relname IN ('bookings', 'tickets'))
         + (SELECT sum(seq_tup_read) FROM pg_stat_user_tables WHERE relname IN ('bookings', 'tickets'))
"""


@pytest.fixture
async def event(database: Database, conninfo: str) -> OnSale:
    """An event with very many bookings."""
    made = await put_on_sale(database, 10)
    fill(conninfo, made.id, MANY)
    return made


async def read_by(database: Database, rows: Rows, chosen: BookingFilter, before: int | None = None) -> tuple[int, int]:
    """How many bookings a page has, and how many rows were read for it and for the page of tickets."""
    earlier = await rows.one(READ)
    async with database.read() as conn:
        (event_id,) = await (await conn.execute("SELECT id::text FROM events")).fetchone() or ("",)
        page = await booking_list.bookings(conn, event_id, chosen, before, 50, NOW)
        after = None if before is None else TicketPosition(before, 0)
        await booking_list.tickets(conn, event_id, chosen, after, 50, NOW)
        await conn.execute("SELECT pg_stat_force_next_flush()")
        await conn.execute("SELECT 1")
    await rows.run("SELECT pg_stat_clear_snapshot()")
    return len(page.found), int(await rows.one(READ) - earlier)


async def test_a_page_reads_a_few_rows_wherever_it_begins(database: Database, event: OnSale, rows: Rows) -> None:
    for before in (None, MANY // 2, 60):
        found, read = await read_by(database, rows, ALL, before)
        assert found == 50
        assert 100 <= read < 2_000, before


async def test_what_an_index_finds_is_found_at_once_in_a_large_event(
    database: Database, event: OnSale, rows: Rows
) -> None:
    for chosen in (BookingFilter(email="BUYER77+x@example.org"), BookingFilter(text=reference_of(event.id, 77))):
        found, read = await read_by(database, rows, chosen)
        assert found == 1
        assert read < 200


async def test_what_no_index_finds_is_looked_for_in_a_bounded_part(
    database: Database, event: OnSale, rows: Rows
) -> None:
    chosen = BookingFilter(text="Nobody of this name")
    found, read = await read_by(database, rows, chosen)
    assert found == 0
    assert read < 5 * booking_list.BOOKINGS_READ_MAX
    seen, before = 0, None
    async with database.read() as conn:
        while True:
            page = await booking_list.bookings(conn, event.id, BookingFilter(text="Buyer 77"), before, 200, NOW)
            seen += len(page.found)
            before = page.next_before
            if before is None:
                break
    assert seen == len([n for n in range(1, MANY + 1) if str(n).startswith("77")])


async def test_an_event_without_bookings_has_one_empty_page(database: Database) -> None:
    made = await put_on_sale(database)
    async with database.read() as conn:
        assert await booking_list.bookings(conn, made.id, ALL, None, 50, NOW) == booking_list.BookingPage([], None)
        assert await booking_list.tickets(conn, new_id(), ALL, None, 50, NOW) == booking_list.TicketPage([], None)


async def test_a_snapshot_stays_as_it_was_and_writes_nothing(database: Database, rows: Rows) -> None:
    made = await put_on_sale(database)
    async with database.snapshot() as conn:
        count = "SELECT count(*) FROM events WHERE starts_at > %s"
        before = await (await conn.execute(count, [NOW + timedelta(days=1)])).fetchone()
        await rows.run("UPDATE events SET starts_at = '2020-01-01Z' WHERE id = %s", made.id)
        assert await (await conn.execute(count, [NOW + timedelta(days=1)])).fetchone() == before
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            await conn.execute("DELETE FROM events")
