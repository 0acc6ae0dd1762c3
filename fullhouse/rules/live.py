"""What everybody may see of what is left of an event, at one moment, and when that changes by time alone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.offer import Offer, TicketType
from fullhouse.rules.selling import refusal_of, window_refusal

FEW = 10
"""Of so few tickets it is told how many are left. Of more it is only told that there are some, which is the organizer's
own business, and which one sale more or less does not change."""

SellingState: TypeAlias = Literal["on_sale", "not_on_sale", "over", "cancelled", "draft"]
TypeState: TypeAlias = Literal["available", "few", "sold_out", "not_on_sale"]

STATES: Mapping[str, SellingState] = {
    "event_cancelled": "cancelled",
    "event_over": "over",
    "not_on_sale": "not_on_sale",
    "event_not_found": "draft",
}
"""What an event is while it sells nothing, by the code of the refusal."""


class PlacesLeft(NamedTuple):
    """The places of a house, and what is left of them and of its pools, None for no limit; with its offer's version."""

    event_id: str
    version: int
    total: int
    available: int
    pools: Mapping[str, int | None]


class TypeLeft(NamedTuple):
    """What is left of a ticket type. `tickets_left` is told when they are few."""

    ticket_type_id: str
    state: TypeState
    tickets_left: int | None


class Left(NamedTuple):
    """What is left of an event, with the ticket types that everybody sees, in the order of the offer."""

    event_id: str
    state: SellingState
    total_seats: int
    available_seats: int
    ticket_types: tuple[TypeLeft, ...]


def left_of(offer: Offer, places: PlacesLeft, now: datetime) -> Left:
    """What is left of an event at a moment."""
    refusal = refusal_of(offer, now)
    state = "on_sale" if refusal is None else STATES[refusal.code]
    shown = [one for one in offer.ticket_types.values() if one.visibility == "public"]
    types = tuple(_type_left(one, places, now, sells=refusal is None) for one in shown)
    return Left(offer.event_id, state, places.total, places.available, types)


def _type_left(ticket_type: TicketType, places: PlacesLeft, now: datetime, *, sells: bool) -> TypeLeft:
    window = window_refusal(ticket_type.sales_from, ticket_type.sales_until, now)
    if not sells or window is not None:
        return TypeLeft(ticket_type.id, "not_on_sale", None)
    left = _tickets_left(ticket_type, places)
    if left is None or left > FEW:
        return TypeLeft(ticket_type.id, "available", None)
    if left < ticket_type.tickets_min:
        # Too few for the smallest number that it is sold in: nobody can have them.
        return TypeLeft(ticket_type.id, "sold_out", 0)
    return TypeLeft(ticket_type.id, "few", left)


def _tickets_left(ticket_type: TicketType, places: PlacesLeft) -> int | None:
    """How many tickets the house and the pools have room for; None for any number."""
    if not ticket_type.places:
        return None
    # A pool that was deleted since limits nothing.
    limits = [places.available, *(places.pools.get(pool_id) for pool_id in ticket_type.pool_ids)]
    return max(0, min(limit for limit in limits if limit is not None)) // ticket_type.places


def next_turn(offer: Offer, now: datetime) -> datetime | None:
    """The first moment after now at which something of an event begins or ceases to sell."""
    turns = [offer.starts_at, offer.sales_from, offer.sales_until]
    for one in offer.ticket_types.values():
        turns += [one.sales_from, one.sales_until]
    return min((turn for turn in turns if turn is not None and turn > now), default=None)
