"""API keys: only a hash is stored, so what is in the database opens nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from fullhouse.store.db import ReadConn, WriteConn


class ApiKey(NamedTuple):
    """A key as it may be shown."""

    id: str
    name: str
    created_at: datetime
    revoked_at: datetime | None


async def create(conn: WriteConn, key_id: str, organizer_id: str, name: str, hash_: bytes, now: datetime) -> None:
    """Store a new key's hash (SHA-256 of the whole key)."""
    await conn.execute(
        "INSERT INTO api_keys (id, organizer_id, name, hash, created_at) VALUES (%s, %s, %s, %s, %s)",
        [key_id, organizer_id, name, hash_, now],
    )


async def find_live(conn: ReadConn, hashes: Sequence[bytes]) -> dict[bytes, str]:
    """The ids of keys that are known and not revoked, by hash."""
    cursor = await conn.execute(
        "SELECT hash, id::text FROM api_keys WHERE hash = ANY (%s) AND revoked_at IS NULL", [list(hashes)]
    )
    return {bytes(row[0]): row[1] for row in await cursor.fetchall()}


async def everything(conn: ReadConn) -> list[ApiKey]:
    """All keys, the oldest first."""
    cursor = await conn.execute("SELECT id::text, name, created_at, revoked_at FROM api_keys ORDER BY created_at, id")
    return [ApiKey(*row) for row in await cursor.fetchall()]


async def revoke(conn: WriteConn, key_id: str, now: datetime) -> bool:
    """End a key for good; False when there is no such live key."""
    cursor = await conn.execute(
        "UPDATE api_keys SET revoked_at = %s WHERE id = %s AND revoked_at IS NULL", [now, key_id]
    )
    return cursor.rowcount == 1
