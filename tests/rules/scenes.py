"""Batches that Hypothesis invents: what the database knew, and a row of requests that meet in it."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import strategies as st

from fullhouse.rules.allocation import Decision, Known, Remembered, decide
from fullhouse.rules.booking import Booked, Booking, BookRequest, CancelRequest, IdempotencyKey, Refused, Request
from fullhouse.rules.house import House
from fullhouse.rules.refusals import EventNotFound

NOW = datetime(2030, 5, 1, 19, 30, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=40)
TOMORROW = NOW + timedelta(days=1)
IDS = [f"fresh-{n}" for n in range(100)]
MOMENTS = [*[TOMORROW] * 5, NOW + timedelta(microseconds=1), NOW, NOW - timedelta(hours=1)]
REQUESTS_MAX = 30


class Scene(NamedTuple):
    """What `decide` gets, apart from the moment and the ids."""

    requests: list[Request]
    known: Known

    def decide(self, requests: list[Request] | None = None) -> Decision:
        """Decide the requests of the scene, or others in their stead."""
        return decide(self.requests if requests is None else requests, self.known, NOW, IDS)


def house_of(event_id: str, capacity: int, *, taken: int = 0, made: int = 0, closes_at: datetime = TOMORROW) -> House:
    """An event's house."""
    return House(event_id, closes_at, made, capacity, taken)


def known(*houses: House, bookings: list[Booking] | None = None, keys: dict[str, Remembered] | None = None) -> Known:
    """What the database said."""
    return Known({house.event_id: house for house in houses}, {b.id: b for b in bookings or []}, keys or {})


def booked_before(house: House, number: int, places: int, *, is_live: bool = True) -> Booking:
    """A booking from an earlier batch."""
    event_id = house.event_id
    booking = Booking(f"{event_id}-booking-{number}", event_id, number, places, "confirmed", LONG_AGO, None)
    return booking if is_live else booking._replace(status="cancelled", cancelled_at=LONG_AGO)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Several events, earlier bookings and keys, and many requests."""
    sold: list[House] = []
    bookings: list[Booking] = []
    for n in range(draw(st.integers(1, 3))):
        house, earlier = draw(_sold(f"event-{n}"))
        sold.append(house)
        bookings += earlier
    keys = draw(st.dictionaries(_key_ids, _remembered(bookings), max_size=2))
    # Drawn first, because Hypothesis by itself prefers lists that are too short to sell anything out.
    count = draw(st.integers(0, REQUESTS_MAX))
    asked = _requests([house.event_id for house in sold], bookings)
    requests = draw(st.lists(asked, min_size=count, max_size=count))
    return Scene(requests, known(*sold, bookings=bookings, keys=keys))


@st.composite
def _sold(draw: st.DrawFn, event_id: str) -> tuple[House, list[Booking]]:
    """An event and some of its bookings; others, which the batch does not know, may have places too."""
    blank = house_of(event_id, 0, closes_at=draw(st.sampled_from(MOMENTS)))
    parties = draw(st.lists(st.tuples(st.integers(1, 4), st.booleans()), max_size=4))
    bookings = [booked_before(blank, n, places, is_live=live) for n, (places, live) in enumerate(parties, 1)]
    taken = sum(b.places for b in bookings if b.status == "confirmed") + draw(st.integers(0, 5))
    made = len(bookings) + draw(st.integers(0, 9))
    return blank._replace(bookings_made=made, capacity=taken + draw(st.integers(0, 12)), taken=taken), bookings


_key_ids = st.sampled_from(["key-a", "key-b", "key-c"])
_fingerprints = st.sampled_from(["this", "this", "that"])
_keys = st.one_of(st.none(), st.none(), st.none(), st.builds(IdempotencyKey, _key_ids, _fingerprints))


def _remembered(bookings: list[Booking]) -> st.SearchStrategy[Remembered]:
    outcomes = [Refused(EventNotFound("There is no such event.")), *map(Booked, bookings)]
    return st.builds(Remembered, _fingerprints, st.sampled_from(outcomes))


def _requests(event_ids: list[str], bookings: list[Booking]) -> st.SearchStrategy[Request]:
    """Mostly sensible ones; some name what is not there. Nobody can name a booking of this very batch yet."""
    some_event = st.sampled_from([*event_ids * 3, "no-event"])
    books = st.builds(BookRequest, some_event, st.integers(1, 6), _keys)
    known_ids = [booking.id for booking in bookings]
    blind = st.builds(CancelRequest, some_event, st.sampled_from([*known_ids, "no-booking"]), _keys)
    if not bookings:
        return st.one_of(books, books, books, blind)
    earlier = st.sampled_from(bookings)
    cancels = st.builds(lambda booking, key: CancelRequest(booking.event_id, booking.id, key), earlier, _keys)
    return st.one_of(books, books, books, cancels, blind)
