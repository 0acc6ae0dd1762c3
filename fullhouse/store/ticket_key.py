"""The keys that tickets are signed with: one signs, those before it are believed until they are withdrawn."""

from datetime import datetime
from typing import NamedTuple

from fullhouse.rules.ticket_code import SigningKey
from fullhouse.store.db import ReadConn, WriteConn


class TicketKey(NamedTuple):
    """A key as everybody may see it."""

    key_id: bytes
    public_key: bytes
    created_at: datetime
    retired_at: datetime | None
    withdrawn_at: datetime | None


async def everything(conn: ReadConn) -> list[TicketKey]:
    """All keys, the newest first."""
    cursor = await conn.execute(
        """
        SELECT key_id, public_key, created_at, retired_at, withdrawn_at FROM ticket_signing_keys
        ORDER BY created_at DESC, key_id
        """
    )
    return [TicketKey._make(row) for row in await cursor.fetchall()]


async def signing(conn: ReadConn) -> SigningKey:
    """The key that signs now; every migrated database has one."""
    cursor = await conn.execute("SELECT key_id, private_key FROM ticket_signing_keys WHERE retired_at IS NULL")
    (row,) = await cursor.fetchall()
    return SigningKey._make(row)


async def retire(conn: WriteConn, now: datetime) -> None:
    """Let the key that signs sign no more, and forget its private part."""
    await conn.execute(
        "UPDATE ticket_signing_keys SET retired_at = %s, private_key = NULL WHERE retired_at IS NULL", [now]
    )


async def create(conn: WriteConn, key: SigningKey, public_key: bytes, now: datetime) -> None:
    """Add the key that signs from now on, unless there is one that does."""
    await conn.execute(
        """
        INSERT INTO ticket_signing_keys (key_id, public_key, private_key, created_at) VALUES (%s, %s, %s, %s)
        ON CONFLICT ((retired_at IS NULL)) WHERE retired_at IS NULL DO NOTHING
        """,
        [key.key_id, public_key, key.private_key, now],
    )


async def withdraw(conn: WriteConn, key_id: bytes, now: datetime) -> bool:
    """Let nobody believe a retired key any more; False when there is none of this id that is believed."""
    cursor = await conn.execute(
        """
        UPDATE ticket_signing_keys SET withdrawn_at = %s
        WHERE key_id = %s AND retired_at IS NOT NULL AND withdrawn_at IS NULL
        """,
        [now, key_id],
    )
    return cursor.rowcount == 1
