"""What an event offers: ticket types and why they are not on sale, pools, fees, promo codes; and the form of each."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from fullhouse.actions import event, explanation, fee
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.event import WholeEvent, state_at
from fullhouse.rules.refusals import Refusal
from fullhouse.store import pool, promo_code, ticket_type
from fullhouse.web.api.ids import event_id_of, id_of
from fullhouse.web.api.offer import changed
from fullhouse.web.api.parameters import EventId
from fullhouse.web.api.shapes import has_control_characters
from fullhouse.web.console import navigation
from fullhouse.web.console.offer_forms import Setting
from fullhouse.web.console.offer_parts import PARTS, Part
from fullhouse.web.pages.forms import Form, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

OFFER = "/console/events/{event_id}/offer"
CODES_SHOWN = 100

After = Annotated[str, Query(max_length=50)]


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get(OFFER)
    async def show_offer(event_id: EventId, visitor: CurrentVisitor, after: After = "") -> Response:
        return await _overview(deps, visitor, event_id_of(event_id), after)

    for part in PARTS:
        _add_part(router, deps, part)


def _add_part(router: APIRouter, deps: Deps, part: Part) -> None:
    new, one = f"{OFFER}/{part.kind}/new", f"{OFFER}/{part.kind}/{{{part.id_name}}}"

    @router.get(new)
    async def begin_part(event_id: EventId, visitor: CurrentVisitor) -> Response:
        return await _form(deps, visitor, part, event_id_of(event_id), None, empty(places=1, tickets_min=1))

    @router.post(new)
    async def make_part(event_id: EventId, visitor: CurrentVisitor) -> Response:
        return await _save(deps, visitor, part, event_id_of(event_id), None)

    @router.get(one)
    async def show_part(event_id: EventId, visitor: CurrentVisitor, request: Request) -> Response:
        return await _form(deps, visitor, part, event_id_of(event_id), _id(part, request), None)

    @router.post(one)
    async def change_part(event_id: EventId, visitor: CurrentVisitor, request: Request) -> Response:
        return await _save(deps, visitor, part, event_id_of(event_id), _id(part, request))

    @router.post(f"{one}/deletion")
    async def delete_part(event_id: EventId, visitor: CurrentVisitor, request: Request) -> Response:
        return await _delete(deps, visitor, part, event_id_of(event_id), _id(part, request))


def _id(part: Part, request: Request) -> str:
    return id_of(request.path_params[part.id_name], part.missing)


async def _overview(deps: Deps, visitor: Visitor, event_id: str, after: str) -> Response:
    whole = await event.details(deps, event_id, drafts=True)
    explained = await explanation.of_event(deps, event_id)
    behind = None if not after or has_control_characters(after) else after
    async with deps.reading() as conn:
        pools = await pool.everything(conn, event_id)
        fees = await fee.everything(conn, event_id)
        codes = await promo_code.page(conn, event_id, behind, CODES_SHOWN + 1)
    return page(
        visitor,
        "console/offer.html",
        **_shown(deps, visitor, whole),
        explained=explained,
        pools=pools,
        fees=fees,
        codes=codes[:CODES_SHOWN],
        last_code=codes[CODES_SHOWN - 1].code if len(codes) > CODES_SHOWN else None,
        may_manage=visitor.call.caller.may("manage"),
    )


async def _save(deps: Deps, visitor: Visitor, part: Part, event_id: str, one_id: str | None) -> Response:
    wanted, form = filled(visitor, part.form)
    if wanted is None:
        return await _form(deps, visitor, part, event_id, one_id, form)

    def told(one: Any) -> Answered:  # noqa: ANN401 - a part of any kind
        return changed(part.fields(event_id, one))

    try:
        values = wanted.values(_setting(visitor, await event.details(deps, event_id, drafts=True)))
        key = key_of(visitor, f"POST {visitor.path}", wanted)
        if one_id is None:
            await part.actions.create(deps, event_id, values, key, told)
        else:
            await part.actions.change(deps, event_id, one_id, values, key, told)
    except Refusal as refusal:
        return await _form(deps, visitor, part, event_id, one_id, refused(form, refusal, visitor))
    return moved(visitor, OFFER.format(event_id=event_id) + f"#{part.kind}")


async def _delete(deps: Deps, visitor: Visitor, part: Part, event_id: str, one_id: str) -> Response:
    try:
        await part.actions.delete(deps, event_id, one_id, key_of(visitor, f"POST {visitor.path}", ""))
    except Refusal as refusal:
        if refusal.code == part.missing.code:
            raise
        found = await _found(deps, visitor, part, event_id, one_id)
        return await _form(deps, visitor, part, event_id, one_id, refused(found, refusal, visitor))
    return moved(visitor, OFFER.format(event_id=event_id) + f"#{part.kind}")


async def _form(
    deps: Deps, visitor: Visitor, part: Part, event_id: str, one_id: str | None, form: Form | None
) -> Response:
    """The page of a part's form: as it was sent, or with what there is."""
    whole = await event.details(deps, event_id, drafts=True)
    as_it_is = None if one_id is None else await _found(deps, visitor, part, event_id, one_id)
    async with deps.reading() as conn:
        pools = await pool.everything(conn, event_id)
        types = await ticket_type.everything(conn, event_id)
    shown = form or as_it_is or empty()
    return page(
        visitor,
        "console/offer_part.html",
        status=status_of_again(shown),
        **_shown(deps, visitor, whole),
        part=part,
        title=part.new_title if as_it_is is None else as_it_is.text(part.form.called_by),
        one_id=one_id,
        form=shown,
        pools=[one for one in pools if not one.is_house],
        types=types,
    )


async def _found(deps: Deps, visitor: Visitor, part: Part, event_id: str, one_id: str) -> Form:
    whole = await event.details(deps, event_id, drafts=True)
    async with deps.reading() as conn:
        return part.typed(await part.find(conn, event_id, one_id), _setting(visitor, whole))


def _setting(visitor: Visitor, whole: WholeEvent) -> Setting:
    return Setting(whole.details.time_zone, whole.details.currency, visitor.language)


def _shown(deps: Deps, visitor: Visitor, whole: WholeEvent) -> dict[str, Any]:
    return {
        "navigation": navigation.of_event(visitor, whole.event.id),
        "path": OFFER.format(event_id=whole.event.id),
        "event": whole.event,
        "state": state_at(whole, deps.clock()),
        "zone": whole.details.time_zone,
        "currency": whole.details.currency,
    }
