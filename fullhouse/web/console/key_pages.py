"""The API keys of an organizer: listed, made and shown once, revoked; and the data of tests, deleted."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, Field

from fullhouse.actions import event_list, key, wiping
from fullhouse.actions.deps import Deps
from fullhouse.actions.key import KeyTerms
from fullhouse.actions.wiping import Wiped
from fullhouse.rules.answer import Answered
from fullhouse.rules.permission import Scope
from fullhouse.rules.refusals import Refusal
from fullhouse.store.event_list import EventsWanted
from fullhouse.store.key import ApiKey
from fullhouse.web.api.ids import id_of
from fullhouse.web.api.keys import NO_KEY
from fullhouse.web.api.offer_shapes import once_each
from fullhouse.web.api.organizer_shapes import EVENTS_MAX, key_fields
from fullhouse.web.api.shapes import Id, Line, uuid_or_none
from fullhouse.web.console.house import CURSOR_LENGTH_MAX, house_page, key_of_button
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.pages.forms import Form, FormModel, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.page import moved
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

KEYS = "/console/organizers/{organizer_id}/keys"
KEYS_A_PAGE = 50
LAST_DAY = date(9000, 1, 1)


class KeyForm(FormModel):
    """A new key, for all events unless some are named. `expires_at` is the last day, in UTC, on which it is good."""

    name: Line
    scopes: Annotated[list[Scope], Field(min_length=1, max_length=4), AfterValidator(once_each)]
    event_ids: Annotated[list[Id], AfterValidator(once_each)] = Field(default=[], max_length=EVENTS_MAX)
    expires_at: Annotated[date | None, Field(le=LAST_DAY)] = None
    test: bool = False

    def terms(self) -> KeyTerms:
        """What the key is to be good for."""
        until = None
        if self.expires_at is not None:
            until = datetime.combine(self.expires_at + timedelta(days=1), time(), UTC)
        return KeyTerms(tuple(self.scopes), tuple(self.event_ids) or None, until, self.test)


class Shown(NamedTuple):
    """What the page says beside its list: the form, a new key as it is shown this once, and what was wiped."""

    form: Form
    made: ApiKey | None = None
    text: str | None = None
    wiped: Wiped | None = None


def add(router: APIRouter, deps: Deps) -> None:
    """Add the page and its forms."""

    @router.get(KEYS)
    async def show_keys(
        organizer_id: str,
        visitor: CurrentVisitor,
        after: Annotated[str | None, Query(max_length=CURSOR_LENGTH_MAX)] = None,
    ) -> Response:
        beginning = None if after is None else uuid_or_none(after)
        return await _shown(deps, visitor, organizer_id_of(organizer_id), Shown(_new_key()), beginning)

    @router.post(KEYS)
    async def make_key(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await _make(deps, visitor, organizer_id_of(organizer_id))

    @router.post(f"{KEYS}/{{key_id}}/revocation")
    async def revoke_key(organizer_id: str, key_id: str, visitor: CurrentVisitor) -> Response:
        return await _revoke(deps, visitor, organizer_id_of(organizer_id), id_of(key_id, NO_KEY))

    @router.post("/console/organizers/{organizer_id}/test-data/wiping")
    async def wipe(organizer_id: str, visitor: CurrentVisitor) -> Response:
        canonical = organizer_id_of(organizer_id)
        wiped = await wiping.wipe(deps.database, canonical, wiping.STEPS_A_CALL)
        return await _shown(deps, visitor, canonical, Shown(_new_key(), wiped=wiped))


async def _shown(deps: Deps, visitor: Visitor, organizer_id: str, shown: Shown, after: str | None = None) -> Response:
    async with deps.reading() as conn:
        found = await key.page(conn, organizer_id, after, KEYS_A_PAGE + 1)
    coming = await event_list.page(deps, EventsWanted(organizer_id, is_past=False), 0, EVENTS_MAX)
    path = KEYS.format(organizer_id=organizer_id)
    return await house_page(
        *(deps, visitor, organizer_id, "console/keys.html"),
        status=status_of_again(shown.form),
        keys=found[:KEYS_A_PAGE],
        next_path=_next_path(path, found),
        events=coming.events,
        is_more=coming.is_more,
        path=path,
        now=deps.clock(),
        **shown._asdict(),
    )


def _next_path(path: str, found: Sequence[ApiKey]) -> str | None:
    return f"{path}?after={found[KEYS_A_PAGE - 1].id}" if len(found) > KEYS_A_PAGE else None


async def _make(deps: Deps, visitor: Visitor, organizer_id: str) -> Response:
    wanted, form = filled(visitor, KeyForm)
    if wanted is None:
        return await _shown(deps, visitor, organizer_id, Shown(form))
    asked = key_of(visitor, f"POST {visitor.path}", wanted)
    made: list[ApiKey] = []

    def told(one: ApiKey) -> Answered:
        made.append(one)
        return Answered(201, key_fields(one))

    try:
        answered = await key.issue(deps, organizer_id, wanted.name, wanted.terms(), asked, told)
    except Refusal as refusal:
        return await _shown(deps, visitor, organizer_id, Shown(refused(form, refusal, visitor)))
    if answered.replayed:
        # A reload: the key was shown, and is known to nobody any more.
        return moved(visitor, KEYS.format(organizer_id=organizer_id))
    return await _shown(deps, visitor, organizer_id, Shown(_new_key(), made[-1], answered.body["key"]))


async def _revoke(deps: Deps, visitor: Visitor, organizer_id: str, key_id: str) -> Response:
    try:
        await key.end(deps, organizer_id, key_id, key_of_button(visitor))
    except Refusal as refusal:
        return await _shown(deps, visitor, organizer_id, Shown(refused(_new_key(), refusal, visitor)))
    return moved(visitor, KEYS.format(organizer_id=organizer_id))


def _new_key() -> Form:
    return empty(name="", scopes=["read"], expires_at="")
