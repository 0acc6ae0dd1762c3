"""A clerk with a ledger, to compare the engine's decision with: slow, plain, and written independently of it.

The clerk keeps no counts. Whenever somebody asks, he adds up all bookings that hold places at that moment.
"""

from fullhouse.rules.allocation import Known
from fullhouse.rules.booking import Booked, Booking, BookRequest, Cancelled, CancelRequest, Outcome, Refused, Request
from tests.rules.scenes import IDS, NOW

Answer = tuple[str, ...]


def said(outcome: Outcome) -> Answer:
    """An outcome in the clerk's words."""
    if isinstance(outcome, Booked):
        booking = outcome.booking
        return "booked", booking.event_id, booking.id, str(booking.number), str(booking.places)
    if isinstance(outcome, Cancelled):
        return "cancelled", outcome.booking.id
    assert isinstance(outcome, Refused)
    return "refused", outcome.refusal.code, str(outcome.refusal.facts.get("available_seats", ""))


class Ledger:
    """All bookings, and what was answered under which key."""

    def __init__(self, known: Known) -> None:
        self.known = known
        self.bookings: dict[str, Booking] = dict(known.bookings)
        self.live = {b.id for b in known.bookings.values() if b.status == "confirmed"}
        self.answers = {key: (before.fingerprint, said(before.outcome)) for key, before in known.keys.items()}
        self.fresh = list(IDS)
        self.elsewhere = {house.event_id: house.taken - self.held(house.event_id) for house in known.houses.values()}

    def held(self, event_id: str) -> int:
        """Places of an event that the bookings in the ledger hold now."""
        return sum(b.places for b in self.bookings.values() if b.id in self.live and b.event_id == event_id)

    def free(self, event_id: str) -> int:
        """Places of an event that nobody holds now."""
        return self.known.houses[event_id].capacity - self.elsewhere[event_id] - self.held(event_id)

    def answer(self, request: Request) -> Answer:
        """Answer the next person in the line."""
        if request.key is None:
            return self.act(request)
        fingerprint, before = self.answers.get(request.key.id, ("", ()))
        if not before:
            now = self.act(request)
            self.answers[request.key.id] = (request.key.fingerprint, now)
            return now
        return before if fingerprint == request.key.fingerprint else ("refused", "idempotency_key_reused", "")

    def act(self, request: Request) -> Answer:
        return self.book(request) if isinstance(request, BookRequest) else self.cancel(request)

    def book(self, request: BookRequest) -> Answer:
        house = self.known.houses.get(request.event_id)
        if house is None:
            return "refused", "event_not_found", ""
        if not house.closes_at > NOW:
            return "refused", "event_over", ""
        if self.free(house.event_id) < request.places:
            return "refused", "not_enough_seats", str(self.free(house.event_id))
        made_now = [b for b in self.bookings.values() if b.event_id == house.event_id and b.created_at == NOW]
        number = house.bookings_made + len(made_now) + 1
        booking = Booking(self.fresh.pop(0), house.event_id, number, request.places, "confirmed", NOW, None)
        self.bookings[booking.id] = booking
        self.live.add(booking.id)
        return "booked", house.event_id, booking.id, str(number), str(request.places)

    def cancel(self, request: CancelRequest) -> Answer:
        booking = self.bookings.get(request.booking_id)
        if booking is None or booking.event_id != request.event_id:
            return "refused", "booking_not_found", ""
        self.live.discard(booking.id)
        return "cancelled", booking.id
