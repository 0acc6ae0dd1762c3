"""A change beside the engine: whole or not at all, and an honest answer when the database goes away."""

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from fullhouse.actions import event, publication, series
from fullhouse.actions.deps import Deps
from fullhouse.actions.event_change import changing
from fullhouse.rules.refusals import Busy, EventNotFound, OutcomeUnknown
from fullhouse.store.db import ReadConn
from tests.cast import new_event, running_deps

NOWHERE = "0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"


async def kill(conninfo: str, conn: ReadConn) -> None:
    """End a connection of the program, and wait until it is gone."""
    async with await psycopg.AsyncConnection.connect(conninfo) as other:
        await other.execute("SELECT pg_terminate_backend(%s, 10000)", [conn.info.backend_pid])


async def test_a_connection_that_is_lost_before_the_commit_leaves_all_as_it_was(deps: Deps, conninfo: str) -> None:
    made = await new_event(deps)

    async def lose() -> None:
        async with changing(deps, made.id) as change:
            await kill(conninfo, change.conn)
            await change.conn.execute("SELECT 1")

    with pytest.raises(Busy):
        await lose()
    assert (await event.details(deps, made.id, drafts=True)).version == 1


async def test_of_a_connection_that_is_lost_in_the_commit_the_outcome_is_unknown(deps: Deps, conninfo: str) -> None:
    made = await new_event(deps)
    with pytest.raises(OutcomeUnknown):
        async with changing(deps, made.id) as change:
            await kill(conninfo, change.conn)
    assert (await event.details(deps, made.id, drafts=True)).version == 1


async def test_who_finds_the_event_locked_for_too_long_is_told_to_come_again(deps: Deps, conninfo: str) -> None:
    made = await new_event(deps)
    async with (
        running_deps(make_conninfo(conninfo, options="-c lock_timeout=100")) as impatient,
        await psycopg.AsyncConnection.connect(conninfo) as other,
    ):
        await other.execute("SELECT FROM houses FOR UPDATE")
        for asked in (event.change(impatient, made.id, {"name": "Opera"}), publication.withdraw(impatient, made.id)):
            with pytest.raises(Busy):
                await asked
        await other.rollback()
        assert (await event.change(impatient, made.id, {"name": "Opera"})).event.name == "Opera"


async def test_a_defect_is_no_refusal_and_changes_nothing(deps: Deps) -> None:
    made = await new_event(deps)
    with pytest.raises(ZeroDivisionError):
        async with changing(deps, made.id):
            _ = 1 // 0
    with pytest.raises(psycopg.errors.UniqueViolation):
        async with changing(deps, made.id) as change:
            await change.conn.execute("INSERT INTO houses (event_id, capacity) VALUES (%s, 1)", [made.id])
    assert (await event.details(deps, made.id, drafts=True)).version == 1


async def test_what_was_dropped_is_as_it_was(deps: Deps) -> None:
    made = await new_event(deps)
    before = await event.details(deps, made.id, drafts=True)
    async with changing(deps, made.id) as change:
        await change.conn.execute("UPDATE events SET name = 'Opera'")
        assert change.drop() == before
    assert await event.details(deps, made.id, drafts=True) == before


async def test_without_a_database_readers_are_told_to_come_again(deps: Deps, conninfo: str) -> None:
    made = await new_event(deps)
    await deps.database.close()
    for asked in (event.details(deps, made.id, drafts=True), series.find(deps, NOWHERE, drafts=True)):
        with pytest.raises(Busy):
            await asked


async def test_what_is_not_there_is_not_changed(deps: Deps) -> None:
    with pytest.raises(EventNotFound):
        async with changing(deps, NOWHERE):
            raise AssertionError
