"""Whole answers under idempotency keys: of the writes that do not pass through the engine.

They share the table with the engine's keys; a key counts for one path, so neither ever finds what the other wrote.
"""

from datetime import datetime

from pydantic_core import to_json

from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.store.db import ReadConn, WriteConn


async def find(conn: ReadConn, key_id: str) -> tuple[str, Answered] | None:
    """The fingerprint of what was asked under a key, and what was answered."""
    cursor = await conn.execute(
        "SELECT replace(fingerprint::text, '-', ''), outcome FROM idempotency_keys WHERE id = %s::uuid", [key_id]
    )
    row = await cursor.fetchone()
    if row is None:
        return None
    fingerprint, outcome = row
    return fingerprint, Answered(outcome["answered"], outcome["body"])


async def add(conn: WriteConn, key: IdempotencyKey, answered: Answered, now: datetime) -> None:
    """Write what was answered under a new key."""
    outcome = {"answered": answered.status, "body": answered.body}
    await conn.execute(
        """
        INSERT INTO idempotency_keys (id, fingerprint, outcome, created_at)
        VALUES (%s::uuid, %s::uuid, %s::json, %s)
        """,
        [key.id, key.fingerprint, to_json(outcome).decode(), now],
    )
