"""The routes of mails, with their description: the log, settings, wordings, messages and unsubscribing."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response, Security
from fastapi.responses import HTMLResponse

from fullhouse.actions.deps import Deps
from fullhouse.rules.mail import Language, MailKind, MailState
from fullhouse.rules.wording import WordedKind
from fullhouse.web import unsubscribing
from fullhouse.web.api import mails, messages, wordings
from fullhouse.web.api.documents import IN_DOUBT, KEYED, MANAGEMENT, NEXT_LINK, body_of, deleting, made, problems
from fullhouse.web.api.mail_shapes import (
    AudienceShape,
    MailSettingsShape,
    MailShape,
    MessageRequest,
    MessageShape,
    RenderedShape,
    ShownMailShape,
    UnsubscribedShape,
    WordingRequest,
    WordingShape,
    WordingTestRequest,
    WordingTestShape,
)
from fullhouse.web.api.parameters import CurrentCall, Cursor, EventId
from fullhouse.web.api.routes import API_KEY
from fullhouse.web.pages.visitor import CurrentVisitor
from fullhouse.web.respond import response_of

OrganizerId = Annotated[str, Path(description="The organizer's id.")]
MailId = Annotated[str, Path(description="The mail's id.")]
MessageId = Annotated[str, Path(description="The message's id.")]
Token = Annotated[str, Path(description="From the link in the mail.")]
Kind = Annotated[WordedKind, Path(description="The kind of mail.")]
InLanguage = Annotated[Language, Path(description="The mail's language.")]
Limit = Annotated[int, Query(ge=1, le=200, description="Mails on a page.")]
ListedState = Annotated[MailState | None, Query(description="Only those in this state.")]
ListedKind = Annotated[MailKind | None, Query(description="Only those of this kind.")]
OfBooking = Annotated[str | None, Query(max_length=100, description="Only those about the booking with this id.")]

MAILS = "/organizers/{organizer_id}/mails"
SETTINGS = "/organizers/{organizer_id}/mail-settings"
WORDING = "/organizers/{organizer_id}/wording/{kind}/{language}"
MESSAGES = "/events/{event_id}/messages"
OF_ORGANIZER = ("organizer_not_found", *MANAGEMENT)
WRITES = (*OF_ORGANIZER, *IN_DOUBT)


def build(deps: Deps, *, is_open: bool) -> APIRouter:
    """All calls on mails. In the open playground none of them asks for a key, and the document says so."""
    router = APIRouter()
    key = [] if is_open else [Security(API_KEY)]
    for add in (_add_log, _add_settings, _add_wording, _add_trying, _add_messages):
        add(router, deps, {"tags": ["mails"], "dependencies": key})
    _add_unsubscribing(router, deps)
    return router


def _add_log(router: APIRouter, deps: Deps, shared: dict[str, Any]) -> None:
    @router.get(
        MAILS,
        **shared,
        response_model=list[MailShape],
        responses={200: {"headers": NEXT_LINK}, **problems("booking_not_found", *OF_ORGANIZER)},
    )
    async def list_mails(
        organizer_id: OrganizerId,
        state: ListedState = None,
        kind: ListedKind = None,
        booking: OfBooking = None,
        limit: Limit = 50,
        cursor: Cursor = None,
    ) -> Response:
        """List the mails of an organizer, the newest first. Needs an API key, except in the open playground."""
        return response_of(await mails.index(deps, organizer_id, (state, kind, booking), limit, cursor))

    @router.get(
        MAILS + "/{mail_id}",
        **shared,
        response_model=ShownMailShape,
        responses=problems("mail_not_found", *OF_ORGANIZER),
    )
    async def show_mail(organizer_id: OrganizerId, mail_id: MailId) -> Response:
        """Show a mail with what it says. Needs an API key, except in the open playground."""
        return response_of(await mails.show(deps, organizer_id, mail_id))

    @router.post(
        MAILS + "/{mail_id}/repetition",
        **shared,
        status_code=201,
        response_model=MailShape,
        responses={**made(MailShape), **problems("mail_not_found", "mail_not_repeatable", *WRITES)},
        openapi_extra=KEYED,
    )
    async def repeat_mail(organizer_id: OrganizerId, mail_id: MailId, call: CurrentCall) -> Response:
        """Send a mail again, as a new one. Needs an API key, except in the open playground."""
        return response_of(await mails.repeat(deps, call, organizer_id, mail_id))


def _add_settings(router: APIRouter, deps: Deps, shared: dict[str, Any]) -> None:
    @router.get(SETTINGS, **shared, response_model=MailSettingsShape, responses=problems(*OF_ORGANIZER))
    async def show_mail_settings(organizer_id: OrganizerId) -> Response:
        """Show what holds for all mails of an organizer. Needs an API key, except in the open playground."""
        return response_of(await mails.show_settings(deps, organizer_id))

    @router.put(SETTINGS, **shared, **_writing(MailSettingsShape, MailSettingsShape))
    async def change_mail_settings(organizer_id: OrganizerId, call: CurrentCall) -> Response:
        """Say what holds for all mails of an organizer. Needs an API key, except in the open playground."""
        return response_of(await mails.change_settings(deps, call, organizer_id))


def _add_wording(router: APIRouter, deps: Deps, shared: dict[str, Any]) -> None:
    @router.get(WORDING, **shared, response_model=WordingShape, responses=problems(*OF_ORGANIZER))
    async def show_wording(organizer_id: OrganizerId, kind: Kind, language: InLanguage) -> Response:
        """Show an organizer's wording of a kind of mail. Needs an API key, except in the open playground."""
        return response_of(await wordings.show(deps, organizer_id, kind, language))

    @router.put(WORDING, **shared, **_writing(WordingRequest, WordingShape))
    async def change_wording(
        organizer_id: OrganizerId, kind: Kind, language: InLanguage, call: CurrentCall
    ) -> Response:
        """Word a kind of mail: its subject and how it opens. Needs an API key, except in the open playground.

        It may name what there is and ask whether it is there, and nothing else. A fault is refused with its `line`.
        """
        return response_of(await wordings.change(deps, call, organizer_id, kind, language))

    @router.delete(WORDING, **shared, **_deleting())
    async def delete_wording(
        organizer_id: OrganizerId, kind: Kind, language: InLanguage, call: CurrentCall
    ) -> Response:
        """Let a kind of mail be worded as it is by itself. Needs an API key, except in the open playground."""
        return response_of(await wordings.delete(deps, call, organizer_id, kind, language))


