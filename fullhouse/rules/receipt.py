"""The receipt of a booking: what was sold with its tax by rates, what was taken back, what came in and went back.

It is no invoice: of what Directive 2006/112/EC, article 226, asks for, the organizer's address and tax number are not
known here. So it says that, and claims nothing else.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.booking import Booking, Ticket
from fullhouse.rules.ledger import MoneyAccount
from fullhouse.rules.price import Amount, Price
from fullhouse.rules.refusals import TicketsNotIssued

_WHOLE = 10_000
"""Basis points of the whole."""

MovementKind: TypeAlias = Literal["receipt", "refund", "cancellation"]


class Movement(NamedTuple):
    """Money that came in or went back, or a part of the sale that was taken back; always what the buyer has of it:
    what he paid is positive, and so is what he does not owe any more.
    """

    at: datetime
    what: MovementKind
    account: MoneyAccount | None
    amount_minor: int


class ReceiptLine(NamedTuple):
    """Something that was sold, or a fee for it; `off_minor` is what a promo code took off."""

    name: str
    quantity: int | None
    amount: Amount
    off_minor: int | None = None
    is_fee: bool = False


class TaxGroup(NamedTuple):
    """All that was sold at one rate of tax; None when the rate it was sold at is not known any more."""

    basis_points: int | None
    amount: Amount


class Receipt(NamedTuple):
    """All that is on a receipt. `open_minor` is still to pay; below zero it is still to go back."""

    booking: Booking
    currency: str
    lines: list[ReceiptLine]
    total: Amount
    taxes: list[TaxGroup]
    movements: list[Movement]
    is_comp: bool
    open_minor: int


def receipt_of(
    booking: Booking,
    tickets: Sequence[Ticket],
    movements: Sequence[Movement],
    type_names: Mapping[str, str],
    rates: Mapping[str, int],
    owed_minor: int,
) -> Receipt:
    """The receipt of a booking that has tickets or money; `rates` are in basis points by ticket type and fee.

    By the ledger we owe the buyer `owed_minor`, or he owes us what is below zero.

    Raises TicketsNotIssued for one that has neither.
    """
    if not tickets and not movements:
        status = booking.status
        raise TicketsNotIssued("The booking is not confirmed, so there is nothing to receipt.", booking_status=status)
    price, is_comp = booking.price, booking.paid_by == "comp"
    if price is None:
        # A booking by a number of seats has the one ticket type of its event, which is free.
        name = type_names.get(tickets[0].ticket_type_id, "")
        nothing = Amount(0, 0)
        return Receipt(booking, "", [ReceiptLine(name, len(tickets), nothing)], nothing, [], [], is_comp, 0)
    return Receipt(
        *(booking, price.currency, _lines(price), price.total, _taxes(price, rates), list(movements)),
        *(is_comp, -owed_minor),
    )


def _lines(price: Price) -> list[ReceiptLine]:
    found = []
    for line in price.lines:
        found.append(ReceiptLine(line.name, line.quantity, line.face, line.off_minor))
        found += [ReceiptLine(fee.name, None, fee.amount, is_fee=True) for fee in line.fees]
    return [*found, *(ReceiptLine(fee.name, None, fee.amount, is_fee=True) for fee in price.fees)]


def _taxes(price: Price, rates: Mapping[str, int]) -> list[TaxGroup]:
    """What was sold by rates of tax, the highest first; what is of no known rate comes last."""
    sold = [(line.ticket_type_id, line.face) for line in price.lines]
    fees = [*price.fees, *(fee for line in price.lines for fee in line.fees)]
    summed: dict[int | None, Amount] = {}
    for source_id, amount in (*sold, *((fee.fee_id, fee.amount) for fee in fees)):
        rate = _rate_of(amount, rates.get(source_id))
        before = summed.get(rate, Amount(0, 0))
        summed[rate] = Amount(before.net_minor + amount.net_minor, before.tax_minor + amount.tax_minor)
    groups = [TaxGroup(rate, amount) for rate, amount in summed.items() if amount.gross_minor]
    return sorted(groups, key=lambda one: -1 if one.basis_points is None else one.basis_points, reverse=True)


def _rate_of(amount: Amount, rate: int | None) -> int | None:
    """The rate of today, if what was agreed on then fits it; it may have been changed since."""
    if not amount.tax_minor:
        return 0
    if rate is None:
        return None
    included = _half_up(amount.gross_minor * rate, _WHOLE + rate)
    added = _half_up(amount.net_minor * rate, _WHOLE)
    return rate if amount.tax_minor in {included, added} else None


def _half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
