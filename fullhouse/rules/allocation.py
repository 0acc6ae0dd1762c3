"""The engine's decision: every request of a batch, in order, becomes a booking, another change, or a refusal."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import shake_256
from types import MappingProxyType
from typing import Any, NamedTuple

from fullhouse.rules import basket
from fullhouse.rules.booking import (
    BasketRequest,
    Booked,
    Booking,
    BookRequest,
    Cancelled,
    CancelRequest,
    Confirmed,
    ConfirmRequest,
    Extended,
    ExtendRequest,
    IdempotencyKey,
    Outcome,
    PromoUse,
    Refused,
    Released,
    Request,
    Ticket,
)
from fullhouse.rules.house import House, HouseChange
from fullhouse.rules.offer import Offer
from fullhouse.rules.promo import PromoCode
from fullhouse.rules.refusals import (
    BookingNotFound,
    BookingNotHeld,
    EventNotFound,
    HoldExpired,
    IdempotencyKeyReused,
    NotEnoughSeats,
    TicketTypesRequired,
)
from fullhouse.rules.selling import Demand, Due, OpenEvent
from fullhouse.rules.sides import Sides

EMPTY: Mapping[Any, Any] = MappingProxyType({})

CODE_DIGITS = 32
"""A ticket's code is 128 bits, as 32 hexadecimal digits."""


class Remembered(NamedTuple):
    """What was answered under an idempotency key, and to what."""

    fingerprint: str
    outcome: Outcome


class Known(NamedTuple):
    """All that the database said before a batch is decided, by id. `pools` has what is available of each by event.

    `codes` are by event id and the code itself; `buyers` say what a buyer has of each ticket type, by event id and the
    buyer's key.
    """

    houses: Mapping[str, House]
    offers: Mapping[str, Offer]
    pools: Mapping[str, Mapping[str, int | None]]
    due: Mapping[str, Due]
    bookings: Mapping[str, Booking]
    keys: Mapping[str, Remembered]
    codes: Mapping[tuple[str, str], PromoCode] = EMPTY
    buyers: Mapping[tuple[str, str], Mapping[str, int]] = EMPTY


class Given(NamedTuple):
    """What comes from outside into a decision: the moment, fresh ids, and a secret that ticket codes are made of."""

    now: datetime
    ids: Sequence[str]
    secret: bytes
    hold_time: timedelta


class Deferred(NamedTuple):
    """No outcome yet: holds that have run out have to be released first, more than fit in one batch.

    Who is behind somebody deferred, for the same event, is deferred as well, so that nobody overtakes.
    """

    replayed: bool = False


class Decision(NamedTuple):
    """One outcome for each request, in their order, and what has to be written for that.

    `booked` has those that only count seats, `reserved` those with a buyer, price or pools. `changes` and `expiries`
    are by event id, `drawn` by event id and pool id, `promo_uses` (what changes) by event id and the code's id.
    """

    outcomes: list[Outcome | Deferred]
    booked: list[Booking]
    reserved: list[Booking]
    extended: list[Booking]
    confirmed: list[Booking]
    expired: list[Booking]
    cancelled: list[Booking]
    tickets: list[Ticket]
    keys: dict[str, Remembered]
    changes: dict[str, HouseChange]
    drawn: dict[tuple[str, str], int]
    expiries: dict[str, datetime | None]
    promo_uses: dict[tuple[str, str], PromoUse]


def decide(
    requests: Sequence[Request], known: Known, given: Given, asked_at: Sequence[datetime] | None = None
) -> Decision:
    """Decide `requests` in order; `given.ids` has at least one fresh id for each of them.

    The same input gives the same decision. First come, first served: a request that does not fit is refused
    and takes nothing, and a smaller one behind it may still fit. A hold runs out for those who asked at
    `expires_at` or later: who asked to confirm it before has it, although it is decided later. Without
    `asked_at`, all have asked now.
    """
    return _Deciding(known, given).all(requests, asked_at)


