"""Pictures: kept under ids that stand for their content, shown by events and as logos, and deleted when unused."""

from collections.abc import Sequence
from datetime import datetime

from psycopg.rows import TupleRow

from fullhouse.rules.image import Image, ImageFile
from fullhouse.store.arrays import array
from fullhouse.store.db import ReadConn, WriteConn


def image_from(row: TupleRow) -> Image | None:
    """A picture by its columns; None where there is none."""
    image_id, width, height, widths, plain_type = row
    return None if image_id is None else Image(image_id, width, height, tuple(widths), plain_type)


async def keep(conn: WriteConn, organizer_id: str, image: Image, files: Sequence[ImageFile], now: datetime) -> None:
    """Keep a picture, which from now on is used. One that is there already stays; its deletion is waited for."""
    await conn.execute(
        """
        INSERT INTO images AS i (id, organizer_id, width, height, widths, plain_type, created_at)
        VALUES (%s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (id) DO UPDATE SET unused_since = NULL
        """,
        [image.id, organizer_id, image.width, image.height, list(image.widths), image.plain_type, now],
    )
    await conn.cursor().executemany(
        """
        INSERT INTO image_files (image_id, name, media_type, content) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
        """,
        [(image.id, one.name, one.media_type, one.content) for one in files],
    )


async def files(conn: ReadConn, keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], ImageFile]:
    """Sizes of pictures by the picture's id and their own name; those that do not exist are left out."""
    cursor = await conn.execute(
        """
        SELECT f.image_id::text, f.name, f.media_type, f.content
        FROM image_files f JOIN unnest(%s::uuid[], %s::text[]) AS k (image_id, name)
            ON f.image_id = k.image_id AND f.name = k.name
        """,
        [array([image_id for image_id, _ in keys]), [name for _, name in keys]],
    )
    return {(row[0], row[1]): ImageFile(*row[1:]) for row in await cursor.fetchall()}


async def show_at_event(conn: WriteConn, event_id: str, image_id: str | None) -> None:
    """Let an event show a picture that is kept, or none."""
    await conn.execute("UPDATE events SET image_id = %s WHERE id = %s", [image_id, event_id])


async def show_as_logo(conn: WriteConn, organizer_id: str, image_id: str | None) -> None:
    """Let an organizer show a picture that is kept as its logo, or none."""
    await conn.execute("UPDATE organizers SET logo_id = %s WHERE id = %s", [image_id, organizer_id])


async def mark_unused(conn: WriteConn, now: datetime) -> None:
    """Write down of all pictures whether anything shows them."""
    await conn.execute(
        """
        WITH seen AS (
            SELECT i.id, EXISTS (SELECT FROM events e WHERE e.image_id = i.id)
                OR EXISTS (SELECT FROM organizers o WHERE o.logo_id = i.id) AS is_used
            FROM images i
        )
        UPDATE images i SET unused_since = CASE WHEN s.is_used THEN NULL ELSE %s::timestamptz END
        FROM seen s WHERE s.id = i.id AND s.is_used = (i.unused_since IS NOT NULL)
        """,
        [now],
    )


async def delete_unused(conn: WriteConn, before: datetime) -> int:
    """Delete the pictures that nothing has shown since then, with all their sizes; returns how many.

    One that is just taken into use again is locked by that, and looked at once more afterwards.
    """
    cursor = await conn.execute(
        """
        DELETE FROM images i
        WHERE i.unused_since < %s
          AND NOT EXISTS (SELECT FROM events e WHERE e.image_id = i.id)
          AND NOT EXISTS (SELECT FROM organizers o WHERE o.logo_id = i.id)
        """,
        [before],
    )
    return cursor.rowcount
