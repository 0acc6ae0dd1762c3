"""Pools, ticket types and fees in the database: written as they are, and never across events."""

from datetime import timedelta

import pytest
from psycopg import errors

from fullhouse.rules.offer import Fee, Tax
from fullhouse.rules.pool import Pool
from fullhouse.rules.ticket_type import TicketTypeEntry
from fullhouse.store import fee, offer, pool, ticket_type
from fullhouse.store.db import Database, ReadConn
from tests.store.rows import NOW, OnSale, Rows, new_id, put_on_sale

TAX = Tax(1900, is_included=False)


def pool_of(event: OnSale, name: str = "Balcony") -> Pool:
    return Pool(new_id(), event.id, name, 20, 5, 0)


def type_of(event: OnSale, *pool_ids: str) -> TicketTypeEntry:
    return TicketTypeEntry(
        *(new_id(), event.id, "Été “1”", "a\nb", 3, 10**11, "EUR", TAX),
        *(4, 2, 6, NOW, NOW + timedelta(days=1), "box_office", pool_ids),
    )


def fee_of() -> Fee:
    return Fee(new_id(), "Service", "percent", 250, "ticket", TAX)


async def test_pools_are_read_with_the_house_first_and_then_by_age(database: Database) -> None:
    event, other = await put_on_sale(database, 100), await put_on_sale(database, 50)
    old, young = pool_of(event, "Z"), pool_of(event, "A")
    async with database.write() as conn:
        await pool.insert(conn, young, NOW + timedelta(seconds=1))
        await pool.insert(conn, old, NOW)
        await pool.insert(conn, pool_of(other), NOW)
    async with database.read() as reader:
        house = Pool(event.id, event.id, "House", 100, 0, 0)
        assert await pool.everything(reader, event.id) == [house, old, young]
        assert await pool.everything(reader, new_id()) == []


async def test_a_pool_changes_alone(database: Database, rows: Rows) -> None:
    event = await put_on_sale(database, 100)
    one, other = pool_of(event), pool_of(event, "Stalls")
    after = one._replace(name="Boxes", capacity=None, held_back=7)
    async with database.write() as conn:
        for made in (one, other):
            await pool.insert(conn, made, NOW)
    await rows.run("UPDATE pools SET taken = 3")
    async with database.write() as conn:
        await pool.update(conn, after)
        await pool.update_house(conn, Pool(event.id, event.id, "House", 90, 10, 0))
    async with database.read() as reader:
        assert await pool.everything(reader, event.id) == [
            Pool(event.id, event.id, "House", 90, 10, 0),
            after._replace(taken=3),
            other._replace(taken=3),
        ]


async def test_the_database_keeps_what_is_taken_within_the_limit(database: Database, rows: Rows) -> None:
    event = await put_on_sale(database, 100)
    made = pool_of(event)
    async with database.write() as conn:
        await pool.insert(conn, made, NOW)
    await rows.run("UPDATE pools SET taken = 10")
    with pytest.raises(errors.CheckViolation):
        async with database.write() as conn:
            await pool.update(conn, made._replace(capacity=14))
    with pytest.raises(errors.UniqueViolation):
        async with database.write() as conn:
            await pool.insert(conn, pool_of(event), NOW)


async def test_a_pool_that_is_drawn_on_stays(database: Database) -> None:
    event = await put_on_sale(database)
    made, other = pool_of(event), pool_of(event, "Stalls")
    async with database.write() as conn:
        for one in (made, other):
            await pool.insert(conn, one, NOW)
        await ticket_type.insert(conn, type_of(event, made.id), NOW)
        await pool.delete(conn, other)
    async with database.read() as reader:
        assert [one.id for one in await pool.everything(reader, event.id)] == [event.id, made.id]
        assert await pool.ticket_types_drawing(reader, event.id, made.id) == 1
        assert await pool.ticket_types_drawing(reader, event.id, other.id) == 0
    with pytest.raises(errors.ForeignKeyViolation):
        async with database.write() as conn:
            await pool.delete(conn, made)


