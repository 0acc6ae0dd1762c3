"""The engine's decision: every request of a batch, in order, becomes a booking, another change, or a refusal."""

from collections.abc import Sequence
from datetime import datetime

from fullhouse.rules import basket, cancellation, notice
from fullhouse.rules.acts import Acts
from fullhouse.rules.booking import (
    BasketRequest,
    Booked,
    Booking,
    BookRequest,
    Cancelled,
    CancelRequest,
    Changed,
    ChangeRequest,
    Confirmed,
    ConfirmRequest,
    Extended,
    ExtendRequest,
    IdempotencyKey,
    OfBooking,
    Outcome,
    Refused,
    Released,
    Request,
    status_at,
    to_pay_minor,
)
from fullhouse.rules.booking_change import BookingChange
from fullhouse.rules.cancellation import Cancellation
from fullhouse.rules.decision import Decision, Deferred, Given, Known, Remembered
from fullhouse.rules.issuing import Issuing
from fullhouse.rules.notice import Notice
from fullhouse.rules.refusals import (
    BookingNotFound,
    BookingNotHeld,
    EventCancelled,
    EventNotFound,
    HoldExpired,
    IdempotencyKeyReused,
    PaymentNotPossible,
    Refusal,
    TicketTypesRequired,
)
from fullhouse.rules.selling import Demand, OpenEvent, drawn_changes
from fullhouse.rules.sides import Sides


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
        self.now, ids, self.secret, hold_time = given
        self.span = basket.Span(self.now, self.now + hold_time)
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
        self.changed: dict[str, Booking] = {}
        self.cancelled: list[Cancellation] = []
        self.history: list[BookingChange] = []
        self.issuing = Issuing()
        self.acts = Acts()
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
            changed=list(self.changed.values()),
            cancelled=self.cancelled,
            history=self.history,
            tickets=self.issuing.tickets(self.secret),
            notices=self.notices(),
            keys=self.new_keys,
            changes={event_id: change for event_id, event in self.events.items() if (change := event.change)},
            drawn=drawn_changes(self.events),
            expiries={at: event.expiry for at, event in self.events.items() if event.is_expiry_changed},
            promo_uses={at: use for at, use in self.sides.promo_uses.items() if any(use)},
            acts=self.acts.entries(self.now, self.secret),
        )

    def notices(self) -> list[Notice]:
        """What has to be told of all that was decided."""
        free = [booking for booking in self.reserved if booking.status == "confirmed"]
        happened = notice.Happened(
            held=[booking for booking in self.reserved if booking.status == "held"],
            changed=list(self.changed.values()),
            expired=list(self.expired.values()),
            confirmed=[*self.booked, *free, *self.confirmed.values()],
            cancelled=self.cancelled,
        )
        counted = {
            event_id: notice.Counted(event.offer.organizer_id, event.house.notices_made)
            for event_id, event in self.events.items()
        }
        return notice.of_batch(happened, counted, self.now)

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
        if isinstance(request, OfBooking):
            return self.of_booking(request)
        event = self.events.get(request.event_id)
        count = sum(booking.event_id == request.event_id for booking in self.expired.values())
        return Released(count, event is not None and event.is_more_due(self.moment))

    def of_booking(self, request: OfBooking) -> Outcome | Deferred:
        """Decide on a request that names a booking."""
        booking = self.bookings.get(request.booking_id)
        if booking is None or booking.event_id != request.event_id:
            return Refused(BookingNotFound("There is no such booking."))
        if isinstance(request, ConfirmRequest):
            return self.confirm(request, booking)
        if isinstance(request, CancelRequest):
            return self.cancel(request, booking)
        if isinstance(request, ExtendRequest):
            return self.extend(request, booking)
        return self.change(request, booking)

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
            return Deferred() if event.is_more_due(self.moment) else Refused(event.not_enough)
        event.available -= places
        event.bookings_made = number = event.bookings_made + 1
        booking = Booking(next(self.ids), event_id, number, places, "confirmed", self.now, None)
        self.booked.append(booking)
        self.issuing.issue_places(event_id, number, places, general.id)
        return Booked(booking)

    def book_basket(self, request: BasketRequest) -> Outcome | Deferred:
        event = self.events.get(request.event_id)
        if event is None:
            return Refused(EventNotFound("There is no such event."))
        terms = self.agree(event, request)
        if not isinstance(terms, basket.Terms):
            return terms
        event.take(terms.demand)
        event.bookings_made += 1
        booking = basket.booking_of(event, request, terms, next(self.ids), self.span)
        self.sides.take(booking)
        self.reserved.append(booking)
        event.expect(booking.expires_at)
        if request.who is not None:
            sold = {"status": booking.status, "places": booking.places, "paid_by": booking.paid_by}
            self.acts.add("booking.sale", request.who, booking, None, sold)
        if booking.status == "confirmed":
            self.issuing.issue(booking)
        return Booked(booking)

    def agree(self, event: OpenEvent, request: BasketRequest) -> basket.Terms | Refused | Deferred:
        """The terms on which a basket can be had, whole or with `accept_fewer` in part."""
        if event.refusal is not None:
            return Refused(event.refusal)
        terms = self.terms_of(event, request)
        if terms.refusal is not None:
            return Refused(terms.refusal)
        if not event.fits(terms.demand):
            if event.is_more_due(self.moment):
                return Deferred()
            fitting = basket.what_fits(event, request)
            if fitting.refusal is not None:
                return Refused(fitting.refusal)
            request = request._replace(lines=fitting.lines)
            terms = self.terms_of(event, request)
        refusal = terms.refusal or self.sides.refusal(event, request, terms.code, terms.promo)
        if refusal is not None:
            return Deferred() if event.is_more_due(self.moment) else Refused(refusal)
        return terms

    def terms_of(self, event: OpenEvent, request: BasketRequest) -> basket.Terms:
        """The terms of a request. In a rush many want the same, so they are made out once in a batch."""
        key = (request.event_id, request.lines, request.promo_code, request.paid_by)
        terms = self.terms.get(key)
        if terms is None:
            code = self.sides.code(request)
            terms = self.terms[key] = basket.terms_of(event.offer, request, code, self.now)
        return terms

    def confirm(self, request: ConfirmRequest, booking: Booking) -> Outcome | Deferred:
        if booking.status == "confirmed":
            return Confirmed(booking)
        if booking.status == "cancelled":
            return Refused(BookingNotHeld("The booking was cancelled; book anew.", booking_status=booking.status))
        event = self.events[booking.event_id]
        if isinstance(event.refusal, EventCancelled):
            return Refused(event.refusal)
        if request.paid_minor is not None and request.paid_minor < to_pay_minor(booking):
            return Refused(PaymentNotPossible("Less was paid than the booking costs by now."))
        if booking.status == "expired" and not self.take_again(booking):
            if event.refusal is None and event.is_more_due(self.moment):
                return Deferred()
            return Refused(HoldExpired("The hold has run out, and its places are sold to somebody else."))
        before = booking.status
        booking = booking._replace(status="confirmed", paid_by=request.paid_by, drawn=event.still_there(booking.drawn))
        if request.who is not None:
            paid = {"status": booking.status, "paid_by": booking.paid_by}
            self.acts.add("booking.confirmation", request.who, booking, {"status": before}, paid)
        self.bookings[booking.id] = self.confirmed[booking.id] = booking
        self.issuing.issue(booking)
        return Confirmed(booking)

    def take_again(self, booking: Booking) -> bool:
        """Take all that an expired hold had, if it is still there."""
        event = self.events[booking.event_id]
        demand = Demand(booking.places, booking.drawn or {})
        if event.refusal is not None or not event.fits(demand) or not self.sides.fits(event, booking):
            return False
        event.take(demand)
        self.sides.take(booking)
        self.expired.pop(booking.id, None)
        return True

    def extend(self, request: ExtendRequest, booking: Booking) -> Outcome:
        if booking.status == "expired":
            return Refused(HoldExpired("The hold has run out; book anew."))
        if booking.status != "held" or booking.expires_at is None:
            return Refused(BookingNotHeld(f"The booking is {booking.status}.", booking_status=booking.status))
        event = self.events[booking.event_id]
        if isinstance(event.refusal, EventCancelled):
            return Refused(event.refusal)
        if booking.expires_at < request.until and self.now < request.until:
            booking = booking._replace(expires_at=request.until)
            self.bookings[booking.id] = self.extended[booking.id] = booking
            event.expect(request.until)
        return Extended(booking)

    def change(self, request: ChangeRequest, booking: Booking) -> Outcome | Deferred:
        status = status_at(booking, self.moment)
        if status != "held":
            return Refused(BookingNotHeld(f"The booking is {status}.", booking_status=status))
        event = self.events[booking.event_id]
        # What it has is there for the new lines, too; if they can't be had, it keeps the old ones.
        event.put_back(booking)
        self.sides.put_back(booking)
        asked = BasketRequest(booking.event_id, request.lines, booking.buyer, promo_code=request.promo_code)
        terms = self.agree(event, asked)
        if not isinstance(terms, basket.Terms):
            event.take(Demand(booking.places, booking.drawn or {}))
            self.sides.take(booking)
            return terms
        event.take(terms.demand)
        before, booking = booking, basket.with_terms(booking, terms)
        self.sides.take(booking)
        self.bookings[booking.id] = self.changed[booking.id] = booking
        change = basket.lines_change(before, booking, request.by, next(self.ids), self.now)
        self.history.append(change)
        if request.who is not None:
            self.acts.add("booking.lines", request.who, booking, *basket.lines_acted(change))
        if booking.status == "confirmed":
            self.confirmed[booking.id] = booking
            self.issuing.issue(booking)
        return Changed(booking)

    def cancel(self, request: CancelRequest, booking: Booking) -> Outcome:
        if request.refunding == "by_policy" and isinstance(self.events[booking.event_id].refusal, EventCancelled):
            # What will not take place is paid back whole, to those as well who do not wait for it.
            request = request._replace(refunding="full")
        done = cancellation.of(booking._replace(status=status_at(booking, self.moment)), request, self.now)
        if done is None or isinstance(done, Refusal):
            return Cancelled(booking) if done is None else Refused(done)
        if booking.status in {"confirmed", "held"}:
            self.events[booking.event_id].put_back(booking)
            self.sides.put_back(booking)
        if done.booking.status == "confirmed":
            self.events[booking.event_id].take(Demand(done.booking.places, done.booking.drawn or {}))
            self.sides.take(done.booking)
        self.bookings[booking.id] = done.booking
        self.expired.pop(booking.id, None)
        self.cancelled.append(done)
        self.history.append(done.change(next(self.ids), self.now))
        if request.who is not None:
            self.acts.add("booking.cancellation", request.who, booking, {"status": booking.status}, done.acted())
        return Cancelled(done.booking)


def key_reused() -> IdempotencyKeyReused:
    """The refusal for a key that came with another request."""
    return IdempotencyKeyReused("This Idempotency-Key was used for another request. Use a new key for a new request.")
