"""Answers in the words of the clerk with the ledger, to be compared with his."""

from typing import Any, TypeAlias

from fullhouse.rules.booking import Booked, Booking, Cancelled, Changed, Confirmed, Outcome, Refused, Released
from fullhouse.rules.decision import Deferred

Answer: TypeAlias = tuple[object, ...]
Basket: TypeAlias = list[tuple[str, int]]

LASTING = {"booked": 6, "cancelled": 2, "changed": 2}
"""How much of an answer is said again under its key: the rest is as the booking is by then."""


def said(outcome: Outcome | Deferred) -> Answer:
    """An outcome in the clerk's words."""
    if isinstance(outcome, Released):
        return "released", outcome.holds
    assert not isinstance(outcome, Deferred), "nobody is deferred unless there is too much to release"
    return once_more(_said(outcome)) if outcome.replayed else _said(outcome)


def _said(outcome: Outcome) -> Answer:
    if isinstance(outcome, Booked):
        return booked(outcome.booking)
    if isinstance(outcome, Confirmed):
        return "confirmed", outcome.booking.id, outcome.booking.paid_by
    if isinstance(outcome, Cancelled):
        return cancelled(outcome.booking)
    if isinstance(outcome, Changed):
        return changed(outcome.booking)
    assert isinstance(outcome, Refused)
    return no(outcome.refusal.code, **outcome.refusal.facts)


def no(code: str, **facts: Any) -> Answer:
    """A refusal."""
    return "refused", code, facts


def booked(b: Booking) -> Answer:
    """A yes to a booking."""
    return "booked", b.event_id, b.number, b.status, b.expires_at, b.paid_by, b.places, b.drawn or {}, _lines(b)


def cancelled(b: Booking) -> Answer:
    """A yes to a cancellation, with what is left."""
    return "cancelled", b.id, b.status, b.places, b.drawn or {}, b.cancelled_tickets


def changed(b: Booking) -> Answer:
    """A yes to other lines."""
    return "changed", b.id, b.status, b.expires_at, b.places, b.drawn or {}, _lines(b)


def once_more(answer: Answer) -> Answer:
    """The same answer, given again."""
    return "again", *answer[: LASTING.get(str(answer[0]))]


def _lines(b: Booking) -> Basket | None:
    return [(line.ticket_type_id, line.quantity) for line in b.price.lines] if b.price else None
