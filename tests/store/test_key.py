"""API keys in the database: hashes alone, live until they are revoked; and the organizer who owns them."""

from datetime import timedelta
from hashlib import sha256

import pytest
from psycopg import errors

from fullhouse.rules.organizer import Organizer
from fullhouse.store import key, organizer
from fullhouse.store.db import Database
from fullhouse.store.key import ApiKey, LiveKey
from tests.store.rows import NOW, Rows, new_id

HASH = sha256(b"a key").digest()
OTHER_HASH = sha256(b"another key").digest()


async def create(database: Database, hash_: bytes, name: str = "Door") -> str:
    key_id = new_id()
    async with database.write() as conn:
        made = ApiKey(key_id, organizer.DEFAULT_ID, name, ("read",), None, False, NOW, None, None, None)
        await key.create(conn, made, hash_)
    return key_id


async def test_a_live_key_is_found_by_its_hash(database: Database) -> None:
    key_id = await create(database, HASH)
    async with database.read() as conn:
        found = await key.find_live(conn, [HASH, OTHER_HASH])
    assert found == {HASH: LiveKey(key_id, "Door", organizer.DEFAULT_ID, ("read",), None, None)}


async def test_a_revoked_key_opens_nothing_and_cannot_be_revoked_again(database: Database) -> None:
    key_id = await create(database, HASH, "Door")
    other_id = await create(database, OTHER_HASH, "Web shop")
    later = NOW + timedelta(days=1)
    async with database.write() as conn:
        assert await key.revoke(conn, key_id, later)
        assert not await key.revoke(conn, key_id, later)
        assert not await key.revoke(conn, new_id(), later)
    async with database.read() as conn:
        live = await key.find_live(conn, [HASH, OTHER_HASH])
        shown = await key.page(conn, None, None, None)
    assert {hash_: one.id for hash_, one in live.items()} == {OTHER_HASH: other_id}
    assert [(one.id, one.name, one.revoked_at) for one in shown] == [
        (key_id, "Door", later),
        (other_id, "Web shop", None),
    ]


async def test_no_two_keys_have_the_same_hash(database: Database) -> None:
    await create(database, HASH)
    with pytest.raises(errors.UniqueViolation):
        await create(database, HASH)


async def test_the_default_organizer_is_made_once(database: Database, rows: Rows) -> None:
    async with database.write() as conn:
        await organizer.create_default(conn, NOW + timedelta(days=1))
    assert await rows.one("SELECT count(*) FROM organizers") == 1
    assert await rows.one("SELECT created_at < now() FROM organizers")


async def test_the_last_use_of_a_key_is_not_written_too_often(database: Database) -> None:
    key_id, pause = await create(database, HASH), timedelta(minutes=1)
    shown = []
    for seconds in (0, 59, 60):
        async with database.write() as conn:
            await key.used(conn, key_id, NOW + timedelta(seconds=seconds), pause)
            (one,) = await key.page(conn, organizer.DEFAULT_ID, None, 10)
        shown.append(one.last_used_at)
    assert shown == [NOW, NOW, NOW + pause]


async def test_keys_come_in_order_and_those_of_others_are_left_out(database: Database) -> None:
    ids = [await create(database, sha256(bytes([number])).digest()) for number in range(3)]
    async with database.write() as conn:
        await organizer.create(conn, Organizer(new_id(), "Ada", "en", None, None, NOW))
        ada = (await organizer.everything(conn))[-1].id
        assert [one.id for one in await key.page(conn, organizer.DEFAULT_ID, ids[0], 1)] == [ids[1]]
        assert await key.page(conn, ada, None, 10) == []
        assert not await key.revoke(conn, ids[0], NOW, ada)
        assert await key.revoke(conn, ids[0], NOW, organizer.DEFAULT_ID)
