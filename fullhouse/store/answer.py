"""Whole answers under idempotency keys: of the writes that do not pass through the engine.

They share the table with the engine's keys; a key counts for one path, so neither ever finds what the other wrote.
"""

from datetime import datetime

from pydantic_core import to_json

from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.store.db import WriteConn


async def claim(conn: WriteConn, key: IdempotencyKey, now: datetime) -> tuple[str, Answered | None]:
    """Take a key until the transaction ends; who has it now is waited for.

    Returns the fingerprint of what was asked under it first, and what was answered; None if nothing was yet.
    """
    cursor = await conn.execute(
        """
        INSERT INTO idempotency_keys AS k (id, fingerprint, outcome, created_at)
        VALUES (%s::uuid, %s::uuid, 'null', %s)
        ON CONFLICT (id) DO UPDATE SET created_at = k.created_at
        RETURNING replace(k.fingerprint::text, '-', ''), k.outcome
        """,
        [key.id, key.fingerprint, now],
    )
    ((fingerprint, outcome),) = await cursor.fetchall()
    if outcome is None:
        return fingerprint, None
    return fingerprint, Answered(outcome["answered"], outcome["body"], location=outcome.get("location"))


async def keep(conn: WriteConn, key: IdempotencyKey, answered: Answered) -> None:
    """Write what was answered under a key that is claimed."""
    outcome = {"answered": answered.status, "body": answered.body, "location": answered.location}
    await conn.execute(
        "UPDATE idempotency_keys SET outcome = %s::json WHERE id = %s::uuid", [to_json(outcome).decode(), key.id]
    )
