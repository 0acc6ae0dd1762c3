"""Challenges that passkeys have to answer: each for one purpose, one person, once, and for a while."""

from datetime import datetime
from typing import Literal, TypeAlias

from fullhouse.store.db import WriteConn

Purpose: TypeAlias = Literal["registration", "second_factor", "sign_in"]


async def add(conn: WriteConn, challenge: bytes, purpose: Purpose, person_id: str | None, until: datetime) -> None:
    """Keep a challenge; nobody is named for a sign-in by passkey alone."""
    await conn.execute(
        "INSERT INTO web_authn_challenges (challenge, purpose, person_id, expires_at) VALUES (%s, %s, %s, %s)",
        [challenge, purpose, person_id, until],
    )


async def take(conn: WriteConn, challenge: bytes, purpose: Purpose, person_id: str | None, now: datetime) -> bool:
    """Use a challenge up; False when there is none such, or it came too late."""
    cursor = await conn.execute(
        """
        DELETE FROM web_authn_challenges
        WHERE challenge = %s AND purpose = %s AND person_id IS NOT DISTINCT FROM %s::uuid AND expires_at > %s
        """,
        [challenge, purpose, person_id, now],
    )
    return cursor.rowcount == 1


async def forget(conn: WriteConn, now: datetime) -> None:
    """Delete some of those that came to nothing, and wait for nobody who does so too."""
    await conn.execute(
        """
        DELETE FROM web_authn_challenges WHERE challenge IN (
            SELECT challenge FROM web_authn_challenges WHERE expires_at <= %s LIMIT 100 FOR UPDATE SKIP LOCKED
        )
        """,
        [now],
    )
