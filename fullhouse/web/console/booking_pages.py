"""The page of a booking for staff: its history, its money, and what can be done about it."""

from typing import Any, Literal

from fastapi import APIRouter, Response

from fullhouse.actions import booking, buyer_booking, holder, payment
from fullhouse.actions.deps import Deps
from fullhouse.outside.payments.provider import ProviderUnavailable
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Refused, Ticket, to_pay_minor
from fullhouse.rules.history import Happening, history_of
from fullhouse.rules.payment import WITH_MONEY
from fullhouse.rules.reference import reference_of
from fullhouse.rules.refusals import Refusal, provider_down
from fullhouse.store import history, ticket_type
from fullhouse.web.api.bookings import id_of
from fullhouse.web.api.holders import number_of
from fullhouse.web.api.shapes import Line
from fullhouse.web.console import navigation
from fullhouse.web.console.money_words import PAYMENT_STATES, REASONS, REFUND_STATES
from fullhouse.web.pages.forms import Form, FormModel, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.language import N_
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor

BOOKING = "/console/bookings/{booking_id}"

HAPPENINGS: dict[Happening, str] = {
    "made": N_("Booked"),
    "lines_changed": N_("Other tickets chosen"),
    "payment_begun": N_("Payment begun"),
    "money_received": N_("Money received"),
    "payment_failed": N_("Payment failed"),
    "payment_cancelled": N_("Payment broken off"),
    "expired": N_("Run out"),
    "confirmed": N_("Confirmed"),
    "holder_changed": N_("Another holder"),
    "tickets_cancelled": N_("Tickets cancelled"),
    "cancelled": N_("Cancelled"),
    "refund_asked": N_("Refund asked for"),
    "refund_failed": N_("Refund failed"),
    "refund_done": N_("Paid back"),
}
ACTORS = {"buyer": N_("the buyer"), "staff": N_("staff"), "event_cancellation": N_("the event's cancellation")}
WAYS = {
    "cash": N_("Cash"),
    "card_terminal": N_("Card at the desk"),
    "comp": N_("Given away"),
    "bank_transfer": N_("Bank transfer"),
    "stripe": N_("Card"),
}
DONE = {
    "confirmed": N_("The booking is confirmed."),
    "cancelled": N_("It is cancelled."),
    "holder": N_("The name is changed."),
    "payment": N_("The payment is begun; the buyer is told how to pay."),
    "refund": N_("The money goes back."),
    "completion": N_("It is written down that the money went back."),
    "lines": N_("The tickets are changed."),
    "mail": N_("The mail is on its way once more."),
}
"""What is told after a form, by what the address says that was done."""


class ConfirmationForm(FormModel):
    """How a hold was paid."""

    paid_by: Literal["cash", "card_terminal", "comp"]


class HolderForm(FormModel):
    """Who attends with a ticket."""

    name: Line


class NothingForm(FormModel):
    """A form of a button alone."""


def path_of(booking_id: str) -> str:
    """The address of a booking's page."""
    return BOOKING.format(booking_id=booking_id)


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.get(BOOKING)
    async def show_booking(booking_id: str, visitor: CurrentVisitor) -> Response:
        return await shown(deps, visitor, id_of(booking_id), empty())

    @router.post(f"{BOOKING}/confirmation")
    async def confirm_booking(booking_id: str, visitor: CurrentVisitor) -> Response:
        return await _confirm(deps, visitor, id_of(booking_id))

    @router.post(f"{BOOKING}/tickets/{{number}}/holder")
    async def change_holder(booking_id: str, number: str, visitor: CurrentVisitor) -> Response:
        return await _change_holder(deps, visitor, id_of(booking_id), number_of(number))

    @router.post(f"{BOOKING}/mails")
    async def mail_again(booking_id: str, visitor: CurrentVisitor) -> Response:
        return await _mail_again(deps, visitor, id_of(booking_id))


