"""A clerk with a ledger, to compare the engine's decision with: slow, plain, and written independently of it.

The clerk keeps no counts. Whenever somebody asks, he adds up all bookings that hold places at that moment, and he
hands tickets out one by one.
"""

from datetime import datetime, timedelta

from fullhouse.rules.booking import (
    BasketRequest,
    Booking,
    BookRequest,
    CancelRequest,
    ChangeRequest,
    ConfirmRequest,
    IdempotencyKey,
    OfBooking,
    Request,
)
from fullhouse.rules.offer import Offer, TicketType, Wanted
from fullhouse.rules.price import Price, price_of
from tests.rules.answers import Answer, Basket, booked, cancelled, changed, no, once_more, said
from tests.rules.records import Records
from tests.rules.refunds import Money, back, tickets_of
from tests.rules.scenes import HOLD_TIME, NOW

NO_LIMIT = 10_000


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
        self.ids_taken = 0
        self.given_back: list[tuple[str, tuple[int, ...], Money]] = []
        self.now = self.moment = NOW

    def answers_to(self, requests: list[Request], asked_at: list[datetime], now: datetime) -> list[Answer]:
        """Answer all who meet in one batch."""
        self.now, self.struck, self.given_back = now, [], []
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
        return once_more(before) if fingerprint == key.fingerprint else no("idempotency_key_reused")

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
        if isinstance(request, ChangeRequest):
            return self.change(request)
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
        return self.write(Booking("", event_id, 0, request.places, "confirmed", self.now, None))

    def write(self, booking: Booking) -> Answer:
        number = self.records.houses[booking.event_id].bookings_made + 1
        number += sum(b.event_id == booking.event_id for b in self.made)
        b = booking._replace(id=f"fresh-{self.ids_taken}", number=number)
        self.ids_taken += 1
        self.made.append(b)
        self.bookings[b.id] = b
        return booked(b)

    def book_basket(self, request: BasketRequest) -> Answer:
        event_id = request.event_id
        refused = self.not_selling(event_id) or self.not_offered(request)
        if refused:
            return refused
        lines = self.hand_out(request)
        if not lines:
            return self.too_few(request)
        price = self.price(request, lines)
        is_paid = request.paid_by is not None or not price.total.gross_minor
        until = None if is_paid else self.now + HOLD_TIME
        booking = Booking("", event_id, 0, 0, "confirmed" if is_paid else "held", self.now, None, until, request.buyer)
        return self.write(self.with_lines(booking, lines, price)._replace(paid_by=request.paid_by))

    def too_few(self, request: BasketRequest) -> Answer:
        possible = [
            {"ticket_type_id": t, "quantity": n, "possible": min(n, self.alone(request.event_id, t))}
            for t, n in request.lines
        ]
        return no("not_enough_seats", available_seats=self.room(request.event_id), lines=possible)

    def price(self, request: BasketRequest, lines: Basket) -> Price:
        """Prices have tests of their own, so the clerk looks them up; what is given away has none."""
        offer = self.records.offers[request.event_id]
        if request.paid_by == "comp":
            given = {t: one._replace(price_minor=0) for t, one in offer.ticket_types.items()}
            offer = offer._replace(ticket_types=given)
        return price_of(offer, [Wanted(*line) for line in lines])

    def with_lines(self, booking: Booking, lines: Basket, price: Price) -> Booking:
        places, drawn = self.taken_by(booking.event_id, lines)
        return booking._replace(places=places, drawn=drawn, price=price)

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

    def find(self, request: OfBooking) -> Booking | None:
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
        if self.records.offers[request.event_id].state == "cancelled":
            return no("event_cancelled")
        costs = booking.price.total.gross_minor if booking.price else 0
        if request.paid_minor is not None and request.paid_minor < costs:
            return no("payment_not_possible")
        if booking.status == "expired" and (self.not_selling(request.event_id) or not self.is_still_free(booking)):
            return no("hold_expired")
        drawn = {pool: n for pool, n in (booking.drawn or {}).items() if (booking.event_id, pool) in self.records.pools}
        self.bookings[booking.id] = booking._replace(status="confirmed", paid_by=request.paid_by, drawn=drawn)
        return "confirmed", booking.id, request.paid_by

    def is_still_free(self, booking: Booking) -> bool:
        drawn = (booking.drawn or {}).items()
        return booking.places <= self.room(booking.event_id) and all(
            n <= self.room(booking.event_id, pool_id) for pool_id, n in drawn
        )

    def change(self, request: ChangeRequest) -> Answer:
        """Rub the hold out, sell anew what is wanted, and write the old one again when that can't be."""
        booking = self.find(request)
        if booking is None:
            return no("booking_not_found")
        if booking.status != "held":
            return no("booking_not_held", booking_status=booking.status)
        wanted = BasketRequest(request.event_id, request.lines, booking.buyer)
        refused = self.not_selling(request.event_id) or self.not_offered(wanted)
        if refused:
            return refused
        del self.bookings[booking.id]
        lines = self.hand_out(wanted)
        if not lines:
            refused = self.too_few(wanted)
            self.bookings[booking.id] = booking
            return refused
        after = self.with_lines(booking, lines, self.price(wanted, lines))
        is_free = not any(self.records.offers[after.event_id].ticket_types[t].price_minor for t, _ in lines)
        self.bookings[booking.id] = after = after._replace(status="confirmed" if is_free else "held")
        self.ids_taken += 1
        return changed(after)

    def cancel(self, request: CancelRequest) -> Answer:
        booking = self.find(request)
        if booking is None:
            return no("booking_not_found")
        if booking.status == "cancelled":
            return cancelled(booking)
        if booking.status == "confirmed":
            return self.give_back(request, booking)
        if request.tickets is not None:
            return no("booking_not_held", booking_status=booking.status)
        if request.expected_minor not in {None, 0}:
            return no("refund_changed", refund_minor=0)
        return self.strike_tickets(booking, [], (0, 0, 0))

    def give_back(self, request: CancelRequest, booking: Booking) -> Answer:
        sold = tickets_of(booking)
        for number in sorted(request.tickets or []):
            if number not in sold:
                return no("ticket_not_found", number=number)
        left = [number for number in sold if number not in booking.cancelled_tickets]
        numbers = [number for number in left if request.tickets is None or number in request.tickets]
        if not numbers:
            return cancelled(booking)
        percent, with_fees = self.terms(request)
        money = back(booking, numbers, percent, with_fees=with_fees)
        everything = back(booking, numbers, 100, with_fees=True)
        if request.refunding == "by_policy" and any(everything) and not percent:
            return no("cancellation_not_allowed")
        if request.expected_minor not in {None, sum(money)}:
            return no("refund_changed", refund_minor=sum(money))
        return self.strike_tickets(booking, numbers, money)

    def terms(self, request: CancelRequest) -> tuple[int, bool]:
        """Percent that go back, and whether fees do: as the policy says of the hours that are left."""
        if request.refunding != "by_policy":
            return (100, True) if request.refunding == "full" else (0, False)
        offer = self.records.offers[request.event_id]
        if offer.state == "cancelled":
            return 100, True
        if offer.refund_policy is None:
            return 0, False
        hours_left = (offer.starts_at - self.now) / timedelta(hours=1)
        possible = [percent for hours, percent in offer.refund_policy.steps if hours_left > hours]
        return max(possible, default=0), offer.refund_policy.with_fees

    def strike_tickets(self, booking: Booking, numbers: list[int], money: Money) -> Answer:
        """Strike tickets out one by one; with the last, or when there are none, the booking goes as a whole."""
        self.ids_taken += 1
        self.given_back.append((booking.id, tuple(numbers), money))
        sold = tickets_of(booking)
        gone = sorted([*booking.cancelled_tickets, *numbers])
        if booking.status != "confirmed" or len(gone) == len(sold):
            after = booking._replace(status="cancelled", cancelled_at=self.now)
        else:
            places, drawn = booking.places, dict(booking.drawn or {})
            for line in (sold[number] for number in numbers):
                places -= line.places if line else 1
                for pool_id in line.pool_ids if line else ():
                    # A pool that was deleted before is not written of any more.
                    if line and pool_id in drawn:
                        drawn[pool_id] -= line.places
            after = booking._replace(places=places, drawn=drawn, cancelled_tickets=tuple(gone))
        self.bookings[booking.id] = after
        return cancelled(after)
