"""What is left of an event, as its stream shows it."""

import json
from hashlib import blake2b
from typing import Any, Literal

from pydantic import Field

from fullhouse.engine.live import Frame
from fullhouse.rules.live import FEW, Left
from fullhouse.web.api.shapes import AvailabilityShape, Id, Shape
from fullhouse.web.event_stream import event_of

KIND = "availability"


class TypeLeftShape(Shape):
    """What is left of a ticket type."""

    ticket_type_id: Id
    state: Literal["available", "few", "sold_out", "not_on_sale"]
    tickets_left: int | None = Field(description=f"Told when they are few, {FEW} at most.")


class LiveShape(AvailabilityShape):
    """What is left of an event, and of the ticket types that everybody sees, in their order."""

    state: Literal["on_sale", "not_on_sale", "over", "cancelled", "draft"]
    ticket_types: list[TypeLeftShape]


def frame_of(left: Left) -> Frame:
    """An event of the stream. Its id is made of what it says, so that it is the same whichever process says it."""
    line = json.dumps(_fields(left), separators=(",", ":"))
    return event_of(KIND, blake2b(line.encode(), digest_size=9).hexdigest(), line)


def _fields(left: Left) -> dict[str, Any]:
    return {
        "event_id": left.event_id,
        "total_seats": left.total_seats,
        "available_seats": left.available_seats,
        "is_available": left.available_seats > 0,
        "state": left.state,
        "ticket_types": [one._asdict() for one in left.ticket_types],
    }
