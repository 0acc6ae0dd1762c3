"""Bookings: set-based, one statement for a whole batch."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, LiteralString

from psycopg.rows import TupleRow
from pydantic_core import from_json, to_json

from fullhouse.rules.booking import Booking, Buyer, Promo, PromoUse, Ticket
from fullhouse.rules.cancellation import Cancellation
from fullhouse.rules.house import HouseChange
from fullhouse.rules.notice import Notice
from fullhouse.rules.price import Price, price_from, record_of
from fullhouse.rules.promo import buyer_key_of
from fullhouse.rules.selling import Due
from fullhouse.store import house, notice, ticket
from fullhouse.store.arrays import array, int_array, moment_array, text_array, text_element
from fullhouse.store.db import ReadConn
from fullhouse.store.pipeline import Pipeline, Reply, no_rows

COLUMNS: LiteralString = """
    b.id::text, b.event_id::text, b.number, b.places, b.status, b.created_at::text, b.cancelled_at::text,
    b.expires_at::text,
    b.buyer_name, b.buyer_email, b.price::text, b.drawn, b.paid_by, b.promo, b.cancelled_tickets
"""
"""What `booking_from` makes a booking of, from the table as b."""


def insert(
    pipeline: Pipeline,
    bookings: Sequence[Booking],
    tickets: Sequence[Ticket],
    changes: Mapping[str, HouseChange],
    notices: Sequence[Notice],
) -> None:
    """Write new bookings that only count seats, made in one moment, with tickets, and do what `house.change` does.

    It is the statement of a rush, so it does all of that at once. PostgreSQL answers with a CheckViolation when
    that would oversell a house, and nothing of the transaction is done.
    """
    pipeline.send(
        """
        WITH changed AS (
            UPDATE houses h
            SET bookings_made = coalesce(c.bookings_made, h.bookings_made), taken = h.taken + c.places,
                notices_made = coalesce(c.notices_made, h.notices_made)
            FROM unnest($1::uuid[], $2::bigint[], $3::integer[], $4::bigint[])
                AS c (event_id, bookings_made, places, notices_made)
            WHERE h.event_id = c.event_id
        ), issued AS (
            INSERT INTO tickets (event_id, booking_number, number, ticket_type_id, code, state)
            SELECT event_id, booking_number, number, ticket_type_id, code, 'valid'
            FROM unnest($10::uuid[], $11::bigint[], $12::smallint[], $13::uuid[], $14::uuid[])
                AS t (event_id, booking_number, number, ticket_type_id, code)
        ), noticed AS (
            INSERT INTO notices (event_id, number, organizer_id, kind, at, booking_numbers, details)
            SELECT event_id, number, organizer_id, kind, at, booking_numbers::bigint[], details::jsonb
            FROM unnest($15::uuid[], $16::bigint[], $17::uuid[], $18::text[], $19::timestamptz[], $20::text[],
                        $21::text[])
                AS n (event_id, number, organizer_id, kind, at, booking_numbers, details)
        )
        INSERT INTO bookings (event_id, number, id, places, status, created_at)
        SELECT event_id, number, id, places, 'confirmed', $5::timestamptz
        FROM unnest($6::uuid[], $7::bigint[], $8::uuid[], $9::integer[]) AS b (event_id, number, id, places)
        """,
        [
            *house.change_arrays(changes, notices),
            bookings[0].created_at.isoformat(),
            array([b.event_id for b in bookings]),
            int_array([b.number for b in bookings]),
            array([b.id for b in bookings]),
            int_array([b.places for b in bookings]),
            *ticket.arrays(tickets),
            *notice.arrays(notices),
        ],
        no_rows,
    )


def insert_reserved(pipeline: Pipeline, bookings: Sequence[Booking]) -> None:
    """Write new bookings that were made by lines, held or confirmed.

    In a rush many are made on the same terms, so each of those is sent, and read by PostgreSQL, only once.
    """
    terms: dict[tuple[object, ...], tuple[int, Booking]] = {}
    of_terms = [terms.setdefault(_terms_of(b), (len(terms) + 1, b))[0] for b in bookings]
    distinct = [b for _, b in terms.values()]
    pipeline.send(
        """
        INSERT INTO bookings (event_id, number, id, buyer_name, buyer_email, buyer_key, places, status, created_at,
                              expires_at, price, drawn, paid_by, promo)
        SELECT b.event_id, b.number, b.id, b.buyer_name, b.buyer_email, b.buyer_key, t.places, t.status, t.created_at,
               t.expires_at, t.price, t.drawn, t.paid_by, t.promo
        FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::bigint[])
            AS b (event_id, number, id, buyer_name, buyer_email, buyer_key, terms)
        JOIN unnest($8::integer[], $9::text[], $10::timestamptz[], $11::timestamptz[], $12::jsonb[], $13::jsonb[],
                    $14::text[], $15::jsonb[])
            WITH ORDINALITY AS t (places, status, created_at, expires_at, price, drawn, paid_by, promo, terms)
            ON t.terms = b.terms
        """,
        [
            array([b.event_id for b in bookings]),
            int_array([b.number for b in bookings]),
            array([b.id for b in bookings]),
            text_array([b.buyer and b.buyer.name for b in bookings]),
            text_array([b.buyer and b.buyer.email for b in bookings]),
            text_array([b.buyer and buyer_key_of(b.buyer.email) for b in bookings]),
            int_array(of_terms),
            int_array([b.places for b in distinct]),
            array([b.status for b in distinct]),
            moment_array([b.created_at for b in distinct]),
            moment_array([b.expires_at for b in distinct]),
            array(["NULL" if b.price is None else _price_element(b.price) for b in distinct]),
            text_array([_json(b.drawn) for b in distinct]),
            text_array([b.paid_by for b in distinct]),
            text_array([_json(b.promo and b.promo._asdict()) for b in distinct]),
        ],
        no_rows,
    )


def _terms_of(b: Booking) -> tuple[object, ...]:
    """All that a booking says beside itself and its buyer. A price is one object for those who agreed together."""
    drawn = None if b.drawn is None else tuple(b.drawn.items())
    return b.places, b.status, b.created_at, b.expires_at, id(b.price), drawn, b.paid_by, b.promo


def confirm(pipeline: Pipeline, bookings: Sequence[Booking], now: datetime) -> None:
    """Mark holds as confirmed now, also those that had run out before, and say which pools they draw on still."""
    pipeline.send(
        """
        UPDATE bookings b SET status = 'confirmed', confirmed_at = $5::timestamptz, paid_by = c.paid_by, drawn = c.drawn
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::jsonb[]) AS c (event_id, number, paid_by, drawn)
        WHERE b.event_id = c.event_id AND b.number = c.number AND b.status IN ('held', 'expired')
        """,
        [
            *_keys(bookings),
            text_array([b.paid_by for b in bookings]),
            text_array([_json(b.drawn) for b in bookings]),
            now.isoformat(),
        ],
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


def change(pipeline: Pipeline, bookings: Sequence[Booking]) -> None:
    """Write the other lines of holds, and what they take."""
    pipeline.send(
        """
        UPDATE bookings b
        SET places = c.places, price = c.price::jsonb, drawn = c.drawn::jsonb, promo = c.promo::jsonb
        FROM unnest($1::uuid[], $2::bigint[], $3::integer[], $4::text[], $5::text[], $6::text[])
            AS c (event_id, number, places, price, drawn, promo)
        WHERE b.event_id = c.event_id AND b.number = c.number AND b.status NOT IN ('confirmed', 'cancelled', 'expired')
        """,
        [
            *_keys(bookings),
            int_array([b.places for b in bookings]),
            array(["NULL" if b.price is None else _price_element(b.price) for b in bookings]),
            text_array([_json(b.drawn) for b in bookings]),
            text_array([_json(b.promo and b.promo._asdict()) for b in bookings]),
        ],
        no_rows,
    )


def cancel(pipeline: Pipeline, cancellations: Sequence[Cancellation]) -> None:
    """Mark tickets as cancelled, and write what has become of their bookings."""
    # A booking may have been cancelled bit by bit in one batch: the last state is the one to write.
    bookings = list({one.booking.id: one.booking for one in cancellations}.values())
    voided = [(one.booking.event_id, one.booking.number, n) for one in cancellations for n in one.tickets]
    pipeline.send(
        """
        WITH voided AS (
            UPDATE tickets t SET state = 'cancelled'
            FROM unnest($8::uuid[], $9::bigint[], $10::smallint[]) AS v (event_id, booking_number, number)
            WHERE t.event_id = v.event_id AND t.booking_number = v.booking_number AND t.number = v.number
        )
        UPDATE bookings b
        SET status = c.status, cancelled_at = c.cancelled_at, places = c.places, drawn = c.drawn::jsonb,
            promo = c.promo::jsonb, cancelled_tickets = c.cancelled_tickets::smallint[]
        FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::timestamptz[], $5::integer[], $6::text[], $7::text[],
                    $11::text[])
            AS c (event_id, number, status, cancelled_at, places, drawn, promo, cancelled_tickets)
        WHERE b.event_id = c.event_id AND b.number = c.number AND b.status <> 'cancelled'
        """,
        [
            *_keys(bookings),
            array([b.status for b in bookings]),
            moment_array([b.cancelled_at for b in bookings]),
            int_array([b.places for b in bookings]),
            text_array([_json(b.drawn) for b in bookings]),
            text_array([_json(b.promo and b.promo._asdict()) for b in bookings]),
            array([event_id for event_id, _, _ in voided]),
            int_array([number for _, number, _ in voided]),
            int_array([n for _, _, n in voided]),
            text_array([int_array(b.cancelled_tickets) if b.cancelled_tickets else None for b in bookings]),
        ],
        no_rows,
    )


def _keys(bookings: Sequence[Booking]) -> list[str]:
    return [array([b.event_id for b in bookings]), int_array([b.number for b in bookings])]


def load(pipeline: Pipeline, ids: Iterable[str]) -> Reply[dict[str, Booking]]:
    """Bookings by their ids, of whatever event; those that do not exist are left out.

    The ids alone are asked for: with the event beside them, PostgreSQL may go through all bookings of the event.
    """
    sql: LiteralString = f"SELECT {COLUMNS} FROM bookings b WHERE b.id = ANY ($1::uuid[])"  # noqa: S608 - of this file
    return pipeline.send(sql, [array(ids)], _bookings)


def due(pipeline: Pipeline, event_ids: Sequence[str], now: datetime, most: int) -> Reply[dict[str, Due]]:
    """Holds of events that run out up to now, at most so many of each event."""
    sql: LiteralString = f"""
        SELECT {COLUMNS}
        FROM unnest($1::uuid[]) AS w (event_id)
        CROSS JOIN LATERAL (
            SELECT * FROM bookings h
            WHERE h.event_id = w.event_id AND h.status = 'held'
            ORDER BY h.expires_at, h.number LIMIT $2::integer + 1
        ) b
        ORDER BY b.expires_at, b.number
    """  # noqa: S608 - all of it is of this file
    return pipeline.send(
        sql,
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
    sql: LiteralString = f"SELECT {COLUMNS} FROM bookings b WHERE b.id = ANY (%s::uuid[])"  # noqa: S608 - of this file
    cursor = await conn.execute(sql, [array(ids)])
    return _bookings(await cursor.fetchall())


async def find_numbered(conn: ReadConn, numbered: Sequence[tuple[str, int]]) -> list[Booking]:
    """Bookings by their events and numbers; those that do not exist are left out."""
    sql: LiteralString = f"""
        SELECT {COLUMNS} FROM unnest(%s::uuid[], %s::bigint[]) AS w (event_id, number)
        JOIN bookings b ON b.event_id = w.event_id AND b.number = w.number
    """  # noqa: S608 - all of it is of this file
    cursor = await conn.execute(sql, [array([one for one, _ in numbered]), int_array([n for _, n in numbered])])
    return [booking_from(row) for row in await cursor.fetchall()]


def exists(pipeline: Pipeline, booking: Booking) -> Reply[bool]:
    """Tell whether a booking was written, and not another one with its number."""
    sql: LiteralString = "SELECT 1 FROM bookings WHERE event_id = $1::uuid AND number = $2::bigint AND id = $3::uuid"
    return pipeline.send(sql, [booking.event_id, str(booking.number), booking.id], bool)


def _bookings(rows: list[TupleRow]) -> dict[str, Booking]:
    return {row[0]: booking_from(row) for row in rows}


def booking_from(row: Sequence[Any]) -> Booking:
    """A booking of its `COLUMNS`."""
    moments = [_moment(text) for text in row[5:8]]
    buyer_name, buyer_email, price, drawn, paid_by, promo, cancelled_tickets = row[8:]
    buyer = None if buyer_name is None else Buyer(buyer_name, buyer_email)
    agreed = None if price is None else price_of_text(price)
    used = None if promo is None else Promo(promo["code_id"], PromoUse(*promo["use"]))
    return Booking._make([*row[:5], *moments, buyer, agreed, drawn, paid_by, used, tuple(cancelled_tickets or ())])


@lru_cache(maxsize=1024)
def _moment(text: str | None) -> datetime | None:
    """A moment as PostgreSQL writes it. Remembered, because in a rush many bookings are made in the same."""
    return None if text is None else datetime.fromisoformat(text)


@lru_cache(maxsize=1024)
def price_of_text(text: str) -> Price:
    """A price as PostgreSQL writes it. Remembered, because in a rush many agree on the same."""
    return price_from(from_json(text))


@lru_cache(maxsize=1024)
def _price_element(price: Price) -> str:
    """A price as an element of an array literal. Remembered, because in a rush many agree on the same."""
    return text_element(to_json(record_of(price)).decode())


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else to_json(value).decode()
