"""Mails: written beside what they tell of, in the same transaction; claimed by who sends them; and their log."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, LiteralString

from psycopg.rows import TupleRow
from pydantic_core import to_json

from fullhouse.rules.mail import SECRET, LoggedMail, Mail, MailKind, MailOutcome, MailState, message_id_of
from fullhouse.store.arrays import array, int_array, moment_array, text_array
from fullhouse.store.db import ReadConn, WriteConn

_MAIL_COLUMNS = len(Mail._fields)
_COLUMNS: LiteralString = """
    m.id::text, m.kind, m.language, m.to_name, m.to_email, m.context, m.organizer_id::text, m.of_event_id::text,
    m.booking_number, m.mailing_id::text, m.mailing_key, m.token::text,
    m.message_id, m.state, m.attempts, m.next_try_at, m.error, m.created_at, m.sent_at
"""


async def add(
    conn: WriteConn,
    mails: Sequence[Mail],
    domain: str,
    now: datetime,
    from_when: Sequence[datetime] | None = None,
    state: Literal["waiting", "kept"] = "waiting",
) -> None:
    """Write mails to be sent, at once or each from a moment on, after this transaction is committed.

    `domain` is that of their `Message-ID`s. Where there is no mail server, they can be `kept` at once. Whom a mailing
    has reached already, gets it no more. Those of an organizer for tests are kept and never sent: what is tried out
    must not reach anybody.
    """
    await conn.execute(
        """
        INSERT INTO mails (id, kind, language, to_name, to_email, context, organizer_id, of_event_id,
            booking_number, mailing_id, mailing_key, token, message_id, next_try_at, created_at, state)
        SELECT m.id, m.kind, m.language, m.to_name, m.to_email, m.context, m.organizer_id, m.of_event_id,
            m.booking_number, m.mailing_id, m.mailing_key, m.token, m.message_id,
            CASE s.state WHEN 'waiting' THEN m.next_try_at END, %s, s.state
        FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::jsonb[], %s::uuid[], %s::uuid[],
                    %s::bigint[], %s::uuid[], %s::text[], %s::uuid[], %s::text[], %s::timestamptz[])
            WITH ORDINALITY AS m (id, kind, language, to_name, to_email, context, organizer_id, of_event_id,
                booking_number, mailing_id, mailing_key, token, message_id, next_try_at, place)
        CROSS JOIN LATERAL (
            SELECT CASE WHEN EXISTS (SELECT FROM organizers o WHERE o.id = m.organizer_id AND o.test_of IS NOT NULL)
                        THEN 'kept' ELSE %s END AS state
        ) s
        ORDER BY m.place
        ON CONFLICT (mailing_id, mailing_key) WHERE mailing_id IS NOT NULL DO NOTHING
        """,
        [now, *_arrays(mails, domain), moment_array(from_when or [now] * len(mails)), state],
    )


def _arrays(mails: Sequence[Mail], domain: str) -> list[str]:
    """What mails are made of, each part as the array of all of them, and their `Message-ID`s."""
    return [
        array([one.id for one in mails]),
        array([one.kind for one in mails]),
        array([one.language for one in mails]),
        text_array([one.to_name for one in mails]),
        text_array([one.to_email for one in mails]),
        text_array([to_json(one.context).decode() if one.context else "{}" for one in mails]),
        array([one.organizer_id or "NULL" for one in mails]),
        array([one.event_id or "NULL" for one in mails]),
        int_array([one.booking_number for one in mails]),
        array([one.mailing_id or "NULL" for one in mails]),
        text_array([one.mailing_key for one in mails]),
        array([one.token or "NULL" for one in mails]),
        text_array([message_id_of(one.id, domain) for one in mails]),
    ]


async def claim(conn: WriteConn, now: datetime, leased_until: datetime, most: int) -> list[LoggedMail]:
    """Take mails that are due, the longest due first; nobody else takes them before the end of the lease.

    A mail of a booking waits for the earlier ones of the booking, whoever is at these.
    """
    sql: LiteralString = f"""
        WITH due AS (
            SELECT d.id FROM mails d
            WHERE d.state = 'waiting' AND d.next_try_at <= %(now)s AND NOT EXISTS (
                SELECT FROM mails e
                WHERE e.of_event_id = d.of_event_id AND e.booking_number = d.booking_number AND e.number < d.number
                    AND e.state = 'waiting'
            )
            ORDER BY d.next_try_at, d.id LIMIT %(most)s FOR UPDATE OF d SKIP LOCKED
        )
        UPDATE mails m SET next_try_at = %(until)s, attempts = m.attempts + 1
        FROM due WHERE m.id = due.id AND m.state = 'waiting'
        RETURNING {_COLUMNS}
    """  # noqa: S608 - all of it is of this file
    cursor = await conn.execute(sql, {"now": now, "until": leased_until, "most": most})
    return sorted((_mail(row) for row in await cursor.fetchall()), key=lambda one: one.mail.id)


async def settle(conn: WriteConn, outcomes: Sequence[MailOutcome], now: datetime) -> None:
    """Write what has come of tries. What let somebody in is forgotten when it is sent."""
    await conn.execute(
        """
        UPDATE mails m
        SET state = o.state, next_try_at = o.next_try_at, error = o.error, attempts = m.attempts - o.attempts_back,
            sent_at = CASE o.state WHEN 'sent' THEN %s::timestamptz END,
            context = CASE WHEN o.state = 'sent' AND m.kind = ANY (%s::text[]) THEN '{}' ELSE m.context END
        FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[], %s::text[], %s::integer[])
            AS o (id, state, next_try_at, error, attempts_back)
        WHERE m.id = o.id AND m.state = 'waiting'
        """,
        [
            now,
            array(SECRET),
            array([one.mail_id for one in outcomes]),
            array([one.state for one in outcomes]),
            moment_array([one.next_try_at for one in outcomes]),
            text_array([one.error for one in outcomes]),
            int_array([one.attempts_back for one in outcomes]),
        ],
    )


async def keep_due(conn: WriteConn, now: datetime) -> int:
    """Keep what is due in the log, since there is no mail server; returns how many mails that were."""
    cursor = await conn.execute(
        "UPDATE mails SET state = 'kept', next_try_at = NULL WHERE state = 'waiting' AND next_try_at <= %s", [now]
    )
    return cursor.rowcount


async def page(
    conn: ReadConn,
    organizer_id: str | None,
    chosen: tuple[MailState | None, MailKind | None, str | None],
    before: str | None,
    most: int,
) -> list[LoggedMail]:
    """Mails of an organizer, or of all, the newest first: of a state, of a kind, of the booking with an id."""
    state, kind, booking_id = chosen
    sql: LiteralString = f"""
        SELECT {_COLUMNS} FROM mails m
        WHERE (%(organizer)s::uuid IS NULL OR m.organizer_id = %(organizer)s)
            AND (%(state)s::text IS NULL OR m.state = %(state)s)
            AND (%(kind)s::text IS NULL OR m.kind = %(kind)s)
            AND (%(booking)s::uuid IS NULL OR (m.of_event_id, m.booking_number) IN (
                SELECT b.event_id, b.number FROM bookings b WHERE b.id = %(booking)s
            ))
            AND (%(before)s::uuid IS NULL OR m.id < %(before)s)
        ORDER BY m.id DESC LIMIT %(most)s
    """  # noqa: S608 - all of it is of this file
    named = {"organizer": organizer_id, "state": state, "kind": kind, "booking": booking_id}
    # The best plan depends on which filters are given, so each call is planned for itself.
    cursor = await conn.execute(sql, {**named, "before": before, "most": most}, prepare=False)
    return [_mail(row) for row in await cursor.fetchall()]


async def find(conn: ReadConn, mail_id: str) -> LoggedMail | None:
    """One mail."""
    sql: LiteralString = f"SELECT {_COLUMNS} FROM mails m WHERE m.id = %s"  # noqa: S608 - of this file
    row = await (await conn.execute(sql, [mail_id])).fetchone()
    return None if row is None else _mail(row)


async def of_token(conn: ReadConn, token: str) -> LoggedMail | None:
    """The mail that a token for unsubscribing came with."""
    sql: LiteralString = f"SELECT {_COLUMNS} FROM mails m WHERE m.token = %s"  # noqa: S608 - of this file
    row = await (await conn.execute(sql, [token])).fetchone()
    return None if row is None else _mail(row)


def _mail(row: TupleRow) -> LoggedMail:
    return LoggedMail(Mail._make(row[:_MAIL_COLUMNS]), *row[_MAIL_COLUMNS:])
