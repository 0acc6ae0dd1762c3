"""The shapes of the lists of bookings and tickets that staff see, and the filters in their queries."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import StringConstraints, WithJsonSchema

from fullhouse.rules.booking import Status
from fullhouse.rules.booking_filter import BookingFilter
from fullhouse.rules.promo import normal_code
from fullhouse.rules.reference import reference_of
from fullhouse.store.booking_list import ListedBooking, ListedTicket
from fullhouse.web.api.basket_shapes import BuyerShape
from fullhouse.web.api.shapes import Id, Line, Moment, Shape, moment_text

_ADDRESS = r"^[^@\s\x00-\x1f\x7f-\x9f]+@[^@\s\x00-\x1f\x7f-\x9f]+$"

SoughtAddress = Annotated[
    str,
    StringConstraints(min_length=3, max_length=254, pattern=_ADDRESS),
    WithJsonSchema({"type": "string", "minLength": 3, "maxLength": 254, "pattern": _ADDRESS}),
]
"""A mail address to look for: whatever was taken once has to be found, so only its form counts."""

ListedWay = Literal["cash", "card_terminal", "comp", "bank_transfer", "stripe"]


class ListedBookingShape(Shape):
    """A booking as staff see it. `status` is what counts now: a hold that has run out is `expired`."""

    id: Id
    reference: str
    event_id: Id
    status: Literal["held", "confirmed", "expired", "cancelled"]
    num_seats: int
    created_at: datetime
    confirmed_at: datetime | None
    expires_at: datetime | None
    cancelled_at: datetime | None
    buyer: BuyerShape | None
    paid_by: ListedWay | None
    promo_code: str | None
    currency: str | None
    total_minor: int
    cancelled_tickets: list[int]


class ListedTicketShape(Shape):
    """A ticket as staff see it; its code is shown to the buyer alone."""

    booking_id: Id
    reference: str
    event_id: Id
    number: int
    ticket_type_id: Id
    ticket_type: str | None
    state: Literal["valid", "cancelled"]
    holder_name: str | None
    buyer: BuyerShape | None
    booking_status: Literal["held", "confirmed", "expired", "cancelled"]
    created_at: datetime


def booking_filter(
    status: Annotated[Status | None, Query(description="As it counts now.")] = None,
    ticket_type_id: Annotated[Id | None, Query(description="With tickets of this type.")] = None,
    q: Annotated[
        Line | None,
        Query(
            description="Of bookings: the beginnings of words of the buyer's or a holder's name or mail address, a "
            "reference with or without dashes, a booking's id, or a scanned ticket code. Of tickets, and in exports: "
            "text in one of the names or the mail address, or a reference."
        ),
    ] = None,
    email: Annotated[
        SoughtAddress | None, Query(description="The buyer's whole mail address; the quickest way.")
    ] = None,
    made_from: Annotated[Moment | None, Query(alias="from", description="Booked at this moment or later.")] = None,
    made_until: Annotated[Moment | None, Query(alias="to", description="Booked before this moment.")] = None,
    promo_code: Annotated[Line | None, Query(description="Booked with this code.")] = None,
    paid_by: Annotated[ListedWay | None, Query(description="Paid in this way.")] = None,
) -> BookingFilter:
    """What the query of a list chooses."""
    code = None if promo_code is None else normal_code(promo_code)
    return BookingFilter(status, ticket_type_id, q, email, made_from, made_until, code, paid_by)


def query_of(chosen: BookingFilter) -> dict[str, str]:
    """The query that chooses this."""
    said: dict[str, str | None] = {
        "status": chosen.status,
        "ticket_type_id": chosen.ticket_type_id,
        "q": chosen.text,
        "email": chosen.email,
        "from": None if chosen.made_from is None else moment_text(chosen.made_from),
        "to": None if chosen.made_until is None else moment_text(chosen.made_until),
        "promo_code": chosen.promo_code,
        "paid_by": chosen.paid_by,
        "ticket_state": chosen.ticket_state,
    }
    return {name: value for name, value in said.items() if value is not None}


def booking_fields(one: ListedBooking) -> dict[str, Any]:
    """A booking of the list as JSON-ready data."""
    found = one.booking
    return {
        "id": found.id,
        "reference": reference_of(found.event_id, found.number),
        "event_id": found.event_id,
        "status": one.status,
        "num_seats": found.places,
        "created_at": moment_text(found.created_at),
        "confirmed_at": one.confirmed_at and moment_text(one.confirmed_at),
        "expires_at": found.expires_at and moment_text(found.expires_at),
        "cancelled_at": found.cancelled_at and moment_text(found.cancelled_at),
        "buyer": found.buyer and found.buyer._asdict(),
        "paid_by": found.paid_by,
        "promo_code": one.promo_code,
        "currency": found.price and found.price.currency,
        "total_minor": 0 if found.price is None else found.price.total.gross_minor,
        "cancelled_tickets": list(found.cancelled_tickets),
    }


def ticket_fields(one: ListedTicket) -> dict[str, Any]:
    """A ticket of the list as JSON-ready data."""
    buyer = None if one.buyer_name is None else {"name": one.buyer_name, "email": one.buyer_email}
    return {
        "booking_id": one.booking_id,
        "reference": reference_of(one.event_id, one.booking_number),
        "event_id": one.event_id,
        "number": one.number,
        "ticket_type_id": one.ticket_type_id,
        "ticket_type": one.ticket_type,
        "state": one.state,
        "holder_name": one.holder_name,
        "buyer": buyer,
        "booking_status": one.booking_status,
        "created_at": moment_text(one.made_at),
    }
