"""Idempotency keys: what stands for a request, and how an answer is remembered."""

from datetime import datetime
from hashlib import blake2b
from typing import Any

from fullhouse.rules.booking import Booked, Booking, Cancelled, EventCreated, IdempotencyKey, Outcome, Refused
from fullhouse.rules.capacity import Demand
from fullhouse.rules.event import Event
from fullhouse.rules.refusals import REFUSALS


def key_for(caller: str, path: str, key: str, asked: str) -> IdempotencyKey:
    """The key of a request: one `key` per caller and path. `asked` is the request in one canonical text."""
    # NUL can't occur in any part, so no two scopes run together.
    scope = f"{caller}\0{path}\0{key}"
    return IdempotencyKey(_digest(scope), _digest(asked))


def _digest(text: str) -> str:
    """128 bits as 32 hexadecimal digits, which PostgreSQL takes as a uuid."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def record_of(outcome: Outcome) -> dict[str, Any]:
    """The outcome as data for JSON; moments are written as RFC 3339."""
    if isinstance(outcome, Refused):
        refusal = outcome.refusal
        return {"refused": refusal.code, "detail": refusal.detail, "facts": refusal.facts}
    if isinstance(outcome, EventCreated):
        event = outcome.event
        return {"created": event._asdict()}
    booking = outcome.booking
    return {
        "booked" if isinstance(outcome, Booked) else "cancelled": booking.id,
        "event": booking.event_id,
        "number": booking.number,
        "status": booking.status,
        "created_at": booking.created_at,
        "cancelled_at": booking.cancelled_at,
        "lines": booking.lines,
    }


def outcome_of(record: dict[str, Any]) -> Outcome:
    """Undo `record_of` and JSON."""
    if "refused" in record:
        return Refused(REFUSALS[record["refused"]](record["detail"], **record["facts"]))
    if "created" in record:
        created = record["created"]
        moments = {name: datetime.fromisoformat(created[name]) for name in ("starts_at", "created_at")}
        return EventCreated(Event(**(created | moments)))
    booking = Booking(
        id=record["booked"] if "booked" in record else record["cancelled"],
        event_id=record["event"],
        number=record["number"],
        status=record["status"],
        created_at=datetime.fromisoformat(record["created_at"]),
        cancelled_at=datetime.fromisoformat(record["cancelled_at"]) if record["cancelled_at"] else None,
        lines=tuple(Demand(*line) for line in record["lines"]),
    )
    return Booked(booking) if "booked" in record else Cancelled(booking)
