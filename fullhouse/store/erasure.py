"""Erasing people: names and addresses go wherever they stand; bookings stay as numbers, and the ledger as it is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

from pydantic_core import to_json

from fullhouse.rules.privacy import BookingKey, Erased, PersonBooking, without_texts
from fullhouse.store import booking_index
from fullhouse.store.arrays import array, int_array
from fullhouse.store.db import ReadConn, WriteConn

_OF_BOOKINGS: LiteralString = """
    FROM unnest(%(events)s::uuid[], %(numbers)s::bigint[]) AS k (event_id, number)
"""


async def bookings_of(
    conn: ReadConn, organizer_id: str, buyer_key: str, now: datetime, most: int
) -> list[PersonBooking]:
    """Up to `most` bookings of a mailbox with an organizer, in order of their events, and which have to stay for now.

    Whoever is still to be let in, or has money under way, has to be known.
    """
    cursor = await conn.execute(
        """
        SELECT b.event_id::text, b.number,
            CASE WHEN b.status IN ('held', 'confirmed') AND e.state <> 'cancelled'
                     AND coalesce(e.ends_at, e.starts_at) > %(now)s THEN 'event_to_come'
                 WHEN EXISTS (
                     SELECT FROM payments p WHERE p.event_id = b.event_id AND p.booking_number = b.number
                         AND p.state IN ('open', 'received', 'refunding')
                 ) OR EXISTS (
                     SELECT FROM refunds r WHERE r.event_id = b.event_id AND r.booking_number = b.number
                         AND r.state = 'asked'
                 ) THEN 'money_under_way' END
        FROM events e JOIN bookings b ON b.event_id = e.id AND b.buyer_key = %(buyer_key)s
        WHERE e.organizer_id = %(organizer_id)s
        ORDER BY e.starts_at, e.id, b.number LIMIT %(most)s
        """,
        {"organizer_id": organizer_id, "buyer_key": buyer_key, "now": now, "most": most},
        prepare=False,
    )
    return [PersonBooking(BookingKey(event_id, number), kept) for event_id, number, kept in await cursor.fetchall()]


async def texts_of(conn: ReadConn, keys: Sequence[BookingKey]) -> set[str]:
    """Names and addresses that stand in bookings: what answers under idempotency keys may repeat."""
    cursor = await conn.execute(
        f"""
        SELECT unnest(ARRAY[b.buyer_name, b.buyer_email])
        {_OF_BOOKINGS} JOIN bookings b ON b.event_id = k.event_id AND b.number = k.number
        UNION
        SELECT t.holder_name
        {_OF_BOOKINGS} JOIN tickets t ON t.event_id = k.event_id AND t.booking_number = k.number
        UNION
        SELECT unnest(ARRAY[c.details ->> 'name_before', c.details ->> 'name_after'])
        {_OF_BOOKINGS} JOIN booking_changes c ON c.event_id = k.event_id AND c.booking_number = k.number
        UNION
        SELECT unnest(ARRAY[f.payer, f.remittance])
        {_OF_BOOKINGS} JOIN payments p ON p.event_id = k.event_id AND p.booking_number = k.number
        JOIN bank_transfers f ON f.payment_id = p.id
        """,
        _arrays(keys),
        prepare=False,
    )
    return {text for (text,) in await cursor.fetchall() if text}


async def count(conn: ReadConn, keys: Sequence[BookingKey], organizer_id: str, email: str, buyer_key: str) -> Erased:
    """What `erase` and `erase_mails` would do, without doing it."""
    cursor = await conn.execute(
        f"""
        SELECT
            (SELECT count(*) {_OF_BOOKINGS} JOIN bookings b ON b.event_id = k.event_id AND b.number = k.number
             WHERE b.buyer_name IS NOT NULL),
            (SELECT count(*) {_OF_BOOKINGS}
             JOIN tickets t ON t.event_id = k.event_id AND t.booking_number = k.number
             WHERE t.holder_name IS NOT NULL),
            (SELECT count(*) {_OF_BOOKINGS}
             JOIN booking_changes c ON c.event_id = k.event_id AND c.booking_number = k.number
             WHERE c.what = 'holder' AND c.details ->> 'name_after' IS NOT NULL),
            (SELECT count(*) {_OF_BOOKINGS}
             JOIN payments p ON p.event_id = k.event_id AND p.booking_number = k.number
             JOIN bank_transfers f ON f.payment_id = p.id
             WHERE f.payer <> '' OR f.remittance <> ''),
            (SELECT count(*) FROM mails m WHERE m.to_email <> '' AND (
                 EXISTS (SELECT {_OF_BOOKINGS} WHERE k.event_id = m.of_event_id AND k.number = m.booking_number)
                 OR m.organizer_id = %(organizer_id)s AND m.of_event_id IS NOT NULL AND m.booking_number IS NULL
                    AND lower(m.to_email) IN (%(email)s, %(buyer_key)s)))
        """,  # noqa: S608 - all of it is of this file
        {**_arrays(keys), "organizer_id": organizer_id, "email": email.lower(), "buyer_key": buyer_key},
        prepare=False,
    )
    row = await cursor.fetchone() or (0, 0, 0, 0, 0)
    return Erased._make([*row, 0, False])


async def erase(conn: WriteConn, keys: Sequence[BookingKey]) -> Erased:
    """Remove whoever bookings are about. Locks the rows that it changes, and before them the tallies of the events."""
    await booking_index.hold(conn, sorted({key.event_id for key in keys}))
    await booking_index.forget_words(conn, keys)
    counts = [(await conn.execute(sql, _arrays(keys), prepare=False)).rowcount for sql in _ERASURES]
    for sql in _OF_WEBHOOKS:
        await conn.execute(sql, _arrays(keys), prepare=False)
    return Erased._make([*counts, 0, False])


_ERASURES: tuple[LiteralString, ...] = (
    f"""
    UPDATE bookings b SET buyer_name = NULL, buyer_email = NULL, buyer_key = NULL
    {_OF_BOOKINGS} WHERE b.event_id = k.event_id AND b.number = k.number AND b.buyer_name IS NOT NULL
    """,  # noqa: S608 - all of it is of this file
    f"""
    UPDATE tickets t SET holder_name = NULL
    {_OF_BOOKINGS} WHERE t.event_id = k.event_id AND t.booking_number = k.number AND t.holder_name IS NOT NULL
    """,  # noqa: S608 - all of it is of this file
    f"""
    UPDATE booking_changes c SET details = c.details || '{{"name_before": null, "name_after": null}}'
    {_OF_BOOKINGS} WHERE c.event_id = k.event_id AND c.booking_number = k.number AND c.what = 'holder'
        AND c.details ->> 'name_after' IS NOT NULL
    """,  # noqa: S608 - all of it is of this file
    f"""
    UPDATE bank_transfers f SET payer = '', remittance = ''
    {_OF_BOOKINGS} JOIN payments p ON p.event_id = k.event_id AND p.booking_number = k.number
    WHERE f.payment_id = p.id AND (f.payer <> '' OR f.remittance <> '')
    """,  # noqa: S608 - all of it is of this file
    f"""
    UPDATE mails m SET to_name = '', to_email = '', context = '{{}}', error = NULL, next_try_at = NULL,
        mailing_key = CASE WHEN m.mailing_key IS NULL THEN NULL ELSE m.id::text END,
        state = CASE m.state WHEN 'waiting' THEN 'kept' ELSE m.state END
    {_OF_BOOKINGS} WHERE m.of_event_id = k.event_id AND m.booking_number = k.number AND m.to_email <> ''
    """,  # noqa: S608 - all of it is of this file
)
"""What becomes of each table, in the order of `Erased`. A mail that waits has nobody to go to any more."""


_OF_WEBHOOKS: tuple[LiteralString, ...] = (
    f"""
    UPDATE delivery_attempts a SET headers = NULL, body = NULL
    {_OF_BOOKINGS} JOIN webhook_deliveries d ON d.about_event_id = k.event_id AND d.about_booking_number = k.number
    WHERE a.webhook_id = d.webhook_id AND a.delivery_id = d.id AND d.body IS NOT NULL
    """,  # noqa: S608 - all of it is of this file
    f"""
    UPDATE webhook_deliveries d SET body = NULL
    {_OF_BOOKINGS} WHERE d.about_event_id = k.event_id AND d.about_booking_number = k.number AND d.body IS NOT NULL
    """,  # noqa: S608 - all of it is of this file
)
"""What was told of bookings, and answered; one that still waits is written anew when it is sent."""


async def erase_mails(conn: WriteConn, organizer_id: str, email: str, buyer_key: str) -> int:
    """Remove whom mails about events went to that are about no single booking, as one to all holders is."""
    cursor = await conn.execute(
        """
        UPDATE mails SET to_name = '', to_email = '', context = '{}', error = NULL, next_try_at = NULL,
            mailing_key = CASE WHEN mailing_key IS NULL THEN NULL ELSE id::text END,
            state = CASE state WHEN 'waiting' THEN 'kept' ELSE state END
        WHERE organizer_id = %s AND of_event_id IS NOT NULL AND booking_number IS NULL AND lower(to_email) IN (%s, %s)
        """,
        [organizer_id, email.lower(), buyer_key],
    )
    return cursor.rowcount


async def erase_answers(conn: WriteConn, texts: set[str]) -> int:
    """Remove texts from answers under idempotency keys, so that the keys still stand for what was done."""
    if not texts:
        return 0
    cursor = await conn.execute(
        """
        SELECT id::text, outcome FROM idempotency_keys
        WHERE booking_id IS NULL AND outcome::text LIKE ANY (%s)
        FOR UPDATE
        """,
        [[f"%{_like(to_json(text).decode())}%" for text in texts]],
        prepare=False,
    )
    changed = 0
    for key_id, outcome in await cursor.fetchall():
        without: Any = without_texts(outcome, texts)
        if without != outcome:
            await conn.execute(
                "UPDATE idempotency_keys SET outcome = %s::json WHERE id = %s", [to_json(without).decode(), key_id]
            )
            changed += 1
    return changed


def _like(text: str) -> str:
    """Let the wildcards of LIKE stand for themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _arrays(keys: Sequence[BookingKey]) -> dict[str, Any]:
    return {"events": array([key.event_id for key in keys]), "numbers": int_array([key.number for key in keys])}
