"""The administrator: looks at rows past the store, breaks them, kills connections, and puts events on sale."""

import asyncio
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, Self
from weakref import WeakKeyDictionary

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow

from fullhouse.rules.booking import Booking
from fullhouse.rules.event import EventDraft
from fullhouse.rules.house import HouseChange
from fullhouse.store import booking, event, house, organizer
from fullhouse.store.db import Database, ReadConn, WriteConn
from fullhouse.store.embedded import Embedded
from fullhouse.store.pipeline import Pipeline

NOW = datetime(2030, 5, 1, 19, 30, 0, 123456, tzinfo=UTC)
_numbers = itertools.count(1)
_prepared: WeakKeyDictionary[WriteConn, dict[str, bytes]] = WeakKeyDictionary()


def new_id() -> str:
    """An id in canonical form, greater than those before it."""
    return f"0196a1b2-c3d4-7e5f-8a6b-{next(_numbers):012x}"


class OnSale(NamedTuple):
    """An event."""

    id: str

    def booking(self, number: int, places: int) -> Booking:
        """A booking of this event that is not written yet."""
        return Booking(new_id(), self.id, number, places, "confirmed", NOW, None)


@contextmanager
def database_made(embedded: Embedded, name: str, template: str = "template1") -> Iterator[str]:
    """Make a database, and drop it in the end."""
    with psycopg.connect(embedded.running.conninfo, autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        yield make_conninfo(embedded.running.conninfo, dbname=name)
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def batch(conn: WriteConn) -> Pipeline:
    """Another batch on a connection, which keeps its prepared statements."""
    return Pipeline(conn, _prepared.setdefault(conn, {}))


async def put_on_sale(
    database: Database, capacity: int = 100, *, name: str = "Concert", venue: str = "Small house", days: int = 30
) -> OnSale:
    """An event with its house."""
    made = OnSale(new_id())
    draft = EventDraft(name, NOW + timedelta(days=days), venue, capacity)
    async with database.write() as conn:
        await event.create(conn, made.id, organizer.DEFAULT_ID, draft, NOW)
        await house.create(conn, made.id, draft.starts_at, capacity)
    return made


async def sell(conn: WriteConn, on_sale: OnSale, *places: int) -> list[Booking]:
    """Bookings number 1, 2, ... of an event."""
    bookings = [on_sale.booking(number, wanted) for number, wanted in enumerate(places, 1)]
    async with batch(conn) as pipeline:
        booking.insert(pipeline, bookings, {on_sale.id: HouseChange(len(bookings), sum(places))})
        await pipeline.commit()
    return bookings


class Rows:
    """A connection of its own, which commits each statement."""

    def __init__(self, conn: psycopg.AsyncConnection[TupleRow]) -> None:
        self.conn = conn

    @classmethod
    async def opened(cls, conninfo: str) -> Self:
        return cls(await psycopg.AsyncConnection.connect(conninfo, autocommit=True))

    async def close(self) -> None:
        await self.conn.close()

    async def run(self, statement: str, *params: object) -> None:
        """Run a statement."""
        await self.conn.execute(statement.encode(), params or None)

    async def all(self, query: str, *params: object) -> list[TupleRow]:
        """All rows of a query."""
        cursor = await self.conn.execute(query.encode(), params or None)
        return await cursor.fetchall()

    async def one(self, query: str, *params: object) -> Any:
        """The only value of a query."""
        ((value,),) = await self.all(query, *params)
        return value

    async def until(self, query: str, *params: object) -> None:
        """Wait until a query finds something."""
        for _ in range(1_000):
            if await self.all(query, *params):
                return
            await asyncio.sleep(0.01)
        raise AssertionError(query)

    async def kill(self, backend: int | ReadConn) -> None:
        """End another connection, and wait until it is gone."""
        pid = backend if isinstance(backend, int) else backend.info.backend_pid
        assert await self.one("SELECT pg_terminate_backend(%s, 10000)", pid)
