"""Changes of an offer when the database goes away: nothing was done, or nobody knows, and never a wrong answer."""

from datetime import datetime

import psycopg
import pytest

from fullhouse.actions.changing import change_offer, transaction
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.refusals import Busy, EventNotFound, OutcomeUnknown
from fullhouse.store.db import WriteConn
from tests.cast import key, new_event

DONE = Answered(200, {"done": True})


async def done(_: WriteConn, __: datetime) -> Answered:
    return DONE


async def version(deps: Deps, event_id: str) -> object:
    async with deps.database.read() as conn:
        cursor = await conn.execute("SELECT offer_version FROM houses WHERE event_id = %s", [event_id])
        return (await cursor.fetchone() or [None])[0]


async def test_a_change_is_done_once_for_a_key_and_each_time_without(deps: Deps) -> None:
    event = await new_event(deps)
    assert await change_offer(deps, event.id, key("k"), done) == DONE
    assert await change_offer(deps, event.id, key("k"), done) == DONE._replace(replayed=True)
    assert await version(deps, event.id) == 2
    for expected in (3, 4):
        assert await change_offer(deps, event.id, None, done) == DONE
        assert await version(deps, event.id) == expected


async def test_what_fails_changes_nothing_and_uses_up_no_key(deps: Deps) -> None:
    event = await new_event(deps)

    async def broken(conn: WriteConn, _: datetime) -> Answered:
        await conn.execute("UPDATE houses SET capacity = 1")
        raise KeyError(event.id)

    with pytest.raises(KeyError):
        await change_offer(deps, event.id, key("k"), broken)
    assert await version(deps, event.id) == 1
    assert await change_offer(deps, event.id, key("k"), done) == DONE


async def test_there_must_be_such_an_event(deps: Deps) -> None:
    with pytest.raises(EventNotFound):
        await change_offer(deps, "0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b", None, done)


async def test_a_connection_lost_before_the_commit_is_busy(deps: Deps) -> None:
    event = await new_event(deps)

    async def lost(conn: WriteConn, _: datetime) -> Answered:
        await conn.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return DONE

    with pytest.raises(Busy):
        await change_offer(deps, event.id, key("k"), lost)
    assert await version(deps, event.id) == 1


async def test_a_connection_lost_in_the_commit_leaves_the_outcome_unknown(deps: Deps, conninfo: str) -> None:
    async def commit_after_the_end() -> None:
        async with transaction(deps.database) as conn:
            await conn.execute("SELECT 1")
            with psycopg.connect(conninfo, autocommit=True) as administrator:
                administrator.execute("SELECT pg_terminate_backend(%s, 10000)", [conn.info.backend_pid])

    with pytest.raises(OutcomeUnknown):
        await commit_after_the_end()
