"""Deliveries of changes to webhooks: added by the reader of notices, claimed for an attempt, looked up, done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg.rows import TupleRow
from pydantic_core import to_json

from fullhouse.rules.webhook import Answer, Delivery, DeliveryState
from fullhouse.store.arrays import array, int_array, moment_array, text_array
from fullhouse.store.db import ReadConn, WriteConn


class Room(NamedTuple):
    """How much may be claimed: at most so many for a webhook beside those that are under way, and so many in all."""

    each: int
    total: int
    under_way: Mapping[str, int]
    """By webhook."""


async def is_anything_to_read(conn: ReadConn) -> bool:
    """Tell whether there are changes that no delivery was made of yet, if any is to be."""
    cursor = await conn.execute(
        """
        SELECT EXISTS (
            SELECT FROM notices WHERE position > (SELECT position FROM notice_readers WHERE name = 'webhooks')
        )
        """
    )
    ((is_any,),) = await cursor.fetchall()
    return bool(is_any)


async def add(conn: WriteConn, deliveries: Sequence[Delivery]) -> None:
    """Write new deliveries. What has to wait for an earlier one anyway is not due before that is.

    PostgreSQL answers with a UniqueViolation when a webhook was told of a change before.
    """
    await conn.execute(
        """
        INSERT INTO webhook_deliveries (webhook_id, id, sequence, type, at, about_event_id, about_booking_number,
                                        details, next_try_at, created_at)
        SELECT n.webhook_id, n.id, n.sequence, n.type, n.at, n.event_id, n.booking_number, n.details,
               greatest(n.next_try_at, (
                   SELECT max(d.next_try_at) FROM webhook_deliveries d
                   WHERE d.webhook_id = n.webhook_id AND d.about_event_id = n.event_id
                     AND d.about_booking_number = n.booking_number AND d.state = 'waiting'
               )), n.created_at
        FROM unnest(%s::uuid[], %s::uuid[], %s::bigint[], %s::text[], %s::timestamptz[], %s::uuid[], %s::bigint[],
                    %s::jsonb[], %s::timestamptz[], %s::timestamptz[])
            AS n (webhook_id, id, sequence, type, at, event_id, booking_number, details, next_try_at, created_at)
        """,
        [
            array([one.webhook_id for one in deliveries]),
            array([one.id for one in deliveries]),
            [one.sequence for one in deliveries],
            text_array([one.type for one in deliveries]),
            moment_array([one.at for one in deliveries]),
            [one.event_id for one in deliveries],
            int_array([one.booking_number for one in deliveries]),
            text_array([None if one.details is None else to_json(one.details).decode() for one in deliveries]),
            moment_array([one.next_try_at for one in deliveries]),
            moment_array([one.created_at for one in deliveries]),
        ],
    )


async def claim(conn: WriteConn, room: Room, now: datetime, until: datetime, *, failing: bool) -> list[Delivery]:
    """Take deliveries that are due, of webhooks that are on and fail, or don't; nobody else gets them before `until`.

    Of what is about the same booking only the earliest is taken, so that a receiver is told in order. An attempt
    counts from now on: who is killed in it has had it.
    """
    ids = list(room.under_way)
    cursor = await conn.execute(
        """
        WITH due AS (
            SELECT d.webhook_id, d.id
            FROM webhooks w
            LEFT JOIN unnest(%(busy_ids)s::uuid[], %(busy)s::integer[]) AS u (webhook_id, busy) ON u.webhook_id = w.id
            CROSS JOIN LATERAL (
                SELECT d.webhook_id, d.id, d.next_try_at, d.sequence FROM webhook_deliveries d
                WHERE d.webhook_id = w.id AND d.state = 'waiting' AND d.next_try_at <= %(now)s
                  AND NOT EXISTS (
                      SELECT FROM webhook_deliveries e
                      WHERE e.webhook_id = d.webhook_id AND e.about_event_id = d.about_event_id
                        AND e.about_booking_number = d.about_booking_number AND e.sequence < d.sequence
                        AND e.state = 'waiting'
                  )
                ORDER BY d.next_try_at, d.sequence LIMIT greatest(0, %(each)s - coalesce(u.busy, 0))
                FOR NO KEY UPDATE SKIP LOCKED
            ) d
            WHERE w.state = 'on' AND (w.failing_since IS NOT NULL) = %(failing)s
            LIMIT %(total)s
        )
        UPDATE webhook_deliveries d
        SET next_try_at = %(until)s, attempts = d.attempts + 1
        FROM due WHERE d.webhook_id = due.webhook_id AND d.id = due.id
        RETURNING d.webhook_id::text, d.id::text, d.sequence, d.type, d.at, d.about_event_id::text,
                  d.about_booking_number, d.details, d.body, d.state, d.attempts, d.attempts_before, d.next_try_at,
                  d.created_at, d.done_at
        """,
        {
            "busy_ids": array(ids),
            "busy": int_array([room.under_way[one] for one in ids]),
            "each": room.each,
            "total": room.total,
            "now": now,
            "until": until,
            "failing": failing,
        },
        # How much there is to deliver changes from nothing to a million.
        prepare=False,
    )
    return [Delivery._make(row) for row in await cursor.fetchall()]


async def keep_bodies(conn: WriteConn, bodies: Mapping[tuple[str, str], str]) -> None:
    """Write what deliveries say, by webhook and id, so that every attempt says the same."""
    await conn.execute(
        """
        UPDATE webhook_deliveries d SET body = b.body
        FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS b (webhook_id, id, body)
        WHERE d.webhook_id = b.webhook_id AND d.id = b.id
        """,
        [
            array([webhook_id for webhook_id, _ in bodies]),
            array([delivery_id for _, delivery_id in bodies]),
            text_array(list(bodies.values())),
        ],
    )


async def add_attempts(conn: WriteConn, answers: Sequence[tuple[Delivery, Answer]]) -> None:
    """Write what was answered. An attempt whose delivery is gone by now is forgotten with it."""
    await conn.execute(
        """
        INSERT INTO delivery_attempts (webhook_id, delivery_id, number, at, took_ms, url, request_headers, status,
                                       headers, body, error)
        SELECT d.webhook_id, d.id, a.number, a.at, a.took_ms, a.url, a.request_headers, a.status, a.headers, a.body,
               a.error
        FROM unnest(%s::uuid[], %s::uuid[], %s::integer[], %s::timestamptz[], %s::integer[], %s::text[], %s::jsonb[],
                    %s::integer[], %s::jsonb[], %s::text[], %s::text[])
            AS a (webhook_id, delivery_id, number, at, took_ms, url, request_headers, status, headers, body, error)
        JOIN (
            SELECT webhook_id, id FROM webhook_deliveries
            WHERE (webhook_id, id) IN (SELECT * FROM unnest(%s::uuid[], %s::uuid[])) FOR KEY SHARE
        ) d ON d.webhook_id = a.webhook_id AND d.id = a.delivery_id
        ON CONFLICT DO NOTHING
        """,
        [
            array([one.webhook_id for one, _ in answers]),
            array([one.id for one, _ in answers]),
            int_array([one.attempts for one, _ in answers]),
            moment_array([answer.at for _, answer in answers]),
            int_array([answer.took_ms for _, answer in answers]),
            text_array([answer.url for _, answer in answers]),
            text_array([to_json(answer.request_headers).decode() for _, answer in answers]),
            [answer.status for _, answer in answers],
            text_array([None if a.headers is None else to_json(a.headers).decode() for _, a in answers]),
            text_array([answer.body for _, answer in answers]),
            text_array([answer.error for _, answer in answers]),
            array([one.webhook_id for one, _ in answers]),
            array([one.id for one, _ in answers]),
        ],
    )


async def finish(conn: WriteConn, deliveries: Sequence[Delivery]) -> None:
    """Write the state and the next try of deliveries that were tried; what waits behind one waits as long.

    One that is done already, as when a process was thought to be dead, stays done.
    """
    await conn.execute(
        """
        WITH tried AS (
            SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[], %s::timestamptz[])
                AS t (webhook_id, id, state, next_try_at, done_at)
        ), behind AS (
            UPDATE webhook_deliveries d SET next_try_at = t.next_try_at
            FROM tried t
            JOIN webhook_deliveries f ON f.webhook_id = t.webhook_id AND f.id = t.id AND f.state = 'waiting'
            WHERE t.state = 'waiting' AND d.webhook_id = f.webhook_id AND d.about_event_id = f.about_event_id
              AND d.about_booking_number = f.about_booking_number AND d.sequence > f.sequence AND d.state = 'waiting'
              AND d.next_try_at < t.next_try_at
        )
        UPDATE webhook_deliveries d SET state = t.state, next_try_at = t.next_try_at, done_at = t.done_at
        FROM tried t WHERE d.webhook_id = t.webhook_id AND d.id = t.id AND d.state = 'waiting'
        """,
        [
            array([one.webhook_id for one in deliveries]),
            array([one.id for one in deliveries]),
            array([one.state for one in deliveries]),
            moment_array([one.next_try_at for one in deliveries]),
            moment_array([one.done_at for one in deliveries]),
        ],
    )


async def find(conn: ReadConn, webhook_id: str, delivery_id: str) -> Delivery | None:
    """A delivery of a webhook."""
    cursor = await conn.execute(
        """
        SELECT webhook_id::text, id::text, sequence, type, at, about_event_id::text, about_booking_number, details,
               body, state, attempts, attempts_before, next_try_at, created_at, done_at
        FROM webhook_deliveries WHERE webhook_id = %s AND id = %s
        """,
        [webhook_id, delivery_id],
    )
    row = await cursor.fetchone()
    return None if row is None else Delivery._make(row)


async def page(
    conn: ReadConn, webhook_id: str, state: DeliveryState | None, before: str | None, limit: int
) -> list[Delivery]:
    """Up to `limit` deliveries of a webhook, the newest first, from behind the one with the id `before`; no bodies."""
    cursor = await conn.execute(
        """
        SELECT webhook_id::text, id::text, sequence, type, at, about_event_id::text, about_booking_number, details,
               NULL, state, attempts, attempts_before, next_try_at, created_at, done_at
        FROM webhook_deliveries
        WHERE webhook_id = %(webhook_id)s AND (%(state)s::text IS NULL OR state = %(state)s)
          AND (%(before)s::uuid IS NULL OR id < %(before)s::uuid)
        ORDER BY id DESC LIMIT %(limit)s
        """,
        {"webhook_id": webhook_id, "state": state, "before": before, "limit": limit},
    )
    return [Delivery._make(row) for row in await cursor.fetchall()]


async def attempts(conn: ReadConn, webhook_id: str, delivery_id: str) -> list[Answer]:
    """What was answered to a delivery, in order."""
    cursor = await conn.execute(
        """
        SELECT at, took_ms, url, request_headers, status, headers, body, error
        FROM delivery_attempts WHERE webhook_id = %s AND delivery_id = %s ORDER BY number
        """,
        [webhook_id, delivery_id],
    )
    return [_answer(row) for row in await cursor.fetchall()]


async def replay(conn: WriteConn, webhook_id: str, delivery_id: str, now: datetime) -> Delivery | None:
    """Let a delivery be tried at once, whatever became of it, and if need be for three days anew."""
    cursor = await conn.execute(
        """
        UPDATE webhook_deliveries
        SET state = 'waiting', next_try_at = %(now)s, attempts_before = attempts, done_at = NULL
        WHERE webhook_id = %(webhook_id)s AND id = %(id)s
        RETURNING webhook_id::text, id::text, sequence, type, at, about_event_id::text, about_booking_number, details,
                  body, state, attempts, attempts_before, next_try_at, created_at, done_at
        """,
        {"now": now, "webhook_id": webhook_id, "id": delivery_id},
    )
    row = await cursor.fetchone()
    return None if row is None else Delivery._make(row)


async def forget(conn: WriteConn, before: datetime, most: int) -> int:
    """Delete up to so many deliveries that were made before a moment; how many that were."""
    cursor = await conn.execute(
        """
        DELETE FROM webhook_deliveries
        WHERE (webhook_id, id) IN (
            SELECT webhook_id, id FROM webhook_deliveries WHERE created_at < %s ORDER BY created_at LIMIT %s
            FOR UPDATE SKIP LOCKED
        )
        """,
        [before, most],
    )
    return cursor.rowcount


def _answer(row: TupleRow) -> Answer:
    return Answer._make([*row, None])
