"""Why a ticket type sells or does not: the limits that are on it now, who has the places, and what would free them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.offer import Offer, TicketType
from fullhouse.rules.refusals import Refusal
from fullhouse.rules.selling import refusal_of, window_refusal

LimitKind: TypeAlias = Literal["event", "visibility", "window", "house", "pool", "buyer"]


class Places(NamedTuple):
    """The places of a house or a pool, and who has them. A capacity of None is no limit."""

    id: str
    name: str
    capacity: int | None
    held_back: int
    held: int
    sold: int

    @property
    def available(self) -> int | None:
        """Places that can still be had."""
        return None if self.capacity is None else max(0, self.capacity - self.held_back - self.held - self.sold)


class Limit(NamedTuple):
    """Something that limits a ticket type. It binds when it leaves none, or fewer than anything else does.

    `tickets` is how many tickets it leaves, None for any number.
    """

    kind: LimitKind
    binds: bool
    tickets: int | None
    says: str
    frees: str
    places: Places | None = None


class Explanation(NamedTuple):
    """A ticket type with all that limits it; the public can buy `tickets_possible` of it in one booking."""

    ticket_type: TicketType
    is_on_sale: bool
    tickets_possible: int | None
    limits: tuple[Limit, ...]


def explain(offer: Offer, house: Places, pools: Mapping[str, Places], now: datetime) -> list[Explanation]:
    """Explain every ticket type of an event, in the order of the offer."""
    closed = refusal_of(offer, now)
    return [_explained(offer, one, closed, house, pools, now) for one in offer.ticket_types.values()]


def _explained(
    offer: Offer,
    ticket_type: TicketType,
    closed: Refusal | None,
    house: Places,
    pools: Mapping[str, Places],
    now: datetime,
) -> Explanation:
    stops = [_event_limit(closed), _visibility_limit(ticket_type), _window_limit(ticket_type, now)]
    limits = [limit for limit in stops if limit is not None]
    limits += [_places_limit("house", house, ticket_type)]
    limits += [_places_limit("pool", pools[pool_id], ticket_type) for pool_id in ticket_type.pool_ids]
    limits += _buyer_limits(offer, ticket_type)
    least = min((limit.tickets for limit in limits if limit.tickets is not None), default=None)
    marked = tuple(limit._replace(binds=limit.tickets is not None and limit.tickets == least) for limit in limits)
    possible = _in_one_booking(ticket_type, least)
    return Explanation(ticket_type, possible is None or possible > 0, possible, marked)


def _in_one_booking(ticket_type: TicketType, least: int | None) -> int | None:
    """How many tickets one booking can have of what is left; none when that is below the minimum."""
    limits = [limit for limit in (least, ticket_type.tickets_max) if limit is not None]
    if not limits:
        return None
    return min(limits) if min(limits) >= ticket_type.tickets_min else 0


def _event_limit(closed: Refusal | None) -> Limit | None:
    if closed is None:
        return None
    frees = {
        "event_not_found": "Publish the event.",
        "event_over": "Nothing: the event has begun.",
        "event_cancelled": "Nothing: the event is cancelled.",
    }.get(closed.code, "Change the event's sales window, or wait for it to open.")
    says = "The event is a draft." if closed.code == "event_not_found" else closed.detail
    return Limit("event", binds=True, tickets=0, says=says, frees=frees)


def _visibility_limit(ticket_type: TicketType) -> Limit | None:
    told = {
        "code": ("It is sold only with a promo code that opens it.", "Use such a code, or make it public."),
        "box_office": ("Only the box office sells it.", "Sell it there, or make it public."),
        "archived": ("It is archived.", "Make it public again."),
    }.get(ticket_type.visibility)
    return None if told is None else Limit("visibility", binds=True, tickets=0, says=told[0], frees=told[1])


def _window_limit(ticket_type: TicketType, now: datetime) -> Limit | None:
    closed = window_refusal(ticket_type.sales_from, ticket_type.sales_until, now)
    if closed is None:
        return None
    return Limit("window", binds=True, tickets=0, says=closed.detail, frees="Change its sales window, or wait for it.")


def _places_limit(kind: Literal["house", "pool"], places: Places, ticket_type: TicketType) -> Limit:
    """The limit of a house or a pool, with who has its places."""
    left = places.available
    tickets = None if left is None or not ticket_type.places else left // ticket_type.places
    if left is None:
        return Limit(kind, binds=False, tickets=None, says=f"{places.name} has no limit.", frees="", places=places)
    says = (
        f"{places.name}: of {places.capacity} places {places.sold} are sold, {places.held} held, "
        f"{places.held_back} held back, {left} left."
    )
    ways = ["a larger capacity"]
    if places.held:
        ways.append("holds that run out")
    if places.held_back:
        ways.append("releasing what is held back")
    if places.sold:
        ways.append("cancellations")
    return Limit(kind, binds=False, tickets=tickets, says=says, frees=_sentence(ways), places=places)


def _sentence(ways: list[str]) -> str:
    text = ", ".join(ways[:-1]) + (" or " if len(ways) > 1 else "") + ways[-1]
    return f"{text[0].upper()}{text[1:]} would free some."


def _buyer_limits(offer: Offer, ticket_type: TicketType) -> list[Limit]:
    limits = [(offer.buyer_tickets_max, "of the event"), (ticket_type.buyer_tickets_max, "of this type")]
    return [
        Limit(
            "buyer",
            binds=False,
            tickets=most,
            says=f"One buyer may have {most} tickets {of}, over all his bookings.",
            frees="A higher limit, or another buyer.",
        )
        for most, of in limits
        if most is not None
    ]
