"""Messages to the buyers of an event: written, looked at with whom they would reach, sent, and followed."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from fullhouse.actions import event, mailing
from fullhouse.actions.deps import Deps
from fullhouse.actions.mailing import MessageDraft
from fullhouse.printing.mail import Rendered
from fullhouse.rules.answer import Answered
from fullhouse.rules.mailing import PER_MINUTE_MAX, Audience, MailingProgress
from fullhouse.rules.refusals import EventNotFound, Refusal
from fullhouse.rules.wording import PLACEHOLDERS
from fullhouse.store import ticket_type
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.api.mail_shapes import Subject, message_fields
from fullhouse.web.api.shapes import Id
from fullhouse.web.console import navigation
from fullhouse.web.console.mail_kinds import TypedParagraphs
from fullhouse.web.pages.forms import Form, FormModel, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

MESSAGES = "/console/events/{event_id}/messages"
PER_MINUTE = 600


class MessageForm(FormModel):
    """A message to all buyers with tickets of an event, or of one ticket type."""

    subject: Subject
    text: TypedParagraphs
    ticket_type_id: Id | None = None
    per_minute: Annotated[int, Field(ge=1, le=PER_MINUTE_MAX)] = PER_MINUTE

    def draft(self) -> MessageDraft:
        """The same as the action takes it. Raises ValidationFailed for what is no good wording."""
        return MessageDraft(self.subject, self.text, self.ticket_type_id, self.per_minute)


def add(router: APIRouter, deps: Deps) -> None:
    """Add the page and its forms."""

    @router.get(MESSAGES)
    async def show_messages(event_id: str, visitor: CurrentVisitor) -> Response:
        return await _shown(deps, visitor, event_id_of(event_id), empty(per_minute=PER_MINUTE))

    @router.post(MESSAGES)
    async def send_message(event_id: str, visitor: CurrentVisitor) -> Response:
        return await _send(deps, visitor, event_id_of(event_id))

    @router.post(f"{MESSAGES}/rehearsal")
    async def rehearse_message(event_id: str, visitor: CurrentVisitor) -> Response:
        return await _rehearse(deps, visitor, event_id_of(event_id))


async def _shown(
    deps: Deps,
    visitor: Visitor,
    event_id: str,
    form: Form,
    rehearsed: tuple[Audience, Rendered | None] | None = None,
) -> Response:
    found = await event.find(deps, event_id, drafts=True)
    async with deps.reading() as conn:
        types = await ticket_type.everything(conn, event_id)
    return page(
        visitor,
        "console/messages.html",
        status=status_of_again(form),
        navigation=navigation.of_event(visitor, event_id),
        event=found,
        types=[(one.id, one.name) for one in types],
        messages=await mailing.everything(deps, event_id),
        path=MESSAGES.format(event_id=event_id),
        form=form,
        rehearsed=rehearsed,
        placeholders=PLACEHOLDERS,
        may=visitor.call.caller.may,
    )


async def _rehearse(deps: Deps, visitor: Visitor, event_id: str) -> Response:
    wanted, form = filled(visitor, MessageForm)
    if wanted is None:
        return await _shown(deps, visitor, event_id, form)
    try:
        rehearsed = await mailing.rehearse(deps, event_id, wanted.draft())
    except EventNotFound:
        raise
    except Refusal as refusal:
        return await _shown(deps, visitor, event_id, refused(form, refusal, visitor))
    return await _shown(deps, visitor, event_id, form, rehearsed)


async def _send(deps: Deps, visitor: Visitor, event_id: str) -> Response:
    wanted, form = filled(visitor, MessageForm)
    if wanted is None:
        return await _shown(deps, visitor, event_id, form)
    key = key_of(visitor, f"POST {visitor.path}", wanted)
    try:
        await mailing.send(deps, event_id, wanted.draft(), key, _sent)
    except EventNotFound:
        raise
    except Refusal as refusal:
        return await _shown(deps, visitor, event_id, refused(form, refusal, visitor))
    return moved(visitor, MESSAGES.format(event_id=event_id))


def _sent(progress: MailingProgress) -> Answered:
    return Answered(201, message_fields(progress))
