"""Settlements: what a booking's ledger says is split by ticket type to the last minor unit."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from fullhouse.rules import cancellation
from fullhouse.rules.booking import Booking, Refunding
from fullhouse.rules.export import EventRow
from fullhouse.rules.price import Amount, Price, PricedFee, PricedLine, RefundTerms, RefundUntil
from fullhouse.rules.settlement import Earned, Moved, Sold, Sums, TakenBack, Tickets, back_parts, settle
from fullhouse.rules.settlement_table import COLUMNS, rows_of

NOW = datetime(2031, 5, 1, tzinfo=UTC)
EVENT = EventRow("0196a1b2-c3d4-7e5f-8a6b-000000000001", "Concert", NOW, UTC, "UTC", "EUR", 1)
REFUNDINGS: tuple[Refunding, ...] = ("full", "by_policy")
amounts = st.builds(Amount, st.integers(0, 9_999), st.integers(0, 1_999))


@st.composite
def prices(draw: st.DrawFn) -> Price:
    """A price of up to three lines, with fees, and terms of refunds."""
    lines = []
    for number in range(draw(st.integers(1, 3))):
        fees = tuple(PricedFee(str(n), "Fee", draw(amounts)) for n in range(draw(st.integers(0, 2))))
        lines.append(PricedLine(f"type {number}", "T", draw(st.integers(1, 4)), draw(amounts), fees, 0))
    steps = tuple(
        RefundUntil(NOW + timedelta(days=n), draw(st.integers(0, 100))) for n in range(draw(st.integers(0, 2)))
    )
    whole = tuple(PricedFee("w", "Whole", draw(amounts)) for _ in range(draw(st.integers(0, 1))))
    return Price("EUR", tuple(lines), whole, RefundTerms(steps, draw(st.booleans())) if steps else None)


def booking_at(price: Price) -> Booking:
    places = sum(line.quantity for line in price.lines)
    return Booking("", "", 1, places, "confirmed", NOW, None, price=price, paid_by="cash")


def total(parts: list[tuple[str | None, Earned]]) -> Earned:
    summed = Earned()
    for _, part in parts:
        summed = summed.plus(part)
    return summed


@given(prices(), st.data())
def test_what_is_taken_back_is_split_without_a_rest(price: Price, data: st.DataObject) -> None:
    booking = booking_at(price)
    numbers = range(1, booking.places + 1)
    tickets = tuple(sorted(data.draw(st.sets(st.sampled_from(list(numbers)), min_size=1))))
    refunding: Refunding = data.draw(st.sampled_from(REFUNDINGS))
    back = Earned(*cancellation.back_for(booking, tickets, refunding, NOW - timedelta(days=1)))
    parts = back_parts(TakenBack(price, tickets, back, 1))
    assert total(parts) == back
    assert all(part.gross_minor >= 0 for _, part in parts)
    assert {name for name, _ in parts} <= {*(cancellation.type_of(booking, n) for n in tickets), None}


def test_a_sum_that_no_percentage_comes_to_belongs_to_the_whole_booking() -> None:
    price = Price("EUR", (PricedLine("a", "A", 1, Amount(1_000, 190), (), 1_190),), ())
    odd = Earned(333, 0, 1)
    assert back_parts(TakenBack(price, (1,), odd, 1)) == [(None, odd)]


def test_a_whole_event_is_put_together_and_checked() -> None:
    fee = PricedFee("f", "Fee", Amount(100, 19))
    lines = (
        PricedLine("a", "A", 2, Amount(2_000, 380), (fee,), 1_190),
        PricedLine("b", "B", 1, Amount(500, 0), (), 500),
    )
    price = Price("EUR", lines, (PricedFee("w", "Sending", Amount(50, 0)),))
    sums = Sums(Earned(7_500, 450, 1_197), Earned(1_000, 50, 200))
    back = TakenBack(price, (1,), Earned(1_000, 50, 200), 1)
    tickets = {"a": ("Adult", Tickets(6, 1, 1)), "b": ("Child", Tickets(3, 0, 0))}
    settled = settle(EVENT, sums, [Moved("cash", 9_147, 0)], tickets, [Sold(price, 3)], [back])
    assert settled.differences == ()
    assert settled.tickets == Tickets(9, 1, 1)
    assert [(one.name, one.sold.gross_minor, one.taken_back.gross_minor) for one in settled.by_type] == [
        ("Adult", 7_497, 1_250),
        ("Child", 1_500, 0),
        ("Whole bookings", 150, 0),
    ]
    table = rows_of(settled, NOW)
    assert all(len(row) == len(COLUMNS) for row in table)
    wrong = settle(EVENT, sums._replace(strange=2), [], {}, [Sold(price, 1)], [])
    assert [one.split()[0] for one in wrong.differences] == ["2", "sold:", "taken"]
    assert [one.name for one in wrong.by_type] == ["", "", "Whole bookings"], "a type that is gone has no name"
