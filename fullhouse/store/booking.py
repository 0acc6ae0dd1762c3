"""Bookings: set-based, one statement for a whole batch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, LiteralString

from psycopg.rows import TupleRow
from pydantic_core import from_json, to_json

from fullhouse.rules.booking import Booking, Buyer, Promo, PromoUse, Ticket
from fullhouse.rules.house import HouseChange
from fullhouse.rules.price import Price, price_from, record_of
from fullhouse.rules.promo import buyer_key_of
from fullhouse.rules.selling import Due
from fullhouse.store import house, ticket
from fullhouse.store.arrays import array, int_array, moment_array, text_array, text_element
from fullhouse.store.db import ReadConn
from fullhouse.store.pipeline import Pipeline, Reply, no_rows


def insert(
    pipeline: Pipeline, bookings: Sequence[Booking], tickets: Sequence[Ticket], changes: Mapping[str, HouseChange]
) -> None:
    """Write new bookings that only count seats, made in one moment, their tickets, and change houses by event id.

    It is the statement of a rush, so it does all of that at once. PostgreSQL answers with a CheckViolation when
    that would oversell a house, and nothing of the transaction is done.
    """
    pipeline.send(
        """
        WITH changed AS (
            UPDATE houses h SET bookings_made = c.bookings_made, taken = h.taken + c.places
            FROM unnest($1::uuid[], $2::bigint[], $3::integer[]) AS c (event_id, bookings_made, places)
            WHERE h.event_id = c.event_id
        ), issued AS (
            INSERT INTO tickets (event_id, booking_number, number, ticket_type_id, code, state)
            SELECT event_id, booking_number, number, ticket_type_id, code, 'valid'
            FROM unnest($9::uuid[], $10::bigint[], $11::smallint[], $12::uuid[], $13::uuid[])
                AS t (event_id, booking_number, number, ticket_type_id, code)
        )
        INSERT INTO bookings (event_id, number, id, places, status, created_at)
        SELECT event_id, number, id, places, 'confirmed', $4::timestamptz
        FROM unnest($5::uuid[], $6::bigint[], $7::uuid[], $8::integer[]) AS b (event_id, number, id, places)
        """,
        [
            *house.change_arrays(changes),
            bookings[0].created_at.isoformat(),
            array([b.event_id for b in bookings]),
            int_array([b.number for b in bookings]),
            array([b.id for b in bookings]),
            int_array([b.places for b in bookings]),
            *ticket.arrays(tickets),
        ],
        no_rows,
    )


def insert_reserved(pipeline: Pipeline, bookings: Sequence[Booking]) -> None:
    """Write new bookings that were made by lines, held or confirmed."""
    pipeline.send(
        """
        INSERT INTO bookings (event_id, number, id, places, status, created_at, expires_at, buyer_name, buyer_email,
                              buyer_key, price, drawn, paid_by, promo)
        SELECT event_id, number, id, places, status, created_at, expires_at, buyer_name, buyer_email,
               buyer_key, price::jsonb, drawn::jsonb, paid_by, promo::jsonb
        FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::integer[], $5::text[], $6::timestamptz[],
                    $7::timestamptz[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $13::text[],
                    $14::text[])
            AS b (event_id, number, id, places, status, created_at, expires_at, buyer_name, buyer_email,
                  buyer_key, price, drawn, paid_by, promo)
        """,
        [
            array([b.event_id for b in bookings]),
            int_array([b.number for b in bookings]),
            array([b.id for b in bookings]),
            int_array([b.places for b in bookings]),
            array([b.status for b in bookings]),
            moment_array([b.created_at for b in bookings]),
            moment_array([b.expires_at for b in bookings]),
            text_array([b.buyer and b.buyer.name for b in bookings]),
            text_array([b.buyer and b.buyer.email for b in bookings]),
            text_array([b.buyer and buyer_key_of(b.buyer.email) for b in bookings]),
            array(["NULL" if b.price is None else _price_element(b.price) for b in bookings]),
            text_array([_json(b.drawn) for b in bookings]),
            text_array([b.paid_by for b in bookings]),
            text_array([_json(b.promo and b.promo._asdict()) for b in bookings]),
        ],
        no_rows,
    )


def confirm(pipeline: Pipeline, bookings: Sequence[Booking]) -> None:
    """Mark holds as confirmed, also those that had run out before; pools deleted since are drawn on no more."""
    pipeline.send(
        """
        UPDATE bookings b SET status = 'confirmed', paid_by = c.paid_by, drawn = CASE WHEN b.drawn IS NOT NULL THEN (
            SELECT jsonb_object_agg(d.key, d.value)
            FROM jsonb_each(b.drawn) d JOIN pools p ON p.event_id = b.event_id AND p.id = d.key::uuid
        ) END
        FROM unnest($1::uuid[], $2::bigint[], $3::text[]) AS c (event_id, number, paid_by)
        WHERE b.event_id = c.event_id AND b.number = c.number AND b.status IN ('held', 'expired')
        """,
        [*_keys(bookings), text_array([b.paid_by for b in bookings])],
        no_rows,
    )


def extend(pipeline: Pipeline, bookings: Sequence[Booking]) -> None:
    """Let holds last longer."""
    pipeline.send(
        """
        UPDATE bookings b SET expires_at = c.expires_at
        FROM unnest($1::uuid[], $2::bigint[], $3::timestamptz[]) AS c (event_id, number, expires_at)
        WHERE b.event_id = c.event_id AND b.number = c.number AND b.status NOT IN ('confirmed', 'cancelled', 'expired')
        """,
        [*_keys(bookings), moment_array([b.expires_at for b in bookings])],
        no_rows,
    )


def expire(pipeline: Pipeline, bookings: Sequence[Booking]) -> None:
    """Mark holds as expired.

    Only holds are asked for in a way that keeps PostgreSQL from going through the index of all holds of the event.
    """
    pipeline.send(
        """
        UPDATE bookings b SET status = 'expired'
        FROM unnest($1::uuid[], $2::bigint[]) AS c (event_id, number)
        WHERE b.event_id = c.event_id AND b.number = c.number AND b.status NOT IN ('confirmed', 'cancelled')
        """,
        _keys(bookings),
        no_rows,
    )


def cancel(pipeline: Pipeline, bookings: Sequence[Booking], now: datetime) -> None:
    """Mark bookings and their tickets as cancelled, all in one moment."""
    pipeline.send(
        """
        WITH c AS (SELECT * FROM unnest($1::uuid[], $2::bigint[]) AS c (event_id, number)), voided AS (
            UPDATE tickets t SET state = 'cancelled' FROM c
            WHERE t.event_id = c.event_id AND t.booking_number = c.number
        )
        UPDATE bookings b SET status = 'cancelled', cancelled_at = $3::timestamptz FROM c
        WHERE b.event_id = c.event_id AND b.number = c.number AND b.status <> 'cancelled'
        """,
        [*_keys(bookings), now.isoformat()],
        no_rows,
    )


def _keys(bookings: Sequence[Booking]) -> list[str]:
    return [array([b.event_id for b in bookings]), int_array([b.number for b in bookings])]


def load(pipeline: Pipeline, ids: Iterable[str]) -> Reply[dict[str, Booking]]:
    """Bookings by their ids, of whatever event; those that do not exist are left out.

    The ids alone are asked for: with the event beside them, PostgreSQL may go through all bookings of the event.
    """
    return pipeline.send(
        """
        SELECT id::text, event_id::text, number, places, status, created_at, cancelled_at,
               expires_at, buyer_name, buyer_email, price::text, drawn, paid_by, promo
        FROM bookings WHERE id = ANY ($1::uuid[])
        """,
        [array(ids)],
        _bookings,
    )


def due(pipeline: Pipeline, event_ids: Sequence[str], now: datetime, most: int) -> Reply[dict[str, Due]]:
    """Holds of events that run out up to now, at most so many of each event."""
    return pipeline.send(
        """
        SELECT b.id::text, b.event_id::text, b.number, b.places, b.status, b.created_at, b.cancelled_at,
               b.expires_at, b.buyer_name, b.buyer_email, b.price::text, b.drawn, b.paid_by, b.promo
        FROM unnest($1::uuid[]) AS w (event_id)
        CROSS JOIN LATERAL (
            SELECT * FROM bookings h
            WHERE h.event_id = w.event_id AND h.status = 'held'
            ORDER BY h.expires_at, h.number LIMIT $2::integer + 1
        ) b
        ORDER BY b.expires_at, b.number
        """,
        [array(event_ids), str(most)],
        partial(_due, event_ids, now, most),
    )


def _due(event_ids: Sequence[str], now: datetime, most: int, rows: list[TupleRow]) -> dict[str, Due]:
    """Cut what runs out up to now from the one that is looked at beyond it."""
    held: dict[str, list[Booking]] = {event_id: [] for event_id in event_ids}
    for row in rows:
        held[row[1]].append(booking_from(row))
    return {event_id: _cut(holds, now, most) for event_id, holds in held.items()}


def _cut(holds: list[Booking], now: datetime, most: int) -> Due:
    run_out = [hold for hold in holds if hold.expires_at is not None and hold.expires_at <= now][:most]
    behind = holds[len(run_out) : len(run_out) + 1]
    next_expiry_at = behind[0].expires_at if behind else None
    return Due(run_out, next_expiry_at, is_more=next_expiry_at is not None and next_expiry_at <= now)


async def events_of(conn: ReadConn, ids: Sequence[str]) -> dict[str, str]:
    """The events of bookings, by the bookings' ids."""
    cursor = await conn.execute(
        "SELECT id::text, event_id::text FROM bookings WHERE id = ANY (%s::uuid[])", [array(ids)]
    )
    return dict(await cursor.fetchall())


