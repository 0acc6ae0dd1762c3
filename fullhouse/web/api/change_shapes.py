"""The shapes of the list of changes."""

from datetime import datetime
from typing import Any

from pydantic import Field

from fullhouse.rules.change import Change, Changes, cursor_at
from fullhouse.rules.notice import NoticeKind
from fullhouse.rules.reference import reference_of
from fullhouse.web.api.history_shapes import absent_unless
from fullhouse.web.api.shapes import Id, Shape, moment_text


class ChangedBookingShape(Shape):
    """A booking as a change names it."""

    id: Id
    reference: str


class ChangeDetailsShape(Shape):
    """What is told of a change beside its type; what does not apply is left out."""

    fields: list[str] = absent_unless("`event.changed`: the names of the fields that have other values.")
    tickets: list[int] = absent_unless("`tickets.cancelled`: the numbers of the tickets.")
    ticket: int = absent_unless("`ticket.transferred`: the number of the ticket.")
    amount_minor: int = absent_unless("`refund.paid`: how much, in minor units.")
    currency: str = absent_unless("`refund.paid`: its currency (ISO 4217).")


class ChangeShape(Shape):
    """Something that happened. Look up how things stand now: something else may have happened since."""

    sequence: int = Field(description="Grows from change to change, with gaps; two changes never share one.")
    type: NoticeKind
    at: datetime
    event_id: Id
    booking: ChangedBookingShape | None = Field(description="Null when it happened to the event itself.")
    details: ChangeDetailsShape


class ChangesShape(Shape):
    """Changes in order. What comes next is behind `next_cursor`, also when there is nothing at the moment."""

    changes: list[ChangeShape]
    next_cursor: str


def changes_fields(found: Changes) -> dict[str, Any]:
    """Changes as JSON-ready data."""
    return {"changes": [_fields(one) for one in found.changes], "next_cursor": cursor_at(found.looked_to)}


def _fields(one: Change) -> dict[str, Any]:
    return {
        "sequence": one.sequence,
        "type": one.kind,
        "at": moment_text(one.at),
        "event_id": one.event_id,
        "booking": _booking_fields(one),
        "details": one.details or {},
    }


def _booking_fields(one: Change) -> dict[str, Any] | None:
    if one.booking_id is None or one.booking_number is None:
        return None
    return {"id": one.booking_id, "reference": reference_of(one.event_id, one.booking_number)}
