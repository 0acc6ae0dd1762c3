"""API keys in the database: hashes alone, live until they are revoked; and the organizer who owns them."""

from datetime import timedelta
from hashlib import sha256

import pytest
from psycopg import errors

from fullhouse.store import key, organizer
from fullhouse.store.db import Database
from fullhouse.store.key import ApiKey
from tests.store.rows import NOW, Rows, new_id

HASH = sha256(b"a key").digest()
OTHER_HASH = sha256(b"another key").digest()


async def create(database: Database, hash_: bytes, name: str = "Door") -> str:
    key_id = new_id()
    async with database.write() as conn:
        await key.create(conn, key_id, organizer.DEFAULT_ID, name, hash_, NOW)
    return key_id


async def test_a_live_key_is_found_by_its_hash(database: Database) -> None:
    key_id = await create(database, HASH)
    async with database.read() as conn:
        assert await key.find_live(conn, [HASH, OTHER_HASH]) == {HASH: key_id}


async def test_a_revoked_key_opens_nothing_and_cannot_be_revoked_again(database: Database) -> None:
    key_id = await create(database, HASH, "Door")
    other_id = await create(database, OTHER_HASH, "Web shop")
    later = NOW + timedelta(days=1)
    async with database.write() as conn:
        assert await key.revoke(conn, key_id, later)
        assert not await key.revoke(conn, key_id, later)
        assert not await key.revoke(conn, new_id(), later)
    async with database.read() as conn:
        assert await key.find_live(conn, [HASH, OTHER_HASH]) == {OTHER_HASH: other_id}
        shown = await key.everything(conn)
    assert shown == [ApiKey(key_id, "Door", NOW, later), ApiKey(other_id, "Web shop", NOW, None)]


async def test_no_two_keys_have_the_same_hash(database: Database) -> None:
    await create(database, HASH)
    with pytest.raises(errors.UniqueViolation):
        await create(database, HASH)


async def test_the_default_organizer_is_made_once(database: Database, rows: Rows) -> None:
    async with database.write() as conn:
        await organizer.create_default(conn, NOW + timedelta(days=1))
    assert await rows.one("SELECT count(*) FROM organizers") == 1
    assert await rows.one("SELECT created_at < now() FROM organizers")
