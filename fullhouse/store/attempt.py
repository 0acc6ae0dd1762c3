"""Attempts that are counted: one row for each account and each address that somebody tried lately."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from fullhouse.rules.attempt import Attempts
from fullhouse.store.db import WriteConn


async def lock(conn: WriteConn, subjects: Sequence[bytes], now: datetime) -> dict[bytes, Attempts]:
    """Lock what is counted of these subjects until the transaction ends; a subject that is new has no failures.

    In order of the subjects, so that two who lock several never wait for each other in a circle.
    """
    found = {}
    for subject in sorted(subjects):
        cursor = await conn.execute(
            """
            INSERT INTO sign_in_attempts AS a (subject, last_at) VALUES (%s, %s)
            ON CONFLICT (subject) DO UPDATE SET subject = a.subject
            RETURNING a.failures, a.waits_until, a.last_at
            """,
            [subject, now],
        )
        (row,) = await cursor.fetchall()
        found[subject] = Attempts(*row)
    return found


async def keep(conn: WriteConn, counted: Mapping[bytes, Attempts]) -> None:
    """Write what is counted of locked subjects."""
    for subject, attempts in sorted(counted.items()):
        await conn.execute(
            "UPDATE sign_in_attempts SET failures = %s, waits_until = %s, last_at = %s WHERE subject = %s",
            [*attempts, subject],
        )


async def forget(conn: WriteConn, subjects: Sequence[bytes]) -> None:
    """Count these subjects anew."""
    await conn.execute("DELETE FROM sign_in_attempts WHERE subject = ANY (%s)", [list(subjects)])


async def forget_old(conn: WriteConn, before: datetime) -> int:
    """Delete those that were tried last before that moment; returns how many were."""
    cursor = await conn.execute("DELETE FROM sign_in_attempts WHERE last_at < %s", [before])
    return cursor.rowcount
