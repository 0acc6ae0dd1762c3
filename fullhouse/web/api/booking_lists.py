"""Lists of bookings and tickets, of an event or of all events of an organizer, for staff."""

import re
from typing import NamedTuple
from urllib.parse import urlencode

from fullhouse.actions import changing, organizer
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking_filter import BookingFilter, TicketPosition
from fullhouse.rules.booking_search import Position
from fullhouse.rules.people_refusals import OrganizerNotFound
from fullhouse.rules.reference import NUMBER_MAX
from fullhouse.store import booking_list, booking_search
from fullhouse.store.booking_search import Scope
from fullhouse.store.db import ReadConn
from fullhouse.web.api.answers import shown
from fullhouse.web.api.booking_list_shapes import booking_fields, query_of, ticket_fields
from fullhouse.web.api.cursors import cursor_of, end_of, moment_and_id, unknown
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.api.shapes import moment_text
from fullhouse.web.http import Answer

_NUMBERS = re.compile("([0-9]{1,10}) ([0-9]{1,5})", re.ASCII)


class Wanted(NamedTuple):
    """Which page of a list is wanted."""

    chosen: BookingFilter
    limit: int
    cursor: str | None


async def bookings(deps: Deps, event_id: str, wanted: Wanted) -> Answer:
    """`GET /events/{id}/bookings`: a page of them, and a link to the next one while there may be more."""
    canonical = event_id_of(event_id)
    path = f"/events/{canonical}/bookings"
    async with deps.reading() as conn:
        await changing.whole_event(conn, canonical)
        if wanted.chosen.text is not None:
            organizer_id = await organizer.of_event(deps, canonical) or ""
            return await _searched(deps, conn, path, Scope(organizer_id, canonical), wanted)
        before = None if wanted.cursor is None else _position(wanted.cursor).booking_number
        page = await booking_list.bookings(conn, canonical, wanted.chosen, before, wanted.limit, deps.clock())
    answer = shown([booking_fields(one) for one in page.found])
    if page.next_before is not None:
        _link(answer, path, wanted.chosen, wanted.limit, f"{page.next_before} 0")
    return answer


async def all_bookings(deps: Deps, organizer_id: str, wanted: Wanted) -> Answer:
    """`GET /organizers/{id}/bookings`: those of all events, the newest first."""
    if not await organizer.exists(deps, organizer_id):
        raise OrganizerNotFound("There is no such organizer.")
    async with deps.reading() as conn:
        return await _searched(deps, conn, f"/organizers/{organizer_id}/bookings", Scope(organizer_id), wanted)


async def _searched(deps: Deps, conn: ReadConn, path: str, scope: Scope, wanted: Wanted) -> Answer:
    before = None if wanted.cursor is None else search_position(wanted.cursor)
    page = await booking_search.page(conn, scope, wanted.chosen, before, wanted.limit, deps.clock())
    answer = shown([booking_fields(one) for one in page.found])
    if page.following is not None:
        _link(answer, path, wanted.chosen, wanted.limit, _text_of(page.following))
    return answer


async def tickets(deps: Deps, event_id: str, chosen: BookingFilter, limit: int, cursor: str | None) -> Answer:
    """`GET /events/{id}/tickets`: the same for tickets."""
    canonical = event_id_of(event_id)
    after = None if cursor is None else _position(cursor)
    async with deps.reading() as conn:
        await changing.whole_event(conn, canonical)
        page = await booking_list.tickets(conn, canonical, chosen, after, limit, deps.clock())
    answer = shown([ticket_fields(one) for one in page.found])
    if page.next_after is not None:
        _link(answer, f"/events/{canonical}/tickets", chosen, limit, "{} {}".format(*page.next_after))
    return answer


def search_cursor(position: Position) -> str:
    """The cursor that stands for a position of a search."""
    return cursor_of(_text_of(position))


def _text_of(position: Position) -> str:
    return f"{moment_text(position.made_at)} {position.event_id} {position.number}"


def _link(answer: Answer, path: str, chosen: BookingFilter, limit: int, end: str) -> None:
    query = urlencode({"limit": limit, "cursor": cursor_of(end), **query_of(chosen)})
    answer.headers.append((b"link", f'<{path}?{query}>; rel="next"'.encode()))


def _position(cursor: str) -> TicketPosition:
    found = _NUMBERS.fullmatch(end_of(cursor))
    position = None if found is None else TicketPosition(int(found[1]), int(found[2]))
    if position is None or position.booking_number > NUMBER_MAX or position.number > booking_list.TICKET_NUMBER_MAX:
        raise unknown()
    return position


def search_position(cursor: str) -> Position:
    """The position that a cursor of a search stands for. Raises ValidationFailed."""
    end, _, number = end_of(cursor).rpartition(" ")
    if not re.fullmatch("[0-9]{1,10}", number, re.ASCII):
        raise unknown()
    return Position(*moment_and_id(end), int(number))
