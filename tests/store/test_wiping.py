"""Deleting what was tried out: some rows at a time, of test organizers alone, and out of every table that there is."""

import asyncio

from fullhouse.actions import wiping as actions
from fullhouse.rules.organizer import Organizer
from fullhouse.rules.sales import EVER, At, Figures
from fullhouse.rules.settlement import Tickets
from fullhouse.store import booking_index, organizer, sales, wiping
from fullhouse.store.booking import insert
from fullhouse.store.booking_index import Worded
from fullhouse.store.db import Database, WriteConn
from tests.store.rows import NOW, Rows, batch, new_id, put_on_sale

NOT_WIPED = {
    "organizers",  # The place for tests stays ...
    "api_keys",  # ... with its keys.
    "events",  # Deleted last of all.
    "members",  # Who works here, works here still.
    "invitations",
    "audit_entries",  # What was done can't be undone.
    "audit_chains",
}
"""Tables that name an organizer or an event, and are in none of the lists."""

A_WAIT = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
"""Somebody waits for another's lock."""


async def test_every_table_that_names_an_event_or_an_organizer_is_wiped(rows: Rows) -> None:
    found = await rows.all(
        """
        SELECT DISTINCT table_name::text FROM information_schema.columns
        WHERE table_schema = 'public' AND column_name IN ('event_id', 'organizer_id')
        """
    )
    wiped = {*wiping.MANY, *wiping.FEW, *wiping.BESIDE_EVENTS}
    assert {name for (name,) in found} - NOT_WIPED == wiped - NOT_WIPED


async def all_for_tests(database: Database, rows: Rows) -> str:
    """Make all events those of a new test organizer."""
    test_id = new_id()
    async with database.write() as writer:
        await organizer.create(writer, Organizer(test_id, "Trial", "en", None, organizer.DEFAULT_ID, NOW))
    await rows.run("UPDATE events SET organizer_id = %s", test_id)
    return test_id


async def test_an_event_is_deleted_in_steps_and_with_its_last_row(
    database: Database, conn: WriteConn, rows: Rows
) -> None:
    event = await put_on_sale(database, 20)
    async with batch(conn) as pipeline:
        insert(pipeline, [event.booking(number, 1) for number in range(1, 8)], [], {}, [])
        await pipeline.commit()
    async with database.write() as writer:
        assert await wiping.step(writer, organizer.DEFAULT_ID, 100) == 0, "it is no test organizer"
    test_id = await all_for_tests(database, rows)
    left = []
    for _ in range(3):
        async with database.write() as writer:
            assert await wiping.step(writer, test_id, 3) > 0
        left.append(
            await rows.all(
                """
                SELECT (SELECT count(*) FROM bookings), (SELECT count(*) FROM events), (SELECT count(*) FROM houses),
                       (SELECT min(state) FROM events), (SELECT min(offer_version) FROM houses)
                """
            )
        )
    assert left == [[(4, 1, 1, "draft", 2)], [(1, 1, 1, "draft", 2)], [(0, 0, 0, None, None)]]
    async with database.write() as writer:
        assert await wiping.step(writer, test_id, 3) == 0


async def test_what_the_worker_is_writing_of_an_event_goes_with_it(
    database: Database, office: Database, rows: Rows
) -> None:
    event = await put_on_sale(database, 20)
    test_id = await all_for_tests(database, rows)
    async with database.write() as writer:
        await booking_index.add_tallies(writer, [event.id])
    async with database.write() as worker:
        assert await sales.keep_event(worker, event.id)
        one = await booking_index.lock(worker, event.id)
        assert one is not None
        wiped = asyncio.create_task(actions.wipe(office, test_id, 5))
        await rows.until(A_WAIT)
        (begun,) = await sales.progress(worker, [event.id])
        await sales.keep(worker, begun, {At("ever", EVER, new_id()): Figures(Tickets(1))})
        await booking_index.add_words(worker, one, [Worded(1, NOW, ["ada"])])
    assert (await wiped).is_done
    for table in ("sales", "sales_counts", "booking_words", "event_tallies", "events"):
        assert await rows.one(f"SELECT count(*) FROM {table}") == 0, table  # noqa: S608 - names of tables
    async with database.write() as worker:
        assert not await sales.keep_event(worker, event.id)
        assert await booking_index.lock(worker, event.id) is None


async def test_what_is_left_out_now_is_deleted_the_next_time(database: Database, rows: Rows) -> None:
    for _ in range(3):
        await put_on_sale(database, 20)
    test_id = await all_for_tests(database, rows)
    first = await actions.wipe(database, organizer.DEFAULT_ID, 2)
    assert not first.is_done
    assert await rows.one("SELECT count(*) FROM events") == 1
    by_its_own_id = await actions.wipe(database, test_id, 2)
    assert by_its_own_id.is_done
    assert first.rows_deleted == 2 * by_its_own_id.rows_deleted
    assert await actions.wipe(database, organizer.DEFAULT_ID, 1) == (0, True)


async def test_a_row_that_somebody_is_changing_is_deleted_as_well(
    database: Database, conn: WriteConn, rows: Rows
) -> None:
    event = await put_on_sale(database, 20)
    test_id = await all_for_tests(database, rows)
    await rows.run(
        "INSERT INTO notices (event_id, number, organizer_id, kind, at) VALUES (%s, 1, %s, 'event.changed', now())",
        *(event.id, test_id),
    )
    async with conn.transaction():
        await conn.execute("UPDATE notices SET position = 1_000")
        wiped = asyncio.create_task(actions.wipe(database, test_id, 2))
        await rows.until(A_WAIT)
    assert (await wiped).is_done
    assert await rows.one("SELECT count(*) FROM notices") == 0
