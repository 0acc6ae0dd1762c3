"""The log of an organizer's mails, one mail as it is read, and sending it again.

A mail is shown as its text. Its HTML is styled in its elements, as mail programs need it, which the policy of our pages
forbids; to show it, a frame would have to be let style inline, for nothing that the text does not say.
"""

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from fullhouse.actions import mail_log
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.mail import LoggedMail, MailKind, MailState
from fullhouse.rules.mail_refusals import MailNotFound
from fullhouse.rules.refusals import Refusal
from fullhouse.store import mail as stored
from fullhouse.web.api.ids import id_of
from fullhouse.web.api.mail_shapes import mail_fields
from fullhouse.web.api.shapes import uuid_or_none
from fullhouse.web.console.house import CURSOR_LENGTH_MAX, house_page, key_of_button
from fullhouse.web.console.mail_kinds import KIND_NAMES, STATE_NAMES
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.pages.forms import Form, empty, refused, status_of_again
from fullhouse.web.pages.page import moved
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

MAILS = "/console/organizers/{organizer_id}/mails"
MAIL = f"{MAILS}/{{mail_id}}"
MAILS_A_PAGE = 50

FromList = Annotated[str, Query(max_length=CURSOR_LENGTH_MAX)]


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages and their form."""

    @router.get(MAILS)
    async def show_mails(
        organizer_id: str,
        visitor: CurrentVisitor,
        state: FromList = "",
        kind: FromList = "",
        booking: FromList = "",
        before: FromList = "",
    ) -> Response:
        chosen = {"state": state, "kind": kind, "booking": booking}
        return await _listed(deps, visitor, organizer_id_of(organizer_id), chosen, uuid_or_none(before))

    @router.get(MAIL)
    async def show_mail(organizer_id: str, mail_id: str, visitor: CurrentVisitor) -> Response:
        return await _shown(deps, visitor, organizer_id_of(organizer_id), _id(mail_id), empty())

    @router.post(f"{MAIL}/repetition")
    async def repeat_mail(organizer_id: str, mail_id: str, visitor: CurrentVisitor) -> Response:
        return await _repeat(deps, visitor, organizer_id_of(organizer_id), _id(mail_id))


async def _listed(
    deps: Deps, visitor: Visitor, organizer_id: str, typed: dict[str, str], before: str | None
) -> Response:
    """The newest mails first. A filter's form sends empty fields too, so what is no value of one filters nothing."""
    state: MailState | None = _one_of(typed["state"], STATE_NAMES)
    kind: MailKind | None = _one_of(typed["kind"], KIND_NAMES)
    booking_id = uuid_or_none(typed["booking"])
    async with deps.reading() as conn:
        found = await stored.page(conn, organizer_id, (state, kind, booking_id), before, MAILS_A_PAGE + 1)
    path = MAILS.format(organizer_id=organizer_id)
    chosen = {"state": state, "kind": kind, "booking": booking_id}
    given = {name: value for name, value in chosen.items() if value}
    next_path = None
    if len(found) > MAILS_A_PAGE:
        next_path = f"{path}?{urlencode({**given, 'before': found[MAILS_A_PAGE - 1].mail.id})}"
    return await house_page(
        *(deps, visitor, organizer_id, "console/mails.html"),
        mails=found[:MAILS_A_PAGE],
        path=path,
        next_path=next_path,
        form=empty(**chosen),
        is_filtered=bool(given),
        kind_names=KIND_NAMES,
        state_names=STATE_NAMES,
    )


async def _shown(deps: Deps, visitor: Visitor, organizer_id: str, mail_id: str, form: Form) -> Response:
    found, rendered = await mail_log.show(deps, organizer_id, mail_id)
    return await house_page(
        *(deps, visitor, organizer_id, "console/mail.html"),
        status=status_of_again(form),
        logged=found,
        rendered=rendered,
        path=MAILS.format(organizer_id=organizer_id),
        form=form,
        kind_names=KIND_NAMES,
        state_names=STATE_NAMES,
    )


async def _repeat(deps: Deps, visitor: Visitor, organizer_id: str, mail_id: str) -> Response:
    def told(one: LoggedMail) -> Answered:
        return Answered(201, mail_fields(one))

    try:
        answered = await mail_log.repeat(deps, organizer_id, mail_id, key_of_button(visitor), told)
    except MailNotFound:
        raise
    except Refusal as refusal:
        return await _shown(deps, visitor, organizer_id, mail_id, refused(empty(), refusal, visitor))
    return moved(visitor, f"{MAILS.format(organizer_id=organizer_id)}/{answered.body['id']}")


def _one_of(text: str, names: dict[Any, str]) -> Any:  # noqa: ANN401 - a key of the names
    return text if text in names else None


def _id(text: str) -> str:
    return id_of(text, MailNotFound("There is no such mail."))
