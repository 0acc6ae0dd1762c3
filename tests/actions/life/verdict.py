"""Whether the rows say what the clerk has noted, of places, codes, tickets and money."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from fullhouse.actions import reconciliation
from tests.actions.life import cash_box
from tests.actions.life.deal import Deal
from tests.actions.life.notebook import Notebook
from tests.actions.life.theatre import Theatre

FINAL = {"paid", "refunded", "cancelled"}


ROWS = """
    SELECT json_build_object(
        'house', (SELECT json_build_array(taken, capacity, held_back) FROM houses WHERE event_id = e.id),
        'pools', (SELECT json_agg(json_build_array(id, taken, capacity - held_back)) FROM pools WHERE event_id = e.id),
        'codes', (SELECT json_agg(json_build_array(code, tickets_used, bookings_used, money_used_minor))
                  FROM promo_codes WHERE event_id = e.id),
        'bookings', (SELECT json_agg(json_build_array(number, id, status, places, paid_by, expires_at))
                     FROM bookings WHERE event_id = e.id),
        'tickets', (SELECT json_agg(json_build_array(booking_number, number, state, holder_name, code))
                    FROM tickets WHERE event_id = e.id),
        'ledger', (SELECT json_agg(json_build_array(booking_number, buyer_minor, sales_minor, fees_minor, tax_minor,
                                                    refunds_minor, money_minor))
                   FROM ledger_postings WHERE event_id = e.id),
        'payments', (SELECT json_agg(json_build_array(booking_number, id, state, received_minor, refunded_minor))
                     FROM payments WHERE event_id = e.id))
    FROM unnest(%s::uuid[]) WITH ORDINALITY AS e (id, n) ORDER BY n
"""
"""All that is written of events, in one statement: it is looked at after each step."""


def agree(theatre: Theatre, books: Iterable[Notebook]) -> None:
    """Compare everything that is written of events."""
    books = list(books)
    for book, (rows,) in zip(books, theatre.all(ROWS, [book.event_id for book in books]), strict=True):
        numbers = _bookings(rows["bookings"] or [], book)
        _places(rows, book, [deal for deal, is_live in numbers.values() if is_live])
        _codes(rows["codes"] or [], book, [deal for deal, is_live in numbers.values() if is_live])
        _tickets(rows["tickets"] or [], book, {number: deal for number, (deal, _) in numbers.items()})
        _money(rows, {number: deal for number, (deal, _) in numbers.items()})


def _bookings(rows: list[Any], book: Notebook) -> dict[int, tuple[Deal, bool]]:
    """The bookings by their numbers, and whether they are written as taking places.

    A hold that has run out may be released already, or not yet.
    """
    assert sorted(row[1] for row in rows) == sorted(book.deals)
    numbers: dict[int, tuple[Deal, bool]] = {}
    for number, booking_id, status, places, paid_by, expires_at in rows:
        deal = book.deals[booking_id]
        assert status in {deal.state, "expired" if book.has_run_out(deal) else deal.state}
        moment = None if expires_at is None else datetime.fromisoformat(expires_at)
        assert (places, paid_by, moment) == (deal.places, deal.paid_by, deal.expires)
        numbers[number] = deal, status in {"held", "confirmed"}
    return numbers


def _places(rows: dict[str, Any], book: Notebook, live: list[Deal]) -> None:
    taken, capacity, held_back = rows["house"]
    assert (taken, capacity, held_back) == (sum(deal.places for deal in live), book.capacity, book.held_back)
    assert taken + held_back <= capacity, "oversold"
    pools = rows["pools"] or []
    drawn = sum((deal.drawn for deal in live), Counter[str]())
    assert {pool: (count, most) for pool, count, most in pools} == {
        pool: (drawn[pool], most) for pool, most in book.pools.items()
    }
    assert all(most is None or count <= most for _, count, most in pools), "oversold"


def _codes(rows: list[Any], book: Notebook, live: list[Deal]) -> None:
    used: dict[str, list[int]] = {name: [0, 0, 0] for name in book.codes}
    for deal in live:
        if deal.code is not None:
            used[deal.code] = [one + other for one, other in zip(used[deal.code], deal.use, strict=True)]
    assert {code: counts for code, *counts in rows} == used
    for name, counts in used.items():
        limits = zip(counts, book.codes[name].limits, strict=True)
        assert all(most is None or count <= most for count, most in limits), "exceeded"


def _tickets(rows: list[Any], book: Notebook, numbers: dict[int, Deal]) -> None:
    """Which tickets there are, and of whom. A code is noted when it is first seen, and stays."""
    noted = {
        (of, number): ("valid" if deal.state == "confirmed" and number not in deal.gone else "cancelled")
        for of, deal in numbers.items()
        for number in (range(1, len(deal.seats) + 1) if deal.issued else ())
    }
    assert {(of, number): state for of, number, state, *_ in rows} == noted
    for of, number, _, name, code in rows:
        assert name == numbers[of].names.get(number)
        assert numbers[of].codes.setdefault(number, code) == code
    codes = {code for *_, code in rows}
    assert len(codes) == len(rows), "a code for each"
    assert not codes & book.old_codes, "what was passed on opens nothing any more"


def _money(rows: dict[str, Any], numbers: dict[int, Deal]) -> None:
    accounts: dict[int, list[int]] = {number: [0] * 6 for number in numbers}
    for booking, *amounts in rows["ledger"] or []:
        accounts[booking] = [one + more for one, more in zip(accounts[booking], amounts, strict=True)]
    payments: dict[int, list[Any]] = {number: [] for number in numbers}
    for number, *payment in rows["payments"] or []:
        payments[number].append(payment)
    for number, deal in numbers.items():
        noted = [[one.id, one.state, one.received, one.returned] for one in deal.payments]
        assert sorted(payments[number]) == sorted(noted)
        goodwill = sum(one.returned for one in deal.payments) - deal.owed_back
        sold = [-minor for minor in deal.sold]
        assert accounts[number] == [-cash_box.owed(deal), *sold, goodwill, cash_box.kept(deal)]


def nothing_is_left_over(theatre: Theatre, book: Notebook) -> None:
    """At the end of all time nothing is in between, every count is right, and what does not fit is known."""
    agree(theatre, [book])
    assert {deal.state for deal in book.deals.values()} <= {"confirmed", "cancelled", "expired"}
    held = theatre.all("SELECT FROM bookings WHERE event_id = %s AND status = 'held'", book.event_id)
    assert held == []
    assert {one.state for deal in book.deals.values() for one in deal.payments} <= FINAL
    assert theatre.unequal(book.event_id) == []
    report = theatre.run(reconciliation.run(theatre.deps, 60, repair=False))
    assert report.unanswered == []
    found = [
        (finding.kind, finding.booking_id, finding.amount_minor)
        for finding in report.findings
        if finding.event_id == book.event_id
    ]
    assert sorted(found) == sorted(expected_findings(book))


def expected_findings(book: Notebook) -> list[tuple[Any, ...]]:
    """What only people can settle: money of the desk, and what was transferred beyond the price."""
    kinds = {"confirmed": "paid_twice", "cancelled": "refund_missing", "expired": "paid_without_ticket"}
    owed = ((deal, min(cash_box.owed(deal), cash_box.kept(deal))) for deal in book.deals.values())
    return [(kinds[deal.state], deal.id, minor) for deal, minor in owed if minor]
