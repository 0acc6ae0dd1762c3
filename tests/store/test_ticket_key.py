"""The keys of tickets: exactly one signs, and what signs no more has no private part."""

import asyncio
from datetime import timedelta

import pytest
from psycopg import errors

from fullhouse.actions import installation
from fullhouse.actions import ticket_key as actions
from fullhouse.rules.ticket_code import key_id_of, public_key_of
from fullhouse.store import ticket_key
from fullhouse.store.db import Database
from tests.store.rows import NOW, Rows


async def test_an_installation_has_a_key_that_signs_and_keeps_it(database: Database) -> None:
    async with database.read() as conn:
        before = await ticket_key.signing(conn)
    await installation.migrate(database)
    async with database.read() as conn:
        assert await ticket_key.signing(conn) == before
    assert key_id_of(public_key_of(before.private_key)) == before.key_id


async def test_after_a_rotation_the_new_key_signs_and_the_old_one_is_believed(database: Database, rows: Rows) -> None:
    (first,) = [one for one in await actions.everything(database) if one.retired_at is None]
    made = await actions.rotate(database, NOW)
    async with database.read() as conn:
        assert (await ticket_key.signing(conn)).key_id == made.key_id != first.key_id
        assert {first.key_id, made.key_id} <= {one.key_id for one in await actions.believed(conn)}
    kept = await rows.one("SELECT private_key FROM ticket_signing_keys WHERE key_id = %s", first.key_id)
    assert kept is None


async def test_of_many_rotations_at_once_one_key_signs(database: Database, rows: Rows) -> None:
    await asyncio.gather(*(actions.rotate(database, NOW + timedelta(seconds=n)) for n in range(4)))
    assert await rows.one("SELECT count(*) FROM ticket_signing_keys WHERE retired_at IS NULL") == 1


async def test_a_key_is_withdrawn_once_and_never_the_one_that_signs(database: Database) -> None:
    first = await actions.rotate(database, NOW)
    assert not await actions.withdraw(database, first.key_id, NOW)
    await actions.rotate(database, NOW + timedelta(days=1))
    assert await actions.withdraw(database, first.key_id, NOW)
    assert not await actions.withdraw(database, first.key_id, NOW)
    assert not await actions.withdraw(database, b"none", NOW)
    async with database.read() as conn:
        assert first.key_id not in {one.key_id for one in await actions.believed(conn)}


async def test_the_database_lets_no_second_key_sign(rows: Rows) -> None:
    with pytest.raises(errors.UniqueViolation):
        await rows.run("INSERT INTO ticket_signing_keys VALUES ('abcd', %s, %s, now())", b"x" * 32, b"y" * 32)
