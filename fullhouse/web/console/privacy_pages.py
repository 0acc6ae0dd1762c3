"""Privacy: everything about a person, as a file; erasing a person, first as a dry run; how long names are kept.

Mail addresses go in forms that are posted, so that they are in no address, and in no log of one.
"""

import json
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from fullhouse.actions import privacy
from fullhouse.actions.deps import Deps
from fullhouse.actions.privacy import Erasure, Known
from fullhouse.rules.answer import Answered
from fullhouse.rules.privacy import RETENTION_DAYS_MIN
from fullhouse.rules.reference import reference_of
from fullhouse.web.api.booking_list_shapes import SoughtAddress
from fullhouse.web.api.privacy_shapes import erasure_fields, person_fields
from fullhouse.web.console.house import house_page
from fullhouse.web.gate import organizer_id_of
from fullhouse.web.pages.forms import Form, FormModel, empty, filled, key_of, status_of_again
from fullhouse.web.pages.page import NOT_STORED, moved
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

PRIVACY = "/console/organizers/{organizer_id}/privacy"
DAYS_MAX = 36_500


class PersonForm(FormModel):
    """Whose data it is about."""

    email: SoughtAddress


class RetentionForm(FormModel):
    """How many days after an event names are removed; nothing keeps them."""

    days: Annotated[int | None, Field(ge=RETENTION_DAYS_MIN, le=DAYS_MAX)] = None


def add(router: APIRouter, deps: Deps) -> None:
    """Add the page and its forms."""

    @router.get(PRIVACY)
    async def show_privacy(
        organizer_id: str, visitor: CurrentVisitor, days: Annotated[str, Query(max_length=10)] = ""
    ) -> Response:
        return await _shown(deps, visitor, organizer_id_of(organizer_id), tried=_days(days))

    @router.post(f"{PRIVACY}/people")
    async def look_up(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await _look_up(deps, visitor, organizer_id_of(organizer_id))

    @router.post(f"{PRIVACY}/people/file")
    async def download(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await _download(deps, visitor, organizer_id_of(organizer_id))

    @router.post(f"{PRIVACY}/erasures/rehearsal")
    async def rehearse_erasure(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await _rehearse(deps, visitor, organizer_id_of(organizer_id))

    @router.post(f"{PRIVACY}/erasures")
    async def erase(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await _erase(deps, visitor, organizer_id_of(organizer_id))

    @router.post(f"{PRIVACY}/retention")
    async def change_retention(organizer_id: str, visitor: CurrentVisitor) -> Response:
        return await _keep_for(deps, visitor, organizer_id_of(organizer_id))


async def _shown(
    deps: Deps,
    visitor: Visitor,
    organizer_id: str,
    form: Form | None = None,
    *,
    known: Known | None = None,
    erasure: Erasure | None = None,
    is_erased: bool = False,
    tried: int | None = None,
) -> Response:
    """The page; `known` or `erasure` is about the person in the form, `tried` are days to try instead of those set."""
    form = form or empty()
    days = await privacy.days_kept(deps, organizer_id)
    if "days" not in form.typed:
        form = form._replace(typed={**form.typed, "days": [str(tried or days or "")]})
    return await house_page(
        *(deps, visitor, organizer_id, "console/privacy.html"),
        status=status_of_again(form),
        path=PRIVACY.format(organizer_id=organizer_id),
        form=form,
        known=known,
        erasure=erasure,
        is_erased=is_erased,
        reference_of=reference_of,
        days=days,
        tried=tried,
        events=await privacy.preview_retention(deps, organizer_id, tried),
    )


async def _look_up(deps: Deps, visitor: Visitor, organizer_id: str) -> Response:
    wanted, form = filled(visitor, PersonForm)
    if wanted is None:
        return await _shown(deps, visitor, organizer_id, form)
    return await _shown(deps, visitor, organizer_id, form, known=await privacy.about(deps, organizer_id, wanted.email))


async def _download(deps: Deps, visitor: Visitor, organizer_id: str) -> Response:
    wanted, form = filled(visitor, PersonForm)
    if wanted is None:
        return await _shown(deps, visitor, organizer_id, form)
    told = json.dumps(
        person_fields(await privacy.about(deps, organizer_id, wanted.email)), indent=2, ensure_ascii=False
    )
    headers = {"content-disposition": 'attachment; filename="person.json"', "x-content-type-options": "nosniff"}
    headers |= {name.decode(): value.decode() for name, value in (NOT_STORED,)}
    return Response(told, media_type="application/json", headers=headers)


async def _rehearse(deps: Deps, visitor: Visitor, organizer_id: str) -> Response:
    wanted, form = filled(visitor, PersonForm)
    if wanted is None:
        return await _shown(deps, visitor, organizer_id, form)
    erasure = await privacy.preview_erasure(deps, organizer_id, wanted.email)
    return await _shown(deps, visitor, organizer_id, form, erasure=erasure)


async def _erase(deps: Deps, visitor: Visitor, organizer_id: str) -> Response:
    wanted, form = filled(visitor, PersonForm)
    if wanted is None:
        return await _shown(deps, visitor, organizer_id, form)
    done: list[Erasure] = []

    def told(erasure: Erasure) -> Answered:
        done.append(erasure)
        return Answered(200, erasure_fields(erasure, dry_run=False))

    await privacy.erase(deps, organizer_id, wanted.email, key_of(visitor, f"POST {visitor.path}", wanted), told)
    if not done:
        # A reload: it was done, and was told.
        return moved(visitor, PRIVACY.format(organizer_id=organizer_id))
    return await _shown(deps, visitor, organizer_id, empty(), erasure=done[-1], is_erased=True)


async def _keep_for(deps: Deps, visitor: Visitor, organizer_id: str) -> Response:
    wanted, form = filled(visitor, RetentionForm)
    if wanted is None:
        return await _shown(deps, visitor, organizer_id, form)
    key = key_of(visitor, f"POST {visitor.path}", wanted)
    await privacy.keep_for(deps, organizer_id, wanted.days, key, lambda days: Answered(200, {"days": days}))
    return moved(visitor, PRIVACY.format(organizer_id=organizer_id))


def _days(text: str) -> int | None:
    """Days to try; None for what is no such number."""
    if not (text.isascii() and text.isdecimal()):
        return None
    return int(text) if RETENTION_DAYS_MIN <= int(text) <= DAYS_MAX else None
