"""A booking as the clerk notes it, with its payments and each of its tickets."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from tests.actions.life.giving_back import FEE_PER_BOOKING, Amount, Seat, Sum, Terms, summed, taxed

Lines: TypeAlias = tuple[tuple[str, int], ...]
"""Ticket types by name, with quantities."""
Use: TypeAlias = tuple[int, int, int]
"""Tickets, bookings and money that count against a code."""


@dataclass(eq=False)
class Payment:
    """What is paid, or could be. `sent` is what the buyer has sent, whether or not anybody has heard of it."""

    id: str
    provider: str
    amount: int
    state: str = "open"
    reference: str = ""
    expires: datetime | None = None
    sent: int = 0
    received: int = 0
    returned: int = 0
    asked: int = 0


@dataclass(eq=False)
class Deal:
    """A booking. `seats` are its tickets in their order, with those that are `gone`; the rest is without them.

    `back` is what of the sale was taken back; `owed_back` is what was returned because it was owed, and not out of
    goodwill; `for_tickets` is what goes or went back for single tickets alone.
    """

    id: str
    event_id: str
    made: datetime
    buyer: str | None = None
    code: str | None = None
    paid_by: str | None = None
    state: str = "held"
    expires: datetime | None = None
    price: int = 0
    terms: Terms = field(default_factory=Terms)
    seats: list[Seat] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)
    issued: bool = False
    names: dict[int, str] = field(default_factory=dict)
    codes: dict[int, str] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    back: Sum = field(default_factory=Sum)
    owed_back: int = 0
    for_tickets: int = 0

    @property
    def valid(self) -> list[int]:
        """The numbers of the tickets that are not gone."""
        return [number for number in range(1, len(self.seats) + 1) if number not in self.gone]

    @property
    def taken(self) -> list[Seat]:
        return [self.seats[number - 1] for number in self.valid]

    @property
    def lines(self) -> Lines:
        return tuple(Counter(seat.kind for seat in self.taken).items())

    @property
    def places(self) -> int:
        return sum(seat.places for seat in self.taken)

    @property
    def drawn(self) -> Counter[str]:
        return Counter(pool for seat in self.taken for pool in seat.pools for _ in range(seat.places))

    @property
    def use(self) -> Use:
        """Tickets, bookings and money that count against its code."""
        if self.code is None:
            return (0, 0, 0)
        return sum(seat.covered for seat in self.taken), 1, sum(seat.off for seat in self.taken)

    @property
    def is_sold(self) -> bool:
        """Whether it was sold for money, and not given away; also when it was cancelled since."""
        return self.paid_by not in {None, "comp"}

    @property
    def fee(self) -> Amount:
        """The fee of the whole booking."""
        return taxed(FEE_PER_BOOKING if any(seat.face.gross for seat in self.seats) else 0)

    @property
    def sold(self) -> Sum:
        """What was sold with it and not taken back since."""
        if not self.is_sold:
            return Sum()
        whole = summed([seat.face for seat in self.seats], [*(seat.fee for seat in self.seats), self.fee])
        return Sum(*(one - less for one, less in zip(whole, self.back, strict=True)))

    def worth(self, tickets: list[int], percent: int, *, with_fees: bool) -> Sum:
        """So many percent of what some of its tickets cost. The fee of the booking belongs to the last ones."""
        if not self.is_sold:
            return Sum()
        seats = [self.seats[number - 1] for number in tickets]
        fees = [*(seat.fee for seat in seats), *([self.fee] if tickets == self.valid else [])]
        return summed([seat.face for seat in seats], fees if with_fees else [], percent)
