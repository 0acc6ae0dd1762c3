"""A clerk with a ledger, to compare the engine's decision with: slow, plain, and written independently of it.

The clerk keeps no counts. Whenever somebody asks, he adds up all bookings that hold places at that moment, and he
hands tickets out one by one.
"""

from datetime import datetime
from typing import Any, TypeAlias

from fullhouse.rules.allocation import Deferred
from fullhouse.rules.booking import (
    BasketRequest,
    Booked,
    Booking,
    BookRequest,
    Cancelled,
    CancelRequest,
    Confirmed,
    ConfirmRequest,
    IdempotencyKey,
    Outcome,
    Refused,
    Released,
    Request,
    Status,
)
from fullhouse.rules.offer import Offer, TicketType
from tests.rules.records import Records
from tests.rules.scenes import HOLD_TIME, NOW

Answer: TypeAlias = tuple[object, ...]
Basket: TypeAlias = list[tuple[str, int]]

NO_LIMIT = 10_000


def said(outcome: Outcome | Deferred) -> Answer:
    """An outcome in the clerk's words."""
    again = ("again",) if outcome.replayed else ()
    if isinstance(outcome, Booked):
        b = outcome.booking
        lines = [(line.ticket_type_id, line.quantity) for line in b.price.lines] if b.price else None
        return *again, "booked", b.event_id, b.number, b.status, b.places, b.drawn or {}, b.expires_at, lines, b.paid_by
    if isinstance(outcome, Confirmed):
        return *again, "confirmed", outcome.booking.id, outcome.booking.paid_by
    if isinstance(outcome, Cancelled):
        return *again, "cancelled", outcome.booking.id
    if isinstance(outcome, Released):
        return "released", outcome.holds
    assert isinstance(outcome, Refused), "nobody is deferred unless there is too much to release"
    return *again, "refused", outcome.refusal.code, outcome.refusal.facts


def no(code: str, **facts: Any) -> Answer:
    """A refusal in the clerk's words."""
    return "refused", code, facts


