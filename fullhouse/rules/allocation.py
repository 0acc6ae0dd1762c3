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
from fullhouse.rules.capacity import Demand, Pool, Stock
from fullhouse.rules.refusals import BookingNotFound, EventNotFound, EventOver, IdempotencyKeyReused, NotEnoughSeats


class Sale(NamedTuple):
    """What a batch knows of one event while it has the event's lock."""

    event_id: str
    starts_at: datetime
    bookings_made: int
    pools: list[Pool]


class Remembered(NamedTuple):
    """What was answered under an idempotency key, and to what."""

    fingerprint: str
    outcome: Outcome


class Known(NamedTuple):
    """All that the database said before a batch is decided, by id."""

    sales: Mapping[str, Sale]
    bookings: Mapping[str, Booking]
    keys: Mapping[str, Remembered]


class Decision(NamedTuple):
    """One outcome for each request, in their order, and what has to be written for that."""

    outcomes: list[Outcome]
    booked: list[Booking]
    cancelled: list[Booking]
    keys: dict[str, Remembered]
    bookings_made: dict[str, int]
    taken_change: dict[tuple[str, str], int]


def decide(requests: Sequence[Request], known: Known, now: datetime, ids: Sequence[str]) -> Decision:
    """Decide `requests` in order; `ids` has at least one fresh id for each of them.

    The same input gives the same decision. First come, first served: a request that does not fit is refused
    and takes nothing, and a smaller one behind it may still fit.
    """
    return _Deciding(known, now, ids).all(requests)


class _Deciding:
    """The running state of one decision. Nothing outside sees it, so `decide` stays a pure function."""

    def __init__(self, known: Known, now: datetime, ids: Sequence[str]) -> None:
        self.sales = known.sales
        self.now = now
        self.ids = iter(ids)
        self.keys = known.keys
        self.new_keys: dict[str, Remembered] = {}
        self.bookings = dict(known.bookings)
        self.stocks = {event_id: Stock(sale.pools) for event_id, sale in known.sales.items()}
        self.numbers = {event_id: sale.bookings_made for event_id, sale in known.sales.items()}
        self.booked: list[Booking] = []
        self.cancelled: list[Booking] = []

    def all(self, requests: Sequence[Request]) -> Decision:
        outcomes = [
            self.one(request) if request.key is None else self.keyed(request, request.key) for request in requests
        ]
        changed = {booking.event_id for booking in self.booked}
        return Decision(
            outcomes=outcomes,
            booked=self.booked,
            cancelled=self.cancelled,
            keys=self.new_keys,
            bookings_made={event_id: self.numbers[event_id] for event_id in changed},
            taken_change={
                (event_id, pool_id): change
                for event_id, stock in self.stocks.items()
                for pool_id, change in stock.change.items()
                if change
            },
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
        sale = self.sales.get(event_id)
        if sale is None:
            return Refused(EventNotFound("There is no such event."))
        if sale.starts_at <= self.now:
            return Refused(EventOver("The event has begun; it sells no more places."))
        # Until ticket types say which pools they draw on, an event has one.
        lines = (Demand(sale.pools[0].id, places),)
        stock = self.stocks[event_id]
        if not stock.take(lines):
            return Refused(not_enough_seats(stock.available[sale.pools[0].id]))
        number = self.numbers[event_id] = self.numbers[event_id] + 1
        booking = Booking(next(self.ids), event_id, number, "confirmed", self.now, None, lines)
        self.booked.append(booking)
        return Booked(booking)

    def cancel(self, request: CancelRequest) -> Outcome:
        booking = self.bookings.get(request.booking_id)
        if booking is None or booking.event_id != request.event_id:
            return Refused(BookingNotFound("There is no such booking."))
        if booking.status == "confirmed":
            booking = booking._replace(status="cancelled", cancelled_at=self.now)
            self.bookings[booking.id] = booking
            self.stocks[booking.event_id].put_back(booking.lines)
            self.cancelled.append(booking)
        return Cancelled(booking)


def key_reused() -> IdempotencyKeyReused:
    """The refusal for a key that came with another request."""
    return IdempotencyKeyReused("This Idempotency-Key was used for another request. Use a new key for a new request.")


def not_enough_seats(available: int) -> NotEnoughSeats:
    """The refusal that says what would still fit."""
    detail = f"Only {available} seats are left." if available else "The event is sold out."
    return NotEnoughSeats(detail, available_seats=available)
