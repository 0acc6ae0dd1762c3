"""Receipts on paper: what `documents/receipt.typ` says of one, in words of a language."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from babel.numbers import format_percent

from fullhouse.printing.look import colours, logo_svg
from fullhouse.printing.mail import moment, money
from fullhouse.printing.text import user_text
from fullhouse.rules.ledger import MoneyAccount
from fullhouse.rules.mail import Language
from fullhouse.rules.printed import PLAIN, Look, PrintedEvent
from fullhouse.rules.receipt import Movement, Receipt
from fullhouse.rules.reference import reference_of
from fullhouse.rules.time_zone import on_clocks

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "receipt": "Receipt",
        "title": "Receipt {reference}",
        "number": "Number",
        "booked": "Booked on",
        "printed": "Printed on",
        "buyer": "For",
        "organizer": "From",
        "what": "What",
        "quantity": "Quantity",
        "amount": "Amount",
        "off": "after a discount of {amount}",
        "total": "Total, with tax",
        "rate": "Tax rate",
        "unknown_rate": "other",
        "net": "Net",
        "tax": "Tax",
        "gross": "Gross",
        "money": "Payments",
        "date": "Date",
        "receipt_by": "Paid ({way})",
        "refund_by": "Paid back ({way})",
        "cancellation_by": "Tickets cancelled",
        "comp": "Complimentary, given by the organizer",
        "settled": "Nothing is open",
        "open": "Still to pay",
        "owed": "Still to be paid back",
        "cash": "cash",
        "card_terminal": "card",
        "bank": "bank transfer",
        "stripe": "online",
        "note": "This is a receipt for a booking. It is not an invoice: the organizer's address and tax number are not "
        "on it. Ask the organizer if you need one.",
        "ask": "Questions? Write to {address}.",
    },
    "de": {
        "receipt": "Quittung",
        "title": "Quittung {reference}",
        "number": "Nummer",
        "booked": "Gebucht am",
        "printed": "Gedruckt am",
        "buyer": "Für",
        "organizer": "Von",
        "what": "Leistung",
        "quantity": "Anzahl",
        "amount": "Betrag",
        "off": "nach Abzug von {amount} Rabatt",
        "total": "Summe einschließlich Steuer",
        "rate": "Steuersatz",
        "unknown_rate": "andere",
        "net": "Netto",
        "tax": "Steuer",
        "gross": "Brutto",
        "money": "Zahlungen",
        "date": "Datum",
        "receipt_by": "Bezahlt ({way})",
        "refund_by": "Erstattet ({way})",
        "cancellation_by": "Tickets storniert",
        "comp": "Freikarten, vom Veranstalter gegeben",
        "settled": "Nichts offen",
        "open": "Noch zu zahlen",
        "owed": "Noch zu erstatten",
        "cash": "bar",
        "card_terminal": "Karte",
        "bank": "Überweisung",
        "stripe": "online",
        "note": "Dies ist eine Quittung zu einer Buchung. Sie ist keine Rechnung: Anschrift und Steuernummer des "
        "Veranstalters stehen nicht darauf. Fragen Sie den Veranstalter, wenn Sie eine Rechnung brauchen.",
        "ask": "Fragen? Schreiben Sie an {address}.",
    },
}


def document_of(
    event: PrintedEvent, receipt: Receipt, now: datetime, language: Language, look: Look = PLAIN
) -> dict[str, Any]:
    """What is said of a receipt that is printed now."""
    words, booking = WORDS[language], receipt.booking
    reference = reference_of(event.id, booking.number)
    colour, on_colour = colours(look.colour)
    notes = [words["note"]] + ([words["ask"].format(address=event.reply_to)] if event.reply_to else [])
    buyer = booking.buyer
    return {
        "language": language,
        "words": words,
        "title": words["title"].format(reference=reference),
        "colour": colour,
        "on_colour": on_colour,
        "logo": logo_svg(look.logo),
        "organizer": user_text(event.organizer_name),
        "buyer": [] if buyer is None else [user_text(buyer.name), user_text(buyer.email)],
        "event": user_text(event.name),
        "event_facts": [user_text(moment(event.starts_at, event.time_zone, language)), user_text(event.venue)],
        "reference": reference,
        "booked": _day(event, booking.created_at, language),
        "printed": _day(event, now, language),
        "lines": [_line(receipt, n, language) for n in range(len(receipt.lines))],
        "total": _money(receipt, receipt.total.gross_minor, language),
        "taxes": _taxes(receipt, language),
        "movements": _movements(event, receipt, language),
        "balance": _balance(receipt, language),
        "notes": [user_text(note) for note in notes],
    }


def _line(receipt: Receipt, n: int, language: Language) -> dict[str, Any]:
    line = receipt.lines[n]
    off = None
    if line.off_minor:
        off = WORDS[language]["off"].format(amount=_money(receipt, line.off_minor, language))
    return {
        "name": user_text(line.name),
        "quantity": "" if line.quantity is None else str(line.quantity),
        "amount": _money(receipt, line.amount.gross_minor, language),
        "off": off,
        "is_fee": line.is_fee,
    }


def _taxes(receipt: Receipt, language: Language) -> list[list[str]]:
    """Rows of rate, net, tax and gross."""
    rows = []
    for rate, amount in receipt.taxes:
        shown = WORDS[language]["unknown_rate"]
        if rate is not None:
            shown = format_percent(
                Decimal(rate) / 10_000, "#,##0.##%" if language == "en" else "#,##0.##\xa0%", language
            )
        sums = (amount.net_minor, amount.tax_minor, amount.gross_minor)
        rows.append([shown, *(_money(receipt, minor, language) for minor in sums)])
    return rows


def _movements(event: PrintedEvent, receipt: Receipt, language: Language) -> list[list[str]]:
    """Rows of date, what it was, and how much."""
    return [
        [_day(event, one.at, language), _what(one, language), _money(receipt, one.amount_minor, language)]
        for one in receipt.movements
    ]


def _what(one: Movement, language: Language) -> str:
    account: MoneyAccount | None = one.account
    return WORDS[language][f"{one.what}_by"].format(way=WORDS[language].get(account or "", ""))


def _balance(receipt: Receipt, language: Language) -> str:
    words = WORDS[language]
    if receipt.is_comp:
        return words["comp"]
    if not receipt.open_minor:
        return words["settled"]
    word = words["open"] if receipt.open_minor > 0 else words["owed"]
    return f"{word}: {_money(receipt, abs(receipt.open_minor), language)}"


def _money(receipt: Receipt, minor: int, language: Language) -> str:
    """An amount; what is of no currency is nothing."""
    return money(minor, receipt.currency, language) if receipt.currency else "–"


def _day(event: PrintedEvent, at: datetime, language: Language) -> str:
    return format_date(on_clocks(at, ZoneInfo(event.time_zone)), "long", language)
