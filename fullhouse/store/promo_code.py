"""Promo codes for their management: listed, made, changed, deleted. What is used of them the engine writes."""

from datetime import datetime
from typing import Any

from fullhouse.rules.promo import PromoCode
from fullhouse.store.arrays import array
from fullhouse.store.db import ReadConn, WriteConn
from fullhouse.store.promo import code_from


async def page(conn: ReadConn, event_id: str, after: str | None, limit: int) -> list[PromoCode]:
    """Up to `limit` codes of an event in order of their spelling, from behind the one that is spelt `after`."""
    cursor = await conn.execute(
        """
        SELECT id::text, code, kind, amount, ticket_type_ids::text[], valid_from, valid_until,
               tickets_max, bookings_max, money_max_minor, tickets_used, bookings_used, money_used_minor
        FROM promo_codes
        WHERE event_id = %(event_id)s AND (%(after)s::text IS NULL OR code > %(after)s::text)
        ORDER BY code LIMIT %(limit)s
        """,
        {"event_id": event_id, "after": after, "limit": limit},
    )
    return [code_from(row) for row in await cursor.fetchall()]


async def find(conn: ReadConn, event_id: str, code_id: str) -> PromoCode | None:
    """A code of an event by its id."""
    cursor = await conn.execute(
        """
        SELECT id::text, code, kind, amount, ticket_type_ids::text[], valid_from, valid_until,
               tickets_max, bookings_max, money_max_minor, tickets_used, bookings_used, money_used_minor
        FROM promo_codes WHERE event_id = %s AND id = %s
        """,
        [event_id, code_id],
    )
    row = await cursor.fetchone()
    return None if row is None else code_from(row)


async def id_spelt(conn: ReadConn, event_id: str, code: str) -> str | None:
    """The id of the code that is spelt so."""
    cursor = await conn.execute("SELECT id::text FROM promo_codes WHERE event_id = %s AND code = %s", [event_id, code])
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def count(conn: ReadConn, event_id: str) -> int:
    """How many codes an event has."""
    cursor = await conn.execute("SELECT count(*) FROM promo_codes WHERE event_id = %s", [event_id])
    return sum(row[0] for row in await cursor.fetchall())


async def insert(conn: WriteConn, event_id: str, code: PromoCode, now: datetime) -> None:
    """Add a code that nothing is used of yet. PostgreSQL answers with a CheckViolation if it is not in capitals."""
    await conn.execute(
        """
        INSERT INTO promo_codes (event_id, id, code, kind, amount, ticket_type_ids, valid_from, valid_until,
                                 tickets_max, bookings_max, money_max_minor, created_at)
        VALUES (%(event_id)s, %(id)s, %(code)s, %(kind)s, %(amount)s, %(ticket_type_ids)s::uuid[], %(valid_from)s,
                %(valid_until)s, %(tickets_max)s, %(bookings_max)s, %(money_max_minor)s, %(now)s)
        """,
        {**_columns(code), "event_id": event_id, "now": now},
    )


async def update(conn: WriteConn, event_id: str, code: PromoCode) -> None:
    """Change a code, in everything but what is used of it. Answers as `insert` does."""
    await conn.execute(
        """
        UPDATE promo_codes
        SET code = %(code)s, kind = %(kind)s, amount = %(amount)s, ticket_type_ids = %(ticket_type_ids)s::uuid[],
            valid_from = %(valid_from)s, valid_until = %(valid_until)s, tickets_max = %(tickets_max)s,
            bookings_max = %(bookings_max)s, money_max_minor = %(money_max_minor)s
        WHERE event_id = %(event_id)s AND id = %(id)s
        """,
        {**_columns(code), "event_id": event_id},
    )


async def delete(conn: WriteConn, event_id: str, code_id: str) -> None:
    """Delete a code."""
    await conn.execute("DELETE FROM promo_codes WHERE event_id = %s AND id = %s", [event_id, code_id])


def _columns(code: PromoCode) -> dict[str, Any]:
    types = code.ticket_type_ids
    return {**code._asdict(), "used": None, "ticket_type_ids": None if types is None else array(sorted(types))}
