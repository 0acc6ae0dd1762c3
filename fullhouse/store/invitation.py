"""Invitations: written, listed, found by the hash of their token, ended."""

from datetime import datetime
from typing import LiteralString

from psycopg.rows import TupleRow

from fullhouse.rules.invitation import Invitation
from fullhouse.rules.person import email_key
from fullhouse.store.db import ReadConn, WriteConn

_COLUMNS: LiteralString = """
    SELECT i.id::text, i.organizer_id::text, i.email, i.role, p.name, i.created_at, i.expires_at, i.accepted_at,
        i.revoked_at
    FROM invitations i LEFT JOIN persons p ON p.id = i.invited_by
"""


async def add(conn: WriteConn, made: Invitation, token_hash: bytes, inviter_id: str | None) -> None:
    """Write a new invitation; the open ones of the same organizer to the same address end."""
    key = email_key(made.email)
    await conn.execute(
        """
        UPDATE invitations SET revoked_at = %s
        WHERE organizer_id = %s AND email_key = %s AND accepted_at IS NULL AND revoked_at IS NULL
        """,
        [made.created_at, made.organizer_id, key],
    )
    await conn.execute(
        """
        INSERT INTO invitations (id, organizer_id, email, email_key, role, token_hash, invited_by, created_at,
            expires_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [*made[:3], key, made.role, token_hash, inviter_id, made.created_at, made.expires_at],
    )


async def opened(conn: ReadConn, organizer_id: str, now: datetime) -> list[Invitation]:
    """The invitations of an organizer that can be accepted, the newest first."""
    cursor = await conn.execute(
        _COLUMNS
        + """
        WHERE i.organizer_id = %s AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > %s
        ORDER BY i.created_at DESC, i.id DESC
        """,
        [organizer_id, now],
    )
    return [Invitation(*row) for row in await cursor.fetchall()]


async def of_token(conn: ReadConn, token_hash: bytes) -> Invitation | None:
    """The invitation with this token, open or not."""
    cursor = await conn.execute(_COLUMNS + " WHERE i.token_hash = %s", [token_hash])
    return _invitation(await cursor.fetchone())


async def lock(conn: WriteConn, token_hash: bytes) -> Invitation | None:
    """The same, locked until the transaction ends."""
    cursor = await conn.execute(_COLUMNS + " WHERE i.token_hash = %s FOR UPDATE OF i", [token_hash])
    return _invitation(await cursor.fetchone())


async def accept(conn: WriteConn, invitation_id: str, person_id: str, now: datetime) -> None:
    """Write down who has accepted a locked invitation."""
    await conn.execute(
        "UPDATE invitations SET accepted_at = %s, accepted_by = %s WHERE id = %s", [now, person_id, invitation_id]
    )


async def revoke(conn: WriteConn, organizer_id: str, invitation_id: str, now: datetime) -> bool:
    """Take an open invitation back; False when the organizer has no such one."""
    cursor = await conn.execute(
        """
        UPDATE invitations SET revoked_at = %s
        WHERE id = %s AND organizer_id = %s AND accepted_at IS NULL AND revoked_at IS NULL AND expires_at > %s
        """,
        [now, invitation_id, organizer_id, now],
    )
    return cursor.rowcount == 1


def _invitation(row: TupleRow | None) -> Invitation | None:
    return None if row is None else Invitation(*row)
