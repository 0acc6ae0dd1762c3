"""The addresses of the shop."""

import re

from fastapi import APIRouter, Response

from fullhouse.actions.deps import Deps
from fullhouse.rules.colour import accents
from fullhouse.rules.people_refusals import OrganizerNotFound
from fullhouse.web.pages.static_files import IMMUTABLE
from fullhouse.web.shop import booking_change_pages, booking_pages, event_pages, finding, home_pages, widget_pages

_COLOUR = re.compile("[0-9a-f]{6}", re.ASCII)


def build(deps: Deps) -> APIRouter:
    """All pages of the shop; none of them is in the API's document."""
    router = APIRouter(include_in_schema=False)
    home_pages.add(router, deps)
    finding.add(router, deps)
    event_pages.add(router, deps)
    widget_pages.add(router, deps)
    booking_pages.add(router, deps)
    booking_change_pages.add(router, deps)
    _add_accents(router)
    return router


def _add_accents(router: APIRouter) -> None:
    @router.get("/shop/accents/{colour}.css")
    async def show_accent(colour: str) -> Response:
        if not _COLOUR.fullmatch(colour):
            raise OrganizerNotFound("There is no such colour.")
        (light, on_light), (dark, on_dark) = accents(colour)
        sheet = (
            f":root{{--accent:#{light};--on-accent:#{on_light}}}"
            f"@media (prefers-color-scheme:dark){{:root{{--accent:#{dark};--on-accent:#{on_dark}}}}}"
        )
        headers = {"cache-control": IMMUTABLE, "x-content-type-options": "nosniff"}
        return Response(sheet, media_type="text/css", headers=headers)
