"""Organizers in the database: made, changed, found by what is theirs; and the one for the tests of another."""

from fullhouse.rules.organizer import Organizer
from fullhouse.store import organizer
from fullhouse.store.db import Database
from tests.store.rows import NOW, Rows, new_id, put_on_sale

ADA = Organizer(new_id(), "Ada", "de", "ada@example.org", None, NOW)


async def test_an_organizer_is_found_as_it_was_made_and_as_it_was_changed(database: Database) -> None:
    changed = ADA._replace(name="Bob", language="en", reply_to=None)
    async with database.write() as conn:
        assert not await organizer.exists(conn, ADA.id)
        assert await organizer.find(conn, ADA.id) is None
        assert await organizer.lock(conn, ADA.id) is None
        await organizer.create(conn, ADA)
        assert await organizer.exists(conn, ADA.id)
        assert await organizer.find(conn, ADA.id) == ADA
        await organizer.change(conn, changed)
        assert await organizer.lock(conn, ADA.id) == changed


async def test_the_organizer_for_tests_is_found_by_the_one_that_tests(database: Database) -> None:
    trial = ADA._replace(id=new_id(), test_of=ADA.id)
    async with database.write() as conn:
        await organizer.create(conn, ADA)
        assert await organizer.for_tests_of(conn, ADA.id) is None
        await organizer.create(conn, trial)
        assert await organizer.for_tests_of(conn, ADA.id) == trial.id
        assert await organizer.for_tests_of(conn, trial.id) is None
        listed = await organizer.everything(conn)
    assert [one.id for one in listed] == [organizer.DEFAULT_ID, ADA.id, trial.id]


async def test_whose_an_event_or_a_series_is_can_be_told(database: Database, rows: Rows) -> None:
    event, series_id = await put_on_sale(database), new_id()
    await rows.run("UPDATE events SET series_id = %s", series_id)
    async with database.read() as conn:
        assert await organizer.of_events(conn, [event.id, new_id()]) == {event.id: organizer.DEFAULT_ID}
        assert await organizer.of_series(conn, series_id) == organizer.DEFAULT_ID
        assert await organizer.of_series(conn, new_id()) is None
