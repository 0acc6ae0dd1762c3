"""Organizers: who puts on events. One is made with the first start; a test organizer is for the tests of another."""

from collections.abc import Sequence
from datetime import datetime
from typing import LiteralString

from psycopg.rows import TupleRow

from fullhouse.rules.organizer import Organizer
from fullhouse.store.arrays import array
from fullhouse.store.db import ReadConn, WriteConn
from fullhouse.store.image import image_from

DEFAULT_ID = "00000000-0000-7000-8000-000000000001"
"""A fixed id, so that two first starts at once make one organizer."""

_WITH_LOGO: LiteralString = """
    SELECT o.id::text, o.name, o.language, o.reply_to, o.test_of::text, o.created_at,
           o.colour, o.description, o.website, o.embed_origins,
           i.id::text, i.width, i.height, i.widths, i.plain_type
    FROM organizers o LEFT JOIN images i ON i.id = o.logo_id
"""
_SAID_COLUMNS = len(Organizer._fields) - 2


async def create_default(conn: WriteConn, now: datetime) -> None:
    """Make the organizer that owns all events, unless it is there."""
    await conn.execute(
        "INSERT INTO organizers (id, name, created_at) VALUES (%s, 'Box office', %s) ON CONFLICT DO NOTHING",
        [DEFAULT_ID, now],
    )


async def exists(conn: ReadConn, organizer_id: str) -> bool:
    """Tell whether there is such an organizer."""
    cursor = await conn.execute("SELECT 1 FROM organizers WHERE id = %s", [organizer_id])
    return await cursor.fetchone() is not None


async def default_exists(conn: ReadConn) -> bool:
    """Tell whether the first start has been made."""
    return await exists(conn, DEFAULT_ID)


async def of_events(conn: ReadConn, event_ids: Sequence[str]) -> dict[str, str]:
    """Whose events are, by the events' ids; those that do not exist are left out."""
    cursor = await conn.execute(
        "SELECT id::text, organizer_id::text FROM events WHERE id = ANY (%s::uuid[])", [array(event_ids)]
    )
    return dict(await cursor.fetchall())


async def of_series(conn: ReadConn, series_id: str) -> str | None:
    """Whose a series is; all its events are of one organizer."""
    cursor = await conn.execute("SELECT organizer_id::text FROM events WHERE series_id = %s LIMIT 1", [series_id])
    row = await cursor.fetchone()
    return None if row is None else str(row[0])


async def create(conn: WriteConn, made: Organizer) -> None:
    """Add an organizer."""
    await conn.execute(
        """
        INSERT INTO organizers (id, name, language, reply_to, test_of, created_at, colour, description, website,
                                embed_origins, logo_id)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [*made[:-2], _listed(made.embed_origins), made.logo and made.logo.id],
    )


async def change(conn: WriteConn, changed: Organizer) -> None:
    """Write what may be changed of an organizer, but for its logo."""
    await conn.execute(
        """
        UPDATE organizers SET name = %s, language = %s, reply_to = %s, colour = %s, description = %s, website = %s,
                              embed_origins = %s
        WHERE id = %s
        """,
        [
            *(changed.name, changed.language, changed.reply_to),
            *(changed.colour, changed.description, changed.website, _listed(changed.embed_origins)),
            changed.id,
        ],
    )


async def find(conn: ReadConn, organizer_id: str) -> Organizer | None:
    """Look an organizer up."""
    cursor = await conn.execute(_WITH_LOGO + "WHERE o.id = %s", [organizer_id])
    row = await cursor.fetchone()
    return None if row is None else _organizer(row)


async def lock(conn: WriteConn, organizer_id: str) -> Organizer | None:
    """Look an organizer up, and let nobody else change it until the transaction ends."""
    cursor = await conn.execute(_WITH_LOGO + "WHERE o.id = %s FOR NO KEY UPDATE OF o", [organizer_id])
    row = await cursor.fetchone()
    return None if row is None else _organizer(row)


async def for_tests_of(conn: ReadConn, organizer_id: str) -> str | None:
    """The id of the organizer for somebody's tests, if there is one."""
    cursor = await conn.execute("SELECT id::text FROM organizers WHERE test_of = %s", [organizer_id])
    row = await cursor.fetchone()
    return None if row is None else str(row[0])


async def everything(conn: ReadConn) -> list[Organizer]:
    """All organizers, the oldest first, each before the one for its tests."""
    cursor = await conn.execute(_WITH_LOGO + "ORDER BY coalesce(o.test_of, o.id), o.test_of NULLS FIRST")
    return [_organizer(row) for row in await cursor.fetchall()]


def _organizer(row: TupleRow) -> Organizer:
    said, origins, logo = row[:_SAID_COLUMNS], row[_SAID_COLUMNS], row[_SAID_COLUMNS + 1 :]
    return Organizer._make([*said, None if origins is None else tuple(origins), image_from(logo)])


def _listed(origins: Sequence[str] | None) -> list[str] | None:
    return None if origins is None else list(origins)
