"""Whole answers under keys: written once, found again as they were, and claimed by one at a time."""

import asyncio
import json
from datetime import timedelta

import pytest

from fullhouse.rules.answer import Answered
from fullhouse.rules.idempotency import key_for
from fullhouse.store import answer, idempotency
from fullhouse.store.db import Database
from tests.store.rows import NOW

KEY = key_for("caller", "POST /events/1/pools", "k", "asked")


@pytest.mark.parametrize(
    "answered",
    [
        Answered(201, {"b": "Été “1” 🎪\\", "a": [1, None, {"x": False}]}, location="/events/1/pools/2"),
        Answered(201, [{"b": 1, "a": 2}, {"a": 1}], location="/series/1"),
        Answered(200, []),
        Answered(204, None),
    ],
)
async def test_an_answer_is_remembered_whole(database: Database, answered: Answered) -> None:
    async with database.write() as conn:
        assert await answer.claim(conn, KEY, NOW) == (KEY.fingerprint, None)
        await answer.keep(conn, KEY, answered)
    async with database.write() as conn:
        found = await answer.claim(conn, KEY._replace(fingerprint="0" * 32), NOW)
    assert found == (KEY.fingerprint, answered)
    assert found[1] is not None
    assert json.dumps(found[1].body) == json.dumps(answered.body), "in the same order"


async def test_who_claims_a_key_that_is_claimed_waits_for_its_answer(database: Database) -> None:
    async def claim() -> Answered | None:
        async with database.write() as conn:
            return (await answer.claim(conn, KEY, NOW))[1]

    async with database.write() as conn:
        await answer.claim(conn, KEY, NOW)
        waiting = asyncio.create_task(claim())
        await asyncio.sleep(0.1)
        assert not waiting.done()
        await answer.keep(conn, KEY, Answered(204, None))
    assert await waiting == Answered(204, None)


async def test_a_key_that_was_claimed_and_never_answered_is_still_to_be_answered(database: Database) -> None:
    for _ in range(2):
        async with database.write() as conn:
            assert await answer.claim(conn, KEY, NOW) == (KEY.fingerprint, None)


async def test_asking_again_makes_no_key_younger(database: Database) -> None:
    for days in (0, 7):
        async with database.write() as conn:
            await answer.claim(conn, KEY, NOW + timedelta(days=days))
    async with database.write() as conn:
        assert await idempotency.forget(conn, NOW + timedelta(days=1), 10) == 1
