"""The audit log: entries added beside the acts, sealed in order afterwards, and read. Nothing is changed or deleted."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

import psycopg

from fullhouse.rules.actor import Who
from fullhouse.rules.audit_log import BEGINNING, INSTALLATION, End, Entry, Sealed, chained
from fullhouse.store.arrays import array, int_array, moment_array, text_array
from fullhouse.store.db import ReadConn, WriteConn
from fullhouse.store.pipeline import Pipeline, no_rows

_COLUMNS: LiteralString = """
    e.id::text, e.organizer_id::text, e.at, e.actor_kind, e.actor_id, e.actor_name, e.address, e.act,
    e.about_event_id::text, e.booking_numbers, e.before::text, e.after::text, e.position, e.seal
"""

# The organizer is that of the event, where the act is about one that is there.
_INSERT: LiteralString = """
    INSERT INTO audit_entries (id, organizer_id, at, actor_kind, actor_id, actor_name, address, act, about_event_id,
        booking_numbers, before, after)
    SELECT w.id, coalesce(v.organizer_id, w.organizer_id), w.at, w.actor_kind, w.actor_id, w.actor_name, w.address,
        w.act, w.event_id, w.booking_numbers::bigint[], w.before::json, w.after::json
    FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::uuid[], $10::text[], $11::text[], $12::text[]) AS w (id, organizer_id, at, actor_kind, actor_id, actor_name,
        address, act, event_id, booking_numbers, before, after)
    LEFT JOIN events v ON v.id = w.event_id
"""


class AuditFilter(NamedTuple):
    """Which entries are shown: from `since` (included) to `until` (excluded); `actor` is an id, a name or a kind."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str | None = None
    act: str | None = None
    event_id: str | None = None


class AuditPosition(NamedTuple):
    """Where a page of the log ends."""

    at: datetime
    id: str


def insert(pipeline: Pipeline, entries: Sequence[Entry]) -> None:
    """Write the entries of a batch, one statement for all."""
    pipeline.send(_INSERT, _columns(entries), no_rows)


async def add(conn: WriteConn, entry: Entry) -> None:
    """Write an entry beside the engine."""
    await psycopg.AsyncRawCursor(conn).execute(_INSERT, _columns([entry]))


def _columns(entries: Sequence[Entry]) -> list[str]:
    return [
        array([one.id for one in entries]),
        array([one.organizer_id for one in entries]),
        moment_array([one.at for one in entries]),
        *(text_array(column) for column in zip(*[one.who for one in entries], strict=True)),
        text_array([one.act for one in entries]),
        array([one.event_id or "NULL" for one in entries]),
        text_array([int_array(one.booking_numbers) for one in entries]),
        text_array([one.before for one in entries]),
        text_array([one.after for one in entries]),
    ]


async def unsealed(conn: ReadConn) -> list[str]:
    """The organizers that have entries without a seal."""
    cursor = await conn.execute("SELECT DISTINCT organizer_id::text FROM audit_entries WHERE position IS NULL")
    return [organizer_id for (organizer_id,) in await cursor.fetchall()]


async def seal(conn: WriteConn, organizer_id: str, most: int) -> int:
    """Seal the next entries of an organizer, in order of their ids; returns how many. None while another one is at it.

    An entry that is committed late comes behind those that were sealed before it. Locks the organizer's chain.
    """
    end = await _lock(conn, organizer_id)
    if end is None:
        return 0
    sql: LiteralString = f"""
        SELECT {_COLUMNS} FROM audit_entries e
        WHERE e.organizer_id = %s AND e.position IS NULL
        ORDER BY e.id LIMIT %s
    """  # noqa: S608 - all of it is of this file
    cursor = await conn.execute(sql, [organizer_id, most])
    made = chained(end, [_sealed(row).entry for row in await cursor.fetchall()])
    if made:
        await _write_seals(conn, organizer_id, made)
    return len(made)


async def _lock(conn: WriteConn, organizer_id: str) -> End | None:
    """The end of a chain, locked; a new chain if there is none. None while somebody else has it."""
    query: LiteralString = "SELECT position, seal FROM audit_chains WHERE organizer_id = %s FOR UPDATE SKIP LOCKED"
    rows = await (await conn.execute(query, [organizer_id])).fetchall()
    if not rows and await end_of(conn, organizer_id) is BEGINNING:
        # Only now: where the row is there and locked, an insert would wait for that lock.
        await conn.execute(
            "INSERT INTO audit_chains VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", [organizer_id, *BEGINNING[:2]]
        )
        rows = await (await conn.execute(query, [organizer_id])).fetchall()
    return End(*rows[0]) if rows else None


