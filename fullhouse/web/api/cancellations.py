"""Giving tickets back: what would go back for them, and doing it."""

from fullhouse.actions import cancellation
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import Cancelled, CancelRequest
from fullhouse.web.api.answers import shown, told
from fullhouse.web.api.bookings import actor_of, answer_of, id_of
from fullhouse.web.api.cancellation_shapes import (
    CancellationRequest,
    RefundQuoteRequest,
    cancellation_fields,
    quote_fields,
)
from fullhouse.web.api.refunding import refunding_of
from fullhouse.web.call import Call
from fullhouse.web.http import Answer, parse
from fullhouse.web.idempotency import key_of


async def quote(deps: Deps, call: Call, booking_id: str) -> Answer:
    """`POST /bookings/{id}/refund-quotes`."""
    request = parse(RefundQuoteRequest, call.headers, call.body)
    return shown(quote_fields(await cancellation.quote(deps, id_of(booking_id), request.numbers())))


async def create(deps: Deps, call: Call, booking_id: str) -> Answer:
    """`POST /bookings/{id}/cancellations`."""
    request = parse(CancellationRequest, call.headers, call.body)
    canonical = id_of(booking_id)
    asked = CancelRequest(
        "",
        canonical,
        key_of(call.headers, call.caller, f"POST /bookings/{canonical}/cancellations", request.model_dump_json()),
        request.numbers(),
        await refunding_of(deps, call.caller, canonical, request.refunding),
        request.refund_minor,
        actor_of(call),
    )
    outcome = await cancellation.cancel(deps, asked)
    if not isinstance(outcome, Cancelled):
        return answer_of(outcome)
    changes = await cancellation.done(deps, outcome.booking, request.numbers())
    return told(Answered(201, cancellation_fields(outcome.booking, changes), outcome.replayed))
