"""The shapes of what an event offers: pools, ticket types, fees. The other shapes are in shapes.py."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema

from fullhouse.rules.offer import Fee, Tax, Visibility
from fullhouse.rules.pool import POOLS_MAX, Pool
from fullhouse.rules.ticket_type import TicketTypeEntry
from fullhouse.web.api.shapes import Id, Line, Moment, Shape, has_control_characters, moment_text

_BREAKS = str.maketrans("\t\n\r", "   ")


def _absent() -> Any:  # noqa: ANN401 - stands for a value of any type, and nobody looks at it
    """What a field has that was not given and is not to be changed."""
    return None


UNCHANGED: Any = Field(default_factory=_absent)


def _text(value: str) -> str:
    if has_control_characters(value.translate(_BREAKS)):
        raise ValueError("must not hold control characters other than tabs and line breaks")
    return value.replace("\r\n", "\n").replace("\r", "\n").strip()


def once_each(ids: list[str]) -> list[str]:
    """Ids that name a set."""
    return sorted(set(ids))


Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000)]
Tickets = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
PlacesEach = Annotated[int, Field(strict=True, ge=0, le=100, description="Places that one ticket takes.")]
Minor = Annotated[
    int, Field(strict=True, ge=0, le=100_000_000_000, description="In minor units of the event's currency.")
]
FeeAmount = Annotated[
    int,
    Field(
        strict=True,
        ge=0,
        le=100_000_000_000,
        description="Minor units if fixed; basis points if percent: 250 is 2.5 %.",
    ),
]
Capacity = Annotated[Count | None, Field(description="Null is no limit: the pool only counts. The house has a limit.")]
HeldBack = Annotated[Count, Field(description="Places that are kept back from sale.")]
Text = Annotated[
    str,
    StringConstraints(max_length=2000, strict=True),
    AfterValidator(_text),
    Field(json_schema_extra={"pattern": r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$"}),
]
BuyerTickets = Annotated[
    int,
    Field(strict=True, ge=1, le=10_000, description="Tickets that one buyer may have, over all his bookings."),
]
PoolIds = Annotated[
    list[Id],
    Field(max_length=POOLS_MAX, description="Pools of this event; the house is always drawn on, and not named."),
    AfterValidator(once_each),
]
FeeKind = Literal["fixed", "percent"]
FeePer = Literal["ticket", "booking"]


class TaxShape(Shape):
    """A rate in basis points, 1900 is 19 %, included in the amount or added to it."""

    basis_points: int = Field(strict=True, ge=0, le=10_000)
    is_included: bool = Field(strict=True)


# A reference would point to the root of the whole document, where bodies are written out.
TaxField = Annotated[TaxShape, WithJsonSchema(TaxShape.model_json_schema())]
NO_TAX = TaxShape(basis_points=0, is_included=True)


class PoolRequest(Shape):
    """A new pool: a limit narrower than the house."""

    name: Line
    capacity: Capacity
    held_back: HeldBack = 0


class PoolChanges(Shape):
    """Changes of a pool, or of the house in all but its name; what is not given stays as it is."""

    name: Line = UNCHANGED
    capacity: Capacity = UNCHANGED
    held_back: HeldBack = UNCHANGED


class PoolShape(Shape):
    """A pool, with what is left of it. The one with the event's id is the house: all places of the event."""

    id: Id
    event_id: Id
    name: str
    capacity: int | None
    held_back: int
    taken: int
    available: int | None


class TicketTypeRequest(Shape):
    """A new ticket type."""

    name: Line
    description: Text = ""
    position: Count = 0
    price_minor: Minor
    tax: TaxField = NO_TAX
    places: PlacesEach = 1
    tickets_min: Tickets = 1
    tickets_max: Tickets | None = None
    sales_from: Moment | None = None
    sales_until: Moment | None = None
    visibility: Visibility = "public"
    pool_ids: PoolIds = Field(default_factory=list)
    buyer_tickets_max: BuyerTickets | None = None


class TicketTypeChanges(Shape):
    """Changes of a ticket type; what is not given stays as it is."""

    name: Line = UNCHANGED
    description: Text = UNCHANGED
    position: Count = UNCHANGED
    price_minor: Minor = UNCHANGED
    tax: TaxField = UNCHANGED
    places: PlacesEach = UNCHANGED
    tickets_min: Tickets = UNCHANGED
    tickets_max: Tickets | None = UNCHANGED
    sales_from: Moment | None = UNCHANGED
    sales_until: Moment | None = UNCHANGED
    visibility: Visibility = UNCHANGED
    pool_ids: PoolIds = UNCHANGED
    buyer_tickets_max: BuyerTickets | None = UNCHANGED


class TicketTypeShape(Shape):
    """A ticket type. The list is in order of `position`, then age."""

    id: Id
    event_id: Id
    name: str
    description: str
    position: int
    price_minor: int
    currency: str
    tax: TaxField
    places: int
    tickets_min: int
    tickets_max: int | None
    sales_from: Moment | None
    sales_until: Moment | None
    visibility: Visibility
    pool_ids: list[Id]
    buyer_tickets_max: int | None


class FeeRequest(Shape):
    """A new fee: what is added to the face value."""

    name: Line
    kind: FeeKind
    amount: FeeAmount
    per: FeePer
    tax: TaxField = NO_TAX


class FeeChanges(Shape):
    """Changes of a fee; what is not given stays as it is."""

    name: Line = UNCHANGED
    kind: FeeKind = UNCHANGED
    amount: FeeAmount = UNCHANGED
    per: FeePer = UNCHANGED
    tax: TaxField = UNCHANGED


class FeeShape(Shape):
    """A fee, for each ticket or once for a booking."""

    id: Id
    event_id: Id
    name: str
    kind: FeeKind
    amount: int
    per: FeePer
    tax: TaxField


def values_of(request: Shape) -> dict[str, Any]:
    """All values of a request for something new, in the program's own types."""
    return {name: _own(value) for name, value in request}


def changes_of(request: Shape) -> dict[str, Any]:
    """The values that a request for a change gives, in the program's own types; nulls among them."""
    return {name: _own(value) for name, value in request if name in request.model_fields_set}


def _own(value: Any) -> Any:  # noqa: ANN401 - a field of any type
    if isinstance(value, TaxShape):
        return Tax(value.basis_points, value.is_included)
    return tuple(value) if isinstance(value, list) else value


def pool_fields(pool: Pool) -> dict[str, Any]:
    """A pool as JSON-ready data."""
    return {**pool._asdict(), "available": pool.available}


def ticket_type_fields(entry: TicketTypeEntry) -> dict[str, Any]:
    """A ticket type as JSON-ready data."""
    return {
        **entry._asdict(),
        "tax": entry.tax._asdict(),
        "sales_from": None if entry.sales_from is None else moment_text(entry.sales_from),
        "sales_until": None if entry.sales_until is None else moment_text(entry.sales_until),
        "pool_ids": list(entry.pool_ids),
    }


def fee_fields(event_id: str, fee: Fee) -> dict[str, Any]:
    """A fee as JSON-ready data."""
    return {"id": fee.id, "event_id": event_id, **fee._asdict(), "tax": fee.tax._asdict()}
