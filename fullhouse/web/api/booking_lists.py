"""Lists of an event's bookings and tickets, for staff."""

import base64
import binascii
import re
from urllib.parse import urlencode

from fullhouse.actions import changing
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking_filter import BookingFilter, TicketPosition
from fullhouse.rules.reference import NUMBER_MAX
from fullhouse.rules.refusals import ValidationFailed
from fullhouse.store import booking_list
from fullhouse.web.api.answers import shown
from fullhouse.web.api.booking_list_shapes import booking_fields, query_of, ticket_fields
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.http import Answer

_NUMBERS = re.compile("([0-9]{1,10}) ([0-9]{1,5})", re.ASCII)


async def bookings(deps: Deps, event_id: str, chosen: BookingFilter, limit: int, cursor: str | None) -> Answer:
    """`GET /events/{id}/bookings`: a page of them, and a link to the next one while there may be more."""
    canonical = event_id_of(event_id)
    before = None if cursor is None else _position(cursor).booking_number
    async with deps.reading() as conn:
        await changing.whole_event(conn, canonical)
        page = await booking_list.bookings(conn, canonical, chosen, before, limit, deps.clock())
    answer = shown([booking_fields(one) for one in page.found])
    if page.next_before is not None:
        _link(answer, f"/events/{canonical}/bookings", chosen, limit, TicketPosition(page.next_before, 0))
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
        _link(answer, f"/events/{canonical}/tickets", chosen, limit, page.next_after)
    return answer


def _link(answer: Answer, path: str, chosen: BookingFilter, limit: int, last: TicketPosition) -> None:
    cursor = base64.urlsafe_b64encode(b"%d %d" % last).decode()
    query = urlencode({"limit": limit, "cursor": cursor, **query_of(chosen)})
    answer.headers.append((b"link", f'<{path}?{query}>; rel="next"'.encode()))


def _position(cursor: str) -> TicketPosition:
    try:
        found = _NUMBERS.fullmatch(base64.urlsafe_b64decode(cursor.encode("ascii")).decode("ascii"))
    except (ValueError, binascii.Error):
        found = None
    position = None if found is None else TicketPosition(int(found[1]), int(found[2]))
    if position is None or position.booking_number > NUMBER_MAX or position.number > booking_list.TICKET_NUMBER_MAX:
        raise ValidationFailed("cursor: take it from the Link header of the page before.", field="cursor")
    return position
