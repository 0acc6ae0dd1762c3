"""Buyers: how many tickets each has, for events that limit that."""

from collections.abc import Collection

from psycopg.rows import TupleRow

from fullhouse.store.arrays import array, text_array
from fullhouse.store.pipeline import Pipeline, Reply


def tickets_had(
    pipeline: Pipeline, buyers: Collection[tuple[str, str]]
) -> Reply[dict[tuple[str, str], dict[str, int]]]:
    """The tickets of each type that buyers hold or have, by event id and buyer; read under the house's lock."""
    return pipeline.send(
        """
        SELECT b.event_id::text, b.buyer_key, l.type_id, sum(l.tickets)::bigint
        FROM unnest($1::uuid[], $2::text[]) AS w (event_id, buyer_key)
        JOIN bookings b ON b.event_id = w.event_id AND b.buyer_key = w.buyer_key AND b.status IN ('held', 'confirmed')
        CROSS JOIN LATERAL (
            SELECT line ->> 'ticket_type_id' AS type_id, (line ->> 'quantity')::integer AS tickets
            FROM jsonb_array_elements(b.price -> 'lines') AS line
            UNION ALL
            SELECT t.ticket_type_id::text, -1
            FROM unnest(b.cancelled_tickets) AS gone (number)
            JOIN tickets t ON t.event_id = b.event_id AND t.booking_number = b.number AND t.number = gone.number
        ) l
        GROUP BY 1, 2, 3
        """,
        [array([event_id for event_id, _ in buyers]), text_array([buyer for _, buyer in buyers])],
        _by_buyer,
    )


def _by_buyer(rows: list[TupleRow]) -> dict[tuple[str, str], dict[str, int]]:
    found: dict[tuple[str, str], dict[str, int]] = {}
    for event_id, buyer, type_id, count in rows:
        found.setdefault((event_id, buyer), {})[type_id] = count
    return found
