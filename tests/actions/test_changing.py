"""Changes of events and their offers: the version says how many there were, and none is half done."""

from datetime import datetime

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from fullhouse.actions import event, publication, series
from fullhouse.actions.changing import change_offer, unchanged, whole_event
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.event import WholeEvent
from fullhouse.rules.refusals import Busy, EventNotFound
from fullhouse.store.db import WriteConn
from tests.cast import key, new_event, running_deps

DONE = Answered(200, {"done": True})
NOWHERE = "0196a1b2-c3d4-7e5f-8a6b-7c8d9e0f1a2b"


async def done(_: WriteConn, __: datetime) -> Answered:
    return DONE


def told(whole: WholeEvent) -> Answered:
    return Answered(200, {"name": whole.event.name, "version": whole.version})


async def version(deps: Deps, event_id: str) -> int:
    return (await event.details(deps, event_id, drafts=True)).version


async def test_a_change_is_done_once_for_a_key_and_each_time_without(deps: Deps) -> None:
    made = await new_event(deps)
    assert await change_offer(deps, made.id, key("k"), done) == DONE
    assert await change_offer(deps, made.id, key("k"), done) == DONE._replace(replayed=True)
    assert await version(deps, made.id) == 2
    for expected in (3, 4):
        assert await change_offer(deps, made.id, None, done) == DONE
        assert await version(deps, made.id) == expected


async def test_what_fails_changes_nothing_and_uses_up_no_key(deps: Deps) -> None:
    made = await new_event(deps)

    async def broken(conn: WriteConn, _: datetime) -> Answered:
        await conn.execute("UPDATE houses SET capacity = 1")
        raise KeyError(made.id)

    with pytest.raises(KeyError):
        await change_offer(deps, made.id, key("k"), broken)
    assert await version(deps, made.id) == 1
    assert await change_offer(deps, made.id, key("k"), done) == DONE


async def test_what_turns_out_to_be_no_change_is_answered_for_its_key_and_leaves_the_version(deps: Deps) -> None:
    made = await new_event(deps)
    before = await event.details(deps, made.id, drafts=True)

    async def nothing(conn: WriteConn, _: datetime) -> Answered:
        whole = await whole_event(conn, made.id)
        assert whole == before._replace(version=2)
        assert await unchanged(conn, whole) == before
        return DONE

    assert await change_offer(deps, made.id, key("k"), nothing) == DONE
    assert await change_offer(deps, made.id, key("k"), nothing) == DONE._replace(replayed=True)
    assert await event.details(deps, made.id, drafts=True) == before


async def test_there_must_be_such_an_event(deps: Deps) -> None:
    with pytest.raises(EventNotFound):
        await change_offer(deps, NOWHERE, None, done)


async def test_who_finds_the_event_locked_for_too_long_is_told_to_come_again(deps: Deps, conninfo: str) -> None:
    made = await new_event(deps)
    async with (
        running_deps(make_conninfo(conninfo, options="-c lock_timeout=100")) as impatient,
        await psycopg.AsyncConnection.connect(conninfo) as other,
    ):
        await other.execute("SELECT FROM houses FOR UPDATE")
        for asked in (
            event.change(impatient, made.id, {"name": "Opera"}, key("k"), told),
            publication.withdraw(impatient, made.id, None, told),
        ):
            with pytest.raises(Busy):
                await asked
        await other.rollback()
        answered = await event.change(impatient, made.id, {"name": "Opera"}, key("k"), told)
        assert answered == Answered(200, {"name": "Opera", "version": 2})


async def test_without_a_database_readers_are_told_to_come_again(deps: Deps) -> None:
    made = await new_event(deps)
    await deps.database.close()
    for asked in (event.details(deps, made.id, drafts=True), series.find(deps, NOWHERE, drafts=True)):
        with pytest.raises(Busy):
            await asked
