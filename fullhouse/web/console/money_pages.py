"""What staff do about the money of a booking, beside cancelling: asking for a transfer, and sending money back."""

from typing import Literal
from uuid import UUID

from fastapi import APIRouter, Response

from fullhouse.actions import booking, payment, refund
from fullhouse.actions.deps import Deps
from fullhouse.outside.payments.provider import ProviderUnavailable
from fullhouse.rules.answer import Answered
from fullhouse.rules.payment import Payment, Refund
from fullhouse.rules.refusals import PaymentNotFound, Refusal, provider_down
from fullhouse.web.api.bookings import id_of
from fullhouse.web.api.payment_shapes import refund_fields
from fullhouse.web.api.shapes import Id
from fullhouse.web.console.booking_pages import BOOKING, NothingForm, path_of, shown
from fullhouse.web.console.local_times import Amount, minor_in
from fullhouse.web.pages.forms import FormModel, filled, key_of, refused
from fullhouse.web.pages.page import moved
from fullhouse.web.pages.visitor import CurrentVisitor, Visitor


class TransferForm(FormModel):
    """A payment that is begun; at the desk a hold is confirmed instead."""

    provider: Literal["bank_transfer"]


class RefundForm(FormModel):
    """Money that goes back: of which payment, and how much if not all."""

    payment_id: Id
    amount: Amount = ""


def add(router: APIRouter, deps: Deps) -> None:
    """Add the pages."""

    @router.post(f"{BOOKING}/payments")
    async def begin_payment(booking_id: str, visitor: CurrentVisitor) -> Response:
        return await _begin(deps, visitor, id_of(booking_id))

    @router.post(f"{BOOKING}/refunds")
    async def send_back(booking_id: str, visitor: CurrentVisitor) -> Response:
        return await _send_back(deps, visitor, id_of(booking_id))

    @router.post(f"{BOOKING}/refunds/{{refund_id}}/completion")
    async def complete_refund(booking_id: str, refund_id: str, visitor: CurrentVisitor) -> Response:
        return await _complete(deps, visitor, id_of(booking_id), refund_id.lower())


async def _begin(deps: Deps, visitor: Visitor, booking_id: str) -> Response:
    wanted, form = filled(visitor, TransferForm)
    if wanted is None:
        return await shown(deps, visitor, booking_id, form)
    try:
        await payment.begin(deps, booking_id, wanted.provider, key_of(visitor, f"POST {visitor.path}", wanted))
    except ProviderUnavailable:
        return await shown(deps, visitor, booking_id, refused(form, provider_down(), visitor))
    except Refusal as refusal:
        return await shown(deps, visitor, booking_id, refused(form, refusal, visitor))
    return moved(visitor, f"{path_of(booking_id)}?done=payment")


async def _send_back(deps: Deps, visitor: Visitor, booking_id: str) -> Response:
    wanted, form = filled(visitor, RefundForm)
    if wanted is None:
        return await shown(deps, visitor, booking_id, form)
    try:
        payments, _ = await payment.of_booking(deps, booking_id)
        named = next((one for one in payments if one.id == wanted.payment_id), None)
        if named is None:
            raise PaymentNotFound("The booking has no such payment.")
        amount_minor = None
        if wanted.amount.strip():
            amount_minor = minor_in(wanted.amount, named.currency, "amount", visitor.language)
        key = key_of(visitor, f"POST {visitor.path}", wanted)
        # What stands for the form is the refund's id, so that the same form can't send money back twice.
        await refund.ask(deps, await booking.find(deps, booking_id), named.id, amount_minor, str(UUID(key.id)))
    except ProviderUnavailable:
        return await shown(deps, visitor, booking_id, refused(form, provider_down(), visitor))
    except Refusal as refusal:
        return await shown(deps, visitor, booking_id, refused(form, refusal, visitor))
    return moved(visitor, f"{path_of(booking_id)}?done=refund")


async def _complete(deps: Deps, visitor: Visitor, booking_id: str, refund_id: str) -> Response:
    wanted, form = filled(visitor, NothingForm)
    if wanted is None:
        return await shown(deps, visitor, booking_id, form)
    try:
        key = key_of(visitor, f"POST {visitor.path}", wanted)
        await refund.complete(deps, await booking.find(deps, booking_id), refund_id, key, _completed)
    except Refusal as refusal:
        return await shown(deps, visitor, booking_id, refused(form, refusal, visitor))
    return moved(visitor, f"{path_of(booking_id)}?done=completion")


def _completed(one: Payment, made: Refund) -> Answered:
    return Answered(200, refund_fields(made, one.id))
