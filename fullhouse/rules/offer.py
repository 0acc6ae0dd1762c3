"""The offer of an event: ticket types with their prices, when they sell, and the pools that they draw on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

EventState: TypeAlias = Literal["draft", "published", "cancelled"]
Visibility: TypeAlias = Literal["public", "code", "box_office", "archived"]


class Tax(NamedTuple):
    """A rate in basis points (1900 is 19 %), included in the amount that it is on, or added to it."""

    basis_points: int
    is_included: bool


class Fee(NamedTuple):
    """What is added to the face value: minor units if `fixed`, basis points of the face value if `percent`."""

    id: str
    name: str
    kind: Literal["fixed", "percent"]
    amount: int
    per: Literal["ticket", "booking"]
    tax: Tax


class TicketType(NamedTuple):
    """What is offered. One ticket takes `places` of the house and of each of the pools."""

    id: str
    name: str
    price_minor: int
    tax: Tax
    places: int
    tickets_min: int
    tickets_max: int | None
    sales_from: datetime | None
    sales_until: datetime | None
    visibility: Visibility
    pool_ids: tuple[str, ...]
    buyer_tickets_max: int | None = None


class RefundStep(NamedTuple):
    """Until so many hours before the event, so many percent of a ticket's price go back."""

    hours_before: int
    percent: int


class RefundPolicy(NamedTuple):
    """On which terms buyers may give tickets back by themselves, and whether fees go back too.

    The step with the most hours comes first. An event without a policy takes none back.
    """

    steps: tuple[RefundStep, ...]
    with_fees: bool

    @property
    def record(self) -> dict[str, Any]:
        """The policy as data for JSON."""
        return {"steps": self.steps, "with_fees": self.with_fees}


def refund_policy_from(record: dict[str, Any] | None) -> RefundPolicy | None:
    """Undo `record` and JSON."""
    if record is None:
        return None
    return RefundPolicy(tuple(RefundStep(*step) for step in record["steps"]), record["with_fees"])


class Offer(NamedTuple):
    """All that an event offers, as of `version`: as long as the house has that version, nothing of it has changed."""

    event_id: str
    organizer_id: str
    version: int
    state: EventState
    starts_at: datetime
    sales_from: datetime | None
    sales_until: datetime | None
    currency: str
    ticket_types: dict[str, TicketType]
    fees: tuple[Fee, ...]
    general: TicketType | None = None
    """The ticket type of an event that only counts seats: its only one, free, and limited by the house alone."""
    buyer_tickets_max: int | None = None
    refund_policy: RefundPolicy | None = None

    @property
    def limits_buyers(self) -> bool:
        """Whether a buyer may have only so many tickets, over all his bookings."""
        return self.buyer_tickets_max is not None or any(
            one.buyer_tickets_max is not None for one in self.ticket_types.values()
        )

    @property
    def draws_on_pools(self) -> bool:
        """Whether anything is limited by more than the house."""
        return self.general is None and any(one.pool_ids for one in self.ticket_types.values())


def general_admission(ticket_types: Sequence[TicketType]) -> TicketType | None:
    """The ticket type that `num_seats` means, when there is nothing to choose."""
    if len(ticket_types) != 1:
        return None
    (one,) = ticket_types
    is_plain = (one.price_minor, one.places, one.tickets_min, one.tickets_max, one.visibility, one.pool_ids) == (
        *(0, 1, 1, None, "public", ()),
    )
    has_limits = (one.sales_from, one.sales_until, one.buyer_tickets_max) != (None, None, None)
    return one if is_plain and not has_limits else None


class Wanted(NamedTuple):
    """A line of a basket."""

    ticket_type_id: str
    quantity: int
