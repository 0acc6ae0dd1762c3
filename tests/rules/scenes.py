"""What a batch meets, built by hand: offers, houses, bookings from before, and what the database said of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from fullhouse.rules.allocation import decide
from fullhouse.rules.booking import Booking, Buyer, Outcome, Refused, Request
from fullhouse.rules.decision import Decision, Deferred, Given, Known, Remembered
from fullhouse.rules.house import House
from fullhouse.rules.offer import Offer, Tax, TicketType, Wanted, general_admission
from fullhouse.rules.price import price_of
from fullhouse.rules.refusals import Refusal
from fullhouse.rules.selling import Due, demand_of

NOW = datetime(2030, 5, 1, 19, 30, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=40)
TOMORROW = NOW + timedelta(days=1)
MICROSECOND = timedelta(microseconds=1)
HOLD_TIME = timedelta(minutes=10)
IDS = [f"fresh-{n}" for n in range(100)]
GIVEN = Given(NOW, IDS, b"secret", HOLD_TIME)
UNTAXED = Tax(0, is_included=True)
ANN = Buyer("Ann", "ann@example.com")
GENERAL = TicketType("general", "General admission", 0, UNTAXED, 1, 1, None, None, None, "public", ())


def ticket_type(type_id: str, price_minor: int = 0, **changes: Any) -> TicketType:
    """A ticket type with nothing special, apart from `changes`."""
    return GENERAL._replace(id=type_id, name=type_id.title(), price_minor=price_minor, **changes)


def offer_of(event_id: str, *ticket_types: TicketType, **changes: Any) -> Offer:
    """The offer of an event that begins tomorrow, apart from `changes`."""
    by_id = {one.id: one for one in ticket_types}
    offer = Offer(
        *(event_id, "organizer", 1, "published", TOMORROW, None, None, "EUR", by_id, ()),
        general_admission(ticket_types),
    )
    return offer._replace(**changes)


def house_of(event_id: str, capacity: int, *, taken: int = 0, made: int = 0, **changes: Any) -> House:
    """An event's house."""
    return House(event_id, 1, None, made, 0, capacity, 0, taken)._replace(**changes)


def booked_before(house: House, number: int, places: int, *, is_live: bool = True) -> Booking:
    """A booking from an earlier batch that only counts seats."""
    event_id = house.event_id
    booking = Booking(f"{event_id}-booking-{number}", event_id, number, places, "confirmed", LONG_AGO, None)
    return booking if is_live else booking._replace(status="cancelled", cancelled_at=LONG_AGO)


def held_before(offer: Offer, number: int, expires_at: datetime, *lines: tuple[str, int]) -> Booking:
    """A hold of lines from an earlier batch."""
    wanted = [Wanted(*line) for line in lines]
    places, drawn = demand_of(offer, wanted)
    return Booking(
        f"{offer.event_id}-booking-{number}",
        offer.event_id,
        number,
        places,
        "held",
        LONG_AGO,
        None,
        expires_at,
        ANN,
        price_of(offer, wanted),
        drawn or None,
    )


def due_of(*holds: Booking, next_expiry_at: datetime | None = None, is_more: bool = False) -> Due:
    """What the database said of holds that have run out."""
    return Due(holds, next_expiry_at, is_more)


def known(
    *houses: House,
    offers: Iterable[Offer] = (),
    pools: Mapping[str, Mapping[str, int | None]] | None = None,
    due: Mapping[str, Due] | None = None,
    bookings: Iterable[Booking] = (),
    keys: Mapping[str, Remembered] | None = None,
) -> Known:
    """What the database said. A house without an offer has general admission."""
    by_event = {house.event_id: offer_of(house.event_id, GENERAL) for house in houses}
    by_event |= {offer.event_id: offer for offer in offers}
    return Known(
        {house.event_id: house for house in houses},
        by_event,
        pools or {},
        due or {},
        {booking.id: booking for booking in bookings},
        keys or {},
    )


def decided(requests: Sequence[Request], scene: Known, asked_at: Sequence[datetime] | None = None) -> Decision:
    """The decision of a batch that is decided `NOW`."""
    return decide(requests, scene, GIVEN, asked_at)


def refusal_in(outcome: Outcome | Deferred) -> Refusal:
    """Why it was refused."""
    assert isinstance(outcome, Refused)
    return outcome.refusal


def kinds(decision: Decision) -> list[type]:
    """What kind of answer each has got."""
    return [type(outcome) for outcome in decision.outcomes]
