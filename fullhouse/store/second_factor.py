"""The second factors of a person, all at once."""

from fullhouse.rules.session import Factor
from fullhouse.store.db import ReadConn, WriteConn


async def of_person(conn: ReadConn, person_id: str) -> list[Factor]:
    """What a person can finish a sign-in with; empty when the password alone is enough."""
    cursor = await conn.execute(
        """
        SELECT EXISTS (SELECT FROM person_totp WHERE person_id = %(person_id)s AND confirmed_at IS NOT NULL),
               EXISTS (SELECT FROM person_passkeys WHERE person_id = %(person_id)s),
               EXISTS (SELECT FROM person_recovery_codes WHERE person_id = %(person_id)s AND used_at IS NULL)
        """,
        {"person_id": person_id},
    )
    (has_totp, has_passkey, has_recovery_code) = await cursor.fetchone() or (False, False, False)
    found: list[tuple[Factor, bool]] = [("totp", has_totp), ("passkey", has_passkey)]
    if has_totp or has_passkey:
        found.append(("recovery_code", has_recovery_code))
    return [factor for factor, is_there in found if is_there]


async def delete_all(conn: WriteConn, person_id: str) -> int:
    """Remove all second factors of a person with the recovery codes; returns how many factors there were."""
    cursor = await conn.execute(
        """
        WITH apps AS (DELETE FROM person_totp WHERE person_id = %(person_id)s RETURNING confirmed_at),
             passkeys AS (DELETE FROM person_passkeys WHERE person_id = %(person_id)s RETURNING id),
             codes AS (DELETE FROM person_recovery_codes WHERE person_id = %(person_id)s)
        SELECT (SELECT count(*) FROM apps WHERE confirmed_at IS NOT NULL) + (SELECT count(*) FROM passkeys)
        """,
        {"person_id": person_id},
    )
    ((count,),) = await cursor.fetchall()
    return int(count)
