"""Promo codes: read under the house's lock, and counted by the engine alone."""

from collections.abc import Iterable, Mapping
from typing import LiteralString

import psycopg
from psycopg.rows import TupleRow

from fullhouse.rules.booking import PromoUse
from fullhouse.rules.promo import PromoCode
from fullhouse.store.arrays import array, int_array, text_array
from fullhouse.store.db import ReadConn
from fullhouse.store.pipeline import Pipeline, Reply, no_rows

_LOAD: LiteralString = """
    SELECT c.event_id::text, c.id::text, c.code, c.kind, c.amount, c.ticket_type_ids::text[], c.valid_from,
           c.valid_until, c.tickets_max, c.bookings_max, c.money_max_minor,
           c.tickets_used, c.bookings_used, c.money_used_minor
    FROM (
        SELECT named.event_id, n.id
        FROM unnest($1::uuid[], $2::text[]) AS named (event_id, code)
        JOIN promo_codes n ON n.event_id = named.event_id AND n.code = named.code
        UNION
        SELECT * FROM unnest($3::uuid[], $4::uuid[])
    ) w (event_id, id)
    JOIN promo_codes c ON c.event_id = w.event_id AND c.id = w.id
"""


def load(
    pipeline: Pipeline, named: Iterable[tuple[str, str]], used: Iterable[tuple[str, str]]
) -> Reply[dict[tuple[str, str], PromoCode]]:
    """The codes `named` by event id and code, and those `used` by event id and id; all by event id and code."""
    return pipeline.send(_LOAD, _wanted(list(named), list(used)), _codes)


async def find(conn: ReadConn, event_id: str, code: str) -> PromoCode | None:
    """A code of an event, as of now."""
    cursor = psycopg.AsyncRawCursor(conn)
    await cursor.execute(_LOAD, _wanted([(event_id, code)], []))
    return _codes(await cursor.fetchall()).get((event_id, code))


def _wanted(named: list[tuple[str, str]], used: list[tuple[str, str]]) -> list[str]:
    return [
        array([event_id for event_id, _ in named]),
        text_array([code for _, code in named]),
        array([event_id for event_id, _ in used]),
        array([code_id for _, code_id in used]),
    ]


def _codes(rows: list[TupleRow]) -> dict[tuple[str, str], PromoCode]:
    return {(row[0], row[2]): code_from(row[1:]) for row in rows}


def code_from(columns: TupleRow) -> PromoCode:
    """A code of the columns that all look-ups name in the same order, its id first."""
    types = None if columns[4] is None else frozenset(columns[4])
    return PromoCode._make([*columns[:4], types, *columns[5:10], PromoUse(*columns[10:])])


def count(pipeline: Pipeline, uses: Mapping[tuple[str, str], PromoUse]) -> None:
    """Add to what is used of codes, by event id and id.

    PostgreSQL answers with a CheckViolation when a limit would be exceeded, or more given back than was used.
    """
    pipeline.send(
        """
        UPDATE promo_codes c
        SET tickets_used = c.tickets_used + u.tickets, bookings_used = c.bookings_used + u.bookings,
            money_used_minor = c.money_used_minor + u.money_minor
        FROM unnest($1::uuid[], $2::uuid[], $3::integer[], $4::integer[], $5::bigint[])
            AS u (event_id, id, tickets, bookings, money_minor)
        WHERE c.event_id = u.event_id AND c.id = u.id
        """,
        [
            array([event_id for event_id, _ in uses]),
            array([code_id for _, code_id in uses]),
            int_array([use.tickets for use in uses.values()]),
            int_array([use.bookings for use in uses.values()]),
            int_array([use.money_minor for use in uses.values()]),
        ],
        no_rows,
    )
