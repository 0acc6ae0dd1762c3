"""What an honest clerk notes of an event and its bookings, in plain dictionaries. It knows no rules of the program.

Nothing is counted on: what is taken, used or had is added up anew whenever it is asked for. Money is in cash_box.py.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, TypeAlias

from tests.actions.life.deal import Deal, Lines, Use
from tests.actions.life.giving_back import FEE_PER_BOOKING, FEE_PER_TICKET, Seat, Sum, Terms, dealt, summed

HOLD_TIME = timedelta(minutes=10)

Policy: TypeAlias = tuple[tuple[tuple[int, int], ...], bool]
"""Until so many hours before an event so many percent go back; and whether fees do."""
No: TypeAlias = set[str]
"""Codes of the refusals that would be true; nothing may be refused while it is empty."""


@dataclass
class Kind:
    """A ticket type."""

    id: str
    price: int
    places: int
    pools: list[str]
    least: int = 1
    most: int | None = None
    per_buyer: int | None = None
    visibility: str = "public"


@dataclass
class Code:
    """A promo code; `kinds` are the ticket types that it is for."""

    id: str
    name: str
    percent: int = 0
    fixed: int = 0
    kinds: list[str] | None = None
    limits: tuple[int | None, int | None, int | None] = (None, None, None)

    def is_for(self, kind: str) -> bool:
        return self.kinds is None or kind in self.kinds

    def off(self, price: int) -> int:
        """What it takes off one ticket."""
        return min(price, self.fixed + price * self.percent // 100)


class Wish(NamedTuple):
    """What somebody asks for."""

    lines: Lines
    buyer: str | None = None
    code: str | None = None
    desk: str | None = None
    fewer: bool = False


class Notebook:
    """One event. `available` of a pool is what it has without what is held back; None is no limit."""

    def __init__(self, event_id: str, starts: datetime, capacity: int, kinds: dict[str, Kind]) -> None:
        """Begin with no bookings."""
        self.event_id = event_id
        self.starts = starts
        self.now = starts
        self.is_published = True
        self.is_cancelled = False
        self.looked_to: int | None = None
        self.policy: Policy | None = None
        self.counts_seats = len(kinds) == 1
        self.capacity = capacity
        self.held_back = 0
        self.pools: dict[str, int | None] = {}
        self.kinds = kinds
        self.codes: dict[str, Code] = {}
        self.deals: dict[str, Deal] = {}
        self.old_codes: set[str] = set()

    # ------------------------------------------------------------------------------------------------ adding up

    def live(self) -> Iterator[Deal]:
        """Who has places at this moment."""
        for deal in self.deals.values():
            if deal.state == "confirmed" or (deal.state == "held" and not self.has_run_out(deal)):
                yield deal

    @property
    def is_over(self) -> bool:
        """Whether it takes place, or has, and people see it."""
        return self.is_published and self.starts <= self.now

    def has_run_out(self, deal: Deal) -> bool:
        return deal.state == "held" and deal.expires is not None and deal.expires <= self.now

    def used(self, code: str) -> Use:
        uses = [deal.use for deal in self.live() if deal.code == code]
        return sum(u[0] for u in uses), sum(u[1] for u in uses), sum(u[2] for u in uses)

    def had(self, buyer: str) -> Counter[str]:
        """Tickets of a buyer by type."""
        return Counter(
            kind
            for deal in self.live()
            if deal.buyer and mailbox(deal.buyer) == mailbox(buyer)
            for kind, count in deal.lines
            for _ in range(count)
        )

    def demand(self, lines: Lines) -> tuple[int, Counter[str]]:
        """Places of the house and of each pool."""
        drawn: Counter[str] = Counter()
        for name, count in lines:
            for pool in self.kinds[name].pools:
                drawn[pool] += count * self.kinds[name].places
        return sum(count * self.kinds[name].places for name, count in lines), drawn

    def fits(self, places: int, drawn: Counter[str]) -> bool:
        taken, pools = 0, Counter[str]()
        for deal in self.live():
            taken += deal.places
            pools += deal.drawn
        return taken + places <= self.capacity - self.held_back and all(
            most is None or drawn[pool] == 0 or pools[pool] + drawn[pool] <= most for pool, most in self.pools.items()
        )

    # ------------------------------------------------------------------------------------------------- deciding

    def closed(self) -> No:
        """Why nothing is sold at all."""
        if self.is_cancelled:
            return {"event_cancelled"}
        return ({"event_over"} if self.starts <= self.now else set()) | (
            set() if self.is_published else {"event_not_found"}
        )

    def seats(self, count: int) -> No:
        """Why so many seats can't be had by their number."""
        if not self.counts_seats:
            return self.closed() | {"ticket_types_required"}
        return self.closed() | (set() if self.fits(count, Counter()) else {"not_enough_seats"})

    def basket(self, wish: Wish) -> tuple[No, Lines]:
        """Why a basket can't be had, and the lines that can."""
        lines = wish.lines
        no = self.closed() | self.terms(lines, wish)
        if no:
            return no, ()
        if not self.fits(*self.demand(lines)):
            lines = self.what_fits(lines) if wish.fewer else ()
            if not lines:
                return {"not_enough_seats"}, ()
            no = self.terms(lines, wish)
        buyer = "at the desk" if wish.desk else wish.buyer
        return no | self.limits(lines, buyer, wish.code, self.use(lines, wish.code)), lines

    def terms(self, lines: Lines, wish: Wish) -> No:
        """Why these lines are not offered, whatever is left."""
        no: No = set()
        code = self.codes.get(wish.code or "")
        if wish.code and (code is None or not any(code.is_for(name) for name, _ in lines)):
            no.add("promo_code_not_valid")
        for name, count in totals(lines).items():
            kind = self.kinds[name]
            opened = code is not None and code.kinds is not None and code.is_for(name)
            ways = {"public": True, "code": opened, "box_office": wish.desk is not None, "archived": False}
            if not ways[kind.visibility]:
                no.add("ticket_type_not_found")
            if not kind.least <= count <= (kind.most or count):
                no.add("quantity_not_allowed")
        return no

    def what_fits(self, lines: Lines) -> Lines:
        """As much of each line as those before it leave."""
        kept: Lines = ()
        for name, wanted in lines:
            counts = (n for n in range(wanted, 0, -1) if self.fits(*self.demand((*kept, (name, n)))))
            kept += tuple((name, n) for n in [next(counts, 0)] if n)
        return tuple(line for line in kept if totals(kept)[line[0]] >= self.kinds[line[0]].least)

    def limits(self, lines: Lines, buyer: str | None, code: str | None, use: Use) -> No:
        """Which limit of a code or a buyer would be exceeded."""
        no: No = set()
        if code and code in self.codes:
            after = [one + other for one, other in zip(self.used(code), use, strict=True)]
            limits = self.codes[code].limits
            if any(most is not None and count > most for count, most in zip(after, limits, strict=True)):
                no.add("promo_code_used_up")
        if buyer == "at the desk" or all(kind.per_buyer is None for kind in self.kinds.values()):
            return no
        if buyer is None:
            return no | {"buyer_required"}
        for name, count in totals(lines).items():
            most = self.kinds[name].per_buyer
            if most is not None and self.had(buyer)[name] + count > most:
                no.add("buyer_limit_reached")
        return no

    def use(self, lines: Lines, code: str | None) -> Use:
        """What counts against a code."""
        if code is None or code not in self.codes:
            return (0, 0, 0)
        known = self.codes[code]
        covered = [(self.kinds[name], count) for name, count in lines if known.is_for(name)]
        return (sum(n for _, n in covered), 1, sum(known.off(kind.price) * n for kind, n in covered))

    def price(self, lines: Lines, wish: Wish) -> int:
        """What a basket costs."""
        if wish.desk == "comp":
            return 0
        code = self.codes.get(wish.code or "")
        faces = [(self._face(name, code) * count, count) for name, count in lines]
        fees = sum(FEE_PER_TICKET * count for face, count in faces if face)
        total = sum(face for face, _ in faces)
        return total + fees + (FEE_PER_BOOKING if total else 0)

    def _face(self, name: str, code: Code | None) -> int:
        price = self.kinds[name].price
        return price - code.off(price) if code is not None and code.is_for(name) else price

    # -------------------------------------------------------------------------------------------------- writing

    def sell(self, booking_id: str, wish: Wish, lines: Lines) -> Deal:
        """Note a booking by lines, or of seats by their number."""
        deal = Deal(booking_id, self.event_id, self.now, wish.buyer, None, wish.desk)
        self.agree(deal, wish, lines)
        if deal.state == "held":
            deal.expires = self.now + HOLD_TIME
        self.deals[booking_id] = deal
        return deal

    def agree(self, deal: Deal, wish: Wish, lines: Lines) -> None:
        """Note what a booking is for, at the prices and terms of now; it is done when nothing is to be paid."""
        deal.code, deal.price = wish.code, self.price(lines, wish)
        deal.seats = [seat for name, count in lines for seat in self._seats(name, count, wish)]
        deal.state = "confirmed" if deal.price == 0 or wish.desk is not None else "held"
        deal.issued = deal.state == "confirmed"
        steps, with_fees = self.policy or ((), False)
        deal.terms = Terms(tuple((self.starts - timedelta(hours=hours), off) for hours, off in steps), with_fees)

    def _seats(self, name: str, count: int, wish: Wish) -> list[Seat]:
        """The tickets of a line."""
        kind, code = self.kinds[name], self.codes.get(wish.code or "")
        covered = code is not None and code.is_for(name)
        face = 0 if wish.desk == "comp" else self._face(name, code)
        faces, fees = dealt(face * count, count), dealt(FEE_PER_TICKET * count if face else 0, count)
        off = code.off(kind.price) if code is not None and covered else 0
        takes = (name, kind.places, tuple(kind.pools), int(covered), off)
        return [Seat(*takes, *costs) for costs in zip(faces, fees, strict=True)]

    def confirming(self, deal: Deal) -> No:
        """Why a booking can't be confirmed."""
        if deal.state == "cancelled":
            return {"booking_not_held"}
        if deal.state == "confirmed" or (deal.state == "held" and not self.has_run_out(deal)):
            return set()
        if self.is_cancelled:
            return {"event_cancelled"}
        no = self.closed() | self.limits(deal.lines, deal.buyer or "at the desk", deal.code, deal.use)
        return {"hold_expired"} if no or not self.fits(deal.places, deal.drawn) else set()

    def confirm(self, deal: Deal, paid_by: str) -> bool:
        """Note a confirmation, if it can be; tells whether it was the one that counts."""
        if deal.state == "confirmed" or self.confirming(deal):
            return False
        deal.state, deal.paid_by, deal.issued = "confirmed", paid_by, True
        return True

    def cancelling(self, deal: Deal, tickets: tuple[int, ...] | None, refunding: str) -> tuple[No, list[int], Sum]:
        """Why tickets can't be cancelled, or which are and what goes back for them; a hold has none."""
        if deal.state == "cancelled":
            return set(), [], Sum()
        if deal.state != "confirmed":
            return ({"booking_not_held"} if tickets is not None else set()), [], Sum()
        if not set(tickets or ()) <= set(range(1, len(deal.seats) + 1)):
            return {"ticket_not_found"}, [], Sum()
        chosen = [number for number in deal.valid if tickets is None or number in tickets]
        percent, with_fees = {
            "full": (100, True),
            "by_policy": (deal.terms.percent(self.now), deal.terms.with_fees),
            "none": (0, False),
        }[refunding]
        cost = summed([deal.seats[n - 1].face for n in chosen], [deal.seats[n - 1].fee for n in chosen])
        is_lost = refunding == "by_policy" and percent == 0 and deal.is_sold and sum(cost) > 0
        no = {"cancellation_not_allowed"} if is_lost else set()
        return no, chosen, deal.worth(chosen, percent, with_fees=with_fees)

    def cancel(self, deal: Deal, chosen: list[int], back: Sum) -> None:
        """Note that tickets were cancelled, and what is taken back of the sale."""
        deal.back = deal.back.plus(back)
        if deal.state == "confirmed" and chosen != deal.valid:
            deal.gone |= set(chosen)
        else:
            deal.state = "cancelled"

    def naming(self, deal: Deal, number: int) -> No:
        """Why nobody can be named as who attends with a ticket."""
        if not deal.issued:
            return {"tickets_not_issued"}
        if number > len(deal.seats):
            return {"ticket_not_found"}
        no = {"ticket_not_valid"} if deal.state == "cancelled" or number in deal.gone else set()
        if self.is_cancelled:
            return no | {"event_cancelled"}
        return no | ({"event_over"} if self.is_over else set())

    def release(self) -> None:
        """Note that what has run out is released."""
        for deal in self.deals.values():
            if self.has_run_out(deal):
                deal.state = "expired"


def totals(lines: Lines) -> Counter[str]:
    """Tickets by type."""
    return Counter(name for name, count in lines for _ in range(count))


def mailbox(email: str) -> str:
    """The same for the same person."""
    name, domain = email.lower().split("@")
    return f"{name.split('+')[0]}@{domain}"
