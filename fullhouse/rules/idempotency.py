"""Idempotency keys: what stands for a request, and how an answer is remembered."""

from datetime import datetime
from hashlib import blake2b
from typing import Any, Literal, TypeAlias

from fullhouse.rules.booking import (
    Booked,
    Booking,
    Cancelled,
    Confirmed,
    EventCreated,
    IdempotencyKey,
    Refused,
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


Answer: TypeAlias = Literal["held", "confirmed", "cancelled", "confirmation"]
"""What was answered with a booking: that it is held or confirmed now, that it is cancelled, or its confirmation."""


def answer_of(outcome: Booked | Confirmed | Cancelled) -> Answer:
    """What to remember of an outcome beside its booking."""
    if isinstance(outcome, Confirmed):
        return "confirmation"
    if isinstance(outcome, Cancelled):
        return "cancelled"
    return "held" if outcome.booking.status == "held" else "confirmed"


def answered_with(booking: Booking, answer: Answer) -> Booked | Confirmed | Cancelled:
    """The outcome as it was given, from the booking as it is now."""
    if answer == "cancelled":
        return Cancelled(booking)
    if answer == "confirmation":
        return Confirmed(booking._replace(status="confirmed", cancelled_at=None))
    paid_by = None if answer == "held" else booking.paid_by
    return Booked(booking._replace(status=answer, cancelled_at=None, paid_by=paid_by))
