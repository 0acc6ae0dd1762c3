"""Answers of writes beside the engine: one for a key, and an honest one when the database goes away."""

import asyncio
from datetime import datetime

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from fullhouse.actions import answer
from fullhouse.actions.answer import transaction
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.refusals import Busy, IdempotencyKeyReused, OutcomeUnknown, ValidationFailed
from fullhouse.store import answer as store
from fullhouse.store.db import WriteConn
from tests.cast import key, new_event, running_deps


class Counted:
    """A work that counts how often it was done, and lasts a moment."""

    def __init__(self) -> None:
        self.count = 0

    async def work(self, conn: WriteConn, _: datetime) -> Answered:
        await conn.execute("SELECT pg_sleep(0.05)")
        self.count += 1
        return Answered(201, [{"count": self.count}], location="/there")


async def refused(_: WriteConn, __: datetime) -> Answered:
    raise ValidationFailed("No.")


async def test_one_key_in_two_processes_at_once_has_one_effect_and_one_answer(deps: Deps, conninfo: str) -> None:
    work = Counted().work
    async with running_deps(conninfo) as other:
        asked = [answer.once(process, key("k"), work) for _ in range(6) for process in (deps, other)]
        answers = await asyncio.gather(*asked)
    expected = Answered(201, [{"count": 1}], location="/there")
    assert sorted(answers) == [expected, *[expected._replace(replayed=True)] * 11]


async def test_one_key_for_two_requests_at_once_is_good_for_one_of_them(deps: Deps, conninfo: str) -> None:
    work = Counted().work
    async with running_deps(conninfo) as other:
        keys = [key("k", "this"), key("k", "that")] * 3
        asked = [answer.once(process, each, work) for each in keys for process in (deps, other)]
        answers = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(one, Answered) for one in answers) == 6
    assert sum(isinstance(one, IdempotencyKeyReused) for one in answers) == 6


async def test_what_is_asked_without_a_key_is_done_each_time(deps: Deps) -> None:
    work = Counted().work
    assert [(await answer.once(deps, None, work)).body for _ in range(2)] == [[{"count": 1}], [{"count": 2}]]
    assert await answer.before(deps, None) is None


async def test_a_refusal_is_not_remembered_and_leaves_the_key_to_anybody(deps: Deps) -> None:
    with pytest.raises(ValidationFailed):
        await answer.once(deps, key("k", "this"), refused)
    assert not (await answer.once(deps, key("k", "that"), Counted().work)).replayed


async def test_a_key_that_was_asked_for_is_good_for_that_request_alone(deps: Deps) -> None:
    assert await answer.before(deps, key("k")) is None
    with pytest.raises(ValidationFailed):
        await answer.once(deps, key("k"), refused)
    with pytest.raises(IdempotencyKeyReused):
        await answer.before(deps, key("k", "another"))
    with pytest.raises(IdempotencyKeyReused):
        await answer.once(deps, key("k", "another"), Counted().work)
    assert await answer.before(deps, key("k")) is None
    answered = await answer.once(deps, key("k"), Counted().work)
    assert await answer.before(deps, key("k")) == answered._replace(replayed=True)


async def test_who_finds_the_key_taken_for_too_long_is_told_to_come_again(deps: Deps, conninfo: str) -> None:
    async with running_deps(make_conninfo(conninfo, options="-c lock_timeout=100")) as impatient:
        async with transaction(deps.database) as conn:
            await store.claim(conn, key("k"), deps.clock())
            with pytest.raises(Busy):
                await answer.once(impatient, key("k"), Counted().work)
        assert not (await answer.once(impatient, key("k"), Counted().work)).replayed


async def test_a_connection_lost_before_the_commit_is_busy(deps: Deps) -> None:
    async def lost(conn: WriteConn, _: datetime) -> Answered:
        await conn.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        raise AssertionError

    with pytest.raises(Busy):
        await answer.once(deps, key("k"), lost)
    assert not (await answer.once(deps, key("k"), Counted().work)).replayed


async def test_a_connection_lost_in_the_commit_leaves_the_outcome_unknown(deps: Deps, conninfo: str) -> None:
    async def lost(conn: WriteConn, _: datetime) -> Answered:
        with psycopg.connect(conninfo, autocommit=True) as administrator:
            administrator.execute("SELECT pg_terminate_backend(%s, 10000)", [conn.info.backend_pid])
        return Answered(204, None)

    with pytest.raises(OutcomeUnknown):
        await answer.once(deps, None, lost)


async def test_a_defect_is_no_refusal_and_changes_nothing(deps: Deps) -> None:
    event = await new_event(deps)

    async def broken(conn: WriteConn, _: datetime) -> Answered:
        await conn.execute("UPDATE houses SET capacity = 1")
        await conn.execute("INSERT INTO houses (event_id, capacity) VALUES (%s, 1)", [event.id])
        raise AssertionError

    with pytest.raises(psycopg.errors.UniqueViolation):
        await answer.once(deps, key("k"), broken)
    async with deps.database.read() as conn:
        cursor = await conn.execute("SELECT capacity FROM houses")
        assert await cursor.fetchall() == [(100,)]
