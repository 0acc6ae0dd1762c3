"""Connections to PostgreSQL: readers and writers are different types, so a page can't write by mistake."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NewType, TypeVar

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import AsyncConnectionPool

Conn = psycopg.AsyncConnection[Any]
ReadConn = NewType("ReadConn", Conn)
"""A connection whose transactions are read only."""
WriteConn = NewType("WriteConn", ReadConn)
"""A connection that may write; it can do all that a `ReadConn` can."""

T = TypeVar("T")


UNIVERSAL = {"client_encoding": "utf8", "application_name": "fullhouse"}

TRANSACTION_TIMEOUT_SINCE = 170_000
"""PostgreSQL 17 has `transaction_timeout`."""

TRANSIENT = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    psycopg.OperationalError,
    psycopg.InterfaceError,
)
"""Faults after which the same work may be tried again on a (new) connection.

`OperationalError` has the classes 08 (connection), 53 (resources), 55P03 (lock) and 57P01..03 (shutdown and start).
"""


def with_options(conninfo: str, options: Mapping[str, str]) -> str:
    """Add server settings (`-c name=value`) to a libpq connection string, before those that it already has."""
    given = conninfo_to_dict(conninfo)
    # Times leave the database in UTC, whatever the server's own zone is.
    words = [f"-c {name}={value}" for name, value in {"timezone": "UTC", "datestyle": "ISO", **options}.items()]
    existing = given.pop("options", None)
    return make_conninfo(
        "", **{**UNIVERSAL, **given, "options": " ".join([*words, *([str(existing)] if existing else [])])}
    )


async def connect_engine(conninfo: str, lock_wait_ms: int, batch_ms_max: int) -> WriteConn:
    """Open the connection of one lane of the engine.

    Its few statements reach rows by key alone, so plans are made once and never by scanning a table
    that happened to be small when the plan was made.
    """
    options = {
        "plan_cache_mode": "force_generic_plan",
        "enable_seqscan": "off",
        "jit": "off",
        "lock_timeout": str(lock_wait_ms),
        "statement_timeout": str(batch_ms_max),
        "synchronous_commit": "on",
    }
    conn = await psycopg.AsyncConnection.connect(
        with_options(conninfo, options), autocommit=True, prepare_threshold=0, connect_timeout=5
    )
    try:
        if conn.info.server_version >= TRANSACTION_TIMEOUT_SINCE:
            # A process that is frozen in the middle of a batch must not keep an event locked for ever.
            await conn.execute("SELECT set_config('transaction_timeout', %s, false)", [str(2 * batch_ms_max)])
    except BaseException:
        await conn.close()
        raise
    return WriteConn(ReadConn(conn))


class DatabaseUnavailable(Exception):
    """PostgreSQL can't be reached; the text is one clear line for the operator, without any password."""


async def probe(conninfo: str) -> None:
    """Connect once. A pool would only try again and again, and log each try; this says at once what is wrong."""
    try:
        conn = await psycopg.AsyncConnection.connect(with_options(conninfo, {}), connect_timeout=5)
    except psycopg.ProgrammingError as error:
        # libpq quotes what it does not understand, and that may hold the password.
        raise DatabaseUnavailable(
            "The database URL is not valid: it is postgresql://USER:PASSWORD@HOST:PORT/NAME, or name=value pairs."
        ) from error
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(f"The database can't be reached: {str(error).strip().splitlines()[0]}") from error
    await conn.close()


class Reader:
    """One connection for one kind of read at a time, made again when it was lost."""

    def __init__(self, conninfo: str) -> None:
        """Nothing is opened before the first read."""
        self._conninfo = with_options(conninfo, {"default_transaction_read_only": "on", "statement_timeout": "10000"})
        self._conn: Conn | None = None

    async def run(self, query: Callable[[ReadConn], Awaitable[T]]) -> T:
        """Run `query`; once more on a new connection when the old one turns out to be dead."""
        if self._conn is not None and not self._conn.closed:
            try:
                return await self._run(self._conn, query)
            except TRANSIENT:
                pass
        self._conn = await psycopg.AsyncConnection.connect(
            self._conninfo, autocommit=True, prepare_threshold=0, connect_timeout=5
        )
        return await self._run(self._conn, query)

    async def _run(self, conn: Conn, query: Callable[[ReadConn], Awaitable[T]]) -> T:
        try:
            return await query(ReadConn(conn))
        except BaseException:
            # Half an answer may still be on its way, so the connection is of no more use.
            await conn.close()
            raise

    async def close(self) -> None:
        """Give the connection back to the server."""
        if self._conn is not None:
            await self._conn.close()


class Database:
    """Pools of connections: a few for reading, fewer for the rare writes that do not pass through the engine.

    And for what reads much at once, as exports do: so few that they can't slow the selling, and each may take longer.
    """

    def __init__(
        self,
        conninfo: str,
        *,
        readers_max: int,
        writers_max: int,
        wait_seconds_max: float,
        exports_max: int = 2,
        export_seconds_max: float = 1_800,
    ) -> None:
        """Nothing is opened before `open`."""
        read_only = with_options(conninfo, {"default_transaction_read_only": "on", "statement_timeout": "10000"})
        writing = with_options(conninfo, {"statement_timeout": "30000", "lock_timeout": "5000"})
        self._readers = _pool(read_only, readers_max, wait_seconds_max)
        self._writers = _pool(writing, writers_max, wait_seconds_max)
        patient = {"default_transaction_read_only": "on", "statement_timeout": str(int(export_seconds_max * 1000))}
        self._exporters = _pool(with_options(conninfo, patient), exports_max, wait_seconds_max, size_min=0)

    @classmethod
    @asynccontextmanager
    async def opened(cls, conninfo: str) -> "AsyncIterator[Database]":
        """Open a small one for a while, for a command."""
        database = cls(conninfo, readers_max=1, writers_max=1, wait_seconds_max=10)
        await database.open()
        try:
            yield database
        finally:
            await database.close()

    async def open(self) -> None:
        """Start both pools; connections are made in the background."""
        await self._readers.open(wait=False)
        await self._writers.open(wait=False)
        await self._exporters.open(wait=False)

    async def close(self) -> None:
        """Give all connections back to the server."""
        await self._readers.close()
        await self._writers.close()
        await self._exporters.close()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[ReadConn]:
        """Borrow a connection that can't write; each statement sees what was committed before it began."""
        async with self._readers.connection() as conn:
            yield ReadConn(conn)

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[ReadConn]:
        """Borrow a connection inside a transaction that sees one moment throughout, and can't write.

        There are few of them, for what takes long. Whoever gets none in time gets a `PoolTimeout`, which is transient.
        """
        async with self._exporters.connection() as conn, conn.transaction():
            await conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield ReadConn(conn)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[WriteConn]:
        """Borrow a connection inside a transaction: committed at the end, rolled back on an exception."""
        async with self._writers.connection() as conn, conn.transaction():
            yield WriteConn(ReadConn(conn))


def _pool(conninfo: str, size_max: int, wait_seconds_max: float, size_min: int = 1) -> AsyncConnectionPool[Conn]:
    return AsyncConnectionPool(
        conninfo,
        kwargs={"autocommit": True, "connect_timeout": 5},
        min_size=size_min,
        max_size=size_max,
        timeout=wait_seconds_max,
        max_waiting=1000,
        # A server that restarted leaves dead connections behind; a reader must not meet one.
        check=AsyncConnectionPool.check_connection,
        open=False,
        num_workers=1,
    )
