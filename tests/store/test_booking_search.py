"""Searching in the database: a page reads a bounded part, whatever is asked for, and nothing is listed twice."""

from datetime import timedelta

import pytest

from fullhouse.actions import booking_index as actions
from fullhouse.rules.booking_filter import ALL, BookingFilter
from fullhouse.rules.booking_search import Position
from fullhouse.store import booking_index, booking_search, organizer
from fullhouse.store.booking_index import BEFORE_ALL
from fullhouse.store.booking_search import Scope
from fullhouse.store.db import Database
from tests.store.rows import NOW, OnSale, Rows, put_on_sale
from tests.web.manifest import fill

MANY = 22_000
HOUSE = Scope(organizer.DEFAULT_ID)
READ = """
    SELECT (SELECT sum(idx_tup_read) + sum(idx_tup_fetch) FROM pg_stat_user_indexes
            WHERE relname IN ('bookings', 'booking_words', 'booking_runs'))
         + (SELECT sum(seq_tup_read) FROM pg_stat_user_tables
            WHERE relname IN ('bookings', 'booking_words', 'booking_runs'))
"""


@pytest.fixture
async def event(database: Database, conninfo: str) -> OnSale:
    """An event with very many bookings."""
    made = await put_on_sale(database, 10)
    fill(conninfo, made.id, MANY)
    return made


async def index(database: Database, event_id: str) -> None:
    """Look through an event to its end, in pages as the worker does."""
    await begin(database, event_id)
    done = 1
    while done:
        async with database.write() as conn:
            done = await actions._look_through(conn, event_id)


async def begin(database: Database, event_id: str) -> None:
    async with database.write() as conn:
        await booking_index.add_tallies(conn, [event_id])


async def every_page(database: Database, chosen: BookingFilter, scope: Scope = HOUSE) -> tuple[list[int], int]:
    """The numbers of all that is found, and how many pages that took."""
    numbers: list[int] = []
    pages, before = 0, None
    async with database.read() as conn:
        while True:
            page = await booking_search.page(conn, scope, chosen, before, 200, NOW)
            numbers += [one.booking.number for one in page.found]
            pages += 1
            if page.following is None:
                return numbers, pages
            before = page.following


async def test_a_page_reads_a_bounded_part_whatever_is_asked_for(database: Database, rows: Rows, event: OnSale) -> None:
    await index(database, event.id)
    await rows.run("ANALYZE")
    wanted = {"buyer 77": (50, 2 * MANY), "7777": (1, 200), "buyer": (50, 6 * MANY), "no": (0, 100)}
    for text, (found, read_max) in wanted.items():
        earlier = await rows.one(READ)
        async with database.read() as conn:
            page = await booking_search.page(conn, HOUSE, BookingFilter(text=text), None, 50, NOW)
            await conn.execute("SELECT pg_stat_force_next_flush()")
            await conn.execute("SELECT 1")
        await rows.run("SELECT pg_stat_clear_snapshot()")
        assert len(page.found) == found, text
        assert int(await rows.one(READ) - earlier) < read_max, text


async def test_every_booking_of_a_frequent_word_is_found_once(database: Database, rows: Rows, event: OnSale) -> None:
    await index(database, event.id)
    numbers, pages = await every_page(database, BookingFilter(text="buyer"))
    assert numbers == list(range(MANY, 0, -1))
    assert pages >= MANY // 200
    numbers, _ = await every_page(database, BookingFilter(text="buyer 7"), Scope(organizer.DEFAULT_ID, event.id))
    assert numbers == [n for n in range(MANY, 0, -1) if str(n).startswith("7")]


async def test_what_is_not_looked_through_yet_is_found_all_the_same(database: Database, event: OnSale) -> None:
    await begin(database, event.id)
    async with database.write() as conn:
        assert await actions._look_through(conn, event.id) == actions.PAGE
    numbers, _ = await every_page(database, BookingFilter(text="77"))
    assert numbers == [n for n in range(MANY, 0, -1) if str(n).startswith("77")]
    numbers, _ = await every_page(database, ALL)
    assert numbers == list(range(MANY, 0, -1))


async def test_bookings_of_one_moment_are_listed_once_though_a_page_ends_among_them(
    database: Database, rows: Rows, event: OnSale
) -> None:
    await rows.run("UPDATE bookings SET created_at = %s WHERE number %% 3 > 0", NOW)
    await index(database, event.id)
    numbers, _ = await every_page(database, ALL)
    assert sorted(numbers) == list(range(1, MANY + 1))
    assert numbers[:3] == [n for n in range(MANY, 0, -1) if n % 3 == 0][:3]


async def test_one_at_a_time_looks_through_an_event(database: Database, office: Database, event: OnSale) -> None:
    await begin(database, event.id)
    async with database.write() as conn:
        assert await booking_index.lock(conn, event.id) is not None
        async with office.write() as other:
            assert await booking_index.lock(other, event.id) is None
            assert await actions._look_through(other, event.id) == 0
    async with database.read() as conn:
        assert await booking_index.behind(conn, BEFORE_ALL, 10) == [event.id]
    await index(database, event.id)
    async with database.read() as conn:
        assert await booking_index.behind(conn, BEFORE_ALL, 10) == []


async def test_every_event_has_its_turn_whatever_stands_before_it(database: Database, rows: Rows) -> None:
    event_ids = sorted([(await put_on_sale(database, 10)).id for _ in range(3)])
    await rows.run("UPDATE houses SET bookings_made = 1")
    async with database.read() as conn:
        assert await booking_index.behind(conn, BEFORE_ALL, 2) == event_ids[:2]
        assert await booking_index.behind(conn, event_ids[1], 2) == event_ids[2:]


async def test_behind_the_last_booking_there_is_nothing(database: Database, event: OnSale) -> None:
    await index(database, event.id)
    before = Position(NOW - timedelta(days=9_999), event.id, 1)
    async with database.read() as conn:
        assert await booking_search.page(conn, HOUSE, ALL, before, 50, NOW) == booking_search.Page([], None)
