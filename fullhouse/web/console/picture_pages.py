"""Uploading pictures in the console: the picture of an event, with what it shows, and the logo of an organizer."""

import hashlib
from typing import Any

from fastapi import APIRouter, Response

from fullhouse.actions import event, image, organizer
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.event import WholeEvent
from fullhouse.rules.image import MEDIA_TYPES, Image
from fullhouse.rules.image_refusals import ImageNotValid
from fullhouse.rules.organizer import Organizer
from fullhouse.rules.refusals import Refusal
from fullhouse.web.api.event_shapes import details_fields
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.api.image_shapes import ImageAlt, image_fields
from fullhouse.web.api.organizer_shapes import organizer_fields
from fullhouse.web.console import navigation
from fullhouse.web.console.navigation import Entry
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.pages.forms import Form, FormModel, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.language import N_
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

EVENT_PATH = "/console/events/{event_id}/image"
LOGO_PATH = "/console/organizers/{organizer_id}/logo"

REASONS = {
    "empty": N_("Please choose a picture."),
    "not_a_picture": N_("This is no JPEG, PNG or WebP."),
    "damaged": N_("The picture is damaged or incomplete."),
    "animated": N_("The picture is animated. Choose one that stands still."),
    "too_many_pixels": N_("The picture has too many pixels. Make it smaller first."),
    "too_small": N_("The picture is too small."),
}


class PictureForm(FormModel):
    """What becomes of a picture; the picture itself comes as a file beside it."""

    image_alt: ImageAlt = ""
    remove: bool = False


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get(EVENT_PATH)
    async def show_event_image(event_id: str, visitor: CurrentVisitor) -> Response:
        return await _event_shown(deps, visitor, event_id_of(event_id), None)

    @router.post(EVENT_PATH)
    async def change_event_image(event_id: str, visitor: CurrentVisitor) -> Response:
        return await _change_of_event(deps, visitor, event_id_of(event_id))

    @router.get(LOGO_PATH)
    async def show_logo(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await _logo_shown(deps, visitor, organizer_id_of(organizer_id), empty())

    @router.post(LOGO_PATH)
    async def change_logo(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await _change_logo(deps, visitor, organizer_id_of(organizer_id))


async def _change_of_event(deps: Deps, visitor: Visitor, event_id: str) -> Response:
    wanted, form = filled(visitor, PictureForm)
    if wanted is None:
        return await _event_shown(deps, visitor, event_id, form)
    path, sent = EVENT_PATH.format(event_id=event_id), _picture(visitor)

    def told(whole: WholeEvent) -> Answered:
        return Answered(200, details_fields(whole, deps.clock()))

    try:
        asked = _asked(wanted, sent)
        if sent is not None:
            await image.put_at_event(deps, event_id, sent, key_of(visitor, f"POST {path}", asked), told)
        elif wanted.remove:
            await image.remove_from_event(deps, event_id, key_of(visitor, f"POST {path}", asked), told)
        # Another write, with its own key: sent again, the form does what is left of them.
        if not wanted.remove:
            key = key_of(visitor, f"POST {path} alt", asked)
            await event.change(deps, event_id, {"image_alt": wanted.image_alt}, key, told)
    except Refusal as refusal:
        return await _event_shown(deps, visitor, event_id, _refused(form, refusal, visitor))
    return moved(visitor, path)


async def _change_logo(deps: Deps, visitor: Visitor, organizer_id: str) -> Response:
    wanted, form = filled(visitor, PictureForm)
    if wanted is None:
        return await _logo_shown(deps, visitor, organizer_id, form)
    path, sent = LOGO_PATH.format(organizer_id=organizer_id), _picture(visitor)
    try:
        key = key_of(visitor, f"POST {path}", _asked(wanted, sent))
        if wanted.remove and sent is None:
            await image.remove_logo(deps, organizer_id, key, _logo_told)
        else:
            await image.put_logo(deps, organizer_id, sent or b"", key, _logo_told)
    except Refusal as refusal:
        return await _logo_shown(deps, visitor, organizer_id, _refused(form, refusal, visitor))
    return moved(visitor, path)


def _picture(visitor: Visitor) -> bytes | None:
    """The picture that was chosen, if one was."""
    return next((upload.content for name, upload in visitor.sent.files if name == "picture"), None)


def _asked(wanted: PictureForm, sent: bytes | None) -> str:
    digest = "" if sent is None else hashlib.sha256(sent).hexdigest()
    return f"{wanted.model_dump_json()} {digest}"


def _logo_told(one: Organizer) -> Answered:
    return Answered(200, organizer_fields(one))


def _refused(form: Form, refusal: Refusal, visitor: Visitor) -> Form:
    """The form with a refusal; what is wrong with the picture stands beside it."""
    if not isinstance(refusal, ImageNotValid):
        return refused(form, refusal, visitor)
    return form._replace(faults={"picture": visitor.language.text(REASONS[str(refusal.facts["reason"])])})


async def _event_shown(deps: Deps, visitor: Visitor, event_id: str, form: Form | None) -> Response:
    whole = await event.details(deps, event_id, drafts=True)
    if form is None:
        form = empty(image_alt=whole.details.image_alt)
    entries = navigation.of_event(visitor, event_id)
    return _shown(visitor, entries, whole.image, form, name=whole.event.name, is_logo=False)


async def _logo_shown(deps: Deps, visitor: Visitor, organizer_id: str, form: Form) -> Response:
    async with deps.reading() as conn:
        house = await organizer.find(conn, organizer_id)
    entries = navigation.of_organizer(visitor, organizer_id)
    return _shown(visitor, entries, house.logo, form, name=house.name, is_logo=True)


def _shown(visitor: Visitor, entries: list[Entry], shown: Image | None, form: Form, **about: Any) -> Response:  # noqa: ANN401 - whatever the template shows
    return page(
        visitor,
        "console/picture.html",
        status=status_of_again(form),
        navigation=entries,
        form=form,
        image=image_fields(shown),
        accepted=",".join(MEDIA_TYPES),
        **about,
    )
