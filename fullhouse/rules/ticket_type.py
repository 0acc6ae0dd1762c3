"""Ticket types as the organizer manages them: what they are sold by, and how they are described and ordered."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from fullhouse.rules.offer import Tax, Visibility
from fullhouse.rules.refusals import LimitReached, TicketTypeInUse, ValidationFailed

TICKET_TYPES_MAX = 500


class TicketTypeEntry(NamedTuple):
    """A ticket type in the organizer's list, which is in order of `position`. `currency` is the event's.

    `buyer_tickets_max` limits what one buyer may have over all bookings, unlike `tickets_max`, which is for each.
    """

    id: str
    event_id: str
    name: str
    description: str
    position: int
    price_minor: int
    currency: str
    tax: Tax
    places: int
    tickets_min: int
    tickets_max: int | None
    sales_from: datetime | None
    sales_until: datetime | None
    visibility: Visibility
    pool_ids: tuple[str, ...]
    buyer_tickets_max: int | None = None


def require_room(count: int) -> None:
    """Raises LimitReached when an event with so many ticket types can't have another one."""
    if count >= TICKET_TYPES_MAX:
        raise LimitReached(f"An event has at most {TICKET_TYPES_MAX} ticket types.", limit=TICKET_TYPES_MAX)


def checked(entry: TicketTypeEntry, pool_ids: Collection[str]) -> TicketTypeEntry:
    """The same, when its parts go together and it draws on `pool_ids` alone. Raises ValidationFailed."""
    if entry.tickets_max is not None and entry.tickets_max < entry.tickets_min:
        raise ValidationFailed("tickets_max: must be at least tickets_min.", field="tickets_max")
    if entry.sales_from is not None and entry.sales_until is not None and entry.sales_until <= entry.sales_from:
        raise ValidationFailed("sales_until: must be after sales_from.", field="sales_until")
    if entry.event_id in entry.pool_ids:
        raise ValidationFailed("pool_ids: leave the house out, every ticket draws on it.", field="pool_ids")
    for pool_id in entry.pool_ids:
        if pool_id not in pool_ids:
            raise ValidationFailed(f"pool_ids: the event has no pool {pool_id}.", field="pool_ids")
    return entry


def require_never_sold(*, is_sold: bool) -> None:
    """Raises TicketTypeInUse when a ticket of this type was sold or is held."""
    if is_sold:
        raise TicketTypeInUse(
            "Tickets of this type were sold or are held. Set its visibility to archived, so that it sells no more."
        )
