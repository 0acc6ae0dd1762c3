"""Prices: what a basket comes to, all-in, from the offer alone. Whether it may be bought is decided elsewhere.

Amounts are whole minor units of the offer's currency. What is stated (a face value, a fee) is made whole first, then
the tax in it or on it: once for a whole line or booking, never for each ticket, and half a unit goes up. EU law leaves
the way of rounding to the member states (Court of Justice, C-484/06, Ahold). `docs/prices.md` shows it with numbers.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from fullhouse.rules.offer import Fee, Offer, RefundPolicy, Tax, TicketType, Wanted

_WHOLE = 10_000
"""Basis points of the whole."""
_YEAR_1 = datetime.min.replace(tzinfo=UTC)


class Amount(NamedTuple):
    """Money with the tax kept apart. It is a tuple, so `+` puts two of them in a row and does not add them."""

    net_minor: int
    tax_minor: int

    @property
    def gross_minor(self) -> int:
        """What is paid."""
        return self.net_minor + self.tax_minor


class PricedFee(NamedTuple):
    """What one fee comes to, for a whole line or for the booking."""

    fee_id: str
    name: str
    amount: Amount


class PricedLine(NamedTuple):
    """A line of the basket; `face` and `fees` (those per ticket) are for all its tickets together.

    `each_minor` is the gross price of one such ticket bought alone, without fees per booking. Because a line is rounded
    as a whole, it may be a little more or less than `each_minor` times `quantity`. One ticket takes `places` of the
    house and of each of the pools. `off_minor` is what a promo code took off the line; None when none is for it.
    `buyer_tickets_max` is what one buyer could have of them.
    """

    ticket_type_id: str
    name: str
    quantity: int
    face: Amount
    fees: tuple[PricedFee, ...]
    each_minor: int
    places: int = 1
    pool_ids: tuple[str, ...] = ()
    off_minor: int | None = None
    buyer_tickets_max: int | None = None

    @property
    def total(self) -> Amount:
        """Face value and fees."""
        return _with_fees([self.face], self.fees)


class RefundUntil(NamedTuple):
    """Before this moment, so many percent go back."""

    until: datetime
    percent: int


class RefundTerms(NamedTuple):
    """The organizer's refund policy as it was agreed: moments instead of hours, the earliest first."""

    steps: tuple[RefundUntil, ...]
    with_fees: bool


class Price(NamedTuple):
    """What a basket comes to: its lines in their order, the fees that are per booking, and the terms of refunds."""

    currency: str
    lines: tuple[PricedLine, ...]
    fees: tuple[PricedFee, ...]
    refunds: RefundTerms | None = None
    buyer_tickets_max: int | None = None

    @property
    def total(self) -> Amount:
        """All that is paid: the total price, taxes included, of Directive 2011/83/EU, article 6(1)(e)."""
        return _total_of(self)


@lru_cache(maxsize=1024)
def _total_of(price: Price) -> Amount:
    """Remembered, because in a rush many agree on the same price."""
    return _with_fees((line.total for line in price.lines), price.fees)


def price_of(offer: Offer, basket: Sequence[Wanted]) -> Price:
    """Price each line, then the booking. Free stays free: no fee is added where there is no face value.

    Every ticket type has to be in the offer and every quantity at least 1. Two lines of one ticket type stay two lines.
    """
    face_minor = sum(offer.ticket_types[type_id].price_minor * quantity for type_id, quantity in basket)
    return Price(
        offer.currency,
        tuple(_line(offer, *wanted) for wanted in basket),
        _fees(offer, "booking", face_minor, 1),
        None if offer.refund_policy is None else refund_terms(offer.refund_policy, offer.starts_at),
        offer.buyer_tickets_max,
    )


def refund_terms(policy: RefundPolicy, starts_at: datetime) -> RefundTerms:
    """A policy for an event that begins then. What the event's date is later changes nothing of what was agreed."""
    since_year_1 = starts_at - _YEAR_1
    steps = (
        RefundUntil(starts_at - min(timedelta(hours=step.hours_before), since_year_1), step.percent)
        for step in policy.steps
    )
    return RefundTerms(tuple(steps), policy.with_fees)


def shares(amount: Amount, count: int) -> list[Amount]:
    """Split an amount into one part for each of `count` tickets. Parts differ by at most 1 in net, in tax and in gross.

    Larger parts come first. The odd units of the tax begin where those of the net end, so that tickets that cost the
    same show the same price wherever the gross can be split evenly.
    """
    net_minor, nets_larger = divmod(amount.net_minor, count)
    tax_minor, taxes_larger = divmod(amount.tax_minor, count)
    return [
        Amount(net_minor + (n < nets_larger), tax_minor + ((n - nets_larger) % count < taxes_larger))
        for n in range(count)
    ]


