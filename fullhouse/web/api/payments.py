"""Payments of bookings and money going back."""

from uuid import UUID

from fullhouse.actions import booking, organizer, payment, refund, statement
from fullhouse.actions.deps import Deps
from fullhouse.outside.payments.provider import ProviderUnavailable
from fullhouse.rules.answer import Answered
from fullhouse.rules.ledger import AT_THE_DESK
from fullhouse.rules.payment import Payment, Refund
from fullhouse.rules.refusals import provider_down
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.bookings import id_of
from fullhouse.web.api.payment_shapes import (
    PaymentRequest,
    RefundRequest,
    payment_fields,
    refund_fields,
    transfer_fields,
)
from fullhouse.web.call import Call
from fullhouse.web.gate import NO_BOOKING, require
from fullhouse.web.http import Answer, parse
from fullhouse.web.idempotency import key_of


async def begin(deps: Deps, call: Call, booking_id: str) -> Answer:
    """`POST /bookings/{id}/payments`."""
    request = parse(PaymentRequest, call.headers, call.body)
    if request.provider in AT_THE_DESK:
        require(call.caller, "sell", NO_BOOKING)
    booking_id = id_of(booking_id)
    key = key_of(call.headers, call.caller, f"POST /bookings/{booking_id}/payments", request.model_dump_json())
    try:
        made = await payment.begin(deps, booking_id, request.provider, key)
    except ProviderUnavailable as error:
        raise provider_down() from error
    return told(Answered(201, payment_fields(made, [])))


async def hear(deps: Deps, call: Call) -> Answer:
    """`POST /payments/stripe/events`."""
    signature = call.headers.get(b"stripe-signature", b"").decode("latin-1")
    try:
        await payment.hear(deps, "stripe", call.body, signature)
    except ProviderUnavailable as error:
        # Stripe sends a notice again that was not taken.
        raise provider_down() from error
    return Answer(204, [], b"")


async def index(deps: Deps, booking_id: str) -> Answer:
    """`GET /bookings/{id}/payments`."""
    payments, refunds = await payment.of_booking(deps, id_of(booking_id))
    return shown([payment_fields(one, refunds) for one in payments])


async def send_back(deps: Deps, call: Call, booking_id: str) -> Answer:
    """`POST /bookings/{id}/refunds`."""
    request = parse(RefundRequest, call.headers, call.body)
    found = await booking.find(deps, id_of(booking_id))
    key = key_of(call.headers, call.caller, f"POST /bookings/{found.id}/refunds", request.model_dump_json())
    # What stands for the request is the refund's id, so that the same request can't send money back twice.
    refund_id = str(UUID(key.id)) if key is not None else None
    try:
        one, made = await refund.ask(deps, found, request.payment_id, request.amount_minor, refund_id)
    except ProviderUnavailable as error:
        raise provider_down() from error
    return told(Answered(201, refund_fields(made, one.id)))


async def complete(deps: Deps, call: Call, booking_id: str, refund_id: str) -> Answer:
    """`POST /bookings/{id}/refunds/{id}/completion`."""
    found = await booking.find(deps, id_of(booking_id))
    refund_id = refund_id.lower()
    key = key_of(call.headers, call.caller, f"POST /bookings/{found.id}/refunds/{refund_id}/completion", "")
    return told(await refund.complete(deps, found, refund_id, key, _completed))


def _completed(one: Payment, made: Refund) -> Answered:
    return Answered(200, refund_fields(made, one.id))


async def read_statement(deps: Deps, call: Call) -> Answer:
    """`POST /organizers/{id}/payments/bank_transfer/statements`."""
    matched = await statement.read(deps, call.body, call.caller.organizer_id or organizer.DEFAULT_ID)
    return shown([transfer_fields(one) for one in matched])
