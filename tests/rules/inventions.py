"""Batches that Hypothesis invents: offers of every kind, rows from before, and requests that meet in a batch."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hypothesis import strategies as st

from fullhouse.rules.allocation import decide
from fullhouse.rules.booking import (
    BasketRequest,
    Booked,
    Booking,
    BookRequest,
    Cancelled,
    CancelRequest,
    ChangeRequest,
    ConfirmRequest,
    ExpireRequest,
    IdempotencyKey,
    Refused,
    Request,
    Status,
)
from fullhouse.rules.decision import Decision, Remembered
from fullhouse.rules.house import House
from fullhouse.rules.offer import Fee, Offer, RefundPolicy, RefundStep, Tax, TicketType, Wanted
from fullhouse.rules.refusals import EventNotFound
from tests.rules.records import DUE_HOLDS_MAX, Pool, Records
from tests.rules.scenes import (
    ANN,
    GENERAL,
    GIVEN,
    LONG_AGO,
    MICROSECOND,
    NOW,
    booked_before,
    held_before,
    house_of,
    offer_of,
    ticket_type,
)

REQUESTS_MAX = 16
POOLS = ("balcony", "early", "counted")
ASKED_BEFORE_MAX = 4
"""Microseconds that a request may have waited; holds run out in the midst of them."""


class Scene(NamedTuple):
    """A batch, decided `now`, and the rows that it meets. `made` bookings have taken fresh ids before."""

    requests: list[Request]
    asked_at: list[datetime]
    records: Records
    now: datetime = NOW
    made: int = 0

    def decide(self, due_max: int = DUE_HOLDS_MAX) -> Decision:
        """Decide the batch as the engine would."""
        given = GIVEN._replace(now=self.now, ids=GIVEN.ids[self.made :])
        return decide(self.requests, self.records.known(self.requests, self.now, due_max), given, self.asked_at)

    def only(self, kept: list[int]) -> "Scene":
        """The same with some of its requests."""
        return self._replace(requests=[self.requests[n] for n in kept], asked_at=[self.asked_at[n] for n in kept])

    def split(self, cut: int) -> tuple["Scene", "Scene"]:
        """The requests before and from `cut`."""
        numbers = list(range(len(self.requests)))
        return self.only(numbers[:cut]), self.only(numbers[cut:])

    def following(self, decision: Decision) -> "Scene":
        """The same batch once more, when a decision is written."""
        made = self.made + ids_taken(decision)
        return self._replace(records=self.records.after(decision), made=made)


def ids_taken(decision: Decision) -> int:
    """How many fresh ids a decision has given away: to bookings, and to what is changed of them."""
    return len(decision.booked) + len(decision.reserved) + len(decision.history)


def ago(microseconds: int) -> datetime:
    """A moment so long before the batch is decided."""
    return NOW - microseconds * MICROSECOND


_windows = [
    {name: moment} for name in ("sales_from", "sales_until") for moment in (NOW - MICROSECOND, NOW, NOW + MICROSECOND)
]
# At most one obstacle, or nearly nothing would ever be sold.
_of_types: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [*[{}] * 20, *_windows, {"visibility": "box_office"}, {"visibility": "archived"}]
)
_of_events: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        *[{}] * 20,
        *_windows,
        {"state": "draft"},
        {"state": "cancelled"},
        {"starts_at": NOW},
        {"starts_at": NOW + MICROSECOND},
    ]
)


@st.composite
def _ticket_types(draw: st.DrawFn) -> list[TicketType]:
    made = []
    for type_id in ("adult", "family", "child")[: draw(st.integers(1, 3))]:
        least, most = draw(st.sampled_from([(1, None), (1, None), (1, 3), (2, None), (2, 4)]))
        pool_ids = tuple(pool_id for pool_id in POOLS if draw(st.booleans()))
        one = ticket_type(type_id, draw(st.sampled_from([0, 0, 37, 1000])), pool_ids=pool_ids)
        made.append(
            one._replace(
                places=draw(st.sampled_from([1, 1, 1, 2, 4, 0])),
                tickets_min=least,
                tickets_max=most,
                tax=Tax(draw(st.sampled_from([0, 1900])), is_included=draw(st.booleans())),
                **draw(_of_types),
            )
        )
    return made


_fees = st.sampled_from(
    [
        (),
        (Fee("service", "Service", "fixed", 50, "ticket", Tax(0, is_included=True)),),
        (Fee("card", "Card", "percent", 250, "booking", Tax(1900, is_included=False)),),
    ]
)


# The event begins tomorrow, and some batches are decided at one of these moments, or just beside it.
_refund_policies = st.sampled_from(
    [
        None,
        RefundPolicy((RefundStep(0, 100),), with_fees=True),
        RefundPolicy((RefundStep(25, 100), RefundStep(24, 90), RefundStep(1, 33)), with_fees=True),
        RefundPolicy((RefundStep(24, 50),), with_fees=False),
    ]
)


@st.composite
def _offers(draw: st.DrawFn, event_id: str, *, is_crowded: bool) -> Offer:
    """General admission, or up to three ticket types over three pools."""
    types = [GENERAL] if draw(st.sampled_from([True, False, False, False])) else draw(_ticket_types())
    offer = offer_of(event_id, *types, fees=draw(_fees), refund_policy=draw(_refund_policies))
    return offer if is_crowded else offer._replace(**draw(_of_events))


@st.composite
def _earlier(draw: st.DrawFn, offer: Offer, number: int, *, is_crowded: bool) -> Booking:
    """A booking from before in any state, by lines or, with general admission, without."""
    if offer.general is not None and not is_crowded and draw(st.booleans()):
        return booked_before(house_of(offer.event_id, 0), number, draw(st.integers(1, 4)), is_live=draw(st.booleans()))
    line = st.tuples(st.sampled_from(list(offer.ticket_types)), st.integers(1, 3))
    lines = draw(st.lists(line, min_size=1, max_size=2))
    hold = held_before(offer, number, ago(draw(st.integers(-2, ASKED_BEFORE_MAX))), *lines)
    # It may have drawn on a pool that nothing draws on by now, and that may even be gone.
    if draw(st.sampled_from([False, False, False, True])):
        hold = hold._replace(drawn={**(hold.drawn or {}), draw(st.sampled_from(["counted", "gone"])): hold.places})
    others: list[Status] = [] if is_crowded else ["confirmed", "expired", "cancelled"]
    status = draw(st.sampled_from(["held", "held", "held", "held", *others]))
    cancelled_at = LONG_AGO if status == "cancelled" else None
    return hold._replace(status=status, cancelled_at=cancelled_at, paid_by="cash" if status == "confirmed" else None)


@st.composite
def _sold(draw: st.DrawFn, event_id: str, *, is_crowded: bool) -> tuple[House, Offer, dict[str, Pool], list[Booking]]:
    """An event and its bookings; more may be taken than they say, as if by others."""
    offer = draw(_offers(event_id, is_crowded=is_crowded))
    count = draw(st.sampled_from([3, 4, 5, 6] if is_crowded else range(6)))
    bookings = [draw(_earlier(offer, number, is_crowded=is_crowded)) for number in range(1, count + 1)]
    rows = Records({}, {}, {}, {b.id: b for b in bookings}, {})
    taken = rows.places(event_id) + draw(st.integers(0, 2))
    held_back = draw(st.integers(0, 2))
    earliest = min((b.expires_at for b in rows.held(event_id) if b.expires_at is not None), default=None)
    # The house may expect a hold that has ended since.
    expected = draw(st.sampled_from([earliest, earliest, earliest, ago(60)]))
    house = house_of(
        event_id, taken + held_back + draw(st.integers(0, 1 if is_crowded else 8)), taken=taken, made=count
    )
    house = house._replace(held_back=held_back, next_expiry_at=expected)
    pools = {pool_id: draw(_pools(rows.places(event_id, pool_id))) for pool_id in POOLS}
    return house, offer, pools, bookings


@st.composite
def _pools(draw: st.DrawFn, taken_here: int) -> Pool:
    taken, held_back = taken_here + draw(st.integers(0, 2)), draw(st.integers(0, 2))
    left = draw(st.sampled_from([None, None, 0, 1, 2, 4, 6, 8]))
    return Pool(None if left is None else taken + held_back + left, held_back, taken)


@st.composite
def all_records(draw: st.DrawFn, events_max: int = 2, *, is_crowded: bool = False) -> Records:
    """The rows of some events."""
    records = Records({}, {}, {}, {}, {})
    for n in range(draw(st.integers(1, events_max))):
        event_id = f"event-{n}"
        house, offer, pools, bookings = draw(_sold(event_id, is_crowded=is_crowded))
        records = Records(
            {**records.houses, event_id: house},
            {**records.offers, event_id: offer},
            {**records.pools, **{(event_id, pool_id): pool for pool_id, pool in pools.items()}},
            {**records.bookings, **{b.id: b for b in bookings}},
            {},
        )
    return records._replace(keys=draw(st.dictionaries(_key_ids, _remembered(records), max_size=1)))


_key_ids = st.sampled_from(["key-a", "key-b"])
_fingerprints = st.sampled_from(["this", "this", "that"])
_keys = st.sampled_from(
    [
        *[None] * 20,
        *[IdempotencyKey(key_id, asked) for key_id in ("key-a", "key-b") for asked in ("this", "this", "that")],
    ]
)
_payment_ways = st.sampled_from(["cash", "card_terminal", "comp"])


def _remembered(records: Records) -> st.SearchStrategy[Remembered]:
    """What was answered when a booking was made or cancelled: who had to pay was told that it is held."""
    bookings = [
        b._replace(status="held" if b.expires_at else "confirmed", cancelled_at=None, paid_by=None)
        for b in records.bookings.values()
    ]
    gone = [b for b in records.bookings.values() if b.status == "cancelled"]
    outcomes = [Refused(EventNotFound("There is no such event.")), *map(Booked, bookings), *map(Cancelled, gone)]
    return st.builds(Remembered, _fingerprints, st.sampled_from(outcomes))


def _requests(records: Records) -> st.SearchStrategy[Request]:
    """Mostly sensible ones; some name what is not there. Nobody can name a booking of this very batch yet."""
    some_event = st.sampled_from([*list(records.houses) * 6, "no-event"])
    books = st.builds(BookRequest, some_event, st.integers(1, 6), _keys)
    baskets = st.sampled_from(list(records.offers.values())).flatmap(_baskets)
    known_ids = [*records.bookings, "no-booking"]
    blind = st.builds(CancelRequest, some_event, st.sampled_from(known_ids), _keys) | st.builds(
        ConfirmRequest, some_event, st.sampled_from(known_ids), _payment_ways, _keys
    )
    expires = st.builds(ExpireRequest, some_event)
    plain = [books, baskets, baskets, baskets, baskets, blind, expires]
    if not records.bookings:
        return _any_of(*plain)
    earlier = st.sampled_from([(b.event_id, b.id) for b in records.bookings.values()])
    confirms = st.builds(
        lambda at, way, key, paid: ConfirmRequest(at[0], at[1], way, key, paid), earlier, _payment_ways, _keys, _paid
    )
    changes = st.builds(
        lambda at, lines, key: ChangeRequest(at[0], at[1], lines, None, key),
        earlier,
        st.lists(st.builds(Wanted, _all_type_ids, st.integers(1, 4)), min_size=1, max_size=2).map(tuple),
        _keys,
    )
    return _any_of(*plain, _cancels(earlier), _cancels(earlier), confirms, confirms, confirms, changes, changes)


_all_type_ids = st.sampled_from(["adult", "adult", "family", "child", "general"])
_paid = st.sampled_from([*[None] * 12, 0, 100_000])


def _cancels(earlier: st.SearchStrategy[tuple[str, str]]) -> st.SearchStrategy[Request]:
    """Of a whole booking or of some tickets, of which the ninth is never there."""
    numbers = st.lists(st.sampled_from([1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 9]), min_size=1, max_size=3).map(tuple)
    return st.builds(
        lambda at, *rest: CancelRequest(*at, *rest),
        earlier,
        _keys,
        st.sampled_from([True, True, False]).flatmap(lambda is_part: numbers if is_part else st.none()),
        st.sampled_from(["full", "full", "by_policy", "by_policy", "by_policy", "none"]),
        st.sampled_from([*[None] * 12, 0, 37]),
    )


def _any_of(*strategies: st.SearchStrategy[Request]) -> st.SearchStrategy[Request]:
    """One of them, where what is named twice comes twice as often; `one_of` would forget that."""
    return st.sampled_from(strategies).flatmap(lambda strategy: strategy)


def _baskets(offer: Offer) -> st.SearchStrategy[Request]:
    type_ids = st.sampled_from([*list(offer.ticket_types) * 8, "no-type"])
    lines = st.lists(st.builds(Wanted, type_ids, st.integers(1, 4)), min_size=1, max_size=3).map(tuple)
    paid_by = st.sampled_from([None, None, None, None, "cash", "comp"])
    buyers = st.sampled_from([None, ANN])
    event_ids = st.sampled_from([*[offer.event_id] * 20, "no-event"])
    asked = st.tuples(event_ids, lines, buyers, st.booleans(), paid_by, _keys)
    return asked.map(lambda parts: BasketRequest(*parts))


@st.composite
def batches(draw: st.DrawFn, records: Records, now: datetime = NOW, made: int = 0) -> Scene:
    """Requests that meet these rows in one batch, in the order in which they were asked."""
    # Drawn first, because Hypothesis by itself prefers lists that are too short to sell anything out.
    count = draw(st.sampled_from(range(REQUESTS_MAX + 1)))
    requests = draw(st.lists(_requests(records), min_size=count, max_size=count))
    waited = draw(st.lists(st.integers(0, ASKED_BEFORE_MAX), min_size=count, max_size=count))
    asked_at = [now - timedelta(microseconds=n) for n in sorted(waited, reverse=True)]
    return Scene(requests, asked_at, records, now, made)


@st.composite
def scenes(draw: st.DrawFn, events_max: int = 2, *, is_crowded: bool = False) -> Scene:
    """Several events, earlier bookings and keys, and many requests; crowded events sell, and nearly all is held."""
    return draw(batches(draw(all_records(events_max, is_crowded=is_crowded))))