async def offered(reader: ReadConn, event: OnSale) -> list[TicketTypeEntry]:
    """What the event offers beside general admission, which every event begins with."""
    return [one for one in await ticket_type.everything(reader, event.id) if one.id != event.type_id]


async def test_a_ticket_type_comes_back_as_it_was_written(database: Database) -> None:
    event, other = await put_on_sale(database), await put_on_sale(database)
    pools = [pool_of(event, name) for name in ("A", "B")]
    first, second = type_of(event, *(one.id for one in pools)), type_of(event)
    async with database.write() as conn:
        for one in pools:
            await pool.insert(conn, one, NOW)
        await ticket_type.insert(conn, second, NOW + timedelta(seconds=1))
        await ticket_type.insert(conn, first, NOW)
        await ticket_type.insert(conn, type_of(other), NOW)
    async with database.read() as reader:
        assert await offered(reader, event) == [first, second]
        assert await ticket_type.everything(reader, event.id, second.id) == [second]
        assert await ticket_type.everything(reader, other.id, second.id) == []
        assert await ticket_type.currency(reader, event.id) == "EUR"
        assert await ticket_type.currency(reader, new_id()) is None


async def test_a_ticket_type_changes_alone_with_what_it_draws_on(database: Database) -> None:
    event = await put_on_sale(database)
    one, another = pool_of(event, "A"), pool_of(event, "B")
    changed, kept = type_of(event, one.id), type_of(event, one.id)
    after = TicketTypeEntry(
        *(changed.id, event.id, "Child", "", 1, 0, "EUR", Tax(0, is_included=True)),
        *(0, 1, None, None, None, "archived", (another.id,)),
    )
    async with database.write() as conn:
        for made in (one, another):
            await pool.insert(conn, made, NOW)
        for entry in (changed, kept):
            await ticket_type.insert(conn, entry, NOW)
        await ticket_type.update(conn, after)
    async with database.read() as reader:
        assert await offered(reader, event) == [after, kept]
    async with database.write() as conn:
        await ticket_type.delete(conn, event.id, changed.id)
        assert await offered(conn, event) == [kept]


async def test_a_ticket_type_was_sold_when_a_ticket_or_a_hold_has_it(database: Database, rows: Rows) -> None:
    event, other = await put_on_sale(database), await put_on_sale(database)
    sold, held, never = type_of(event), type_of(event), type_of(event)
    await rows.run(
        "INSERT INTO tickets VALUES (%s, 1, 1, %s, gen_random_uuid(), 'cancelled'), "
        "(%s, 1, 1, %s, gen_random_uuid(), 'valid')",
        *(event.id, sold.id, other.id, never.id),
    )
    await rows.run(
        "INSERT INTO bookings (event_id, number, id, places, status, created_at, expires_at, price) "
        "VALUES (%s, 1, gen_random_uuid(), 1, 'held', now(), now(), %s)",
        *(event.id, f'{{"lines": [["{held.id}", 2]]}}'),
    )
    async with database.read() as reader:
        for entry, expected in ((sold, True), (held, True), (never, False)):
            assert await ticket_type.is_sold(reader, event.id, entry.id) is expected


async def test_a_fee_changes_alone_and_is_read_with_the_offer(database: Database) -> None:
    event = await put_on_sale(database)
    one, other, gone = fee_of(), fee_of(), fee_of()
    after = Fee(one.id, "Postage", "fixed", 0, "booking", Tax(0, is_included=True))
    async with database.write() as conn:
        for number, made in enumerate((one, other, gone)):
            await fee.insert(conn, event.id, made, NOW + timedelta(seconds=number))
        await fee.update(conn, event.id, after)
        await fee.delete(conn, event.id, gone.id)
    async with database.read() as reader:
        assert (await offer.find(reader, [event.id]))[event.id].fees == (after, other)
