"""Idempotency keys: what stands for a request, and how an answer is remembered."""

from datetime import datetime
from hashlib import blake2b
from typing import Any

from fullhouse.rules.booking import (
    Booked,
    Booking,
    Cancelled,
    EventCreated,
    IdempotencyKey,
    Outcome,
    Refused,
    Status,
)
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


def record_of(outcome: EventCreated | Refused) -> dict[str, Any]:
    """The outcome as data for JSON; moments are written as RFC 3339."""
    if isinstance(outcome, Refused):
        refusal = outcome.refusal
        return {"refused": refusal.code, "detail": refusal.detail, "facts": refusal.facts}
    return {"created": outcome.event._asdict()}


def outcome_of(record: dict[str, Any]) -> EventCreated | Refused:
    """Undo `record_of` and JSON."""
    if "refused" in record:
        return Refused(REFUSALS[record["refused"]](record["detail"], **record["facts"]))
    created = record["created"]
    moments = {name: datetime.fromisoformat(created[name]) for name in ("starts_at", "created_at")}
    return EventCreated(Event(**(created | moments)))


def answered_with(booking: Booking, status: Status) -> Outcome:
    """The outcome that was answered with a booking in that state: a booking that was cancelled since was `Booked`."""
    if status == "cancelled":
        return Cancelled(booking)
    return Booked(booking._replace(status=status, cancelled_at=None))
