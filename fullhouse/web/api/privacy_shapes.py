"""The shapes of privacy: what is known of a person, what is erased, and how long names are kept."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from fullhouse.actions.privacy import Erasure, Known
from fullhouse.rules.privacy import RETENTION_DAYS_MIN, EventPreview
from fullhouse.rules.reference import reference_of
from fullhouse.web.api.booking_list_shapes import SoughtAddress
from fullhouse.web.api.shapes import Id, Shape, moment_text

Told = dict[str, Any]


class PersonBookingShape(Shape):
    """A booking with all that belongs to it: the rows of the database, without ids that open anything."""

    event_id: Id
    event: str
    event_date: datetime
    reference: str
    status: Literal["held", "confirmed", "expired", "cancelled"]
    created_at: datetime
    confirmed_at: datetime | None
    cancelled_at: datetime | None
    buyer_name: str | None
    buyer_email: str | None
    places: int
    paid_by: str | None
    price: Told | None
    tickets: list[Told]
    history: list[Told]
    payments: list[Told]
    refunds: list[Told]
    bank_transfers: list[Told]
    ledger: list[Told]
    mails: list[Told]


class PersonShape(Shape):
    """Everything about one person. `mails` are those about no single booking; `is_all` tells whether this is all."""

    bookings: list[PersonBookingShape]
    mails: list[Told]
    is_all: bool


class ErasureRequest(Shape):
    """Whom to erase; first of all as a dry run, which changes nothing."""

    email: SoughtAddress
    dry_run: bool = Field(default=True, strict=True)


class KeptShape(Shape):
    """A booking that has to stay for now: its event is still to come, or money of it is under way."""

    event_id: Id
    reference: str
    reason: Literal["event_to_come", "money_under_way"]


class ErasureShape(Shape):
    """What was erased, or would be. With `left`, there is more: ask again.

    `answers` are those under idempotency keys that repeated a name; a dry run does not look for them.
    """

    dry_run: bool
    bookings: int
    tickets: int
    changes: int
    transfers: int
    mails: int
    answers: int
    left: bool
    kept: list[KeptShape]


class RetentionShape(Shape):
    """So many days after an event, the names of its people are removed; null keeps them."""

    days: int | None = Field(strict=True, ge=RETENTION_DAYS_MIN, le=36_500)


class RetentionPreviewShape(Shape):
    """An event whose people are erased next, and how many of its bookings have a name."""

    event_id: Id
    name: str
    date: datetime
    bookings: int


def person_fields(known: Known) -> Told:
    """What is known of a person as JSON-ready data."""
    return {"bookings": [_booking(one) for one in known.bookings], "mails": known.mails, "is_all": known.is_all}


def _booking(told: Told) -> Told:
    reference = reference_of(told["event_id"], told["number"])
    return {name: reference if name == "reference" else told[name] for name in PersonBookingShape.model_fields}


def erasure_fields(erasure: Erasure, *, dry_run: bool) -> Told:
    """An erasure as JSON-ready data. It names nobody, so it may be remembered under a key."""
    kept = [
        {"event_id": one.key.event_id, "reference": reference_of(*one.key), "reason": one.kept} for one in erasure.kept
    ]
    return {"dry_run": dry_run, **erasure.erased._asdict(), "kept": kept}


def preview_fields(one: EventPreview) -> Told:
    """An event whose people are erased next, as JSON-ready data."""
    return {"event_id": one.event_id, "name": one.name, "date": moment_text(one.starts_at), "bookings": one.bookings}
