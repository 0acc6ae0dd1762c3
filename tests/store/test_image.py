"""Pictures in the database: kept once, found by what they are called, and deleted only when nothing shows them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from fullhouse.rules.image import Image, ImageFile
from fullhouse.store import copying, event, image, organizer
from fullhouse.store.copying import Copy
from fullhouse.store.db import Database, ReadConn
from tests.store.rows import NOW, Rows, new_id, put_on_sale

HOUSE = organizer.DEFAULT_ID
LATER = NOW + timedelta(hours=1)
FILES = (ImageFile("480.webp", "image/webp", b"\0\xff small"), ImageFile("plain", "image/jpeg", b"plain"))


@pytest.fixture
async def picture(database: Database, rows: Rows) -> AsyncIterator[Image]:
    """A picture that nothing shows yet."""
    made = Image(new_id(), 960, 600, (480, 960), "image/jpeg")
    async with database.write() as conn:
        await image.keep(conn, HOUSE, made, FILES, NOW)
    yield made
    await rows.run("UPDATE events SET image_id = NULL")
    await rows.run("UPDATE organizers SET logo_id = NULL")
    await rows.run("DELETE FROM images")


async def shown(conn: ReadConn, event_id: str) -> Image | None:
    whole = await event.find_whole(conn, event_id)
    assert whole is not None
    assert [whole] == await event.find_many_whole(conn, [event_id])
    return whole.image


async def test_a_picture_is_found_by_its_id_and_a_size_and_nothing_else_is(database: Database, picture: Image) -> None:
    async with database.write() as conn:
        await image.keep(conn, HOUSE, picture, FILES, LATER)
        wanted = [(picture.id, "plain"), (picture.id, "480.webp"), (picture.id, "481.webp"), (new_id(), "plain")]
        found = await image.files(conn, wanted)
    assert found == {(picture.id, one.name): one for one in FILES}


async def test_an_event_and_its_copies_show_the_picture(database: Database, picture: Image) -> None:
    made = await put_on_sale(database)
    copy = Copy(new_id(), "Copy", NOW + timedelta(days=60))
    async with database.write() as conn:
        assert await shown(conn, made.id) is None
        await image.show_at_event(conn, made.id, picture.id)
        assert await shown(conn, made.id) == picture
        await copying.copy(conn, made.id, [copy], None, lambda count: [new_id() for _ in range(count)], NOW)
        await image.show_at_event(conn, made.id, None)
        assert await shown(conn, made.id) is None
        assert await shown(conn, copy.event_id) == picture


async def test_a_logo_is_the_organizers_and_of_the_one_for_its_tests(database: Database, picture: Image) -> None:
    async with database.write() as conn:
        await image.show_as_logo(conn, HOUSE, picture.id)
        found = await organizer.find(conn, HOUSE)
        assert found is not None
        assert found.logo == picture
        trial = found._replace(id=new_id(), test_of=HOUSE)
        await organizer.create(conn, trial)
        assert await organizer.find(conn, trial.id) == trial
        await image.show_as_logo(conn, HOUSE, None)
        assert await organizer.lock(conn, HOUSE) == found._replace(logo=None)


async def clean(database: Database, hours: int) -> int:
    """What the job does, so many hours later, when it is patient for a day."""
    now = NOW + timedelta(hours=hours)
    async with database.write() as conn:
        await image.mark_unused(conn, now)
        return await image.delete_unused(conn, now - timedelta(days=1))


async def test_a_picture_is_deleted_a_day_after_the_last_that_showed_it(
    database: Database, picture: Image, rows: Rows
) -> None:
    made = await put_on_sale(database)
    async with database.write() as conn:
        await image.show_at_event(conn, made.id, picture.id)
    assert [await clean(database, hours) for hours in (0, 48)] == [0, 0], "it is shown"
    async with database.write() as conn:
        await image.show_as_logo(conn, HOUSE, picture.id)
        await image.show_at_event(conn, made.id, None)
    assert [await clean(database, hours) for hours in (50, 100)] == [0, 0], "it is shown elsewhere"
    async with database.write() as conn:
        await image.show_as_logo(conn, HOUSE, None)
    assert [await clean(database, hours) for hours in (101, 125)] == [0, 0], "not long enough"
    async with database.write() as conn:
        await image.keep(conn, HOUSE, picture, FILES, NOW)
    assert [await clean(database, hours) for hours in (126, 150)] == [0, 0], "it was wanted once more"
    async with database.write() as conn:
        await image.show_as_logo(conn, HOUSE, picture.id)
    assert await clean(database, 160) == 0
    assert await rows.one("SELECT unused_since IS NULL FROM images")
    async with database.write() as conn:
        await image.show_as_logo(conn, HOUSE, None)
    assert [await clean(database, hours) for hours in (161, 186)] == [0, 1]
    assert await rows.one("SELECT count(*) FROM image_files") == 0


async def test_a_picture_that_is_taken_into_use_while_it_is_to_be_deleted_stays(
    database: Database, picture: Image
) -> None:
    made = await put_on_sale(database)
    await clean(database, 0)
    async with database.write() as conn:
        await image.keep(conn, HOUSE, picture, FILES, LATER)
        await image.show_at_event(conn, made.id, picture.id)
        deleting = asyncio.create_task(clean(database, 30))
        await asyncio.sleep(0.2)
        assert not deleting.done()
    assert await deleting == 0
    async with database.read() as conn:
        assert await shown(conn, made.id) == picture
        assert len(await image.files(conn, [(picture.id, "plain")])) == 1


async def test_a_picture_that_is_just_deleted_is_kept_anew(database: Database, picture: Image) -> None:
    made = await put_on_sale(database)
    await clean(database, 0)

    async def put() -> None:
        async with database.write() as conn:
            await image.keep(conn, HOUSE, picture, FILES, LATER)
            await image.show_at_event(conn, made.id, picture.id)

    async with database.write() as conn:
        assert await image.delete_unused(conn, LATER) == 1
        putting = asyncio.create_task(put())
        await asyncio.sleep(0.1)
        assert not putting.done()
    await putting
    async with database.read() as reader:
        assert await shown(reader, made.id) == picture
        assert len(await image.files(reader, [(picture.id, one.name) for one in FILES])) == 2
