"""Offers: read whole, in their order, and with a version that every change raises."""

from datetime import datetime, timedelta

import psycopg

from fullhouse.rules.offer import Fee, Offer, Tax, TicketType
from fullhouse.store import offer, organizer
from fullhouse.store.db import Database, WriteConn
from tests.offers import add_fee, add_pool, add_ticket_type, change_event
from tests.store.rows import NOW, batch, new_id, put_on_sale

LATER = NOW + timedelta(days=1, microseconds=7)


async def test_an_event_that_only_counts_seats_offers_one_free_ticket_type(database: Database) -> None:
    event = await put_on_sale(database)
    general = TicketType(
        *(event.type_id, "General admission", 0, Tax(0, is_included=True), 1, 1, None, None, None, "public", ()),
    )
    async with database.read() as conn:
        found = await offer.find(conn, [event.id, new_id()])
    assert found == {
        event.id: Offer(
            *(event.id, organizer.DEFAULT_ID, 1, "published", NOW + timedelta(days=30), None, None, "EUR"),
            ticket_types={event.type_id: general},
            fees=(),
            general=general,
        )
    }
    assert not found[event.id].draws_on_pools


async def test_an_offer_has_everything_in_its_order(database: Database, conn: WriteConn, conninfo: str) -> None:
    event = await put_on_sale(database)
    vip = await add_ticket_type(
        *(conninfo, event.id, 9_000),
        name="VIP “Gold”",
        position=-1,
        tax_basis_points=1_900,
        tax_is_included=False,
        places=4,
        tickets_min=2,
        tickets_max=6,
        sales_from=NOW,
        sales_until=LATER,
        visibility="box_office",
    )
    pools = sorted([await add_pool(conninfo, event.id, 5, vip) for _ in range(2)])
    fee = await add_fee(conninfo, event.id, "percent", 750, "booking", name="Fee", tax_basis_points=700)
    await change_event(conninfo, event.id, currency="JPY", state="cancelled", sales_from=NOW, sales_until=LATER)
    async with batch(conn) as pipeline:
        (found,) = (await offer.load(pipeline, [event.id]).read()).values()
        await pipeline.commit()
    assert list(found.ticket_types) == [vip, event.type_id]
    assert found.ticket_types[vip] == TicketType(
        *(vip, "VIP “Gold”", 9_000, Tax(1_900, is_included=False), 4, 2, 6, NOW, LATER, "box_office", tuple(pools)),
    )
    assert found.fees == (Fee(fee, "Fee", "percent", 750, "booking", Tax(700, is_included=True)),)
    assert (found.version, found.state, found.currency) == (6, "cancelled", "JPY")
    assert (found.sales_from, found.sales_until) == (NOW, LATER)
    assert found.general is None
    assert found.draws_on_pools


async def test_who_changes_an_offer_holds_its_house_and_raises_its_version(database: Database, conninfo: str) -> None:
    event, other = await put_on_sale(database), await put_on_sale(database)
    async with database.write() as conn:
        assert await offer.lock_to_change(conn, event.id)
        assert not await offer.lock_to_change(conn, new_id())
        async with await psycopg.AsyncConnection.connect(conninfo) as onlooker:
            free = await onlooker.execute("SELECT event_id::text FROM houses FOR NO KEY UPDATE SKIP LOCKED")
            assert await free.fetchall() == [(other.id,)]
    async with database.read() as reader:
        found = await offer.find(reader, [event.id, other.id])
    assert [found[one.id].version for one in (event, other)] == [2, 1]


async def test_who_changes_nothing_after_all_keeps_the_version(database: Database) -> None:
    event, other = await put_on_sale(database), await put_on_sale(database)
    async with database.write() as conn:
        await offer.lock_to_change(conn, event.id)
        await offer.keep_version(conn, event.id)
    async with database.read() as reader:
        found = await offer.find(reader, [event.id, other.id])
    assert [found[one.id].version for one in (event, other)] == [1, 1]


async def test_moments_are_read_whatever_the_servers_zone(database: Database, conninfo: str) -> None:
    event = await put_on_sale(database)
    type_id = await add_ticket_type(conninfo, event.id, 1, sales_from=datetime.fromisoformat("2030-01-01T00:00+05:30"))
    async with database.read() as conn:
        await conn.execute("SET LOCAL TimeZone = 'Asia/Kathmandu'")
        (found,) = (await offer.find(conn, [event.id])).values()
    assert found.ticket_types[type_id].sales_from == datetime.fromisoformat("2029-12-31T18:30+00:00")
