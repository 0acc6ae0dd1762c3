"""Batches that Hypothesis invents: what the database knew, and a row of requests that meet in it."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import strategies as st

from fullhouse.rules.allocation import Decision, Known, Remembered, Sale, decide
from fullhouse.rules.booking import Booked, Booking, BookRequest, CancelRequest, IdempotencyKey, Refused, Request
from fullhouse.rules.capacity import Demand, Pool
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


def sale_of(event_id: str, *capacities: int, taken: int = 0, made: int = 0, starts_at: datetime = TOMORROW) -> Sale:
    """An event whose first pool has `taken` places taken."""
    pools = [Pool(f"{event_id}-pool-{n}", capacity, taken if n == 0 else 0) for n, capacity in enumerate(capacities)]
    return Sale(event_id, starts_at, made, pools)


def known(*sales: Sale, bookings: list[Booking] | None = None, keys: dict[str, Remembered] | None = None) -> Known:
    """What the database said."""
    return Known({sale.event_id: sale for sale in sales}, {b.id: b for b in bookings or []}, keys or {})


def booked_before(sale: Sale, number: int, *places: int, is_live: bool = True) -> Booking:
    """A booking from an earlier batch, with one line in each of the first pools."""
    lines = tuple(Demand(pool.id, wanted) for pool, wanted in zip(sale.pools, places, strict=False))
    booking = Booking(f"{sale.event_id}-booking-{number}", sale.event_id, number, "confirmed", LONG_AGO, None, lines)
    return booking if is_live else booking._replace(status="cancelled", cancelled_at=LONG_AGO)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Several events with one or more pools, earlier bookings and keys, and many requests."""
    sold: list[Sale] = []
    bookings: list[Booking] = []
    for n in range(draw(st.integers(1, 3))):
        sale, earlier = draw(_sold(f"event-{n}"))
        sold.append(sale)
        bookings += earlier
    keys = draw(st.dictionaries(_key_ids, _remembered(bookings), max_size=2))
    # Drawn first, because Hypothesis by itself prefers lists that are too short to sell anything out.
    count = draw(st.integers(0, REQUESTS_MAX))
    asked = _requests([sale.event_id for sale in sold], bookings)
    requests = draw(st.lists(asked, min_size=count, max_size=count))
    return Scene(requests, known(*sold, bookings=bookings, keys=keys))


@st.composite
def _sold(draw: st.DrawFn, event_id: str) -> tuple[Sale, list[Booking]]:
    """An event and some of its bookings; others, which the batch does not know, may have places too."""
    blank = sale_of(event_id, *[0] * draw(st.integers(1, 3)), starts_at=draw(st.sampled_from(MOMENTS)))
    parties = draw(st.lists(st.tuples(st.lists(st.integers(1, 4), min_size=1, max_size=3), st.booleans()), max_size=4))
    bookings = [booked_before(blank, n, *party, is_live=live) for n, (party, live) in enumerate(parties, 1)]
    pools = []
    for pool in blank.pools:
        mine = [line.places for b in bookings if b.status == "confirmed" for line in b.lines if line.pool_id == pool.id]
        taken = sum(mine) + draw(st.integers(0, 5))
        pools.append(pool._replace(capacity=taken + draw(st.integers(0, 12)), taken=taken))
    return blank._replace(bookings_made=len(bookings) + draw(st.integers(0, 9)), pools=pools), bookings


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
