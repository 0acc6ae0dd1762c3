"""Passkeys of persons: public keys alone, with how often each was used."""

from datetime import datetime

from psycopg.rows import TupleRow

from fullhouse.rules.passkey import Passkey
from fullhouse.store.db import ReadConn, WriteConn


async def of_person(conn: ReadConn, person_id: str) -> list[Passkey]:
    """The passkeys of a person, the oldest first."""
    cursor = await conn.execute(
        """
        SELECT id::text, person_id::text, credential_id, public_key, sign_count, name, transports, created_at,
               last_used_at
        FROM person_passkeys WHERE person_id = %s
        ORDER BY created_at, id
        """,
        [person_id],
    )
    return [_passkey(row) for row in await cursor.fetchall()]


async def find(conn: ReadConn, credential_id: bytes) -> Passkey | None:
    """The passkey with this credential id."""
    cursor = await conn.execute(
        """
        SELECT id::text, person_id::text, credential_id, public_key, sign_count, name, transports, created_at,
               last_used_at
        FROM person_passkeys WHERE credential_id = %s
        """,
        [credential_id],
    )
    row = await cursor.fetchone()
    return None if row is None else _passkey(row)


def _passkey(row: TupleRow) -> Passkey:
    return Passkey._make(row)._replace(transports=tuple(row[6]))


async def insert(conn: WriteConn, made: Passkey) -> bool:
    """Add a passkey; False when its credential id is known."""
    cursor = await conn.execute(
        """
        INSERT INTO person_passkeys
            (id, person_id, credential_id, public_key, sign_count, name, transports, created_at, last_used_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT ON CONSTRAINT person_passkeys_credential DO NOTHING
        """,
        [*made[:6], list(made.transports), *made[7:]],
    )
    return cursor.rowcount == 1


async def use(conn: WriteConn, passkey_id: str, sign_count: int, now: datetime) -> bool:
    """Write down that a passkey was used; False when it is gone, or was used meanwhile with as high a count."""
    cursor = await conn.execute(
        """
        UPDATE person_passkeys SET sign_count = %s, last_used_at = %s
        WHERE id = %s AND (sign_count < %s OR (sign_count = 0 AND %s = 0))
        """,
        [sign_count, now, passkey_id, sign_count, sign_count],
    )
    return cursor.rowcount == 1


async def delete(conn: WriteConn, person_id: str, passkey_id: str) -> bool:
    """Remove a passkey of a person; False when there is no such one."""
    cursor = await conn.execute("DELETE FROM person_passkeys WHERE id = %s AND person_id = %s", [passkey_id, person_id])
    return cursor.rowcount == 1
