"""Mailings: begun, taken page by page, and how far they have come."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from psycopg.types.json import Jsonb

from fullhouse.rules.booking import Buyer
from fullhouse.rules.mailing import Audience, Mailing, MailingProgress, Reached
from fullhouse.store.db import ReadConn, WriteConn

_COLUMNS: LiteralString = """
    g.event_id::text, g.id::text, g.organizer_id::text, g.kind, g.ticket_type_id::text, g.context, g.per_minute,
    g.about, g.created_at, g.looked_to, g.done_at
"""
_MAILING_COLUMNS = len(Mailing._fields)


async def add(conn: WriteConn, mailings: Sequence[Mailing]) -> None:
    """Begin mailings; a second reminder of the same date of an event is none."""
    async with conn.cursor() as cursor:
        await cursor.executemany(
            """
            INSERT INTO mailings (event_id, id, organizer_id, kind, ticket_type_id, context, per_minute, about,
                                  created_at, next_page_at)
            VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            ON CONFLICT (event_id, about) WHERE kind = 'reminder' DO NOTHING
            """,
            [(*one[:5], Jsonb(one.context), *one[6:9], one.created_at) for one in mailings],
        )


async def take(conn: WriteConn, now: datetime) -> Mailing | None:
    """Lock the mailing whose next page is due for longest, and that nobody is at, until the transaction ends."""
    sql: LiteralString = f"""
        SELECT {_COLUMNS} FROM mailings g
        WHERE g.done_at IS NULL AND g.next_page_at <= %s
        ORDER BY g.next_page_at LIMIT 1 FOR UPDATE SKIP LOCKED
    """  # noqa: S608 - all of it is of this file
    row = await (await conn.execute(sql, [now])).fetchone()
    return None if row is None else Mailing._make(row)


async def bookings(conn: ReadConn, mailing: Mailing, most: int) -> list[Reached]:
    """The next bookings of a mailing's event, in whatever state, in order of their numbers."""
    cursor = await conn.execute(
        """
        SELECT b.number, b.status, b.buyer_name, b.buyer_email, b.status = 'confirmed' AND EXISTS (
                   SELECT FROM tickets t
                   WHERE t.event_id = b.event_id AND t.booking_number = b.number AND t.state = 'valid'
                       AND (%(type)s::uuid IS NULL OR t.ticket_type_id = %(type)s)
               )
        FROM bookings b WHERE b.event_id = %(event)s AND b.number > %(after)s ORDER BY b.number LIMIT %(most)s
        """,
        {"type": mailing.ticket_type_id, "event": mailing.event_id, "after": mailing.looked_to, "most": most},
    )
    return [
        Reached(number, status, None if name is None else Buyer(name, email), has_tickets)
        for number, status, name, email, has_tickets in await cursor.fetchall()
    ]


async def move_on(conn: WriteConn, mailing: Mailing, next_page_at: datetime) -> None:
    """Write how far a locked mailing has come, and when its next page is due."""
    await conn.execute(
        "UPDATE mailings SET looked_to = %s, done_at = %s, next_page_at = %s WHERE event_id = %s AND id = %s",
        [mailing.looked_to, mailing.done_at, next_page_at, mailing.event_id, mailing.id],
    )


async def audience(conn: ReadConn, mailing: Mailing) -> Audience:
    """Whom a message would reach now, and how many bookings not."""
    cursor = await conn.execute(
        """
        WITH meant AS (
            SELECT b.buyer_key, u.buyer_key IS NOT NULL AS is_unsubscribed
            FROM bookings b
            LEFT JOIN unsubscriptions u ON u.organizer_id = %(organizer)s AND u.buyer_key = b.buyer_key
            WHERE b.event_id = %(event)s AND b.status = 'confirmed' AND EXISTS (
                SELECT FROM tickets t
                WHERE t.event_id = b.event_id AND t.booking_number = b.number AND t.state = 'valid'
                    AND (%(type)s::uuid IS NULL OR t.ticket_type_id = %(type)s)
            )
        )
        SELECT count(DISTINCT buyer_key) FILTER (WHERE NOT is_unsubscribed),
               count(*) FILTER (WHERE buyer_key IS NOT NULL AND NOT is_unsubscribed),
               count(*) FILTER (WHERE buyer_key IS NULL), count(*) FILTER (WHERE is_unsubscribed)
        FROM meant
        """,
        {"organizer": mailing.organizer_id, "event": mailing.event_id, "type": mailing.ticket_type_id},
    )
    return Audience._make(await cursor.fetchone() or (0, 0, 0, 0))


async def messages(conn: ReadConn, event_id: str, mailing_id: str | None = None) -> list[MailingProgress]:
    """The messages of an event with how far they have come, the newest first; or only the one with an id."""
    sql: LiteralString = f"""
        SELECT {_COLUMNS}, count(m.id) FILTER (WHERE m.state = 'waiting'), count(m.id) FILTER (WHERE m.state = 'sent'),
               count(m.id) FILTER (WHERE m.state = 'failed'), count(m.id) FILTER (WHERE m.state = 'kept')
        FROM mailings g LEFT JOIN mails m ON m.mailing_id = g.id
        WHERE g.event_id = %(event)s AND g.kind = 'message' AND (%(id)s::uuid IS NULL OR g.id = %(id)s)
        GROUP BY g.event_id, g.id ORDER BY g.id DESC LIMIT 100
    """  # noqa: S608 - all of it is of this file
    cursor = await conn.execute(sql, {"event": event_id, "id": mailing_id}, prepare=False)
    return [
        MailingProgress(Mailing._make(row[:_MAILING_COLUMNS]), *row[_MAILING_COLUMNS:])
        for row in await cursor.fetchall()
    ]


async def reminders_due(conn: ReadConn, now: datetime, most: int) -> list[tuple[str, str, datetime]]:
    """Events whose buyers have to be reminded by now and are not yet: the event, its organizer and its date.

    Who books within that time needs no reminder, but there may be others, so an event counts until it begins.
    """
    cursor = await conn.execute(
        """
        SELECT e.id::text, e.organizer_id::text, e.starts_at
        FROM mail_settings s JOIN events e ON e.organizer_id = s.organizer_id
        WHERE e.state = 'published' AND e.starts_at > %(now)s
            AND e.starts_at <= %(now)s::timestamptz + make_interval(hours => s.reminder_hours)
            AND NOT EXISTS (
                SELECT FROM mailings g WHERE g.event_id = e.id AND g.about = e.starts_at AND g.kind = 'reminder'
            )
        ORDER BY e.starts_at LIMIT %(most)s
        """,
        {"now": now, "most": most},
    )
    return [(event_id, organizer_id, starts_at) for event_id, organizer_id, starts_at in await cursor.fetchall()]
