"""Authenticator apps of persons: one each, in use once it is confirmed."""

from datetime import datetime
from typing import NamedTuple

from fullhouse.store.db import ReadConn, WriteConn


class Totp(NamedTuple):
    """An authenticator app. Codes up to `last_used_step` are used."""

    secret: str
    confirmed_at: datetime | None
    last_used_step: int


async def find(conn: ReadConn, person_id: str) -> Totp | None:
    """The app of a person, confirmed or not."""
    cursor = await conn.execute(
        "SELECT secret, confirmed_at, last_used_step FROM person_totp WHERE person_id = %s", [person_id]
    )
    row = await cursor.fetchone()
    return None if row is None else Totp._make(row)


async def begin(conn: WriteConn, person_id: str, secret: str, now: datetime) -> bool:
    """Keep a secret that waits to be confirmed, instead of one that still does; False when one is in use."""
    cursor = await conn.execute(
        """
        INSERT INTO person_totp (person_id, secret, created_at) VALUES (%s, %s, %s)
        ON CONFLICT (person_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at
        WHERE person_totp.confirmed_at IS NULL
        """,
        [person_id, secret, now],
    )
    return cursor.rowcount == 1


async def confirm(conn: WriteConn, person_id: str, secret: str, step: int, now: datetime) -> bool:
    """Take a secret that waits into use; False when it does not wait any more."""
    cursor = await conn.execute(
        """
        UPDATE person_totp SET confirmed_at = %s, last_used_step = %s
        WHERE person_id = %s AND secret = %s AND confirmed_at IS NULL
        """,
        [now, step, person_id, secret],
    )
    return cursor.rowcount == 1


async def use(conn: WriteConn, person_id: str, secret: str, step: int) -> bool:
    """Use up all codes up to a step; False when somebody has done so."""
    cursor = await conn.execute(
        """
        UPDATE person_totp SET last_used_step = %s
        WHERE person_id = %s AND secret = %s AND confirmed_at IS NOT NULL AND last_used_step < %s
        """,
        [step, person_id, secret, step],
    )
    return cursor.rowcount == 1


async def delete(conn: WriteConn, person_id: str) -> bool:
    """Remove the app of a person; False when there is none."""
    cursor = await conn.execute("DELETE FROM person_totp WHERE person_id = %s", [person_id])
    return cursor.rowcount == 1