async def _confirm(deps: Deps, visitor: Visitor, booking_id: str) -> Response:
    wanted, form = filled(visitor, ConfirmationForm)
    if wanted is None:
        return await shown(deps, visitor, booking_id, form)
    key = key_of(visitor, f"POST {visitor.path}", wanted)
    try:
        if wanted.paid_by == "comp":
            outcome = await booking.confirm(deps, booking_id, "comp", key)
            if isinstance(outcome, Refused):
                raise outcome.refusal
        else:
            await payment.begin(deps, booking_id, wanted.paid_by, key)
    except ProviderUnavailable:
        return await shown(deps, visitor, booking_id, refused(form, provider_down(), visitor))
    except Refusal as refusal:
        return await shown(deps, visitor, booking_id, refused(form, refusal, visitor))
    return moved(visitor, f"{path_of(booking_id)}?done=confirmed")


async def _change_holder(deps: Deps, visitor: Visitor, booking_id: str, number: int) -> Response:
    wanted, form = filled(visitor, HolderForm)
    if wanted is None:
        return await shown(deps, visitor, booking_id, form)
    try:
        key = key_of(visitor, f"POST {visitor.path}", wanted)
        await holder.change(deps, booking_id, number, wanted.name, "staff", key, _told)
    except Refusal as refusal:
        return await shown(deps, visitor, booking_id, refused(form, refusal, visitor))
    return moved(visitor, f"{path_of(booking_id)}?done=holder")


def _told(ticket: Ticket) -> Answered:
    return Answered(200, {"number": ticket.number, "holder_name": ticket.holder_name})


async def _mail_again(deps: Deps, visitor: Visitor, booking_id: str) -> Response:
    wanted, form = filled(visitor, NothingForm)
    if wanted is None:
        return await shown(deps, visitor, booking_id, form)
    try:
        await buyer_booking.send_mail_again(deps, booking_id, key_of(visitor, f"POST {visitor.path}", wanted))
    except Refusal as refusal:
        return await shown(deps, visitor, booking_id, refused(form, refusal, visitor))
    return moved(visitor, f"{path_of(booking_id)}?done=mail")


async def shown(deps: Deps, visitor: Visitor, booking_id: str, form: Form) -> Response:
    """The page of a booking, with a form that was refused."""
    facts = await facts_of(deps, visitor, booking_id)
    return page(visitor, "console/booking.html", status=status_of_again(form), form=form, **facts)


async def facts_of(deps: Deps, visitor: Visitor, booking_id: str) -> dict[str, Any]:
    """What every page of a booking shows. Raises BookingNotFound."""
    found = await buyer_booking.find(deps, booking_id)
    booked, whole = found.booking, found.whole
    async with deps.reading() as conn:
        past = await history.of_booking(conn, booking_id)
        types = {one.id: one.name for one in await ticket_type.everything(conn, booked.event_id)}
    may_sell = visitor.call.caller.may("sell")
    done = dict(visitor.query_pairs()).get("done", "")
    return {
        "navigation": navigation.of_event(visitor, booked.event_id),
        "path": path_of(booking_id),
        "booking": booked,
        "stage": found.status,
        "reference": reference_of(booked.event_id, booked.number),
        "event": whole.event,
        "zone": whole.details.time_zone,
        "total_minor": to_pay_minor(booked),
        "currency": booked.price.currency if booked.price else whole.details.currency,
        "tickets": found.tickets,
        "types": types,
        "payments": found.payments,
        "refunds": found.refunds,
        "history": history_of(past, deps.clock()) if past else [],
        "happenings": HAPPENINGS,
        "actors": ACTORS,
        "ways": WAYS,
        "payment_states": PAYMENT_STATES,
        "refund_states": REFUND_STATES,
        "reasons": REASONS,
        "refundable": [one for one in found.payments if one.state in WITH_MONEY and one.refundable_minor],
        "may_refund": visitor.call.caller.may("manage"),
        "may_transfer": may_sell and found.status == "held" and "bank_transfer" in found.ways,
        "may_sell": may_sell,
        "may_confirm": may_sell and found.status in {"held", "expired"},
        "may_cancel": may_sell and found.status in {"held", "confirmed"},
        "done": visitor.language.text(DONE[done]) if done in DONE else "",
    }
