"""The engine's way to PostgreSQL: the statements of a batch in libpq's pipeline mode, all parameters as text.

psycopg opens the connection, loads the rows and names the errors; only its cursors are left out, which cost a lone
booking more than PostgreSQL does. Measured in docs/decisions/0001-driver.md.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, Generic, LiteralString, Self, TypeVar

import psycopg
from psycopg import errors
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGresult
from psycopg.rows import TupleRow

from fullhouse.store.db import WriteConn

T = TypeVar("T")


def no_rows(_: list[TupleRow]) -> None:
    """What a write answers."""


class Reply(Generic[T]):
    """What a statement will answer: several are sent before the first is read."""

    __slots__ = ("_fold", "_pipeline", "result")

    def __init__(self, pipeline: "Pipeline", fold: Callable[[list[TupleRow]], T]) -> None:
        self._pipeline = pipeline
        self._fold = fold
        self.result: PGresult | None = None

    async def read(self) -> T:
        """Wait for the rows and make of them what they stand for. Raises what PostgreSQL reports."""
        while self.result is None:
            await self._pipeline.receive(flush=True)
        return self._fold(self._pipeline.rows(self.result))


class Pipeline:
    """One implicit transaction: all that is sent until `commit`, which is the only thing that commits.

    A statement is sent at the latest when a reply is read. Left without `commit`, as by any exception, the
    connection is closed, and PostgreSQL rolls everything back.
    """

    def __init__(self, conn: WriteConn, prepared: dict[str, bytes]) -> None:
        """Use a connection for one batch; `prepared` names the statements that it has had before."""
        self._conn = conn
        self._pgconn = conn.pgconn
        self._prepared = prepared
        self._transformer = Transformer(conn)
        self._waiting: list[Reply[Any] | None] = []
        self._is_committed = False

    async def __aenter__(self) -> Self:
        """Begin the transaction."""
        if self._pgconn.status != ConnStatus.OK:
            raise psycopg.OperationalError("the connection is closed")
        self._pgconn.nonblocking = 1
        self._pgconn.enter_pipeline_mode()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave the connection as it was found, or closed."""
        if self._is_committed:
            self._pgconn.exit_pipeline_mode()
        else:
            self._pgconn.finish()

    def send(self, sql: LiteralString, params: Sequence[str], fold: Callable[[list[TupleRow]], T]) -> Reply[T]:
        """Queue a statement with `$1`, `$2`, ... for these texts; it is prepared once on each connection."""
        name = self._prepared.get(sql)
        if name is None:
            name = self._prepared[sql] = b"s%d" % len(self._prepared)
            self._pgconn.send_prepare(name, sql.encode())
            self._waiting.append(None)
        self._pgconn.send_query_prepared(name, [param.encode() for param in params])
        reply = Reply(self, fold)
        self._waiting.append(reply)
        return reply

    async def commit(self) -> None:
        """Commit all that was sent, and wait for it. Raises the first fault that is reported: then nothing is."""
        self._pgconn.pipeline_sync()
        await self._flush()
        while self._waiting:
            await self.receive(flush=False)
        result = await self._next_result()
        if result is None or result.status != ExecStatus.PIPELINE_SYNC:
            raise psycopg.OperationalError("the server did not confirm the commit")
        self._is_committed = True

    async def receive(self, *, flush: bool) -> None:
        """Take the next answer; with `flush`, first ask the server to send those that it has."""
        if flush:
            self._pgconn.send_flush_request()
            await self._flush()
        result = await self._next_result()
        if result is None or result.status not in (ExecStatus.TUPLES_OK, ExecStatus.COMMAND_OK):
            raise self._fault(result)
        await self._next_result()  # always None: the end of the answer
        reply = self._waiting.pop(0)
        if reply is not None:
            reply.result = result

    def rows(self, result: PGresult) -> list[TupleRow]:
        """The rows of a result as Python values."""
        self._transformer.set_pgresult(result)
        return self._transformer.load_rows(0, result.ntuples, tuple)

    def _fault(self, result: PGresult | None) -> psycopg.Error:
        if result is None or self._pgconn.status != ConnStatus.OK:
            return psycopg.OperationalError("the connection to the database was lost")
        return errors.error_from_result(result)

    async def _next_result(self) -> PGresult | None:
        pgconn = self._pgconn
        while pgconn.is_busy():
            await _ready(pgconn.socket, for_writing=False)
            pgconn.consume_input()
        return pgconn.get_result()

    async def _flush(self) -> None:
        """Send what is queued. When the socket is full, the server may be waiting for us to read."""
        pgconn = self._pgconn
        while pgconn.flush():
            await _ready(pgconn.socket, for_writing=True)
            pgconn.consume_input()


async def _ready(fd: int, *, for_writing: bool) -> None:
    """Wait until a socket can be read or, if asked for, written: whichever comes first."""
    loop = asyncio.get_running_loop()
    ready: asyncio.Future[None] = loop.create_future()
    loop.add_reader(fd, _set, ready)
    if for_writing:
        loop.add_writer(fd, _set, ready)
    try:
        await ready
    finally:
        loop.remove_reader(fd)
        if for_writing:
            loop.remove_writer(fd)


def _set(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
