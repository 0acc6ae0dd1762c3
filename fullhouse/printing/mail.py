"""Mails as texts: subject, plain text and HTML, in the mail's language, with dates in the event's time zone."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name
from babel.numbers import format_currency
from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from fullhouse.printing.wording import worded
from fullhouse.rules.booking import Booking, to_pay_minor
from fullhouse.rules.mail import CONTEXTS, Language, Mail, Seen
from fullhouse.rules.minor_units import digits_of
from fullhouse.rules.reference import reference_of
from fullhouse.rules.time_zone import on_clocks
from fullhouse.rules.wording import PLACEHOLDERS, Wording

PARTS = ("opening", "facts", "action", "closing")
SUBJECT_LENGTH_MAX = 300

_TEMPLATES = Environment(
    loader=PackageLoader("fullhouse.printing", "mail_templates"),
    autoescape=select_autoescape(["html"], default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    auto_reload=False,
)
"""Texts are written once, as plain text; the frame of the HTML escapes each part of them."""

CHANGES: dict[Language, dict[str, str]] = {
    "en": {"date": "date", "venue": "venue"},
    "de": {"date": "Termin", "venue": "Ort"},
}


class Rendered(NamedTuple):
    """A mail as it is read. `html` is None where only the log asks for it."""

    subject: str
    text: str
    html: str


def rendered(mail: Mail, seen: Seen | None, wording: Wording | None, public_url: str) -> Rendered:
    """A mail as it is read, with an organizer's own wording if there is one.

    Raises KeyError when the context has not what its kind needs, and WordingFault for what can't be worded.
    """
    told = _told(mail, seen, public_url)
    template = _TEMPLATES.get_template(f"{mail.language}/{mail.kind}.txt")
    parts = {name: _block(template, name, told) for name in PARTS}
    subject = _block(template, "subject", told)
    if mail.kind == "message":
        wording = Wording("", mail.kind, mail.language, mail.context["subject"], mail.context["text"])
    if wording is not None:
        subject = subject if wording.subject is None else worded(wording.subject, told)
        parts["opening"] = parts["opening"] if wording.opening is None else worded(wording.opening, told)
    given: dict[str, Any] = {
        "language": mail.language,
        "to_name": mail.to_name,
        "organizer_name": told["organizer_name"],
        "url": told["url"],
        "unsubscribe_url": unsubscribe_url(mail, public_url),
        **{name: _paragraphs(part) for name, part in parts.items()},
    }
    html = _TEMPLATES.get_template("frame.html").render(given, subject=subject)
    return Rendered(_line(subject), _TEMPLATES.get_template("frame.txt").render(given), html)


def unsubscribe_url(mail: Mail, public_url: str) -> str | None:
    """Where the addressee says that he wants no more of these."""
    return None if mail.token is None else f"{public_url}/unsubscriptions/{mail.token}"


def _block(template: Template, name: str, told: dict[str, Any]) -> str:
    return "".join(template.blocks[name](template.new_context(told))).strip()


def _paragraphs(text: str) -> list[str]:
    return [part.strip("\n") for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]


def _line(text: str) -> str:
    """A subject: one line, without what could begin another header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:SUBJECT_LENGTH_MAX]


def _told(mail: Mail, seen: Seen | None, public_url: str) -> dict[str, Any]:
    """Everything that the template of a kind may name, as texts; what there is not is empty."""
    for name in CONTEXTS[mail.kind]:
        if name not in mail.context:
            raise KeyError(name)
    nothing: dict[str, Any] = dict.fromkeys(PLACEHOLDERS, "")
    asked = {**nothing, "url": "", "buyer_name": mail.to_name, **mail.context}
    if "amount_minor" in mail.context:
        asked["amount"] = money(mail.context["amount_minor"], mail.context["currency"], mail.language)
    names = CHANGES[mail.language]
    asked["changes"] = ", ".join(names[field] for field in mail.context.get("fields", ()) if field in names)
    asked["cancelled_tickets"] = ", ".join(map(str, mail.context.get("tickets", ())))
    return asked if seen is None else {**asked, **_of_booking(seen, mail.language, public_url)}


def _of_booking(seen: Seen, language: Language, public_url: str) -> dict[str, Any]:
    event, booking, instructions = seen
    url = f"{public_url}/shop/bookings/{booking.id}"
    is_held = booking.status == "held"
    currency = booking.price.currency if booking.price else "EUR"
    total_minor = to_pay_minor(booking)
    return {
        "event_name": event.name,
        "venue": event.venue,
        "date": moment(event.starts_at, event.time_zone, language),
        "doors": moment(event.doors_at, event.time_zone, language) if event.doors_at else "",
        "organizer_name": event.organizer_name,
        "reason": event.cancellation_reason or "",
        "reference": reference_of(event.id, booking.number),
        "tickets": "\n".join(_lines(booking)),
        "total": money(total_minor, currency, language) if total_minor else "",
        "deadline": moment(booking.expires_at, event.time_zone, language) if is_held and booking.expires_at else "",
        "booking_url": url,
        "url": url,
        # Linked to and not attached: docs/tickets.md says why.
        "tickets_url": f"{public_url}/bookings/{booking.id}/tickets.pdf?language={language}",
        "calendar_url": f"{public_url}/bookings/{booking.id}/calendar.ics?language={language}",
        "is_held": is_held,
        "instructions": instructions if is_held else {},
    }


def _lines(booking: Booking) -> Iterable[str]:
    if booking.price is None:
        return [f"{booking.places} ×"]
    return [f"{line.quantity} × {line.name}" for line in booking.price.lines]


def moment(at: datetime, time_zone: str, language: Language) -> str:
    """A date and a time of day where the event is, with the short name of the zone."""
    local = on_clocks(at, ZoneInfo(time_zone))
    zone = get_timezone_name(local, width="short", locale=language)
    return f"{format_date(local, 'full', language)}, {format_time(local, 'short', locale=language)} {zone}"


def money(minor: int, currency: str, language: Language) -> str:
    """An amount of minor units as people write it."""
    return format_currency(Decimal(minor).scaleb(-digits_of(currency)), currency, locale=language)
