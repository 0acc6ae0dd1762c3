"""The history of a booking: what happened to it, in order of time, told by the rows that there are.

Only changes are written down for it. All else is seen from the booking itself, its payments and its refunds, so selling
costs nothing more. A row that has moved on tells only how it stands: a payment that failed before it was paid was paid.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from fullhouse.rules.booking import Actor, Booking
from fullhouse.rules.booking_change import BookingChange
from fullhouse.rules.ledger import AT_THE_DESK
from fullhouse.rules.payment import Payment, Refund

Happening: TypeAlias = Literal[
    "made",
    "lines_changed",
    "payment_begun",
    "money_received",
    "payment_failed",
    "payment_cancelled",
    "expired",
    "confirmed",
    "holder_changed",
    "tickets_cancelled",
    "cancelled",
    "refund_asked",
    "refund_failed",
    "refund_done",
]
"""What can happen, in the order in which it is told when it happened in one moment."""

_RANKS: dict[str, int] = {what: rank for rank, what in enumerate(get_args(Happening))}


class HistoryEntry(NamedTuple):
    """Something that happened; `by` is None where nobody knows, or nobody did it. `details` is data for JSON.

    `details` has what applies of: `status` and `paid_by`; the numbers of `tickets`, or that of one `ticket` with its
    `name_before` and `name_after`; `lines_before` and `lines_after`; `payment_id`, `refund_id`, `provider`, `reason`;
    and money: `amount_minor` or `refund_minor`, with its `currency`.
    """

    at: datetime
    what: Happening
    by: Actor | None
    details: dict[str, Any]


class Incoming(NamedTuple):
    """A bank transfer that came in for a payment, whole or as a part."""

    payment_id: str
    amount_minor: int
    at: datetime


class Past(NamedTuple):
    """The rows that tell of a booking. `received_at` says of payments, by their ids, when their first money came in."""

    booking: Booking
    confirmed_at: datetime | None
    changes: list[BookingChange]
    payments: list[Payment]
    refunds: list[Refund]
    transfers: list[Incoming]
    received_at: dict[str, datetime]


def history_of(past: Past, now: datetime) -> list[HistoryEntry]:
    """All that happened to a booking up to now, in order of time."""
    confirmed_at = _confirmed_at(past)
    entries = [
        _made(past.booking),
        *_expired(past.booking, confirmed_at, now),
        *_confirmed(past.booking, confirmed_at),
        *_changes(past),
        *_payments(past),
        *_refunds(past),
    ]
    return sorted(entries, key=lambda entry: (entry.at, _RANKS[entry.what]))


def _confirmed_at(past: Past) -> datetime | None:
    """When a hold was confirmed; None when it was not, or there was no hold.

    Of holds that were confirmed before that was kept, it is told as near as is known: when their money came.
    """
    booking = past.booking
    if booking.expires_at is None or booking.paid_by is None or past.confirmed_at is not None:
        return past.confirmed_at
    moments = (past.received_at.get(one.id) for one in past.payments if one.provider == booking.paid_by)
    return min((moment for moment in moments if moment is not None), default=booking.created_at)


def _made(booking: Booking) -> HistoryEntry:
    """Only what was sold at the desk is confirmed and paid when it is made; else the buyer made it."""
    if booking.expires_at is not None:
        return HistoryEntry(booking.created_at, "made", "buyer", {"status": "held"})
    by: Actor = "buyer" if booking.paid_by is None else "staff"
    return HistoryEntry(booking.created_at, "made", by, {"status": "confirmed", **_sold(booking)})


def _expired(booking: Booking, confirmed_at: datetime | None, now: datetime) -> Iterator[HistoryEntry]:
    """A hold runs out exactly then, whether or not somebody has noticed, and also if it was confirmed later."""
    ended_at = confirmed_at or booking.cancelled_at or now
    if booking.expires_at is not None and (booking.status == "expired" or booking.expires_at <= ended_at):
        yield HistoryEntry(booking.expires_at, "expired", None, {})


def _confirmed(booking: Booking, confirmed_at: datetime | None) -> Iterator[HistoryEntry]:
    if confirmed_at is not None:
        by: Actor = "staff" if booking.paid_by in (*AT_THE_DESK, "comp") else "buyer"
        yield HistoryEntry(confirmed_at, "confirmed", by, _sold(booking))


def _sold(booking: Booking) -> dict[str, Any]:
    """How a booking was paid, and how much it cost."""
    paid_by = {} if booking.paid_by is None else {"paid_by": booking.paid_by}
    if booking.price is None:
        return paid_by
    # A hold that was given away still has the price that was asked for it.
    amount_minor = 0 if booking.paid_by == "comp" else booking.price.total.gross_minor
    return {**paid_by, "amount_minor": amount_minor, "currency": booking.price.currency}


def _changes(past: Past) -> Iterator[HistoryEntry]:
    """The changes, and the end of a booking that was cancelled, which is written down for some only."""
    cancelled_at = past.booking.cancelled_at
    if cancelled_at is not None and not any(_is_end(past.booking, change) for change in past.changes):
        yield HistoryEntry(cancelled_at, "cancelled", None, {})
    for change in past.changes:
        if change.what == "cancellation":
            what: Happening = "cancelled" if _is_end(past.booking, change) else "tickets_cancelled"
            yield HistoryEntry(change.at, what, change.by, _given_up(past.booking, change))
        elif change.what == "holder":
            yield HistoryEntry(
                change.at, "holder_changed", change.by, _some(change, "ticket", "name_before", "name_after")
            )
        else:
            yield HistoryEntry(change.at, "lines_changed", change.by, _some(change, "lines_before", "lines_after"))


def _is_end(booking: Booking, change: BookingChange) -> bool:
    """Tell whether a change cancelled what was left of the booking."""
    return change.what == "cancellation" and change.at == booking.cancelled_at


def _given_up(booking: Booking, change: BookingChange) -> dict[str, Any]:
    """The tickets that were cancelled, if there were any yet, and the money that is given back for them."""
    details = _some(change, "tickets") if change.details.get("tickets") else {}
    if booking.price is None or "refund_minor" not in change.details:
        return details
    return {**details, **_some(change, "refund_minor"), "currency": booking.price.currency}


def _some(change: BookingChange, *names: str) -> dict[str, Any]:
    """The details that are told of a change: whatever else may stand in its row is nobody's business."""
    return {name: change.details[name] for name in names if name in change.details}


