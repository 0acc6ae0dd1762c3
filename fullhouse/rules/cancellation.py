"""Cancelling tickets: which of a booking's, what they gave up takes no more, and what goes back for them.

Of each ticket a percentage of its share of the price goes back, rounded half up, to the buyer's favour. Fees of the
whole booking go back, if any do, with its last ticket. `docs/prices.md` shows it with numbers.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from fullhouse.rules.booking import Actor, Booking, CancelRequest, PromoUse, Refunding
from fullhouse.rules.booking_change import BookingChange
from fullhouse.rules.offer import Wanted
from fullhouse.rules.price import Amount, PricedLine, RefundTerms, RefundUntil, shares
from fullhouse.rules.refusals import BookingNotHeld, CancellationNotAllowed, RefundChanged, Refusal, TicketNotFound
from fullhouse.rules.selling import Demand


class Back(NamedTuple):
    """What is taken back of a sale, by what it was sold as."""

    sales_minor: int
    fees_minor: int
    tax_minor: int

    @property
    def total_minor(self) -> int:
        """What is owed to the buyer for it."""
        return sum(self)


NOTHING = Back(0, 0, 0)


class Cancellation(NamedTuple):
    """Tickets of a booking that are cancelled together, by their numbers; `booking` is what has become of it.

    A hold has no tickets, and is cancelled as a whole.
    """

    booking: Booking
    tickets: tuple[int, ...]
    back: Back
    by: Actor

    def change(self, change_id: str, now: datetime) -> BookingChange:
        """What is written down of it for the booking's history."""
        details = {"tickets": self.tickets, "refund_minor": self.back.total_minor}
        return BookingChange(
            *(self.booking.event_id, self.booking.number, change_id, now, "cancellation", self.by, details)
        )

    def acted(self) -> dict[str, Any]:
        """What it came to, for the audit log."""
        return {
            "status": self.booking.status,
            "tickets_cancelled": list(self.tickets),
            "refund_minor": self.back.total_minor,
        }


class Part(NamedTuple):
    """What some tickets of a booking take of the house, of pools and of its promo code."""

    demand: Demand
    use: PromoUse


def of(booking: Booking, request: CancelRequest, now: datetime) -> Cancellation | Refusal | None:
    """What a request cancels of a booking, or why it can't; None when all of that is cancelled already."""
    if booking.status == "cancelled":
        return None
    whole = booking._replace(status="cancelled", cancelled_at=now)
    if booking.status != "confirmed":
        if request.tickets is not None:
            detail = "The booking has no tickets yet; cancel it as a whole."
            return BookingNotHeld(detail, booking_status=booking.status)
        return _refusal(booking, (), request, NOTHING, now) or Cancellation(whole, (), NOTHING, request.by)
    valid = valid_tickets(booking)
    wanted = frozenset(valid if request.tickets is None else request.tickets)
    unknown = wanted.difference(range(1, tickets_count(booking) + 1))
    if unknown:
        return TicketNotFound("The booking has no such ticket.", number=min(unknown))
    tickets = tuple(number for number in valid if number in wanted)
    if not tickets:
        return None
    back = back_for(booking, tickets, request.refunding, now)
    refusal = _refusal(booking, tickets, request, back, now)
    if refusal is not None:
        return refusal
    after = whole if len(tickets) == len(valid) else without(booking, tickets)
    return Cancellation(after, tickets, back, request.by)


def policy_refusal(booking: Booking, tickets: Sequence[int], now: datetime) -> Refusal | None:
    """Why the buyer can't give these tickets back by himself; None if he can. Who has paid nothing loses nothing."""
    is_worth = tickets_back(booking, tickets, 100, with_fees=True) != NOTHING
    if is_worth and percent_at(booking.price and booking.price.refunds, now) == 0:
        return CancellationNotAllowed("These tickets can't be given back, or not any more. Ask the organizer.")
    return None


def _refusal(
    booking: Booking, tickets: Sequence[int], request: CancelRequest, back: Back, now: datetime
) -> Refusal | None:
    """Why nothing is cancelled, though the tickets could be; None if they are."""
    if request.refunding == "by_policy":
        refusal = policy_refusal(booking, tickets, now)
        if refusal is not None:
            return refusal
    if request.expected_minor is not None and request.expected_minor != back.total_minor:
        detail = "Something else goes back than was expected. Look at it once more."
        return RefundChanged(detail, refund_minor=back.total_minor)
    return None


def tickets_count(booking: Booking) -> int:
    """How many tickets a confirmed booking was sold with."""
    if booking.price is None:
        return booking.places + len(booking.cancelled_tickets)
    return sum(line.quantity for line in booking.price.lines)


def valid_tickets(booking: Booking) -> tuple[int, ...]:
    """The numbers of a confirmed booking's tickets that are not cancelled."""
    gone = frozenset(booking.cancelled_tickets)
    return tuple(number for number in range(1, tickets_count(booking) + 1) if number not in gone)


def type_of(booking: Booking, number: int) -> str | None:
    """The ticket type of a ticket; None when the booking only counts seats."""
    return next((line.ticket_type_id for line, numbers in _numbered(booking) if number in numbers), None)


