"""Offers: ticket types, fees and what they draw on, read whole. Who changes any of it raises the house's version."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

import psycopg
from psycopg.rows import TupleRow

from fullhouse.rules.offer import Fee, Offer, Tax, TicketType, general_admission, refund_policy_from
from fullhouse.store.arrays import array
from fullhouse.store.db import ReadConn, WriteConn
from fullhouse.store.pipeline import Pipeline, Reply

_LOAD: LiteralString = """
    SELECT h.event_id::text, e.organizer_id::text, h.offer_version, e.state, e.starts_at, e.sales_from,
           e.sales_until, e.currency,
           (SELECT json_agg(json_build_array(t.id, t.name, t.price_minor, t.tax_basis_points, t.tax_is_included,
                        t.places, t.tickets_min, t.tickets_max, t.sales_from, t.sales_until, t.visibility,
                        t.buyer_tickets_max,
                        ARRAY(SELECT d.pool_id FROM ticket_type_pools d
                              WHERE d.event_id = t.event_id AND d.ticket_type_id = t.id ORDER BY d.pool_id))
                    ORDER BY t.position, t.created_at, t.id)
            FROM ticket_types t WHERE t.event_id = h.event_id),
           (SELECT json_agg(json_build_array(f.id, f.name, f.kind, f.amount, f.per,
                        f.tax_basis_points, f.tax_is_included) ORDER BY f.created_at, f.id)
            FROM fees f WHERE f.event_id = h.event_id),
           e.buyer_tickets_max, e.refund_policy
    FROM houses h JOIN events e ON e.id = h.event_id
    WHERE h.event_id = ANY ($1::uuid[])
"""


def load(pipeline: Pipeline, event_ids: Sequence[str]) -> Reply[dict[str, Offer]]:
    """The offers of events that this transaction has locked, so that they can't change before it ends."""
    return pipeline.send(_LOAD, [array(event_ids)], _offers)


async def find(conn: ReadConn, event_ids: Sequence[str]) -> dict[str, Offer]:
    """The offers of events, as of now; those that do not exist are left out."""
    cursor = psycopg.AsyncRawCursor(conn)
    await cursor.execute(_LOAD, [array(event_ids)])
    return _offers(await cursor.fetchall())


async def lock_to_change(conn: WriteConn, event_id: str) -> bool:
    """Raise the version of an event's offer, in the transaction that changes it; False when there is no such event.

    The house stays locked until then, so no batch sells by half of a change.
    """
    cursor = await conn.execute("UPDATE houses SET offer_version = offer_version + 1 WHERE event_id = %s", [event_id])
    return cursor.rowcount == 1


async def keep_version(conn: WriteConn, event_id: str) -> None:
    """Undo what `lock_to_change` has done to the version, in the same transaction; the house stays locked."""
    await conn.execute("UPDATE houses SET offer_version = offer_version - 1 WHERE event_id = %s", [event_id])


def _offers(rows: list[TupleRow]) -> dict[str, Offer]:
    return {row[0]: _offer(*row) for row in rows}


def _offer(*columns: Any) -> Offer:  # noqa: ANN401 - a row
    *plain, types, fees, buyer_tickets_max, refund_policy = columns
    ticket_types = [_ticket_type(*one) for one in types or ()]
    by_id = {one.id: one for one in ticket_types}
    priced = tuple(Fee._make([*fee[:-2], Tax(*fee[-2:])]) for fee in fees or ())
    # An event that limits its buyers has to know who they are.
    general = general_admission(ticket_types) if buyer_tickets_max is None else None
    return Offer._make([*plain, by_id, priced, general, buyer_tickets_max, refund_policy_from(refund_policy)])


def _ticket_type(
    type_id: str,
    name: str,
    price_minor: int,
    tax_basis_points: int,
    tax_is_included: bool,  # noqa: FBT001 - a column of a row
    *rest: Any,  # noqa: ANN401 - the other columns
) -> TicketType:
    places, tickets_min, tickets_max, sales_from, sales_until, visibility, buyer_tickets_max, pool_ids = rest
    return TicketType(
        type_id,
        name,
        price_minor,
        Tax(tax_basis_points, tax_is_included),
        places,
        tickets_min,
        tickets_max,
        _moment(sales_from),
        _moment(sales_until),
        visibility,
        tuple(pool_ids),
        buyer_tickets_max,
    )


def _moment(text: str | None) -> datetime | None:
    """A moment as JSON has it."""
    return None if text is None else datetime.fromisoformat(text)
