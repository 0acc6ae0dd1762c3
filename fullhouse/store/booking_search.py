"""Bookings of an organizer, or of one event, found by anything, the newest first.

A word that few bookings have is looked up; for one that many have, the newest bookings are looked through: so a page
reads a bounded part, whatever is asked for. Bookings that the worker has not come to yet are always looked through.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString, NamedTuple

from fullhouse.rules.booking_filter import BookingFilter
from fullhouse.rules.booking_search import Position, Sought, sought, words_of
from fullhouse.rules.promo import buyer_key_of
from fullhouse.rules.reference import number_of
from fullhouse.rules.ticket_code import booking_said
from fullhouse.store.arrays import array, int_array
from fullhouse.store.booking import COLUMNS, booking_from
from fullhouse.store.booking_list import MATCHES, OF_TYPE, STATUS, ListedBooking
from fullhouse.store.db import ReadConn

FOUND_MAX = 8_000
"""Bookings with a word that are looked at one by one; of a more frequent one, the newest bookings are."""
WINDOW = 4_000
"""Bookings that are looked through for a page when no rare word leads to them."""
NEW_MAX = 1_000
"""Of these, bookings that the worker has not come to."""


class Scope(NamedTuple):
    """Whose bookings: all of an organizer, or those of one event of his."""

    organizer_id: str
    event_id: str | None = None


class Page(NamedTuple):
    """What was found, and where to go on; None when there is no more."""

    found: list[ListedBooking]
    following: Position | None


class _Event(NamedTuple):
    id: str
    bookings_made: int
    bookings_indexed: int


class _Part(NamedTuple):
    """Bookings that may be meant, by their events, numbers and moments, and where the part of all bookings ends."""

    keys: list[tuple[str, int]]
    end: Position | None = None


_KEYS: LiteralString = """
    SELECT b.event_id, b.number, b.created_at AS made_at, true AS is_sure
    FROM unnest(%(events)s::uuid[], %(numbers)s::bigint[]) AS k (event_id, number)
    JOIN bookings b ON b.event_id = k.event_id AND b.number = k.number
"""

_BY_WORD: LiteralString = """
    SELECT w.event_id, w.booking_number, w.made_at, false FROM booking_words w
    WHERE w.organizer_id = %(organizer_id)s AND w.word >= %(low)s AND w.word < %(high)s
        AND (%(event_id)s::uuid IS NULL OR w.event_id = %(event_id)s)
"""

_RUNS: LiteralString = """
    SELECT r.event_id, r.made_at, r.first_number, r.last_number FROM booking_runs r
    WHERE r.organizer_id = %(organizer_id)s AND (%(event_id)s::uuid IS NULL OR r.event_id = %(event_id)s)
        AND (%(before_at)s::timestamptz IS NULL OR r.made_at <= %(before_at)s::timestamptz)
        AND (%(before_at)s::timestamptz IS NULL OR (r.made_at, r.event_id, r.first_number)
             < (%(before_at)s::timestamptz, %(before_event)s::uuid, %(before_number)s::bigint))
"""

_BY_TIME: LiteralString = f"""
    SELECT r.event_id, n, r.made_at, false
    FROM ({_RUNS} AND (%(end_at)s::timestamptz IS NULL OR r.made_at >= %(end_at)s::timestamptz)) r
    CROSS JOIN generate_series(r.first_number, r.last_number) AS n
"""  # noqa: S608 - all of it is of this file

_HAS_ALL_WORDS: LiteralString = """
    NOT EXISTS (
        SELECT FROM unnest(%(lows)s::text[], %(highs)s::text[]) AS x (low, high)
        WHERE NOT EXISTS (
            SELECT FROM booking_words o WHERE o.event_id = w.event_id AND o.booking_number = w.number
                AND o.word >= x.low AND o.word < x.high
        )
    )
