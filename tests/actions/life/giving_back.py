"""What one ticket of a booking takes and costs, and what goes back for it: `docs/prices.md`, told once more in sums."""

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

FEE_PER_TICKET = 100
FEE_PER_BOOKING = 50
TAX_PERCENT = 19
"""All prices include it."""


class Amount(NamedTuple):
    """What is paid, and the tax in it."""

    gross: int = 0
    tax: int = 0


class Sum(NamedTuple):
    """Money by what it is for."""

    sales: int = 0
    fees: int = 0
    tax: int = 0

    def plus(self, other: "Sum") -> "Sum":
        return Sum(*(one + more for one, more in zip(self, other, strict=True)))


class Seat(NamedTuple):
    """One ticket: what it takes of house, pools and code, and its part of what its line was sold for."""

    kind: str
    places: int
    pools: tuple[str, ...]
    covered: int
    off: int
    face: Amount
    fee: Amount


class Terms(NamedTuple):
    """What was agreed: before each moment so many percent go back, and fees perhaps."""

    steps: tuple[tuple[datetime, int], ...] = ()
    with_fees: bool = False

    def percent(self, now: datetime) -> int:
        return next((percent for until, percent in self.steps if now < until), 0)


def half_up(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def taxed(gross: int) -> Amount:
    """A price that includes tax."""
    return Amount(gross, half_up(Decimal(gross * TAX_PERCENT) / (100 + TAX_PERCENT)))


def dealt(gross: int, count: int) -> list[Amount]:
    """The units of the net are dealt out one by one to the tickets of a line; those of the tax go on from there."""
    tax = taxed(gross).tax
    net = gross - tax
    nets = [len(range(ticket, net, count)) for ticket in range(count)]
    taxes = [len(range((ticket - net) % count, tax, count)) for ticket in range(count)]
    return [Amount(one + more, more) for one, more in zip(nets, taxes, strict=True)]


def summed(faces: list[Amount], fees: list[Amount], percent: int = 100) -> Sum:
    """So many percent of some amounts; paid amount and tax are rounded each."""
    parts = [
        [Amount(*(half_up(Decimal(minor * percent) / 100) for minor in one)) for one in of] for of in (faces, fees)
    ]
    sales, from_fees = (sum(one.gross - one.tax for one in of) for of in parts)
    return Sum(sales, from_fees, sum(one.tax for of in parts for one in of))
