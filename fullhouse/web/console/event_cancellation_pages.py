"""Cancelling a whole event, and how far that has come: the page may be left, and come back to."""

from fastapi import APIRouter, Response
from pydantic import Field

from fullhouse.actions import event, event_cancellation
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.event import WholeEvent, state_at
from fullhouse.rules.event_cancellation import Progress
from fullhouse.rules.refusals import EventNotCancelled, Refusal
from fullhouse.web.api.event_cancellation_shapes import Reason, progress_fields
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.api.parameters import EventId
from fullhouse.web.console import navigation
from fullhouse.web.pages.forms import WHOLE, Form, FormModel, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.language import N_
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

CANCELLATION = "/console/events/{event_id}/cancellation"


class CancellationForm(FormModel):
    """Why the event is cancelled; the yes, which nobody gives by accident; and how many places the page told of.

    Of another number it is told once: while many book, an event could not be cancelled otherwise.
    """

    reason: Reason | None = None
    is_sure: bool = False
    taken: int = Field(ge=0, le=1_000_000)
    is_told_anew: bool = False


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get(CANCELLATION)
    async def show_cancellation(event_id: EventId, visitor: CurrentVisitor) -> Response:
        return await _show(deps, visitor, event_id_of(event_id), empty())

    @router.post(CANCELLATION)
    async def cancel_event(event_id: EventId, visitor: CurrentVisitor) -> Response:
        return await _cancel(deps, visitor, event_id_of(event_id))


async def _cancel(deps: Deps, visitor: Visitor, event_id: str) -> Response:
    wanted, form = filled(visitor, CancellationForm)
    if wanted is not None and not wanted.is_sure:
        words = visitor.language.text(N_("Please say that you are sure: this can't be undone."))
        wanted, form = None, form._replace(faults={"is_sure": words})
    if wanted is None:
        return await _show(deps, visitor, event_id, form)
    if not wanted.is_told_anew and wanted.taken != _taken(await event.details(deps, event_id, drafts=True)):
        words = visitor.language.text(
            N_("Meanwhile it is another number of places. Nothing is done yet: look at it once more.")
        )
        form = form._replace(typed={**form.typed, "is_told_anew": ["true"]}, faults={WHOLE: words})
        return await _show(deps, visitor, event_id, form)
    try:
        key = key_of(visitor, f"POST {visitor.path}", wanted)
        await event_cancellation.begin(deps, event_id, wanted.reason, key, _told)
    except Refusal as refusal:
        return await _show(deps, visitor, event_id, refused(form, refusal, visitor))
    return moved(visitor, CANCELLATION.format(event_id=event_id))


def _told(progress: Progress) -> Answered:
    return Answered(202, progress_fields(progress))


async def _show(deps: Deps, visitor: Visitor, event_id: str, form: Form) -> Response:
    whole = await event.details(deps, event_id, drafts=True)
    progress = await _progress(deps, event_id)
    return page(
        visitor,
        "console/event_cancellation.html",
        status=status_of_again(form),
        navigation=navigation.of_event(visitor, event_id),
        path=f"/console/events/{event_id}",
        form=form,
        event=whole.event,
        state=state_at(whole, deps.clock()),
        zone=whole.details.time_zone,
        taken=_taken(whole),
        progress=progress,
        received_minor=0 if progress is None else sum(one.received_minor for one in progress.payments),
        refunded_minor=0 if progress is None else sum(one.refunded_minor for one in progress.payments),
    )


def _taken(whole: WholeEvent) -> int:
    return whole.event.total_seats - whole.event.available_seats


async def _progress(deps: Deps, event_id: str) -> Progress | None:
    async with deps.reading() as conn:
        try:
            return await event_cancellation.progress(conn, event_id)
        except EventNotCancelled:
            return None
