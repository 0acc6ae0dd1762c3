"""What is asked of the engine and what it answers: bookings, their lines, and the requests that make and end them."""

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.event import Event
from fullhouse.rules.refusals import Refusal

Status: TypeAlias = Literal["confirmed", "cancelled"]


class Booking(NamedTuple):
    """A deal for `places` of an event. `number` counts the event's bookings from 1."""

    id: str
    event_id: str
    number: int
    places: int
    status: Status
    created_at: datetime
    cancelled_at: datetime | None


class IdempotencyKey(NamedTuple):
    """A caller's key for one request: `id` stands for caller, path and key; `fingerprint` for what was asked."""

    id: str
    fingerprint: str


class BookRequest(NamedTuple):
    """Book `places` of an event."""

    event_id: str
    places: int
    key: IdempotencyKey | None = None


class CancelRequest(NamedTuple):
    """Cancel a booking and give its places back."""

    event_id: str
    booking_id: str
    key: IdempotencyKey | None = None


Request: TypeAlias = BookRequest | CancelRequest


class Booked(NamedTuple):
    """The yes to a booking; `replayed` when it was given before under the same idempotency key."""

    booking: Booking
    replayed: bool = False


class Cancelled(NamedTuple):
    """The yes to a cancellation."""

    booking: Booking
    replayed: bool = False


class EventCreated(NamedTuple):
    """The yes to a new event. The engine never gives it, but it is remembered under a key like the others."""

    event: Event
    replayed: bool = False


class Refused(NamedTuple):
    """The no to a request."""

    refusal: Refusal
    replayed: bool = False


Outcome: TypeAlias = Booked | Cancelled | EventCreated | Refused
