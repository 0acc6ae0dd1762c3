"""Changes as they are read: one for each booking of a notice, of one organizer, and of some of its events if asked."""

from collections.abc import Sequence

from fullhouse.rules.change import KINDS, Change, Ends
from fullhouse.rules.notice import Notice
from fullhouse.store import change, house, notice, organizer
from fullhouse.store.db import Database, WriteConn
from tests.store.rows import NOW, Rows, batch, new_id, put_on_sale, sell

RIVAL = "00000000-0000-7000-8000-000000000002"


async def page(
    database: Database, after: int | None = None, limit: int = 100, event_ids: Sequence[str] | None = None
) -> tuple[list[Change], Ends]:
    async with database.read() as conn:
        return await change.page(conn, organizer.DEFAULT_ID, after, KINDS, event_ids, limit)


async def write(database: Database, conn: WriteConn, *notices: Notice) -> None:
    """Write notices, which get their positions at once."""
    async with batch(conn) as pipeline:
        house.change(pipeline, {}, notices)
        await pipeline.commit()
    async with database.write() as beside:
        position = await notice.lock_reader(beside, "numbered")
        assert position is not None
        await notice.number(beside, position, 100)


async def test_each_booking_of_a_notice_is_a_change_of_its_own(database: Database, conn: WriteConn) -> None:
    event = await put_on_sale(database)
    one, two = await sell(conn, event, 1, 1)
    confirmed = Notice(event.id, 1, organizer.DEFAULT_ID, "booking.confirmed", NOW, (1, 2, 9))
    whole = Notice(event.id, 2, organizer.DEFAULT_ID, "event.changed", NOW, (), {"fields": ["name"]})
    await write(database, conn, confirmed, whole)
    told = [
        Change(1, "booking.confirmed", NOW, event.id, 1, one.id, None),
        Change(2, "booking.confirmed", NOW, event.id, 2, two.id, None),
        Change(3, "booking.confirmed", NOW, event.id, 9, None, None),
        Change(4, "event.changed", NOW, event.id, None, None, {"fields": ["name"]}),
    ]
    for after in (None, 0, 1, 2, 3, 4):
        for limit in (1, 2, 100):
            assert await page(database, after, limit) == (told[after or 0 :][:limit], Ends(0, 4))


async def test_organizers_see_what_is_theirs_alone(database: Database, conn: WriteConn) -> None:
    event, other = await put_on_sale(database), await put_on_sale(database)
    mine = Notice(event.id, 1, organizer.DEFAULT_ID, "event.published", NOW)
    await write(database, conn, mine._replace(event_id=new_id(), organizer_id=RIVAL))
    await write(database, conn, mine, mine._replace(event_id=other.id))
    changes, ends = await page(database)
    assert [(one.sequence, one.event_id) for one in changes] == [(2, event.id), (3, other.id)]
    assert ends == Ends(0, 3)
    changes, _ = await page(database, event_ids=[other.id])
    assert [one.event_id for one in changes] == [other.id]
    assert (await page(database, event_ids=[]))[0] == []


async def test_the_latest_change_of_each_organizer_is_known(database: Database, conn: WriteConn, rows: Rows) -> None:
    event = await put_on_sale(database)
    mine = Notice(event.id, 1, organizer.DEFAULT_ID, "event.published", NOW)
    await write(database, conn, mine, mine._replace(number=2))
    await write(database, conn, mine._replace(event_id=new_id(), organizer_id=RIVAL))
    async with database.read() as beside:
        assert await change.latest(beside, 0) == (3, {organizer.DEFAULT_ID: 2, RIVAL: 3})
        assert await change.latest(beside, 2) == (3, {RIVAL: 3})
        assert await change.latest(beside, 3) == (3, {})
    assert await rows.one("SELECT count(*) FROM notices") == 3
