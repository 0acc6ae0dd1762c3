"""The page of a booking, its buyer's private link: how it stands, paying for it, its tickets, its mail once more."""

from typing import Any, Literal

from fastapi import APIRouter, Response

from fullhouse.actions import buyer_booking, payment
from fullhouse.actions.buyer_booking import BuyersBooking
from fullhouse.actions.deps import Deps
from fullhouse.outside.payments.provider import ProviderUnavailable
from fullhouse.rules.booking import Ticket, to_pay_minor
from fullhouse.rules.cancellation import valid_tickets
from fullhouse.rules.payment import Payment
from fullhouse.rules.reference import reference_of
from fullhouse.rules.refusals import Refusal, provider_down
from fullhouse.web.api.bookings import id_of
from fullhouse.web.api.image_shapes import image_fields
from fullhouse.web.pages.forms import Form, FormModel, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.headers import STRIPE_POLICY
from fullhouse.web.pages.language import N_
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor
from fullhouse.web.shop.addresses import booking_path, colour_of, event_path

DONE = {
    "mail": N_("The mail is on its way to you once more."),
    "holder": N_("The name is changed. A ticket that was handed on has a new code; its old one is not valid any more."),
    "cancelled": N_("It is cancelled."),
}
"""What is told after a form, by what the address says that was done."""

FILES = {
    "tickets": "/bookings/{booking_id}/tickets.pdf",
    "calendar": "/bookings/{booking_id}/calendar.ics",
    "receipt": "/bookings/{booking_id}/receipt.pdf",
    "ticket": "/bookings/{booking_id}/tickets/{number}/ticket.pdf",
    "qr": "/bookings/{booking_id}/tickets/{number}/qr.svg",
    "apple": "/bookings/{booking_id}/tickets/{number}/apple.pkpass",
    "google": "/bookings/{booking_id}/tickets/{number}/google-wallet",
}
"""What can be had of a booking beside its page."""


class PaymentForm(FormModel):
    """In which way a booking is to be paid."""

    provider: Literal["bank_transfer", "stripe"]


class NothingForm(FormModel):
    """A form of a button alone."""


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get("/shop/bookings/{booking_id}")
    async def show_booking(booking_id: str, visitor: CurrentVisitor) -> Response:
        return await shown(deps, visitor, id_of(booking_id), empty())

    @router.post("/shop/bookings/{booking_id}/payments")
    async def pay_booking(booking_id: str, visitor: CurrentVisitor) -> Response:
        return await _pay(deps, visitor, id_of(booking_id))

    @router.get("/shop/bookings/{booking_id}/card")
    async def show_card(booking_id: str, visitor: CurrentVisitor) -> Response:
        return await _card(deps, visitor, id_of(booking_id))

    @router.post("/shop/bookings/{booking_id}/mails")
    async def mail_again(booking_id: str, visitor: CurrentVisitor) -> Response:
        return await _mail_again(deps, visitor, id_of(booking_id))


async def _pay(deps: Deps, visitor: Visitor, booking_id: str) -> Response:
    wanted, form = filled(visitor, PaymentForm)
    if wanted is None:
        return await shown(deps, visitor, booking_id, form)
    path = booking_path(booking_id)
    try:
        key = key_of(visitor, f"POST {path}/payments", wanted)
        await payment.begin(deps, booking_id, wanted.provider, key)
    except ProviderUnavailable:
        return await shown(deps, visitor, booking_id, refused(form, provider_down(), visitor))
    except Refusal as refusal:
        return await shown(deps, visitor, booking_id, refused(form, refusal, visitor))
    return moved(visitor, f"{path}/card" if wanted.provider == "stripe" else path)


