"""The settings of an event: its details; publishing it, and taking it back; copies and series of it."""

from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Query, Response
from pydantic import Field

from fullhouse.actions import event, publication, series
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.event import Event, WholeEvent, state_at
from fullhouse.rules.refusals import Refusal
from fullhouse.rules.series import DATES_MAX
from fullhouse.rules.time_zone import zone_names
from fullhouse.web.api.event_details import as_it_is, made
from fullhouse.web.api.event_shapes import Rule
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.api.parameters import EventId
from fullhouse.web.api.shapes import Line, event_fields
from fullhouse.web.console import navigation
from fullhouse.web.console.event_forms import EventForm, typed, wanted_of
from fullhouse.web.console.local_times import LocalMoment, moment_in
from fullhouse.web.gate import require_unlimited
from fullhouse.web.pages.forms import Form, FormModel, empty, filled, key_of, refused
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

EVENT = "/console/events/{event_id}"
SETTINGS = f"{EVENT}/settings"

IsNew = Annotated[bool, Query()]


class CopyForm(FormModel):
    """When a copy takes place, and how it is called if not as the event."""

    date: LocalMoment
    name: Line | None = None


class SeriesForm(FormModel):
    """How often and in which steps an event is repeated; or a whole rule (RFC 5545), which goes first."""

    every: Literal["DAILY", "WEEKLY", "MONTHLY"] = "WEEKLY"
    times: Annotated[int, Field(ge=1, le=DATES_MAX)]
    rule: Rule | None = None

    def whole_rule(self) -> str:
        """The rule as RFC 5545 writes it."""
        return self.rule or f"FREQ={self.every};COUNT={self.times}"


class Forms(NamedTuple):
    """The forms of the page, each as it is shown."""

    details: Form
    state: Form = empty()
    copy: Form = empty()
    series: Form = empty(every="WEEKLY", times=8)


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get(SETTINGS)
    async def show_settings(event_id: EventId, visitor: CurrentVisitor, new: IsNew = False) -> Response:  # noqa: FBT002 - of the query
        whole = await event.details(deps, event_id_of(event_id), drafts=True)
        return _page(deps, visitor, whole, Forms(typed(whole)), is_new=new)

    @router.post(SETTINGS)
    async def change_settings(event_id: EventId, visitor: CurrentVisitor) -> Response:
        return await _change(deps, visitor, event_id_of(event_id))

    @router.post(f"{EVENT}/publication")
    async def publish_event(event_id: EventId, visitor: CurrentVisitor) -> Response:
        return await _publish(deps, visitor, event_id_of(event_id))

    @router.post(f"{EVENT}/withdrawal")
    async def withdraw_event(event_id: EventId, visitor: CurrentVisitor) -> Response:
        return await _withdraw(deps, visitor, event_id_of(event_id))

    @router.post(f"{EVENT}/copies")
    async def copy_event(event_id: EventId, visitor: CurrentVisitor) -> Response:
        return await _copy(deps, visitor, event_id_of(event_id))

    @router.post(f"{EVENT}/series")
    async def repeat_event(event_id: EventId, visitor: CurrentVisitor) -> Response:
        return await _repeat(deps, visitor, event_id_of(event_id))


async def _change(deps: Deps, visitor: Visitor, event_id: str) -> Response:
    wanted, form = filled(visitor, EventForm)
    if wanted is None:
        return await _again(deps, visitor, event_id, details=form)
    try:
        key = key_of(visitor, f"POST {visitor.path}", wanted)
        values = wanted_of(wanted, visitor.language)
        await event.change(deps, event_id, values, key, lambda whole: as_it_is(deps, whole))
    except Refusal as refusal:
        return await _again(deps, visitor, event_id, details=refused(form, refusal, visitor))
    return moved(visitor, SETTINGS.format(event_id=event_id))


async def _publish(deps: Deps, visitor: Visitor, event_id: str) -> Response:
    def told(whole: WholeEvent, was_draft: bool) -> Answered:  # noqa: FBT001 - as `publish` tells it
        return made(deps, whole) if was_draft else as_it_is(deps, whole)

    try:
        await publication.publish(deps, event_id, key_of(visitor, f"POST {visitor.path}", ""), told)
    except Refusal as refusal:
        return await _again(deps, visitor, event_id, state=refused(empty(), refusal, visitor))
    return moved(visitor, SETTINGS.format(event_id=event_id))


async def _withdraw(deps: Deps, visitor: Visitor, event_id: str) -> Response:
    try:
        key = key_of(visitor, f"POST {visitor.path}", "")
        await publication.withdraw(deps, event_id, key, lambda whole: as_it_is(deps, whole))
    except Refusal as refusal:
        return await _again(deps, visitor, event_id, state=refused(empty(), refusal, visitor))
    return moved(visitor, SETTINGS.format(event_id=event_id))


async def _copy(deps: Deps, visitor: Visitor, event_id: str) -> Response:
    wanted, form = filled(visitor, CopyForm)
    if wanted is None:
        return await _again(deps, visitor, event_id, copy=form)
    try:
        require_unlimited(visitor.call.caller)
        zone = (await event.details(deps, event_id, drafts=True)).details.time_zone
        key = key_of(visitor, f"POST {visitor.path}", wanted)
        date = moment_in(wanted.date, zone, "date")
        answered = await series.copy(deps, event_id, date, wanted.name, key, lambda whole: made(deps, whole))
    except Refusal as refusal:
        return await _again(deps, visitor, event_id, copy=refused(form, refusal, visitor))
    return moved(visitor, f"/console/events/{answered.body['id']}/settings?new=true")


async def _repeat(deps: Deps, visitor: Visitor, event_id: str) -> Response:
    wanted, form = filled(visitor, SeriesForm)
    if wanted is None:
        return await _again(deps, visitor, event_id, series=form)

    def told(series_id: str, events: list[Event]) -> Answered:
        return Answered(201, [event_fields(one) for one in events], location=f"/series/{series_id}")

    try:
        require_unlimited(visitor.call.caller)
        await series.repeat(deps, event_id, wanted.whole_rule(), key_of(visitor, f"POST {visitor.path}", wanted), told)
    except Refusal as refusal:
        return await _again(deps, visitor, event_id, series=refused(form, refusal, visitor))
    return moved(visitor, SETTINGS.format(event_id=event_id) + "#series")


async def _again(deps: Deps, visitor: Visitor, event_id: str, **shown: Form) -> Response:
    """The page once more with one of its forms as it was sent, and what is wrong with it."""
    whole = await event.details(deps, event_id, drafts=True)
    return _page(deps, visitor, whole, Forms(typed(whole))._replace(**shown), status=422)


def _page(
    deps: Deps, visitor: Visitor, whole: WholeEvent, forms: Forms, *, status: int = 200, is_new: bool = False
) -> Response:
    shown: dict[str, Any] = {
        "path": EVENT.format(event_id=whole.event.id),
        "shop_path": f"/shop/events/{whole.event.id}",
        "whole": whole,
        "event": whole.event,
        "zone": whole.details.time_zone,
        "state": state_at(whole, deps.clock()),
        "forms": forms,
        "zones": zone_names(),
        "is_new": is_new,
    }
    found = navigation.of_event(visitor, whole.event.id)
    return page(visitor, "console/event_settings.html", status=status, navigation=found, **shown)
