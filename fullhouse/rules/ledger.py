"""The ledger of a booking's money: double entry, where every posting sums to zero and none is ever changed.

What arrives on an account is positive. `buyer` is what the buyer owes: a sale adds to it, a receipt takes from it, and
below zero it is what we owe him.
"""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.booking import Booking, PaymentWay
from fullhouse.rules.cancellation import Cancellation
from fullhouse.rules.price import Price

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


class Posting(NamedTuple):
    """Money that moves between accounts, all in one: the amounts sum to zero. `money_minor` is on `money_account`.

    `what` and `number` name it within its booking.
    """

    event_id: str
    booking_number: int
    what: Kind
    number: int
    currency: str
    buyer_minor: int
    sales_minor: int = 0
    fees_minor: int = 0
    tax_minor: int = 0
    refunds_minor: int = 0
    money_minor: int = 0
    money_account: MoneyAccount | None = None
    payment_id: str | None = None


class Moved(NamedTuple):
    """Money of a payment or a refund; `number` counts those of its booking from 1."""

    number: int
    account: MoneyAccount
    amount_minor: int
    payment_id: str


def of_batch(
    reserved: Iterable[Booking], confirmed: Iterable[Booking], cancelled: Iterable[Cancellation]
) -> list[Posting]:
    """What a batch posts: each new sale, with its receipt if it was paid at the desk, and what is taken back."""
    postings: list[Posting] = []
    for booking in (*(one for one in reserved if one.status == "confirmed"), *confirmed):
        sale = _sale(booking)
        if sale is not None:
            postings.append(sale)
            if booking.paid_by in AT_THE_DESK:
                # A booking has one payment at the desk, so that needs no id of its own.
                moved = Moved(ONCE, ACCOUNTS[booking.paid_by], sale.buyer_minor, booking.id)
                postings.append(receipt(booking, sale.currency, moved))
    postings += (taken_back for one in cancelled if (taken_back := _taken_back(one)) is not None)
    return postings


def receipt(booking: Booking, currency: str, moved: Moved) -> Posting:
    """Money that came in for a booking."""
    number, account, amount_minor, payment_id = moved
    return Posting(
        *(booking.event_id, booking.number, "receipt", number, currency),
        *(-amount_minor, 0, 0, 0, 0),
        *(amount_minor, account, payment_id),
    )


def refund(booking: Booking, currency: str, moved: Moved, owed_minor: int) -> Posting:
    """Money that went back: first what was owed to the buyer; what is given beyond that is the account `refunds`."""
    number, account, amount_minor, payment_id = moved
    due_minor = min(amount_minor, max(owed_minor, 0))
    return Posting(
        *(booking.event_id, booking.number, "refund", number, currency),
        buyer_minor=due_minor,
        refunds_minor=amount_minor - due_minor,
        money_minor=-amount_minor,
        money_account=account,
        payment_id=payment_id,
    )


def _sale(booking: Booking) -> Posting | None:
    """What was sold and is owed for; nothing of a booking that is free, a comp, or was never confirmed."""
    price = booking.price
    if price is None or booking.paid_by not in ACCOUNTS:
        return None
    buyer_minor, sales_minor, fees_minor, tax_minor = _parts_of(price)
    if not buyer_minor:
        return None
    return Posting(
        *(booking.event_id, booking.number, "sale", ONCE, price.currency),
        *(buyer_minor, sales_minor, fees_minor, tax_minor),
    )


@lru_cache(maxsize=1024)
def _parts_of(price: Price) -> tuple[int, int, int, int]:
    """What a sale moves on buyer, sales, fees and tax. Remembered, because in a rush many agree on the same price."""
    fees = [fee.amount for fee in price.fees] + [fee.amount for line in price.lines for fee in line.fees]
    return (
        price.total.gross_minor,
        -sum(line.face.net_minor for line in price.lines),
        -sum(amount.net_minor for amount in fees),
        -price.total.tax_minor,
    )


def _taken_back(cancellation: Cancellation) -> Posting | None:
    """What of a sale goes back. A ticket is cancelled once, so the first one's number makes the posting's its own."""
    booking, back = cancellation.booking, cancellation.back
    if booking.price is None or not back.total_minor:
        return None
    return Posting(
        *(booking.event_id, booking.number, "cancellation", cancellation.tickets[0], booking.price.currency),
        buyer_minor=-back.total_minor,
        sales_minor=back.sales_minor,
        fees_minor=back.fees_minor,
        tax_minor=back.tax_minor,
    )


def balances(postings: Iterable[Posting]) -> Counter[Account]:
    """What is on each account."""
    summed: Counter[Account] = Counter()
    for one in postings:
        summed["buyer"] += one.buyer_minor
        summed["sales"] += one.sales_minor
        summed["fees"] += one.fees_minor
        summed["tax"] += one.tax_minor
        summed["refunds"] += one.refunds_minor
        if one.money_account is not None:
            summed[one.money_account] += one.money_minor
    return summed


def owed_minor(postings: Iterable[Posting]) -> int:
    """What we owe the buyer; below zero it is what the buyer owes us."""
    return -sum(one.buyer_minor for one in postings)
