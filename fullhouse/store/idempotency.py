"""Idempotency keys: written in the transaction of the change that they stand for.

A key that was answered with a booking names it, and the booking's row has the rest; refusals are written out.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, LiteralString

from psycopg.rows import TupleRow
from pydantic_core import to_json

from fullhouse.rules.booking import (
    Booked,
    Cancelled,
    Changed,
    Confirmed,
    Extended,
    IdempotencyKey,
    Outcome,
    Refused,
    Released,
)
from fullhouse.rules.decision import Remembered
from fullhouse.rules.idempotency import Answer, answer_of, answered_with, outcome_of, record_of
from fullhouse.rules.refusals import BookingNotFound
from fullhouse.store.arrays import array, text_element
from fullhouse.store.booking import COLUMNS, booking_from
from fullhouse.store.db import ReadConn, WriteConn
from fullhouse.store.pipeline import Pipeline, Reply, no_rows

_RECALL: LiteralString = f"""
    SELECT replace(k.id::text, '-', ''), replace(k.fingerprint::text, '-', ''), k.outcome, k.answer, {COLUMNS}
    FROM idempotency_keys k
    LEFT JOIN bookings b ON b.id = k.booking_id
    WHERE k.id = ANY ($1::uuid[])
"""  # noqa: S608 - nothing of it comes from outside

_REMEMBER: LiteralString = """
    INSERT INTO idempotency_keys (id, fingerprint, booking_id, answer, outcome, created_at)
    SELECT id, fingerprint, booking_id, answer, outcome::json, $1::timestamptz
    FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[])
        AS k (id, fingerprint, booking_id, answer, outcome)
"""


def recall(pipeline: Pipeline, key_ids: Iterable[str]) -> Reply[dict[str, Remembered]]:
    """What was answered under these keys; new keys are left out."""
    return pipeline.send(_RECALL, [array(key_ids)], _remembered)


def _remembered(rows: list[TupleRow]) -> dict[str, Remembered]:
    return {
        key_id: Remembered(
            fingerprint, outcome_of(outcome) if outcome is not None else _booking_answered(booking, answer)
        )
        for key_id, fingerprint, outcome, answer, *booking in rows
    }


def _booking_answered(booking: Sequence[Any], answer: Answer) -> Outcome:
    """What was answered with a booking. One of a test may be gone: then there is no such booking any more."""
    if booking[0] is None:
        return Refused(BookingNotFound("There is no such booking."))
    return answered_with(booking_from(booking), answer)


async def is_remembered(conn: ReadConn, key: IdempotencyKey) -> bool:
    """Tell whether anything was answered under a key."""
    cursor = await conn.execute("SELECT 1 FROM idempotency_keys WHERE id = %s::uuid", [key.id])
    return await cursor.fetchone() is not None


def remember(pipeline: Pipeline, keys: dict[str, Remembered], now: datetime) -> None:
    """Write what was answered under new keys.

    PostgreSQL answers with a UniqueViolation when another transaction was first with one of them; tried again,
    `recall` finds it. The rows are in order of their ids, so two batches never wait for each other in a circle.
    """
    ordered = sorted(keys.items())
    answers = [_columns(remembered.outcome) for _, remembered in ordered]
    rows = [
        now.isoformat(),
        array([key_id for key_id, _ in ordered]),
        array([remembered.fingerprint for _, remembered in ordered]),
        *map(array, zip(*answers, strict=True)),
    ]
    pipeline.send(_REMEMBER, rows, no_rows)


def _columns(outcome: Outcome) -> tuple[str, str, str]:
    """Id of the booking and what was answered, or the refusal: as elements of array literals."""
    if isinstance(outcome, Booked | Confirmed | Cancelled | Changed):
        return outcome.booking.id, answer_of(outcome), "NULL"
    if isinstance(outcome, Released | Extended):
        raise TypeError("a release and a longer hold have no key")
    return "NULL", "NULL", text_element(to_json(record_of(outcome)).decode())


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
