"""Everything about one person with one organizer, as of one moment, for whoever asks what is known of them."""

from collections.abc import Sequence
from typing import Any, LiteralString

from fullhouse.rules.privacy import BookingKey
from fullhouse.store.arrays import array, int_array
from fullhouse.store.db import ReadConn

_KEYS: LiteralString = "WITH k AS (SELECT * FROM unnest(%s::uuid[], %s::bigint[]) AS k (event_id, number))"

_PARTS: dict[str, LiteralString] = {
    "tickets": """
        SELECT k.event_id::text, k.number, jsonb_build_object(
            'number', t.number, 'ticket_type', y.name, 'state', t.state, 'holder_name', t.holder_name)
        FROM k JOIN tickets t ON t.event_id = k.event_id AND t.booking_number = k.number
        LEFT JOIN ticket_types y ON y.event_id = t.event_id AND y.id = t.ticket_type_id
        ORDER BY t.number
    """,
    "history": """
        SELECT k.event_id::text, k.number, jsonb_build_object(
            'at', c.at, 'what', c.what, 'by', c.by, 'details', c.details)
        FROM k JOIN booking_changes c ON c.event_id = k.event_id AND c.booking_number = k.number
        ORDER BY c.at, c.id
    """,
    "payments": """
        SELECT k.event_id::text, k.number, jsonb_build_object(
            'provider', p.provider, 'state', p.state, 'amount_minor', p.amount_minor,
            'received_minor', p.received_minor, 'refunded_minor', p.refunded_minor,
            'currency', p.currency, 'reference', p.reference, 'reason', p.reason,
            'created_at', p.created_at)
        FROM k JOIN payments p ON p.event_id = k.event_id AND p.booking_number = k.number
        ORDER BY p.number
    """,
    "refunds": """
        SELECT k.event_id::text, k.number, jsonb_build_object(
            'amount_minor', r.amount_minor, 'state', r.state, 'reason', r.reason, 'reference', r.reference,
            'created_at', r.created_at)
        FROM k JOIN refunds r ON r.event_id = k.event_id AND r.booking_number = k.number
        ORDER BY r.number
    """,
    "bank_transfers": """
        SELECT k.event_id::text, k.number, jsonb_build_object(
            'booked_on', f.booked_on, 'amount_minor', f.amount_minor, 'currency', f.currency, 'payer', f.payer,
            'remittance', f.remittance)
        FROM k JOIN payments p ON p.event_id = k.event_id AND p.booking_number = k.number
        JOIN bank_transfers f ON f.payment_id = p.id
        ORDER BY f.created_at, f.id
    """,
    "ledger": """
        SELECT k.event_id::text, k.number, jsonb_build_object(
            'at', l.at, 'what', l.what, 'currency', l.currency, 'buyer_minor', l.buyer_minor,
            'money_minor', l.money_minor, 'account', l.money_account)
        FROM k JOIN ledger_postings l ON l.event_id = k.event_id AND l.booking_number = k.number
        ORDER BY l.at, l.what, l.number
    """,
    "mails": """
        SELECT k.event_id::text, k.number, jsonb_build_object(
            'kind', m.kind, 'language', m.language, 'to_name', m.to_name, 'to_email', m.to_email, 'context', m.context,
            'state', m.state, 'created_at', m.created_at, 'sent_at', m.sent_at)
        FROM k JOIN mails m ON m.of_event_id = k.event_id AND m.booking_number = k.number
        ORDER BY m.id
    """,
}
"""What belongs to bookings, by the name under which it is told."""


async def about(conn: ReadConn, keys: Sequence[BookingKey]) -> list[dict[str, Any]]:
    """Bookings by their keys, in that order, with all that belongs to each, as data for JSON."""
    arrays = [array([key.event_id for key in keys]), int_array([key.number for key in keys])]
    cursor = await conn.execute(
        """
        SELECT b.event_id::text, b.number, jsonb_build_object(
            'event_id', b.event_id, 'event', e.name, 'event_date', e.starts_at, 'status', b.status,
            'created_at', b.created_at, 'confirmed_at', b.confirmed_at, 'cancelled_at', b.cancelled_at,
            'buyer_name', b.buyer_name, 'buyer_email', b.buyer_email, 'places', b.places, 'paid_by', b.paid_by,
            'price', b.price)
        FROM unnest(%s::uuid[], %s::bigint[]) WITH ORDINALITY AS k (event_id, number, n)
        JOIN bookings b ON b.event_id = k.event_id AND b.number = k.number
        JOIN events e ON e.id = b.event_id
        ORDER BY k.n
        """,
        arrays,
    )
    found: dict[tuple[str, int], dict[str, Any]] = {
        (event_id, number): {**told, **{part: [] for part in _PARTS}}
        for event_id, number, told in await cursor.fetchall()
    }
    for part, sql in _PARTS.items():
        cursor = await conn.execute(_KEYS + sql, arrays)
        for event_id, number, told in await cursor.fetchall():
            found[event_id, number][part].append(told)
    return [{"number": number, **told} for (_, number), told in found.items()]


async def mails(conn: ReadConn, organizer_id: str, email: str, buyer_key: str, most: int) -> list[dict[str, Any]]:
    """Mails about events that went to a mailbox and are about no single booking, the newest first."""
    cursor = await conn.execute(
        """
        SELECT jsonb_build_object('kind', kind, 'language', language, 'to_name', to_name, 'to_email', to_email,
            'context', context, 'state', state, 'created_at', created_at, 'sent_at', sent_at)
        FROM mails
        WHERE organizer_id = %s AND of_event_id IS NOT NULL AND booking_number IS NULL AND lower(to_email) IN (%s, %s)
        ORDER BY created_at DESC LIMIT %s
        """,
        [organizer_id, email.lower(), buyer_key, most],
    )
    return [told for (told,) in await cursor.fetchall()]
