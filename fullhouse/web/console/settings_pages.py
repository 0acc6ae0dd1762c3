"""The settings of an organizer in the console: its name, its mails, and how it looks."""

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BeforeValidator, Field

from fullhouse.actions import organizer, wording
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.mail import MailSettings
from fullhouse.rules.organizer import Language, Organizer
from fullhouse.rules.refusals import Refusal
from fullhouse.web.api.basket_shapes import MailAddress
from fullhouse.web.api.event_shapes import Description
from fullhouse.web.api.image_shapes import image_fields
from fullhouse.web.api.organizer_shapes import Colour, EmbedOrigins, Website, organizer_fields
from fullhouse.web.api.shapes import Line
from fullhouse.web.console import navigation
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.pages.forms import Form, FormModel, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

PATH = "/console/organizers/{organizer_id}/settings"

Origins = Annotated[EmbedOrigins, BeforeValidator(lambda typed: " ".join(typed).split())]


class SettingsForm(FormModel):
    """What an owner says of the organizer. The sites come one a line, and count only if not all are allowed."""

    name: Line
    language: Language
    reply_to: MailAddress | None = None
    reminder_hours: int | None = Field(default=None, ge=1, le=720)
    has_colour: bool = False
    colour: Colour | None = None
    website: Website | None = None
    description: Description = ""
    is_embedded_anywhere: bool = False
    embed_origins: Origins = Field(default=[])


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get(PATH)
    async def show_settings(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await _shown(deps, visitor, organizer_id_of(organizer_id), None)

    @router.post(PATH)
    async def change_settings(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await _change(deps, visitor, organizer_id_of(organizer_id))


async def _change(deps: Deps, visitor: Visitor, organizer_id: str) -> Response:
    wanted, form = filled(visitor, SettingsForm)
    if wanted is None:
        return await _shown(deps, visitor, organizer_id, form)
    given = {
        "name": wanted.name,
        "language": wanted.language,
        "reply_to": wanted.reply_to,
        "colour": wanted.colour if wanted.has_colour else None,
        "website": wanted.website,
        "description": wanted.description.replace("\r\n", "\n"),
        "embed_origins": None if wanted.is_embedded_anywhere else tuple(wanted.embed_origins),
    }
    mails = MailSettings(wanted.language, wanted.reply_to, wanted.reminder_hours)
    path = PATH.format(organizer_id=organizer_id)
    try:
        # Two writes, each with its own key: sent again, the form does what is left of them.
        await organizer.change(deps, organizer_id, given, key_of(visitor, f"POST {path}", wanted), _changed)
        await wording.change_settings(
            deps, organizer_id, mails, key_of(visitor, f"POST {path} mails", wanted), _written
        )
    except Refusal as refusal:
        return await _shown(deps, visitor, organizer_id, refused(form, refusal, visitor))
    return moved(visitor, f"{path}?saved=yes")


def _changed(one: Organizer) -> Answered:
    return Answered(200, organizer_fields(one))


def _written(settings: MailSettings) -> Answered:
    return Answered(200, settings._asdict())


async def _shown(deps: Deps, visitor: Visitor, organizer_id: str, form: Form | None) -> Response:
    async with deps.reading() as conn:
        house = await organizer.find(conn, organizer_id)
    if form is None:
        form = _as_it_is(house, await wording.settings(deps, organizer_id))
    return page(
        visitor,
        "console/settings.html",
        status=status_of_again(form),
        navigation=navigation.of_organizer(visitor, organizer_id),
        house=house,
        form=form,
        logo=image_fields(house.logo),
        logo_path=f"/console/organizers/{organizer_id}/logo",
        is_saved=("saved", "yes") in visitor.query_pairs() and not form.faults,
    )


def _as_it_is(house: Organizer, mails: MailSettings) -> Form:
    return empty(
        name=house.name,
        language=house.language,
        reply_to=house.reply_to,
        reminder_hours=mails.reminder_hours,
        has_colour="true" if house.colour else None,
        colour=house.colour or "#8a1c3b",
        website=house.website,
        description=house.description,
        is_embedded_anywhere="true" if house.embed_origins is None else None,
        embed_origins="\n".join(house.embed_origins or ()),
    )
