"""The shapes of the JSON API: requests are checked against them, and answers are documented by them."""

import re
import unicodedata
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from fullhouse.rules.booking import Booking, Status
from fullhouse.rules.event import Availability, Event

UUID_PATTERN = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
TEXT_PATTERN = r"[^\x00-\x1f\x7f-\x9f]"
"""A character of a line of text, for the document: anything but a control character."""
_UUID = re.compile(UUID_PATTERN)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def uuid_or_none(text: str) -> str | None:
    """The canonical form of a UUID, or None: what is no id is the id of nothing."""
    return text.lower() if _UUID.fullmatch(text) else None


def has_control_characters(text: str) -> bool:
    """Tell whether a text holds what no line of text has, and partly PostgreSQL can't hold."""
    return not text.isprintable() and any(unicodedata.category(character) in {"Cc", "Cs"} for character in text)


def _line_of_text(value: str) -> str:
    if has_control_characters(value):
        raise ValueError("must not hold control characters")
    value = value.strip()
    if not value:
        raise ValueError("must not be blank")
    return value


def _rfc3339(value: object) -> object:
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise ValueError(
            "must be a date and time with an offset as in RFC 3339, 2027-03-01T20:00:00+01:00 for instance"
        )
    return value


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("must be in the years 1 to 9999") from error


Id = Annotated[
    str, StringConstraints(pattern=UUID_PATTERN, to_lower=True), WithJsonSchema({"type": "string", "format": "uuid"})
]
Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strict=True),
    AfterValidator(_line_of_text),
    Field(json_schema_extra={"pattern": rf"^{TEXT_PATTERN}*[^\s\x00-\x1f\x7f-\x9f]{TEXT_PATTERN}*$"}),
]
Moment = Annotated[
    datetime,
    BeforeValidator(_rfc3339),
    AfterValidator(_in_utc),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class Shape(BaseModel):
    """Unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class EventShape(Shape):
    """An event, with what is left of it."""

    id: Id
    name: str
    date: datetime
    venue: str
    total_seats: int
    available_seats: int
    created_at: datetime


class AvailabilityShape(Shape):
    """What is left of an event."""

    event_id: Id
    total_seats: int
    available_seats: int
    is_available: bool


class BookingRequest(Shape):
    """Places wanted of an event."""

    event_id: Id
    num_seats: int = Field(strict=True, ge=1)


class BookingShape(Shape):
    """A booking. Its `id` is the buyer's key; its `reference` is for reading aloud and opens nothing."""

    id: Id
    reference: str
    event_id: Id
    num_seats: int
    status: Literal["confirmed", "cancelled"]
    created_at: datetime
    cancelled_at: datetime | None


class ProblemShape(BaseModel):
    """Problem details (RFC 9457) with a stable `code`; some codes add facts, `available_seats` for instance."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    code: str


def event_fields(event: Event) -> dict[str, Any]:
    """An event as JSON-ready data."""
    return {
        "id": event.id,
        "name": event.name,
        "date": moment_text(event.starts_at),
        "venue": event.venue,
        "total_seats": event.total_seats,
        "available_seats": event.available_seats,
        "created_at": moment_text(event.created_at),
    }


def availability_json(found: Availability) -> bytes:
    """Availability as JSON. Every part is an id or a number, so nothing needs escaping."""
    is_available = "true" if found.available_seats > 0 else "false"
    return (
        f'{{"event_id":"{found.event_id}","total_seats":{found.total_seats},'
        f'"available_seats":{found.available_seats},"is_available":{is_available}}}'
    ).encode()


def booking_json(booking: Booking, reference: str) -> bytes:
    """A booking as JSON, by hand because it is the hottest answer. Nothing in it needs escaping."""
    status: Status = booking.status
    cancelled_at = f'"{moment_text(booking.cancelled_at)}"' if booking.cancelled_at else "null"
    return (
        f'{{"id":"{booking.id}","reference":"{reference}","event_id":"{booking.event_id}",'
        f'"num_seats":{booking.places},"status":"{status}",'
        f'"created_at":"{moment_text(booking.created_at)}","cancelled_at":{cancelled_at}}}'
    ).encode()


@lru_cache(maxsize=1024)
def moment_text(moment: datetime) -> str:
    """RFC 3339 in UTC. Remembered, because all bookings of a batch were made in one moment."""
    return moment.isoformat().replace("+00:00", "Z")
