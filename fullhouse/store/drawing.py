"""Drawing on pools: what is available of them, and how a batch changes what is taken."""

from collections.abc import Mapping, Sequence

from psycopg.rows import TupleRow

from fullhouse.store.arrays import array, int_array
from fullhouse.store.pipeline import Pipeline, Reply, no_rows


def available(pipeline: Pipeline, event_ids: Sequence[str]) -> Reply[dict[str, dict[str, int | None]]]:
    """What is available of the pools of events whose houses are locked, by event id and pool id; None for no limit."""
    return pipeline.send(
        """
        SELECT event_id::text, id::text, capacity - held_back - taken FROM pools WHERE event_id = ANY ($1::uuid[])
        """,
        [array(event_ids)],
        _by_event,
    )


def _by_event(rows: list[TupleRow]) -> dict[str, dict[str, int | None]]:
    found: dict[str, dict[str, int | None]] = {}
    for event_id, pool_id, left in rows:
        found.setdefault(event_id, {})[pool_id] = left
    return found


def change(pipeline: Pipeline, changes: Mapping[tuple[str, str], int]) -> None:
    """Add to what is taken of pools, by (event id, pool id).

    PostgreSQL answers with a CheckViolation when a pool would be oversold, or give back what was never taken.
    """
    pipeline.send(
        """
        UPDATE pools p SET taken = p.taken + c.places
        FROM unnest($1::uuid[], $2::uuid[], $3::integer[]) AS c (event_id, id, places)
        WHERE p.event_id = c.event_id AND p.id = c.id
        """,
        [
            array([event_id for event_id, _ in changes]),
            array([pool_id for _, pool_id in changes]),
            int_array(changes.values()),
        ],
        no_rows,
    )
