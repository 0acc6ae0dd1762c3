"""Idempotency keys: what stands for a request, and how an answer is remembered."""

from hashlib import blake2b
from typing import Any, Literal, TypeAlias

from fullhouse.rules.booking import Booked, Booking, Cancelled, Changed, Confirmed, IdempotencyKey, Refused
from fullhouse.rules.refusals import REFUSALS


def key_for(caller: str, path: str, key: str, asked: str) -> IdempotencyKey:
    """The key of a request: one `key` per caller and path. `asked` is the request in one canonical text."""
    # NUL can't occur in any part, so no two scopes run together.
    scope = f"{caller}\0{path}\0{key}"
    return IdempotencyKey(_digest(scope), _digest(asked))


def _digest(text: str) -> str:
    """128 bits as 32 hexadecimal digits, which PostgreSQL takes as a uuid."""
    return blake2b(text.encode(), digest_size=16).hexdigest()


def record_of(outcome: Refused) -> dict[str, Any]:
    """A refusal as data for JSON."""
    refusal = outcome.refusal
    return {"refused": refusal.code, "detail": refusal.detail, "facts": refusal.facts}


def outcome_of(record: dict[str, Any]) -> Refused:
    """Undo `record_of` and JSON."""
    return Refused(REFUSALS[record["refused"]](record["detail"], **record["facts"]))


Answer: TypeAlias = Literal["held", "confirmed", "cancelled", "confirmation", "changed"]
"""What was answered with a booking: that it is held or confirmed now, that it or some of its tickets are cancelled, its
confirmation, or that it has other lines."""


def answer_of(outcome: Booked | Confirmed | Cancelled | Changed) -> Answer:
    """What to remember of an outcome beside its booking."""
    if isinstance(outcome, Confirmed):
        return "confirmation"
    if isinstance(outcome, Cancelled):
        return "cancelled"
    if isinstance(outcome, Changed):
        return "changed"
    return "held" if outcome.booking.status == "held" else "confirmed"


def answered_with(booking: Booking, answer: Answer) -> Booked | Confirmed | Cancelled | Changed:
    """The outcome as it was given, from the booking as it is now."""
    if answer == "cancelled":
        return Cancelled(booking)
    if answer == "changed":
        return Changed(booking)
    if answer == "confirmation":
        return Confirmed(booking._replace(status="confirmed", cancelled_at=None))
    paid_by = None if answer == "held" else booking.paid_by
    return Booked(booking._replace(status=answer, cancelled_at=None, paid_by=paid_by))
