"""Bookings: made, looked up, cancelled."""

from fullhouse.actions import booking
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Booked, Booking, Cancelled, Outcome, Refused
from fullhouse.rules.reference import reference_of
from fullhouse.rules.refusals import BookingNotFound, ValidationFailed
from fullhouse.web.api.shapes import BookingRequest, booking_json, uuid_or_none
from fullhouse.web.call import Call
from fullhouse.web.errors import refused
from fullhouse.web.http import JSON, REPLAYED, Answer, parse
from fullhouse.web.idempotency import key_of


async def book(deps: Deps, call: Call) -> Answer:
    """`POST /bookings`."""
    request = parse(BookingRequest, call.headers, call.body)
    key = None
    if b"idempotency-key" in call.headers:
        key = key_of(call.headers, call.caller, "POST /bookings", f"{request.event_id} {request.num_seats}")
    return answer_of(await booking.book(deps, request.event_id, request.num_seats, key))


async def cancel(deps: Deps, call: Call, booking_id: str) -> Answer:
    """`PATCH /bookings/{id}/cancel`."""
    if call.body:
        raise ValidationFailed("This call takes no body.", field="body")
    canonical = _id(booking_id)
    key = key_of(call.headers, call.caller, f"PATCH /bookings/{canonical}/cancel", "")
    return answer_of(await booking.cancel(deps, canonical, key))


async def show(deps: Deps, booking_id: str) -> Answer:
    """`GET /bookings/{id}`."""
    return _answer(200, await booking.find(deps, _id(booking_id)))


def answer_of(outcome: Outcome) -> Answer:
    """The response for an outcome of the engine; a replay is the same, with a header that says so."""
    if isinstance(outcome, Booked):
        answer = _answer(201, outcome.booking)
        answer.headers.append((b"location", b"/bookings/" + outcome.booking.id.encode()))
    elif isinstance(outcome, Cancelled):
        answer = _answer(200, outcome.booking)
    elif isinstance(outcome, Refused):
        answer = refused(outcome.refusal)
    else:
        raise TypeError(f"the engine does not give {outcome!r}")
    if outcome.replayed:
        answer.headers.append(REPLAYED)
    return answer


def _answer(status: int, found: Booking) -> Answer:
    return Answer(status, [JSON], booking_json(found, reference_of(found.event_id, found.number)))


def _id(text: str) -> str:
    canonical = uuid_or_none(text)
    if canonical is None:
        raise BookingNotFound("There is no such booking.")
    return canonical
