"""What all pages of an organizer have in common: whose they are, and where its navigation leads."""

from typing import Any

from fastapi import Response

from fullhouse.actions import organizer
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import IdempotencyKey
from fullhouse.web.console import navigation
from fullhouse.web.pages.forms import key_of
from fullhouse.web.pages.page import page
from fullhouse.web.pages.visitor import Visitor

CURSOR_LENGTH_MAX = 200


async def house_page(
    deps: Deps,
    visitor: Visitor,
    organizer_id: str,
    template: str,
    *,
    status: int = 200,
    **shown: Any,  # noqa: ANN401 - whatever the template shows
) -> Response:
    """A page of an organizer, which its template knows as `house`. Raises OrganizerNotFound and Busy.

    The gate lets the playground ask for any organizer, so here it is looked up.
    """
    async with deps.reading() as conn:
        house = await organizer.find(conn, organizer_id)
    entries = navigation.of_organizer(visitor, house.id)
    may = visitor.call.caller.may
    return page(visitor, template, status=status, navigation=entries, house=house, may=may, **shown)


def key_of_button(visitor: Visitor) -> IdempotencyKey:
    """The idempotency key of a form that has nothing but its button. Raises ValidationFailed."""
    return key_of(visitor, f"POST {visitor.path}", "")
