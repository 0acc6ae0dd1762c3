"""What a buyer changes of his booking: who attends, and giving tickets back, of which he first sees what he gets."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from fullhouse.actions import buyer_booking, cancellation, holder
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import CancelRequest, Refused, Ticket
from fullhouse.rules.cancellation import valid_tickets
from fullhouse.rules.holder import ticket_not_found
from fullhouse.rules.refusals import Refusal
from fullhouse.rules.selling import TICKETS_MAX
from fullhouse.web.api.bookings import id_of
from fullhouse.web.api.holders import number_of
from fullhouse.web.api.shapes import Line
from fullhouse.web.pages.forms import Form, FormModel, empty, filled, key_of, refused, status_of_again
from fullhouse.web.pages.page import moved, page
from fullhouse.web.pages.ticked import Number, TickedForm, Told, told_anew
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor
from fullhouse.web.shop.addresses import booking_path
from fullhouse.web.shop.booking_pages import facts_of

Chosen = Annotated[list[Number], Query(max_length=TICKETS_MAX)]


class HolderForm(FormModel):
    """Who attends with a ticket."""

    name: Line


class CancellationForm(TickedForm):
    """Which tickets are given back; none for a hold; and what the buyer was told that he gets."""

    refund_minor: Told


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""
    holder_path = "/shop/bookings/{booking_id}/tickets/{number}/holder"
    cancellation_path = "/shop/bookings/{booking_id}/cancellation"

    @router.get(holder_path)
    async def show_holder(booking_id: str, number: str, visitor: CurrentVisitor) -> Response:
        return await _holder_shown(deps, visitor, id_of(booking_id), number_of(number), None)

    @router.post(holder_path)
    async def change_holder(booking_id: str, number: str, visitor: CurrentVisitor) -> Response:
        return await _change_holder(deps, visitor, id_of(booking_id), number_of(number))

    @router.get(cancellation_path)
    async def show_cancellation(booking_id: str, visitor: CurrentVisitor, ticket: Chosen = []) -> Response:  # noqa: B006 - is never changed
        return await _cancellation_shown(deps, visitor, id_of(booking_id), tuple(ticket), empty())

    @router.post(cancellation_path)
    async def cancel(booking_id: str, visitor: CurrentVisitor) -> Response:
        return await _cancel(deps, visitor, id_of(booking_id))


async def _change_holder(deps: Deps, visitor: Visitor, booking_id: str, number: int) -> Response:
    wanted, form = filled(visitor, HolderForm)
    if wanted is None:
        return await _holder_shown(deps, visitor, booking_id, number, form)
    try:
        key = key_of(visitor, f"POST {booking_path(booking_id)}/tickets/{number}/holder", wanted)
        # On his page everybody acts as the buyer, also who could act as staff.
        await holder.change(deps, booking_id, number, wanted.name, "buyer", key, _told)
    except Refusal as refusal:
        return await _holder_shown(deps, visitor, booking_id, number, refused(form, refusal, visitor))
    return moved(visitor, f"{booking_path(booking_id)}?done=holder")


def _told(ticket: Ticket) -> Answered:
    return Answered(200, {"number": ticket.number, "holder_name": ticket.holder_name})


async def _holder_shown(deps: Deps, visitor: Visitor, booking_id: str, number: int, form: Form | None) -> Response:
    found = await buyer_booking.find(deps, booking_id)
    ticket = next((one for one in found.tickets if one.number == number), None)
    if ticket is None:
        raise ticket_not_found()
    form = form or empty(name=ticket.holder_name)
    facts = {**facts_of(deps, visitor, found), "ticket": ticket, "form": form}
    return page(visitor, "shop/holder.html", status=status_of_again(form), is_secret=True, **facts)


async def _cancel(deps: Deps, visitor: Visitor, booking_id: str) -> Response:
    wanted, form = filled(visitor, CancellationForm)
    if wanted is None:
        return await _cancellation_shown(deps, visitor, booking_id, (), form)
    told = told_anew(visitor, wanted, form)
    if told is not None:
        return await _cancellation_shown(deps, visitor, booking_id, *told)
    tickets = tuple(wanted.ticket) or None
    try:
        key = key_of(visitor, f"POST {booking_path(booking_id)}/cancellation", wanted)
        asked = CancelRequest("", booking_id, key, tickets, "by_policy", wanted.refund_minor, "buyer")
        outcome = await cancellation.cancel(deps, asked)
        if isinstance(outcome, Refused):
            raise outcome.refusal
    except Refusal as refusal:
        form = refused(form, refusal, visitor)
        return await _cancellation_shown(deps, visitor, booking_id, tickets or (), form)
    return moved(visitor, f"{booking_path(booking_id)}?done=cancelled")


async def _cancellation_shown(
    deps: Deps, visitor: Visitor, booking_id: str, chosen: tuple[int, ...], form: Form
) -> Response:
    """What goes back, before anything is done. All tickets are chosen where none is."""
    found = await buyer_booking.find(deps, booking_id)
    valid = valid_tickets(found.booking) if found.status == "confirmed" else ()
    tickets = tuple(one for one in chosen if one in valid) or valid
    try:
        quote = await cancellation.quote(deps, booking_id, tickets or None)
    except Refusal as refusal:
        quote = None
        form = form if form.faults else refused(form, refusal, visitor)
    facts = {**facts_of(deps, visitor, found), "form": form, "quote": quote, "valid": valid, "chosen": tickets}
    return page(visitor, "shop/cancellation.html", status=status_of_again(form), is_secret=True, **facts)