async def find(conn: ReadConn, ids: Sequence[str]) -> dict[str, Booking]:
    """Bookings by their ids alone, as buyers know them."""
    cursor = await conn.execute(
        """
        SELECT id::text, event_id::text, number, places, status, created_at, cancelled_at,
               expires_at, buyer_name, buyer_email, price::text, drawn, paid_by, promo
        FROM bookings WHERE id = ANY (%s::uuid[])
        """,
        [array(ids)],
    )
    return _bookings(await cursor.fetchall())


def exists(pipeline: Pipeline, booking: Booking) -> Reply[bool]:
    """Tell whether a booking was written, and not another one with its number."""
    sql: LiteralString = "SELECT 1 FROM bookings WHERE event_id = $1::uuid AND number = $2::bigint AND id = $3::uuid"
    return pipeline.send(sql, [booking.event_id, str(booking.number), booking.id], bool)


def _bookings(rows: list[TupleRow]) -> dict[str, Booking]:
    return {row[0]: booking_from(row) for row in rows}


def booking_from(row: Sequence[Any]) -> Booking:
    """A booking of the columns that all look-ups name in the same order."""
    buyer_name, buyer_email, price, drawn, paid_by, promo = row[8:]
    buyer = None if buyer_name is None else Buyer(buyer_name, buyer_email)
    agreed = None if price is None else _price(price)
    used = None if promo is None else Promo(promo["code_id"], PromoUse(*promo["use"]))
    return Booking._make([*row[:8], buyer, agreed, drawn, paid_by, used])


@lru_cache(maxsize=1024)
def _price(text: str) -> Price:
    return price_from(from_json(text))


@lru_cache(maxsize=1024)
def _price_element(price: Price) -> str:
    """A price as an element of an array literal. Remembered, because in a rush many agree on the same."""
    return text_element(to_json(record_of(price)).decode())


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else to_json(value).decode()
