"""What goes back for tickets, as the clerk with the ledger reckons it: dealt out by hand, rounded as at school."""

from decimal import ROUND_HALF_UP, Decimal
from typing import TypeAlias

from fullhouse.rules.booking import Booking
from fullhouse.rules.price import Amount, PricedLine

Money: TypeAlias = tuple[int, int, int]
"""Face value, fees and tax."""


def tickets_of(booking: Booking) -> dict[int, PricedLine | None]:
    """Each ticket that was ever sold with a booking by its number, with its line if there are lines."""
    if booking.price is None:
        return dict.fromkeys(range(1, booking.places + len(booking.cancelled_tickets) + 1))
    return dict(enumerate((line for line in booking.price.lines for _ in range(line.quantity)), 1))


def back(booking: Booking, numbers: list[int], percent: int, *, with_fees: bool) -> Money:
    """What goes back for tickets; the fees of the booking with those that are its last."""
    price = booking.price
    if price is None or booking.paid_by in {None, "comp"}:
        return 0, 0, 0
    faces: list[tuple[int, int]] = []
    fees: list[tuple[int, int]] = []
    first = 1
    for line in price.lines:
        here = [number - first for number in numbers if first <= number < first + line.quantity]
        first += line.quantity
        faces += [dealt(line.face, line.quantity)[n] for n in here]
        fees += [dealt(fee.amount, line.quantity)[n] for fee in line.fees for n in here]
    if len(numbers) + len(booking.cancelled_tickets) == first - 1:
        fees += [(fee.amount.net_minor, fee.amount.tax_minor) for fee in price.fees]
    of_faces = [percent_of(*one, percent) for one in faces]
    of_fees = [percent_of(*one, percent) for one in fees] if with_fees else []
    tax_minor = sum(tax for _, tax in of_faces + of_fees)
    return sum(net for net, _ in of_faces), sum(net for net, _ in of_fees), tax_minor


def dealt(amount: Amount, count: int) -> list[tuple[int, int]]:
    """Deal the minor units of an amount out to tickets like cards: first the net, and on with the tax."""
    nets, taxes = [0] * count, [0] * count
    for n in range(amount.net_minor):
        nets[n % count] += 1
    for n in range(amount.net_minor, amount.net_minor + amount.tax_minor):
        taxes[n % count] += 1
    return list(zip(nets, taxes, strict=True))


def percent_of(net_minor: int, tax_minor: int, percent: int) -> tuple[int, int]:
    """A part of the gross and of the tax, each rounded for itself; what is left of the gross is net."""
    gross_part, tax_part = (
        int((Decimal(minor) * percent / 100).quantize(Decimal(1), ROUND_HALF_UP))
        for minor in (net_minor + tax_minor, tax_minor)
    )
    return gross_part - tax_part, tax_part
