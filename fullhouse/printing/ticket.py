"""Tickets on paper: what `documents/ticket.typ` says of them, in words of a language."""

from collections.abc import Sequence
from typing import Any

from fullhouse.printing import qr
from fullhouse.printing.doors import doors
from fullhouse.printing.look import colours, logo_svg
from fullhouse.printing.mail import moment, money
from fullhouse.printing.text import user_text
from fullhouse.rules.mail import Language
from fullhouse.rules.printed import PLAIN, Look, Paper, PrintedEvent, PrintedTicket
from fullhouse.rules.reference import reference_of

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Tickets {reference} for {event}",
        "venue": "Venue",
        "doors": "Doors",
        "type": "Ticket type",
        "holder": "Holder",
        "price": "Price",
        "free": "Free",
        "comp": "Complimentary",
        "count": "Ticket {n} of booking {reference}",
        "qr": "QR code of ticket {n}, booking {reference}",
        "show": "Show this code at the door, printed or on your phone. It lets one person in, once.",
        "keep": "Whoever has the code has the ticket, so show it to nobody else. When the ticket is transferred, a new "
        "one is made, and the code of this one stops working.",
        "ask": "Questions? Write to {address}.",
    },
    "de": {
        "title": "Tickets {reference} für {event}",
        "venue": "Ort",
        "doors": "Einlass",
        "type": "Ticketart",
        "holder": "Inhaber",
        "price": "Preis",
        "free": "Kostenlos",
        "comp": "Freikarte",
        "count": "Ticket {n} der Buchung {reference}",
        "qr": "QR-Code von Ticket {n}, Buchung {reference}",
        "show": "Zeigen Sie diesen Code am Einlass, gedruckt oder auf dem Handy. Er gilt einmal, für eine Person.",
        "keep": "Wer den Code hat, hat das Ticket: Zeigen Sie ihn sonst niemandem. Wird das Ticket übertragen, gibt es "
        "ein neues, und der Code auf diesem gilt nicht mehr.",
        "ask": "Fragen? Schreiben Sie an {address}.",
    },
}

_TITLE_SIZES = ((30, 30), (60, 25), (110, 20))
"""Up to so many characters, an event's name is so many points high."""
_TITLE_SIZE_LEAST = 16


def document_of(
    event: PrintedEvent,
    tickets: Sequence[tuple[PrintedTicket, str]],
    language: Language,
    paper: Paper = "a4",
    look: Look = PLAIN,
) -> dict[str, Any]:
    """What is said of tickets of one booking, each with its signed code."""
    words = WORDS[language]
    reference = reference_of(event.id, tickets[0][0].ticket.booking_number)
    colour, on_colour = colours(look.colour)
    notes = [words["show"], words["keep"]]
    if event.reply_to is not None:
        notes.append(words["ask"].format(address=event.reply_to))
    return {
        "language": language,
        "paper": paper,
        "title": words["title"].format(reference=reference, event=event.name),
        "organizer": user_text(event.organizer_name),
        "event": user_text(event.name),
        "title_size": next((size for most, size in _TITLE_SIZES if len(event.name) <= most), _TITLE_SIZE_LEAST),
        "date": moment(event.starts_at, event.time_zone, language),
        "reference": reference,
        "colour": colour,
        "on_colour": on_colour,
        "logo": logo_svg(look.logo),
        "notes": [user_text(note) for note in notes],
        "tickets": [_page(event, one, code, reference, language) for one, code in tickets],
    }


def _page(event: PrintedEvent, one: PrintedTicket, code: str, reference: str, language: Language) -> dict[str, Any]:
    words = WORDS[language]
    number = {"n": one.ticket.number, "reference": reference}
    facts = [_fact(words["holder"], one.ticket.holder_name, is_strong=True)]
    facts.append(_fact(words["type"], one.type_name, is_strong=True))
    facts.append(_fact(words["venue"], event.venue))
    if event.doors_at is not None:
        facts.append(_fact(words["doors"], doors(event, event.doors_at, language)))
    facts.append(_fact(words["price"], _price(one, language)))
    return {
        "qr": qr.svg(code, border=0).decode("ascii"),
        "qr_alt": words["qr"].format(**number),
        "count": words["count"].format(**number),
        "facts": [fact for fact in facts if fact["value"]["text"]],
    }


def _fact(label: str, value: str | None, *, is_strong: bool = False) -> dict[str, Any]:
    return {"label": label, "value": user_text(value or ""), "strong": is_strong}


def _price(one: PrintedTicket, language: Language) -> str:
    words = WORDS[language]
    if one.is_comp:
        return words["comp"]
    return money(one.price_minor, one.currency, language) if one.price_minor else words["free"]
