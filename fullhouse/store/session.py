"""Sessions: begun, looked up with the person and his roles, listed, ended."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from fullhouse.rules.person import Person
from fullhouse.rules.session import Known, Session, Visit
from fullhouse.store.db import ReadConn, WriteConn

_COLUMNS: LiteralString = """
    s.id::text, s.person_id::text, s.created_at, s.last_seen_at, s.expires_at, s.address, s.user_agent, s.awaits_factor
"""


async def add(conn: WriteConn, session: Session, token_hash: bytes) -> None:
    """Write a new session."""
    await conn.execute(
        """
        INSERT INTO sessions (id, person_id, created_at, last_seen_at, expires_at, address, user_agent, awaits_factor,
            token_hash)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [*session, token_hash],
    )


async def find_known(conn: ReadConn, token_hashes: Sequence[bytes]) -> dict[bytes, Known]:
    """The sessions that were not revoked, by hash of their token. Whether they are too old is not looked at.

    A person's role at an organizer is his at the one for its tests too.
    """
    cursor = await conn.execute(
        f"""
        SELECT s.token_hash, {_COLUMNS}, p.id::text, p.email, p.name, p.language,
            ARRAY (SELECT o.id::text FROM members m JOIN organizers o ON m.organizer_id IN (o.id, o.test_of)
                WHERE m.person_id = p.id ORDER BY o.id),
            ARRAY (SELECT m.role FROM members m JOIN organizers o ON m.organizer_id IN (o.id, o.test_of)
                WHERE m.person_id = p.id ORDER BY o.id)
        FROM sessions s JOIN persons p ON p.id = s.person_id
        WHERE s.token_hash = ANY (%s) AND s.revoked_at IS NULL
        """,  # noqa: S608 - nothing of it comes from outside
        [list(token_hashes)],
    )
    return {
        bytes(row[0]): Known(Session(*row[1:9]), Person(*row[9:13]), dict(zip(row[13], row[14], strict=True)))
        for row in await cursor.fetchall()
    }


async def of_person(conn: ReadConn, person_id: str, now: datetime) -> list[Session]:
    """The sessions of a person that were neither revoked nor end before `now`, the newest first."""
    cursor = await conn.execute(
        f"""
        SELECT {_COLUMNS} FROM sessions s
        WHERE s.person_id = %s AND s.revoked_at IS NULL AND s.expires_at > %s AND NOT s.awaits_factor
        ORDER BY s.created_at DESC, s.id DESC
        """,  # noqa: S608 - nothing of it comes from outside
        [person_id, now],
    )
    return [Session(*row) for row in await cursor.fetchall()]


async def is_known_place(conn: ReadConn, person_id: str | None, visit: Visit) -> bool:
    """Tell whether the person was signed in from there before, or has read his own mail there.

    Asked for nobody, it takes as long and is False.
    """
    cursor = await conn.execute(
        """
        SELECT EXISTS (SELECT FROM sessions WHERE person_id = %(person)s AND NOT awaits_factor
                AND (address = %(address)s OR token_hash = %(token)s))
            OR EXISTS (SELECT FROM password_resets WHERE person_id = %(person)s AND used_from = %(address)s)
        """,
        {"person": person_id, "address": visit.address, "token": visit.token_hash},
    )
    ((is_known,),) = await cursor.fetchall()
    return bool(is_known)


async def see(conn: WriteConn, session_id: str, now: datetime, before: datetime) -> None:
    """Write down that a session is used, unless that was done since `before`."""
    await conn.execute(
        "UPDATE sessions SET last_seen_at = %s WHERE id = %s AND last_seen_at <= %s", [now, session_id, before]
    )


async def revoke(conn: WriteConn, person_id: str, session_id: str, now: datetime) -> bool:
    """End a session of a person; False when he has no such session, or it has ended already."""
    cursor = await conn.execute(
        "UPDATE sessions SET revoked_at = %s WHERE id = %s AND person_id = %s AND revoked_at IS NULL",
        [now, session_id, person_id],
    )
    return cursor.rowcount == 1


async def revoke_token(conn: WriteConn, token_hash: bytes | None, now: datetime) -> None:
    """End the session with this token, if there is one."""
    await conn.execute(
        "UPDATE sessions SET revoked_at = %s WHERE token_hash = %s AND revoked_at IS NULL", [now, token_hash]
    )


async def revoke_all(conn: WriteConn, person_id: str, now: datetime, but: str | None = None) -> None:
    """End all sessions of a person, but that one."""
    await conn.execute(
        """
        UPDATE sessions SET revoked_at = %s
        WHERE person_id = %s AND revoked_at IS NULL AND id IS DISTINCT FROM %s::uuid
        """,
        [now, person_id, but],
    )


async def forget_old(conn: WriteConn, before: datetime) -> None:
    """Delete sessions, and resets of passwords, that ended before that moment."""
    await conn.execute("DELETE FROM sessions WHERE expires_at < %s", [before])
    await conn.execute("DELETE FROM password_resets WHERE expires_at < %s", [before])
