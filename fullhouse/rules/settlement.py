"""Settlement: what an event sold, took back, received and paid back, by the ledger, and what is still owed.

The ledger has money by booking, not by ticket type: that is made out from what each booking agreed on, and has to come
to the same sums. Where it does not, the settlement says so.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from fullhouse.rules import cancellation
from fullhouse.rules.booking import Booking
from fullhouse.rules.export import EventRow
from fullhouse.rules.ledger import ACCOUNTS, MoneyAccount
from fullhouse.rules.price import Price


class Earned(NamedTuple):
    """Money for what is sold: face values and fees without tax, and the tax in both."""

    net_minor: int = 0
    fees_minor: int = 0
    tax_minor: int = 0

    @property
    def gross_minor(self) -> int:
        """All of it."""
        return self.net_minor + self.fees_minor + self.tax_minor

    def plus(self, other: "Earned", times: int = 1) -> "Earned":
        """Both together; `times` as often of the other."""
        return Earned(*(mine + times * its for mine, its in zip(self, other, strict=True)))


class Moved(NamedTuple):
    """Money of one account: what came in, and what went back."""

    account: MoneyAccount
    received_minor: int
    paid_back_minor: int


class Tickets(NamedTuple):
    """Tickets that were sold, given away and cancelled, those of which may be of both."""

    sold: int = 0
    comp: int = 0
    cancelled: int = 0

    def plus(self, other: "Tickets") -> "Tickets":
        """Both together."""
        return Tickets(*(mine + its for mine, its in zip(self, other, strict=True)))


class Sums(NamedTuple):
    """What the ledger has of an event in a time. `given_beyond_minor` went back though nothing was owed.

    What is owed is as of the end of that time: to buyers who paid for what they have not got, and by those who have
    not paid for what they got. `strange` counts postings in another currency than the event's.
    """

    sold: Earned = Earned()
    taken_back: Earned = Earned()
    given_beyond_minor: int = 0
    owed_to_buyers_minor: int = 0
    owed_by_buyers_minor: int = 0
    strange: int = 0


class Sold(NamedTuple):
    """As many bookings as `times`, sold at the same price."""

    price: Price
    times: int


class TakenBack(NamedTuple):
    """The same tickets of bookings of the same price, `times` times, each for the same money."""

    price: Price
    tickets: tuple[int, ...]
    back: Earned
    times: int


class OfType(NamedTuple):
    """What belongs to a ticket type; without one, to whole bookings, as fees per booking do."""

    ticket_type_id: str | None
    name: str
    tickets: Tickets
    sold: Earned
    taken_back: Earned


class Settlement(NamedTuple):
    """One event. `differences` is empty, or says what does not agree with the ledger."""

    event: EventRow
    sums: Sums
    moved: tuple[Moved, ...]
    by_type: tuple[OfType, ...]
    differences: tuple[str, ...]

    @property
    def tickets(self) -> Tickets:
        """Those of all types."""
        summed = Tickets()
        for one in self.by_type:
            summed = summed.plus(one.tickets)
        return summed


class Period(NamedTuple):
    """From a moment on, and before another one; what is None has no end there."""

    since: datetime | None = None
    until: datetime | None = None


OF_BOOKINGS = "Whole bookings"


def settle(
    event: EventRow,
    sums: Sums,
    moved: Iterable[Moved],
    tickets: dict[str, tuple[str, Tickets]],
    sold: Iterable[Sold],
    taken_back: Iterable[TakenBack],
) -> Settlement:
    """Put one event together. `tickets` has names and counts by ticket type."""
    earned: dict[str | None, Earned] = {}
    for one in sold:
        for type_id, part in sold_parts(one.price):
            earned[type_id] = earned.get(type_id, Earned()).plus(part, one.times)
    back: dict[str | None, Earned] = {}
    for given in taken_back:
        for type_id, part in back_parts(given):
            back[type_id] = back.get(type_id, Earned()).plus(part, given.times)
    type_ids: list[str | None] = sorted({*tickets, *(one for one in (*earned, *back) if one is not None)}, key=str)
    by_type = []
    for type_id in [*type_ids, None]:
        name, count = tickets.get(type_id or "", (OF_BOOKINGS if type_id is None else "", Tickets()))
        of_type = OfType(type_id, name, count, earned.get(type_id, Earned()), back.get(type_id, Earned()))
        if type_id is not None or of_type.sold != Earned() or of_type.taken_back != Earned():
            by_type.append(of_type)
    return Settlement(event, sums, tuple(moved), tuple(by_type), tuple(_differences(sums, by_type)))


def sold_parts(price: Price) -> Iterator[tuple[str | None, Earned]]:
    """What a booking of this price earns, line by line, and for the whole of it."""
    for line in price.lines:
        fees = [fee.amount for fee in line.fees]
        yield (
            line.ticket_type_id,
            Earned(
                line.face.net_minor,
                sum(fee.net_minor for fee in fees),
                line.face.tax_minor + sum(fee.tax_minor for fee in fees),
            ),
        )
    yield (
        None,
        Earned(0, sum(fee.amount.net_minor for fee in price.fees), sum(fee.amount.tax_minor for fee in price.fees)),
    )


def back_parts(given: TakenBack) -> list[tuple[str | None, Earned]]:
    """What was taken back, by ticket type: by the percentage, with or without fees, that comes to what was posted.

    What is left belongs to the whole booking: its own fees, or a sum that none of its percentages comes to.
    """
    tries = [parts for parts in _tries(given.price, given.tickets) if _rest(given.back, parts) is not None]
    if not tries:
        return [(None, given.back)]
    # The one that explains most: what it leaves is at most the fees of the whole booking.
    best = min(tries, key=lambda parts: _left(given.back, parts).gross_minor)
    return [*best, (None, _left(given.back, best))]


def _tries(price: Price, tickets: Sequence[int]) -> Iterator[list[tuple[str | None, Earned]]]:
    booking = Booking("", "", 1, 0, "confirmed", datetime.min, None, price=price, paid_by="cash")  # noqa: DTZ901 - nobody asks for the moment
    percents = {100, *(step.percent for step in (price.refunds.steps if price.refunds else ()))}
    by_type: dict[str | None, list[int]] = {}
    for number in tickets:
        by_type.setdefault(cancellation.type_of(booking, number), []).append(number)
    for percent in sorted(percents, reverse=True):
        for with_fees in (True, False):
            yield [
                (type_id, Earned(*cancellation.tickets_back(booking, numbers, percent, with_fees=with_fees)))
                for type_id, numbers in by_type.items()
            ]


def _left(whole: Earned, parts: Iterable[tuple[str | None, Earned]]) -> Earned:
    for _, part in parts:
        whole = whole.plus(part, -1)
    return whole


def _rest(whole: Earned, parts: Iterable[tuple[str | None, Earned]]) -> Earned | None:
    """What parts leave of the whole: fees alone, as nothing else is for a whole booking; None if it is not that."""
    left = _left(whole, parts)
    return left if left.net_minor == 0 and left.fees_minor >= 0 and left.tax_minor >= 0 else None


def _differences(sums: Sums, by_type: Sequence[OfType]) -> Iterator[str]:
    if sums.strange:
        yield f"{sums.strange} postings are in another currency than the event"
    for what, of_ledger, of_types in (
        ("sold", sums.sold, [one.sold for one in by_type]),
        ("taken back", sums.taken_back, [one.taken_back for one in by_type]),
    ):
        summed = Earned()
        for one in of_types:
            summed = summed.plus(one)
        if summed != of_ledger:
            yield f"{what}: the ledger has {tuple(of_ledger)}, ticket types come to {tuple(summed)}"


WAYS: dict[MoneyAccount, str] = {account: way for way, account in ACCOUNTS.items()}
"""The way of paying of each account that has money."""
