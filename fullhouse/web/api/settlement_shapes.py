"""The shapes of settlements. Amounts are minor units of the currency beside them."""

from datetime import datetime
from typing import Any, Literal

from fullhouse.actions.settlement import Settled
from fullhouse.rules.settlement import WAYS, Earned, OfType, Settlement
from fullhouse.web.api.shapes import Id, Shape, moment_text


class EarnedShape(Shape):
    """Money for what is sold: face values and fees without tax, the tax in both, and all of it."""

    net_minor: int
    fees_minor: int
    tax_minor: int
    gross_minor: int


class TicketCountsShape(Shape):
    """Tickets that were sold and given away, and how many of these were cancelled."""

    sold: int
    comp: int
    cancelled: int


class WayShape(Shape):
    """Money of one way of paying."""

    way: Literal["cash", "card_terminal", "bank_transfer", "stripe"]
    received_minor: int
    paid_back_minor: int


class TypeSettlementShape(Shape):
    """What belongs to a ticket type; without one, to whole bookings, as fees per booking do."""

    ticket_type_id: Id | None
    name: str
    tickets: TicketCountsShape
    sold: EarnedShape
    taken_back: EarnedShape


class EventSettlementShape(Shape):
    """One event. `taken_back` is what of the sales was cancelled; `owed_to_buyers_minor` is not yet paid back of it.

    `given_beyond_minor` was paid back though nothing was owed. `differences` is empty, or says what does not agree with
    the ledger.
    """

    event_id: Id
    name: str
    date: datetime
    currency: str
    tickets: TicketCountsShape
    sold: EarnedShape
    taken_back: EarnedShape
    received_minor: int
    paid_back_minor: int
    given_beyond_minor: int
    owed_to_buyers_minor: int
    owed_by_buyers_minor: int
    by_payment_way: list[WayShape]
    by_ticket_type: list[TypeSettlementShape]
    differences: list[str]


class CurrencySettlementShape(Shape):
    """All events of one currency together."""

    currency: str
    tickets: TicketCountsShape
    sold: EarnedShape
    taken_back: EarnedShape
    received_minor: int
    paid_back_minor: int
    given_beyond_minor: int
    owed_to_buyers_minor: int
    owed_by_buyers_minor: int


class SettlementShape(Shape):
    """What was sold, taken back, received and paid back from `from` on and before `to`, as it was at one moment."""

    as_of: datetime
    since: datetime | None
    until: datetime | None
    events: list[EventSettlementShape]
    totals: list[CurrencySettlementShape]


def settled_fields(settled: Settled) -> dict[str, Any]:
    """A settlement as JSON-ready data."""
    events = [_event_fields(one) for one in settled.events]
    since, until = settled.period
    return {
        "as_of": moment_text(settled.as_of),
        "since": since and moment_text(since),
        "until": until and moment_text(until),
        "events": events,
        "totals": [_summed(name, events) for name in sorted({one["currency"] for one in events})],
    }


def _event_fields(one: Settlement) -> dict[str, Any]:
    sums = one.sums
    return {
        "event_id": one.event.id,
        "name": one.event.name,
        "date": moment_text(one.event.starts_at),
        "currency": one.event.currency,
        "tickets": one.tickets._asdict(),
        "sold": earned_fields(sums.sold),
        "taken_back": earned_fields(sums.taken_back),
        "received_minor": sum(each.received_minor for each in one.moved),
        "paid_back_minor": sum(each.paid_back_minor for each in one.moved),
        "given_beyond_minor": sums.given_beyond_minor,
        "owed_to_buyers_minor": sums.owed_to_buyers_minor,
        "owed_by_buyers_minor": sums.owed_by_buyers_minor,
        "by_payment_way": [
            {
                "way": WAYS[each.account],
                "received_minor": each.received_minor,
                "paid_back_minor": each.paid_back_minor,
            }
            for each in one.moved
        ],
        "by_ticket_type": [_type_fields(each) for each in one.by_type],
        "differences": list(one.differences),
    }


def _type_fields(one: OfType) -> dict[str, Any]:
    return {
        "ticket_type_id": one.ticket_type_id,
        "name": one.name,
        "tickets": one.tickets._asdict(),
        "sold": earned_fields(one.sold),
        "taken_back": earned_fields(one.taken_back),
    }


def earned_fields(earned: Earned) -> dict[str, int]:
    """Money as JSON-ready data."""
    return {**earned._asdict(), "gross_minor": earned.gross_minor}


def _summed(currency: str, events: list[dict[str, Any]]) -> dict[str, Any]:
    """The same fields, added up over the events of a currency."""
    chosen = [one for one in events if one["currency"] == currency]
    summed: dict[str, Any] = {"currency": currency}
    for name in CurrencySettlementShape.model_fields:
        if name in {"tickets", "sold", "taken_back"}:
            summed[name] = {key: sum(one[name][key] for one in chosen) for key in chosen[0][name]}
        elif name != "currency":
            summed[name] = sum(one[name] for one in chosen)
    return summed
