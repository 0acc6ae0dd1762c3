"""The shapes of promo codes, as the organizer manages them."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from fullhouse.rules.promo import PromoCode, normal_code
from fullhouse.rules.ticket_type import TICKET_TYPES_MAX
from fullhouse.web.api.offer_shapes import UNCHANGED, Tickets, once_each
from fullhouse.web.api.shapes import Id, Line, Moment, Shape, moment_text

CODE_LENGTH_MAX = 50

Code = Annotated[
    Line,
    AfterValidator(normal_code),
    Field(max_length=CODE_LENGTH_MAX, description="Kept in capital letters; small ones mean the same."),
]
PromoKind = Literal["fixed", "percent", "unlock"]
PromoAmount = Annotated[
    int,
    Field(
        strict=True,
        ge=0,
        le=100_000_000_000,
        description="Taken off each ticket: minor units if fixed; basis points if percent, 1000 is 10 %. 0 for unlock.",
    ),
]
TypeIds = Annotated[
    list[Id],
    Field(min_length=1, max_length=TICKET_TYPES_MAX, description="Ticket types of this event; null is all."),
    AfterValidator(once_each),
]
MoneyMax = Annotated[
    int,
    Field(strict=True, ge=1, le=1_000_000_000_000_000, description="What may be taken off in all, in minor units."),
]


class PromoCodeRequest(Shape):
    """A new promo code. A limit of null is none."""

    code: Code
    kind: PromoKind
    amount: PromoAmount
    ticket_type_ids: TypeIds | None = None
    valid_from: Moment | None = None
    valid_until: Moment | None = None
    tickets_max: Tickets | None = None
    bookings_max: Tickets | None = None
    money_max_minor: MoneyMax | None = None


class PromoCodeChanges(Shape):
    """Changes of a promo code; what is not given stays as it is. While it is used, so does the code itself."""

    code: Code = UNCHANGED
    kind: PromoKind = UNCHANGED
    amount: PromoAmount = UNCHANGED
    ticket_type_ids: TypeIds | None = UNCHANGED
    valid_from: Moment | None = UNCHANGED
    valid_until: Moment | None = UNCHANGED
    tickets_max: Tickets | None = UNCHANGED
    bookings_max: Tickets | None = UNCHANGED
    money_max_minor: MoneyMax | None = UNCHANGED


class PromoCodeShape(Shape):
    """A promo code, with what holds and confirmed bookings use of it. The list is in order of `code`."""

    id: Id
    event_id: Id
    code: str
    kind: PromoKind
    amount: int
    ticket_type_ids: list[Id] | None
    valid_from: Moment | None
    valid_until: Moment | None
    tickets_max: int | None
    bookings_max: int | None
    money_max_minor: int | None
    tickets_used: int
    bookings_used: int
    money_used_minor: int


def promo_code_fields(event_id: str, code: PromoCode) -> dict[str, Any]:
    """A promo code as JSON-ready data."""
    fields = code._asdict()
    tickets, bookings, money_minor = fields.pop("used")
    types = code.ticket_type_ids
    return {
        "id": fields.pop("id"),
        "event_id": event_id,
        **fields,
        "ticket_type_ids": None if types is None else sorted(types),
        "valid_from": None if code.valid_from is None else moment_text(code.valid_from),
        "valid_until": None if code.valid_until is None else moment_text(code.valid_until),
        "tickets_used": tickets,
        "bookings_used": bookings,
        "money_used_minor": money_minor,
    }
