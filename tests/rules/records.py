"""The rows of a database as plain values: what they say to a batch, and what they are when a decision is written.

It follows the statements of `store/` with their conditions and their order, and the CHECKs of the tables.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from fullhouse.rules.booking import (
    Booked,
    Booking,
    Cancelled,
    Changed,
    Confirmed,
    OfBooking,
    Request,
    Ticket,
)
from fullhouse.rules.decision import Decision, Known, Remembered
from fullhouse.rules.house import House
from fullhouse.rules.idempotency import answer_of, answered_with
from fullhouse.rules.offer import Offer
from fullhouse.rules.selling import Due

DUE_HOLDS_MAX = 200


class Pool(NamedTuple):
    """A row of a pool; no capacity means no limit."""

    capacity: int | None
    held_back: int
    taken: int

    @property
    def available(self) -> int | None:
        """Places that can still be had."""
        return None if self.capacity is None else self.capacity - self.held_back - self.taken


class Records(NamedTuple):
    """All rows. Pools are by event id and pool id, the others by their ids."""

    houses: Mapping[str, House]
    offers: Mapping[str, Offer]
    pools: Mapping[tuple[str, str], Pool]
    bookings: Mapping[str, Booking]
    keys: Mapping[str, Remembered]
    tickets: tuple[Ticket, ...] = ()

    def known(self, requests: Sequence[Request], now: datetime, due_max: int = DUE_HOLDS_MAX) -> Known:
        """What a batch of these requests would be told."""
        named = {r.booking_id for r in requests if isinstance(r, OfBooking)}
        bookings = {booking_id: self.bookings[booking_id] for booking_id in named if booking_id in self.bookings}
        houses = {r.event_id: self.houses[r.event_id] for r in requests if r.event_id in self.houses}
        return Known(
            houses,
            {event_id: self.offers[event_id] for event_id in houses},
            self._available(houses, bookings.values()),
            {
                event_id: self._due(event_id, now, due_max)
                for event_id, house in houses.items()
                if may_be_due(house, now)
            },
            bookings,
            {r.key.id: self._remembered(r.key.id) for r in requests if r.key is not None and r.key.id in self.keys},
        )

    def _available(self, event_ids: Collection[str], named: Iterable[Booking]) -> dict[str, dict[str, int | None]]:
        """Pools are only asked for where ticket types draw on them, or a booking that is named did."""
        left_behind = {b.event_id for b in named if b.drawn}
        asked = {e for e in event_ids if self.offers[e].draws_on_pools} | left_behind
        return {
            event_id: {pool_id: pool.available for (of, pool_id), pool in self.pools.items() if of == event_id}
            for event_id in asked
        }

    def _due(self, event_id: str, now: datetime, most: int) -> Due:
        held = sorted(
            (b.expires_at, b.number, b.id)
            for b in self.bookings.values()
            if b.event_id == event_id and b.status == "held" and b.expires_at is not None
        )
        run_out = [booking_id for moment, _, booking_id in held if moment <= now][:most]
        behind = held[len(run_out)][0] if len(held) > len(run_out) else None
        holds = [self.bookings[booking_id] for booking_id in run_out]
        return Due(holds, behind, is_more=behind is not None and behind <= now)

    def _remembered(self, key_id: str) -> Remembered:
        """A key names its booking, and the answer is made of the booking as it is now."""
        fingerprint, outcome = self.keys[key_id]
        if not isinstance(outcome, Booked | Confirmed | Cancelled | Changed):
            return Remembered(fingerprint, outcome)
        return Remembered(fingerprint, answered_with(self.bookings[outcome.booking.id], answer_of(outcome)))

    def after(self, decision: Decision) -> "Records":
        """The rows when the decision is written; fails where PostgreSQL would refuse to."""
        houses = dict(self.houses)
        for event_id, (bookings_made, places) in decision.changes.items():
            house = houses[event_id]
            houses[event_id] = house._replace(bookings_made=bookings_made, taken=house.taken + places)
        for notice in decision.notices:
            house = houses[notice.event_id]
            assert notice.number == house.notices_made + 1, "notices are numbered one after the other"
            houses[notice.event_id] = house._replace(notices_made=notice.number)
        for event_id, expires_at in decision.expiries.items():
            houses[event_id] = houses[event_id]._replace(next_expiry_at=expires_at)
        pools = dict(self.pools)
        for at, places in decision.drawn.items():
            if at in pools:
                pools[at] = pools[at]._replace(taken=pools[at].taken + places)
        assert not set(self.keys) & set(decision.keys), "a key is written once"
        after = Records(
            houses,
            self.offers,
            pools,
            self._bookings_after(decision),
            {**self.keys, **decision.keys},
            self._tickets_after(decision),
        )
        after.check()
        return after

    def _bookings_after(self, decision: Decision) -> dict[str, Booking]:
        rows = dict(self.bookings)
        for made in (*decision.booked, *decision.reserved):
            assert made.id not in rows, "an id is given once"
            rows[made.id] = made
        for one in decision.changed:
            if rows[one.id].status == "held":
                rows[one.id] = rows[one.id]._replace(
                    places=one.places, price=one.price, drawn=one.drawn, promo=one.promo
                )
        for one in decision.expired:
            if rows[one.id].status == "held":
                rows[one.id] = rows[one.id]._replace(status="expired")
        for one in decision.confirmed:
            if rows[one.id].status in {"held", "expired"}:
                drawn = {p: n for p, n in (rows[one.id].drawn or {}).items() if (one.event_id, p) in self.pools}
                rows[one.id] = rows[one.id]._replace(status="confirmed", paid_by=one.paid_by, drawn=drawn or None)
        for last in {cancellation.booking.id: cancellation.booking for cancellation in decision.cancelled}.values():
            if rows[last.id].status != "cancelled":
                rows[last.id] = rows[last.id]._replace(
                    status=last.status,
                    cancelled_at=last.cancelled_at,
                    places=last.places,
                    drawn=last.drawn,
                    promo=last.promo,
                    cancelled_tickets=last.cancelled_tickets,
                )
        return rows

    def _tickets_after(self, decision: Decision) -> tuple[Ticket, ...]:
        voided = {
            (one.booking.event_id, one.booking.number, number) for one in decision.cancelled for number in one.tickets
        }
        return tuple(
            ticket._replace(state="cancelled") if ticket[:3] in voided else ticket
            for ticket in (*self.tickets, *decision.tickets)
        )

    def check(self) -> None:
        """The CHECKs and unique keys of the tables, and the promise about `next_expiry_at`."""
        for house in self.houses.values():
            assert 0 <= house.taken <= house.capacity - house.held_back
            assert self.is_expected(house), "no hold runs out before next_expiry_at"
        for pool in self.pools.values():
            assert pool.taken >= 0
            assert pool.capacity is None or pool.taken <= pool.capacity - pool.held_back
        numbers = [(b.event_id, b.number) for b in self.bookings.values()]
        assert len(set(numbers)) == len(numbers)
        tickets = [(t.event_id, t.booking_number, t.number) for t in self.tickets]
        assert len(set(tickets)) == len(tickets)

    def is_expected(self, house: House) -> bool:
        """Tell whether no hold of the house runs out before it says."""
        earliest = min((b.expires_at for b in self.held(house.event_id) if b.expires_at is not None), default=None)
        return earliest is None or (house.next_expiry_at is not None and house.next_expiry_at <= earliest)

    def held(self, event_id: str) -> list[Booking]:
        """Bookings of an event that are held."""
        return [b for b in self.bookings.values() if b.event_id == event_id and b.status == "held"]

    def places(self, event_id: str, pool_id: str | None = None) -> int:
        """Places that the bookings of an event have, of the house or of a pool of it."""
        live = [b for b in self.bookings.values() if b.event_id == event_id and b.status in {"held", "confirmed"}]
        return sum(b.places if pool_id is None else (b.drawn or {}).get(pool_id, 0) for b in live)


def may_be_due(house: House, now: datetime) -> bool:
    """Tell whether holds may have run out."""
    return house.next_expiry_at is not None and house.next_expiry_at <= now
