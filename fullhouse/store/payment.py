"""Payments of bookings. Who changes one locks all of its booking's first."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

from psycopg.types.json import Jsonb

from fullhouse.rules.ledger import AT_THE_DESK, Posting
from fullhouse.rules.payment import Payment, ProviderName, State
from fullhouse.store.arrays import array, int_array, text_array
from fullhouse.store.db import ReadConn, WriteConn
from fullhouse.store.pipeline import Pipeline, no_rows

_COLUMNS: LiteralString = """
    event_id::text, booking_number, number, id::text, booking_id::text, provider, state, amount_minor, received_minor,
    refunded_minor, currency, reference, instructions, reason, created_at, changed_at, expires_at
"""


async def of_booking(conn: ReadConn, event_id: str, booking_number: int) -> list[Payment]:
    """The payments of a booking in their order."""
    sql: LiteralString = f"""
        SELECT {_COLUMNS} FROM payments WHERE event_id = %s AND booking_number = %s ORDER BY number
    """  # noqa: S608 - all of it is of this file
    return await _payments(conn, sql, event_id, booking_number)


async def of_bookings(conn: ReadConn, event_id: str, first: int, last: int) -> list[Payment]:
    """The payments of bookings with these numbers, and those between."""
    sql: LiteralString = f"""
        SELECT {_COLUMNS} FROM payments WHERE event_id = %s AND booking_number BETWEEN %s AND %s
        ORDER BY booking_number, number
    """  # noqa: S608 - all of it is of this file
    return await _payments(conn, sql, event_id, first, last)


async def lock(conn: WriteConn, event_id: str, booking_number: int) -> list[Payment]:
    """Lock the payments of a booking until the transaction ends, in their order."""
    sql: LiteralString = f"""
        SELECT {_COLUMNS} FROM payments WHERE event_id = %s AND booking_number = %s ORDER BY number FOR UPDATE
    """  # noqa: S608 - all of it is of this file
    return await _payments(conn, sql, event_id, booking_number)


async def find(conn: ReadConn, provider: ProviderName, payment_id: str | None, reference: str | None) -> Payment | None:
    """A payment as its provider knows it: by our id, or by its own reference."""
    sql: LiteralString = f"""
        SELECT {_COLUMNS} FROM payments WHERE provider = %s AND (id = %s::uuid OR reference = %s) LIMIT 1
    """  # noqa: S608 - all of it is of this file
    return next(iter(await _payments(conn, sql, provider, payment_id, reference)), None)


async def under_way(conn: ReadConn, before: datetime, now: datetime, most: int) -> list[Payment]:
    """Payments that were left in between before a moment, or whose time is over; the oldest first.

    Refunds that somebody has to transfer wait for him.
    """
    sql: LiteralString = f"""
        SELECT {_COLUMNS} FROM payments
        WHERE (state IN ('received', 'refunding') AND changed_at < %s
               AND NOT (state = 'refunding' AND provider = 'bank_transfer'))
            OR (state = 'open' AND expires_at <= %s)
        ORDER BY changed_at LIMIT %s
    """  # noqa: S608 - all of it is of this file
    return await _payments(conn, sql, before, now, most)


async def _payments(conn: ReadConn, sql: LiteralString, *params: Any) -> list[Payment]:  # noqa: ANN401 - of any type
    cursor = await conn.execute(sql, params)
    return [Payment._make(row) for row in await cursor.fetchall()]


def insert_at_desk(pipeline: Pipeline, postings: Sequence[Posting], now: datetime) -> None:
    """Write what was paid at the desk, from the postings of a batch: it is the payment number 0 of its booking."""
    paid = [one for one in postings if one.what == "receipt" and one.money_account in AT_THE_DESK]
    if not paid:
        return
    pipeline.send(
        """
        INSERT INTO payments (event_id, booking_number, number, id, booking_id, provider, state, amount_minor,
            received_minor, currency, created_at, changed_at)
        SELECT event_id, booking_number, 0, id, id, provider, 'paid', amount_minor, amount_minor, currency,
            $1::timestamptz, $1::timestamptz
        FROM unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::text[], $6::bigint[], $7::text[])
            AS p (event_id, booking_number, id, provider, amount_minor, currency)
        """,
        [
            now.isoformat(),
            array([one.event_id for one in paid]),
            int_array([one.booking_number for one in paid]),
            array([one.payment_id or "NULL" for one in paid]),
            text_array([one.money_account for one in paid]),
            int_array([one.money_minor for one in paid]),
            array([one.currency for one in paid]),
        ],
        no_rows,
    )


async def add(conn: WriteConn, payment: Payment) -> None:
    """Write a new payment. Raises UniqueViolation when the booking has another open one, or one with its number."""
    values: Sequence[Any] = [*payment[:12], Jsonb(payment.instructions), *payment[13:]]
    await conn.execute(
        """
        INSERT INTO payments (event_id, booking_number, number, id, booking_id, provider, state, amount_minor,
            received_minor, refunded_minor, currency, reference, instructions, reason, created_at, changed_at,
            expires_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        values,
    )


async def refer(conn: WriteConn, payment: Payment) -> bool:
    """Write what the provider calls a payment, whatever has become of it meanwhile; returns whether it is the first."""
    key = [payment.event_id, payment.booking_number, payment.number]
    cursor = await conn.execute(
        """
        WITH before AS (
            SELECT reference FROM payments WHERE event_id = %s AND booking_number = %s AND number = %s FOR UPDATE
        )
        UPDATE payments p SET reference = %s, instructions = %s
        FROM before WHERE p.event_id = %s AND p.booking_number = %s AND p.number = %s
        RETURNING before.reference IS NULL
        """,
        [*key, payment.reference, Jsonb(payment.instructions), *key],
    )
    (is_first,) = await cursor.fetchone() or (False,)
    return bool(is_first)


async def put_off(conn: WriteConn, payment: Payment, now: datetime) -> None:
    """Let others that are under way have their turn first."""
    await conn.execute(
        "UPDATE payments SET changed_at = %s WHERE event_id = %s AND booking_number = %s AND number = %s",
        [now, payment.event_id, payment.booking_number, payment.number],
    )


async def change(conn: WriteConn, payment: Payment, expected: Sequence[State]) -> bool:
    """Write how a payment stands now, if it was in one of the expected states; False when it was not."""
    cursor = await conn.execute(
        """
        UPDATE payments SET state = %s, received_minor = %s, refunded_minor = %s, reason = %s, changed_at = %s
        WHERE event_id = %s AND booking_number = %s AND number = %s AND state = ANY (%s)
        """,
        [
            payment.state,
            payment.received_minor,
            payment.refunded_minor,
            payment.reason,
            payment.changed_at,
            payment.event_id,
            payment.booking_number,
            payment.number,
            list(expected),
        ],
    )
    return cursor.rowcount == 1
