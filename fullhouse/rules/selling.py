"""An event while a batch is decided: whether it sells, and what is left of its house and pools."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from fullhouse.rules.booking import Booking
from fullhouse.rules.house import House, HouseChange
from fullhouse.rules.offer import Offer, TicketType, Wanted
from fullhouse.rules.refusals import EventCancelled, EventNotFound, EventOver, NotEnoughSeats, NotOnSale, Refusal

TICKETS_MAX = 10_000
"""Tickets of a line, at the very most: a setting limits them further."""


class Demand(NamedTuple):
    """Places wanted of the house, and of pools by their ids."""

    places: int
    drawn: dict[str, int]


class Due(NamedTuple):
    """Holds of an event that run out up to now, the first to run out first, and what comes behind them.

    No hold behind them runs out before `next_expiry_at`. With `is_more`, not all that have run out are here.
    """

    holds: Sequence[Booking]
    next_expiry_at: datetime | None
    is_more: bool


def demand_of(offer: Offer, lines: Iterable[Wanted]) -> Demand:
    """What lines take: each ticket takes its places of the house and of each pool that its type draws on."""
    total = 0
    drawn: dict[str, int] = {}
    for type_id, quantity in lines:
        ticket_type = offer.ticket_types[type_id]
        places = quantity * ticket_type.places
        total += places
        for pool_id in ticket_type.pool_ids:
            drawn[pool_id] = drawn.get(pool_id, 0) + places
    return Demand(total, drawn)


class OpenEvent:
    """The running state of one event in a batch."""

    __slots__ = (
        "available",
        "bookings_made",
        "drawn_change",
        "house",
        "limits_buyers",
        "more_due_at",
        "next_expiry_at",
        "offer",
        "pools",
        "refusal",
        "waiting_due",
    )

    def __init__(
        self, house: House, offer: Offer, pools: Mapping[str, int | None], due: Due | None, now: datetime
    ) -> None:
        """Begin with what the database says; `pools` has what is available of each, None for no limit."""
        self.house = house
        self.offer = offer
        self.limits_buyers = offer.limits_buyers
        self.available = house.available
        self.bookings_made = house.bookings_made
        self.pools = dict(pools)
        self.drawn_change: dict[str, int] = {}
        self.refusal = refusal_of(offer, now)
        self.next_expiry_at = house.next_expiry_at if due is None else due.next_expiry_at
        self.more_due_at = due.next_expiry_at if due is not None and due.is_more else None
        # The first to run out is at the end.
        self.waiting_due = [] if due is None else list(reversed(due.holds))

    def fits(self, demand: Demand) -> bool:
        """Tell whether everything that is wanted can be had; a pool that was deleted limits nothing."""
        if demand.places > self.available:
            return False
        for pool_id, places in demand.drawn.items():
            left = self.pools.get(pool_id)
            if left is not None and places > left:
                return False
        return True

    def still_there(self, drawn: Mapping[str, int] | None) -> dict[str, int] | None:
        """What was drawn on pools, without those that were deleted since."""
        if not drawn:
            return None
        return {pool_id: places for pool_id, places in drawn.items() if pool_id in self.pools} or None

    def is_more_due(self, moment: datetime) -> bool:
        """Tell whether more holds have run out at that moment than are here to be released."""
        return self.more_due_at is not None and self.more_due_at <= moment

    def take(self, demand: Demand) -> None:
        """Take what fits."""
        self._change(demand, -1)

    def put_back(self, booking: Booking) -> None:
        """Give the places of a booking back."""
        self._change(Demand(booking.places, booking.drawn or {}), 1)

    def _change(self, demand: Demand, sign: int) -> None:
        self.available += sign * demand.places
        for pool_id, places in demand.drawn.items():
            left = self.pools.get(pool_id)
            if left is not None:
                self.pools[pool_id] = left + sign * places
            self.drawn_change[pool_id] = self.drawn_change.get(pool_id, 0) - sign * places

    def tickets_possible(self, ticket_type: TicketType) -> int:
        """How many tickets of a type could be had now, if nothing else were wanted; fewer than its minimum can't."""
        limits = [self.available, *(self.pools[pool_id] for pool_id in ticket_type.pool_ids)]
        places = max(0, min(limit for limit in limits if limit is not None))
        possible = places // ticket_type.places if ticket_type.places else TICKETS_MAX
        possible = min(possible, ticket_type.tickets_max or TICKETS_MAX)
        return possible if possible >= ticket_type.tickets_min else 0

    @property
    def not_enough(self) -> NotEnoughSeats:
        """The refusal that says how many seats are left."""
        detail = f"Only {self.available} seats are left." if self.available else "The event is sold out."
        return NotEnoughSeats(detail, available_seats=self.available)

    def expect(self, expires_at: datetime | None) -> None:
        """Remember that a hold runs out then."""
        if expires_at is None:
            return
        if self.next_expiry_at is None or expires_at < self.next_expiry_at:
            self.next_expiry_at = expires_at

    @property
    def expiry(self) -> datetime | None:
        """A moment before which no hold of the event runs out when the batch is written; None when there is none."""
        if self.waiting_due:
            self.expect(self.waiting_due[-1].expires_at)
        return self.next_expiry_at

    @property
    def is_expiry_changed(self) -> bool:
        """Whether that moment is another one than the house has."""
        return self.expiry != self.house.next_expiry_at

    @property
    def change(self) -> HouseChange | None:
        """What has to be written of the house, if anything."""
        places = self.house.available - self.available
        if not places and self.bookings_made == self.house.bookings_made:
            return None
        return HouseChange(self.bookings_made, places)


def drawn_changes(events: Mapping[str, OpenEvent]) -> dict[tuple[str, str], int]:
    """How much more each pool is drawn on, by event id and pool id; those that are not are left out."""
    return {
        (event_id, pool_id): places
        for event_id, event in events.items()
        for pool_id, places in event.drawn_change.items()
        if places
    }


def refusal_of(offer: Offer, now: datetime) -> Refusal | None:
    """Why an event sells nothing at the moment; None while it does."""
    if offer.state == "draft":
        return EventNotFound("There is no such event.")
    if offer.state == "cancelled":
        return EventCancelled("The event is cancelled; it sells no more places.")
    if offer.starts_at <= now:
        return EventOver("The event has begun; it sells no more places.")
    return window_refusal(offer.sales_from, offer.sales_until, now)


def window_refusal(sales_from: datetime | None, sales_until: datetime | None, now: datetime) -> Refusal | None:
    """Why a window that begins with `sales_from` and ends before `sales_until` is not open at the moment."""
    if sales_from is not None and now < sales_from:
        return NotOnSale("Sales have not begun yet.", sales_from=sales_from.isoformat())
    if sales_until is not None and now >= sales_until:
        return NotOnSale("Sales have ended.", sales_until=sales_until.isoformat())
    return None
