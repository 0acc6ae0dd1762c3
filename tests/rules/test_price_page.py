"""The worked examples of docs/prices.md are computed here, so that the page stays true."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from fullhouse.rules.booking import Booking
from fullhouse.rules.cancellation import back_for, tickets_back
from fullhouse.rules.offer import Offer, Tax, Wanted
from fullhouse.rules.price import Amount, Price, PricedLine, RefundTerms, RefundUntil, price_of, shares
from tests.rules.baskets import offer_of, per_booking, per_ticket, percent, ticket_type

PAGE = Path(__file__).resolve().parents[2] / "docs" / "prices.md"
NOW = datetime(2030, 5, 1, 19, 30, tzinfo=UTC)
SEVEN, NINETEEN = Tax(700, is_included=True), Tax(1_900, is_included=True)
TEXAN = Tax(825, is_included=False)
EXAMPLES = {
    "Tax included": (
        offer_of(
            ticket_type("Adult", 3_500, SEVEN),
            ticket_type("Student", 2_000, SEVEN),
            fees=[per_ticket(150, NINETEEN), per_booking(290, NINETEEN)],
        ),
        [Wanted("adult", 2), Wanted("student", 1)],
    ),
    "Tax added": (
        offer_of(
            ticket_type("Adult", 3_995, TEXAN), fees=[percent(per_ticket(1_250, TEXAN)), percent(per_booking(300))]
        ),
        [Wanted("adult", 3)],
    ),
    "Rounded once": (
        offer_of(ticket_type("Adult", 990, NINETEEN), fees=[percent(per_ticket(500, NINETEEN))]),
        [Wanted("adult", 3)],
    ),
    "Free stays free": (
        offer_of(ticket_type("Adult", 1_200), ticket_type("Child", 0), fees=[per_ticket(100), per_booking(250)]),
        [Wanted("adult", 1), Wanted("child", 2)],
    ),
}


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def row(label: str, amount: Amount) -> str:
    return f"| {label} | {money(amount.net_minor)} | {money(amount.tax_minor)} | {money(amount.gross_minor)} |"


def offered(offer: Offer) -> str:
    """What is offered, as a table."""

    def tax_on(tax: Tax) -> str:
        kind = "included" if tax.is_included else "added"
        return f"{tax.basis_points / 100:g} % {kind}" if tax.basis_points else "none"

    types = [f"| {one.name} | {money(one.price_minor)} | {tax_on(one.tax)} |" for one in offer.ticket_types.values()]
    fees = [
        f"| {fee.name}, per {fee.per} | {money(fee.amount) if fee.kind == 'fixed' else f'{fee.amount / 100:g} %'} "
        f"| {tax_on(fee.tax)} |"
        for fee in offer.fees
    ]
    return "\n".join(["| offered | price | tax |", "| --- | ---: | --- |", *types, *fees])


def booked(price: Price) -> str:
    """What it comes to, as a table."""
    rows = ["| booked | net | tax | gross |", "| --- | ---: | ---: | ---: |"]
    for line in price.lines:
        rows.append(row(f"{line.quantity} × {line.name}", line.face))
        rows += [row(f"{fee.name} for {line.name}", fee.amount) for fee in line.fees]
        rows.append(row(f"{line.name}, all-in (one alone: {money(line.each_minor)})", line.total))
    rows += [row(fee.name, fee.amount) for fee in price.fees]
    return "\n".join([*rows, row("**total**", price.total)])


def parted(line: PricedLine) -> str:
    """What each ticket of a line comes to, as a table."""
    parts = enumerate(shares(line.total, line.quantity), start=1)
    rows = [row(f"{line.name} {number}", part) for number, part in parts]
    return "\n".join(["| ticket | net | tax | gross |", "| --- | ---: | ---: | ---: |", *rows])


def given_back(price: Price) -> str:
    """What of each ticket goes back when half of its face value does, as a table."""
    step = RefundUntil(NOW + timedelta(hours=1), 50)
    price = price._replace(refunds=RefundTerms((step,), with_fees=False))
    count = price.lines[0].quantity
    sold = Booking("id", "event", 1, count, "confirmed", NOW, None, price=price, paid_by="cash")
    rows = []
    for number in range(1, count + 1):
        back = back_for(sold, [number], "by_policy", NOW)
        paid = tickets_back(sold, [number], 100, with_fees=True)
        amounts = (paid.total_minor, back.total_minor, back.sales_minor, back.tax_minor)
        rows.append(f"| Adult {number} | " + " | ".join(map(money, amounts)) + " |")
    return "\n".join(["| ticket | sold for | goes back | net | tax |", "| --- | ---: | ---: | ---: | ---: |", *rows])


def test_every_table_of_the_page_is_what_the_rules_compute() -> None:
    expected = {title: [offered(offer), booked(price_of(offer, basket))] for title, (offer, basket) in EXAMPLES.items()}
    expected["One ticket of several"] = [parted(price_of(*EXAMPLES["Rounded once"]).lines[0])]
    expected["Given back"] = [given_back(price_of(*EXAMPLES["Rounded once"]))]
    _, *sections = re.split(r"^##+ ", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    tables = {section.partition("\n")[0]: re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE) for section in sections}
    assert {title: [table.rstrip() for table in some] for title, some in tables.items() if some} == expected
