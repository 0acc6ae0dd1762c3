"""Idempotency keys: written in the transaction of the change that they stand for."""

import json
from collections.abc import Iterable
from datetime import datetime

from fullhouse.rules.allocation import Remembered
from fullhouse.rules.idempotency import outcome_of, record_of
from fullhouse.store.arrays import uuid_array
from fullhouse.store.db import ReadConn, Reply, WriteConn


async def recall(conn: ReadConn, key_ids: Iterable[str]) -> Reply[dict[str, Remembered]]:
    """What was answered under these keys; new keys are left out."""
    cursor = await conn.execute(
        """
        SELECT replace(id::text, '-', ''), replace(fingerprint::text, '-', ''), outcome
        FROM idempotency_keys WHERE id = ANY (%s::uuid[])
        """,
        [uuid_array(key_ids)],
    )
    return Reply(cursor, lambda rows: {row[0]: Remembered(row[1], outcome_of(row[2])) for row in rows})


async def remember(conn: WriteConn, keys: dict[str, Remembered], now: datetime) -> None:
    """Write what was answered under new keys.

    Raises UniqueViolation when another transaction was first with one of them; tried again, it is found by `recall`.
    The rows are in order of their ids, so two batches with the same keys never wait for each other in a circle.
    """
    rows = [
        {"id": key_id, "fingerprint": keys[key_id].fingerprint, "outcome": record_of(keys[key_id].outcome)}
        for key_id in sorted(keys)
    ]
    await conn.execute(
        """
        INSERT INTO idempotency_keys (id, fingerprint, outcome, created_at)
        SELECT id, fingerprint, outcome, %s FROM json_to_recordset(%s) AS k (id uuid, fingerprint uuid, outcome json)
        """,
        [now, json.dumps(rows)],
    )


async def forget(conn: WriteConn, before: datetime, most: int) -> int:
    """Delete up to `most` keys that are older than `before`; returns how many were."""
    cursor = await conn.execute(
        """
        DELETE FROM idempotency_keys WHERE id = ANY (ARRAY(
            SELECT id FROM idempotency_keys WHERE created_at < %s LIMIT %s FOR UPDATE SKIP LOCKED
        ))
        """,
        [before, most],
    )
    return cursor.rowcount
