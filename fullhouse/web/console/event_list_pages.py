"""The events of an organizer, and a new one in one page."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from fullhouse.actions import event, event_list
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.event import Event, EventDetails, EventDraft, state_at
from fullhouse.rules.refusals import Refusal
from fullhouse.rules.time_zone import zone_names
from fullhouse.store.event_list import EventsWanted
from fullhouse.web.api.event_shapes import Currency, Description, TimeZone
from fullhouse.web.api.parameters import OrganizerId
from fullhouse.web.api.shapes import Line, event_fields, has_control_characters
from fullhouse.web.console import navigation
from fullhouse.web.console.local_times import Amount, LocalMoment, minor_in, moment_in
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.pages.forms import Form, FormModel, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

EVENTS = "/console/organizers/{organizer_id}/events"
PAGE_SIZE = 50
PAGES_MAX = 1_000

Search = Annotated[str, Query(max_length=200)]
PageNumber = Annotated[int, Query(ge=1, le=PAGES_MAX)]
When = Annotated[Literal["coming", "past"], Query()]


class NewEventForm(FormModel):
    """What an event can't be without, and what is asked for most often beside it."""

    name: Line
    date: LocalMoment
    venue: Line
    total_seats: int = Field(ge=1, le=1_000_000)
    price: Amount = ""
    currency: Currency = "EUR"
    time_zone: TimeZone = "UTC"
    description: Description = ""
    state: Literal["draft", "published"] = "published"


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get(EVENTS)
    async def list_events(
        organizer_id: OrganizerId,
        visitor: CurrentVisitor,
        q: Search = "",
        when: When = "coming",
        number: PageNumber = 1,
    ) -> Response:
        return await _list(deps, visitor, organizer_id_of(organizer_id), q, when, number)

    @router.get(f"{EVENTS}/new")
    async def begin_event(organizer_id: OrganizerId, visitor: CurrentVisitor) -> Response:
        organizer_id = organizer_id_of(organizer_id)
        begun = await event_list.beginning(deps, organizer_id)
        return _new(visitor, organizer_id, empty(**begun._asdict()))

    @router.post(f"{EVENTS}/new")
    async def make_event(organizer_id: OrganizerId, visitor: CurrentVisitor) -> Response:
        return await _make(deps, visitor, organizer_id_of(organizer_id))


async def _list(deps: Deps, visitor: Visitor, organizer_id: str, q: str, when: str, number: int) -> Response:
    text = None if not q.strip() or has_control_characters(q) else q.strip()
    caller = visitor.call.caller
    wanted = EventsWanted(organizer_id, when == "past", text, caller.event_ids)
    found = await event_list.page(deps, wanted, (number - 1) * PAGE_SIZE, PAGE_SIZE)
    now = deps.clock()
    return page(
        visitor,
        "console/events.html",
        navigation=navigation.of_organizer(visitor, organizer_id),
        path=EVENTS.format(organizer_id=organizer_id),
        rows=[(one, state_at(one, now)) for one in found.events],
        is_more=found.is_more,
        may_manage=caller.may("manage"),
        form=empty(q=q),
        when=when,
        number=number,
    )


async def _make(deps: Deps, visitor: Visitor, organizer_id: str) -> Response:
    wanted, form = filled(visitor, NewEventForm)
    if wanted is None:
        return _new(visitor, organizer_id, form)
    try:
        price_minor = minor_in(wanted.price, wanted.currency, "price", visitor.language)
        starts_at = moment_in(wanted.date, wanted.time_zone, "date")
        draft = EventDraft(wanted.name, starts_at, wanted.venue, wanted.total_seats)
        details = EventDetails(wanted.description, time_zone=wanted.time_zone, currency=wanted.currency)
        key = key_of(visitor, f"POST {EVENTS.format(organizer_id=organizer_id)}/new", wanted)
        made = await event.create(deps, draft, key, _told, details, wanted.state, organizer_id, price_minor)
    except Refusal as refusal:
        return _new(visitor, organizer_id, refused(form, refusal, visitor))
    return moved(visitor, f"/console/events/{made.body['id']}/settings?new=true")


def _told(made: Event) -> Answered:
    return Answered(201, event_fields(made), location=f"/events/{made.id}")


def _new(visitor: Visitor, organizer_id: str, form: Form) -> Response:
    return page(
        visitor,
        "console/new_event.html",
        status=status_of_again(form),
        navigation=navigation.of_organizer(visitor, organizer_id),
        path=EVENTS.format(organizer_id=organizer_id),
        form=form,
        zones=zone_names(),
    )
