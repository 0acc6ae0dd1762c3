"""Copies of events: each row once, whatever else there is, and with as many statements for many as for one."""

from datetime import timedelta

import pytest
from psycopg import errors

from fullhouse.rules.event import EventUse
from fullhouse.store import copying, event
from fullhouse.store.copying import Copy
from fullhouse.store.db import Database
from tests.store.rows import NOW, OnSale, Rows, new_id, put_on_sale

LATER = NOW + timedelta(days=60)
SERIES = "0196a1b2-c3d4-7e5f-8a6b-00000000aaaa"


def new_ids(count: int) -> list[str]:
    """Ids in the order in which they are made."""
    return [new_id() for _ in range(count)]


async def offer_on(rows: Rows, source: OnSale) -> None:
    """Two pools, and two ticket types of which one draws on both."""
    for name in ("Stalls", "Circle"):
        await rows.run("INSERT INTO pools VALUES (%s, %s, %s, 10, 1, 2, now())", source.id, new_id(), name)
        await rows.run(
            "INSERT INTO ticket_types (event_id, id, name, price_minor, created_at) VALUES (%s, %s, %s, 1, now())",
            *(source.id, new_id(), name),
        )
    await rows.run(
        """
        INSERT INTO ticket_type_pools
        SELECT t.event_id, t.id, p.id FROM ticket_types t JOIN pools p USING (event_id)
        WHERE t.name = 'Circle' AND t.event_id = %s
        """,
        source.id,
    )


async def copy(database: Database, source: OnSale, count: int) -> list[str]:
    copies = [Copy(new_id(), f"Copy {n}", LATER + timedelta(days=n)) for n in range(count)]
    async with database.write() as conn:
        await copying.copy(conn, source.id, copies, SERIES, new_ids, NOW)
    return [one.event_id for one in copies]


@pytest.mark.parametrize("count", [0, 1, 3])
async def test_each_copy_has_each_row_once_and_draws_on_its_own_pools(
    database: Database, rows: Rows, count: int
) -> None:
    source, other = await put_on_sale(database, 20), await put_on_sale(database, 20)
    await offer_on(rows, source)
    await offer_on(rows, other)
    made = await copy(database, source, count)
    assert await rows.one("SELECT count(*) FROM events") == 2 + count
    for event_id in made:
        assert await rows.all(
            "SELECT name, capacity, held_back, taken FROM pools WHERE event_id = %s ORDER BY id", event_id
        ) == [("Stalls", 10, 1, 0), ("Circle", 10, 1, 0)], "in the order of their ids, which is that of the old ones"
        names = "SELECT name FROM ticket_types WHERE event_id = %s ORDER BY id"
        offered = [("Stalls",), ("Circle",), ("General admission",)]
        assert sorted(await rows.all(names, event_id)) == sorted(offered)
        drawn = """
            SELECT t.name, p.name FROM ticket_type_pools d
            JOIN ticket_types t ON (t.event_id, t.id) = (d.event_id, d.ticket_type_id)
            JOIN pools p ON (p.event_id, p.id) = (d.event_id, d.pool_id)
            WHERE d.event_id = %s ORDER BY p.name
        """
        assert await rows.all(drawn, event_id) == [("Circle", "Circle"), ("Circle", "Stalls")]


async def test_the_events_of_a_series_are_in_order_and_drafts_are_left_out_unless_asked_for(
    database: Database,
) -> None:
    made = await copy(database, await put_on_sale(database, 20), 3)
    async with database.write() as conn:
        whole = await event.find_whole(conn, made[1])
        assert whole is not None
        await event.change(conn, whole._replace(state="published"))
        assert [one.id for one in await event.in_series(conn, SERIES, drafts=True)] == made
        assert [one.id for one in await event.in_series(conn, SERIES, drafts=False)] == [made[1]]
        assert await event.in_series(conn, new_id(), drafts=True) == []


async def test_drafts_are_found_whole_alone(database: Database) -> None:
    (draft,) = await copy(database, await put_on_sale(database, 20), 1)
    async with database.read() as conn:
        assert await event.find(conn, [draft]) == {}
        assert await event.availability(conn, [draft]) == {}
        whole = await event.find_whole(conn, draft)
        assert whole is not None
        assert (whole.event.name, whole.event.starts_at, whole.state, whole.series_id) == (
            *("Copy 0", LATER, "draft", SERIES),
        )
        assert await event.find_whole(conn, new_id()) is None


async def test_an_event_is_in_use_by_what_is_taken_and_was_by_what_ever_was(database: Database, rows: Rows) -> None:
    source = await put_on_sale(database, 20)

    async def use() -> EventUse:
        async with database.read() as conn:
            return await event.use(conn, source.id)

    assert await use() == EventUse(is_taken=False, was_taken=False)
    await rows.run("UPDATE houses SET taken = 2, bookings_made = 1")
    assert await use() == EventUse(is_taken=True, was_taken=True)
    await rows.run("UPDATE houses SET taken = 0")
    assert await use() == EventUse(is_taken=False, was_taken=True)


async def test_a_slug_is_an_organizer_s_once(database: Database) -> None:
    first, second = await put_on_sale(database), await put_on_sale(database)

    async def name(one: OnSale) -> None:
        async with database.write() as conn:
            whole = await event.find_whole(conn, one.id)
            assert whole is not None
            await event.change(conn, whole._replace(details=whole.details._replace(slug="late-trio")))

    await name(first)
    await name(first)
    with pytest.raises(errors.UniqueViolation) as refused:
        await name(second)
    assert event.is_slug_taken(refused.value)


async def test_the_span_of_an_event_has_all_times_that_move(database: Database, rows: Rows) -> None:
    source = await put_on_sale(database)
    date = NOW + timedelta(days=30)
    async with database.read() as conn:
        assert await copying.span(conn, source.id) == (date, date)
        await offer_on(rows, source)
        await rows.run("UPDATE events SET sales_from = %s", NOW - timedelta(days=1))
        await rows.run("UPDATE ticket_types SET sales_until = %s WHERE name = 'Circle'", LATER)
        assert await copying.span(conn, source.id) == (NOW - timedelta(days=1), LATER)
        await rows.run(
            """
            INSERT INTO promo_codes (event_id, id, code, kind, amount, valid_from, valid_until, created_at)
            VALUES (%s, %s, 'X', 'fixed', 1, %s, %s, now())
            """,
            *(source.id, new_id(), NOW - timedelta(days=9), LATER + timedelta(days=9)),
        )
        assert await copying.span(conn, source.id) == (NOW - timedelta(days=9), LATER + timedelta(days=9))
        await rows.run("DELETE FROM promo_codes")
