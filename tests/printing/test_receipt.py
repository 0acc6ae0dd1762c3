"""Receipts as PDFs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fullhouse.printing.press import Press
from fullhouse.printing.receipt import document_of
from fullhouse.rules.booking import Booking, Buyer
from fullhouse.rules.mail import Language
from fullhouse.rules.price import Amount, Price, PricedFee, PricedLine
from fullhouse.rules.receipt import Movement, receipt_of
from tests.printing.tickets import EVENT, read, texts, ticket

NOW = datetime(2041, 4, 1, 22, 30, tzinfo=UTC)
LINE = PricedLine("a", "Adult", 2, Amount(4_202, 798), (PricedFee("f", "Booking fee", Amount(350, 25)),), 2_500)
PRICE = Price("EUR", (LINE,), (PricedFee("s", "Sending", Amount(150, 11)),))
RATES = {"a": 1_900, "f": 700, "s": 750}
TICKETS = [ticket(n).ticket for n in (1, 2)]
PAID = Movement(NOW, "receipt", "cash", 5_536)


@pytest.fixture(scope="module")
def press() -> Iterator[Press]:
    """A press of one thread."""
    made = Press(1)
    yield made
    made.close()


def printed(
    press: Press,
    *movements: Movement,
    language: Language = "en",
    price: Price | None = PRICE,
    owed_minor: int = 0,
    **changes: Any,
) -> str:
    buyer = Buyer("Zoë Quinn", "zoe@example.org")
    booking = Booking("id", EVENT.id, 1, 2, "confirmed", NOW, None, price=price, paid_by="cash", buyer=buyer)
    made = receipt_of(booking._replace(**changes), TICKETS, movements, {EVENT.id: "Entry"}, RATES, owed_minor)
    pages = texts(read(press, "receipt", document_of(EVENT, made, NOW, language)))
    return " ".join(pages).replace("\xa0", " ").replace("\u202f", " ")


def test_a_receipt_says_who_bought_what_and_at_which_tax(press: Press) -> None:
    text = printed(press, PAID)
    for told in (
        *("Receipt", "Market Hall", "Zoë Quinn zoe@example.org", "Night of Music", "Great hall"),
        *("Adult 2 €50.00", "Booking fee €3.75", "Sending €1.61", "Total, with tax €55.36"),
        *("19% €42.02 €7.98 €50.00", "7% €3.50 €0.25 €3.75", "7.5% €1.50 €0.11 €1.61"),
        *("Paid (cash) €55.36", "Nothing is open", "not an invoice", "box@example.org"),
        # It was half an hour after midnight where the event is.
        "Booked on April 2, 2041 Printed on April 2, 2041",
    ):
        assert told in text, (told, text)


def test_a_receipt_speaks_german(press: Press) -> None:
    text = printed(press, PAID, language="de")
    for told in ("Quittung", "Adult 2 50,00 €", "7,5 %", "Bezahlt (bar) 55,36 €", "keine Rechnung", "2. April 2041"):
        assert told in text, (told, text)


def test_what_was_cancelled_and_went_back_is_told_with_what_is_left(press: Press) -> None:
    later = NOW + timedelta(days=2)
    moved = (PAID, Movement(later, "cancellation", None, 2_000), Movement(later, "refund", "stripe", -1_500))
    text = printed(press, *moved, owed_minor=500)
    assert "April 4, 2041 Tickets cancelled €20.00" in text
    assert "Paid back (online) -€15.00" in text
    assert "Still to be paid back: €5.00" in text
    assert "Still to pay: €5.00" in printed(press, PAID, owed_minor=-500)


def test_a_discount_a_gift_and_what_is_free_say_so(press: Press) -> None:
    off = PRICE._replace(lines=(LINE._replace(off_minor=500),))
    assert "after a discount of €5.00" in printed(press, PAID, price=off)
    assert "Complimentary" in printed(press, paid_by="comp")
    assert "Entry 2 –" in printed(press, price=None)
    changed = PRICE._replace(lines=(LINE._replace(ticket_type_id="gone"),))
    assert "other €42.02" in printed(press, PAID, price=changed)


def test_a_booking_without_a_buyer_has_a_receipt(press: Press) -> None:
    assert "zoe@example.org" not in printed(press, PAID, buyer=None)


def test_text_of_a_user_is_never_markup_and_many_lines_take_many_pages(press: Press) -> None:
    name = '#image("/etc/passwd") *b* $x$'
    lines = tuple(LINE._replace(name=f"{name} {n}") for n in range(60))
    text = printed(press, PAID, price=PRICE._replace(lines=lines), buyer=Buyer(name, "a@b.example"))
    assert text.count(name) == 61
    assert "5 / 5" in text
