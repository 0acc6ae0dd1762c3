"""The page of an event: what it is, what a ticket costs with everything, and booking it in one form."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from pydantic import AfterValidator, BeforeValidator, Field

from fullhouse.actions import booking, shop
from fullhouse.actions.deps import Deps
from fullhouse.actions.shop import ShopEvent
from fullhouse.rules.booking import BasketRequest, Booked, Buyer, Refused
from fullhouse.rules.offer import Wanted
from fullhouse.rules.promo import normal_code
from fullhouse.rules.refusals import Refusal
from fullhouse.web.api.basket_shapes import MailAddress
from fullhouse.web.api.image_shapes import image_fields
from fullhouse.web.api.shapes import Id, Line, has_control_characters
from fullhouse.web.gate import at_event
from fullhouse.web.markdown import html_of
from fullhouse.web.pages.formats import money
from fullhouse.web.pages.forms import WHOLE, Form, FormModel, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.language import N_
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.refusal_texts import FormFault, detail_of
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor
from fullhouse.web.shop.addresses import booking_path, colour_of, event_id_of, event_path
from fullhouse.web.shop.event_card import event_card

TICKET_TYPES_MAX = 500
CHOICES_MAX = 20
"""So many tickets are offered to be chosen at once; who wants more, books twice."""

Code = Annotated[Line, AfterValidator(normal_code), Field(max_length=50)]
Count = Annotated[int, BeforeValidator(lambda text: text or "0"), Field(ge=0, le=10_000)]
PriceMinor = Annotated[int, Field(ge=0, le=1_000_000_000_000)]
"""More than any price with its fees; it only has to be the one that is asked now."""


class BookingForm(FormModel):
    """How many of which ticket types, at which prices as they were shown, and who buys them."""

    ticket_type: list[Id] = Field(max_length=TICKET_TYPES_MAX)
    quantity: list[Count] = Field(max_length=TICKET_TYPES_MAX)
    price: list[PriceMinor] = Field(max_length=TICKET_TYPES_MAX)
    name: Line
    email: MailAddress
    promo_code: Code | None = None


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get("/shop/events/{event}")
    async def show_event(
        event: str, visitor: CurrentVisitor, code: Annotated[str, Query(max_length=50)] = ""
    ) -> Response:
        event_id = await event_id_of(deps, event)
        return await _shown(deps, visitor, event_id, empty(promo_code=_code(code)))

    @router.post("/shop/events/{event}")
    async def book_event(event: str, visitor: CurrentVisitor) -> Response:
        return await _book(deps, visitor, await event_id_of(deps, event))


async def _book(deps: Deps, visitor: Visitor, event_id: str) -> Response:
    wanted, form = filled(visitor, BookingForm)
    if wanted is None:
        return await _shown(deps, visitor, event_id, form)
    chosen = tuple(
        Wanted(type_id, count) for type_id, count in zip(wanted.ticket_type, wanted.quantity, strict=False) if count
    )
    try:
        if not chosen:
            raise _choose(visitor)
        key = key_of(visitor, f"POST {event_path(event_id)}", wanted)
        if not await booking.is_answered(deps, key):
            await _require_prices_seen(deps, visitor, event_id, wanted)
        buyer = Buyer(wanted.name, wanted.email)
        asked = BasketRequest(event_id, chosen, buyer, key=key, promo_code=wanted.promo_code)
        outcome = await booking.book_basket(deps, asked)
    except Refusal as refusal:
        return await _shown(deps, visitor, event_id, refused(form, refusal, visitor))
    if isinstance(outcome, Refused):
        return await _shown(deps, visitor, event_id, refused(form, outcome.refusal, visitor))
    if not isinstance(outcome, Booked):
        raise TypeError(f"a booking does not become {outcome!r}")
    return moved(visitor, booking_path(outcome.booking.id))


def _choose(visitor: Visitor) -> FormFault:
    return FormFault(visitor.language.text(N_("Please choose tickets.")), field="quantity")


async def _require_prices_seen(deps: Deps, visitor: Visitor, event_id: str, wanted: BookingForm) -> None:
    """Raises FormFault when a price is another than it was when the page was opened: nobody pays unasked."""
    currency, now = await shop.prices(deps, event_id, wanted.promo_code)
    seen = zip(wanted.ticket_type, wanted.quantity, wanted.price, strict=False)
    for type_id, count, before_minor in seen:
        name, now_minor = now.get(type_id, ("", before_minor))
        if count and now_minor != before_minor:
            words = N_("The price of %(name)s has changed from %(before)s to %(now)s. Look at it, then book again.")
            locale = visitor.language.locale
            told = {"now": money(now_minor, currency, locale), "before": money(before_minor, currency, locale)}
            raise FormFault(visitor.language.text(words, name=name, **told), field="price")


def _code(text: str) -> str | None:
    """A code of the address; what can't be one is none."""
    return normal_code(text) if text.strip() and not has_control_characters(text) else None


async def _shown(deps: Deps, visitor: Visitor, event_id: str, form: Form) -> Response:
    caller = visitor.call.caller
    if caller.kind == "member":
        # To a colleague the page of a draft is there.
        caller = await _standing(deps, visitor, event_id)
    code = _code(next(iter(form.typed.get("promo_code", ())), ""))
    found = await shop.find(deps, event_id, code, drafts=caller.may("read"))
    if "price" in form.faults or "quantity" in form.faults:
        form = form._replace(faults={WHOLE: form.faults.get("price") or form.faults["quantity"]})
    return page(visitor, "shop/event.html", status=status_of_again(form), **_facts(deps, visitor, found, form))


async def _standing(deps: Deps, visitor: Visitor, event_id: str) -> Any:  # noqa: ANN401 - the caller, see `at_event`
    try:
        return await at_event(deps, visitor.call.caller, event_id)
    except Refusal:
        return visitor.call.caller


def _facts(deps: Deps, visitor: Visitor, found: ShopEvent, form: Form) -> dict[str, Any]:
    """All that the template shows."""
    event, details = found.whole.event, found.whole.details
    is_free = all(row.line.each_minor == 0 for row in found.shelf.rows)
    canonical = visitor.site.public_url + event_path(found.address)
    image = image_fields(found.whole.image)
    return {
        "found": found,
        "event": event,
        "details": details,
        "organizer": found.organizer,
        "zone": details.time_zone,
        "accent": colour_of(found.organizer),
        "description": html_of(details.description),
        "image": image,
        "logo": image_fields(found.organizer.logo),
        "rows": found.shelf.rows,
        "sale": found.shelf.sale,
        "is_free": is_free,
        "form": form,
        "quantities": _quantities(form, found),
        "choices_max": min(CHOICES_MAX, deps.num_seats_max),
        "code_fault": found.code_refusal and detail_of(found.code_refusal, visitor.language),
        "canonical": canonical,
        "card": event_card(found, canonical, image, visitor.site.public_url),
    }


def _quantities(form: Form, found: ShopEvent) -> dict[str, int]:
    """How many of each ticket type are chosen: as typed, and from the beginning one where there is nothing else."""
    typed = zip(form.typed.get("ticket_type", ()), form.typed.get("quantity", ()), strict=False)
    chosen = {type_id: int(count) for type_id, count in typed if count.isdecimal() and len(count) < len("10000")}
    rows = found.shelf.rows
    if not chosen and len(rows) == 1:
        chosen = {rows[0].ticket_type.id: rows[0].ticket_type.tickets_min}
    return {row.ticket_type.id: chosen.get(row.ticket_type.id, 0) for row in rows}
