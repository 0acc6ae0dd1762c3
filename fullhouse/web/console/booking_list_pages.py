"""The bookings of an organizer or of an event: found by anything, page after page."""

from typing import Annotated, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from fullhouse.actions import organizer
from fullhouse.actions.changing import whole_event
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Status
from fullhouse.rules.booking_filter import BookingFilter
from fullhouse.rules.reference import reference_of
from fullhouse.rules.refusals import ValidationFailed
from fullhouse.store import booking_search
from fullhouse.store.booking_search import Scope
from fullhouse.web.api.booking_lists import search_cursor, search_position
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.api.shapes import has_control_characters, uuid_or_none
from fullhouse.web.console import navigation
from fullhouse.web.console.navigation import Entry
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.pages.forms import empty
from fullhouse.web.pages.language import N_
from fullhouse.web.pages.page import page
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

ON_A_PAGE = 50
STATUSES = (
    ("confirmed", N_("Confirmed")),
    ("held", N_("Waits for payment")),
    ("cancelled", N_("Cancelled")),
    ("expired", N_("Run out")),
)
EXPORTS = (("bookings", N_("Bookings")), ("tickets", N_("Tickets")), ("holders", N_("Holders")), ("money", N_("Money")))

Asked = Annotated[str, Query(max_length=200)]


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get(f"{navigation.ORGANIZER}/bookings")
    async def show_all_bookings(
        organizer_id: str, visitor: CurrentVisitor, q: Asked = "", status: Asked = "", cursor: Asked = ""
    ) -> Response:
        canonical = organizer_id_of(organizer_id)
        entries = navigation.of_organizer(visitor, canonical)
        exports = f"/organizers/{canonical}/exports"
        chosen = _filter(q, status, "")
        return await _shown(deps, visitor, Scope(canonical), chosen, (cursor, entries, exports))

    @router.get(f"{navigation.EVENT}/bookings")
    async def show_bookings(
        event_id: str,
        visitor: CurrentVisitor,
        q: Asked = "",
        status: Asked = "",
        ticket_type_id: Asked = "",
        cursor: Asked = "",
    ) -> Response:
        canonical = event_id_of(event_id)
        organizer_id = await organizer.of_event(deps, canonical) or ""
        entries = navigation.of_event(visitor, canonical)
        exports = f"/events/{canonical}/exports"
        chosen = _filter(q, status, ticket_type_id)
        return await _shown(deps, visitor, Scope(organizer_id, canonical), chosen, (cursor, entries, exports))


def _filter(q: str, status: str, ticket_type_id: str) -> BookingFilter:
    """What is asked for. Raises ValidationFailed for what can't be."""
    if has_control_characters(q):
        raise ValidationFailed("q: must not hold control characters.", field="q")
    known: Status | None = next((one for one in get_args(Status) if one == status), None)
    return BookingFilter(known, uuid_or_none(ticket_type_id), q.strip() or None)


async def _shown(
    deps: Deps, visitor: Visitor, scope: Scope, chosen: BookingFilter, rest: tuple[str, list[Entry], str]
) -> Response:
    cursor, entries, exports = rest
    before = search_position(cursor) if cursor else None
    async with deps.reading() as conn:
        if scope.event_id is not None:
            await whole_event(conn, scope.event_id)
        found = await booking_search.page(conn, scope, chosen, before, ON_A_PAGE, deps.clock())
        of_events = {one.booking.event_id for one in found.found}
        names = {one_id: await whole_event(conn, one_id) for one_id in of_events}
    asked = {"q": chosen.text or "", "status": chosen.status or "", "ticket_type_id": chosen.ticket_type_id or ""}
    following = found.following and urlencode({**asked, "cursor": search_cursor(found.following)})
    return page(
        visitor,
        "console/bookings.html",
        navigation=entries,
        path=visitor.path,
        form=empty(**asked),
        statuses=STATUSES,
        rows=[
            (one, names[one.booking.event_id], reference_of(one.booking.event_id, one.booking.number))
            for one in found.found
        ],
        is_of_event=scope.event_id is not None,
        following=following,
        exports=exports,
        export_kinds=EXPORTS,
    )
