"""One batch on one connection: all of it or nothing, whatever happens on the way."""

import asyncio
from typing import LiteralString

import psycopg
import pytest
from psycopg import errors
from psycopg.pq import TransactionStatus
from psycopg.rows import TupleRow

from fullhouse.store.db import WriteConn, connect_engine
from fullhouse.store.pipeline import Pipeline, Reply, no_rows
from tests.store.cable import Cable
from tests.store.rows import Rows

LARGE = 24_000_000
"""Bytes; more than the buffers of a socket and of a server ever hold."""


def add(pipeline: Pipeline, name: str) -> Reply[None]:
    return pipeline.send(
        "INSERT INTO organizers (id, name, created_at) VALUES (gen_random_uuid(), $1, now())", [name], no_rows
    )


def first(answer: list[TupleRow]) -> object:
    return answer[0][0]


async def run(conn: WriteConn, *statements: LiteralString) -> None:
    """One batch, of an insert and some statements."""
    async with Pipeline(conn, {}) as pipeline:
        add(pipeline, "one")
        for statement in statements:
            pipeline.send(statement, [], no_rows)
        await pipeline.commit()


async def names(rows: Rows) -> list[str]:
    return [row[0] for row in await rows.all("SELECT name FROM organizers WHERE name <> 'Box office' ORDER BY name")]


async def test_what_was_sent_is_committed_together(conn: WriteConn, rows: Rows) -> None:
    async with Pipeline(conn, {}) as pipeline:
        add(pipeline, "one")
        add(pipeline, "two")
        counted = pipeline.send("SELECT count(*), NULL::text FROM organizers", [], list)
        assert await counted.read() == [(3, None)], "it sees what it wrote itself"
        assert await names(rows) == [], "and nobody else does yet"
        await pipeline.commit()
    assert await names(rows) == ["one", "two"]
    assert conn.info.transaction_status is TransactionStatus.IDLE


async def test_a_connection_takes_one_batch_after_the_other_and_prepares_a_statement_once(
    conn: WriteConn, rows: Rows
) -> None:
    prepared: dict[str, bytes] = {}
    for name in ("one", "two", "three"):
        async with Pipeline(conn, prepared) as pipeline:
            add(pipeline, name)
            await pipeline.commit()
    assert await names(rows) == ["one", "three", "two"]
    assert len(prepared) == 1
    cursor = await conn.execute("SELECT count(*) FROM pg_prepared_statements WHERE name = 's0'")
    assert await cursor.fetchone() == (1,)


async def test_replies_are_read_in_any_order_and_more_than_once(conn: WriteConn) -> None:
    async with Pipeline(conn, {}) as pipeline:
        one, two = (pipeline.send("SELECT $1::int + 1", [text], first) for text in ("1", "2"))
        assert (await two.read(), await one.read(), await one.read()) == (3, 2, 2)
        await pipeline.commit()


async def test_an_empty_batch_can_be_committed(conn: WriteConn) -> None:
    async with Pipeline(conn, {}) as pipeline:
        await pipeline.commit()
    assert not conn.closed


async def test_a_fault_in_the_middle_rolls_everything_back_and_closes(conn: WriteConn, rows: Rows) -> None:
    with pytest.raises(errors.DivisionByZero):
        await run(conn, "SELECT 1 / 0 FROM organizers", "SELECT 1")
    assert conn.closed
    assert await names(rows) == []


async def test_a_fault_is_raised_where_the_reply_is_read(conn: WriteConn, rows: Rows) -> None:
    async with Pipeline(conn, {}) as pipeline:
        add(pipeline, "one")
        broken = pipeline.send("SELECT nothing FROM nowhere", [], no_rows)
        with pytest.raises(errors.UndefinedTable):
            await broken.read()
    assert conn.closed
    assert await names(rows) == []


async def test_a_constraint_is_named_by_the_fault(conn: WriteConn) -> None:
    with pytest.raises(errors.UniqueViolation) as raised:
        await run(conn, "INSERT INTO organizers SELECT * FROM organizers")
    assert raised.value.diag.constraint_name == "organizers_pkey"
    assert raised.value.diag.severity_nonlocalized == "ERROR"


