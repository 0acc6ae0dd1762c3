"""The shop's first pages: events of the installation or of one organizer, as a list or month by month, and search."""

from datetime import timedelta
from typing import Annotated, NamedTuple
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from fullhouse.actions import shop
from fullhouse.actions.deps import Deps
from fullhouse.actions.shop import ListedEvent
from fullhouse.rules.event import EventPosition
from fullhouse.rules.listing import ListingFilter
from fullhouse.rules.organizer import Organizer
from fullhouse.rules.refusals import ValidationFailed
from fullhouse.web import installation
from fullhouse.web.api.cursors import cursor_of, end_of, moment_and_id
from fullhouse.web.api.image_shapes import image_fields
from fullhouse.web.api.shapes import has_control_characters
from fullhouse.web.gate import NO_ORGANIZER, organizer_id_of
from fullhouse.web.markdown import html_of
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.paths import wants_json
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor
from fullhouse.web.shop.addresses import colour_of
from fullhouse.web.shop.months import month_of, named

PAGE = 24
"""Events of a page."""
MONTH_MAX = 500
"""Events of a month that are shown."""
DAY = timedelta(days=1)

TextQuery = Annotated[str, Query(max_length=200)]
CursorQuery = Annotated[str, Query(max_length=200)]
MonthQuery = Annotated[str, Query(max_length=7)]


class Wish(NamedTuple):
    """What a visitor wants to see: a text that he looks for, a month, a further page."""

    q: str = ""
    month: str = ""
    cursor: str = ""


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get("/")
    async def show_home(
        visitor: CurrentVisitor, q: TextQuery = "", month: MonthQuery = "", cursor: CursorQuery = ""
    ) -> Response:
        if wants_json(visitor.call.headers):
            return installation.links()
        return await _shown(deps, visitor, None, Wish(q, month, cursor))

    @router.get("/shop")
    async def show_shop(visitor: CurrentVisitor) -> Response:
        return moved(visitor, "/")

    @router.get("/shop/organizers/{organizer_id}")
    async def show_organizer(
        organizer_id: str,
        visitor: CurrentVisitor,
        q: TextQuery = "",
        month: MonthQuery = "",
        cursor: CursorQuery = "",
    ) -> Response:
        found = await shop.organizer_of_page(deps, organizer_id_of(organizer_id))
        if found is None:
            raise NO_ORGANIZER
        return await _shown(deps, visitor, found, Wish(q, month, cursor))


async def _shown(deps: Deps, visitor: Visitor, organizer: Organizer | None, wish: Wish) -> Response:
    now = deps.clock()
    text = "" if has_control_characters(wish.q) else wish.q.strip()
    chosen = ListingFilter(now, text=text or None, organizer_id=organizer and organizer.id)
    month = named(wish.month, now)
    if month is None:
        found = await shop.listed(deps, chosen, _position(wish.cursor), PAGE + 1)
    else:
        chosen = chosen._replace(since=month.begins_at - DAY, until=month.ends_at + DAY)
        found = await shop.listed(deps, chosen, None, MONTH_MAX)
    return page(
        visitor,
        "shop/home.html",
        accent=organizer and colour_of(organizer),
        organizer=organizer,
        description=html_of(organizer.description) if organizer else "",
        logo=image_fields(organizer.logo) if organizer else None,
        q=text,
        month=None if month is None else month_of(month, found),
        this_month=f"{now:%Y-%m}",
        events=found[:PAGE] if month is None else found,
        image_fields=image_fields,
        next_query=_next_query(text, found) if month is None else None,
        canonical=visitor.site.public_url + visitor.path,
    )


def _next_query(text: str, found: list[ListedEvent]) -> str | None:
    """The query of the next page, while there is one."""
    if len(found) <= PAGE:
        return None
    last = found[PAGE - 1].listed
    cursor = cursor_of(f"{last.starts_at.isoformat()} {last.id}")
    return "?" + urlencode({**({"q": text} if text else {}), "cursor": cursor})


def _position(cursor: str) -> EventPosition | None:
    """Where a page begins; with a cursor that is none, at the first one."""
    try:
        return EventPosition(*moment_and_id(end_of(cursor)))
    except ValidationFailed:
        return None