"""


async def page(
    conn: ReadConn, scope: Scope, chosen: BookingFilter, before: Position | None, limit: int, now: datetime
) -> Page:
    """Up to `limit` bookings behind a position; perhaps none, though there are more."""
    buyer_key = chosen.email and buyer_key_of(chosen.email)
    meant = sought(chosen.text, buyer_key)
    events = await _events(conn, scope)
    lows, highs = meant.bounds
    asked: dict[str, Any] = {
        **chosen._asdict(),
        **scope._asdict(),
        "now": now,
        "number": None,
        "buyer_key": buyer_key,
        "before_at": before and before.made_at,
        "before_event": before and before.event_id,
        "before_number": before and before.number,
        "lows": lows,
        "highs": highs,
    }
    exact = await _exactly(conn, chosen.text, meant, events)
    if chosen.text is not None and not meant.words:
        # Nothing but punctuation: no booking has that in a word.
        return await _found(conn, asked, exact, ("", ""), None, limit)
    new = await _new(conn, events, meant, asked)
    driver, end = await _way(conn, meant, asked, WINDOW if _is_narrowed(chosen) else limit + 1)
    return await _found(conn, asked, [*exact, *new.keys], driver, _later(new.end, end), limit)


def _is_narrowed(chosen: BookingFilter) -> bool:
    return any(part is not None for part in chosen)


def _later(*ends: Position | None) -> Position | None:
    """The first end that is met when one goes from the newest to the oldest."""
    return max((one for one in ends if one is not None), default=None)


async def _events(conn: ReadConn, scope: Scope) -> list[_Event]:
    cursor = await conn.execute(
        """
        SELECT h.event_id::text, h.bookings_made, coalesce(k.bookings_indexed, 0)
        FROM events e JOIN houses h ON h.event_id = e.id LEFT JOIN event_tallies k ON k.event_id = e.id
        WHERE e.organizer_id = %(organizer_id)s AND (%(event_id)s::uuid IS NULL OR e.id = %(event_id)s)
            AND h.bookings_made > 0
        """,
        scope._asdict(),
        prepare=False,
    )
    return [_Event._make(row) for row in await cursor.fetchall()]


async def _exactly(conn: ReadConn, text: str | None, meant: Sought, events: Sequence[_Event]) -> list[tuple[str, int]]:
    """Bookings whose reference, id or ticket's code the text is, by their keys."""
    if text is None:
        return []
    numbers = [(one.id, number_of(one.id, text), one.bookings_made) for one in events]
    found = [(event_id, n) for event_id, n, made in numbers if n is not None and 1 <= n <= made]
    own = {one.id: one.bookings_made for one in events}
    scanned = booking_said(text.strip().upper())
    if scanned is not None and 1 <= scanned[1] <= own.get(scanned[0], 0):
        found.append(scanned)
    if meant.booking_id is not None:
        cursor = await conn.execute(
            "SELECT event_id::text, number FROM bookings WHERE id = %s::uuid", [meant.booking_id], prepare=False
        )
        found += [(event_id, number) for event_id, number in await cursor.fetchall() if event_id in own]
    return found


async def _new(conn: ReadConn, events: Sequence[_Event], meant: Sought, asked: dict[str, Any]) -> _Part:
    """The newest of those bookings that have the words and are not looked through yet."""
    behind = [one for one in events if one.bookings_made > one.bookings_indexed]
    if not behind:
        return _Part([])
    cursor = await conn.execute(
        """
        SELECT b.created_at, b.event_id::text, b.number, b.buyer_name, b.buyer_email, b.buyer_key,
               CASE WHEN cardinality(%(lows)s::text[]) > 0 THEN ARRAY(
                   SELECT t.holder_name FROM tickets t WHERE t.event_id = b.event_id AND t.booking_number = b.number
               ) END
        FROM unnest(%(behind)s::uuid[], %(indexed)s::bigint[]) AS k (event_id, indexed)
        CROSS JOIN LATERAL (
            SELECT * FROM bookings b WHERE b.event_id = k.event_id AND b.number > k.indexed
                AND (%(before_at)s::timestamptz IS NULL OR (b.created_at, b.event_id, b.number)
                     < (%(before_at)s::timestamptz, %(before_event)s::uuid, %(before_number)s::bigint))
            ORDER BY b.number DESC LIMIT %(most)s
        ) b
        ORDER BY b.created_at DESC, b.event_id DESC, b.number DESC LIMIT %(most)s
        """,
        {
            **asked,
            "behind": array([one.id for one in behind]),
            "indexed": int_array([one.bookings_indexed for one in behind]),
            "most": NEW_MAX,
        },
        prepare=False,
    )
    rows = await cursor.fetchall()
    keys = [
        (row[1], row[2])
        for row in rows
        if not meant.words or meant.is_met_by(words_of([row[3], *row[6]], [row[4], row[5]]))
    ]
    return _Part(keys, Position._make(rows[-1][:3]) if len(rows) == NEW_MAX else None)