class _Deciding:
    """The running state of one decision. Nothing outside sees it, so `decide` stays a pure function."""

    def __init__(self, known: Known, given: Given) -> None:
        self.now, ids, self.secret, self.hold_time = given
        self.ids = iter(ids)
        self.keys = known.keys
        self.new_keys: dict[str, Remembered] = {}
        self.bookings = dict(known.bookings)
        self.events = {
            event_id: OpenEvent(
                house, known.offers[event_id], known.pools.get(event_id, {}), known.due.get(event_id), self.now
            )
            for event_id, house in known.houses.items()
        }
        self.booked: list[Booking] = []
        self.reserved: list[Booking] = []
        self.extended: dict[str, Booking] = {}
        self.confirmed: dict[str, Booking] = {}
        self.expired: dict[str, Booking] = {}
        self.cancelled: list[Booking] = []
        self.issued: list[tuple[str, int, int, str]] = []
        self.has_due = bool(known.due)
        self.moment = self.now
        self.deferring: set[str] = set()
        self.sides = Sides(known.codes, known.buyers)
        self.terms: dict[tuple[object, ...], basket.Terms] = {}

    def all(self, requests: Sequence[Request], asked_at: Sequence[datetime] | None) -> Decision:
        outcomes: list[Outcome | Deferred] = []
        for n, request in enumerate(requests):
            if self.has_due:
                outcomes.append(self.after_release(request, self.now if asked_at is None else asked_at[n]))
            else:
                outcomes.append(self.one(request) if request.key is None else self.keyed(request, request.key))
        return Decision(
            outcomes=outcomes,
            booked=self.booked,
            reserved=self.reserved,
            extended=list(self.extended.values()),
            confirmed=list(self.confirmed.values()),
            expired=list(self.expired.values()),
            cancelled=self.cancelled,
            tickets=self.tickets(),
            keys=self.new_keys,
            changes={event_id: change for event_id, event in self.events.items() if (change := event.change)},
            drawn={
                (event_id, pool_id): places
                for event_id, event in self.events.items()
                for pool_id, places in event.drawn_change.items()
                if places
            },
            expiries={
                event_id: event.expiry
                for event_id, event in self.events.items()
                if event.expiry != event.house.next_expiry_at
            },
            promo_uses=self.sides.promo_uses,
        )

    def tickets(self) -> list[Ticket]:
        """The tickets that were issued, with codes from the secret of the batch (SHAKE256 as in FIPS 202)."""
        digits = shake_256(self.secret).hexdigest(len(self.issued) * CODE_DIGITS // 2)
        return [
            Ticket(*issued, digits[n * CODE_DIGITS : (n + 1) * CODE_DIGITS]) for n, issued in enumerate(self.issued)
        ]

    def after_release(self, request: Request, moment: datetime) -> Outcome | Deferred:
        """Release what has run out at the moment when it was asked, then decide."""
        if request.event_id in self.deferring:
            return Deferred()
        self.moment = moment
        self.release(request.event_id, moment)
        outcome = self.one(request) if request.key is None else self.keyed(request, request.key)
        if type(outcome) is Deferred:
            self.deferring.add(request.event_id)
        return outcome

    def keyed(self, request: Request, key: IdempotencyKey) -> Outcome | Deferred:
        """Answer again what was answered before, or decide and remember."""
        before = self.keys.get(key.id) or self.new_keys.get(key.id)
        if before is None:
            outcome = self.one(request)
            if type(outcome) is not Deferred:
                self.new_keys[key.id] = Remembered(key.fingerprint, outcome)  # type: ignore[arg-type] # not narrowed by `type() is`
            return outcome
        if before.fingerprint != key.fingerprint:
            return Refused(key_reused())
        return before.outcome._replace(replayed=True)

    def one(self, request: Request) -> Outcome | Deferred:
        if type(request) is BookRequest:
            return self.book(request)
        if isinstance(request, BasketRequest):
            return self.book_basket(request)
        if isinstance(request, ConfirmRequest):
            return self.confirm(request)
        if isinstance(request, CancelRequest):
            return self.cancel(request)
        if isinstance(request, ExtendRequest):
            return self.extend(request)
        event = self.events.get(request.event_id)
        count = sum(booking.event_id == request.event_id for booking in self.expired.values())
        return Released(count, event is not None and event.is_more_due(self.moment))

    def release(self, event_id: str, moment: datetime) -> None:
        """Give back what is held no longer at that moment."""
        event = self.events.get(event_id)
        if event is None:
            return
        due = event.waiting_due
        while due and due[-1].expires_at <= moment:  # type: ignore[operator] # a hold runs out
            hold = self.bookings.get(due[-1].id, due[-1])
            due.pop()
            if hold.status == "held" and hold.id not in self.extended:
                event.put_back(hold)
                self.sides.put_back(hold)
                self.expired[hold.id] = self.bookings[hold.id] = hold._replace(status="expired")

    def book(self, request: BookRequest) -> Outcome | Deferred:
        event_id, places, _ = request
        event = self.events.get(event_id)
        if event is None:
            return Refused(EventNotFound("There is no such event."))
        if event.refusal is not None:
            return Refused(event.refusal)
        general = event.offer.general
        if general is None:
            return Refused(TicketTypesRequired("The event has ticket types: say lines instead of num_seats."))
        if event.available < places:
            return Deferred() if event.is_more_due(self.moment) else Refused(not_enough_seats(event.available))
        event.available -= places
        event.bookings_made = number = event.bookings_made + 1
        booking = Booking(next(self.ids), event_id, number, places, "confirmed", self.now, None)
        self.booked.append(booking)
        for n in range(1, places + 1):
            self.issued.append((event_id, number, n, general.id))
        return Booked(booking)

    def book_basket(self, request: BasketRequest) -> Outcome | Deferred:
        event = self.events.get(request.event_id)
        if event is None:
            return Refused(EventNotFound("There is no such event."))
        if event.refusal is not None:
            return Refused(event.refusal)
        terms = self.terms_of(event, request)
        if terms.refusal is not None:
            return Refused(terms.refusal)
        fitting = basket.what_fits(event, request, terms.demand)
        if fitting.lines != request.lines:
            if event.is_more_due(self.moment):
                return Deferred()
            if fitting.refusal is not None:
                return Refused(fitting.refusal)
            request = request._replace(lines=fitting.lines)
            terms = self.terms_of(event, request)
        refusal = terms.refusal or self.sides.refusal(event.offer, request, terms.code, terms.use)
        if refusal is not None:
            return Deferred() if event.is_more_due(self.moment) else Refused(refusal)
        event.take(terms.demand)
        event.bookings_made += 1
        booking = basket.booking_of(event, request, terms, basket.Fresh(next(self.ids), self.now, self.hold_time))
        self.sides.take(booking)
        self.reserved.append(booking)
        event.expect(booking.expires_at)
        if booking.status == "confirmed":
            self.issue(booking)
        return Booked(booking)

    def terms_of(self, event: OpenEvent, request: BasketRequest) -> basket.Terms:
        """The terms of a request. In a rush many want the same, so they are made out once in a batch."""
        key = (request.event_id, request.lines, request.promo_code, request.paid_by)
        terms = self.terms.get(key)
        if terms is None:
            code = self.sides.code(request)
            terms = self.terms[key] = basket.terms_of(event.offer, request, code, self.now)
        return terms

    def confirm(self, request: ConfirmRequest) -> Outcome | Deferred:
        booking = self.bookings.get(request.booking_id)
        if booking is None or booking.event_id != request.event_id:
            return Refused(BookingNotFound("There is no such booking."))
        if booking.status == "confirmed":
            return Confirmed(booking)
        if booking.status == "cancelled":
            return Refused(BookingNotHeld("The booking was cancelled; book anew.", booking_status=booking.status))
        if booking.status == "expired" and not self.take_again(booking):
            event = self.events[booking.event_id]
            if event.refusal is None and event.is_more_due(self.moment):
                return Deferred()
            return Refused(HoldExpired("The hold has run out, and its places are sold to somebody else."))
        booking = booking._replace(status="confirmed", paid_by=request.paid_by)
        self.bookings[booking.id] = self.confirmed[booking.id] = booking
        self.issue(booking)
        return Confirmed(booking)

    def take_again(self, booking: Booking) -> bool:
        """Take all that an expired hold had, if it is still there."""
        event = self.events[booking.event_id]
        demand = Demand(booking.places, booking.drawn or {})
        if event.refusal is not None or not event.fits(demand) or not self.sides.fits(event.offer, booking):
            return False
        event.take(demand)
        self.sides.take(booking)
        self.expired.pop(booking.id, None)
        return True

    def extend(self, request: ExtendRequest) -> Outcome:
        booking = self.bookings.get(request.booking_id)
        if booking is None or booking.event_id != request.event_id:
            return Refused(BookingNotFound("There is no such booking."))
        if booking.status == "expired":
            return Refused(HoldExpired("The hold has run out; book anew."))
        if booking.status != "held" or booking.expires_at is None:
            return Refused(BookingNotHeld(f"The booking is {booking.status}.", booking_status=booking.status))
        if booking.expires_at < request.until and self.now < request.until:
            booking = booking._replace(expires_at=request.until)
            self.bookings[booking.id] = self.extended[booking.id] = booking
            self.events[booking.event_id].expect(request.until)
        return Extended(booking)

    def issue(self, booking: Booking) -> None:
        """Issue a booking's tickets, numbered through its lines."""
        n = 0
        for line in booking.price.lines if booking.price else ():
            for _ in range(line.quantity):
                n += 1
                self.issued.append((booking.event_id, booking.number, n, line.ticket_type_id))

    def cancel(self, request: CancelRequest) -> Outcome:
        booking = self.bookings.get(request.booking_id)
        if booking is None or booking.event_id != request.event_id:
            return Refused(BookingNotFound("There is no such booking."))
        if booking.status in {"confirmed", "held"}:
            self.events[booking.event_id].put_back(booking)
            self.sides.put_back(booking)
        if booking.status != "cancelled":
            booking = booking._replace(status="cancelled", cancelled_at=self.now)
            self.bookings[booking.id] = booking
            self.expired.pop(booking.id, None)
            self.cancelled.append(booking)
        return Cancelled(booking)


def key_reused() -> IdempotencyKeyReused:
    """The refusal for a key that came with another request."""
    return IdempotencyKeyReused("This Idempotency-Key was used for another request. Use a new key for a new request.")


def not_enough_seats(available: int) -> NotEnoughSeats:
    """The refusal that says what would still fit."""
    detail = f"Only {available} seats are left." if available else "The event is sold out."
    return NotEnoughSeats(detail, available_seats=available)
