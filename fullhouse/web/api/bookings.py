"""Bookings: made, looked up, confirmed, cancelled."""

import json

from fullhouse.actions import booking, cancellation, lines
from fullhouse.actions.deps import Deps
from fullhouse.actions.ticket_key import signer
from fullhouse.outside.payments.provider import ProviderUnavailable
from fullhouse.rules.booking import (
    Actor,
    Booked,
    Booking,
    Cancelled,
    CancelRequest,
    Changed,
    ChangeRequest,
    Confirmed,
    Outcome,
    Refused,
)
from fullhouse.rules.reference import reference_of
from fullhouse.rules.refusals import BookingNotFound, ValidationFailed, provider_down
from fullhouse.web.api.basket_shapes import BasketShape, ConfirmationRequest, LinesRequest, reserved_json, ticket_fields
from fullhouse.web.api.refunding import refunding_of
from fullhouse.web.api.shapes import BookingRequest, booking_json, uuid_or_none
from fullhouse.web.call import Call
from fullhouse.web.errors import refused
from fullhouse.web.gate import NO_EVENT, at_event, require
from fullhouse.web.http import JSON, REPLAYED, Answer, parse
from fullhouse.web.idempotency import key_of


async def book(deps: Deps, call: Call) -> Answer:
    """`POST /bookings`."""
    if b'"lines"' in call.body:
        return await book_basket(deps, call)
    request = parse(BookingRequest, call.headers, call.body)
    key = None
    if b"idempotency-key" in call.headers:
        key = key_of(call.headers, call.caller, "POST /bookings", f"{request.event_id} {request.num_seats}")
    return answer_of(await booking.book(deps, request.event_id, request.num_seats, key))


async def book_basket(deps: Deps, call: Call) -> Answer:
    """`POST /bookings` with lines."""
    request = parse(BasketShape, call.headers, call.body)
    if request.paid_by is not None:
        await _require_selling(deps, call, request.event_id)
    key = None
    if b"idempotency-key" in call.headers:
        key = key_of(call.headers, call.caller, "POST /bookings", request.model_dump_json())
    return answer_of(await booking.book_basket(deps, request.request(key)))


async def _require_selling(deps: Deps, call: Call, event_id: str) -> None:
    """Let only the organizer's own people sell an event as staff; a stranger is told that there is no such event."""
    require(await at_event(deps, call.caller, event_id), "sell", NO_EVENT)


async def confirm(deps: Deps, call: Call, booking_id: str) -> Answer:
    """`POST /bookings/{id}/confirmation`."""
    request = parse(ConfirmationRequest, call.headers, call.body)
    canonical = id_of(booking_id)
    key = None
    if b"idempotency-key" in call.headers:
        key = key_of(call.headers, call.caller, f"POST /bookings/{canonical}/confirmation", request.paid_by)
    return answer_of(await booking.confirm(deps, canonical, request.paid_by, key))


async def cancel(deps: Deps, call: Call, booking_id: str) -> Answer:
    """`PATCH /bookings/{id}/cancel`."""
    if call.body:
        raise ValidationFailed("This call takes no body.", field="body")
    canonical = id_of(booking_id)
    key = key_of(call.headers, call.caller, f"PATCH /bookings/{canonical}/cancel", "")
    refunding = await refunding_of(deps, call.caller, canonical, None)
    asked = CancelRequest("", canonical, key, refunding=refunding, by=actor_of(call))
    return answer_of(await cancellation.cancel(deps, asked))


async def change_lines(deps: Deps, call: Call, booking_id: str) -> Answer:
    """`PUT /bookings/{id}/lines`."""
    request = parse(LinesRequest, call.headers, call.body)
    canonical = id_of(booking_id)
    key = key_of(call.headers, call.caller, f"PUT /bookings/{canonical}/lines", request.model_dump_json())
    asked = ChangeRequest("", canonical, request.wanted(), request.promo_code, key, actor_of(call))
    try:
        return answer_of(await lines.change(deps, asked))
    except ProviderUnavailable as error:
        raise provider_down() from error


def actor_of(call: Call) -> Actor:
    """Who changes a booking: whoever may sell is staff, and else who knows its id is the buyer."""
    return "staff" if call.caller.may("sell") else "buyer"


async def show(deps: Deps, booking_id: str) -> Answer:
    """`GET /bookings/{id}`."""
    return _answer(200, await booking.find(deps, id_of(booking_id)))


async def tickets(deps: Deps, booking_id: str) -> Answer:
    """`GET /bookings/{id}/tickets`."""
    found = await booking.tickets(deps, id_of(booking_id))
    code_of = await signer(deps)
    return Answer(200, [JSON], json.dumps([ticket_fields(ticket, code_of(ticket)) for ticket in found]).encode())


def answer_of(outcome: Outcome) -> Answer:
    """The response for an outcome of the engine; a replay is the same, with a header that says so."""
    if isinstance(outcome, Booked):
        answer = _answer(201, outcome.booking)
        answer.headers.append((b"location", b"/bookings/" + outcome.booking.id.encode()))
    elif isinstance(outcome, (Confirmed, Cancelled, Changed)):
        answer = _answer(200, outcome.booking)
    elif isinstance(outcome, Refused):
        answer = refused(outcome.refusal)
    else:
        raise TypeError(f"the engine does not give {outcome!r}")
    if outcome.replayed:
        answer.headers.append(REPLAYED)
    return answer


def _answer(status: int, found: Booking) -> Answer:
    return Answer(status, [JSON], shown_json(found))


def shown_json(found: Booking) -> bytes:
    """A booking as it is shown."""
    reference = reference_of(found.event_id, found.number)
    if found.price is None:
        return booking_json(found, reference)
    return reserved_json(found, reference, found.price)


def id_of(text: str) -> str:
    """The canonical form of a booking's id. Raises BookingNotFound for what is none."""
    canonical = uuid_or_none(text)
    if canonical is None:
        raise BookingNotFound("There is no such booking.")
    return canonical
