"""Deleting the data of tests: the events of a test organizer with all that belongs to them, some rows at a time.

An event goes with its last row. Until then its counts tell of what is deleted already, so the audit may name them.
"""

from typing import LiteralString

from fullhouse.store.db import WriteConn

MANY: tuple[LiteralString, ...] = (
    *("event_cancellations", "booking_changes", "tickets", "ledger_postings", "refunds", "payments"),
    *("notices", "promo_codes", "booking_words", "booking_runs", "sales", "bookings"),
)
"""Tables of an event that may have any number of rows, in an order that no foreign key forbids."""

FEW: tuple[LiteralString, ...] = (
    *(
        "ticket_type_pools",
        "ticket_types",
        "pools",
        "fees",
        "mailings",
        "event_erasures",
        "event_tallies",
        "sales_counts",
        "houses",
    ),
)
"""Those that have few, and are needed as long as there is anything in the others."""

BESIDE_EVENTS: tuple[LiteralString, ...] = (
    *("bank_transfers", "mails", "webhooks", "mail_settings", "wordings", "unsubscriptions"),
    "images",
)
"""Tables of an organizer, whose rows are of no event, or some of them. A webhook takes along what it was told, a
picture its sizes."""


async def step(conn: WriteConn, organizer_id: str, most: int) -> int:
    """Delete up to `most` rows of a test organizer, beside the few of an event that is empty; returns how many."""
    cursor = await conn.execute(
        """
        SELECT e.id::text FROM events e JOIN organizers o ON o.id = e.organizer_id
        WHERE e.organizer_id = %s AND o.test_of IS NOT NULL ORDER BY e.starts_at, e.id LIMIT 1
        """,
        [organizer_id],
    )
    row = await cursor.fetchone()
    if row is not None:
        return await _of_event(conn, str(row[0]), most)
    return await _delete(conn, BESIDE_EVENTS, "organizer_id", organizer_id, most)


async def _of_event(conn: WriteConn, event_id: str, most: int) -> int:
    # Under the lock of its house nothing of the event is sold. As a draft it is not sold later either.
    await conn.execute("SELECT FROM houses WHERE event_id = %s FOR UPDATE", [event_id])
    # Under this one nobody writes behind the selling what the event sold and what its bookings are found by.
    await conn.execute("SELECT FROM events WHERE id = %s FOR UPDATE", [event_id])
    await conn.execute(
        """
        WITH withdrawn AS (UPDATE events SET state = 'draft' WHERE id = %s AND state <> 'draft' RETURNING id)
        UPDATE houses SET offer_version = offer_version + 1 FROM withdrawn WHERE houses.event_id = withdrawn.id
        """,
        [event_id],
    )
    deleted = await _delete(conn, MANY, "event_id", event_id, most)
    if deleted == most:
        return deleted
    # Again the many: a row that somebody else was just changing has moved away from where it was found.
    deleted += await _delete(conn, (*MANY, *FEW), "event_id", event_id, None)
    cursor = await conn.execute("DELETE FROM events WHERE id = %s", [event_id])
    return deleted + cursor.rowcount


async def _delete(
    conn: WriteConn, tables: tuple[LiteralString, ...], column: LiteralString, one_id: str, most: int | None
) -> int:
    """Delete up to `most` rows from these tables, or all; returns how many."""
    deleted = 0
    for table in tables:
        if most is None:
            cursor = await conn.execute(
                f"DELETE FROM {table} WHERE {column} = %s",  # noqa: S608 - the names are those above
                [one_id],
            )
        else:
            cursor = await conn.execute(
                f"""
                DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} WHERE {column} = %s LIMIT %s))
                """,  # noqa: S608 - the names are those above
                [one_id, most - deleted],
            )
        deleted += cursor.rowcount
        if deleted == most:
            break
    return deleted
