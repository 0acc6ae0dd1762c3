"""What is printed of events: their details with their organizers, and the names of their ticket types."""

from fullhouse.rules.image import PLAIN
from fullhouse.rules.printed import Look, PrintedEvent
from fullhouse.store.db import ReadConn


async def event(conn: ReadConn, event_id: str) -> PrintedEvent:
    """An event that there is."""
    cursor = await conn.execute(
        """
        SELECT e.id::text, e.name, e.venue, e.starts_at, e.doors_at, e.ends_at, e.time_zone, e.currency, e.state,
               h.offer_version, e.created_at, o.id::text, o.name, o.reply_to, o.language, o.colour, l.content
        FROM events e
        JOIN houses h ON h.event_id = e.id
        JOIN organizers o ON o.id = e.organizer_id
        LEFT JOIN image_files l ON l.image_id = o.logo_id AND l.name = %s
        WHERE e.id = %s
        """,
        [PLAIN, event_id],
    )
    ((*said, colour, logo),) = await cursor.fetchall()
    return PrintedEvent._make([*said, Look(colour, logo)])


async def type_names(conn: ReadConn, event_id: str) -> dict[str, str]:
    """The names of an event's ticket types by their ids, also of those that are not sold any more."""
    cursor = await conn.execute("SELECT id::text, name FROM ticket_types WHERE event_id = %s", [event_id])
    return dict(await cursor.fetchall())