async def _way(
    conn: ReadConn, meant: Sought, asked: dict[str, Any], window: int
) -> tuple[tuple[str, str] | None, Position | None]:
    """The rarest word, by its bounds, that bookings are looked up by; or where a look through the newest ends."""
    counts = []
    for low, high in zip(*meant.bounds, strict=True):
        cursor = await conn.execute(
            """
            SELECT count(*) FROM (
                SELECT FROM booking_words WHERE organizer_id = %s AND word >= %s AND word < %s LIMIT %s
            ) w
            """,
            [asked["organizer_id"], low, high, FOUND_MAX + 1],
            prepare=False,
        )
        ((count,),) = await cursor.fetchall()
        counts.append((count, low, high))
    if counts and min(counts)[0] <= FOUND_MAX:
        return min(counts)[1:], None
    cursor = await conn.execute(
        f"""
        SELECT made_at, event_id::text, first_number FROM (
            SELECT *, sum(last_number - first_number + 1) OVER (ORDER BY made_at DESC, event_id DESC) AS seen
            FROM ({_RUNS} ORDER BY r.made_at DESC, r.event_id DESC LIMIT %(window)s) r
        ) r
        WHERE seen >= %(window)s ORDER BY made_at DESC, event_id DESC LIMIT 1
        """,  # noqa: S608 - all of it is of this file
        {**asked, "window": window},
        prepare=False,
    )
    row = await cursor.fetchone()
    return None, None if row is None else Position._make(row)


async def _found(
    conn: ReadConn,
    asked: dict[str, Any],
    keys: Sequence[tuple[str, int]],
    driver: tuple[str, str] | None,
    end: Position | None,
    limit: int,
) -> Page:
    way = _BY_TIME if driver is None else _BY_WORD
    cursor = await conn.execute(
        f"""
        SELECT {STATUS}, b.confirmed_at, c.code, {COLUMNS}
        FROM (
            SELECT event_id, number, made_at, bool_or(is_sure) AS is_sure FROM ({_KEYS} UNION ALL {way}) w
            WHERE (%(before_at)s::timestamptz IS NULL OR (w.made_at, w.event_id, w.number)
                   < (%(before_at)s::timestamptz, %(before_event)s::uuid, %(before_number)s::bigint))
                AND (%(end_at)s::timestamptz IS NULL OR (w.made_at, w.event_id, w.number)
                     >= (%(end_at)s::timestamptz, %(end_event)s::uuid, %(end_number)s::bigint))
            GROUP BY event_id, number, made_at
            ORDER BY w.made_at DESC, w.event_id DESC, w.number DESC OFFSET 0
        ) w
        -- One after the other, in this order, until the page is full.
        CROSS JOIN LATERAL (
            SELECT * FROM bookings b WHERE b.event_id = w.event_id AND b.number = w.number
                AND b.created_at = w.made_at AND (w.is_sure OR {_HAS_ALL_WORDS}) OFFSET 0
        ) b
        LEFT JOIN promo_codes c ON c.event_id = b.event_id AND c.id = (b.promo ->> 'code_id')::uuid
        WHERE {MATCHES} AND {OF_TYPE}
        ORDER BY w.made_at DESC, w.event_id DESC, w.number DESC LIMIT %(limit)s
        """,  # noqa: S608 - all of it is of this file
        {
            **asked,
            "events": array([event_id for event_id, _ in keys]),
            "numbers": int_array([number for _, number in keys]),
            "low": driver and driver[0],
            "high": driver and driver[1],
            "end_at": end and end.made_at,
            "end_event": end and end.event_id,
            "end_number": end and end.number,
            "limit": limit + 1,
        },
        prepare=False,
    )
    rows = await cursor.fetchall()
    found = [ListedBooking(booking_from(row[3:]), *row[:3]) for row in rows[:limit]]
    if len(rows) > limit:
        last = found[-1].booking
        return Page(found, Position(last.created_at, last.event_id, last.number))
    return Page(found, end)
