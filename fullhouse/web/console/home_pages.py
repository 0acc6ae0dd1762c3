"""The beginning of the console: on to the only organizer of who is signed in, or a choice among several."""

from typing import NamedTuple

from fastapi import APIRouter, Response

from fullhouse.actions import organizer
from fullhouse.actions.deps import Deps
from fullhouse.rules.permission import OF_ROLE, Permission, Role
from fullhouse.store import member
from fullhouse.web.console import navigation
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.paths import CONSOLE
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor


class Choice(NamedTuple):
    """An organizer that somebody works for; `path` is the first page that he may open there, None for none at all."""

    name: str
    role: Role
    path: str | None
    is_for_tests: bool = False


def add(router: APIRouter, deps: Deps) -> None:
    """Add the page."""

    @router.get(CONSOLE)
    async def begin(visitor: CurrentVisitor) -> Response:
        return await _begin(deps, visitor)


async def _begin(deps: Deps, visitor: Visitor) -> Response:
    choices = await _choices(deps, visitor)
    if len(choices) == 1 and choices[0].path is not None:
        return moved(visitor, choices[0].path)
    return page(visitor, "console/choice.html", choices=choices)


async def _choices(deps: Deps, visitor: Visitor) -> list[Choice]:
    """Whose pages the visitor may open: in the playground everybody's."""
    person_id = visitor.call.caller.person_id
    if person_id is None:
        owner = OF_ROLE["owner"]
        every = await organizer.everything(deps.database)
        return [Choice(one.name, "owner", _first(owner, one.id), one.test_of is not None) for one in every]
    async with deps.reading() as conn:
        own = await member.of_person(conn, person_id)
    return [Choice(one.organizer_name, one.role, _first(OF_ROLE[one.role], one.organizer_id)) for one in own]


def _first(permissions: frozenset[Permission], organizer_id: str) -> str | None:
    return next((one.path for one in navigation.open_pages(permissions, organizer_id)), None)
