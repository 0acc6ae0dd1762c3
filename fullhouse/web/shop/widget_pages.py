"""The page of an event as other sites embed it: what it is, what it costs, and the way to its own page to book there.

Nothing can be done in it. So it needs no cookie, which browsers keep from pages in frames, and nobody can be made to
click on something that is hidden under another page.
"""

from fastapi import APIRouter, Response

from fullhouse.actions import shop
from fullhouse.actions.deps import Deps
from fullhouse.rules.embedding import ancestors
from fullhouse.web.api.image_shapes import image_fields
from fullhouse.web.pages import headers
from fullhouse.web.pages.page import page
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor
from fullhouse.web.shop.addresses import colour_of, event_id_of, event_path


def add(router: APIRouter, deps: Deps) -> None:
    """Add the page."""

    @router.get("/shop/events/{event}/widget")
    async def show_widget(event: str, visitor: CurrentVisitor) -> Response:
        return await _shown(deps, visitor, await event_id_of(deps, event))


async def _shown(deps: Deps, visitor: Visitor, event_id: str) -> Response:
    found = await shop.find(deps, event_id, None, drafts=False)
    allowed = ancestors(found.organizer.embed_origins)
    return page(
        visitor,
        "shop/widget.html",
        policy=headers.POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {allowed}"),
        found=found,
        event=found.whole.event,
        details=found.whole.details,
        organizer=found.organizer,
        zone=found.whole.details.time_zone,
        accent=colour_of(found.organizer),
        image=image_fields(found.whole.image),
        rows=found.shelf.rows,
        sale=found.shelf.sale,
        is_free=all(row.line.each_minor == 0 for row in found.shelf.rows),
        address=visitor.site.public_url + event_path(found.address),
    )
