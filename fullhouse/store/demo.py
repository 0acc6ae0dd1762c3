"""What the demo has to know of an installation before it fills it, and how much there is afterwards."""

from fullhouse.store.db import ReadConn


async def has_organizer(conn: ReadConn, reply_to: str) -> bool:
    """Tell whether there is an organizer with this address."""
    cursor = await conn.execute("SELECT FROM organizers WHERE reply_to = %s", [reply_to])
    return cursor.rowcount > 0


async def is_anything_there(conn: ReadConn) -> bool:
    """Tell whether there is an event or a person."""
    cursor = await conn.execute("SELECT EXISTS (SELECT FROM events) OR EXISTS (SELECT FROM persons)")
    ((is_any,),) = await cursor.fetchall()
    return bool(is_any)


async def counts(conn: ReadConn) -> dict[str, int]:
    """How many rows there are of what people look at."""
    cursor = await conn.execute(
        """
        SELECT 'organizers', count(*) FROM organizers WHERE test_of IS NULL
        UNION ALL SELECT 'events', count(*) FROM events
        UNION ALL SELECT 'bookings', count(*) FROM bookings
        UNION ALL SELECT status || ' bookings', count(*) FROM bookings GROUP BY status
        UNION ALL SELECT 'tickets', count(*) FROM tickets
        UNION ALL SELECT 'open bank transfers', count(*) FROM payments WHERE state = 'open'
        UNION ALL SELECT 'refunds', count(*) FROM refunds
        UNION ALL SELECT 'mails', count(*) FROM mails
        ORDER BY 1
        """
    )
    return dict(await cursor.fetchall())
