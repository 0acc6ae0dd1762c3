"""How mails are worded: by kind and language, with a preview and a test; and what holds for all mails."""

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from fullhouse.actions import wording
from fullhouse.actions.deps import Deps
from fullhouse.printing.mail import Rendered
from fullhouse.rules.answer import Answered
from fullhouse.rules.mail import Language
from fullhouse.rules.refusals import Refusal
from fullhouse.rules.wording import PLACEHOLDERS, WORDED, WordedKind, Wording
from fullhouse.web.api.basket_shapes import MailAddress
from fullhouse.web.api.mail_shapes import Subject, wording_fields
from fullhouse.web.console.house import house_page, key_of_button
from fullhouse.web.console.mail_kinds import KIND_NAMES, LANGUAGE_NAMES, TypedParagraphs
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.pages.forms import Form, FormModel, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.page import moved
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

WORDINGS = "/console/organizers/{organizer_id}/mails/wording"
WORDING = f"{WORDINGS}/{{kind}}/{{language}}"


def _named(organizer_id: str, kind: WordedKind, language: Language) -> Wording:
    return Wording(organizer_id_of(organizer_id), kind, language, None, None)


Named = Annotated[Wording, Depends(_named)]
"""The wording that an address is about, as long as nothing is said in it."""


class WordingForm(FormModel):
    """An own subject and an own opening; what is empty stays as it is by itself."""

    subject: Subject | None = None
    opening: TypedParagraphs | None = None


class TestForm(FormModel):
    """Whom to send the example to."""

    email: MailAddress


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages and their forms."""

    @router.get(WORDINGS)
    async def show_wordings(organizer_id: str, visitor: CurrentVisitor) -> Response:
        canonical = organizer_id_of(organizer_id)
        return await house_page(
            *(deps, visitor, canonical, "console/wordings.html"),
            path=WORDINGS.format(organizer_id=canonical),
            kinds={kind: KIND_NAMES[kind] for kind in WORDED},
            languages_of_mails=LANGUAGE_NAMES,
        )

    @router.get(WORDING)
    async def show_wording(of: Named, visitor: CurrentVisitor) -> Response:
        found = await wording.find(deps, of.organizer_id, of.kind, of.language)
        return await _shown(deps, visitor, found, _form_of(found))

    @router.post(WORDING)
    async def change_wording(of: Named, visitor: CurrentVisitor) -> Response:
        return await _change(deps, visitor, of)

    @router.post(f"{WORDING}/preview")
    async def preview_wording(of: Named, visitor: CurrentVisitor) -> Response:
        return await _preview(deps, visitor, of)

    @router.post(f"{WORDING}/test")
    async def test_wording(of: Named, visitor: CurrentVisitor) -> Response:
        return await _test(deps, visitor, of)

    @router.post(f"{WORDING}/removal")
    async def forget_wording(of: Named, visitor: CurrentVisitor) -> Response:
        await wording.forget(deps, of.organizer_id, of.kind, of.language, key_of_button(visitor))
        return moved(visitor, _path(of))


async def _shown(
    deps: Deps,
    visitor: Visitor,
    of: Wording,
    form: Form,
    *,
    preview: Rendered | None = None,
    sent_to: str | None = None,
) -> Response:
    return await house_page(
        *(deps, visitor, of.organizer_id, "console/wording.html"),
        status=status_of_again(form),
        path=_path(of),
        kind_name=KIND_NAMES[of.kind],
        language_name=LANGUAGE_NAMES[of.language],
        placeholders=PLACEHOLDERS,
        form=form,
        preview=preview,
        sent_to=sent_to,
    )


async def _change(deps: Deps, visitor: Visitor, of: Wording) -> Response:
    wanted, form = filled(visitor, WordingForm)
    if wanted is None:
        return await _shown(deps, visitor, of, form)
    key = key_of(visitor, f"POST {visitor.path}", wanted)
    worded = of._replace(subject=wanted.subject, opening=wanted.opening)
    try:
        await wording.change(deps, worded, key, lambda one: Answered(200, wording_fields(one)))
    except Refusal as refusal:
        return await _shown(deps, visitor, of, refused(form, refusal, visitor))
    return moved(visitor, _path(of))


async def _preview(deps: Deps, visitor: Visitor, of: Wording) -> Response:
    wanted, form = filled(visitor, WordingForm)
    if wanted is None:
        return await _shown(deps, visitor, of, form)
    worded = of._replace(subject=wanted.subject, opening=wanted.opening)
    try:
        return await _shown(deps, visitor, of, form, preview=await wording.preview(deps, worded))
    except Refusal as refusal:
        return await _shown(deps, visitor, of, refused(form, refusal, visitor))


async def _test(deps: Deps, visitor: Visitor, of: Wording) -> Response:
    wanted, form = filled(visitor, TestForm)
    saved = _form_of(await wording.find(deps, of.organizer_id, of.kind, of.language))
    if wanted is None:
        return await _shown(deps, visitor, of, Form({**saved.typed, **form.typed}, form.faults))
    key = key_of(visitor, f"POST {visitor.path}", wanted)
    await wording.send_test(deps, of.organizer_id, of.kind, of.language, wanted.email, key)
    return await _shown(deps, visitor, of, saved, sent_to=wanted.email)


def _form_of(found: Wording) -> Form:
    return empty(subject=found.subject, opening=found.opening)


def _path(of: Wording) -> str:
    return WORDING.format(organizer_id=of.organizer_id, kind=of.kind, language=of.language)
