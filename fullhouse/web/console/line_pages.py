"""Other tickets for a hold, at the prices of now; it runs out when it would have."""

from collections import Counter

from fastapi import APIRouter, Response

from fullhouse.actions import booking, lines, shop
from fullhouse.actions.deps import Deps
from fullhouse.outside.payments.provider import ProviderUnavailable
from fullhouse.rules.booking import Booking, ChangeRequest, Refused
from fullhouse.rules.refusals import Refusal, provider_down
from fullhouse.store import promo_code
from fullhouse.web.api.bookings import id_of
from fullhouse.web.console.booking_pages import BOOKING, facts_of, path_of
from fullhouse.web.console.choosing import (
    ChoiceForm,
    beside_counts,
    chosen_of,
    code_of,
    count_typed,
    refused_at,
)
from fullhouse.web.pages.forms import Form, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get(f"{BOOKING}/lines")
    async def show_lines(booking_id: str, visitor: CurrentVisitor) -> Response:
        found = await booking.find(deps, id_of(booking_id))
        return await _shown(deps, visitor, found.id, await _as_booked(deps, found))

    @router.post(f"{BOOKING}/lines")
    async def change_lines(booking_id: str, visitor: CurrentVisitor) -> Response:
        return await _change(deps, visitor, id_of(booking_id))


async def _change(deps: Deps, visitor: Visitor, booking_id: str) -> Response:
    wanted, form = filled(visitor, ChoiceForm)
    if wanted is None:
        return await _shown(deps, visitor, booking_id, beside_counts(form))
    try:
        key = key_of(visitor, f"POST {visitor.path}", wanted)
        chosen = chosen_of(wanted, visitor.language)
        outcome = await lines.change(deps, ChangeRequest("", booking_id, chosen, wanted.promo_code, key, "staff"))
        if isinstance(outcome, Refused):
            raise outcome.refusal
    except ProviderUnavailable:
        return await _shown(deps, visitor, booking_id, refused(form, provider_down(), visitor))
    except Refusal as refusal:
        return await _shown(deps, visitor, booking_id, refused_at(form, refusal, visitor))
    return moved(visitor, f"{path_of(booking_id)}?done=lines")


async def _as_booked(deps: Deps, found: Booking) -> Form:
    """The form as the hold is now, with its promo code."""
    counts: Counter[str] = Counter()
    for line in found.price.lines if found.price else ():
        counts[line.ticket_type_id] += line.quantity
    code = None
    if found.promo is not None:
        async with deps.reading() as conn:
            code = await promo_code.find(conn, found.event_id, found.promo.code_id)
    return empty(ticket_type=list(counts), quantity=list(counts.values()), promo_code=code and code.code)


async def _shown(deps: Deps, visitor: Visitor, booking_id: str, form: Form) -> Response:
    facts = await facts_of(deps, visitor, booking_id)
    offered = await shop.find(deps, facts["event"].id, code_of(form), drafts=True)
    choice = {
        "found": offered,
        "rows": offered.shelf.rows,
        "sale": offered.shelf.sale,
        "quantities": count_typed(form),
        "form": form,
    }
    return page(visitor, "console/lines.html", status=status_of_again(form), **{**facts, **choice})
