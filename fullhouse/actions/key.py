"""API keys: made once, shown once, kept as a hash."""

import secrets
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from fullhouse.actions.deps import Deps
from fullhouse.actions.ids import new_id
from fullhouse.rules.refusals import ApiKeyRequired
from fullhouse.store import key, organizer
from fullhouse.store.db import Database
from fullhouse.store.key import ApiKey

PREFIX = "fh_"
NAME_LENGTH_MAX = 200


async def create(database: Database, name: str, now: datetime) -> str:
    """Make a key with 256 random bits and return it; afterwards only its hash is known."""
    text = PREFIX + secrets.token_urlsafe(32)
    key_id = new_id(now)
    async with database.write() as conn:
        await key.create(conn, key_id, organizer.DEFAULT_ID, name, hash_of(text), now)
    return text


async def caller_of(deps: Deps, text: str) -> str:
    """The id of a live key. Raises ApiKeyRequired."""
    key_id = await deps.api_keys.find(hash_of(text))
    if key_id is None:
        raise ApiKeyRequired("The API key is not known, or it was revoked.")
    return key_id


def hash_of(text: str) -> bytes:
    """A plain SHA-256 is enough for a key of 256 random bits: there is nothing to guess from."""
    return sha256(text.encode("utf-8", "surrogateescape")).digest()


async def everything(database: Database) -> list[ApiKey]:
    """All keys, live and revoked, the oldest first."""
    async with database.read() as conn:
        return await key.everything(conn)


async def revoke(database: Database, key_id: str, now: datetime) -> bool:
    """End a key for good; False when there is no such live key."""
    try:
        canonical = str(UUID(key_id))
    except ValueError:
        return False
    async with database.write() as conn:
        return await key.revoke(conn, canonical, now)