class Ledger:
    """All bookings, and what was answered under which key."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.bookings: dict[str, Booking] = dict(records.bookings)
        self.answers = {key: (before.fingerprint, said(before.outcome)) for key, before in records.keys.items()}
        self.elsewhere = {e: house.taken - records.places(e) for e, house in records.houses.items()}
        self.drawn_elsewhere = {at: pool.taken - records.places(*at) for at, pool in records.pools.items()}
        self.made: list[Booking] = []
        self.struck: list[str] = []
        self.now = self.moment = NOW

    def answers_to(self, requests: list[Request], asked_at: list[datetime], now: datetime) -> list[Answer]:
        """Answer all who meet in one batch."""
        self.now, self.struck = now, []
        return [self.answer(request, moment) for request, moment in zip(requests, asked_at, strict=True)]

    def answer(self, request: Request, moment: datetime) -> Answer:
        """Answer the next person in the line, who asked at that moment."""
        self.moment = moment
        self.strike_out(request.event_id)
        key: IdempotencyKey | None = request.key
        if key is None:
            return self.act(request)
        if key.id not in self.answers:
            self.answers[key.id] = (key.fingerprint, self.act(request))
            return self.answers[key.id][1]
        fingerprint, before = self.answers[key.id]
        return ("again", *before) if fingerprint == key.fingerprint else no("idempotency_key_reused")

    def strike_out(self, event_id: str) -> None:
        """Mark the holds of an event that have run out."""
        for booking in list(self.bookings.values()):
            if booking.event_id == event_id and booking.status == "held" and not self.has_places(booking):
                self.bookings[booking.id] = booking._replace(status="expired")
                self.struck.append(booking.id)

    def act(self, request: Request) -> Answer:
        if isinstance(request, BookRequest):
            return self.book(request)
        if isinstance(request, BasketRequest):
            return self.book_basket(request)
        if isinstance(request, ConfirmRequest):
            return self.confirm(request)
        if isinstance(request, CancelRequest):
            return self.cancel(request)
        struck = [self.bookings[booking_id] for booking_id in self.struck]
        return "released", sum(b.status == "expired" and b.event_id == request.event_id for b in struck)

    def has_places(self, booking: Booking) -> bool:
        """A confirmed booking has them, and a hold until it runs out."""
        if booking.status == "held":
            assert booking.expires_at is not None
            return self.moment < booking.expires_at
        return booking.status == "confirmed"

    def room(self, event_id: str, pool_id: str | None = None) -> int:
        """Places of a house or of a pool that nobody has now."""
        live = [b for b in self.bookings.values() if b.event_id == event_id and self.has_places(b)]
        if pool_id is None:
            house = self.records.houses[event_id]
            return house.capacity - house.held_back - self.elsewhere[event_id] - sum(b.places for b in live)
        pool = self.records.pools.get((event_id, pool_id))
        # A pool that was deleted since limits nothing any more.
        if pool is None or pool.capacity is None:
            return NO_LIMIT
        drawn = sum(b.drawn[pool_id] for b in live if b.drawn and pool_id in b.drawn)
        return pool.capacity - pool.held_back - self.drawn_elsewhere[event_id, pool_id] - drawn

    def closed(self, offer: Offer | TicketType) -> Answer | None:
        """Sales begin at the moment that is said, and have ended at the other one."""
        about = {"ticket_type_id": offer.id} if isinstance(offer, TicketType) else {}
        if offer.sales_from and self.now < offer.sales_from:
            return no("not_on_sale", sales_from=offer.sales_from.isoformat(), **about)
        if offer.sales_until and not self.now < offer.sales_until:
            return no("not_on_sale", sales_until=offer.sales_until.isoformat(), **about)
        return None

    def not_selling(self, event_id: str) -> Answer | None:
        offer = self.records.offers.get(event_id)
        if offer is None or offer.state == "draft":
            return no("event_not_found")
        if offer.state == "cancelled":
            return no("event_cancelled")
        if not offer.starts_at > self.now:
            return no("event_over")
        return self.closed(offer)

    def book(self, request: BookRequest) -> Answer:
        event_id = request.event_id
        refused = self.not_selling(event_id)
        if refused:
            return refused
        if self.records.offers[event_id].general is None:
            return no("ticket_types_required")
        room = self.room(event_id)
        if room < request.places:
            return no("not_enough_seats", available_seats=room)
        return self.write(Booking("", event_id, 0, request.places, "confirmed", self.now, None), None)

    def write(self, booking: Booking, lines: Basket | None) -> Answer:
        number = self.records.houses[booking.event_id].bookings_made + 1
        number += sum(b.event_id == booking.event_id for b in self.made)
        b = booking._replace(id=f"fresh-{len(self.made)}", number=number)
        self.made.append(b)
        self.bookings[b.id] = b
        return "booked", b.event_id, number, b.status, b.places, b.drawn or {}, b.expires_at, lines, b.paid_by

    def book_basket(self, request: BasketRequest) -> Answer:
        event_id = request.event_id
        refused = self.not_selling(event_id) or self.not_offered(request)
        if refused:
            return refused
        lines = self.hand_out(request)
        if not lines:
            possible = [
                {"ticket_type_id": t, "quantity": n, "possible": min(n, self.alone(event_id, t))}
                for t, n in request.lines
            ]
            return no("not_enough_seats", available_seats=self.room(event_id), lines=possible)
        types = self.records.offers[event_id].ticket_types
        places, drawn = self.taken_by(event_id, lines)
        is_paid = request.paid_by is not None or not any(types[type_id].price_minor for type_id, _ in lines)
        until = None if is_paid else self.now + HOLD_TIME
        status: Status = "confirmed" if is_paid else "held"
        booking = Booking("", event_id, 0, places, "confirmed", self.now, None, until, None, None, drawn)
        return self.write(booking._replace(status=status, paid_by=request.paid_by), lines)

    def not_offered(self, request: BasketRequest) -> Answer | None:
        types = self.records.offers[request.event_id].ticket_types
        seen = ["public"] if request.paid_by is None else ["public", "box_office"]
        for type_id in dict(request.lines):
            one = types.get(type_id)
            if one is None or one.visibility not in seen:
                return no("ticket_type_not_found", ticket_type_id=type_id)
            closed = self.closed(one)
            if closed:
                return closed
            quantity = sum(n for t, n in request.lines if t == type_id)
            if not one.tickets_min <= quantity <= (one.tickets_max or NO_LIMIT):
                limits = {"tickets_min": one.tickets_min, "tickets_max": one.tickets_max}
                told = {name: limit for name, limit in limits.items() if limit is not None}
                return no("quantity_not_allowed", ticket_type_id=type_id, **told)
        return None

    def taken_by(self, event_id: str, lines: Basket) -> tuple[int, dict[str, int]]:
        """Places of the house and of each pool that lines take, counted ticket by ticket."""
        places, drawn = 0, dict[str, int]()
        for type_id, quantity in lines:
            one = self.records.offers[event_id].ticket_types[type_id]
            for _ in range(quantity):
                places += one.places
                for pool_id in one.pool_ids:
                    drawn[pool_id] = drawn.get(pool_id, 0) + one.places
        return places, drawn

    def is_room(self, event_id: str, lines: Basket) -> bool:
        places, drawn = self.taken_by(event_id, lines)
        return places <= self.room(event_id) and all(n <= self.room(event_id, pool) for pool, n in drawn.items())

    def alone(self, event_id: str, type_id: str) -> int:
        """The most tickets of a type that somebody could have who wants nothing else; fewer than its least are none."""
        one = self.records.offers[event_id].ticket_types[type_id]
        most = one.tickets_max or 20
        fitting = [n for n in range(one.tickets_min, most + 1) if self.is_room(event_id, [(type_id, n)])]
        return max(fitting, default=0)

    def hand_out(self, request: BasketRequest) -> Basket:
        """All, or with `accept_fewer` ticket after ticket as long as there is room; then leave out what is too few."""
        event_id, wanted = request.event_id, [(t, n) for t, n in request.lines]
        if self.is_room(event_id, wanted):
            return wanted
        if not request.accept_fewer:
            return []
        kept: Basket = []
        for type_id, quantity in wanted:
            given = 0
            while given < quantity and self.is_room(event_id, [*kept, (type_id, given + 1)]):
                given += 1
            kept += [(type_id, given)] if given else []
        types = self.records.offers[event_id].ticket_types
        return [(t, n) for t, n in kept if sum(m for u, m in kept if u == t) >= types[t].tickets_min]

    def find(self, request: ConfirmRequest | CancelRequest) -> Booking | None:
        booking = self.bookings.get(request.booking_id)
        return booking if booking and booking.event_id == request.event_id else None

    def confirm(self, request: ConfirmRequest) -> Answer:
        booking = self.find(request)
        if booking is None:
            return no("booking_not_found")
        if booking.status == "cancelled":
            return no("booking_not_held", booking_status="cancelled")
        if booking.status == "confirmed":
            return "confirmed", booking.id, booking.paid_by
        if booking.status == "expired" and (self.not_selling(request.event_id) or not self.is_still_free(booking)):
            return no("hold_expired")
        self.bookings[booking.id] = booking._replace(status="confirmed", paid_by=request.paid_by)
        return "confirmed", booking.id, request.paid_by

    def is_still_free(self, booking: Booking) -> bool:
        drawn = (booking.drawn or {}).items()
        return booking.places <= self.room(booking.event_id) and all(
            n <= self.room(booking.event_id, pool_id) for pool_id, n in drawn
        )

    def cancel(self, request: CancelRequest) -> Answer:
        booking = self.find(request)
        if booking is None:
            return no("booking_not_found")
        self.bookings[booking.id] = booking._replace(status="cancelled")
        return "cancelled", booking.id
