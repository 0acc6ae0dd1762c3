"""Sign-ins that are at the OpenID provider: each is taken up again once, and within a while."""

from datetime import datetime
from typing import NamedTuple

from fullhouse.store.db import WriteConn


class OpenidSignIn(NamedTuple):
    """What has to come back from the provider, and what proves to it that we began it."""

    nonce: str
    code_verifier: str


async def add(conn: WriteConn, state_hash: bytes, begun: OpenidSignIn, until: datetime) -> None:
    """Keep a sign-in that has begun."""
    await conn.execute(
        "INSERT INTO openid_sign_ins (state_hash, nonce, code_verifier, expires_at) VALUES (%s, %s, %s, %s)",
        [state_hash, *begun, until],
    )


async def take(conn: WriteConn, state_hash: bytes, now: datetime) -> OpenidSignIn | None:
    """Take a sign-in up again; None when there is none such, or it came too late."""
    cursor = await conn.execute(
        "DELETE FROM openid_sign_ins WHERE state_hash = %s AND expires_at > %s RETURNING nonce, code_verifier",
        [state_hash, now],
    )
    row = await cursor.fetchone()
    return None if row is None else OpenidSignIn._make(row)


async def forget(conn: WriteConn, now: datetime) -> None:
    """Delete some of those that came to nothing, and wait for nobody who does so too."""
    await conn.execute(
        """
        DELETE FROM openid_sign_ins WHERE state_hash IN (
            SELECT state_hash FROM openid_sign_ins WHERE expires_at <= %s LIMIT 100 FOR UPDATE SKIP LOCKED
        )
        """,
        [now],
    )
