"""Bookings by lines in the database: written as they were agreed, and ended each in its way, set by set."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from psycopg import errors

from fullhouse.rules.booking import Booking, Buyer
from fullhouse.rules.house import HouseChange
from fullhouse.rules.selling import Due
from fullhouse.store import booking, drawing, house, ticket
from fullhouse.store.db import Database, WriteConn, connect_engine
from fullhouse.store.pipeline import Pipeline
from tests.offers import add_pool
from tests.store.rows import EXPIRES_AT, NOW, OnSale, Rows, batch, cancelled, new_id, put_on_sale


async def write(conn: WriteConn, *send: Callable[[Pipeline], None]) -> None:
    async with batch(conn) as pipeline:
        for one in send:
            one(pipeline)
        await pipeline.commit()


async def found(database: Database, *bookings: Booking) -> list[Booking]:
    async with database.read() as conn:
        by_id = await booking.find(conn, [one.id for one in bookings])
    return [by_id[one.id] for one in bookings]


def reserved(event: OnSale, *places: int) -> list[Booking]:
    """Holds that run out one after the other."""
    holds = [event.reserved(n, event.type_id, count) for n, count in enumerate(places, 1)]
    return [hold._replace(expires_at=EXPIRES_AT + timedelta(seconds=hold.number)) for hold in holds]


async def test_what_was_agreed_comes_back_as_it_was_written(database: Database, conn: WriteConn) -> None:
    event = await put_on_sale(database)
    held = event.reserved(1, event.type_id, 2, new_id())
    nobody = event.reserved(2, event.type_id, 1)._replace(
        buyer=None, status="confirmed", paid_by="comp", expires_at=None
    )
    on_the_same_terms = held._replace(id=new_id(), number=3, buyer=Buyer("Bob", "bob@example.org"))
    written = [held, nobody, on_the_same_terms]
    await write(conn, lambda pipeline: booking.insert_reserved(pipeline, written))
    assert await found(database, *written) == written
    async with batch(conn) as pipeline:
        loaded = await booking.load(pipeline, [one.id for one in written]).read()
        assert loaded == {one.id: one for one in written}
        assert await booking.exists(pipeline, held).read()
        await pipeline.commit()


async def test_each_ends_in_its_way_and_only_from_where_it_may(database: Database, conn: WriteConn) -> None:
    event = await put_on_sale(database)
    holds = reserved(event, 1, 1, 1, 1)
    paid = [hold._replace(status="confirmed", paid_by="cash") for hold in holds]
    later = NOW + timedelta(hours=1)
    await write(
        conn,
        lambda pipeline: booking.insert_reserved(pipeline, holds),
        lambda pipeline: booking.expire(pipeline, holds[:2]),
        lambda pipeline: booking.confirm(pipeline, paid[1:3], NOW),
        lambda pipeline: booking.cancel(pipeline, [cancelled(each, NOW) for each in holds[2:]]),
        lambda pipeline: booking.expire(pipeline, holds),
        lambda pipeline: booking.confirm(pipeline, [paid[3]._replace(paid_by="comp")], later),
        lambda pipeline: booking.cancel(pipeline, [cancelled(each, later) for each in holds[3:]]),
    )
    ended = [(one.status, one.paid_by, one.cancelled_at) for one in await found(database, *holds)]
    assert ended == [
        ("expired", None, None),
        ("confirmed", "cash", None),
        ("cancelled", "cash", NOW),
        ("cancelled", None, NOW),
    ]


async def test_a_cancelled_booking_has_void_tickets_and_the_others_keep_theirs(
    database: Database, conn: WriteConn
) -> None:
    event = await put_on_sale(database)
    one, two = [hold._replace(status="confirmed") for hold in reserved(event, 2, 1)]
    tickets = event.tickets(one, two)
    await write(
        conn,
        lambda pipeline: booking.insert_reserved(pipeline, [one, two]),
        lambda pipeline: ticket.insert(pipeline, tickets[::-1]),
        lambda pipeline: booking.cancel(pipeline, [cancelled(one, NOW)]),
    )
    async with database.read() as reader:
        assert await ticket.of_booking(reader, one) == [each._replace(state="cancelled") for each in tickets[:2]]
        assert await ticket.of_booking(reader, two) == tickets[2:]
        assert await ticket.of_booking(reader, event.booking(3, 1)) == []


async def test_what_has_run_out_is_found_up_to_a_number_with_what_comes_behind(
    database: Database, conn: WriteConn
) -> None:
    event, other = await put_on_sale(database), await put_on_sale(database)
    pool_id = new_id()
    holds = [hold._replace(drawn={pool_id: 1}) for hold in reserved(event, 1, 2, 3)]
    gone = event.reserved(4, event.type_id, 1)
    await write(
        conn,
        lambda pipeline: booking.insert_reserved(pipeline, [*holds[::-1], gone]),
        lambda pipeline: booking.expire(pipeline, [gone]),
    )
    moments = [hold.expires_at for hold in holds if hold.expires_at]
    cases = [
        (EXPIRES_AT, 5, Due([], moments[0], is_more=False)),
        (moments[0], 5, Due(holds[:1], moments[1], is_more=False)),
        (moments[1], 1, Due(holds[:1], moments[1], is_more=True)),
        (moments[1], 2, Due(holds[:2], moments[2], is_more=False)),
        (moments[2], 2, Due(holds[:2], moments[2], is_more=True)),
        (moments[2], 3, Due(holds, None, is_more=False)),
    ]
    async with batch(conn) as pipeline:
        for now, most, expected in cases:
            due = await booking.due(pipeline, [event.id, other.id], now, most).read()
            assert due == {event.id: expected, other.id: Due([], None, is_more=False)}
        await pipeline.commit()


async def test_a_house_remembers_when_the_next_hold_runs_out(database: Database, conn: WriteConn) -> None:
    events = [await put_on_sale(database) for _ in range(4)]
    moments = [EXPIRES_AT + timedelta(minutes=n) for n in (2, 0, 1)]
    expiries = {event.id: moment for event, moment in zip(events, moments, strict=False)}
    await write(conn, lambda pipeline: house.expect(pipeline, {**expiries, events[3].id: None}))
    async with database.read() as reader:
        assert await house.with_due_holds(reader, EXPIRES_AT - timedelta(seconds=1), 9) == []
        assert await house.with_due_holds(reader, EXPIRES_AT, 9) == [events[1].id]
        late = EXPIRES_AT + timedelta(hours=1)
        assert await house.with_due_holds(reader, late, 9) == [events[n].id for n in (1, 2, 0)]
        assert await house.with_due_holds(reader, late, 2) == [events[n].id for n in (1, 2)]
    async with batch(conn) as pipeline:
        houses = await house.lock(pipeline, [event.id for event in events], wait=True).read()
        await pipeline.commit()
    assert [houses[event.id].next_expiry_at for event in events] == [*moments, None]


async def test_what_is_held_back_is_not_available(database: Database, conn: WriteConn, rows: Rows) -> None:
    event = await put_on_sale(database, 10)
    await rows.run("UPDATE houses SET held_back = 3")
    async with batch(conn) as pipeline:
        (found_house,) = (await house.lock(pipeline, [event.id], wait=True).read()).values()
        await pipeline.commit()
    assert found_house.available == 7
    with pytest.raises(errors.CheckViolation):
        await write(conn, lambda pipeline: house.change(pipeline, {event.id: HouseChange(1, 8)}, []))


async def test_pools_are_drawn_on_up_to_their_limit_and_give_back_no_more(
    database: Database, conn: WriteConn, conninfo: str, rows: Rows
) -> None:
    event, other = await put_on_sale(database), await put_on_sale(database)
    narrow = await add_pool(conninfo, event.id, 10, held_back=2)
    wide = await add_pool(conninfo, event.id, None)
    far = await add_pool(conninfo, other.id, 5)
    changes = {(event.id, narrow): 8, (event.id, wide): 1_000_000, (other.id, far): 1}
    await write(conn, lambda pipeline: drawing.change(pipeline, changes))
    async with batch(conn) as pipeline:
        assert await drawing.available(pipeline, [event.id, other.id, new_id()]).read() == {
            event.id: {narrow: 0, wide: None},
            other.id: {far: 4},
        }
        await pipeline.commit()
    for pool_id, places in ((narrow, 1), (narrow, -9), (wide, -1_000_001)):
        # A connection whose batch has failed is not used again.
        other_conn = await connect_engine(conninfo, 2_000, 20_000)
        with pytest.raises(errors.CheckViolation) as raised:
            await write(other_conn, partial(drawing.change, changes={(event.id, pool_id): places}))
        assert raised.value.diag.constraint_name == "pools_never_oversold"
    assert await rows.one("SELECT sum(taken) FROM pools") == 1_000_009
