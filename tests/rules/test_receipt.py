"""Receipts: what was sold at which tax, and no rate that is not known."""

from datetime import timedelta
from typing import Any

import pytest

from fullhouse.rules.booking import Booking, Ticket
from fullhouse.rules.offer import Fee, Tax, Wanted
from fullhouse.rules.price import Amount, Price, price_of
from fullhouse.rules.receipt import Movement, Receipt, TaxGroup, receipt_of
from fullhouse.rules.refusals import TicketsNotIssued
from tests.rules.scenes import NOW, offer_of, ticket_type

FULL, REDUCED, ADDED = Tax(1_900, is_included=True), Tax(700, is_included=True), Tax(1_900, is_included=False)
RATES = {"adult": 1_900, "child": 700, "free": 1_900, "sending": 1_900, "booking": 700}
OFFER = offer_of(
    "event",
    ticket_type("adult", 2_500, tax=FULL),
    ticket_type("child", 999, tax=REDUCED),
    ticket_type("free", 0, tax=FULL),
    fees=(
        Fee("sending", "Sending", "fixed", 150, "booking", ADDED),
        Fee("booking", "Booking fee", "percent", 750, "ticket", REDUCED),
    ),
)
TICKETS = [Ticket("event", 1, n, "general", f"{n:032x}") for n in (1, 2, 3)]
PAID = Movement(NOW, "receipt", "cash", 5_000)


def priced(*wanted: Wanted) -> Price:
    return price_of(OFFER, wanted)


def receipt(price: Price | None, *, owed_minor: int = 0, **changes: Any) -> Receipt:
    booking = Booking("id", "event", 1, 3, "confirmed", NOW, None, price=price, paid_by="cash")._replace(**changes)
    return receipt_of(booking, TICKETS, [PAID], {"general": "General admission"}, RATES, owed_minor)


def test_all_that_was_sold_is_a_line_and_the_lines_are_the_total() -> None:
    price = priced(Wanted("adult", 2), Wanted("child", 1))
    made = receipt(price)
    assert [(one.name, one.quantity, one.is_fee) for one in made.lines] == [
        ("Adult", 2, False),
        ("Booking fee", None, True),
        ("Child", 1, False),
        ("Booking fee", None, True),
        ("Sending", None, True),
    ]
    assert sum(one.amount.gross_minor for one in made.lines) == price.total.gross_minor == made.total.gross_minor


def test_tax_is_summed_by_rates_whether_it_is_included_or_added() -> None:
    price = priced(Wanted("adult", 2), Wanted("child", 1), Wanted("free", 1))
    made = receipt(price)
    assert [group.basis_points for group in made.taxes] == [1_900, 700]
    assert made.taxes[0].amount == Amount(4_202 + 150, 798 + 29)
    assert sum(group.amount.gross_minor for group in made.taxes) == price.total.gross_minor


def test_a_rate_that_has_changed_since_is_not_claimed() -> None:
    booking = Booking("id", "event", 1, 1, "confirmed", NOW, None, price=priced(Wanted("adult", 1)), paid_by="cash")
    for rates in ({**RATES, "adult": 700}, {"sending": 1_900, "booking": 700}):
        taxes = receipt_of(booking, TICKETS, [], {}, rates, 0).taxes
        assert taxes[-1] == TaxGroup(None, Amount(2_101, 399))
        assert [group.basis_points for group in taxes] == [1_900, 700, None]


def test_what_has_no_tax_is_sold_at_none() -> None:
    untaxed = price_of(offer_of("event", ticket_type("adult", 1_000)), [Wanted("adult", 1)])
    assert receipt(untaxed).taxes == [TaxGroup(0, Amount(1_000, 0))]


def test_what_is_open_is_what_the_ledger_says() -> None:
    price = priced(Wanted("adult", 1))
    assert receipt(price).open_minor == 0
    assert receipt(price, owed_minor=-300).open_minor == 300
    assert receipt(price, owed_minor=200).open_minor == -200


def test_a_comp_is_told_as_one() -> None:
    assert receipt(priced(Wanted("adult", 1)), paid_by="comp").is_comp
    assert not receipt(priced(Wanted("adult", 1))).is_comp


def test_a_booking_of_seats_is_a_line_of_nothing() -> None:
    made = receipt(None)
    assert [(one.name, one.quantity, one.amount.gross_minor) for one in made.lines] == [("General admission", 3, 0)]
    assert (made.total, made.taxes, made.open_minor) == (Amount(0, 0), [], 0)


def test_where_nothing_was_sold_and_nothing_paid_there_is_nothing_to_receipt() -> None:
    held = Booking("id", "event", 1, 1, "held", NOW, None, NOW + timedelta(hours=1), price=priced(Wanted("adult", 1)))
    with pytest.raises(TicketsNotIssued) as refused:
        receipt_of(held, [], [], {}, RATES, 0)
    assert refused.value.facts == {"booking_status": "held"}
    # What came too late for its hold is receipted all the same.
    assert receipt_of(held, [], [PAID], {}, RATES, 5_000).open_minor == -5_000
