"""Idempotency keys: written in the transaction of the change that they stand for."""

from collections.abc import Iterable
from datetime import datetime
from typing import LiteralString

import psycopg
from psycopg.rows import TupleRow
from pydantic_core import to_json

from fullhouse.rules.allocation import Remembered
from fullhouse.rules.idempotency import outcome_of, record_of
from fullhouse.store.arrays import text_array, uuid_array
from fullhouse.store.db import ReadConn, WriteConn
from fullhouse.store.pipeline import Pipeline, Reply, no_rows

_RECALL: LiteralString = """
    SELECT replace(id::text, '-', ''), replace(fingerprint::text, '-', ''), outcome
    FROM idempotency_keys WHERE id = ANY ($1::uuid[])
"""

_REMEMBER: LiteralString = """
    INSERT INTO idempotency_keys (id, fingerprint, outcome, created_at)
    SELECT id, fingerprint, outcome::json, $1::timestamptz
    FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS k (id, fingerprint, outcome)
"""


def recall(pipeline: Pipeline, key_ids: Iterable[str]) -> Reply[dict[str, Remembered]]:
    """What was answered under these keys; new keys are left out."""
    return pipeline.send(_RECALL, [uuid_array(key_ids)], _remembered)


async def find(conn: ReadConn, key_id: str) -> Remembered | None:
    """What was answered under one key."""
    cursor = psycopg.AsyncRawCursor(conn)
    await cursor.execute(_RECALL, [uuid_array([key_id])])
    return _remembered(await cursor.fetchall()).get(key_id)


def _remembered(rows: list[TupleRow]) -> dict[str, Remembered]:
    return {row[0]: Remembered(row[1], outcome_of(row[2])) for row in rows}


def remember(pipeline: Pipeline, keys: dict[str, Remembered], now: datetime) -> None:
    """Write what was answered under new keys.

    PostgreSQL answers with a UniqueViolation when another transaction was first with one of them; tried again,
    `recall` finds it. The rows are in order of their ids, so two batches never wait for each other in a circle.
    """
    pipeline.send(_REMEMBER, _rows(keys, now), no_rows)


async def add(conn: WriteConn, key_id: str, remembered: Remembered, now: datetime) -> None:
    """Write what was answered under one new key. Raises UniqueViolation as `remember` does."""
    await psycopg.AsyncRawCursor(conn).execute(_REMEMBER, _rows({key_id: remembered}, now))


def _rows(keys: dict[str, Remembered], now: datetime) -> list[str]:
    ordered = sorted(keys.items())
    return [
        now.isoformat(),
        uuid_array([key_id for key_id, _ in ordered]),
        uuid_array([remembered.fingerprint for _, remembered in ordered]),
        text_array([to_json(record_of(remembered.outcome)).decode() for _, remembered in ordered]),
    ]


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
