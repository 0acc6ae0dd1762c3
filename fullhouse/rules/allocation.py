"""The engine's decision: every request of a batch, in order, becomes a booking, a cancellation or a refusal."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from fullhouse.rules.booking import (
    Booked,
    Booking,
    BookRequest,
    Cancelled,
    CancelRequest,
    IdempotencyKey,
    Outcome,
    Refused,
    Request,
)
from fullhouse.rules.house import House, HouseChange, OpenHouse
from fullhouse.rules.refusals import BookingNotFound, EventNotFound, EventOver, IdempotencyKeyReused, NotEnoughSeats


class Remembered(NamedTuple):
    """What was answered under an idempotency key, and to what."""

    fingerprint: str
    outcome: Outcome


class Known(NamedTuple):
    """All that the database said before a batch is decided, by id."""

    houses: Mapping[str, House]
    bookings: Mapping[str, Booking]
    keys: Mapping[str, Remembered]


class Decision(NamedTuple):
    """One outcome for each request, in their order, and what has to be written for that: `changes` by event id."""

    outcomes: list[Outcome]
    booked: list[Booking]
    cancelled: list[Booking]
    keys: dict[str, Remembered]
    changes: dict[str, HouseChange]


def decide(requests: Sequence[Request], known: Known, now: datetime, ids: Sequence[str]) -> Decision:
    """Decide `requests` in order; `ids` has at least one fresh id for each of them.

    The same input gives the same decision. First come, first served: a request that does not fit is refused
    and takes nothing, and a smaller one behind it may still fit.
    """
    return _Deciding(known, now, ids).all(requests)


class _Deciding:
    """The running state of one decision. Nothing outside sees it, so `decide` stays a pure function."""

    def __init__(self, known: Known, now: datetime, ids: Sequence[str]) -> None:
        self.now = now
        self.ids = iter(ids)
        self.keys = known.keys
        self.new_keys: dict[str, Remembered] = {}
        self.bookings = dict(known.bookings)
        self.houses = {event_id: OpenHouse(house) for event_id, house in known.houses.items()}
        self.booked: list[Booking] = []
        self.cancelled: list[Booking] = []

    def all(self, requests: Sequence[Request]) -> Decision:
        outcomes = [
            self.one(request) if request.key is None else self.keyed(request, request.key) for request in requests
        ]
        return Decision(
            outcomes=outcomes,
            booked=self.booked,
            cancelled=self.cancelled,
            keys=self.new_keys,
            changes={event_id: change for event_id, house in self.houses.items() if (change := house.change)},
        )

    def keyed(self, request: Request, key: IdempotencyKey) -> Outcome:
        """Answer again what was answered before, or decide and remember."""
        before = self.keys.get(key.id) or self.new_keys.get(key.id)
        if before is None:
            outcome = self.one(request)
            self.new_keys[key.id] = Remembered(key.fingerprint, outcome)
            return outcome
        if before.fingerprint != key.fingerprint:
            return Refused(key_reused())
        return before.outcome._replace(replayed=True)

    def one(self, request: Request) -> Outcome:
        if type(request) is BookRequest:
            return self.book(request)
        return self.cancel(request)  # type: ignore[arg-type] # mypy does not narrow a union by `type() is`

    def book(self, request: BookRequest) -> Outcome:
        event_id, places, _ = request
        house = self.houses.get(event_id)
        if house is None:
            return Refused(EventNotFound("There is no such event."))
        if house.closes_at <= self.now:
            return Refused(EventOver("The event has begun; it sells no more places."))
        if house.available < places:
            return Refused(not_enough_seats(house.available))
        house.available -= places
        house.bookings_made += 1
        booking = Booking(next(self.ids), event_id, house.bookings_made, places, "confirmed", self.now, None)
        self.booked.append(booking)
        return Booked(booking)

    def cancel(self, request: CancelRequest) -> Outcome:
        booking = self.bookings.get(request.booking_id)
        if booking is None or booking.event_id != request.event_id:
            return Refused(BookingNotFound("There is no such booking."))
        if booking.status == "confirmed":
            booking = booking._replace(status="cancelled", cancelled_at=self.now)
            self.bookings[booking.id] = booking
            self.houses[booking.event_id].available += booking.places
            self.cancelled.append(booking)
        return Cancelled(booking)


def key_reused() -> IdempotencyKeyReused:
    """The refusal for a key that came with another request."""
    return IdempotencyKeyReused("This Idempotency-Key was used for another request. Use a new key for a new request.")


def not_enough_seats(available: int) -> NotEnoughSeats:
    """The refusal that says what would still fit."""
    detail = f"Only {available} seats are left." if available else "The event is sold out."
    return NotEnoughSeats(detail, available_seats=available)
