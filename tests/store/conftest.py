"""What the tests of the store share: a connection of the engine, and a small database of readers and writers."""

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from fullhouse.store import organizer
from fullhouse.store.db import Database, WriteConn, connect_engine
from fullhouse.store.embedded import Embedded
from tests.store.rows import Rows, database_made

KEPT = ("schema_migrations", "organizers", "notice_readers", "ticket_signing_keys")
"""Tables that are there, with rows in them, before any test."""


@pytest.fixture(scope="session")
def shared_database(embedded: Embedded, template: str) -> Iterator[str]:
    """One database for many tests, because making one takes longer than most of them."""
    with database_made(embedded, "fullhouse_store", template) as conninfo:
        yield conninfo


@pytest.fixture
def conninfo(shared_database: str) -> Iterator[str]:
    """The shared database; afterwards it is emptied. A test that changes the schema undoes that itself."""
    yield shared_database
    with psycopg.connect(shared_database) as conn:
        # All tables are emptied, so it does not matter which of them refers to which.
        conn.execute("SET session_replication_role = replica")
        tables = conn.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema").fetchall()
        for (table,) in tables:
            if table not in KEPT:
                conn.execute(psycopg.sql.SQL("DELETE FROM {}").format(psycopg.sql.Identifier(table)))
        conn.execute("DELETE FROM organizers WHERE test_of IS NOT NULL")
        conn.execute("DELETE FROM organizers WHERE id <> %s", [organizer.DEFAULT_ID])
        conn.execute("UPDATE organizers SET name = 'Box office'")
        conn.execute("UPDATE notice_readers SET position = 0")


@pytest.fixture
async def conn(conninfo: str) -> AsyncIterator[WriteConn]:
    """A connection as a lane of the engine has it."""
    connection = await connect_engine(conninfo, 2_000, 20_000)
    yield connection
    await connection.close()


@pytest.fixture
async def database(conninfo: str) -> AsyncIterator[Database]:
    """The pools of a command."""
    async with Database.opened(conninfo) as opened:
        yield opened


@pytest.fixture
async def office(conninfo: str) -> AsyncIterator[Database]:
    """The pools of another process."""
    async with Database.opened(conninfo) as opened:
        yield opened


@pytest.fixture
async def rows(conninfo: str) -> AsyncIterator[Rows]:
    """The administrator's own connection, who can look at and break anything."""
    opened = await Rows.opened(conninfo)
    yield opened
    await opened.close()
