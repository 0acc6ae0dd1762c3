"""Connections: readers can't write, lost ones are replaced, and the operator's own settings are kept."""

import asyncio
from typing import Any

import psycopg
import pytest
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg_pool import PoolTimeout

from fullhouse.store.db import (
    Database,
    DatabaseUnavailable,
    ReadConn,
    Reader,
    WriteConn,
    connect_engine,
    probe,
    with_options,
)
from tests.store.rows import Rows


async def value(conn: ReadConn, query: str = "SELECT pg_backend_pid()") -> Any:
    cursor = await conn.execute(query.encode())
    return (await cursor.fetchone() or [None])[0]


def test_settings_are_added_before_those_of_the_operator() -> None:
    given = "host=db.example dbname=tickets options='-c search_path=sales -c jit=on'"
    found = conninfo_to_dict(with_options(given, {"jit": "off"}))
    assert found["options"] == "-c timezone=UTC -c datestyle=ISO -c jit=off -c search_path=sales -c jit=on"
    assert found["host"] == "db.example"
    assert found["application_name"] == "fullhouse"


def test_the_operator_may_name_the_connections() -> None:
    found = conninfo_to_dict(with_options("postgresql://db.example/tickets?application_name=door", {}))
    assert found["application_name"] == "door"
    assert found["options"] == "-c timezone=UTC -c datestyle=ISO"


async def test_the_settings_of_the_operator_hold_on_every_kind_of_connection(conninfo: str) -> None:
    given = make_conninfo(conninfo, options="-c search_path=public,pg_temp -c statement_timeout=77s")
    engine = await connect_engine(given, 2_000, 20_000)
    reader = Reader(given)
    async with Database.opened(given) as database, database.read() as reading, database.write() as writing:
        for conn in (engine, reading, writing):
            assert await value(conn, "SHOW search_path") == "public,pg_temp"
            assert await value(conn, "SHOW statement_timeout") == "77s"
            assert await value(conn, "SHOW timezone") == "UTC"
        assert await reader.run(lambda conn: value(conn, "SHOW search_path")) == "public,pg_temp"
    await reader.close()
    await engine.close()


async def test_the_engine_is_bounded_in_time_and_waits_for_the_disk(conn: WriteConn) -> None:
    names = ("lock_timeout", "statement_timeout", "transaction_timeout", "synchronous_commit", "enable_seqscan")
    shown = [await value(conn, f"SHOW {name}") for name in names]
    assert shown == ["2s", "20s", "40s", "on", "off"]


async def test_an_older_postgresql_is_not_told_what_it_does_not_know(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fullhouse.store.db.TRANSACTION_TIMEOUT_SINCE", 10**9)
    conn = await connect_engine(conninfo, 2_000, 20_000)
    assert await value(conn, "SHOW transaction_timeout") == "0"
    await conn.close()


async def test_a_borrowed_reader_cannot_write(database: Database) -> None:
    async with database.read() as conn:
        with pytest.raises(errors.ReadOnlySqlTransaction):
            await conn.execute("DELETE FROM events")


async def test_a_write_is_committed_at_the_end_and_rolled_back_by_an_exception(database: Database, rows: Rows) -> None:
    async def rename(name: str) -> None:
        async with database.write() as conn:
            await conn.execute("UPDATE organizers SET name = %s", [name])
            if name == "never":
                raise ZeroDivisionError

    await rename("renamed")
    with pytest.raises(ZeroDivisionError):
        await rename("never")
    assert await rows.one("SELECT name FROM organizers") == "renamed"


async def test_a_pool_replaces_connections_that_died_while_nobody_used_them(database: Database, rows: Rows) -> None:
    async with database.read() as conn:
        before = await value(conn)
    await rows.kill(before)
    async with database.read() as conn:
        assert await value(conn) != before


async def test_who_waits_too_long_for_a_connection_is_told(conninfo: str) -> None:
    database = Database(conninfo, readers_max=1, writers_max=1, wait_seconds_max=0.2)
    await database.open()
    async with database.read():
        with pytest.raises(PoolTimeout):
            async with database.read():
                pass
    await database.close()


async def test_a_reader_keeps_its_connection_and_cannot_write(conninfo: str) -> None:
    reader = Reader(conninfo)
    assert await reader.run(value) == await reader.run(value)
    with pytest.raises(errors.ReadOnlySqlTransaction):
        await reader.run(lambda conn: value(conn, "DELETE FROM events RETURNING 1"))
    await reader.close()


async def test_a_reader_whose_connection_was_killed_reads_on_a_new_one(conninfo: str, rows: Rows) -> None:
    reader = Reader(conninfo)
    before = await reader.run(value)
    await rows.kill(before)
    assert await reader.run(value) != before
    await reader.close()


async def test_a_reader_goes_on_after_a_statement_that_failed(conninfo: str) -> None:
    reader = Reader(conninfo)
    before = await reader.run(value)
    with pytest.raises(errors.DivisionByZero):
        await reader.run(lambda conn: value(conn, "SELECT 1/0"))
    assert await reader.run(value) != before, "half an answer may be left on the old one"
    await reader.close()


async def test_a_reader_that_was_cancelled_in_the_middle_gives_no_stale_answer(conninfo: str) -> None:
    reader = Reader(conninfo)
    await reader.run(value)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await reader.run(lambda conn: value(conn, "SELECT 'late', pg_sleep(5)"))
    assert await reader.run(lambda conn: value(conn, "SELECT 'fresh'")) == "fresh"
    await reader.close()


async def test_a_reader_without_a_server_says_so(conninfo: str) -> None:
    reader = Reader(make_conninfo(conninfo, dbname="no_such_database"))
    with pytest.raises(psycopg.OperationalError, match="no_such_database"):
        await reader.run(value)
    await reader.close()


async def test_a_database_that_answers_passes_the_probe(conninfo: str) -> None:
    await probe(conninfo)


async def test_the_probe_says_at_once_and_in_one_line_why_a_database_does_not_answer(conninfo: str) -> None:
    with pytest.raises(DatabaseUnavailable, match=r"can't be reached: .*no_such_database") as refused:
        await probe(make_conninfo(conninfo, dbname="no_such_database"))
    assert "\n" not in str(refused.value)


async def test_the_probe_never_repeats_what_may_hold_a_password() -> None:
    with pytest.raises(DatabaseUnavailable, match="The database URL is not valid") as refused:
        await probe("http://fullhouse:s3cret@127.0.0.1/")
    assert "s3cret" not in str(refused.value)