def lines_left(booking: Booking) -> tuple[Wanted, ...]:
    """The lines of a booking without the tickets that were cancelled."""
    gone = frozenset(booking.cancelled_tickets)
    left = ((line, len(numbers) - len(gone.intersection(numbers))) for line, numbers in _numbered(booking))
    return tuple(Wanted(line.ticket_type_id, quantity) for line, quantity in left if quantity)


def part_of(booking: Booking, tickets: Collection[int]) -> Part:
    """What these tickets take."""
    if booking.price is None:
        return Part(Demand(len(tickets), {}), PromoUse(0, 0, 0))
    places, covered, off_minor = 0, 0, 0
    drawn: Counter[str] = Counter()
    for line, positions in _placed(booking, tickets):
        count = len(positions)
        places += line.places * count
        # A pool that was deleted since is drawn on no more.
        drawn.update({pool_id: line.places * count for pool_id in line.pool_ids if pool_id in (booking.drawn or {})})
        if line.off_minor is not None:
            covered += count
            off_minor += line.off_minor // line.quantity * count
    return Part(Demand(places, dict(drawn)), PromoUse(covered, 0, off_minor))


def without(booking: Booking, tickets: Collection[int]) -> Booking:
    """A confirmed booking without some of its tickets, but with others left."""
    part = part_of(booking, tickets)
    drawn = {pool_id: places - part.demand.drawn.get(pool_id, 0) for pool_id, places in (booking.drawn or {}).items()}
    promo = booking.promo and booking.promo._replace(use=booking.promo.use.plus(part.use, -1))
    return booking._replace(
        places=booking.places - part.demand.places,
        drawn=drawn or None,
        promo=promo,
        cancelled_tickets=tuple(sorted({*booking.cancelled_tickets, *tickets})),
    )


def step_at(terms: RefundTerms | None, moment: datetime) -> RefundUntil | None:
    """The step that counts at a moment by what was agreed; None when nothing goes back, or not any more."""
    return next((step for step in (terms.steps if terms is not None else ()) if moment < step.until), None)


def percent_at(terms: RefundTerms | None, moment: datetime) -> int:
    """How much of a ticket's price goes back at a moment by what was agreed; 0 when none does."""
    step = step_at(terms, moment)
    return 0 if step is None else step.percent


def back_for(booking: Booking, tickets: Sequence[int], refunding: Refunding, moment: datetime) -> Back:
    """What goes back for valid tickets of a confirmed booking; with all that are left go the fees of the booking."""
    if booking.price is None or refunding == "none":
        return NOTHING
    terms = booking.price.refunds
    percent = 100 if refunding == "full" else percent_at(terms, moment)
    with_fees = refunding == "full" or (terms is not None and terms.with_fees)
    back = tickets_back(booking, tickets, percent, with_fees=with_fees)
    if not with_fees or not is_paid(booking) or len(tickets) < len(valid_tickets(booking)):
        return back
    rest = [_percent_of(fee.amount, percent) for fee in booking.price.fees]
    return back._replace(
        fees_minor=back.fees_minor + sum(one.net_minor for one in rest),
        tax_minor=back.tax_minor + sum(one.tax_minor for one in rest),
    )


def tickets_back(booking: Booking, tickets: Sequence[int], percent: int, *, with_fees: bool) -> Back:
    """So many percent of what tickets were sold for, without what is for the whole booking; for a comp, nothing."""
    if not is_paid(booking):
        return NOTHING
    faces: list[Amount] = []
    fees: list[Amount] = []
    for line, positions in _placed(booking, tickets):
        faces += _backs(line.face, line.quantity, positions, percent)
        for fee in line.fees if with_fees else ():
            fees += _backs(fee.amount, line.quantity, positions, percent)
    return Back(
        sum(one.net_minor for one in faces),
        sum(one.net_minor for one in fees),
        sum(one.tax_minor for one in [*faces, *fees]),
    )


def is_paid(booking: Booking) -> bool:
    """Tell whether a confirmed booking was sold for money, and not given away."""
    return booking.paid_by not in {None, "comp"}


def _backs(amount: Amount, count: int, positions: Sequence[int], percent: int) -> list[Amount]:
    """What goes back for some of the `count` tickets that an amount is for."""
    parts = shares(amount, count)
    return [_percent_of(parts[position], percent) for position in positions]


def _percent_of(amount: Amount, percent: int) -> Amount:
    """Gross and tax are rounded half up. As the gross is never less than the tax, no part is ever below zero."""
    gross_minor = (amount.gross_minor * percent + 50) // 100
    tax_minor = (amount.tax_minor * percent + 50) // 100
    return Amount(gross_minor - tax_minor, tax_minor)


def _placed(booking: Booking, tickets: Collection[int]) -> Iterator[tuple[PricedLine, list[int]]]:
    """Each line that has some of these tickets, and which of the line's they are, from 0."""
    wanted = frozenset(tickets)
    for line, numbers in _numbered(booking):
        positions = [number - numbers.start for number in numbers if number in wanted]
        if positions:
            yield line, positions


def _numbered(booking: Booking) -> Iterator[tuple[PricedLine, range]]:
    """Each line with the numbers of its tickets, which are numbered from 1 through all lines."""
    first = 1
    for line in booking.price.lines if booking.price else ():
        yield line, range(first, first + line.quantity)
        first += line.quantity
