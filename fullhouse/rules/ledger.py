"""The ledger of a booking's money: double entry, where every posting sums to zero and none is ever changed.

What arrives on an account is positive. `buyer` is what the buyer owes: a sale adds to it, a receipt takes from it, and
below zero it is what we owe him.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.booking import Booking, PaymentWay

Kind: TypeAlias = Literal["sale", "cancellation", "receipt", "refund"]
MoneyAccount: TypeAlias = Literal["cash", "card_terminal", "bank", "stripe"]
Account: TypeAlias = Literal["buyer", "sales", "tax", "fees", "refunds"] | MoneyAccount

ACCOUNTS: dict[PaymentWay, MoneyAccount] = {
    "cash": "cash",
    "card_terminal": "card_terminal",
    "bank_transfer": "bank",
    "stripe": "stripe",
}
"""Where the money of each way of paying is. A comp moves none, and what it gives is sold for nothing."""

AT_THE_DESK: tuple[PaymentWay, ...] = ("cash", "card_terminal")
"""Ways in which the money is there at the moment of the confirmation, so both are posted together."""

BY_ITSELF: tuple[PaymentWay, ...] = ("bank_transfer", "stripe")
"""Ways in which money can go back without somebody at the desk."""

ONCE = 0
"""The number of a posting that a booking can have only once."""


TRANSFERS_FROM = 1_000
"""Bank transfers may come in parts, so their receipts are numbered by themselves, from here on."""


class Entry(NamedTuple):
    """One line of a posting; `what` and `number` name the posting within its booking."""

    event_id: str
    booking_number: int
    what: Kind
    number: int
    account: Account
    amount_minor: int
    currency: str
    payment_id: str | None = None


class Moved(NamedTuple):
    """Money of a payment or a refund; `number` counts those of its booking from 1."""

    number: int
    account: MoneyAccount
    amount_minor: int
    payment_id: str


def of_batch(reserved: Iterable[Booking], confirmed: Iterable[Booking], cancelled: Iterable[Booking]) -> list[Entry]:
    """What a batch posts: each new sale, with its receipt if it was paid at the desk, and each sale taken back."""
    entries: list[Entry] = []
    for booking in (*(one for one in reserved if one.status == "confirmed"), *confirmed):
        entries += _sale(booking)
        entries += _desk_receipt(booking)
    for booking in cancelled:
        entries += [_taken_back(entry) for entry in _sale(booking)]
    return entries


def receipt(booking: Booking, currency: str, moved: Moved) -> list[Entry]:
    """Money that came in for a booking."""
    number, account, amount_minor, payment_id = moved
    amounts: dict[Account, int] = {account: amount_minor, "buyer": -amount_minor}
    return list(_posting(booking, "receipt", number, amounts, currency, payment_id))


def refund(booking: Booking, currency: str, moved: Moved, owed_minor: int) -> list[Entry]:
    """Money that went back: first what was owed to the buyer; what is given beyond that is the account `refunds`."""
    number, account, amount_minor, payment_id = moved
    due_minor = min(amount_minor, max(owed_minor, 0))
    amounts: dict[Account, int] = {account: -amount_minor, "buyer": due_minor, "refunds": amount_minor - due_minor}
    return list(_posting(booking, "refund", number, amounts, currency, payment_id))


def _sale(booking: Booking) -> Iterator[Entry]:
    """What was sold and is owed for; nothing of a booking that is free, a comp, or was never confirmed."""
    if booking.price is None or booking.paid_by not in ACCOUNTS:
        return
    price = booking.price
    fees = [fee.amount for fee in price.fees] + [fee.amount for line in price.lines for fee in line.fees]
    amounts: dict[Account, int] = {
        "buyer": price.total.gross_minor,
        "sales": -sum(line.face.net_minor for line in price.lines),
        "fees": -sum(amount.net_minor for amount in fees),
        "tax": -price.total.tax_minor,
    }
    yield from _posting(booking, "sale", ONCE, amounts, price.currency, None)


def _desk_receipt(booking: Booking) -> Iterator[Entry]:
    if booking.price is None or booking.paid_by not in AT_THE_DESK:
        return
    gross_minor = booking.price.total.gross_minor
    amounts: dict[Account, int] = {ACCOUNTS[booking.paid_by]: gross_minor, "buyer": -gross_minor}
    # A booking has one payment at the desk, so that needs no id of its own.
    yield from _posting(booking, "receipt", ONCE, amounts, booking.price.currency, booking.id)


def _taken_back(entry: Entry) -> Entry:
    return entry._replace(what="cancellation", amount_minor=-entry.amount_minor)


def _posting(
    booking: Booking, what: Kind, number: int, amounts: dict[Account, int], currency: str, payment_id: str | None
) -> Iterator[Entry]:
    for account, amount_minor in amounts.items():
        if amount_minor:
            yield Entry(booking.event_id, booking.number, what, number, account, amount_minor, currency, payment_id)


def balances(entries: Iterable[Entry]) -> Counter[Account]:
    """What is on each account."""
    summed: Counter[Account] = Counter()
    for entry in entries:
        summed[entry.account] += entry.amount_minor
    return summed


def owed_minor(entries: Iterable[Entry]) -> int:
    """What we owe the buyer; below zero it is what the buyer owes us."""
    return -balances(entries)["buyer"]