def _payments(past: Past) -> Iterator[HistoryEntry]:
    for one in past.payments:
        is_at_desk = one.provider in AT_THE_DESK
        named = {"payment_id": one.id, "provider": one.provider}
        reason = {} if one.reason is None else {"reason": one.reason}
        if not is_at_desk:
            yield HistoryEntry(one.created_at, "payment_begun", "buyer", {**named, **_money(one, one.amount_minor)})
        for at, amount_minor in _received(past, one):
            by: Actor = "staff" if is_at_desk else "buyer"
            yield HistoryEntry(at, "money_received", by, {**named, **_money(one, amount_minor)})
        if one.state == "failed":
            yield HistoryEntry(one.changed_at, "payment_failed", None, {**named, **reason})
        if one.state == "cancelled":
            yield HistoryEntry(one.changed_at, "payment_cancelled", None, {**named, **reason})


def _received(past: Past, one: Payment) -> Iterator[tuple[datetime, int]]:
    """When money came in for a payment, and how much. Only transfers come in parts."""
    if one.provider == "bank_transfer":
        yield from ((part.at, part.amount_minor) for part in past.transfers if part.payment_id == one.id)
    elif one.received_minor:
        yield past.received_at.get(one.id, one.changed_at), one.received_minor


def _refunds(past: Past) -> Iterator[HistoryEntry]:
    payments = {one.number: one for one in past.payments}
    for made in past.refunds:
        paid = payments[made.payment_number]
        details = {
            "refund_id": made.id,
            "payment_id": paid.id,
            "provider": paid.provider,
            "reason": made.reason,
            **_money(paid, made.amount_minor),
        }
        by: Actor | None = "staff" if made.reason == "asked_by_staff" else None
        yield HistoryEntry(made.created_at, "refund_asked", by, details)
        if made.state != "asked":
            ended: Happening = "refund_done" if made.state == "done" else "refund_failed"
            yield HistoryEntry(made.changed_at, ended, None, details)


def _money(one: Payment, amount_minor: int) -> dict[str, Any]:
    return {"amount_minor": amount_minor, "currency": one.currency}
