"""API keys: only a hash is stored, so what is in the database opens nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from fullhouse.rules.permission import Scope
from fullhouse.store.db import ReadConn, WriteConn


class LiveKey(NamedTuple):
    """What a key that is not revoked is good for: at its organizer, and only for `event_ids` if it is limited."""

    id: str
    name: str
    organizer_id: str
    scopes: tuple[Scope, ...]
    event_ids: frozenset[str] | None
    expires_at: datetime | None


class ApiKey(NamedTuple):
    """A key as it may be shown; `is_test` when it belongs to a test organizer."""

    id: str
    organizer_id: str
    name: str
    scopes: tuple[Scope, ...]
    event_ids: tuple[str, ...] | None
    is_test: bool
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


async def create(conn: WriteConn, made: ApiKey, hash_: bytes) -> None:
    """Store a new key with its hash (SHA-256 of the whole key)."""
    await conn.execute(
        """
        INSERT INTO api_keys (id, organizer_id, name, scopes, event_ids, expires_at, created_at, hash)
        VALUES (%s, %s, %s, %s, %s::uuid[], %s, %s, %s)
        """,
        [
            *(made.id, made.organizer_id, made.name, list(made.scopes), made.event_ids and list(made.event_ids)),
            *(made.expires_at, made.created_at, hash_),
        ],
    )


async def find_live(conn: ReadConn, hashes: Sequence[bytes]) -> dict[bytes, LiveKey]:
    """Keys that are known and not revoked, by hash; also those that have expired."""
    cursor = await conn.execute(
        """
        SELECT hash, id::text, name, organizer_id::text, scopes, event_ids::text[], expires_at
        FROM api_keys WHERE hash = ANY (%s) AND revoked_at IS NULL
        """,
        [list(hashes)],
    )
    return {
        bytes(hash_): LiveKey(
            *(key_id, name, organizer_id, tuple(scopes)),
            None if event_ids is None else frozenset(event_ids),
            expires_at,
        )
        for hash_, key_id, name, organizer_id, scopes, event_ids, expires_at in await cursor.fetchall()
    }


async def used(conn: WriteConn, key_id: str, now: datetime, pause: timedelta) -> None:
    """Write down that a key was used, unless that was done less than `pause` ago."""
    await conn.execute(
        "UPDATE api_keys SET last_used_at = %s WHERE id = %s AND (last_used_at IS NULL OR last_used_at <= %s)",
        [now, key_id, now - pause],
    )


async def page(conn: ReadConn, organizer_id: str | None, after: str | None, limit: int | None) -> list[ApiKey]:
    """Keys of an organizer and of his test organizer, or of all; in order of their ids, the oldest first."""
    cursor = await conn.execute(
        """
        SELECT k.id::text, k.organizer_id::text, k.name, k.scopes, k.event_ids::text[], o.test_of IS NOT NULL,
               k.created_at, k.expires_at, k.last_used_at, k.revoked_at
        FROM api_keys k JOIN organizers o ON o.id = k.organizer_id
        WHERE (%(organizer_id)s::uuid IS NULL OR %(organizer_id)s IN (o.id, o.test_of))
          AND (%(after)s::uuid IS NULL OR k.id > %(after)s)
        ORDER BY k.id LIMIT %(limit)s
        """,
        {"organizer_id": organizer_id, "after": after, "limit": limit},
        prepare=False,
    )
    return [_key(*row) for row in await cursor.fetchall()]


def _key(
    key_id: str, organizer_id: str, name: str, scopes: list[Scope], event_ids: list[str] | None, *rest: object
) -> ApiKey:
    limits = None if event_ids is None else tuple(event_ids)
    return ApiKey._make([key_id, organizer_id, name, tuple(scopes), limits, *rest])


async def revoke(conn: WriteConn, key_id: str, now: datetime, organizer_id: str | None = None) -> bool:
    """End a key for good; False when there is no such live key, or it is another organizer's than this one's."""
    cursor = await conn.execute(
        """
        UPDATE api_keys k SET revoked_at = %(now)s
        FROM organizers o
        WHERE k.id = %(key_id)s AND k.revoked_at IS NULL AND o.id = k.organizer_id
          AND (%(organizer_id)s::uuid IS NULL OR %(organizer_id)s IN (o.id, o.test_of))
        """,
        {"now": now, "key_id": key_id, "organizer_id": organizer_id},
    )
    return cursor.rowcount == 1