async def _write_seals(conn: WriteConn, organizer_id: str, made: Sequence[Sealed]) -> None:
    last = made[-1]
    await conn.execute(
        """
        UPDATE audit_entries e SET position = s.position, seal = s.seal
        FROM unnest(%s::uuid[], %s::bigint[], %s::bytea[]) AS s (id, position, seal) WHERE e.id = s.id
        """,
        [[one.entry.id for one in made], [one.position for one in made], [one.seal for one in made]],
    )
    await conn.execute(
        "UPDATE audit_chains SET position = %s, seal = %s WHERE organizer_id = %s",
        [last.position, last.seal, organizer_id],
    )


async def end_of(conn: ReadConn, organizer_id: str) -> End:
    """How far the chain of an organizer has come."""
    cursor = await conn.execute("SELECT position, seal FROM audit_chains WHERE organizer_id = %s", [organizer_id])
    rows = await cursor.fetchall()
    return End(*rows[0]) if rows else BEGINNING


async def ends(conn: ReadConn) -> dict[str, End]:
    """How far each chain has come, by organizer."""
    cursor = await conn.execute("SELECT organizer_id::text, position, seal FROM audit_chains ORDER BY organizer_id")
    return {row[0]: End(*row[1:]) for row in await cursor.fetchall()}


async def count_unsealed(conn: ReadConn, organizer_id: str) -> int:
    """How many entries of an organizer wait for their seal."""
    cursor = await conn.execute(
        "SELECT count(*) FROM audit_entries WHERE organizer_id = %s AND position IS NULL", [organizer_id]
    )
    ((count,),) = await cursor.fetchall()
    return int(count)


async def is_sealed_with(conn: ReadConn, seal: bytes) -> bool:
    """Tell whether any entry has this seal."""
    cursor = await conn.execute("SELECT 1 FROM audit_entries WHERE seal = %s LIMIT 1", [seal])
    return await cursor.fetchone() is not None


async def chains(conn: ReadConn, organizer_id: str | None = None) -> AsyncIterator[Sealed]:
    """All sealed entries, chain after chain, in order; of one organizer, if one is given.

    They are read as they are needed. Needs a transaction.
    """
    sql: LiteralString = f"""
        SELECT {_COLUMNS} FROM audit_entries e
        WHERE e.position IS NOT NULL AND (%(organizer_id)s::uuid IS NULL OR e.organizer_id = %(organizer_id)s)
        ORDER BY e.organizer_id, e.position
    """  # noqa: S608 - all of it is of this file
    async with conn.cursor(name="audit_chains") as cursor:
        cursor.itersize = 1_000
        await cursor.execute(sql, {"organizer_id": organizer_id})
        async for row in cursor:
            yield _sealed(row)


async def page(
    conn: ReadConn, organizer_id: str, chosen: AuditFilter, after: AuditPosition | None, limit: int
) -> list[Sealed]:
    """Entries of an organizer, the newest first."""
    sql: LiteralString = f"""
        SELECT {_COLUMNS} FROM audit_entries e
        WHERE e.organizer_id = %(organizer_id)s
            AND e.at >= coalesce(%(since)s::timestamptz, '-infinity')
            AND e.at < coalesce(%(until)s::timestamptz, 'infinity')
            AND (%(actor)s::text IS NULL OR %(actor)s IN (e.actor_id, e.actor_name, e.actor_kind))
            AND (%(act)s::text IS NULL OR e.act = %(act)s)
            AND (%(event_id)s::uuid IS NULL OR e.about_event_id = %(event_id)s::uuid)
            AND (e.at, e.id) < (coalesce(%(at)s::timestamptz, 'infinity'), coalesce(%(id)s, %(last)s)::uuid)
        ORDER BY e.at DESC, e.id DESC LIMIT %(limit)s
    """  # noqa: S608 - all of it is of this file
    at, after_id = after or (None, None)
    params = {**chosen._asdict(), "organizer_id": organizer_id, "at": at, "id": after_id, "limit": limit}
    cursor = await conn.execute(sql, {**params, "last": INSTALLATION})
    return [_sealed(row) for row in await cursor.fetchall()]


def _sealed(row: Sequence[Any]) -> Sealed:
    """An entry of its `_COLUMNS`."""
    entry = Entry._make([*row[:3], Who._make(row[3:7]), *row[7:9], tuple(row[9]), *row[10:12]])
    return Sealed(entry, row[12], row[13])


RULES: dict[str, LiteralString] = {
    # Counted to the newest of all, and not to now: while nothing runs, nothing is sealed, and nothing is amiss.
    "an entry of the audit log is sealed within the hour": """
        SELECT coalesce(about_event_id::text, 'none'), 'entry ' || id, 'of ' || at || ', not sealed', 'a seal'
        FROM audit_entries WHERE position IS NULL AND at < (SELECT max(at) FROM audit_entries) - interval '1 hour'
    """,
}