def _add_trying(router: APIRouter, deps: Deps, shared: dict[str, Any]) -> None:
    @router.post(
        WORDING + "/preview",
        **shared,
        response_model=RenderedShape,
        responses=problems(*OF_ORGANIZER, body=True),
        openapi_extra={"requestBody": body_of(WordingRequest)},
    )
    async def preview_wording(
        organizer_id: OrganizerId, kind: Kind, language: InLanguage, call: CurrentCall
    ) -> Response:
        """Show a mail with this wording about a made-up booking; nothing is written, and nothing is sent."""
        return response_of(await wordings.preview(deps, call, organizer_id, kind, language))

    @router.post(WORDING + "/test", **shared, **{**_writing(WordingTestRequest, WordingTestShape), "status_code": 202})
    async def test_wording(organizer_id: OrganizerId, kind: Kind, language: InLanguage, call: CurrentCall) -> Response:
        """Send somebody a mail of this kind about a made-up booking, as it is worded now."""
        return response_of(await wordings.send_test(deps, call, organizer_id, kind, language))


def _add_messages(router: APIRouter, deps: Deps, shared: dict[str, Any]) -> None:
    refusals = ("event_not_found", *MANAGEMENT)

    @router.post(
        MESSAGES,
        **shared,
        status_code=201,
        response_model=MessageShape,
        responses={
            200: {"description": f"With `dry_run`: {AudienceShape.__doc__}", "model": AudienceShape},
            **made(MessageShape),
            **problems("ticket_type_not_found", *refusals, *IN_DOUBT, body=True),
        },
        openapi_extra={**KEYED, "requestBody": body_of(MessageRequest)},
    )
    async def send_message(event_id: EventId, call: CurrentCall) -> Response:
        """Write to all buyers who have valid tickets, each address once, at a rate. Ask with `dry_run` first.

        Who has unsubscribed from the organizer's messages gets none.
        """
        return response_of(await messages.create(deps, call, event_id))

    @router.get(MESSAGES, **shared, response_model=list[MessageShape], responses=problems(*refusals))
    async def list_messages(event_id: EventId) -> Response:
        """List the latest hundred messages to the buyers of an event, the newest first, with how far they have come."""
        return response_of(await messages.index(deps, event_id))

    @router.get(
        MESSAGES + "/{message_id}",
        **shared,
        response_model=MessageShape,
        responses=problems("mail_not_found", *refusals),
    )
    async def show_message(event_id: EventId, message_id: MessageId) -> Response:
        """Show a message to the buyers of an event, with how far it has come."""
        return response_of(await messages.show(deps, event_id, message_id))


def _add_unsubscribing(router: APIRouter, deps: Deps) -> None:
    @router.get(
        "/unsubscriptions/{token}",
        tags=["mails"],
        response_class=HTMLResponse,
        responses=problems("mail_not_found"),
    )
    async def ask_whether_to_unsubscribe(token: Token, visitor: CurrentVisitor) -> Response:
        """Ask a person who has opened the link in a mail. That alone changes nothing."""
        return unsubscribing.ask(visitor, token)

    @router.post(
        "/unsubscriptions/{token}",
        tags=["mails"],
        response_model=UnsubscribedShape,
        responses=problems("mail_not_found", "outcome_unknown"),
    )
    async def unsubscribe(token: Token, visitor: CurrentVisitor) -> Response:
        """Get no more messages and reminders of an organizer. Whoever has the link may do it, also again."""
        return await unsubscribing.stop(deps, visitor, token)


def _writing(request: Any, shape: Any) -> dict[str, Any]:  # noqa: ANN401 - classes of shapes
    return {
        "response_model": shape,
        "responses": problems(*WRITES, body=True),
        "openapi_extra": {**KEYED, "requestBody": body_of(request)},
    }


def _deleting() -> dict[str, Any]:
    described = deleting(*OF_ORGANIZER)
    return {**described, "responses": problems(*WRITES)}
