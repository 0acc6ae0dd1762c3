"""Cancellations of whole events: begun once, worked through by whoever takes the next page, and what they come to."""

from datetime import datetime
from typing import LiteralString, NamedTuple

from fullhouse.rules.booking import Status
from fullhouse.rules.event_cancellation import BookingCounts, Due, EventCancellation, Owed, PaymentSum
from fullhouse.store.db import ReadConn, WriteConn


class Numbered(NamedTuple):
    """A booking as the job looks at it."""

    number: int
    id: str
    status: Status


async def add(conn: WriteConn, event_id: str, reason: str | None, now: datetime) -> None:
    """Begin a cancellation; one that was begun before stays as it is."""
    await conn.execute(
        """
        INSERT INTO event_cancellations (event_id, reason, created_at) VALUES (%s, %s, %s)
        ON CONFLICT (event_id) DO NOTHING
        """,
        [event_id, reason, now],
    )


async def find(conn: ReadConn, event_id: str) -> EventCancellation | None:
    """The cancellation of an event, if it was cancelled."""
    cursor = await conn.execute(
        "SELECT event_id::text, reason, created_at, looked_to, done_at FROM event_cancellations WHERE event_id = %s",
        [event_id],
    )
    row = await cursor.fetchone()
    return None if row is None else EventCancellation._make(row)


async def take(conn: WriteConn, now: datetime, left_before: datetime) -> EventCancellation | None:
    """Take the oldest cancellation that nobody is at, or that was left at a page before a moment, for one page."""
    cursor = await conn.execute(
        """
        UPDATE event_cancellations SET worked_at = %s
        WHERE event_id = (
            SELECT event_id FROM event_cancellations
            WHERE done_at IS NULL AND (worked_at IS NULL OR worked_at < %s)
            ORDER BY created_at, event_id LIMIT 1 FOR UPDATE SKIP LOCKED
        )
        RETURNING event_id::text, reason, created_at, looked_to, done_at
        """,
        [now, left_before],
    )
    row = await cursor.fetchone()
    return None if row is None else EventCancellation._make(row)


async def page(conn: ReadConn, event_id: str, after: int, most: int) -> list[Numbered]:
    """The next bookings of an event behind a number, in whatever state."""
    cursor = await conn.execute(
        """
        SELECT number, id::text, status FROM bookings WHERE event_id = %s AND number > %s ORDER BY number LIMIT %s
        """,
        [event_id, after, most],
    )
    return [Numbered._make(row) for row in await cursor.fetchall()]


async def move_on(conn: WriteConn, event_id: str, looked_to: int) -> None:
    """Let the next page begin behind a number, and anybody take it; somebody else may have come further meanwhile."""
    await conn.execute(
        "UPDATE event_cancellations SET looked_to = GREATEST(looked_to, %s), worked_at = NULL WHERE event_id = %s",
        [looked_to, event_id],
    )


async def finish(conn: WriteConn, event_id: str, now: datetime) -> bool:
    """Say that it is done; if a booking is still held or confirmed, begin anew, after a while, and return False."""
    cursor = await conn.execute(
        """
        UPDATE event_cancellations c
        SET done_at = CASE WHEN l.is_left THEN c.done_at ELSE coalesce(c.done_at, %(now)s) END,
            looked_to = CASE WHEN l.is_left THEN 0 ELSE c.looked_to END,
            worked_at = CASE WHEN l.is_left THEN %(now)s END
        FROM (
            SELECT EXISTS (
                SELECT FROM bookings WHERE event_id = %(event_id)s AND status IN ('held', 'confirmed')
            ) AS is_left
        ) l
        WHERE c.event_id = %(event_id)s
        RETURNING NOT l.is_left
        """,
        {"event_id": event_id, "now": now},
    )
    (is_done,) = await cursor.fetchone() or (False,)
    return bool(is_done)


async def bookings(conn: ReadConn, event_id: str) -> BookingCounts:
    """How many bookings an event had and how many are cancelled."""
    cursor = await conn.execute(
        """
        SELECT h.bookings_made, (SELECT count(*) FROM bookings b WHERE b.event_id = %s AND b.status = 'cancelled')
        FROM houses h WHERE h.event_id = %s
        """,
        [event_id, event_id],
    )
    return BookingCounts._make(await cursor.fetchone() or (0, 0))


async def payments(conn: ReadConn, event_id: str) -> list[PaymentSum]:
    """What came in and went back for an event, by provider and state; payments that brought nothing are left out."""
    cursor = await conn.execute(
        """
        SELECT provider, state, count(*), sum(received_minor)::bigint, sum(refunded_minor)::bigint
        FROM payments WHERE event_id = %s AND received_minor > 0
        GROUP BY provider, state ORDER BY provider, state
        """,
        [event_id],
    )
    return [PaymentSum._make(row) for row in await cursor.fetchall()]


async def to_transfer(conn: ReadConn, event_id: str) -> Due:
    """What people have to transfer back by hand, until they say that they have."""
    cursor = await conn.execute(
        """
        SELECT count(*), coalesce(sum(r.amount_minor), 0)::bigint
        FROM refunds r
        JOIN payments p
            ON p.event_id = r.event_id AND p.booking_number = r.booking_number AND p.number = r.payment_number
        WHERE r.event_id = %s AND r.state = 'asked' AND p.provider = 'bank_transfer'
        """,
        [event_id],
    )
    return Due._make(await cursor.fetchone() or (0, 0))


async def owed(conn: ReadConn, event_id: str) -> Owed:
    """What is owed to buyers by the ledger; at the desk it is at most what was paid there, less what is on its way."""
    cursor = await conn.execute(
        """
        WITH owed AS (
            SELECT booking_number, -sum(buyer_minor)::bigint AS minor
            FROM ledger_postings WHERE event_id = %(event_id)s
            GROUP BY booking_number HAVING sum(buyer_minor) < 0
        ), at_desk AS (
            SELECT least(p.received_minor - p.refunded_minor, o.minor - coalesce((
                       SELECT sum(r.amount_minor) FROM refunds r
                       WHERE r.event_id = p.event_id AND r.booking_number = p.booking_number AND r.state = 'asked'
                   ), 0)) AS minor
            FROM payments p JOIN owed o ON o.booking_number = p.booking_number
            WHERE p.event_id = %(event_id)s AND p.provider IN ('cash', 'card_terminal')
        )
        SELECT (SELECT coalesce(sum(minor), 0)::bigint FROM owed),
               (SELECT count(*) FROM at_desk WHERE minor > 0),
               (SELECT coalesce(sum(minor), 0)::bigint FROM at_desk WHERE minor > 0)
        """,
        {"event_id": event_id},
    )
    amount_minor, *at_desk = await cursor.fetchone() or (0, 0, 0)
    return Owed(amount_minor, Due._make(at_desk))


RULES: dict[str, LiteralString] = {
    "an event that was cancelled stays so": """
        SELECT c.event_id, 'state', e.state, 'cancelled'
        FROM event_cancellations c JOIN events e ON e.id = c.event_id WHERE e.state <> 'cancelled'
    """,
    "a cancellation that is done has left no booking held or confirmed": """
        SELECT c.event_id, b.id, b.status, 'cancelled or expired'
        FROM event_cancellations c JOIN bookings b ON b.event_id = c.event_id
        WHERE c.done_at IS NOT NULL AND b.status IN ('held', 'confirmed')
    """,
}
"""What the audit checks of cancellations."""
