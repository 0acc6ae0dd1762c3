"""Events: written, changed, listed, and read with what is left of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import errors
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb

from fullhouse.rules.event import (
    NO_DETAILS,
    NOBODYS,
    Availability,
    Event,
    EventDetails,
    EventDraft,
    EventFilter,
    EventPosition,
    EventUse,
    OwnEvents,
    WholeEvent,
)
from fullhouse.rules.offer import EventState, refund_policy_from
from fullhouse.store.arrays import array
from fullhouse.store.db import ReadConn, WriteConn
from fullhouse.store.image import image_from

_EVENT_COLUMNS = len(Event._fields)
_DETAILS_COLUMNS = len(EventDetails._fields)


async def create(
    conn: WriteConn,
    event_id: str,
    organizer_id: str,
    draft: EventDraft,
    now: datetime,
    details: EventDetails = NO_DETAILS,
    state: EventState = "published",
) -> None:
    """Add an event. Its house is added apart. Raises UniqueViolation, see `is_slug_taken`."""
    await conn.execute(
        """
        INSERT INTO events (id, organizer_id, name, venue, starts_at, created_at, state,
                            description, doors_at, ends_at, time_zone, currency, sales_from, sales_until, slug,
                            image_alt, refund_policy)
        VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
        """,
        [event_id, organizer_id, draft.name, draft.venue, draft.starts_at, now, state, *_columns(details)],
    )


async def change(conn: WriteConn, whole: WholeEvent) -> None:
    """Write what may be changed of an event. Raises UniqueViolation, see `is_slug_taken`."""
    event = whole.event
    await conn.execute(
        """
        UPDATE events SET name = %s, venue = %s, starts_at = %s, state = %s, series_id = %s,
                          description = %s, doors_at = %s, ends_at = %s, time_zone = %s, currency = %s,
                          sales_from = %s, sales_until = %s, slug = %s, image_alt = %s, refund_policy = %s
        WHERE id = %s
        """,
        [event.name, event.venue, event.starts_at, whole.state, whole.series_id, *_columns(whole.details), event.id],
    )


def _columns(details: EventDetails) -> list[Any]:
    policy = details.refund_policy
    return [*details[:-1], None if policy is None else Jsonb(policy.record)]


def is_slug_taken(error: errors.UniqueViolation) -> bool:
    """Tell whether a write failed because another event of the organizer has the slug."""
    return error.diag.constraint_name == "events_slug"


async def find(conn: ReadConn, ids: Sequence[str]) -> dict[str, Event]:
    """Events by id; those that do not exist are left out, and so are drafts."""
    cursor = await conn.execute(
        """
        SELECT e.id::text, e.name, e.starts_at, e.venue,
               h.capacity, h.capacity - h.held_back - h.taken, e.created_at
        FROM events e JOIN houses h ON h.event_id = e.id
        WHERE e.id = ANY (%s::uuid[]) AND e.state <> 'draft'
        """,
        [array(ids)],
    )
    return {row[0]: Event(*row) for row in await cursor.fetchall()}


async def find_whole(conn: ReadConn, event_id: str) -> WholeEvent | None:
    """All that is known of one event, also of a draft."""
    return next(iter(await find_many_whole(conn, [event_id])), None)


async def find_many_whole(conn: ReadConn, ids: Sequence[str]) -> list[WholeEvent]:
    """All that is known of events, also of drafts; those that do not exist are left out."""
    cursor = await conn.execute(
        """
        SELECT e.id::text, e.name, e.starts_at, e.venue,
               h.capacity, h.capacity - h.held_back - h.taken, e.created_at,
               e.description, e.doors_at, e.ends_at, e.time_zone, e.currency, e.sales_from, e.sales_until, e.slug,
               e.image_alt, e.refund_policy, e.state, e.series_id::text, h.offer_version,
               i.id::text, i.width, i.height, i.widths, i.plain_type
        FROM events e JOIN houses h ON h.event_id = e.id LEFT JOIN images i ON i.id = e.image_id
        WHERE e.id = ANY (%s::uuid[])
        """,
        [array(ids)],
    )
    return [_whole(row) for row in await cursor.fetchall()]


def _whole(row: TupleRow) -> WholeEvent:
    details = row[_EVENT_COLUMNS : _EVENT_COLUMNS + _DETAILS_COLUMNS]
    state, series_id, version, *image = row[_EVENT_COLUMNS + _DETAILS_COLUMNS :]
    policy = refund_policy_from(details[-1])
    return WholeEvent(
        Event(*row[:_EVENT_COLUMNS]),
        EventDetails._make([*details[:-1], policy]),
        *(state, series_id, version),
        image_from(tuple(image)),
    )


async def use(conn: ReadConn, event_id: str) -> EventUse:
    """Whether anything of an event is booked or held, or ever was."""
    cursor = await conn.execute(
        """
        SELECT h.taken > 0 OR EXISTS (
                   SELECT FROM bookings b WHERE b.event_id = h.event_id AND b.status IN ('confirmed', 'held')
               ),
               h.taken > 0 OR h.bookings_made > 0
        FROM houses h WHERE h.event_id = %s
        """,
        [event_id],
    )
    row = await cursor.fetchone()
    return EventUse(is_taken=False, was_taken=False) if row is None else EventUse(*row)


async def availability(conn: ReadConn, ids: Sequence[str]) -> dict[str, Availability]:
    """What is left of events; those that do not exist are left out, and so are drafts."""
    cursor = await conn.execute(
        """
        SELECT h.event_id::text, h.capacity, h.capacity - h.held_back - h.taken
        FROM houses h JOIN events e ON e.id = h.event_id
        WHERE h.event_id = ANY (%s::uuid[]) AND e.state <> 'draft'
        """,
        [array(ids)],
    )
    return {row[0]: Availability(*row) for row in await cursor.fetchall()}


async def page(
    conn: ReadConn, chosen: EventFilter, after: EventPosition | None, limit: int, own: OwnEvents = NOBODYS
) -> list[Event]:
    """Up to `limit` events in order of date, then id, from behind `after`.

    Drafts, and the events of test organizers, are there only among the caller's own.
    """
    text = None if chosen.text is None else f"%{_escaped(chosen.text)}%"
    cursor = await conn.execute(
        """
        SELECT e.id::text, e.name, e.starts_at, e.venue,
               h.capacity, h.capacity - h.held_back - h.taken, e.created_at
        FROM events e JOIN houses h ON h.event_id = e.id
        WHERE (%(state)s::text IS NULL OR e.state = %(state)s)
          AND (
              (e.state <> 'draft'
                  AND NOT EXISTS (SELECT FROM organizers t WHERE t.id = e.organizer_id AND t.test_of IS NOT NULL))
              OR (
                  (%(organizer_ids)s::uuid[] IS NULL OR e.organizer_id = ANY (%(organizer_ids)s))
                  AND (%(event_ids)s::uuid[] IS NULL OR e.id = ANY (%(event_ids)s))
              )
          )
          AND (%(since)s::timestamptz IS NULL OR e.starts_at >= %(since)s)
          AND (%(until)s::timestamptz IS NULL OR e.starts_at < %(until)s)
          AND (%(text)s::text IS NULL OR e.name ILIKE %(text)s OR e.venue ILIKE %(text)s)
          AND (%(after)s::timestamptz IS NULL OR (e.starts_at, e.id) > (%(after)s, %(after_id)s::uuid))
        ORDER BY e.starts_at, e.id
        LIMIT %(limit)s
        """,
        {
            "state": chosen.state,
            "organizer_ids": None if own.organizer_ids is None else array(own.organizer_ids),
            "event_ids": None if own.event_ids is None else array(own.event_ids),
            "since": chosen.since,
            "until": chosen.until,
            "text": text,
            "after": after and after.starts_at,
            "after_id": after and after.id,
            "limit": limit,
        },
        # The best plan depends on which filters are given, so each call is planned for itself.
        prepare=False,
    )
    return [Event(*row) for row in await cursor.fetchall()]


async def in_series(conn: ReadConn, series_id: str, *, drafts: bool) -> list[Event]:
    """The events of a series in order of date, then id; drafts only if they are asked for."""
    cursor = await conn.execute(
        """
        SELECT e.id::text, e.name, e.starts_at, e.venue,
               h.capacity, h.capacity - h.held_back - h.taken, e.created_at
        FROM events e JOIN houses h ON h.event_id = e.id
        WHERE e.series_id = %s AND (%s OR e.state <> 'draft')
        ORDER BY e.starts_at, e.id
        """,
        [series_id, drafts],
    )
    return [Event(*row) for row in await cursor.fetchall()]


def _escaped(text: str) -> str:
    """Let the wildcards of LIKE stand for themselves."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


async def beside(conn: ReadConn, event_id: str) -> list[tuple[str, str, datetime]]:
    """Ids, names and dates of the other events of an event's organizer, the latest first, a few of them."""
    cursor = await conn.execute(
        """
        SELECT o.id::text, o.name, o.starts_at FROM events e
        JOIN events o ON o.organizer_id = e.organizer_id AND o.id <> e.id AND o.state <> 'draft'
        WHERE e.id = %s ORDER BY o.starts_at DESC, o.id LIMIT 100
        """,
        [event_id],
        prepare=False,
    )
    return await cursor.fetchall()