def record_of(price: Price) -> dict[str, Any]:
    """The price as data for JSON, to be kept with a booking."""
    return {
        "currency": price.currency,
        "lines": [
            line._asdict() | {"face": line.face._asdict(), "fees": _fee_records(line.fees)} for line in price.lines
        ],
        "fees": _fee_records(price.fees),
        "refunds": price.refunds
        and {
            "steps": [[step.until.isoformat(), step.percent] for step in price.refunds.steps],
            "with_fees": price.refunds.with_fees,
        },
        "buyer_tickets_max": price.buyer_tickets_max,
    }


def price_from(record: dict[str, Any]) -> Price:
    """Undo `record_of` and JSON."""
    lines = tuple(
        PricedLine(
            **line
            | {
                "face": Amount(**line["face"]),
                "fees": _fees_from(line["fees"]),
                "pool_ids": tuple(line["pool_ids"]),
            }
        )
        for line in record["lines"]
    )
    return Price(
        record["currency"],
        lines,
        _fees_from(record["fees"]),
        _refunds_from(record.get("refunds")),
        record.get("buyer_tickets_max"),
    )


def _refunds_from(record: dict[str, Any] | None) -> RefundTerms | None:
    if record is None:
        return None
    steps = (RefundUntil(datetime.fromisoformat(until), percent) for until, percent in record["steps"])
    return RefundTerms(tuple(steps), record["with_fees"])


def _line(offer: Offer, ticket_type_id: str, quantity: int) -> PricedLine:
    ticket_type = offer.ticket_types[ticket_type_id]
    face, fees = _face_and_fees(offer, ticket_type, quantity)
    face_of_one, fees_of_one = _face_and_fees(offer, ticket_type, 1)
    each_minor = _with_fees([face_of_one], fees_of_one).gross_minor
    return PricedLine(
        *(ticket_type_id, ticket_type.name, quantity, face, fees, each_minor),
        *(ticket_type.places, ticket_type.pool_ids, None, ticket_type.buyer_tickets_max),
    )


def _face_and_fees(offer: Offer, ticket_type: TicketType, quantity: int) -> tuple[Amount, tuple[PricedFee, ...]]:
    face_minor = ticket_type.price_minor * quantity
    return _amount(face_minor, ticket_type.tax), _fees(offer, "ticket", face_minor, quantity)


def _fees(offer: Offer, per: Literal["ticket", "booking"], face_minor: int, count: int) -> tuple[PricedFee, ...]:
    """The fees of one kind, charged `count` times or on the stated face value; none on what is free."""
    if not face_minor:
        return ()
    return tuple(
        PricedFee(fee.id, fee.name, _amount(_stated_minor(fee, face_minor, count), fee.tax))
        for fee in offer.fees
        if fee.per == per
    )


def _stated_minor(fee: Fee, face_minor: int, count: int) -> int:
    if fee.kind == "fixed":
        return fee.amount * count
    return _half_up(face_minor * fee.amount, _WHOLE)


def _amount(stated_minor: int, tax: Tax) -> Amount:
    """A stated amount with its tax: what is included leaves the gross as stated, what is added leaves the net so."""
    if tax.is_included:
        tax_minor = _half_up(stated_minor * tax.basis_points, _WHOLE + tax.basis_points)
        return Amount(stated_minor - tax_minor, tax_minor)
    return Amount(stated_minor, _half_up(stated_minor * tax.basis_points, _WHOLE))


def _half_up(numerator: int, denominator: int) -> int:
    """The nearest whole number to a fraction that is not negative."""
    return (2 * numerator + denominator) // (2 * denominator)


def _with_fees(amounts: Iterable[Amount], fees: Iterable[PricedFee]) -> Amount:
    summed = [*amounts, *(fee.amount for fee in fees)]
    return Amount(sum(one.net_minor for one in summed), sum(one.tax_minor for one in summed))


def _fee_records(fees: Iterable[PricedFee]) -> list[dict[str, Any]]:
    return [fee._asdict() | {"amount": fee.amount._asdict()} for fee in fees]


def _fees_from(records: Iterable[dict[str, Any]]) -> tuple[PricedFee, ...]:
    return tuple(PricedFee(**(record | {"amount": Amount(**record["amount"])})) for record in records)
