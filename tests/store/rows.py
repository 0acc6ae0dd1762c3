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

from fullhouse.rules.booking import Booking, Buyer, Status, Ticket
from fullhouse.rules.cancellation import NOTHING, Cancellation
from fullhouse.rules.event import EventDraft
from fullhouse.rules.house import HouseChange
from fullhouse.rules.price import Amount, Price, PricedLine
from fullhouse.store import booking, event, house, organizer, ticket_type
from fullhouse.store.db import Database, ReadConn, WriteConn
from fullhouse.store.embedded import Embedded
from fullhouse.store.pipeline import Pipeline

NOW = datetime(2030, 5, 1, 19, 30, 0, 123456, tzinfo=UTC)
EXPIRES_AT = NOW + timedelta(minutes=10)
_numbers = itertools.count(1)
_prepared: WeakKeyDictionary[WriteConn, dict[str, bytes]] = WeakKeyDictionary()


def new_id() -> str:
    """An id in canonical form, greater than those before it."""
    return f"0196a1b2-c3d4-7e5f-8a6b-{next(_numbers):012x}"


class OnSale(NamedTuple):
    """An event, and its ticket type."""

    id: str
    type_id: str

    def booking(self, number: int, places: int) -> Booking:
        """A booking of this event that is not written yet."""
        return Booking(new_id(), self.id, number, places, "confirmed", NOW, None)

    def reserved(
        self, number: int, type_id: str, places: int, pool_id: str | None = None, status: Status = "held"
    ) -> Booking:
        """A booking of this event by one line that is not written yet."""
        line = PricedLine(type_id, 'Dear “seats”, "{\\n}"', places, Amount(2_500 * places, 0), (), 2_500)
        return self.booking(number, places)._replace(
            status=status,
            expires_at=EXPIRES_AT,
            buyer=Buyer('Zoë {O\'Hara}, \\ "Z"', "zoe@example.org"),
            price=Price("EUR", (line,), ()),
            drawn={pool_id: places} if pool_id else None,
        )

    def tickets(self, *bookings: Booking, type_id: str | None = None) -> list[Ticket]:
        """A ticket for each place of bookings of this event."""
        return [
            Ticket(self.id, one.number, n, type_id or self.type_id, new_id().replace("-", ""))
            for one in bookings
            for n in range(1, one.places + 1)
        ]


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
    made = OnSale(new_id(), new_id())
    draft = EventDraft(name, NOW + timedelta(days=days), venue, capacity)
    async with database.write() as conn:
        await event.create(conn, made.id, organizer.DEFAULT_ID, draft, NOW)
        await house.create(conn, made.id, capacity)
        await ticket_type.create_general_admission(conn, made.id, made.type_id, NOW)
    return made


async def sell(conn: WriteConn, on_sale: OnSale, *places: int) -> list[Booking]:
    """Bookings number 1, 2, ... of an event."""
    bookings = [on_sale.booking(number, wanted) for number, wanted in enumerate(places, 1)]
    async with batch(conn) as pipeline:
        change = HouseChange(len(bookings), sum(places))
        booking.insert(pipeline, bookings, on_sale.tickets(*bookings), {on_sale.id: change}, [])
        await pipeline.commit()
    return bookings


def cancelled(one: Booking, now: datetime, *tickets: int) -> Cancellation:
    """A whole booking that is cancelled, with these tickets or all that it may have; nothing goes back."""
    whole = one._replace(status="cancelled", cancelled_at=now)
    return Cancellation(whole, tickets or tuple(range(1, one.places + 1)), NOTHING, "staff")


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
