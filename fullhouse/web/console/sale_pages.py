"""Selling at the box office: tickets are chosen, the total is told, one press sells, and the tickets are printed."""

from typing import Any

from fastapi import APIRouter, Response
from pydantic import Field

from fullhouse.actions import box_office, shop
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import BasketRequest, Booking, Buyer, DeskWay
from fullhouse.rules.price import Price
from fullhouse.rules.refusals import Refusal
from fullhouse.web.api.basket_shapes import MailAddress
from fullhouse.web.api.bookings import id_of
from fullhouse.web.api.ids import event_id_of
from fullhouse.web.api.shapes import Line
from fullhouse.web.console import navigation
from fullhouse.web.console.booking_pages import BOOKING, WAYS, facts_of, path_of
from fullhouse.web.console.choosing import ChoiceForm, beside_counts, chosen_of, code_of, count_typed, refused_at
from fullhouse.web.pages.forms import Form, empty, filled, key_of, status_of_again
from fullhouse.web.pages.language import N_
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.refusal_texts import FormFault
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

SALE = "/console/events/{event_id}/sale"
DESK_WAYS: tuple[DeskWay, ...] = ("cash", "card_terminal", "comp")


class SaleForm(ChoiceForm):
    """What is sold to whom, and how it is paid. `total` is what the buyer was told; `look` only asks for it."""

    name: Line | None = None
    email: MailAddress | None = None
    paid_by: DeskWay
    total: int | None = Field(default=None, ge=0, le=10**15)
    look: bool = False


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get(SALE)
    async def show_sale(event_id: str, visitor: CurrentVisitor) -> Response:
        return await _shown(deps, visitor, event_id_of(event_id), empty(paid_by="cash"))

    @router.post(SALE)
    async def sell(event_id: str, visitor: CurrentVisitor) -> Response:
        return await _sell(deps, visitor, event_id_of(event_id))

    @router.get(f"{BOOKING}/sale")
    async def show_sold(booking_id: str, visitor: CurrentVisitor) -> Response:
        return await _sold(deps, visitor, id_of(booking_id))


async def _sell(deps: Deps, visitor: Visitor, event_id: str) -> Response:
    wanted, form = filled(visitor, SaleForm)
    if wanted is None:
        return await _shown(deps, visitor, event_id, beside_counts(form))
    try:
        lines = chosen_of(wanted, visitor.language)
        if wanted.look:
            looked_at = BasketRequest(event_id, lines, promo_code=wanted.promo_code)
            price = await box_office.price_of(deps, looked_at, wanted.paid_by)
            return await _shown(deps, visitor, event_id, form, price)
        key = key_of(visitor, f"POST {visitor.path}", wanted)
        asked = BasketRequest(event_id, lines, _buyer(wanted, visitor), key=key, promo_code=wanted.promo_code)
        done = await box_office.sell(deps, asked, wanted.paid_by, wanted.total)
    except Refusal as refusal:
        return await _shown(deps, visitor, event_id, refused_at(form, refusal, visitor))
    if isinstance(done, Booking):
        return moved(visitor, f"{path_of(done.id)}/sale")
    return await _shown(deps, visitor, event_id, form, done)


def _buyer(wanted: SaleForm, visitor: Visitor) -> Buyer | None:
    """Who buys: nobody need say that, but a buyer has a name and a mail address. Raises FormFault."""
    if wanted.name and wanted.email:
        return Buyer(wanted.name, wanted.email)
    if wanted.name or wanted.email:
        words = N_("A buyer has a name and a mail address. Fill in both, or none.")
        raise FormFault(visitor.language.text(words), field="name" if wanted.email else "email")
    return None


async def _shown(deps: Deps, visitor: Visitor, event_id: str, form: Form, price: Price | None = None) -> Response:
    """The page of the sale, with the total of what is chosen. What is asked for by the script is always shown."""
    found = await shop.find(deps, event_id, code_of(form), drafts=True, is_box_office=True)
    told = next(iter(form.typed.get("total", ())), "")
    is_looking = "look" in form.typed
    facts: dict[str, Any] = {
        "navigation": navigation.of_event(visitor, event_id),
        "path": SALE.format(event_id=event_id),
        "found": found,
        "event": found.whole.event,
        "zone": found.whole.details.time_zone,
        "rows": found.shelf.rows,
        "sale": found.shelf.sale,
        "quantities": count_typed(form),
        "price": price,
        "ways": [(way, WAYS[way]) for way in DESK_WAYS],
        "is_comp": form.has("paid_by", "comp"),
        "is_changed": price is not None and told not in {"", str(price.total.gross_minor)} and not is_looking,
    }
    status = 200 if is_looking else status_of_again(form)
    return page(visitor, "console/sale.html", status=status, form=form, **facts)


async def _sold(deps: Deps, visitor: Visitor, booking_id: str) -> Response:
    facts = await facts_of(deps, visitor, booking_id)
    if facts["stage"] != "confirmed":
        return moved(visitor, path_of(booking_id))
    sale = SALE.format(event_id=facts["event"].id)
    return page(visitor, "console/sold.html", sale=sale, **facts)
