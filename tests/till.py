"""What the tests of money share: an event with prices, a buyer who holds tickets of it, and a look into the ledger."""

from typing import Any

import psycopg

from fullhouse.actions import booking
from fullhouse.actions.deps import Deps
from fullhouse.rules.answer import Answered
from fullhouse.rules.booking import BasketRequest, Booked, Booking, Buyer, Confirmed, PaymentWay
from fullhouse.rules.ids import RANDOM_BYTES_PER_ID, uuid7s
from fullhouse.rules.ledger import Account, Posting, balances
from fullhouse.rules.offer import Wanted
from fullhouse.store import ledger
from tests.cast import new_event

BUYER = Buyer("Ada Buyer", "ada@example.org")
PRICE_MINOR = 2_500
FEE_MINOR = 100
TAX_BASIS_POINTS = 1_900


def told(*_: object) -> Answered:
    """An answer that nobody reads."""
    return Answered(200, None)


class Till:
    """An event whose one ticket type costs 25.00 with 19 % tax in it, and 1.00 more for each ticket."""

    def __init__(self, deps: Deps, conninfo: str, event_id: str, type_id: str) -> None:
        self.deps = deps
        self.conninfo = conninfo
        self.event_id = event_id
        self.type_id = type_id

    async def ask(self, quantity: int = 2, paid_by: PaymentWay | None = None) -> Any:
        """Ask for tickets."""
        request = BasketRequest(self.event_id, (Wanted(self.type_id, quantity),), BUYER, paid_by=paid_by)
        return await booking.book_basket(self.deps, request)

    async def hold(self, quantity: int = 2, paid_by: PaymentWay | None = None) -> Booking:
        """A buyer's tickets: held, or sold at the desk."""
        outcome = await self.ask(quantity, paid_by)
        assert isinstance(outcome, Booked), repr(outcome)
        return outcome.booking

    async def confirm(self, held: Booking, paid_by: PaymentWay) -> Booking:
        """A hold is paid."""
        outcome = await booking.confirm(self.deps, held.id, paid_by, None)
        assert isinstance(outcome, Confirmed), repr(outcome)
        return outcome.booking

    async def now(self, one: Booking) -> Booking:
        """A booking as it is now."""
        return await booking.find(self.deps, one.id)

    async def postings(self, one: Booking) -> list[Posting]:
        """The ledger of a booking."""
        async with self.deps.database.read() as conn:
            return await ledger.of_booking(conn, one.event_id, one.number)

    async def balances(self, one: Booking) -> dict[Account, int]:
        """What is on the accounts of a booking, without those that are even."""
        return {account: minor for account, minor in balances(await self.postings(one)).items() if minor}

    def run_out(self, *held: Booking) -> None:
        """Let holds have run out a minute ago."""
        with psycopg.connect(self.conninfo) as conn:
            conn.execute(
                "UPDATE bookings SET expires_at = now() - interval '1 minute' WHERE id = ANY (%s::uuid[])",
                [[one.id for one in held]],
            )
            conn.execute("UPDATE houses SET next_expiry_at = now() - interval '1 minute'")

    def unequal(self) -> list[Any]:
        """What the audit finds in the ledger."""
        with psycopg.connect(self.conninfo) as conn:
            return [row for sql in ledger.RULES.values() for row in conn.execute(sql)]


async def open_till(deps: Deps, conninfo: str, total_seats: int = 100) -> Till:
    """Put an event with prices on sale."""
    event = await new_event(deps, total_seats)
    (fee_id,) = uuid7s(event.created_at, bytes(RANDOM_BYTES_PER_ID))
    with psycopg.connect(conninfo) as conn:
        row = conn.execute(
            "UPDATE ticket_types SET name = 'Adult', price_minor = %s, tax_basis_points = %s WHERE event_id = %s"
            " RETURNING id::text",
            [PRICE_MINOR, TAX_BASIS_POINTS, event.id],
        ).fetchone()
        conn.execute(
            "INSERT INTO fees (event_id, id, name, kind, amount, per, created_at)"
            " VALUES (%s, %s, 'Booking fee', 'fixed', %s, 'ticket', now())",
            [event.id, fee_id, FEE_MINOR],
        )
        conn.execute("UPDATE houses SET offer_version = offer_version + 1 WHERE event_id = %s", [event.id])
    assert row is not None
    return Till(deps, conninfo, event.id, row[0])