async def _card(deps: Deps, visitor: Visitor, booking_id: str) -> Response:
    """The page on which Stripe is paid; its form is Stripe's own, so that no card's number comes near us."""
    found = await buyer_booking.find(deps, booking_id)
    standing = found.open_payment
    key = visitor.site.stripe_publishable_key
    if standing is None or standing.provider != "stripe" or key is None:
        return moved(visitor, booking_path(booking_id))
    secret = standing.instructions.get("client_secret", "")
    facts = {**facts_of(deps, visitor, found), "client_secret": secret, "publishable_key": key}
    facts["return_url"] = f"{visitor.site.public_url}{booking_path(booking_id)}"
    return page(visitor, "shop/card_payment.html", is_secret=True, policy=STRIPE_POLICY, **facts)


async def _mail_again(deps: Deps, visitor: Visitor, booking_id: str) -> Response:
    wanted, form = filled(visitor, NothingForm)
    if wanted is None:
        return await shown(deps, visitor, booking_id, form)
    try:
        key = key_of(visitor, f"POST {booking_path(booking_id)}/mails", wanted)
        await buyer_booking.send_mail_again(deps, booking_id, key)
    except Refusal as refusal:
        return await shown(deps, visitor, booking_id, refused(form, refusal, visitor))
    return moved(visitor, f"{booking_path(booking_id)}?done=mail")


async def shown(deps: Deps, visitor: Visitor, booking_id: str, form: Form) -> Response:
    """The page of a booking, with a form that was refused."""
    found = await buyer_booking.find(deps, booking_id)
    facts = {**facts_of(deps, visitor, found), "form": form}
    return page(visitor, "shop/booking.html", status=status_of_again(form), is_secret=True, **facts)


def facts_of(deps: Deps, visitor: Visitor, found: BuyersBooking) -> dict[str, Any]:
    """What every page of a booking shows."""
    booked, whole = found.booking, found.whole
    asked = dict(visitor.query_pairs())
    done = asked.get("done", "")
    standing = found.open_payment
    return {
        "found": found,
        "booking": booked,
        "path": booking_path(booked.id),
        "event": whole.event,
        "details": whole.details,
        "zone": whole.details.time_zone,
        "event_path": event_path(whole.event.id),
        "organizer": found.organizer,
        "accent": colour_of(found.organizer),
        "logo": image_fields(found.organizer.logo),
        "reference": reference_of(booked.event_id, booked.number),
        "stage": found.status,
        "price": booked.price,
        "total_minor": to_pay_minor(booked),
        "tickets": [one for one in found.tickets if one.state == "valid"],
        "ticket_names": {one.number: _name(found, one) for one in found.tickets},
        "standing": standing if standing is not None and found.status == "held" else None,
        "ways": _ways(visitor, found, standing),
        "now": deps.clock(),
        "files": files_of(deps, booked.id) if found.status == "confirmed" else {},
        "may_cancel": _may_cancel(found),
        # Stripe sends the buyer back before its notice of the payment has come.
        "is_awaited": found.status == "held" and "payment_intent" in asked and asked.get("redirect_status") != "failed",
        "done": visitor.language.text(DONE[done]) if done in DONE else "",
    }


def _name(found: BuyersBooking, ticket: Ticket) -> str:
    lines = found.booking.price.lines if found.booking.price else ()
    return next((line.name for line in lines if line.ticket_type_id == ticket.ticket_type_id), "")


def _ways(visitor: Visitor, found: BuyersBooking, standing: Payment | None) -> list[str]:
    """In which ways the booking can be paid now, the one under way left out."""
    if found.status != "held":
        return []
    usable = [one for one in found.ways if one != "stripe" or visitor.site.stripe_publishable_key]
    return [one for one in usable if standing is None or standing.provider != one or one == "stripe"]


def _may_cancel(found: BuyersBooking) -> bool:
    if found.status == "held":
        return True
    return bool(found.quote and found.quote.is_allowed and valid_tickets(found.booking))


def files_of(deps: Deps, booking_id: str) -> dict[str, str]:
    """Where the files of a booking are, by what they are; those that this installation makes."""
    wallets = {"apple": deps.wallets.apple, "google": deps.wallets.google}
    made = {name: path for name, path in FILES.items() if wallets.get(name, path) is not None}
    return {name: path.replace("{booking_id}", booking_id) for name, path in made.items()}
