"""Recovery codes of persons: hashes alone, each used once."""

from collections.abc import Sequence
from datetime import datetime

from fullhouse.store.db import WriteConn


async def replace(conn: WriteConn, person_id: str, hashes: Sequence[bytes]) -> None:
    """Let these be all the codes of a person."""
    await delete(conn, person_id)
    await conn.execute(
        "INSERT INTO person_recovery_codes (person_id, hash) SELECT %s, unnest(%s::bytea[])", [person_id, list(hashes)]
    )


async def use(conn: WriteConn, person_id: str, hash_: bytes, now: datetime) -> bool:
    """Use a code up; False when there is none, or somebody has used it."""
    cursor = await conn.execute(
        "UPDATE person_recovery_codes SET used_at = %s WHERE person_id = %s AND hash = %s AND used_at IS NULL",
        [now, person_id, hash_],
    )
    return cursor.rowcount == 1


async def delete(conn: WriteConn, person_id: str) -> None:
    """Remove all codes of a person."""
    await conn.execute("DELETE FROM person_recovery_codes WHERE person_id = %s", [person_id])