async def test_a_fault_in_the_commit_itself_commits_nothing(conn: WriteConn, rows: Rows) -> None:
    await rows.run("CREATE TABLE late (id int UNIQUE DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(psycopg.Error):
        await run(conn, "INSERT INTO late VALUES (1), (1)")
    await rows.run("DROP TABLE late")
    assert conn.closed
    assert await names(rows) == []


async def test_left_without_a_commit_it_rolls_back(conn: WriteConn, rows: Rows) -> None:
    async with Pipeline(conn, {}) as pipeline:
        await add(pipeline, "one").read()
    assert conn.closed
    assert await names(rows) == []


async def test_an_exception_in_the_middle_rolls_back(conn: WriteConn, rows: Rows) -> None:
    async def batch() -> None:
        async with Pipeline(conn, {}) as pipeline:
            await add(pipeline, "one").read()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await batch()
    assert conn.closed
    assert await names(rows) == []


async def test_cancelled_in_the_middle_it_rolls_back_and_frees_its_locks(conn: WriteConn, rows: Rows) -> None:
    async def batch() -> None:
        async with Pipeline(conn, {}) as pipeline:
            add(pipeline, "one")
            pipeline.send("SELECT 1 FROM organizers FOR UPDATE", [], no_rows)
            await pipeline.send("SELECT pg_sleep(0.5)", [], no_rows).read()

    task = asyncio.create_task(batch())
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert conn.closed
    await rows.run("SET lock_timeout = '10s'")
    await rows.run("SELECT 1 FROM organizers FOR UPDATE")
    assert await names(rows) == []


async def test_a_connection_that_is_closed_cannot_begin(conn: WriteConn) -> None:
    await conn.close()
    with pytest.raises(psycopg.OperationalError, match="closed"):
        async with Pipeline(conn, {}):
            pytest.fail("it began")


async def test_a_connection_that_was_killed_before_the_batch_is_noticed(conn: WriteConn, rows: Rows) -> None:
    await rows.kill(conn)
    with pytest.raises(psycopg.OperationalError):
        async with Pipeline(conn, {}) as pipeline:
            await add(pipeline, "one").read()
    assert conn.closed


async def test_a_connection_that_is_killed_before_the_commit_commits_nothing(conn: WriteConn, rows: Rows) -> None:
    async with Pipeline(conn, {}) as pipeline:
        await add(pipeline, "one").read()
        await rows.kill(conn)
        with pytest.raises(psycopg.OperationalError):
            await pipeline.commit()
    assert conn.closed
    assert await names(rows) == []


async def test_a_network_that_breaks_in_the_middle_is_noticed(conninfo: str, rows: Rows) -> None:
    async with Cable.laid(conninfo) as cable:
        conn = await connect_engine(cable.conninfo, 2_000, 20_000)
        async with Pipeline(conn, {}) as pipeline:
            await add(pipeline, "one").read()
            cable.cut()
            with pytest.raises(psycopg.OperationalError):
                await pipeline.commit()
        assert conn.closed
    assert await names(rows) == []


async def test_a_network_that_breaks_after_the_commit_leaves_it_open_how_it_ended(conninfo: str, rows: Rows) -> None:
    async with Cable.laid(conninfo) as cable:
        conn = await connect_engine(cable.conninfo, 2_000, 20_000)
        async with Pipeline(conn, {}) as pipeline:
            await add(pipeline, "one").read()
            cable.hold_answers()
            task = asyncio.create_task(pipeline.commit())
            await rows.until("SELECT 1 FROM organizers WHERE name = 'one'")
            cable.cut()
            with pytest.raises(psycopg.OperationalError) as raised:
                await task
        assert raised.value.diag.severity is None, "PostgreSQL did not say that it failed"
    assert await names(rows) == ["one"]


async def test_an_answer_that_makes_no_sense_is_a_lost_connection(conninfo: str, rows: Rows) -> None:
    async with Cable.laid(conninfo) as cable:
        conn = await connect_engine(cable.conninfo, 2_000, 20_000)
        async with Pipeline(conn, {}) as pipeline:
            await add(pipeline, "one").read()
            cable.garble_answers()
            with pytest.raises(psycopg.OperationalError, match="connection to the database was lost"):
                await pipeline.send("SELECT 1", [], no_rows).read()
        assert conn.closed
    assert await names(rows) == []


async def test_a_connection_that_is_killed_in_the_commit_is_noticed(conn: WriteConn, rows: Rows) -> None:
    await rows.run("CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(20); END'")
    await rows.run(
        "CREATE CONSTRAINT TRIGGER late AFTER INSERT ON organizers DEFERRABLE INITIALLY DEFERRED "
        "FOR EACH ROW EXECUTE FUNCTION dawdle()"
    )
    pid = conn.info.backend_pid
    task = asyncio.create_task(run(conn))
    await rows.until("SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event = 'PgSleep'", pid)
    await rows.kill(pid)
    with pytest.raises(psycopg.OperationalError):
        await task
    assert conn.closed
    assert await names(rows) == []
    await rows.run("DROP FUNCTION dawdle() CASCADE")


async def test_large_questions_and_large_answers_do_not_wait_for_each_other(conn: WriteConn) -> None:
    async with asyncio.timeout(15), Pipeline(conn, {}) as pipeline:
        # The server writes the first answer while we still write the second question: neither fits into the socket.
        answers = [
            pipeline.send("SELECT repeat('x', $1::int), $2", [str(LARGE), "y" * LARGE], lambda answer: answer[0])
            for _ in range(3)
        ]
        for answer in answers:
            large, back = await answer.read()
            assert len(large) == len(back) == LARGE
        await pipeline.commit()


async def test_large_questions_and_large_answers_are_committed_in_one_go(conn: WriteConn, rows: Rows) -> None:
    async with asyncio.timeout(15), Pipeline(conn, {}) as pipeline:
        add(pipeline, "one")
        for _ in range(2):
            pipeline.send("SELECT repeat('x', $1::int), $2", [str(LARGE), "y" * LARGE], no_rows)
        await pipeline.commit()
    assert await names(rows) == ["one"]
