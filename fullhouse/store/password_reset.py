"""Resets of passwords: written, found by the hash of their token, used."""

from datetime import datetime

from fullhouse.rules.password_reset import PasswordReset
from fullhouse.store.db import ReadConn, WriteConn


async def add(conn: WriteConn, made: PasswordReset, token_hash: bytes) -> None:
    """Write a new one. Older ones go on working: who asks again may have the first mail before the second."""
    await conn.execute(
        "INSERT INTO password_resets (token_hash, person_id, created_at, expires_at) VALUES (%s, %s, %s, %s)",
        [token_hash, made.person_id, made.created_at, made.expires_at],
    )


async def last_at(conn: ReadConn, person_id: str) -> datetime | None:
    """When the newest one of a person was made."""
    cursor = await conn.execute("SELECT max(created_at) FROM password_resets WHERE person_id = %s", [person_id])
    ((last,),) = await cursor.fetchall()
    moment: datetime | None = last
    return moment


async def of_token(conn: ReadConn, token_hash: bytes) -> PasswordReset | None:
    """The one with this token, whether it still works or not."""
    cursor = await conn.execute(
        "SELECT person_id::text, created_at, expires_at, used_at FROM password_resets WHERE token_hash = %s",
        [token_hash],
    )
    row = await cursor.fetchone()
    return None if row is None else PasswordReset(*row)


async def use(conn: WriteConn, token_hash: bytes, person_id: str, used_from: str, now: datetime) -> None:
    """Write down from where one is used; with it all others of the person end."""
    await conn.execute(
        """
        UPDATE password_resets SET used_at = %s, used_from = CASE WHEN token_hash = %s THEN %s END
        WHERE person_id = %s AND used_at IS NULL
        """,
        [now, token_hash, used_from, person_id],
    )
